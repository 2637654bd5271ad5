"""Loss against days since the train end: the raw curve, and the curve relative to the benchmark."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.diagnostics.headline import contrasts, finite, mean_of, ratio_power
from outsample.inference import LongRun, long_run, needs_hatching, student_quantile
from outsample.prepared import prepared
from outsample.scores import Shown
from outsample.study import Observations, Study
from outsample.typing import DAY, Bools, Floats, Integers
from outsample.windows import Split

__all__ = ["Curve", "DecayCurve", "age_edges", "decay"]

_DAILY: Final = 14  # one bucket a day up to here, then one a week
_WEEK: Final = 7


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A statistic per horizon bucket with its 95 % bands.

    Parameters
    ----------
    value, low, high : (b,) array
        Pointwise band; NaN where the bucket holds nothing.
    low_all, high_all : (b,) array
        Simultaneous band over all buckets (Sidak: conservative under the dependence between them).
    level : float
        Value on the train window, for comparison.
    unit : str
    hatched : bool
        The bands are not to be taken at their word: too few times, or too persistent.
    """

    value: Floats
    low: Floats
    high: Floats
    low_all: Floats
    high_all: Floats
    level: float
    unit: str
    hatched: bool


@dataclass(frozen=True, eq=False)
class DecayCurve:
    """Decay of one model over its test window; curves and bands are computed when they are asked for.

    Buckets are half-open, one a day to day 14, then one a week. Snapshots that come some minutes earlier each day
    leave a bucket empty now and then; such buckets are left out.

    Parameters
    ----------
    study : Study
    """

    study: Study

    @property
    def start(self) -> Floats:
        """(b,) days since the train end at which each bucket begins."""
        return self._horizon.edges[:-1][self._kept]

    @property
    def stop(self) -> Floats:
        """(b,) days since the train end at which each bucket ends."""
        return self._horizon.edges[1:][self._kept]

    @property
    def centre(self) -> Floats:
        """(b,) days since the train end in the middle of each bucket."""
        return 0.5 * (self.start + self.stop)

    @property
    def times(self) -> Integers:
        """(b,) times with a loss in each bucket."""
        return self._raw[1][self._kept]

    @cached_property
    def raw(self) -> Curve:
        """Loss as shown (RMSE or mean)."""
        study, (mean, counted) = self.study, self._raw
        whole = long_run(finite(study.loss, study.test_rows))
        level, _ = mean_of(study.loss, study.train_rows)
        found = _banded(mean, counted, whole)
        return _cut(_shown(found, level, study.score.shown is Shown.ROOT, study.score.unit.value), self._kept)

    @cached_property
    def relative(self) -> Curve | None:
        """For ratios, the ratio to the benchmark over its train level; for differences, the mean difference."""
        study = self.study
        if study.differential is None:
            return None
        base, whole = contrasts(study)
        found = _banded(*self._of(study.differential), whole, base if study.is_ratio else None)
        return _cut(_relative(study, found, base.mean), self._kept)

    def line(self, is_relative: bool) -> Floats | None:
        """Return the values of one of the two curves without their bands; None where there is no benchmark."""
        study = self.study
        if not is_relative:
            mean = self._raw[0][self._kept]
            return np.sqrt(mean) if study.score.shown is Shown.ROOT else mean
        if study.differential is None:
            return None
        mean = self._of(study.differential)[0][self._kept]
        if not study.is_ratio:
            return mean
        return np.asarray(np.exp(ratio_power(study) * (mean - contrasts(study)[0].mean)))

    @cached_property
    def _horizon(self) -> "_Horizon":
        return _horizon(self.study.losses.seen, self.study.split)

    @cached_property
    def _raw(self) -> tuple[Floats, Integers]:
        return self._of(self.study.loss)

    @cached_property
    def _kept(self) -> Bools:
        return np.asarray(self._raw[1] > 0)

    def _of(self, series: Floats) -> tuple[Floats, Integers]:
        """Return the mean of a per-time series in each bucket, and how many values it is of."""
        count = self._horizon.edges.size - 1
        mean, counted = np.empty(count), np.empty(count, np.int64)
        _bucket_means(series[self.study.test_rows], self._horizon.bucket, mean, counted)
        return mean, counted


