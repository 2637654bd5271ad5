"""Losses of many train windows of prices at once: each states one number, or follows one of a few paths."""

import numpy as np

from outsample.datasets.prices import Prices
from outsample.scores import Score
from outsample.typing import Bools, Floats, Integers

__all__ = ["losses_of_constants", "losses_of_paths"]


def losses_of_constants(data: Prices, score: Score, predicted: Floats, rows: slice, share: Floats) -> Floats:
    """Return (o, r) the losses of o constant predictions at the times `rows`.

    Parameters
    ----------
    data : Prices
    score : Score
    predicted : (o,) array
        As the score takes them; NaN makes its losses NaN.
    rows : slice
        Times, r of them.
    share : (n,) array
        How much the loss of one observation adds to the loss of its time.
    """
    realised, scale = data.returns[rows], data.scale(score.unit)[rows]
    found = score.per_observation(predicted[:, None], realised, scale)
    found *= share[rows]
    return found


def losses_of_paths(
    data: Prices, score: Score, paths: Floats, chosen: Integers, is_fitted: Bools, rows: slice, share: Floats
) -> Floats:
    """Return (o, r) the losses of o train windows that each chose one of p predictions.

    Parameters
    ----------
    data : Prices
    score : Score
    paths : (p, n) array
        Predictions, as the score takes them; NaN where there is none.
    chosen : (o,) int array
        Which of them a window predicts with.
    is_fitted : (o,) bool array
        Whether the window can be fitted; NaN losses where not.
    rows : slice
        Times, r of them.
    share : (n,) array
        How much the loss of one observation adds to the loss of its time.
    """
    realised, scale = data.returns[rows], data.scale(score.unit)[rows]
    found = (score.per_observation(paths[:, rows], realised, scale) * share[rows])[chosen]
    found[~is_fitted] = np.nan
    return found
