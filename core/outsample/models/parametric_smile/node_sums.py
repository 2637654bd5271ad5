"""Prefix sums over times of what quotes put on the nodes of a lattice, in memory that does not grow with the history.

The sums are those of `outsample.cumulative`: that of the next time is that of the one before plus its own row. They are
kept at every b-th time, so many that there are `MOST_KEPT` at most. One in between is had by adding the rows of the
times since, in their order, each spread over the nodes from its quotes: the very bits that it would have been kept
with. So neither b, nor the times after a window, which decide on it, can be told from any number.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.typing import Floats, frozen

__all__ = ["MOST_KEPT", "NodeSums"]

MOST_KEPT: Final = 8192  # of them: 94 MB for the 720 nodes of the lattice
STRETCH: Final = 64  # times that are gone through at once where not every one is kept

Continue = Callable[[int, Floats], None]


@dataclass(frozen=True, slots=True, eq=False)
class NodeSums:
    """Sums over the m times of a history.

    Parameters
    ----------
    times : int
        m.
    every : int
        b: the sums of the first 0, b, 2 b ... times are kept.
    kept : (m // b + 1, c) array
    go_on : callable
        From the index of a time and (t + 1, c) rows, of which the first is the sum of all times before it: fills the
        others with the sums through it and the next t - 1 times.
    """

    times: int
    every: int
    kept: Floats
    go_on: Continue

    @classmethod
    def of(cls, times: int, columns: int, go_on: Continue, most: int = MOST_KEPT) -> "NodeSums":
        """Go through all times once and keep at most `most` sums beside that of no time."""
        every = max(1, -(-times // most))
        kept = np.zeros((times // every + 1, columns))
        if every == 1:
            go_on(0, kept)
        else:
            rows = np.zeros((every + 1, columns))
            for place in range(1, kept.shape[0]):
                go_on((place - 1) * every, rows)
                rows[0] = kept[place] = rows[every]
        return cls(times, every, frozen(kept), go_on)

    def through(self, time: int) -> Floats:
        """Return the (c,) sums of the times before the one of index `time`, all of them at m."""
        place, more = divmod(time, self.every)
        if not more:
            return np.asarray(self.kept[place])
        rows = np.empty((more + 1, self.kept.shape[1]))
        rows[0] = self.kept[place]
        self.go_on(place * self.every, rows)
        return np.asarray(rows[more])

    def total(self, rows: slice) -> Floats:
        """Return the (c,) sums over the times ``rows.start <= i < rows.stop``."""
        return np.asarray(self.through(rows.stop) - self.through(rows.start))

    def stretches(self, rows: slice) -> Iterator[Floats]:
        """Yield the (t + 1, c) sums before each time of `rows` and after the last, stretch by stretch of t times."""
        if self.every == 1:
            yield self.kept[rows.start : rows.stop + 1]
            return
        before = self.through(rows.start)
        for first in range(rows.start, rows.stop, STRETCH):
            sums = np.empty((min(STRETCH, rows.stop - first) + 1, before.size))
            sums[0] = before
            self.go_on(first, sums)
            before = sums[-1]
            yield frozen(sums)
