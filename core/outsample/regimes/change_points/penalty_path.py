"""The whole penalty path: every segmentation that is optimal under some penalty, and under which ones.

Each segmentation is a line in the plane of penalty and total cost: its own cost plus the penalty for each change. The
optimum over all of them is a concave chain of such lines. CROPS (Haynes, Eckley and Fearnhead 2017,
doi:10.1080/10618600.2015.1116445) finds the chain by searching where two lines that are known to be on it cross:
either a new line lies below the crossing, or nothing lies between the two.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.errors import UsageError
from outsample.regimes.change_points.partition import Partition, back_trace
from outsample.typing import Floats, Integers, frozen

__all__ = ["PenaltyPath", "penalty_path"]

_WIDTH: Final = 1e-9  # of a penalty; a narrower interval is a tie between three lines, told apart by rounding


@dataclass(frozen=True, slots=True, eq=False)
class PenaltyPath:
    """The optimal segmentations between two penalties, by rising penalty.

    Parameters
    ----------
    low, high : (k,) array
        Segmentation i is optimal from ``low[i]`` to ``high[i]``, where the next one ties with it:
        ``low[i + 1] == high[i]``. The first begins at the lower penalty asked for, the last ends at the upper one.
    segments : (k,) int64 array
        Number of segments, strictly falling.
    cost : (k,) array
        Sum of the costs of the segments, without any penalty; strictly rising.
    starts : tuple of k int64 arrays
        First observations of the segments, 0-based; each begins with 0, or is empty for empty data.
    """

    low: Floats
    high: Floats
    segments: Integers
    cost: Floats
    starts: tuple[Integers, ...]

    def at(self, penalties: Floats) -> Integers:
        """Return the position of the optimum under each of `penalties`; that with fewer segments where two tie.

        Raises
        ------
        UsageError
            A penalty lies outside the path.
        """
        penalties = np.asarray(penalties, dtype=np.float64)
        if not ((penalties >= self.low[0]) & (penalties <= self.high[-1])).all():
            raise UsageError(
                f"the path runs from a penalty of {self.low[0]:g} to {self.high[-1]:g}, found one outside; "
                "search a wider path"
            )
        return np.minimum(np.searchsorted(self.high, penalties, side="right"), self.segments.size - 1)


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    starts: Integers
    cost: float

    @property
    def segments(self) -> int:
        return self.starts.size

    def crossing(self, fewer: "_Line") -> float:
        """Return the penalty at which a line with fewer segments ties with this one."""
        return (fewer.cost - self.cost) / (self.segments - fewer.segments)


def penalty_path(search: Callable[[float], Partition], low: float, high: float) -> PenaltyPath:
    """Return all segmentations of the whole series that are optimal under a penalty in ``[low, high]``.

    The choice of the penalty decides more than the choice of the algorithm: look at this before trusting one. About
    two searches for each segmentation on the path.

    Parameters
    ----------
    search : callable
        From a penalty to the exact optimum, with any cost: ``lambda price: optimal_partition(data, price, 7)``.
    low, high : float
        Prices of one change, finite and at least 0.

    Raises
    ------
    UsageError
        `low` is above `high`, or a penalty has no meaning.
    DataError
        As `search`.

    Examples
    --------
    >>> from outsample.regimes import optimal_partition
    >>> data = np.array([0.0, 0.0, 2.0, 2.0, 9.0, 9.0])
    >>> path = penalty_path(lambda price: optimal_partition(data, price), 1.0, 100.0)
    >>> path.segments.tolist(), path.high.round(3).tolist()
    ([3, 2, 1], [4.0, 85.333, 100.0])
    """
    if not low <= high:
        raise UsageError(f"a path needs a lower and an upper penalty in this order, found {low} and {high}; swap them")
    few, many = _line(search(high)), _line(search(low))
    lines = _chain([few, *_between(search, many, few), many] if many.segments > few.segments else [few])
    ties = [one.crossing(fewer) for one, fewer in zip(lines[:-1], lines[1:], strict=True)]
    return PenaltyPath(
        frozen(np.array([low, *ties])),
        frozen(np.array([*ties, high])),
        frozen(np.array([line.segments for line in lines], dtype=np.int64)),
        frozen(np.array([line.cost for line in lines])),
        tuple(frozen(line.starts) for line in lines),
    )


def _line(partition: Partition) -> _Line:
    starts = back_trace(partition.last, partition.last.size - 1)
    return _Line(starts, float(partition.cost[-1] - partition.penalty * (starts.size - 1)))


def _between(search: Callable[[float], Partition], many: _Line, few: _Line) -> Iterator[_Line]:
    """Yield the lines of the chain between two of it, in no order, and some that only touch it."""
    waiting = [(many, few)]
    while waiting:
        many, few = waiting.pop()
        if many.segments - few.segments > 1:
            found = _line(search(max(many.crossing(few), 0.0)))
            if few.segments < found.segments < many.segments:
                yield found
                waiting += [(many, found), (found, few)]


def _chain(lines: list[_Line]) -> list[_Line]:
    """Return the lines that are lowest over an interval, by falling number of segments."""
    chain: list[_Line] = []
    for line in sorted(lines, key=lambda one: -one.segments):
        while len(chain) > 1:
            begin, end = chain[-2].crossing(chain[-1]), chain[-1].crossing(line)
            if end - begin > _WIDTH * abs(end):
                break
            chain.pop()
        chain.append(line)
    return chain
