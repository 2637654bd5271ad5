"""One file of an option chain -> its good rows as plain arrays; the bad ones go to the log, by reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from outsample.io.clock import Clock, read_clock
from outsample.io.column_names import find
from outsample.io.number_column import read_numbers
from outsample.io.option_terms import OptionTerms
from outsample.io.raw_table import RawTable
from outsample.io.report import MappedColumn, RejectLog, RejectReason
from outsample.typing import Bools, Floats, Integers

__all__ = ["FLOATS", "ChainRows", "read_chain"]

FLOATS: Final = ("forward", "index", "bid", "ask", "mark", "mark_vol", "open_interest", "volume")
_ALIASES: Final = {
    "time": ("snapshot", "timestamp", "snapshottime", "quotetime", "creationtimestamp", "datetime", "time", "date"),
    "instrument": ("instrumentname", "instrument", "symbol"),
    "expiry": ("expiry", "expirydatetime", "expirationtimestamp", "expiration", "expirydate", "maturity"),
    "strike": ("strike", "strikeprice"),
    "is_call": ("optiontype", "type", "callput", "putcall", "cp", "cpflag", "right"),
    "currency": ("currency", "basecurrency"),
    "forward": ("underlying", "underlyingprice", "forward", "forwardprice", "futuresprice"),
    "index": ("indexprice", "index", "spot", "spotprice", "estimateddeliveryprice"),
    "bid": ("bidprice", "bestbidprice", "bid"),
    "ask": ("askprice", "bestaskprice", "ask"),
    "mark": ("markprice", "mark"),
    "mark_vol": ("markiv", "impliedvolatility", "markvol", "iv"),
    "open_interest": ("openinterest", "oi"),
    "volume": ("volume",),
}
_UNITS: Final = {"strike": "quote currency", "forward": "quote currency", "index": "quote currency"} | dict.fromkeys(
    ("bid", "ask", "mark"), "premium currency"
)


@dataclass(frozen=True, eq=False)
class ChainRows:
    """Good rows in file order; `file` and `row` say where each came from.

    `name`, `group` and `vol_source` index into `names`, `groups` and `vol_sources`; `named` is false where the name
    had to be composed from the terms.
    """

    file: Integers
    row: Integers
    time: Integers
    expiry: Integers
    strike: Floats
    is_call: Bools
    name: Integers
    group: Integers
    named: Bools
    vol_source: Integers
    floats: dict[str, Floats]
    names: list[str]
    groups: list[str]
    vol_sources: list[str]
    mapping: tuple[MappedColumn, ...]
    notes: tuple[str, ...]

    def taken(self, rows: Integers | Bools) -> "ChainRows":
        """Return only `rows`, in that order."""
        columns: dict[str, Any] = {key: getattr(self, key)[rows] for key in _ARRAYS}
        return replace(self, **columns, floats={key: column[rows] for key, column in self.floats.items()})

    @staticmethod
    def joined(parts: Sequence["ChainRows"]) -> "ChainRows":
        """Return the rows of all `parts`, one after the other, with common lists of names."""
        columns: dict[str, Any] = {key: np.concatenate([getattr(part, key) for part in parts]) for key in _ARRAYS}
        for key, listed in (("name", "names"), ("group", "groups"), ("vol_source", "vol_sources")):
            place: dict[str, int] = {}
            codes = []
            for part in parts:
                renumber = [place.setdefault(text, len(place)) for text in getattr(part, listed)]
                codes.append(np.asarray(renumber, dtype=np.int64)[getattr(part, key)])
            columns[key], columns[listed] = np.concatenate(codes), list(place)
        return ChainRows(
            **columns,
            floats={key: np.concatenate([part.floats[key] for part in parts]) for key in FLOATS},
            mapping=tuple(dict.fromkeys(column for part in parts for column in part.mapping)),
            notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
        )


_ARRAYS: Final = ("file", "row", "time", "expiry", "strike", "is_call", "name", "group", "named", "vol_source")


def read_chain(table: RawTable, file: int, log: RejectLog) -> ChainRows:
    """Return the good rows of `table`; `file` is its number among the files opened together.

    Raises
    ------
    DataError
        If a needed column is missing.
    """
    found = {canonical: find(table.names, aliases) for canonical, aliases in _ALIASES.items()}
    _require(table, found)
    check = _Check(table, log)
    log.add_lines(table.file, [(line.row, line.text) for line in table.broken])
    clock = read_clock(table.columns[str(found["time"])], str(found["time"]))
    check.reject(clock.bad, RejectReason.UNPARSEABLE, found["time"])
    terms = OptionTerms(table, found)
    stated = [found[canonical] for canonical in ("instrument", "strike", "expiry", "is_call", "currency")]
    check.reject(terms.unknown, RejectReason.UNPARSEABLE, *stated)
    floats, notes = _floats(table, found, check)
    check.reject(terms.strike <= 0, RejectReason.STRIKE, found["strike"] or found["instrument"])
    check.reject(floats["forward"] <= 0, RejectReason.FORWARD, found["forward"])
    check.reject(
        terms.expiry <= clock.time, RejectReason.EXPIRED, found["time"], found["expiry"] or found["instrument"]
    )
    good = np.flatnonzero(check.alive)
    size = table.size
    rows = ChainRows(
        file=np.full(size, file, dtype=np.int32),
        row=table.row,
        time=clock.time,
        expiry=terms.expiry,
        strike=terms.strike,
        is_call=terms.is_call,
        name=terms.name,
        group=terms.group,
        named=np.full(size, found["instrument"] is not None),
        vol_source=np.zeros(size, dtype=np.int32),
        floats=floats,
        names=terms.names,
        groups=terms.groups,
        vol_sources=[found["mark_vol"] or "(none)"],
        mapping=_mapping(found, clock, terms),
        notes=(*table.notes, *clock.notes, *terms.notes, *notes),
    )
    return rows.taken(good)


def _require(table: RawTable, found: dict[str, str | None]) -> None:
    if found["instrument"] is None:
        table.require(found, ("time", "strike", "expiry", "is_call", "forward"), "option snapshots without names")
    table.require(found, ("time", "forward"), "Deribit snapshots")
    if not (found["bid"] and found["ask"]) and not found["mark"]:
        table.require(found, ("bid", "ask"), "Deribit snapshots")


def _mapping(found: dict[str, str | None], clock: Clock, terms: OptionTerms) -> tuple[MappedColumn, ...]:
    units = _UNITS | {"time": clock.unit, "expiry": terms.expiry_unit}
    return tuple(
        MappedColumn(source, canonical, units.get(canonical, "")) for canonical, source in found.items() if source
    )


def _floats(table: RawTable, found: dict[str, str | None], check: "_Check") -> tuple[dict[str, Floats], list[str]]:
    """Return the float columns; bad text rejects a row in the forward and the quotes, and is missing elsewhere."""
    floats, notes = {}, []
    for canonical in FLOATS:
        source = found[canonical]
        if source is None:
            floats[canonical] = np.full(table.size, np.nan)
            continue
        column = read_numbers(table.columns[source], source)
        floats[canonical] = column.values
        if canonical in ("forward", "bid", "ask"):
            check.reject(column.bad, RejectReason.UNPARSEABLE, source)
        elif column.bad.any():
            first = table.text(source, int(np.argmax(column.bad)))
            notes.append(f"{int(column.bad.sum()):,} cells of {source} are not numbers and taken as missing ({first}).")
    return floats, notes


class _Check:
    """Rejects each bad row once, for the first reason that applies."""

    def __init__(self, table: RawTable, log: RejectLog) -> None:
        self.table, self.log = table, log
        self.alive = np.ones(table.size, dtype=bool)

    def reject(self, bad: Bools, reason: RejectReason, *sources: str | None) -> None:
        rows = np.flatnonzero(bad & self.alive)
        shown = [source for source in sources if source]
        self.alive[rows] = False
        self.log.add(reason, self.table.file, self.table.row[rows], self._describe(rows, shown))

    def _describe(self, rows: Integers, sources: list[str]) -> Callable[[int], str]:
        return lambda i: ", ".join(self.table.text(source, int(rows[i])) for source in sources)
