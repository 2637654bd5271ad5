"""Strike, expiry, type, name and underlying of option rows, from columns and from instrument names."""

from typing import Final

import numpy as np

from outsample.errors import DataError
from outsample.io.arrow_arrays import as_bools, as_numbers
from outsample.io.clock import read_clock
from outsample.io.instrument_names import EXPIRY_OF_DAY, OptionName, parse_option_name, written_name
from outsample.io.number_column import read_numbers
from outsample.io.raw_table import RawTable
from outsample.typing import Floats, Integers

__all__ = ["OptionTerms"]

_CALL_TEXTS: Final = {"call": 1, "c": 1, "put": 0, "p": 0}


class OptionTerms:
    """Strike, expiry, type, name and underlying of every row: from the columns, where a cell is empty from the name.

    Parameters
    ----------
    table : RawTable
    found : dict
        Column of each canonical name, None where there is none.
    """

    def __init__(self, table: RawTable, found: dict[str, str | None]) -> None:
        self._table, self._found, self.notes, self.expiry_unit = table, found, list[str](), ""
        self._bad_text = np.zeros(table.size, dtype=bool)
        code, self.names = _coded(table, found["instrument"])
        parsed = [parse_option_name(name) for name in self.names]
        said = _said_by(parsed, code)
        self.strike = self._numbers("strike", said[0])
        self.expiry = self._expiry(said[1])
        call = self._types(said[2])
        self.is_call = call == 1
        self.unknown = ~np.isfinite(self.strike) | (self.expiry == 0) | (call < 0) | self._bad_text
        if found["instrument"]:
            self.unknown |= np.array([*(name is None for name in parsed), True], dtype=bool)[code]
            groups = [name.group if name else "(unnamed)" for name in parsed]
            self.groups, which = _numbered(groups)
            self.name, self.group = np.maximum(code, 0), np.append(which, 0)[code]
            self._compare(said)
        else:
            self.groups, self.group = self._currencies()
            self.names, self.name = self._composed_names()
        if not self.names:
            self.names, self.groups = ["(unnamed)"], ["(unnamed)"]

    def _numbers(self, canonical: str, otherwise: Floats) -> Floats:
        source = self._found[canonical]
        if source is None:
            return otherwise
        column = read_numbers(self._table.columns[source], source)
        self._bad_text |= column.bad
        return np.where(np.isnan(column.values), otherwise, column.values)

    def _expiry(self, otherwise: Integers) -> Integers:
        source = self._found["expiry"]
        if source is None:
            self.expiry_unit = "from the name"
            return otherwise
        column = self._table.columns[source]
        clock = read_clock(column, source)
        self.expiry_unit = clock.unit
        self._bad_text |= clock.bad & as_bools(column.is_valid())
        time = clock.time
        if clock.is_calendar and not clock.bad.all():
            self.notes.append(f"{source} states days; expiry is at 08:00 UTC of that day.")
            time = time + EXPIRY_OF_DAY
        else:
            self.notes += clock.notes
        return np.where(clock.bad, otherwise, time)

    def _types(self, otherwise: Integers) -> Integers:
        source = self._found["is_call"]
        if source is None:
            return otherwise
        code, texts = _coded(self._table, source)
        kinds = np.array([_CALL_TEXTS.get(text.strip().lower(), -1) for text in texts] + [-1])
        return np.where(kinds[code] < 0, otherwise, kinds[code])

    def _currencies(self) -> tuple[list[str], Integers]:
        source = self._found["currency"]
        if source is None:
            raise DataError(
                f"option snapshots need a column for instrument name or currency, found neither in {self._table.file}; "
                "add one"
            )
        code, texts = _coded(self._table, source)
        return [*texts, "(unnamed)"], np.where(code < 0, len(texts), code)

    def _composed_names(self) -> tuple[list[str], Integers]:
        terms = zip(self.group.tolist(), self.expiry.tolist(), self.strike.tolist(), self.is_call.tolist(), strict=True)
        names = [
            "(unnamed)" if bad else written_name(self.groups[group], expiry, strike, is_call)
            for bad, (group, expiry, strike, is_call) in zip(self.unknown.tolist(), terms, strict=True)
        ]
        return _numbered(names)

    def _compare(self, said: tuple[Floats, Integers, Integers]) -> None:
        """Note how often the columns contradict the names."""
        good = ~self.unknown
        pairs = {
            "strike": self.strike != said[0],
            "expiry": self.expiry != said[1],
            "is_call": self.is_call != (said[2] == 1),
        }
        for canonical, differs in pairs.items():
            count = int(np.count_nonzero(differs & good))
            if count:
                self.notes.append(
                    f"Warning: {self._found[canonical]} contradicts the instrument name in {count:,} rows."
                )


def _coded(table: RawTable, source: str | None) -> tuple[Integers, list[str]]:
    """Return each row's index into the distinct texts of a column (-1 where missing), and the texts."""
    import pyarrow as pa
    from pyarrow import compute as pc

    if source is None:
        return np.full(table.size, -1), []
    column = table.columns[source]
    if isinstance(column, pa.ChunkedArray):
        column = column.unify_dictionaries().combine_chunks()
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    code = as_numbers(pc.fill_null(column.indices.cast(pa.int64()), -1))
    return code, [str(text) for text in column.dictionary.to_pylist()]


def _said_by(parsed: list[OptionName | None], code: Integers) -> tuple[Floats, Integers, Integers]:
    """Return strike, expiry and call (1, 0, -1 unknown) of every row as its name says."""
    strike = np.array([name.strike if name else np.nan for name in parsed] + [np.nan])
    expiry = np.array([name.expiry if name else 0 for name in parsed] + [0], dtype=np.int64)
    is_call = np.array([int(name.is_call) if name else -1 for name in parsed] + [-1])
    return strike[code], expiry[code], is_call[code]


def _numbered(texts: list[str]) -> tuple[list[str], Integers]:
    place: dict[str, int] = {}
    code = [place.setdefault(text, len(place)) for text in texts]
    return list(place), np.asarray(code, dtype=np.int64)
