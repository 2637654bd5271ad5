"""Centred prefix sums: any window mean is two reads."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import ArrayLike

from outsample.compiled import kernel
from outsample.typing import Floats, frozen

__all__ = ["Cumulative"]

_FIRST_ROWS: Final = 20


@dataclass(frozen=True, slots=True, eq=False)
class Cumulative:
    """Prefix sums along the first axis of an array, centred by a constant of its first rows.

    The centre never looks past the first rows: a global mean would leak the test window into the bits of
    a train-window sum. Without any centre, sums over a 60,000-level price lose eleven digits.

    Parameters
    ----------
    centre : (...) array
        What was subtracted from every row before summing.
    sums : (n + 1, ...) array
        ``sums[i]`` is the sum of the first i centred rows.
    """

    centre: Floats
    sums: Floats

    @classmethod
    def of(cls, values: ArrayLike, centred: bool = True) -> Self:
        """Build from rows `values` (n, ...); `centred=False` for counts, which stay exact integers."""
        rows = np.asarray(values, dtype=np.float64)
        centre = np.zeros(rows.shape[1:])
        if centred and rows.shape[0]:
            head = rows[:_FIRST_ROWS]
            centre = np.where(np.isfinite(head).all(axis=0), head.mean(axis=0), 0.0)
        sums = np.empty((rows.shape[0] + 1, *rows.shape[1:]))
        flat = np.ascontiguousarray(rows).reshape(rows.shape[0], centre.size)
        _accumulate(flat, np.atleast_1d(centre).ravel(), sums.reshape(sums.shape[0], centre.size))
        return cls(frozen(np.asarray(centre)), frozen(sums))

    def total(self, rows: slice) -> Floats:
        """Sum over the rows ``rows.start <= i < rows.stop``; shape (...)."""
        count = rows.stop - rows.start
        return np.asarray(self.sums[rows.stop] - self.sums[rows.start] + count * self.centre)

    def mean(self, rows: slice) -> Floats:
        """Mean over the rows; NaN for an empty window."""
        count = rows.stop - rows.start
        if count <= 0:
            return np.full(self.centre.shape, np.nan)
        return np.asarray((self.sums[rows.stop] - self.sums[rows.start]) / count + self.centre)


@kernel
def _accumulate(rows: Floats, centre: Floats, sums: Floats) -> None:  # pragma: no cover - compiled
    """Fill `sums` (n + 1, c) with the prefix sums of `rows` (n, c) less `centre` (c,)."""
    for column in range(centre.size):
        sums[0, column] = 0.0
    for row in range(rows.shape[0]):
        for column in range(centre.size):
            sums[row + 1, column] = sums[row, column] + (rows[row, column] - centre[column])
