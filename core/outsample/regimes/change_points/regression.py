"""Exact changes of regression coefficients.

A segment costs its residual sum of squares, as with the mean, which is the case of one constant regressor: what is
searched for are changes of coefficients, in the unit of the target squared. The alternative ``n ln RSS`` finds changes
of the residual variance as well, needs a floor, and is what `optimal_mean_variance_partition` does for the mean.

Search: PELT as for `optimal_variance_partition`, with a triangle of sums for every open start.
"""

import numpy as np

from outsample.compiled import kernel
from outsample.regimes.change_points.partition import Partition, checked_search
from outsample.regimes.growing_regression import absorb_row, checked_regression, solve_triangle
from outsample.typing import Floats, Integers, frozen

__all__ = ["optimal_regression_partition", "optimal_regression_partition_plain"]


def optimal_regression_partition(target: Floats, regressors: Floats, penalty: float, shortest: int) -> Partition:
    """Return the optimum of every prefix when the coefficients change (compiled, releases the GIL).

    Time O(n k^2) with changes at a steady rate, O(n^2 k^2) with none; memory O(n k^2).

    Parameters
    ----------
    target : (n,) array
        Finite; n = 0 is allowed.
    regressors : (n, k) array
        Finite, k <= 6; a constant is a column of ones.
    penalty : float
        Price of one change, unit of the target squared: for BIC ``(k + 1) sigma^2 ln n``.
    shortest : int
        Fewest observations a segment may have, at least k: with fewer everything fits.

    Returns
    -------
    Partition
        ``level`` (n + 1, k) is the coefficients of the last segment; 0 for a regressor that is a combination of
        those before it throughout the segment.

    Raises
    ------
    DataError
        Shapes do not fit, or a value is NaN or infinite.
    UsageError
        Penalty or length without meaning.
    """
    target, regressors = checked_regression(target, regressors)
    checked_search(penalty, shortest, regressors.shape[1])
    cost, last, level = _pruned(target, regressors, float(penalty), int(shortest))
    return Partition(frozen(cost), frozen(last), frozen(level), float(penalty))


def optimal_regression_partition_plain(target: Floats, regressors: Floats, penalty: float, shortest: int) -> Partition:
    """Return the same by a singular value decomposition of every segment: the twin for tests, 100 rows at most."""
    target, regressors = checked_regression(target, regressors)
    checked_search(penalty, shortest, regressors.shape[1])
    n, columns = regressors.shape
    cost, last, level = np.empty(n + 1), np.zeros(n + 1, dtype=np.int64), np.full((n + 1, columns), np.nan)
    cost[0] = -penalty
    for prefix in range(1, n + 1):
        cost[prefix] = np.inf
        for start in (0, *range(shortest, prefix - shortest + 1)):
            rows = slice(start, prefix)
            coefficients = np.linalg.lstsq(regressors[rows], target[rows], rcond=1e-10)[0]
            residual = target[rows] - regressors[rows] @ coefficients
            total = cost[start] + penalty + residual @ residual
            if total < cost[prefix]:
                cost[prefix], last[prefix], level[prefix] = total, start, coefficients
    return Partition(frozen(cost), frozen(last), frozen(level), float(penalty))


@kernel
def _pruned(  # pragma: no cover - compiled
    target: Floats, regressors: Floats, penalty: float, shortest: int
) -> tuple[Floats, Integers, Floats]:
    """Return cost, last and coefficients of every prefix; `opened` lists the starts that can still win, ascending."""
    n, columns = regressors.shape
    cost, last, level = np.empty(n + 1), np.zeros(n + 1, dtype=np.int64), np.full((n + 1, columns), np.nan)
    cost[0] = -penalty
    triangles, row = np.zeros((n, columns, columns + 1)), np.empty(columns + 1)
    total, until, opened, count = np.empty(n), np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64), 0
    for t in range(n):
        prefix = t + 1
        if t == 0 or t >= shortest:
            opened[count], total[t], until[t] = t, cost[t] + penalty, n + 1
            count += 1
        least, best = np.inf, 0
        for i in range(count):
            start = opened[i]
            residual = absorb_row(triangles, start, regressors, target, t, row)
            if residual == residual:
                total[start] += residual * residual
            if start <= max(prefix - shortest, 0) and total[start] < least:
                least, best = total[start], start
        cost[prefix], last[prefix] = least, best
        solve_triangle(triangles[best], level[prefix])
        kept = 0
        for i in range(count):
            start = opened[i]
            if total[start] > least + penalty:  # beaten by a change here, which is allowed from a full length on
                until[start] = min(until[start], prefix + shortest)
            if until[start] > prefix + 1:
                opened[kept] = start
                kept += 1
        count = kept
    return cost, last, level
