"""Losses per observation, tabulated over time x cell; every number on screen is a windowed mean of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from outsample.cumulative import Cumulative
from outsample.datasets import OptionQuotes, PricingTerms
from outsample.errors import DataError
from outsample.model import Dataset
from outsample.scores import ErrorUnit, Score
from outsample.study.loss_kernels import (
    Arrays,
    fill_shares,
    mean_by_time,
    tabulate_one,
    tabulate_repriced,
    tabulate_squares,
)
from outsample.typing import Bools, Floats, Integers, frozen
from outsample.windows import Window

__all__ = ["Composition", "Losses", "Observations", "observe", "tabulate"]

_MOST_CELLS: Final = 254
_ALONE: Final = 2  # squares up to so many are quicker one by one: 50 us each against 130 for one to four of 40,000


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
    terms : PricingTerms, optional
        What turns vols into premiums, where the score compares premiums and models predict vols.
    """

    times: Integers
    time_start: Integers
    cell: NDArray[np.uint8]
    n_cells: int
    realised: Floats
    scale: Floats
    rows: Integers | slice
    terms: PricingTerms | None = None

    @cached_property
    def counts(self) -> Floats:
        """(m, cells) number of observations of weight 1."""
        width = self.n_cells + 1
        time = np.repeat(np.arange(self.times.size), np.diff(self.time_start))
        counts = np.bincount(time * width + self.cell, minlength=self.times.size * width)
        return frozen(counts.reshape(-1, width)[:, :-1].astype(np.float64))

    @cached_property
    def count_prefix(self) -> Cumulative:
        """Prefix sums of `counts` over time."""
        return Cumulative.of(self.counts, centred=False)

    def composition(self, window: Window) -> Floats:
        """Return (cells,) each cell's share of the observations in `window`; zeros where it holds nothing.

        The same window again gives the same array, by which everything weighted with it is known to be unchanged.
        """
        last = self._composed.get("last")  # read once: another thread may replace it meanwhile
        if last is None or last[0] != window:
            count = self.count_prefix.total(window.rows(self.times))
            total = count.sum()
            last = self._composed["last"] = (window, frozen(np.asarray(count / total if total > 0 else count)))
        return last[1]

    @cached_property
    def _composed(self) -> dict[str, tuple[Window, Floats]]:
        return {}

    def shares(self, weights: Floats | None) -> "Shares":
        """Return what turns sums by time and cell into means by time.

        All models of a comparison ask with the same array of weights, one after the other: the last one is kept.
        """
        last = self._shared.get("last")
        if last is None or last[0] is not weights:
            last = self._shared["last"] = (weights, _shares(self.counts, weights))
        return last[1]

    @cached_property
    def _shared(self) -> dict[str, tuple[Floats | None, "Shares"]]:
        return {}

    @property
    def weightless(self) -> int:
        """Number of observations that were given weight 0."""
        return int(np.count_nonzero(self.cell == self.n_cells))


@dataclass(frozen=True, eq=False, slots=True)
class Shares:
    """How much one unit of a sum by time and cell adds to the mean of its time.

    Parameters
    ----------
    of_sum : (m, cells) array
        0 where a cell is empty; NaN throughout a time that holds nothing that counts.
    coverage : (m,) array
        Share of the composition that the cells of each time cover; the rest is left out and renormalised.
    """

    of_sum: Floats
    coverage: Floats


def _shares(counts: Floats, weights: Floats | None) -> Shares:
    if weights is None:
        total = counts.sum(axis=1)
        filled = total > 0
        mean = np.divide(1.0, total, out=np.full(total.size, np.nan), where=filled)
        return Shares(frozen(np.where(counts > 0, mean[:, None], mean[:, None] * 0.0)), frozen(filled.astype(float)))
    of_sum, coverage = np.empty(counts.shape), np.empty(counts.shape[0])
    fill_shares(counts, weights, of_sum, coverage)
    return Shares(frozen(of_sum), frozen(coverage))


