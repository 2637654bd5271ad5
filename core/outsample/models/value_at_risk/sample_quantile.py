"""The quantile of a sample whose exceedance rate is right: Weibull's definition, type 6 of Hyndman and Fan.

With ``h = (n + 1) level`` the quantile is the h-th smallest value, linear between neighbours. For exchangeable
returns the next one falls below the k-th smallest with probability ``k / (n + 1)`` exactly, so a whole h makes the
expected exceedance rate equal `level`. The default of most packages (type 7, ``h = (n - 1) level + 1``) lies
nearer the middle: 250 returns at 1 % give about 1.39 % exceedances. Where ``h < 1`` even the worst value is
exceeded too often: the sample is too small to state the quantile, and `smallest_sample` says from where on it is
not.

References
----------
Hyndman, Fan (1996), Sample Quantiles in Statistical Packages, Am. Stat. 50, doi:10.1080/00031305.1996.10473566.
Fenwick (1994), A New Data Structure for Cumulative Frequency Tables, SPE 24, doi:10.1002/spe.4380240306.
"""

import math

import numpy as np

from outsample.compiled import kernel
from outsample.typing import Floats, Integers

__all__ = ["quantiles_between", "quantiles_between_twin", "sample_quantile", "smallest_sample"]


def smallest_sample(level: float) -> int:
    """Return the least n with ``(n + 1) level >= 1``: 99 at 1 %.

    >>> smallest_sample(0.01), smallest_sample(0.05), smallest_sample(0.5)
    (99, 19, 1)
    """
    return math.ceil(1.0 / level - 1e-9) - 1


def sample_quantile(values: Floats, level: float) -> float:
    """Return the quantile of (n,) `values`; NaN below `smallest_sample`.

    >>> sample_quantile(np.array([4.0, 1.0, 3.0, 2.0]), 0.3)
    1.5
    """
    if values.size < smallest_sample(level):
        return float("nan")
    lower, weight = _position(values.size, level)
    upper = min(lower + 1, values.size - 1)
    around = np.partition(values, (lower, upper))
    return float(around[lower] + weight * (around[upper] - around[lower]))


@kernel
def _position(count: int, level: float) -> tuple[int, float]:
    """Return the index, from 0, of the order statistic at or below the quantile, and the share of the next one."""
    place = (count + 1) * level - 1.0
    lower = int(max(place, 0.0))
    return lower, max(place, 0.0) - lower


def quantiles_between(values: Floats, first: Integers, last: Integers, level: float) -> Floats:
    """Return the quantile of each stretch ``first[i] <= j < last[i]``; the cost is O(log n) a step.

    Parameters
    ----------
    values : (n,) array
        Finite.
    first, last : (m,) int array
        Both non-decreasing, ``first <= last <= n``.
    level : float
        Probability, 0.5 or less.

    Returns
    -------
    (m,) array
        NaN below `smallest_sample`.
    """
    order = np.argsort(values, kind="stable")
    rank = np.empty(values.size, dtype=np.int64)
    rank[order] = np.arange(values.size)
    out = np.full(first.size, np.nan)
    _fill_quantiles(values[order], rank, first.astype(np.int64), last.astype(np.int64), level, out)
    out[last - first < smallest_sample(level)] = np.nan
    return out


def quantiles_between_twin(values: Floats, first: Integers, last: Integers, level: float) -> Floats:
    """Return what `quantiles_between` returns, one partition a stretch."""
    return np.array([sample_quantile(values[a:b], level) for a, b in zip(first.tolist(), last.tolist(), strict=True)])


@kernel
def _fill_quantiles(
    ordered: Floats, rank: Integers, first: Integers, last: Integers, level: float, out: Floats
) -> None:
    """Slide over the stretches with a Fenwick tree that counts which ranks are inside."""
    tree = np.zeros(ordered.size + 1, dtype=np.int64)
    start, stop = 0, 0
    for i in range(first.size):
        while stop < last[i]:
            _count(tree, rank[stop], 1)
            stop += 1
        while start < first[i]:
            _count(tree, rank[start], -1)
            start += 1
        if stop > start:
            lower, weight = _position(stop - start, level)
            below = ordered[_select(tree, lower)]
            above = ordered[_select(tree, min(lower + 1, stop - start - 1))]
            out[i] = below + weight * (above - below)


@kernel
def _count(tree: Integers, rank: int, change: int) -> None:
    """Add `change` at `rank`."""
    node = rank + 1
    while node < tree.size:
        tree[node] += change
        node += node & -node


@kernel
def _select(tree: Integers, index: int) -> int:
    """Return the rank of the `index`-th smallest, from 0, of those inside."""
    bit = 1
    while 2 * bit < tree.size:
        bit *= 2
    node, left = 0, index
    while bit:
        if node + bit < tree.size and tree[node + bit] <= left:
            node += bit
            left -= tree[node]
        bit >>= 1
    return node
