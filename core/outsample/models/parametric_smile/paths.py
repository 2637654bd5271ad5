"""A smile family at each time alone: searched on the lattice, as a train window is, and judged at the quotes."""

import math
from dataclasses import dataclass

import numpy as np

from outsample.calibration.judged_scores import quotes_of
from outsample.calibration.paths import TimeFit
from outsample.datasets import OptionQuotes
from outsample.models.parametric_smile.estimate import Shape, least_squares
from outsample.models.parametric_smile.lattice import lattice_of
from outsample.typing import Floats

__all__ = ["ShapeFits"]


@dataclass(frozen=True, slots=True)
class ShapeFits:
    """Fits of a shape; those of `outsample.calibration.paths.TimeFits`.

    Parameters
    ----------
    box : Shape
    """

    box: Shape

    def find(self, data: OptionQuotes, time: int) -> TimeFit | None:
        """Search the sums that a time puts on the lattice; None where some node has no vol to begin with."""
        found = least_squares(lattice_of(data), slice(time, time + 1), self.box)
        if not math.isfinite(found.at.total):
            return None
        seen = data.observed
        rows = quotes_of(seen, slice(time, time + 1))
        tenor = np.array(seen.tenor[rows])  # no view of a column that cannot be written: that kind is compiled anew
        vols, gradient = self.box.surface(found.values, seen.log_moneyness[rows] / np.sqrt(tenor), tenor)
        return TimeFit(found.values, found.reason, vols, gradient)

    def smile(self, values: Floats, log_moneyness: Floats, data: OptionQuotes, slice_index: int) -> Floats:
        """Return the vols of the formula."""
        tenor = np.full(log_moneyness.size, data.observed.slice_tenor[slice_index])
        return self.box.surface(np.array(values), log_moneyness / np.sqrt(tenor), tenor)[0]
