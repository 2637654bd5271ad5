"""The user's book: a file of instruments and quantities -> positions in the instruments of a history, and a report."""

import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

import numpy as np

from outsample.errors import DataError
from outsample.io.column_names import find, normal
from outsample.io.header_names import header_names
from outsample.io.instrument_names import parse_option_name, written_name
from outsample.io.number_column import read_numbers
from outsample.io.raw_table import read_raw
from outsample.io.report import MappedColumn, Reject, SourceFile
from outsample.io.sound_rows import SoundRows
from outsample.io.source_file import examine
from outsample.typing import Floats, frozen

__all__ = ["Book", "BookReject", "BookReport", "looks_like_book", "read_book"]

_ALIASES: Final = {
    "instrument": ("instrument", "instrumentname", "symbol", "contract", "option", "ticker", "name", "product"),
    "quantity": (
        "quantity", "qty", "netquantity", "netqty", "position", "netposition", "pos", "contracts", "lots", "size",
        "amount",
    ),
    "direction": ("direction", "side", "buysell", "longshort"),
}  # fmt: skip
# A history has a time in every row, and what was bid, asked, marked or dealt; positions may be stamped or valued.
_CLOCKS: Final = {"time", "timestamp", "date", "datetime", "ts", "unix", "unixtime", "epoch", "opentime"}
_QUOTES: Final = {
    "bid", "ask", "bidprice", "askprice", "bestbidprice", "bestaskprice", "price", "close", "open", "high", "low",
    "last", "volume",
}  # fmt: skip
_DECIMAL_D: Final = re.compile(r"(?<=\d)D(?=\d)")  # 0d625 is 0.625, and its d the only small letter of a name
_SIGNS: Final = {"buy": 1.0, "long": 1.0, "b": 1.0, "l": 1.0, "sell": -1.0, "short": -1.0, "s": -1.0}


class BookReject(Enum):
    """Why a row of the file is not in the book; the first that applies counts."""

    UNPARSEABLE = "another number of cells than the header"
    NO_NAME = "instrument missing"
    NO_QUANTITY = "quantity missing"
    NOT_A_NUMBER = "quantity is not a number"
    DIRECTION = "direction is neither buy nor sell, or contradicts the sign of the quantity"
    UNKNOWN = "instrument is not in the history"
    NOTHING = "quantity 0"


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """Positions, one an instrument.

    Parameters
    ----------
    name : str
        Name of the file.
    instruments : tuple of str
        As the history writes them, in the order of the file.
    quantity : (p,) array
        Options on one unit of the underlying each, long above 0.
    """

    name: str
    instruments: tuple[str, ...]
    quantity: Floats

    @property
    def size(self) -> int:
        """Number of positions."""
        return len(self.instruments)


@dataclass(frozen=True, slots=True)
class BookReport:
    """What reading a book did; ``rows_read == rows_kept + sum(rejected)`` always holds.

    Parameters
    ----------
    file : SourceFile
    rows_read, rows_kept, positions : int
        Rows of one instrument add up to one position.
    rejected : dict
        Count by reason.
    rejects : tuple of Reject
        The rejected rows, at most `MAXIMUM_REJECTS` of them.
    mapping : tuple of MappedColumn
    notes : tuple of str
        What else is worth knowing, one sentence each.
    """

    file: SourceFile
    rows_read: int
    rows_kept: int
    positions: int
    rejected: dict[str, int]
    rejects: tuple[Reject, ...]
    mapping: tuple[MappedColumn, ...]
    notes: tuple[str, ...]

    def sentences(self) -> tuple[str, ...]:
        """Return the report as sentences for a person, the most important first."""
        said = [f"Read {self.rows_read:,} rows from {self.file.name}: {self.positions:,} positions."]
        said += [f"Rejected, {reason}: {count:,}." for reason, count in self.rejected.items()]
        said.append("Columns: " + ", ".join(f"{one.source} as {one.canonical}" for one in self.mapping) + ".")
        return (*said, *self.notes)


def looks_like_book(path: str | os.PathLike[str]) -> bool:
    """Return whether a CSV, gzipped or not, names an instrument and a quantity in its header and is no history.

    A history has a column for the time and one for a price; a file with both is none of positions. False for what
    cannot be read.
    """
    names = header_names(path)
    spelled = {normal(name) for name in names}
    is_history = bool(spelled & _CLOCKS) and bool(spelled & _QUOTES)
    return all(find(names, _ALIASES[one]) for one in ("instrument", "quantity")) and not is_history


