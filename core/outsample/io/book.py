"""The user's book: a file of instruments and quantities -> positions in the instruments of a history, and a report."""

import gzip
import math
import os
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

import numpy as np

from outsample.errors import DataError
from outsample.io.arrow_arrays import as_texts
from outsample.io.column_names import find, normal
from outsample.io.delimited import find_layout
from outsample.io.instrument_names import parse_option_name, written_name
from outsample.io.number_column import read_numbers
from outsample.io.raw_table import RawTable, read_raw
from outsample.io.report import MAXIMUM_REJECTS, MappedColumn, Reject, SourceFile
from outsample.io.source_file import HEAD_BYTES, Form, examine, recognise
from outsample.typing import Bools, Floats, frozen

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
    try:
        with Path(path).open("rb") as stream:
            head = stream.read(HEAD_BYTES)
        if recognise(head, "") is Form.GZIP:
            with gzip.open(path) as packed:
                head = packed.read(HEAD_BYTES)
        if recognise(head, "") is not Form.TEXT:
            return False
        names = find_layout(head, "").names
    except (DataError, OSError, EOFError, ValueError, zlib.error):
        return False
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
    rows = _Rows(table)
    names = _texts(table, str(found["instrument"]))
    rows.reject(BookReject.NO_NAME, np.array([not name for name in names]), found["instrument"])
    quantity = _quantities(rows, table, found)
    known = _matched(names, instruments)
    rows.reject(BookReject.UNKNOWN, np.array([not name for name in known]), found["instrument"])
    rows.reject(BookReject.NOTHING, quantity == 0, found["quantity"])
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
    return book, BookReport(file, read, kept, book.size, rows.counts, tuple(rows.kept), mapping, notes)


def _texts(table: RawTable, source: str) -> list[str]:
    import pyarrow as pa

    column = table.columns[source]
    try:
        return [text.strip() for text in as_texts(column)]
    except pa.ArrowException as error:
        raise DataError(
            f"column {source} of {table.file} must hold text, found {column.type}; write it as text"
        ) from error


def _quantities(rows: "_Rows", table: RawTable, found: Mapping[str, str | None]) -> Floats:
    """Return the signed quantities; reject rows without one, or with a direction that makes no sense."""
    source = str(found["quantity"])
    column = read_numbers(table.columns[source], source)
    rows.reject(BookReject.NOT_A_NUMBER, column.bad, source)
    rows.reject(BookReject.NO_QUANTITY, np.isnan(column.values), source)
    if not found["direction"]:
        return column.values
    words = [text.lower() for text in _texts(table, str(found["direction"]))]
    sign = np.array([_SIGNS.get(word, np.nan) if word else 0.0 for word in words])  # 0: nothing said
    contradicted = np.isnan(sign) | ((column.values < 0) & (sign > 0))
    rows.reject(BookReject.DIRECTION, contradicted, found["direction"])
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


class _Rows:
    """Which rows are still good, and the log of those that are not."""

    def __init__(self, table: RawTable) -> None:
        self._table = table
        self.alive = np.ones(table.size, dtype=bool)
        self.counts: dict[str, int] = {}
        self.kept: list[Reject] = []
        self._log(BookReject.UNPARSEABLE, [(line.row, f"line {line.text!r}") for line in table.broken])

    def reject(self, reason: BookReject, bad: Bools, source: str | None) -> None:
        """Reject the rows that are still good where `bad` holds; the cell of `source` is their text."""
        rows = np.flatnonzero(self.alive & bad)
        self.alive[rows] = False
        texts = [self._table.text(str(source), row) for row in rows.tolist()]
        self._log(reason, list(zip(self._table.row[rows].tolist(), texts, strict=True)))

    def main_reason(self) -> str:
        """Return the most frequent reason with an example."""
        reason = max(self.counts, key=lambda name: self.counts[name])
        example = next(one for one in self.kept if one.reason == reason)
        return f"most of them: {reason}, as in row {example.row}: {example.text}"

    def _log(self, reason: BookReject, rows: list[tuple[int, str]]) -> None:
        if rows:
            self.counts[reason.value] = self.counts.get(reason.value, 0) + len(rows)
            room = max(0, MAXIMUM_REJECTS - len(self.kept))
            self.kept += [Reject(self._table.file, row, reason.value, text) for row, text in rows[:room]]