def observe(data: Dataset, unit: ErrorUnit, stride: int, mask: Bools | None, first: int = 0) -> Observations:
    """Lay out the observations of `data` under `unit` at every `stride`-th time from `first` on, where `mask` holds."""
    rows: Integers | slice = slice(int(np.searchsorted(data.time_index, first)), None)
    if stride > 1:
        rows = np.flatnonzero((data.time_index % stride == 0) & (data.time_index >= first))
    realised, scale = frozen(data.realised(unit.domain)[rows]), frozen(data.scale(unit)[rows])
    counted = np.isfinite(realised) & np.isfinite(scale)
    if mask is not None:
        counted &= mask[rows]
    if data.n_cells > _MOST_CELLS:
        raise DataError(f"a surface has at most {_MOST_CELLS} cells, found {data.n_cells}; choose wider bins")
    cell = data.cell[rows].astype(np.uint8)
    cell[~counted] = data.n_cells
    time_start = np.searchsorted(data.time_index[rows], np.arange(data.times.size + 1))
    terms = data.pricing_terms(rows) if unit.needs_repricing and isinstance(data, OptionQuotes) else None
    return Observations(data.times, frozen(time_start), frozen(cell), data.n_cells, realised, scale, rows, terms)


@dataclass(frozen=True, eq=False)
class Losses:
    """Losses of one prediction under one score.

    Parameters
    ----------
    score : Score
    seen : Observations
    given : (k,) array
        The prediction: in the domain of the score, or vols where there are `terms`. NaN among the counted
        observations makes their whole time missing.
    terms : PricingTerms, optional
        What turns vols into premiums.
    """

    score: Score
    seen: Observations
    given: Floats
    terms: PricingTerms | None = None

    @classmethod
    def of(cls, score: Score, seen: Observations, data: Dataset, predicted: Floats) -> "Losses":
        """Return the losses of the (k,) values that a model predicts for the observations; vols are priced late."""
        if seen.terms is not None:
            return cls(score, seen, predicted, seen.terms)
        return cls(score, seen, data.express(predicted, score.unit.domain, seen.rows))

    @property
    def times(self) -> Integers:
        """(m,) observation times, UTC nanoseconds."""
        return self.seen.times

    @cached_property
    def prediction(self) -> Floats:
        """(k,) in the domain of the score; of vols the premiums, made when they are asked for: sums need none."""
        return self.given if self.terms is None else self.terms.premiums(self.given)

    def values(self) -> Floats:
        """Return the (k,) loss of each observation."""
        return self.score.per_observation(self.prediction, self.seen.realised, self.seen.scale)

    def errors(self) -> Floats:
        """Return the (k,) signed errors, prediction minus realised, in the unit of the score."""
        return np.asarray((self.prediction - self.seen.realised) * self.seen.scale)

    @property
    def table(self) -> Floats:
        """(m, cells, 2) sums of losses, and sums of signed errors."""
        if "table" not in self._tables:
            tabulate((self,), None)
        return self._tables["table"]

    def _keep(self, table: Floats, weights: Floats | None, loss: Floats, bias: Floats) -> None:
        """Take what `tabulate` filled."""
        self._tables["table"] = frozen(table)
        self._averages["last"] = (weights, frozen(loss), frozen(bias))

    @cached_property
    def _tables(self) -> dict[str, Floats]:
        return {}

    @cached_property
    def prefix(self) -> Cumulative:
        """Prefix sums of the table over time: any window by cell is two reads."""
        return Cumulative.of(self.table, centred=False)

    def of_cell(self, cell: int) -> Floats:
        """Return (m,) the mean loss of one cell at each time, NaN where it is empty."""
        count = self.seen.counts[:, cell]
        return np.asarray(np.divide(self.table[:, cell, 0], count, out=np.full(count.size, np.nan), where=count > 0))

    def by_cell(self, window: Window) -> Floats:
        """Return (cells, 3): count, mean loss and mean signed error in the window; NaN means where empty."""
        rows = window.rows(self.times)
        count = self.seen.count_prefix.total(rows)
        found = np.full((count.size, 3), np.nan)
        found[:, 0] = count
        np.divide(self.prefix.total(rows), count[:, None], out=found[:, 1:], where=count[:, None] > 0)
        return found

    def bias_per_time(self, weights: Floats | None = None) -> Floats:
        """Return (m,) mean signed error of each time, averaged over cells as `per_time` does."""
        return self._averaged(weights)[2]

    def per_time(self, weights: Floats | None = None) -> Floats:
        """Return (m,) mean loss of each time, NaN where nothing was observed.

        Parameters
        ----------
        weights : (cells,) array, optional
            Composition held fixed; a cell without quotes at a time is left out and the rest renormalised.
            None gives the plain mean over quotes ("raw").
        """
        return self._averaged(weights)[1]

    def _averaged(self, weights: Floats | None) -> tuple[Floats | None, Floats, Floats]:
        """Return the last averages again where the weights are the very same array, as in a drag of the test window."""
        last = self._averages.get("last")
        if last is None or last[0] is not weights:
            loss, bias = np.empty(self.times.size), np.empty(self.times.size)
            mean_by_time(self.table, self.seen.shares(weights).of_sum, loss, bias)
            last = self._averages["last"] = (weights, frozen(loss), frozen(bias))
        return last

    @cached_property
    def _averages(self) -> dict[str, tuple[Floats | None, Floats, Floats]]:
        return {}