def read_book(path: str | os.PathLike[str], instruments: Sequence[str]) -> tuple[Book, BookReport]:
    """Return the book in a CSV, gzipped CSV, Parquet or Arrow file.

    It needs a column for the instrument and one for the quantity, in any order and spelling; where there is one for
    the direction, a quantity without a sign is short if it says sell. Names match in any case, with or without leading
    zeros.

    Parameters
    ----------
    path : path
    instruments : sequence of str
        Names in the history.

    Raises
    ------
    DataError
        The file cannot be read or understood, or no row of it is a position in one of `instruments`.
    """
    file, form = examine(Path(path))
    table = read_raw(Path(path), form)
    found = {canonical: find(table.names, aliases) for canonical, aliases in _ALIASES.items()}
    table.require(found, ("instrument", "quantity"), "positions")
    rows = SoundRows(table, BookReject.UNPARSEABLE)
    named, counted = str(found["instrument"]), str(found["quantity"])
    names = rows.texts(named)
    rows.reject(BookReject.NO_NAME, np.array([not name for name in names]), named)
    quantity = _quantities(rows, counted, found["direction"])
    known = _matched(names, instruments)
    rows.reject(BookReject.UNKNOWN, np.array([not name for name in known]), named)
    rows.reject(BookReject.NOTHING, quantity == 0, counted)
    lots: dict[str, list[float]] = {}
    for i in np.flatnonzero(rows.alive).tolist():
        lots.setdefault(known[i], []).append(float(quantity[i]))
    total = {name: math.fsum(parts) for name, parts in lots.items()}
    held = {name: count for name, count in total.items() if count != 0}
    if not held:
        reason = rows.main_reason() if not lots else "the rows of each add up to 0"
        raise DataError(
            f"a book needs at least one position in an instrument of the history, found none in {file.name} "
            f"({reason}); check the file, or open the history that it belongs to"
        )
    book = Book(file.name, tuple(held), frozen(np.array(list(held.values()))))
    mapping = tuple(MappedColumn(source, canonical, "") for canonical, source in found.items() if source)
    read, kept = table.size + len(table.broken), int(np.count_nonzero(rows.alive))
    notes = (*table.notes, *_notes(lots, len(total) - len(held)))
    return book, BookReport(file, read, kept, book.size, rows.counts, tuple(rows.rejects), mapping, notes)


def _quantities(rows: SoundRows, source: str, direction: str | None) -> Floats:
    """Return the signed quantities; reject rows without one, or with a direction that makes no sense."""
    column = read_numbers(rows.table.columns[source], source)
    rows.reject(BookReject.NOT_A_NUMBER, column.bad, source)
    rows.reject(BookReject.NO_QUANTITY, np.isnan(column.values), source)
    if not direction:
        return column.values
    words = [text.lower() for text in rows.texts(direction)]
    sign = np.array([_SIGNS.get(word, np.nan) if word else 0.0 for word in words])  # 0: nothing said
    contradicted = np.isnan(sign) | ((column.values < 0) & (sign > 0))
    rows.reject(BookReject.DIRECTION, contradicted, direction)
    return np.where((sign < 0) & (column.values > 0), -column.values, column.values)


def _matched(names: list[str], instruments: Sequence[str]) -> list[str]:
    """Return how the history writes each name, empty where it does not have it."""
    place = {_key(name): name for name in reversed(instruments)}
    return [place.get(_key(name), "") for name in names]


def _key(name: str) -> str:
    """Return what the spellings of one instrument share: only case and blanks where it is no option's usual name."""
    parsed = parse_option_name(_DECIMAL_D.sub("d", name.upper()))
    if parsed is None:
        return "".join(name.casefold().split())
    return written_name(parsed.group, parsed.expiry, parsed.strike, parsed.is_call)


def _notes(lots: Mapping[str, list[float]], closed: int) -> list[str]:
    repeated = sum(len(parts) > 1 for parts in lots.values())
    notes = [f"{repeated:,} instruments stand in several rows, whose quantities were added."] * bool(repeated)
    return notes + [f"{closed:,} of them add up to 0 and are no position."] * bool(closed)
