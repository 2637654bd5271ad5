"""The cheapest way to cover an option that is sold, by options of one ladder: kernels.

A premium is convex in its strike. So what lies on the chord between two options that can be bought covers everything
below it, and the best cover of any strike lies on the lower convex hull of the asks.
"""

from dataclasses import dataclass

import numpy as np

from outsample.compiled import kernel
from outsample.typing import Bools, Floats, Integers

__all__ = ["Covers", "cheapest_before", "covers", "least_of_each", "lower_hull"]


@dataclass(frozen=True, slots=True, eq=False)
class Covers:
    """The cheapest cover of each option that has one.

    Parameters
    ----------
    sold, left, right : (c,) int64 array
        Steps of the ladder; left and right are equal where one step alone covers.
    share : (c,) array
        Of the left step; the right one has the rest.
    """

    sold: Integers
    left: Integers
    right: Integers
    share: Floats

    def taken(self, which: Bools) -> "Covers":
        """Return some of the covers."""
        return Covers(self.sold[which], self.left[which], self.right[which], self.share[which])


def covers(
    start: Integers,
    time_stop: Integers,
    later: tuple[int, int],
    x: Floats,
    sell: Floats,
    buy: Floats,
    on_hull: bool,
) -> Covers:
    """Return the cheapest cover of each step that can be sold.

    Parameters
    ----------
    start : (s + 1,) int64 array
        First step of each slice.
    time_stop : (s,) int64 array
        One past the last slice of the same time.
    later : pair of int
        From how many to how many slices later the cover may lie: 0, 0 is the same slice.
    x : (q,) array
        Strike, or strike over forward; ascending within a slice, finite.
    sell, buy : (q,) array
        Premiums; NaN where there is none.
    on_hull : bool
        The best chord of all, not only those between neighbours; without it `buy` must be finite.
    """
    count = x.size
    size, share = np.full(count, np.nan), np.zeros(count)
    left, right = np.full(count, -1), np.full(count, -1)
    corner, stop = np.arange(count), start[1:].copy()
    if on_hull:
        lower_hull(start, x, buy, corner, stop)
    cheapest_cover(start, time_stop, *later, x, sell, buy, corner, stop, size, left, right, share)
    sold = np.flatnonzero(np.isfinite(size))
    return Covers(sold, left[sold], right[sold], share[sold])


@kernel
def cheapest_before(start: Integers, buy: Floats, backward: bool, found: Integers) -> None:  # pragma: no cover
    """Fill `found` with the cheapest step of the same slice before each one, -1 where there is none.

    Parameters
    ----------
    start : (s + 1,) int array
        First step of each slice.
    buy : (q,) array
        NaN where nothing is offered.
    backward : bool
        Look among the steps after each one instead.
    found : (q,) int array
    """
    for s in range(start.size - 1):
        cheapest = -1
        for k in range(start[s + 1] - start[s]):
            i = start[s + 1] - 1 - k if backward else start[s] + k
            found[i] = cheapest
            if buy[i] == buy[i] and (cheapest < 0 or buy[i] < buy[cheapest]):
                cheapest = i


@kernel
def least_of_each(start: Integers, values: Floats) -> Integers:  # pragma: no cover - compiled
    """Return the step of each slice with the least value, -1 where all are NaN or there is none."""
    least = np.full(start.size - 1, -1)
    for s in range(start.size - 1):
        for i in range(start[s], start[s + 1]):
            if values[i] == values[i] and (least[s] < 0 or values[i] < values[least[s]]):
                least[s] = i
    return least


@kernel
def lower_hull(start: Integers, x: Floats, y: Floats, corner: Integers, stop: Integers) -> None:  # pragma: no cover
    """Fill `corner` with the corners of the lower convex hull of each slice, by Andrew's chain.

    Parameters
    ----------
    start : (s + 1,) int array
    x, y : (q,) array
        x ascends within a slice; a step with NaN in y is passed over.
    corner : (q,) int array
        Steps, from ``start[s]`` to ``stop[s]``.
    stop : (s,) int array
    """
    for s in range(start.size - 1):
        first = top = start[s]
        for i in range(start[s], start[s + 1]):
            if y[i] != y[i]:
                continue
            while top - first >= 2:
                a, b = corner[top - 2], corner[top - 1]
                if (y[b] - y[a]) * (x[i] - x[a]) < (y[i] - y[a]) * (x[b] - x[a]):
                    break
                top -= 1
            corner[top] = i
            top += 1
        stop[s] = top


@kernel
def cheapest_cover(  # pragma: no cover - compiled
    start: Integers,
    time_stop: Integers,
    nearest: int,
    furthest: int,
    x: Floats,
    sell: Floats,
    buy: Floats,
    corner: Integers,
    stop: Integers,
    size: Floats,
    left: Integers,
    right: Integers,
    share: Floats,
) -> None:
    """Fill in by how much each step is dearer than its cheapest cover on the chords of later slices of its time.

    Parameters
    ----------
    start : (s + 1,) int array
    time_stop : (s,) int array
        One past the last slice of the same time.
    nearest, furthest : int
        How many slices later a cover may lie: 0 and 0 is the same slice.
    x, sell, buy : (q,) array
    corner, stop : (q,), (s,) int array
        Between which steps chords run, as `lower_hull` fills them.
    size : (q,) array
        ``sell`` less the cover, the largest over slices; left as it is where nothing covers.
    left, right : (q,) int array
        Steps of the cover; equal where one step alone covers.
    share : (q,) array
        Of the left step.
    """
    for near in range(start.size - 1):
        for far in range(near + nearest, min(near + furthest + 1, time_stop[near])):
            at, last = start[far], stop[far]
            if at == last:
                continue
            for i in range(start[near], start[near + 1]):
                while at + 1 < last and x[corner[at + 1]] <= x[i]:
                    at += 1
                a, b, weight = corner[at], corner[at], 1.0
                if x[a] > x[i] or sell[i] != sell[i] or (x[a] < x[i] and at + 1 == last):
                    continue
                if x[a] < x[i]:
                    b = corner[at + 1]
                    weight = (x[b] - x[i]) / (x[b] - x[a])
                gain = sell[i] - (weight * buy[a] + (1.0 - weight) * buy[b])
                if not size[i] >= gain:
                    size[i], left[i], right[i], share[i] = gain, a, b, weight
