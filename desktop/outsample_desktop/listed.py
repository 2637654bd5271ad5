"""What the tabs of option data list: pure functions from an answer to a table and the sentence above it.

What makes the tables is imported by who first looks at one: 25 ms that no start needs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from outsample.datasets import OptionQuotes
from outsample.errors import DataError
from outsample.report import Analysis, Table
from outsample_desktop.book_file import book_of
from outsample_desktop.session import State

if TYPE_CHECKING:
    from outsample.diagnostics.arbitrage import Arbitrage

__all__ = ["CHOICES", "NO_BOOK", "Listed", "Wanted", "listed"]

CHOICES: Final = {
    "arbitrage": {
        "kinds": "by kind",
        "executable": "executable",
        "mids": "on mids",
        "times": "by time",
        "episodes": "how long they last",
    },
    "filters": {"steps": "filter waterfall"},
    "book": {"models": "by model", "cells": "by cell", "positions": "by position", "times": "through time"},
}
NO_BOOK: Final = "no book is open: File › Open a book of positions…, or drop its CSV on the window"


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """What a tab is to list.

    Parameters
    ----------
    tab, choice : str
        As in `CHOICES`.
    state : State
    analysis : Analysis
        Of option quotes.
    quotes : OptionQuotes
        As loaded: arbitrage does not depend on how the case sees them, and is searched once.
    """

    tab: str
    choice: str
    state: State
    analysis: Analysis
    quotes: OptionQuotes

    def key(self) -> tuple[object, ...]:
        """Return everything that the table depends on, and nothing else."""
        state = self.state
        shared = (self.tab, self.choice, state.fingerprint, state.split)
        if self.tab == "arbitrage":
            return shared
        if self.tab == "filters":
            return (*shared, state.target, state.parameters.filters)
        asked = (state.scheme, state.score, state.composition, state.axis, state.target, state.models)
        return (*shared, *asked, state.parameters, state.book, state.book_sha256)


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """A table, and what is to be said about it in one line."""

    table: Table
    sentence: str


def listed(wanted: Wanted) -> Listed:
    """Return what a tab lists; what stands in the way of it is the sentence over an empty table."""
    make: dict[str, Callable[[Wanted], Listed]] = {"arbitrage": _arbitrage, "filters": _filters, "book": _book}
    try:
        return make[wanted.tab](wanted)
    except DataError as error:
        return Listed(Table(wanted.tab, ()), str(error))


def _arbitrage(wanted: Wanted) -> Listed:
    from outsample.diagnostics.arbitrage import find_arbitrage
    from outsample.report.arbitrage import arbitrage_by_kind_table, arbitrage_by_time_table, arbitrage_episodes_table
    from outsample.report.option_tables import all_arbitrage_table

    found, split = find_arbitrage(wanted.quotes), wanted.analysis.split
    makers: dict[str, Callable[[], Table]] = {
        "kinds": lambda: arbitrage_by_kind_table(found, split),
        "executable": lambda: all_arbitrage_table(found, split),
        "mids": lambda: all_arbitrage_table(found, split, executable=False),
        "times": lambda: arbitrage_by_time_table(found),
        "episodes": lambda: arbitrage_episodes_table(found),
    }
    return Listed(makers[wanted.choice](), _counted(found, wanted))


def _counted(found: "Arbitrage", wanted: Wanted) -> str:
    """Return how many violations each window holds, on mids and executable."""
    split = wanted.analysis.split
    parts = []
    for name, window in (("train", split.train), ("test", split.test)):
        on_mids, executable = found.on_mids.between(window), found.executable.between(window)
        times = window.rows(found.quotes.times)
        parts.append(
            f"{name}: {executable.kind.size:,} executable, {on_mids.kind.size:,} on mids, "
            f"in {times.stop - times.start:,} snapshots"
        )
    return f"{'   '.join(parts)}   sizes for one option, before fees"


def _filters(wanted: Wanted) -> Listed:
    from outsample.report.filters import filters_table

    quotes = wanted.analysis.data
    assert isinstance(quotes, OptionQuotes)
    sentence = (
        f"{quotes.observed.size:,} of {quotes.size:,} quotes are observations   "
        "filters that are not applied only count what they would take"
    )
    return Listed(filters_table(quotes, wanted.analysis.split), sentence)


def _book(wanted: Wanted) -> Listed:
    from outsample.report.book import book_cells_table, book_models_table, book_positions_table, book_times_table

    analysis = wanted.analysis
    found = book_of(wanted.state, wanted.quotes)
    if found is None:
        return Listed(Table("book", ()), NO_BOOK)
    assert isinstance(analysis.data, OptionQuotes)
    quotes, book = analysis.data, found.book
    makers: dict[str, Callable[[], Table]] = {
        "models": lambda: book_models_table(analysis, book),
        "cells": lambda: book_cells_table(analysis, book),
        "positions": lambda: book_positions_table(quotes, book),
        "times": lambda: book_times_table(analysis, book),
    }
    said = found.change(wanted.state) or f"{book.name}: {book.size:,} positions"
    rejected = sum(found.report.rejected.values())
    left_out = f", {rejected:,} of {found.report.rows_read:,} rows rejected" * bool(rejected)
    return Listed(makers[wanted.choice](), f"{said}{left_out}   errors: model less market, at observed vols")
