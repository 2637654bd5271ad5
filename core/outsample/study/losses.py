"""Losses per observation, tabulated over time x cell; every number on screen is a windowed mean of them."""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from outsample.compiled import kernel
from outsample.cumulative import Cumulative
from outsample.errors import DataError
from outsample.model import Dataset
from outsample.scores import ErrorUnit, Score
from outsample.typing import Bools, Floats, Integers, frozen
from outsample.windows import Window

__all__ = ["Composition", "Losses", "Observations", "observe"]

_MOST_CELLS: Final = 254


class Composition(Enum):
    """How the cells of one time are averaged into the loss of that time."""

    TRAIN = "train composition"
    RAW = "raw"


@dataclass(frozen=True, eq=False)
class Observations:
    """What predictions are compared with: the observations that count, and the cell table they fall into.

    Parameters
    ----------
    times : (m,) int64 array
    time_start : (m + 1,) int array
        First observation of each time.
    cell : (k,) uint8 array
        ``n_cells`` for an observation of weight 0. As small as it can be: the kernel waits for memory.
    n_cells : int
    realised, scale : (k,) array
        In the domain of the score.
    rows : (k,) int array or slice
        Which observations of the data set these are.
    """

    times: Integers
    time_start: Integers
    cell: NDArray[np.uint8]
    n_cells: int
    realised: Floats
    scale: Floats
    rows: Integers | slice

    @cached_property
    def counts(self) -> Floats:
        """(m, cells) number of observations of weight 1."""
        width = self.n_cells + 1
        time = np.repeat(np.arange(self.times.size), np.diff(self.time_start))
        counts = np.bincount(time * width + self.cell, minlength=self.times.size * width)
        return frozen(counts.reshape(-1, width)[:, :-1].astype(np.float64))

    @cached_property
    def inverse_counts(self) -> Floats:
        """(m, cells) one over the count, 0 where the cell is empty."""
        return frozen(np.divide(1.0, self.counts, out=np.zeros_like(self.counts), where=self.counts > 0))

    @cached_property
    def count_prefix(self) -> Cumulative:
        """Prefix sums of `counts` over time."""
        return Cumulative.of(self.counts, centred=False)

    def composition(self, window: Window) -> Floats:
        """Return (cells,) each cell's share of the observations in `window`; zeros where it holds nothing.

        The same window again gives the same array, by which everything weighted with it is known to be unchanged.
        """
        if not self._composed or self._composed[0][0] != window:
            count = self.count_prefix.total(window.rows(self.times))
            total = count.sum()
            self._composed[:] = [(window, frozen(np.asarray(count / total if total > 0 else count)))]
        return self._composed[0][1]

    @cached_property
    def _composed(self) -> list[tuple[Window, Floats]]:
        return []

    @cached_property
    def occupied(self) -> Floats:
        """(m, cells) 1 where a cell holds a quote, else 0."""
        return frozen((self.counts > 0).astype(np.float64))

    def coverage(self, weights: Floats) -> Floats:
        """Return (m,) the share of the composition `weights` that the quotes of each time cover.

        All models of a comparison ask with the same array of weights, one after the other: the last one is kept.
        """
        if not self._covered or self._covered[0][0] is not weights:
            self._covered[:] = [(weights, frozen(np.asarray(self.occupied @ weights)))]
        return self._covered[0][1]

    @cached_property
    def _covered(self) -> list[tuple[Floats, Floats]]:
        return []

    @property
    def weightless(self) -> int:
        """Number of observations that were given weight 0."""
        return int(np.count_nonzero(self.cell == self.n_cells))


def observe(data: Dataset, unit: ErrorUnit, stride: int, mask: Bools | None) -> Observations:
    """Lay out the observations of `data` under `unit`, at every `stride`-th time, where `mask` holds."""
    rows = slice(None) if stride == 1 else np.flatnonzero(data.time_index % stride == 0)
    realised, scale = data.realised(unit.domain)[rows], data.scale(unit)[rows]
    counted = np.isfinite(realised) & np.isfinite(scale)
    if mask is not None:
        counted &= mask[rows]
    if data.n_cells > _MOST_CELLS:
        raise DataError(f"a surface has at most {_MOST_CELLS} cells, found {data.n_cells}; choose wider bins")
    cell = data.cell[rows].astype(np.uint8)
    cell[~counted] = data.n_cells
    time_start = np.searchsorted(data.time_index[rows], np.arange(data.times.size + 1))
    return Observations(data.times, frozen(time_start), frozen(cell), data.n_cells, frozen(realised), scale, rows)


