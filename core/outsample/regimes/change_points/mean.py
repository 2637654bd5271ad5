"""Exact change points of a piecewise-constant mean: one pass gives the best segmentation of every prefix.

A segmentation of ``data[:t]`` costs its residual sum of squares plus `penalty` for each change. The optimum of every
prefix follows from the recursion ``F[t] = min_s F[s] + penalty + RSS(s, t)`` with ``F[0] = -penalty``. The kernel
solves it by functional pruning (FPOP; Maidstone, Hocking, Rigaill and Fearnhead 2017, doi:10.1007/s11222-016-9636-3):
it keeps, for each value of the last mean, the only segment start that can still be the best there. A shortest
segment length is met exactly: starts compete on the observations before their last `shortest` ones, which all share.

Both solvers carry the mean and the cost of each open segment by Welford's update instead of differences of prefix
sums: no digits are lost at large levels, there is nothing to centre, and nothing after ``data[:t]`` can reach
``F[t]``, not even in its last bit.
"""

import numpy as np

from outsample.compiled import kernel
from outsample.finite_series import SQUARABLE, checked_series
from outsample.regimes.change_points.partition import Partition, checked_search
from outsample.typing import Floats, Integers, frozen

__all__ = ["optimal_partition", "optimal_partition_plain"]


def optimal_partition(data: Floats, penalty: float, shortest: int = 1) -> Partition:
    """Return the exact optimum of every prefix by functional pruning (compiled, releases the GIL).

    About O(n log n) on noise with or without changes; at worst O(n^2) in time (a noiseless ramp, where no start can
    be ruled out for long), always O(n) in memory.

    Parameters
    ----------
    data : (n,) array
        Finite; n = 0 is allowed.
    penalty : float
        Price of one change, finite and at least 0.
    shortest : int
        Fewest observations a segment may have, at least 1. A prefix shorter than two such segments is one segment.

    Raises
    ------
    DataError
        A value is NaN or infinite.
    UsageError
        The penalty is negative, infinite or NaN, or `shortest` is below 1.

    Examples
    --------
    >>> from outsample.regimes import back_trace
    >>> partition = optimal_partition(np.array([0.0, 0.0, 0.0, 9.0, 9.0]), penalty=1.0)
    >>> back_trace(partition.last, 5).tolist(), float(partition.cost[5])
    ([0, 3], 1.0)
    """
    checked_search(penalty, shortest)
    data = checked_series(data, "values to segment", largest=SQUARABLE)
    cost, last, level = _functional_pruning(data, float(penalty), int(shortest))
    return Partition(frozen(cost), frozen(last), frozen(level), float(penalty))


def optimal_partition_plain(data: Floats, penalty: float, shortest: int = 1) -> Partition:
    """Return what `optimal_partition` returns by trying every start: O(n^2), the twin for tests."""
    checked_search(penalty, shortest)
    data = checked_series(data, "values to segment", largest=SQUARABLE)
    cost, last, level = np.empty(data.size + 1), np.zeros(data.size + 1, dtype=np.int64), np.empty(data.size + 1)
    cost[0], level[0] = -penalty, np.nan
    mean, total = np.zeros(data.size), np.empty(data.size)
    count = np.arange(1.0, data.size + 1.0)
    for t, value in enumerate(data):
        total[t] = cost[t] + penalty if t == 0 or t >= shortest else np.inf
        deviation = value - mean[: t + 1]
        mean[: t + 1] += deviation / count[t::-1]
        total[: t + 1] += deviation * (value - mean[: t + 1])
        best = int(np.argmin(total[: max(t + 2 - shortest, 1)]))
        cost[t + 1], last[t + 1], level[t + 1] = total[best], best, mean[best]
    return Partition(frozen(cost), frozen(last), frozen(level), float(penalty))


