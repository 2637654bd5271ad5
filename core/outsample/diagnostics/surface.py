"""Errors by moneyness and tenor, in a window or as the difference of two."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.scores import Shown
from outsample.study import Study
from outsample.typing import Bools, Floats
from outsample.windows import Window

__all__ = ["SPARSE_BELOW", "ErrorSurface", "error_surface"]

SPARSE_BELOW: Final = 20  # quotes; cells with fewer are hatched


@dataclass(frozen=True, slots=True, eq=False)
class ErrorSurface:
    """Loss and bias of every cell.

    Parameters
    ----------
    count : (cells,) array
        Quotes; of the thinner window for a difference.
    loss : (cells,) array
        As shown (RMSE or mean), in the unit of the score; NaN where empty.
    bias : (cells,) array
        Mean of prediction minus observed, in the unit of the score; NaN where empty.
    """

    count: Floats
    loss: Floats
    bias: Floats

    @property
    def sparse(self) -> Bools:
        """(cells,) whether a cell holds too few quotes to be read."""
        return np.asarray(self.count < SPARSE_BELOW)

    def minus(self, other: "ErrorSurface") -> "ErrorSurface":
        """Return the difference to another surface, cell by cell."""
        count = np.minimum(self.count, other.count)
        return ErrorSurface(count, self.loss - other.loss, self.bias - other.bias)


def error_surface(study: Study, window: Window) -> ErrorSurface:
    """Return the surface of a study in a window: two reads of its prefix sums."""
    count, loss, bias = study.losses.by_cell(window).T
    return ErrorSurface(count, np.sqrt(loss) if study.score.shown is Shown.ROOT else loss, bias)
