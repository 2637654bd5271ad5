"""Quotes as they can be dealt in: sides that exist, the worth of a forward and of a strike, slices and ladders."""

from dataclasses import dataclass

import numpy as np

from outsample.datasets import OptionQuotes, Settlement
from outsample.typing import Bools, Floats, Integers

__all__ = ["Ladder", "Market", "Pairs", "Side", "call_put_pairs", "ladder", "market"]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """At which premiums one sells and buys: both the mid, or bid and ask.

    Parameters
    ----------
    sell, buy : (n,) array
        Premium currency; NaN where nobody is there to deal with.
    is_mid : bool
    """

    sell: Floats
    buy: Floats
    is_mid: bool


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """Columns over the n quotes, and over the s slices of one time and one expiry.

    Parameters
    ----------
    quotes : OptionQuotes
    crossed : (n,) bool array
        Ask below bid; such quotes take part in no other test.
    mids, spread : Side
        At mids, NaN where a side is missing; across the spread.
    unit : (n,) array
        What the underlying is worth at expiry, in premium currency: 1 coin if inverse, the row's own forward if
        linear. NaN without a forward.
    dollar : (n,) array
        What one unit of quote currency is worth at expiry, in premium currency: 1 over the row's own forward if
        inverse, 1 if linear.
    slice_start : (s + 1,) int64 array
        First row of each slice.
    slice_of, time_index : (n,) int64 array
        Slice and time of each row.
    time_stop : (s,) int64 array
        One past the last slice of the same time.
    forward : (s,) array
        Median of the rows' own forwards: tests across strikes need one.
    """

    quotes: OptionQuotes
    crossed: Bools
    mids: Side
    spread: Side
    unit: Floats
    dollar: Floats
    slice_start: Integers
    slice_of: Integers
    time_index: Integers
    time_stop: Integers
    forward: Floats

    @property
    def is_inverse(self) -> bool:
        """Whether premiums are in coin."""
        return self.quotes.settlement is Settlement.INVERSE

    def scale(self, rows: Integers) -> Floats:
        """Return what a fraction of the forward is a fraction of, in premium currency; of the strike without one."""
        if self.is_inverse:
            return np.ones(rows.size)
        forward = self.forward[self.slice_of[rows]]
        return np.where(np.isfinite(forward), forward, self.quotes.strike[rows])

    def slice_dollar(self, slices: Integers) -> Floats:
        """Return what one unit of quote currency is worth at the expiry of some slices, in premium currency."""
        return 1.0 / self.forward[slices] if self.is_inverse else np.ones(slices.size)


def market(quotes: OptionQuotes) -> Market:
    """Return the quotes as they can be dealt in."""
    crossed = quotes.ask < quotes.bid
    bid = np.where((quotes.bid > 0) & ~crossed, quotes.bid, np.nan)
    ask = np.where((quotes.ask > 0) & ~crossed, quotes.ask, np.nan)
    middle = 0.5 * (bid + ask)
    forward = np.where(quotes.forward > 0, quotes.forward, np.nan)
    is_inverse = quotes.settlement is Settlement.INVERSE
    known = np.where(np.isfinite(forward), 1.0, np.nan)
    time, expiry = quotes.time, quotes.expiry
    first = np.flatnonzero(np.r_[True, (np.diff(time) != 0) | (np.diff(expiry) != 0)])
    start = np.r_[first, quotes.size]
    return Market(
        quotes=quotes,
        crossed=crossed,
        mids=Side(middle, middle, is_mid=True),
        spread=Side(bid, ask, is_mid=False),
        unit=known if is_inverse else forward,
        dollar=1.0 / forward if is_inverse else known,
        slice_start=start,
        slice_of=np.repeat(np.arange(first.size), np.diff(start)),
        time_index=np.cumsum(np.r_[False, np.diff(time) != 0]),
        time_stop=np.searchsorted(time[first], time[first], side="right"),
        forward=_medians(forward, start),
    )


def _medians(values: Floats, start: Integers) -> Floats:
    """Return the median of the finite values of each slice, NaN where there are none."""
    group = np.repeat(np.arange(start.size - 1), np.diff(start))
    ordered = values[np.lexsort((values, group))]  # NaN goes to the end of its slice
    count = np.add.reduceat(np.isfinite(values).astype(np.int64), start[:-1])
    low, high = start[:-1] + np.maximum(count - 1, 0) // 2, start[:-1] + count // 2
    high = np.minimum(high, start[1:] - 1)
    return np.asarray(np.where(count > 0, 0.5 * (ordered[low] + ordered[high]), np.nan))


@dataclass(frozen=True, slots=True, eq=False)
class Ladder:
    """Options of one type by strike, slice after slice.

    Parameters
    ----------
    row : (q,) int64 array
        Quote; strikes strictly ascend within a slice.
    start : (s + 1,) int64 array
        First step of each slice.
    slice_of : (q,) int64 array
    """

    row: Integers
    start: Integers
    slice_of: Integers

    def taken(self, which: Bools) -> "Ladder":
        """Return the ladder without some of its steps."""
        slices = self.slice_of[which]
        return Ladder(self.row[which], np.searchsorted(slices, np.arange(self.start.size)), slices)


def ladder(of: Market, is_call: bool, usable: Bools) -> Ladder:
    """Return the usable quotes of one type; of several at one strike the last one."""
    row = np.flatnonzero(usable & (of.quotes.is_call == is_call))
    slices, strike = of.slice_of[row], of.quotes.strike[row]
    is_last = np.append((np.diff(slices) != 0) | (np.diff(strike) > 0), True)[: row.size]
    row, slices = row[is_last], slices[is_last]
    return Ladder(row, np.searchsorted(slices, np.arange(of.slice_start.size)), slices)


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Call and put of one time, expiry and strike: (p,) rows of each."""

    call: Integers
    put: Integers


def call_put_pairs(of: Market) -> Pairs:
    """Return the pairs of which neither quote is crossed."""
    quotes = of.quotes
    same = (np.diff(of.slice_of) == 0) & (np.diff(quotes.strike) == 0) & (np.diff(quotes.is_call) != 0)
    first = np.flatnonzero(same & ~of.crossed[1:] & ~of.crossed[:-1])
    upper_is_call = quotes.is_call[first + 1]
    return Pairs(np.where(upper_is_call, first + 1, first), np.where(upper_is_call, first, first + 1))
