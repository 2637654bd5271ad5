"""Exact changes of a Gaussian variance, alone or with the mean.

A segment of n observations with the sum of squares S around its mean (known, or its own) costs
``n ln v + S / v`` with ``v = max(S / n, smallest_variance)``: minus twice its greatest log-likelihood among variances
of at least `smallest_variance`, less ``n ln 2 pi``. The floor is a constant that the caller fixes beforehand, such as
the square of a tick: a floor estimated from the data would look ahead, and without any a run of equal values would
cost minus infinity. As a bound of the parameter it leaves the property that pruning rests on: cutting a segment in
two never costs more, before the price of a change.

Search: PELT (Killick, Fearnhead and Eckley 2012, doi:10.1080/01621459.2012.737745). A start that is beaten by the
price of a change at t is dropped from ``t + shortest`` on, the first end for which a change at t is allowed, so the
optimum is exact for any shortest length. Every open segment carries its mean and sum of squares by Welford's update;
there are no prefix sums to lose digits. Logarithms are what costs time, so most are not taken: by the same property,
a segment costs at least what it did at the last full pass plus what the observations since cost by themselves.
"""

import numpy as np

from outsample.compiled import kernel
from outsample.errors import UsageError
from outsample.finite_series import SQUARABLE, checked_series
from outsample.regimes.change_points.partition import Partition, checked_search
from outsample.typing import Floats, Integers, frozen

__all__ = [
    "optimal_mean_variance_partition",
    "optimal_mean_variance_partition_plain",
    "optimal_variance_partition",
    "optimal_variance_partition_plain",
]

_PASS = 16  # observations between two passes over all starts: with many the bound is loose, with few there are many


def optimal_variance_partition(
    data: Floats, penalty: float, smallest_variance: float, shortest: int = 2, mean: float = 0.0
) -> Partition:
    """Return the optimum of every prefix when only the variance changes (compiled, releases the GIL).

    Time O(n) with changes at a steady rate, O(n^2) with none; memory O(n).

    Parameters
    ----------
    data : (n,) array
        Finite; n = 0 is allowed. Returns, residuals.
    penalty : float
        Price of one change, in units of twice the log-likelihood; finite and at least 0. ``2 ln n`` is BIC's, for a
        variance and a date.
    smallest_variance : float
        Floor of a segment's variance, unit of the data squared, above 0. Fix it before seeing the data.
    shortest : int
        Fewest observations a segment may have, at least 1. A prefix shorter than two such segments is one segment.
    mean : float
        Known, the same in all segments.

    Returns
    -------
    Partition
        ``level`` (n + 1,) is the variance of the last segment, never below the floor.

    Raises
    ------
    DataError
        A value is NaN or infinite.
    UsageError
        Penalty, floor, length or mean without meaning.

    Examples
    --------
    >>> partition = optimal_variance_partition(np.array([1.0, -1, 1, -1, 9, -9, 9, -9]), 2.0, 1e-6)
    >>> partition.last[8], partition.level[8]
    (np.int64(4), np.float64(81.0))
    """
    data = _checked(data, penalty, smallest_variance, shortest, mean)
    cost, last, _, variance = _pruned(data, float(penalty), float(smallest_variance), int(shortest), float(mean), False)
    return Partition(frozen(cost), frozen(last), frozen(variance), float(penalty))


def optimal_mean_variance_partition(
    data: Floats, penalty: float, smallest_variance: float, shortest: int = 2
) -> Partition:
    """Return the optimum of every prefix when mean and variance change together (compiled, releases the GIL).

    Parameters
    ----------
    data : (n,) array
        Finite; n = 0 is allowed.
    penalty : float
        Price of one change, in units of twice the log-likelihood; ``3 ln n`` is BIC's.
    smallest_variance : float
        Floor of a segment's variance, unit of the data squared, above 0. Segments of two or three observations fit
        themselves closely: raise the floor or `shortest` where they are found.
    shortest : int
        Fewest observations a segment may have, at least 1.

    Returns
    -------
    Partition
        ``level`` (n + 1, 2) is mean and variance of the last segment.

    Raises
    ------
    DataError, UsageError
        As `optimal_variance_partition`.
    """
    data = _checked(data, penalty, smallest_variance, shortest)
    cost, last, mean, variance = _pruned(data, float(penalty), float(smallest_variance), int(shortest), 0.0, True)
    return Partition(frozen(cost), frozen(last), frozen(np.column_stack((mean, variance))), float(penalty))


def optimal_variance_partition_plain(
    data: Floats, penalty: float, smallest_variance: float, shortest: int = 2, mean: float = 0.0
) -> Partition:
    """Return what `optimal_variance_partition` returns by trying every start: O(n^2), the twin for tests."""
    data = _checked(data, penalty, smallest_variance, shortest, mean)
    cost, last, level = _every_start(data, penalty, smallest_variance, shortest, mean, False)
    return Partition(frozen(cost), frozen(last), frozen(level[:, 1].copy()), float(penalty))


def optimal_mean_variance_partition_plain(
    data: Floats, penalty: float, smallest_variance: float, shortest: int = 2
) -> Partition:
    """Return what `optimal_mean_variance_partition` returns by trying every start: O(n^2), the twin for tests."""
    data = _checked(data, penalty, smallest_variance, shortest)
    cost, last, level = _every_start(data, penalty, smallest_variance, shortest, 0.0, True)
    return Partition(frozen(cost), frozen(last), frozen(level), float(penalty))


