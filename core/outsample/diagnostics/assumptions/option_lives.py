"""Options near one tenor, at the money: what their premium said of the variance, and what came over their life."""

import math
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from outsample.datasets import OptionQuotes
from outsample.datasets.observed import ObservedQuotes
from outsample.prepared import prepared
from outsample.typing import DAY, YEAR, Bools, Floats, Integers, freeze_columns
from outsample.windows import Window

__all__ = ["OptionLives", "nearest_slices", "option_lives"]

_FARTHEST: Final = math.log(2.0)  # a slice of less than half or more than twice the tenor is not near it
_FEWEST_MOVES: Final = 3
_LATEST_PRICE: Final = 0.5  # of a life: the last price known by expiry must not be older


def nearest_slices(seen: ObservedQuotes, tenor_days: float) -> Integers:
    """Return, for each time that has one, the slice whose tenor is nearest to that asked for, by ratio."""
    away = np.abs(np.log(seen.slice_tenor * YEAR / (tenor_days * DAY)))
    order = np.lexsort((away, seen.slice_time))
    is_first = np.diff(seen.slice_time[order], prepend=-1) != 0
    first = order[is_first]
    return np.asarray(first[away[first] <= _FARTHEST])


@dataclass(frozen=True, slots=True, eq=False)
class OptionLives:
    """One at-the-money option a time, with what the underlying did over its life.

    Parameters
    ----------
    time, expiry : (n,) int64 array
        UTC nanoseconds. Whether a life has ended is for a window to say: see `one_after_another`.
    implied, realised, trailing : (n,) array
        Variances a year: at-the-money implied; sum of squared log returns over the life, up to the last price by
        expiry; the same over as long a time before. Trailing is NaN where there are fewer than 3 returns.
    """

    time: Integers
    expiry: Integers
    implied: Floats
    realised: Floats
    trailing: Floats

    def __post_init__(self) -> None:
        freeze_columns(self)

    @property
    def size(self) -> int:
        """Number of options."""
        return self.time.size

    def one_after_another(self, window: Window) -> Self:
        """Return lives wholly inside a window of which none begins before the last has ended.

        Overlapping lives share their returns; these do not.
        """
        chosen: list[int] = []
        row, end = int(np.searchsorted(self.time, window.start)), int(np.searchsorted(self.time, window.stop))
        while row < end:
            if self.expiry[row] < window.stop:
                chosen.append(row)
                row = max(row + 1, int(np.searchsorted(self.time, self.expiry[row])))
            else:
                row += 1
        return self.taken(np.array(chosen, dtype=np.int64))

    def taken(self, rows: Integers | Bools) -> Self:
        """Return some of the options."""
        return type(self)(
            self.time[rows], self.expiry[rows], self.implied[rows], self.realised[rows], self.trailing[rows]
        )


@prepared
def option_lives(quotes: OptionQuotes, life_days: float) -> OptionLives:
    """Return the lives of at-the-money options near a tenor.

    Parameters
    ----------
    quotes : OptionQuotes
    life_days : float
        At each time the slice nearest to it, of half to twice that tenor.
    """
    seen = quotes.observed
    chosen = nearest_slices(seen, life_days)
    row = seen.row[seen.slice_start[chosen]]
    time, expiry = quotes.time[row], quotes.expiry[row]
    prices = seen.underlying
    squares = np.concatenate(([0.0], np.cumsum(prices.returns**2)))
    first = _last_known(prices.time, time)
    last, oldest = _last_known(prices.time, expiry), _last_known(prices.time, 2 * time - expiry)
    realised = _variance(prices.time, squares, first, last)
    trailing = _variance(prices.time, squares, oldest, first)
    late = expiry - prices.time[last] > _LATEST_PRICE * (expiry - time)
    good = (first >= 0) & np.isfinite(realised) & ~late
    return OptionLives(time[good], expiry[good], seen.slice_atm_vol[chosen][good] ** 2, realised[good], trailing[good])


def _last_known(times: Integers, at: Integers) -> Integers:
    return np.searchsorted(times, at, side="right") - 1


def _variance(times: Integers, squares: Floats, first: Integers, last: Integers) -> Floats:
    """Return squared returns a year between two closes; NaN over fewer than 3 returns."""
    first = np.maximum(first, 0)
    known = last - first >= _FEWEST_MOVES
    years = np.where(known, times[last] - times[first], 1) / YEAR
    return np.where(known, (squares[last] - squares[first]) / years, np.nan)