@kernel
def _functional_pruning(  # pragma: no cover - compiled
    data: Floats, penalty: float, shortest: int
) -> tuple[Floats, Integers, Floats]:
    """Return cost, last and level of every prefix.

    When `now` observations are absorbed, the line of means is cut into pieces at `edge`; on piece i the segment that
    began at `start[i]` is the best one still open, and its own minimum is `total[i]` at `mean[i]`. The next
    `shortest` observations belong to that segment whatever it is, so they are added as one block to give the optimum
    of the prefix that ends with them. Each list has two sides: one is read while the other is written.
    """
    n = data.size
    cost, last, level = np.empty(n + 1), np.zeros(n + 1, dtype=np.int64), np.empty(n + 1)
    cost[0], level[0] = -penalty, np.nan
    start = np.empty((2, 2 * n + 2), dtype=np.int64)
    edge, mean, total = np.empty((2, 2 * n + 2)), np.empty((2, 2 * n + 2)), np.empty((2, 2 * n + 2))
    reach = np.empty(2 * n + 2)
    pieces, side = 1, 0
    start[0, 0], edge[0, 0], mean[0, 0], total[0, 0] = 0, np.inf, 0.0, 0.0
    for prefix in range(1, min(shortest, n + 1)):
        level[prefix], cost[prefix] = _mean_and_residual(data[:prefix])
    for now in range(n):
        prefix = now + shortest
        if prefix <= n:
            ahead, residual = _mean_and_residual(data[now:prefix])
            best, least = 0, np.inf
            for i in range(pieces):
                count = now - start[side, i]
                share = count * shortest / (count + shortest)
                candidate = total[side, i] + residual + share * (mean[side, i] - ahead) ** 2
                if candidate < least or (candidate == least and start[side, i] < start[side, best]):
                    best, least = i, candidate
            first = start[side, best]
            cost[prefix], last[prefix] = least, first
            level[prefix] = ahead + (mean[side, best] - ahead) * ((now - first) / (prefix - first))
        # what a segment that begins at now + 1 costs before its first observation
        ceiling = cost[now + 1] + penalty if now + 1 >= shortest else np.inf
        for i in range(pieces):
            deviation = data[now] - mean[side, i]
            mean[side, i] += deviation / (now + 1 - start[side, i])
            total[side, i] += deviation * (data[now] - mean[side, i])
            reach[i] = np.sqrt(max(ceiling - total[side, i], 0.0) / (now + 1 - start[side, i]))
        pieces = _insert(start, edge, mean, total, reach, side, pieces, now + 1, ceiling)
        side = 1 - side
    return cost, last, level


@kernel
def _insert(  # pragma: no cover - compiled
    start: Integers,
    edge: Floats,
    mean: Floats,
    total: Floats,
    reach: Floats,
    side: int,
    pieces: int,
    newcomer: int,
    ceiling: float,
) -> int:
    """Write the other side: the pieces after a segment that begins at `newcomer` joined; return their number.

    The newcomer costs a flat `ceiling`. Piece i stays where it costs less, within `reach[i]` of its mean; the
    newcomer takes the rest of the line.
    """
    other, count, low = 1 - side, 0, -np.inf
    for i in range(pieces):
        left, right = max(low, mean[side, i] - reach[i]), min(edge[side, i], mean[side, i] + reach[i])
        low = edge[side, i]
        kept = left < right
        before = left if kept else low
        if before > (edge[other, count - 1] if count > 0 else -np.inf):  # the newcomer wins below, or everywhere
            if count == 0 or start[other, count - 1] != newcomer:
                start[other, count], mean[other, count], total[other, count] = newcomer, 0.0, ceiling
                count += 1
            edge[other, count - 1] = before
        if kept:
            start[other, count], edge[other, count] = start[side, i], right
            mean[other, count], total[other, count] = mean[side, i], total[side, i]
            count += 1
            if right < low:  # the newcomer wins above
                start[other, count], edge[other, count] = newcomer, low
                mean[other, count], total[other, count] = 0.0, ceiling
                count += 1
    return count


@kernel
def _mean_and_residual(data: Floats) -> tuple[float, float]:  # pragma: no cover - compiled
    """Return the mean of `data` and the sum of squares around it."""
    mean, total = 0.0, 0.0
    for i in range(data.size):
        deviation = data[i] - mean
        mean += deviation / (i + 1)
        total += deviation * (data[i] - mean)
    return mean, total