@kernel
def _tabulate(  # pragma: no cover - compiled
    time_start: Integers,
    cell: NDArray[np.uint8],
    values: Floats,
    power: int,
    prediction: Floats,
    realised: Floats,
    scale: Floats,
    losses: Floats,
    errors: Floats,
) -> None:
    """Add loss and signed error of every observation to its time and cell; `values` is read where `power` is 0."""
    width = np.uint64(losses.shape[1])
    loss_slots, error_slots = losses.reshape(losses.size), errors.reshape(errors.size)
    for t in range(np.uint64(time_start.size - 1)):
        row = t * width
        for i in range(np.uint64(time_start[t]), np.uint64(time_start[t + 1])):
            slot = row + np.uint64(cell[i])
            error = (prediction[i] - realised[i]) * scale[i]
            error_slots[slot] += error
            if power == 2:
                loss_slots[slot] += error * error
            elif power == 1:
                loss_slots[slot] += abs(error)
            else:
                loss_slots[slot] += values[i]


@dataclass(frozen=True, eq=False)
class Losses:
    """Losses of one prediction under one score.

    Parameters
    ----------
    score : Score
    seen : Observations
    prediction : (k,) array
        In the domain of the score. NaN among the counted observations makes their whole time missing.
    """

    score: Score
    seen: Observations
    prediction: Floats

    @property
    def times(self) -> Integers:
        """(m,) observation times, UTC nanoseconds."""
        return self.seen.times

    def values(self) -> Floats:
        """Return the (k,) loss of each observation."""
        return self.score.per_observation(self.prediction, self.seen.realised, self.seen.scale)

    def errors(self) -> Floats:
        """Return the (k,) signed errors, prediction minus realised, in the unit of the score."""
        return np.asarray((self.prediction - self.seen.realised) * self.seen.scale)

    @cached_property
    def table(self) -> Floats:
        """(2, m, cells) sums of losses, and sums of signed errors."""
        seen = self.seen
        power = self.score.error_power
        values = np.empty(0) if power else self.values()
        table = np.zeros((2, seen.times.size, seen.n_cells + 1))
        _tabulate(
            seen.time_start, seen.cell, values, power, self.prediction, seen.realised, seen.scale, table[0], table[1]
        )
        return frozen(table[:, :, :-1])

    @cached_property
    def prefix(self) -> tuple[Cumulative, Cumulative]:
        """Prefix sums over time of both tables: any window by cell is two reads."""
        return Cumulative.of(self.table[0], centred=False), Cumulative.of(self.table[1], centred=False)

    @cached_property
    def cell_means(self) -> Floats:
        """(m, cells) mean loss of each time and cell, 0 where empty."""
        return frozen(self.table[0] * self.seen.inverse_counts)

    def by_cell(self, window: Window) -> Floats:
        """Return (cells, 3): count, mean loss and mean signed error in the window; NaN means where empty."""
        rows = window.rows(self.times)
        count = self.seen.count_prefix.total(rows)
        found = np.full((count.size, 3), np.nan)
        found[:, 0] = count
        for column, prefix in enumerate(self.prefix, start=1):
            np.divide(prefix.total(rows), count, out=found[:, column], where=count > 0)
        return found

    def bias_per_time(self, weights: Floats | None = None) -> Floats:
        """Return (m,) mean signed error of each time, averaged over cells as `per_time` does."""
        return self._remembered(1, weights)

    def per_time(self, weights: Floats | None = None) -> Floats:
        """Return (m,) mean loss of each time, NaN where nothing was observed.

        Parameters
        ----------
        weights : (cells,) array, optional
            Composition held fixed; a cell without quotes at a time is left out and the rest renormalised.
            None gives the plain mean over quotes ("raw").
        """
        return self._remembered(0, weights)

    def _remembered(self, which: int, weights: Floats | None) -> Floats:
        """Return the last average again where the weights are the very same array, as in a drag of the test window."""
        last = self._averages.get(which)
        if last is None or last[0] is not weights:
            last = self._averages[which] = (weights, frozen(self._averaged(which, weights)))
        return last[1]

    @cached_property
    def _averages(self) -> dict[int, tuple[Floats | None, Floats]]:
        return {}

    def _averaged(self, which: int, weights: Floats | None) -> Floats:
        if weights is None:
            total, weight = self.table[which].sum(axis=1), self.seen.counts.sum(axis=1)
        else:
            means = self.cell_means if which == 0 else self.table[which] * self.seen.inverse_counts
            total, weight = means @ weights, self.seen.coverage(weights)
        return np.asarray(np.divide(total, weight, out=np.full(total.size, np.nan), where=weight > 0))