def tabulate(some: Sequence[Losses], weights: Floats | None) -> None:
    """Fill the tables of losses of one comparison, averaged under `weights` while the sums of a time are at hand.

    Parameters
    ----------
    some : sequence of Losses
        Of one score, on the same observations.
    weights : (cells,) array, optional
        Composition; None for the raw mean.
    """
    power = some[0].score.error_power if some else 0
    for group in _groups(some, power):
        seen, of_sum = group[0].seen, group[0].seen.shares(weights).of_sum
        tables = np.empty((len(group), seen.times.size, seen.n_cells, 2))
        means, biases = np.empty((2, len(group), seen.times.size))
        layout, observed, filled = (seen.time_start, seen.cell), (seen.realised, seen.scale), (tables, means, biases)
        terms = group[0].terms if power else None
        if terms is not None:
            vols = _four([one.given for one in group])
            tabulate_repriced(
                *layout,
                vols,
                terms.strike_ratio,
                terms.tenor,
                terms.is_call,
                terms.forward,
                terms.is_linear,
                *observed,
                power,
                of_sum,
                *filled,
            )
        elif len(group) == 1:
            values = np.empty(0) if power else group[0].values()
            prediction = _read_only(group[0].prediction)
            tabulate_one(*layout, values, power, prediction, *observed, of_sum, *(each[0] for each in filled))
        else:
            predictions = _four([one.prediction for one in group])
            tabulate_squares(*layout, predictions, *observed, of_sum, *filled)
        for place, one in enumerate(group):
            one._keep(tables[place], weights, means[place], biases[place])


def _groups(some: Sequence[Losses], power: int) -> Iterator[Sequence[Losses]]:
    """Yield losses that are tabulated together: up to four of those that are repriced or squared."""
    is_repriced = bool(power) and bool(some) and some[0].terms is not None
    width = 4 if power == 2 or is_repriced else 1
    for first in range(0, len(some), width):
        group = some[first : first + width]
        if is_repriced or len(group) > _ALONE:
            yield group
        else:
            yield from ([one] for one in group)


def _four(columns: Sequence[Floats]) -> Arrays:
    """Return four columns as kernels take them, the last one again where there are fewer."""
    return tuple(_read_only(columns[min(place, len(columns) - 1)]) for place in range(4))


def _read_only(values: Floats) -> Floats:
    """Return the values as the kernel was compiled for: contiguous, of machine doubles, not to be written to."""
    seen = np.ascontiguousarray(values, dtype=np.float64).view()
    seen.flags.writeable = False
    return seen
