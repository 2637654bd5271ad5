"""Which observation prices each position of a book at each time."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from outsample.datasets import OptionQuotes
from outsample.errors import UsageError
from outsample.formulas.black_greeks import InverseGreeks, inverse_greeks
from outsample.io.book import Book
from outsample.prepared import prepared
from outsample.typing import Bools, Floats, Integers, frozen

__all__ = ["Holdings", "holdings"]


@dataclass(frozen=True, eq=False)
class Holdings:
    """Positions at the times at which they can be priced, sorted by time.

    A position is priced at the vol of the observation of its own time, expiry and strike. That is its own quote, or,
    in the money, the quote of the other type, whose vol is the same by put-call parity: observations are out of the
    money. An error of the model's vol is then the same error of premium for both.

    Parameters
    ----------
    quotes : OptionQuotes
    book : Book
    observation : (h,) int64 array
        Index into the observations.
    position : (h,) int64 array
        Index into the book.
    quoted : (m,) int64 array
        Positions that the venue lists at each time, priced or not.
    """

    quotes: OptionQuotes
    book: Book
    observation: Integers
    position: Integers
    quoted: Integers

    @property
    def size(self) -> int:
        """Number of positions times the times at which each is priced."""
        return self.observation.size

    @property
    def quantity(self) -> Floats:
        """(h,) options, long above 0."""
        return self.book.quantity[self.position]

    @property
    def time_index(self) -> Integers:
        """(h,) index into the times."""
        return self.quotes.observed.time_index[self.observation]

    @property
    def cell(self) -> Integers:
        """(h,) cell of the error surface."""
        return self.quotes.observed.cell[self.observation]

    @cached_property
    def greeks(self) -> InverseGreeks:
        """Greeks of one option of each, at its observed vol, with premiums in coin and in quote currency.

        A linear option has the same: its premium is the one in quote currency, undiscounted, and in coin it is that
        over the forward.
        """
        seen, at = self.quotes.observed, self.observation
        is_call = _terms(self.quotes).is_call[_numbers(self.quotes, self.book)][self.position]
        return inverse_greeks(seen.forward[at], seen.strike[at], seen.tenor[at], seen.implied_vol[at], is_call)

    def taken(self, which: Bools) -> "Holdings":
        """Return some of the holdings."""
        return Holdings(self.quotes, self.book, self.observation[which], self.position[which], self.quoted)


def holdings(quotes: OptionQuotes, book: Book) -> Holdings:
    """Return the holdings of `book` through `quotes`: the quantities of the file at all times.

    Raises
    ------
    UsageError
        An instrument of the book is not in the history.
    """
    return Holdings(quotes, book, *_placed(quotes, book))


@prepared
def _placed(quotes: OptionQuotes, book: Book) -> tuple[Integers, Integers, Integers]:
    """Return observation and position of each holding, and how many positions are quoted at each time."""
    seen, terms, number = quotes.observed, _terms(quotes), _numbers(quotes, book)
    position_of = np.full(len(quotes.instruments), -1)
    position_of[number] = np.arange(book.size)
    listed = np.flatnonzero(position_of[quotes.instrument] >= 0)
    quoted = np.bincount(np.searchsorted(quotes.times, quotes.time[listed]), minlength=quotes.times.size)
    observations, positions = [], []
    pair = terms.pair[quotes.instrument[seen.row]]
    for is_call in (False, True):
        held = number[terms.is_call[number] == is_call]
        position_at = np.full(terms.pair.max() + 1, -1)
        position_at[terms.pair[held]] = position_of[held]
        which = np.flatnonzero(position_at[pair] >= 0)
        key = seen.time_index[which].astype(np.int64) * position_at.size + pair[which]
        order = np.lexsort((seen.is_call[which] != is_call, key))  # its own quote before that of the other type
        which = which[order[np.flatnonzero(np.diff(key[order], prepend=-1))]]
        observations.append(which)
        positions.append(position_at[pair[which]])
    observation, position = np.concatenate(observations), np.concatenate(positions)
    by_time = np.argsort(observation, kind="stable")
    return frozen(observation[by_time]), frozen(position[by_time]), frozen(quoted)


@dataclass(frozen=True, slots=True, eq=False)
class _Terms:
    """Of each instrument: whether it is a call, and the number of its expiry and strike."""

    is_call: Bools
    pair: Integers


@prepared
def _terms(quotes: OptionQuotes) -> _Terms:
    number, row = np.unique(quotes.instrument, return_index=True)
    is_call = np.zeros(len(quotes.instruments), dtype=bool)
    is_call[number] = quotes.is_call[row]
    strike, expiry = quotes.strike[row], quotes.expiry[row]
    order = np.lexsort((strike, expiry))
    rank = np.cumsum(np.r_[False, (np.diff(strike[order]) != 0) | (np.diff(expiry[order]) != 0)])
    pair = np.zeros(len(quotes.instruments), dtype=np.int64)
    pair[number[order]] = rank
    return _Terms(is_call, pair)


def _numbers(quotes: OptionQuotes, book: Book) -> Integers:
    """Return the index of each position's instrument in the history."""
    place = {name: i for i, name in enumerate(quotes.instruments)}
    unknown = [name for name in book.instruments if name not in place]
    if unknown:
        raise UsageError(
            f"a book must hold instruments of the history, found {unknown[0]} in {book.name}; "
            "read the book again for this history"
        )
    return np.array([place[name] for name in book.instruments], dtype=np.int64)
