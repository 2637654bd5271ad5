"""Loss against days since the train end: the raw curve, and the curve relative to the benchmark."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from outsample.diagnostics.headline import contrasts, finite
from outsample.inference import LongRun, long_run, needs_hatching, student_quantile
from outsample.scores import Shown
from outsample.study import Study
from outsample.typing import DAY, Bools, Floats, Integers

__all__ = ["Curve", "DecayCurve", "decay"]

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


@dataclass(frozen=True, slots=True, eq=False)
class DecayCurve:
    """Decay of one model.

    Parameters
    ----------
    start, stop : (b,) array
        Days since the train end, half-open buckets: one a day to day 14, then one a week. Snapshots that come some
        minutes earlier each day leave a bucket empty now and then; such buckets are left out.
    times : (b,) int array
        Times with a loss in each bucket.
    raw : Curve
        Loss as shown (RMSE or mean).
    relative : Curve, optional
        For ratios, the ratio to the benchmark over its train level; for differences, the mean difference.
    """

    start: Floats
    stop: Floats
    times: Integers
    raw: Curve
    relative: Curve | None

    @property
    def centre(self) -> Floats:
        """(b,) days since the train end in the middle of each bucket."""
        return 0.5 * (self.start + self.stop)


def decay(study: Study) -> DecayCurve:
    """Compute the decay of a study over its test window."""
    times = study.losses.times
    rows = study.test_rows
    days = (times[rows] - study.split.train.stop) / DAY
    edges = _edges(float(days[-1]) if days.size else 0.0)
    bucket = np.searchsorted(edges, days, side="right") - 1
    raw, counted = _bucketed(study.loss[rows], bucket, edges.size - 1, long_run(finite(study.loss, rows)))
    rooted = study.score.shown is Shown.ROOT
    inside = finite(study.loss, study.train_rows)
    level = float(inside.mean()) if inside.size else float("nan")
    curve = _shown(raw, level, rooted, study.score.unit.value)
    relative = None
    if study.differential is not None:
        base, whole = contrasts(study)
        contrast, _ = _bucketed(
            study.differential[rows], bucket, edges.size - 1, whole, base if study.is_ratio else None
        )
        relative = _relative(study, contrast, base.mean, rooted)
    keep = counted > 0
    kept = None if relative is None else _cut(relative, keep)
    return DecayCurve(edges[:-1][keep], edges[1:][keep], counted[keep], _cut(curve, keep), kept)


def _edges(last: float) -> Floats:
    weeks = max(0, int(np.floor((last - _DAILY) / _WEEK)) + 1) if last >= _DAILY else 0
    daily = np.arange(min(_DAILY, int(last) + 1) + 1, dtype=float)
    return np.concatenate([daily, _DAILY + _WEEK * np.arange(1, weeks + 1)])


@dataclass(frozen=True, slots=True)
class _Bucketed:
    """Bucket means and the half-widths of their pointwise and simultaneous bands."""

    mean: Floats
    half: Floats
    half_all: Floats
    hatched: bool


def _bucketed(
    series: Floats, bucket: Integers, count: int, whole: LongRun, base: LongRun | None = None
) -> tuple[_Bucketed, Integers]:
    """Return bucket means with half-widths ``t_nu sqrt(omega^2 / n + omega_base^2 / n_base)``.

    omega is that of the `whole` test window: a bucket alone has too few times to estimate it. `base` is what the
    curve is later measured against, and as uncertain.
    """
    valid = np.isfinite(series)
    values, bucket = series[valid], bucket[valid]
    n = np.bincount(bucket, minlength=count)
    total = np.bincount(bucket, weights=values, minlength=count)
    mean = np.divide(total, n, out=np.full(count, np.nan), where=n > 0)
    variance = np.divide(whole.long_run_variance, n, out=np.full(count, np.nan), where=n > 0)
    error = np.sqrt(variance + (base.standard_error**2 if base is not None else 0.0))
    weak = needs_hatching(whole) or (base is not None and needs_hatching(base))
    if not whole.dof:
        return _Bucketed(mean, np.full(count, np.nan), np.full(count, np.nan), weak), n
    filled = max(int(np.count_nonzero(n)), 1)
    together = 0.5 * (1.0 + 0.95 ** (1.0 / filled))
    pointwise = student_quantile(whole.dof, 0.975) * error
    return _Bucketed(mean, pointwise, student_quantile(whole.dof, together) * error, weak), n


def _shown(found: _Bucketed, level: float, rooted: bool, unit: str) -> Curve:
    if rooted:
        return _through(found, lambda end: np.sqrt(np.maximum(end, 0.0)), float(np.sqrt(level)), unit)
    return _through(found, np.asarray, level, unit)


def _relative(study: Study, found: _Bucketed, base: float, rooted: bool) -> Curve:
    if not study.is_ratio:
        return _shown(found, base, False, f"{study.score.unit.value} against {study.contender.benchmark_name}")
    power = 0.5 if rooted else 1.0
    unit = f"× its train ratio to {study.contender.benchmark_name}"
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
