"""What an evaluation of option quotes writes beside losses and verdicts: arbitrage, filters, and the user's book."""

from dataclasses import replace

import numpy as np

from outsample.datasets import OptionQuotes
from outsample.diagnostics.arbitrage import Arbitrage, find_arbitrage
from outsample.io.book import Book
from outsample.report.analysis import Analysis
from outsample.report.arbitrage import arbitrage_by_kind_table, arbitrage_table
from outsample.report.book import book_cells_table, book_models_table, book_positions_table, book_times_table
from outsample.report.filters import filters_table
from outsample.report.table import Table, column
from outsample.windows import Split, Window

__all__ = ["all_arbitrage_table", "book_tables", "option_tables"]


def option_tables(analysis: Analysis) -> tuple[Table, ...]:
    """Return the tables that only option quotes have; none for other data.

    The violations are those that can be dealt across the spread, of the whole history.
    """
    if not isinstance(analysis.data, OptionQuotes):
        return ()
    found = find_arbitrage(analysis.data)
    return (
        arbitrage_by_kind_table(found, analysis.split),
        all_arbitrage_table(found, analysis.split),
        filters_table(analysis.data, analysis.split),
    )


def book_tables(analysis: Analysis, book: Book) -> tuple[Table, ...]:
    """Return everything that is said of a book: by model, by cell, by position, through time.

    Raises
    ------
    UsageError
        The data are no option quotes, or not those the book was read for.
    """
    by_model, by_cell = book_models_table(analysis, book), book_cells_table(analysis, book)
    assert isinstance(analysis.data, OptionQuotes)  # else the tables above had refused it
    through_time = replace(book_times_table(analysis, book), name="book_times")
    return by_model, by_cell, book_positions_table(analysis.data, book), through_time


def all_arbitrage_table(found: Arbitrage, split: Split, executable: bool = True) -> Table:
    """Return the violations of a whole history, and in which window of a split each lies; in neither, nothing."""
    times = found.quotes.times
    listed = arbitrage_table(found, Window(int(times[0]), int(times[-1]) + 1), executable)
    at = listed.columns[0].values
    window = np.full(at.size, "", dtype="<U5")
    for name, part in (("train", split.train), ("test", split.test)):
        window[part.rows(at)] = name
    return Table(listed.name, (listed.columns[0], column("window", window), *listed.columns[1:]))