def _checked(data: Floats, penalty: float, smallest_variance: float, shortest: int, mean: float = 0.0) -> Floats:
    checked_search(penalty, shortest)
    if not 0.0 < smallest_variance < np.inf:
        raise UsageError(
            f"the smallest variance of a segment must be finite and above 0, found {smallest_variance}; "
            "take the square of the smallest move that means anything"
        )
    if not np.isfinite(mean):
        raise UsageError(f"the known mean must be finite, found {mean}; use 0 for returns")
    return checked_series(data, "values to segment", largest=SQUARABLE)


def _every_start(
    data: Floats, penalty: float, floor: float, shortest: int, known: float, is_free: bool
) -> tuple[Floats, Integers, Floats]:
    cost, last = np.empty(data.size + 1), np.zeros(data.size + 1, dtype=np.int64)
    level = np.full((data.size + 1, 2), np.nan)
    cost[0] = -penalty
    mean, square, before = np.full(data.size, known), np.zeros(data.size), np.empty(data.size)
    for t, value in enumerate(data):
        before[t] = cost[t] + penalty if t == 0 or t >= shortest else np.inf
        count = np.arange(t + 1.0, 0.0, -1.0)
        deviation = value - mean[: t + 1]
        if is_free:
            mean[: t + 1] += deviation / count
        square[: t + 1] += deviation * (value - mean[: t + 1])
        variance = np.maximum(square[: t + 1] / count, floor)
        total = before[: t + 1] + count * np.log(variance) + square[: t + 1] / variance
        best = int(np.argmin(total[: max(t + 2 - shortest, 1)]))
        cost[t + 1], last[t + 1], level[t + 1] = total[best], best, (mean[best], variance[best])
    return cost, last, level


@kernel
def _pruned(  # pragma: no cover - compiled
    data: Floats, penalty: float, floor: float, shortest: int, known: float, is_free: bool
) -> tuple[Floats, Integers, Floats, Floats]:
    """Return cost, last, mean and variance of every prefix.

    Open segments are kept by ascending start. `total` is what each cost at the last full pass, minus infinity if it
    began later; the segment that began with the observations since then is carried beside them.
    """
    n = data.size
    cost, last = np.empty(n + 1), np.zeros(n + 1, dtype=np.int64)
    level, variance = np.full(n + 1, np.nan), np.full(n + 1, np.nan)
    cost[0] = -penalty
    start, until = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    mean, square, before, total = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    opened, leader, passed = 0, 0, 0
    for t in range(n):
        prefix = t + 1
        if t == 0 or t >= shortest:
            start[opened], until[opened], mean[opened], square[opened] = t, n + 1, known, 0.0
            before[opened], total[opened] = cost[t] + penalty, -np.inf
            opened += 1
        _absorb(data[t], prefix, start, mean, square, opened, is_free)
        since = _own_cost(data[passed:prefix], known, is_free, floor)
        is_full = prefix - passed == _PASS
        latest = max(prefix - shortest, 0)
        least = before[leader] + _segment_cost(prefix - start[leader], square[leader], floor)
        for i in range(opened):
            if is_full or (start[i] <= latest and total[i] + since <= least):
                value = before[i] + _segment_cost(prefix - start[i], square[i], floor)
                if is_full:
                    total[i] = value
                if start[i] <= latest and (value < least or (value == least and i < leader)):
                    least, leader = value, i
        cost[prefix], last[prefix], level[prefix] = least, start[leader], mean[leader]
        variance[prefix] = max(square[leader] / (prefix - start[leader]), floor)
        if is_full:
            beaten = least + penalty, prefix + shortest
            opened, leader = _prune(start, until, mean, square, before, total, opened, leader, prefix, beaten)
            passed = prefix
    return cost, last, level, variance


@kernel
def _absorb(  # pragma: no cover - compiled
    value: float, prefix: int, start: Integers, mean: Floats, square: Floats, opened: int, is_free: bool
) -> None:
    """Add the last observation of a prefix to every open segment."""
    for i in range(opened):
        deviation = value - mean[i]
        if is_free:
            mean[i] += deviation / (prefix - start[i])
        square[i] += deviation * (value - mean[i])


@kernel
def _own_cost(data: Floats, known: float, is_free: bool, floor: float) -> float:  # pragma: no cover - compiled
    """Return what `data` cost as one segment."""
    mean, square = known, 0.0
    for i in range(data.size):
        deviation = data[i] - mean
        if is_free:
            mean += deviation / (i + 1)
        square += deviation * (data[i] - mean)
    return float(_segment_cost(data.size, square, floor))


@kernel
def _segment_cost(count: int, square: float, floor: float) -> float:  # pragma: no cover - compiled
    """Return ``n ln v + S / v`` at the best variance that is allowed."""
    variance = max(square / count, floor)
    return float(count * np.log(variance) + square / variance)


@kernel
def _prune(  # pragma: no cover - compiled
    start: Integers,
    until: Integers,
    mean: Floats,
    square: Floats,
    before: Floats,
    total: Floats,
    opened: int,
    leader: int,
    prefix: int,
    beaten: tuple[float, int],
) -> tuple[int, int]:
    """Drop the starts that can win no more, in place; return how many are left, and where the leader is.

    `beaten` is the cost above which a start is, and the first prefix for which that counts. A leader that leaves
    gives way to the oldest start, which is always one that may end the next prefix.
    """
    ceiling, counts_from = beaten
    kept, place = 0, 0
    for i in range(opened):
        if total[i] > ceiling:
            until[i] = min(until[i], counts_from)
        if until[i] > prefix + 1:
            if i == leader:
                place = kept
            start[kept], until[kept], mean[kept], square[kept] = start[i], until[i], mean[i], square[i]
            before[kept], total[kept] = before[i], total[i]
            kept += 1
    return kept, place
