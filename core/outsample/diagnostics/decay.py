"""Loss against days since the train end: the raw curve, and the curve relative to the benchmark."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.inference import long_run, needs_hatching, student_quantile
from outsample.scores import Shown
from outsample.study import Study
from outsample.typing import DAY, Floats, Integers

__all__ = ["Curve", "DecayCurve", "decay"]

_DAILY: Final = 14  # one bucket a day up to here, then one a week
_WEEK: Final = 7


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A statistic per horizon bucket with its pointwise 95 % band.

    Parameters
    ----------
    value, low, high : (b,) array
        NaN where the bucket holds nothing.
    level : float
        Value on the train window, for comparison.
    unit : str
    hatched : bool
        The band is not to be taken at its word: too few times, or too persistent.
    """

    value: Floats
    low: Floats
    high: Floats
    level: float
    unit: str
    hatched: bool


@dataclass(frozen=True, slots=True, eq=False)
class DecayCurve:
    """Decay of one model.

    Parameters
    ----------
    start, stop : (b,) array
        Days since the train end, half-open buckets: one a day to day 14, then one a week.
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
    raw, counted = _bucketed(study.loss[rows], bucket, edges.size - 1)
    train = study.train_rows
    rooted = study.score.shown is Shown.ROOT
    curve = _curve(raw, rooted, _finite_mean(study.loss[train]), study.score.unit.value)
    relative = None
    if study.differential is not None:
        contrast, _ = _bucketed(study.differential[rows], bucket, edges.size - 1)
        base = _finite_mean(study.differential[train])
        relative = _relative(study, contrast, base, rooted)
    keep = slice(int(np.argmax(counted > 0)) if counted.any() else 0, None)
    return DecayCurve(
        edges[:-1][keep], edges[1:][keep], counted[keep], _cut(curve, keep), relative and _cut(relative, keep)
    )


def _edges(last: float) -> Floats:
    weeks = max(0, int(np.floor((last - _DAILY) / _WEEK)) + 1) if last >= _DAILY else 0
    daily = np.arange(min(_DAILY, int(last) + 1) + 1, dtype=float)
    return np.concatenate([daily, _DAILY + _WEEK * np.arange(1, weeks + 1)])


@dataclass(frozen=True, slots=True)
class _Bucketed:
    mean: Floats
    half: Floats
    hatched: bool


def _bucketed(series: Floats, bucket: Integers, count: int) -> tuple[_Bucketed, Integers]:
    """Return bucket means with half-widths ``t_nu omega / sqrt(n)``, omega from the whole test window."""
    valid = np.isfinite(series)
    values, bucket = series[valid], bucket[valid]
    n = np.bincount(bucket, minlength=count)
    total = np.bincount(bucket, weights=values, minlength=count)
    mean = np.divide(total, n, out=np.full(count, np.nan), where=n > 0)
    whole = long_run(values)
    spread = student_quantile(whole.dof, 0.975) * np.sqrt(whole.long_run_variance) if whole.dof else np.nan
    half = np.divide(spread, np.sqrt(n), out=np.full(count, np.nan), where=n > 0)
    return _Bucketed(mean, half, needs_hatching(whole)), n


def _curve(found: _Bucketed, rooted: bool, level: float, unit: str) -> Curve:
    value, low, high = found.mean, found.mean - found.half, found.mean + found.half
    if rooted:
        value, low, high = np.sqrt(value), np.sqrt(np.maximum(low, 0.0)), np.sqrt(high)
        level = float(np.sqrt(level))
    return Curve(value, low, high, level, unit, found.hatched)


def _relative(study: Study, found: _Bucketed, base: float, rooted: bool) -> Curve:
    if not study.is_ratio:
        return _curve(found, False, base, f"{study.score.unit.value} against {study.contender.benchmark_name}")
    power = 0.5 if rooted else 1.0
    low, high = found.mean - found.half, found.mean + found.half
    ends = (np.exp(power * (value - base)) for value in (found.mean, low, high))
    return Curve(*ends, 1.0, f"× its train ratio to {study.contender.benchmark_name}", found.hatched)


def _finite_mean(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else float("nan")


def _cut(curve: Curve, keep: slice) -> Curve:
    return Curve(curve.value[keep], curve.low[keep], curve.high[keep], curve.level, curve.unit, curve.hatched)