def decay(study: Study) -> DecayCurve:
    """Return the decay of a study over its test window."""
    return DecayCurve(study)


@dataclass(frozen=True, slots=True, eq=False)
class _Horizon:
    """Bucket edges in days since the train end, and the bucket of each test time: the same for all models."""

    edges: Floats
    bucket: Integers


@prepared
def _horizon(seen: Observations, split: Split) -> _Horizon:
    times = seen.times[split.test.rows(seen.times)]
    days = (times - split.train.stop) / DAY
    edges = age_edges(float(days[-1]) if days.size else 0.0)
    return _Horizon(edges, np.searchsorted(edges, days, side="right") - 1)


@kernel
def _bucket_means(  # pragma: no cover - compiled
    series: Floats, bucket: Integers, mean: Floats, counted: Integers
) -> None:
    mean[:], counted[:] = 0.0, 0
    for t in range(series.size):
        if np.isfinite(series[t]):
            mean[bucket[t]] += series[t]
            counted[bucket[t]] += 1
    for b in range(mean.size):
        mean[b] = mean[b] / counted[b] if counted[b] else np.nan


def age_edges(last: float) -> Floats:
    """Return the edges of buckets in days, half-open, up to the one that holds `last`.

    >>> age_edges(15.0)[-3:]
    array([13., 14., 21.])
    """
    weeks = max(0, int((last - _DAILY) // _WEEK) + 1)
    daily = np.arange(min(_DAILY, int(last) + 1) + 1, dtype=float)
    return np.concatenate([daily, _DAILY + _WEEK * np.arange(1.0, weeks + 1)])


@dataclass(frozen=True, slots=True)
class _Bucketed:
    """Bucket means and the half-widths of their pointwise and simultaneous bands."""

    mean: Floats
    half: Floats
    half_all: Floats
    hatched: bool


def _banded(mean: Floats, counted: Integers, whole: LongRun, base: LongRun | None = None) -> _Bucketed:
    """Return bucket means with half-widths ``t_nu sqrt(omega^2 / n + omega_base^2 / n_base)``.

    omega is that of the `whole` test window: a bucket alone has too few times to estimate it. `base` is what the
    curve is later measured against, and as uncertain.
    """
    variance = np.divide(whole.long_run_variance, counted, out=np.full(mean.size, np.nan), where=counted > 0)
    error = np.sqrt(variance + (base.standard_error**2 if base is not None else 0.0))
    weak = needs_hatching(whole) or (base is not None and needs_hatching(base))
    if not whole.dof:
        return _Bucketed(mean, np.full(mean.size, np.nan), np.full(mean.size, np.nan), weak)
    filled = max(int(np.count_nonzero(counted)), 1)
    together = 0.5 * (1.0 + 0.95 ** (1.0 / filled))
    pointwise = student_quantile(whole.dof, 0.975) * error
    return _Bucketed(mean, pointwise, student_quantile(whole.dof, together) * error, weak)


def _shown(found: _Bucketed, level: float, rooted: bool, unit: str) -> Curve:
    if rooted:
        return _through(found, lambda end: np.sqrt(np.maximum(end, 0.0)), float(np.sqrt(level)), unit)
    return _through(found, np.asarray, level, unit)


def _relative(study: Study, found: _Bucketed, base: float) -> Curve:
    if not study.is_ratio:
        return _shown(found, base, False, f"{study.score.unit.value} against {study.rival}")
    power = ratio_power(study)
    unit = f"× its train ratio to {study.rival}"
    with np.errstate(over="ignore"):  # a band without end is drawn to the edge of the pane
        return _through(found, lambda end: np.exp(power * (end - base)), 1.0, unit)


def _through(found: _Bucketed, show: Callable[[Floats], Floats], level: float, unit: str) -> Curve:
    """Return the curve with value and bands as `show` turns them."""
    mean, half, all_half = found.mean, found.half, found.half_all
    return Curve(
        value=show(mean),
        low=show(mean - half),
        high=show(mean + half),
        low_all=show(mean - all_half),
        high_all=show(mean + all_half),
        level=level,
        unit=unit,
        hatched=found.hatched,
    )


def _cut(curve: Curve, keep: Bools) -> Curve:
    bands = {name: getattr(curve, name)[keep] for name in ("value", "low", "high", "low_all", "high_all")}
    return replace(curve, **bands)
