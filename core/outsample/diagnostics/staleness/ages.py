"""Aged against fresh at the same date: the contrasts from which all that is said about staleness is made."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.diagnostics.decay import age_edges
from outsample.diagnostics.staleness.vintages import VintageLosses
from outsample.errors import UsageError
from outsample.inference import LongRun, cosine_sums, long_run
from outsample.test_result import NotTested
from outsample.typing import DAY, Floats, Integers, frozen

__all__ = ["PairedContrasts", "edges_for", "paired_contrasts"]

NAME: Final = "staleness"
TITLE: Final = "Staleness"
_FEWEST: Final = 3  # dates; below, nothing can be said about dependence


@dataclass(frozen=True, eq=False)
class PairedContrasts:
    """Contrast of aged vintages with the fresh one, by date and age; b ages, those at which there is a pair.

    Parameters
    ----------
    start, stop : (b,) array
        Days; an age lies in ``[start, stop)``.
    age : (b,) array
        Days; mean over the pairs.
    contrast : (r, b) array
        Of the r dates with a fresh vintage, in the order of time: the mean over the vintages of that age, NaN without
        one. Log ratio of losses, or their difference in `unit`.
    date_times : (r,) int64 array
        UTC nanoseconds.
    pairs : (b,) int array
        Vintages and dates behind an age.
    undefined : int
        Pairs without a contrast: a loss is missing, or not positive where a ratio is asked for.
    step : float
        Days from one time of the test window to the next, as a rule.
    unit : str
    is_ratio : bool
    """

    start: Floats
    stop: Floats
    age: Floats
    contrast: Floats
    date_times: Integers
    pairs: Integers
    undefined: int
    step: float
    unit: str
    is_ratio: bool

    @cached_property
    def dates(self) -> Integers:
        """(b,) dates with a contrast at each age."""
        return np.asarray(np.isfinite(self.contrast).sum(axis=0))

    @cached_property
    def mean(self) -> Floats:
        """(b,) S(a): the mean over dates of each age."""
        return np.asarray(np.nansum(self.contrast, axis=0) / self.dates)

    def of_age(self, bucket: int) -> LongRun:
        """Return mean and long-run variance over the dates of one age."""
        column = self.contrast[:, bucket]
        return long_run(column[np.isfinite(column)])

    def combined(self, weights: Floats) -> LongRun:
        """Return ``sum_b weights_b S(a_b)`` with its long-run variance; ages of one date depend on each other.

        The series is the linearised one: its mean is the estimate, and a date moves it by
        ``r sum_b weights_b (contrast - S(a_b)) / dates_b``.
        """
        return long_run(float(weights @ self.mean) + self._influence @ weights)

    def standard_errors(self, weights: Floats) -> tuple[Floats, int]:
        """Return what `combined` says of (k, b) rows of weights: (k,) standard errors, and degrees of freedom.

        Cosine sums are taken of each age once. NaN and 0 below 3 dates.
        """
        count = self.contrast.shape[0]
        if count < _FEWEST:
            return np.full(weights.shape[0], np.nan), 0
        sums = cosine_sums(self._influence)
        power = np.square(sums @ weights.T).mean(axis=0)
        return np.asarray(np.sqrt(power / count)), len(sums)

    @cached_property
    def _influence(self) -> Floats:
        """(r, b) how much each date moves r times each S(a)."""
        deviation = self.contrast.shape[0] * (self.contrast - self.mean) / self.dates
        return np.asarray(np.nan_to_num(deviation, nan=0.0), dtype=np.float64)


def paired_contrasts(vintages: VintageLosses, edges: Floats | None = None) -> PairedContrasts | NotTested:
    """Pair every vintage with the one that is fresh at the same date, whose own age 0 is left out.

    A shock of that date hits both, so that calendar and age are not confounded as they are in the raw decay curve.

    Parameters
    ----------
    vintages : VintageLosses
    edges : (e,) array, optional
        Days; by default one bucket a day to day 14, then one a week.

    Returns
    -------
    PairedContrasts or NotTested
        The latter without a single pair.

    Raises
    ------
    UsageError
        `edges` do not rise from 0 to beyond the longest age.
    """
    origins, fresh = vintages.origins, vintages.fresh()
    rows = np.flatnonzero(np.isfinite(fresh))
    times, newest = vintages.date_times, origins.fresh()
    edges = edges_for(vintages, edges)
    contrast = np.zeros((rows.size, edges.size - 1))
    pairs, ages = np.zeros(edges.size - 1, np.int64), np.zeros(edges.size - 1)
    place = np.full(times.size, -1, np.int64)
    place[rows] = np.arange(rows.size)
    layout = (origins.first_date.astype(np.int64), origins.in_service.astype(np.int64), times.astype(np.int64))
    undefined = _pair(
        vintages.loss, fresh, newest, place, *layout, edges * DAY, vintages.is_ratio, contrast, pairs, ages
    )
    kept = pairs > 0
    if not kept.any():
        return NotTested(
            NAME,
            TITLE,
            "staleness needs dates at which an older vintage and a fresh one both have a loss, found none among "
            f"{origins.count} vintages and {origins.dates} test times; widen the test window",
        )
    return PairedContrasts(
        start=frozen(edges[:-1][kept]),
        stop=frozen(edges[1:][kept]),
        age=frozen(ages[kept] / pairs[kept] / DAY),
        contrast=frozen(contrast[:, kept]),
        date_times=frozen(times[rows]),
        pairs=frozen(pairs[kept]),
        undefined=int(undefined),
        step=_step_of(times),
        unit="log ratio" if vintages.is_ratio else vintages.unit,
        is_ratio=vintages.is_ratio,
    )


def _step_of(times: Integers) -> float:
    """Return the usual spacing of times in days; 1 for a single one."""
    return float(np.median(np.diff(times))) / DAY if times.size > 1 else 1.0


def edges_for(vintages: VintageLosses, edges: Floats | None) -> Floats:
    """Return edges of ages in days that hold all vintages: the usual ones, or those given.

    Raises
    ------
    UsageError
        Those given do not rise from 0 to beyond the longest age.
    """
    times, service = vintages.date_times, vintages.origins.in_service
    longest = float(times[-1] - service[0]) / DAY
    if edges is None:
        return age_edges(longest)
    given = np.asarray(edges, dtype=np.float64)
    if given.size < 2 or given[0] != 0.0 or not (np.diff(given) > 0.0).all() or not given[-1] > longest:
        raise UsageError(
            f"edges of ages must rise from 0 to beyond {longest:.6g} days, found {given.tolist()}; add or sort them"
        )
    return given


@kernel
def _pair(  # pragma: no cover - compiled
    loss: Floats,
    fresh: Floats,
    newest: Integers,
    place: Integers,
    first: Integers,
    service: Integers,
    times: Integers,
    edges: Floats,
    is_ratio: bool,
    contrast: Floats,
    pairs: Integers,
    ages: Floats,
) -> int:
    """Fill contrasts by date and age, NaN where there is none, and pairs and summed ages (ns); return the undefined."""
    rows, buckets = contrast.shape
    count = np.zeros((rows, buckets))
    undefined = 0
    for o in range(loss.shape[0]):
        bucket = 0
        for t in range(first[o], times.size):
            row = place[t]
            if row < 0 or newest[t] <= o:
                continue
            age = times[t] - service[o]
            while age >= edges[bucket + 1]:
                bucket += 1
            both = loss[o, t] > 0.0 and fresh[t] > 0.0
            value = np.nan
            if not is_ratio:
                value = loss[o, t] - fresh[t]
            elif both:
                value = np.log(loss[o, t] / fresh[t])
            if not np.isfinite(value):
                undefined += 1
                continue
            contrast[row, bucket] += value
            count[row, bucket] += 1.0
            pairs[bucket] += 1
            ages[bucket] += age
    for row in range(rows):
        for bucket in range(buckets):
            contrast[row, bucket] = contrast[row, bucket] / count[row, bucket] if count[row, bucket] else np.nan
    return undefined
