"""Predictions of smiles that are raw SVI in each slice."""

import numpy as np

from outsample.compiled import kernel
from outsample.datasets import OptionQuotes
from outsample.model import Prediction
from outsample.models.parametric_smile.estimate import LEAST_VARIANCE
from outsample.scores import Functional
from outsample.typing import Floats, Integers, frozen

__all__ = ["raw_svi_prediction"]


def raw_svi_prediction(data: OptionQuotes, slices: Floats) -> Prediction:
    """Return the vols of every observation.

    Parameters
    ----------
    data : OptionQuotes
    slices : (s, 5) array
        Of each slice a, t, b, m, s of ``vol^2 = a + t (k - m) + b sqrt((k - m)^2 + s^2)``, ``k = ln(K/F)``.
    """
    seen = data.observed
    out = np.empty(seen.size)
    _fill(seen.log_moneyness, seen.slice_start, slices, out)
    return Prediction(frozen(out), Functional.MEAN, is_whole=bool(np.isfinite(slices).all()))


@kernel
def _fill(log_moneyness: Floats, slice_start: Integers, slices: Floats, out: Floats) -> None:  # pragma: no cover
    for i in range(slices.shape[0]):
        level, tilt, bend = slices[i, 0], slices[i, 1], slices[i, 2]
        shift, square = slices[i, 3], slices[i, 4] * slices[i, 4]
        for j in range(np.uint64(slice_start[i]), np.uint64(slice_start[i + 1])):
            away = log_moneyness[j] - shift
            variance = level + tilt * away + bend * np.sqrt(away * away + square)
            out[j] = np.sqrt(variance if variance > LEAST_VARIANCE else LEAST_VARIANCE)
