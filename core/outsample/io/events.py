"""A calendar of events: a file of starts with stops or durations, regimes or names -> spans of time, and a report."""

import os
import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

import numpy as np

from outsample.errors import DataError
from outsample.io.clock import read_clock
from outsample.io.column_names import find, normal
from outsample.io.delimited import MISSING
from outsample.io.header_names import header_names
from outsample.io.raw_table import read_raw
from outsample.io.report import SourceFile
from outsample.io.sound_rows import SoundRows
from outsample.io.source_file import examine
from outsample.typing import DAY, HOUR, SECOND, Integers

__all__ = ["Event", "EventReject", "EventReport", "looks_like_events", "read_events"]

_STARTS: Final = (
    "start", "starts", "startdate", "startday", "starttime", "startutc", "startsat", "startson", "from", "fromdate",
    "fromtime", "begin", "begins", "begindate", "since",
)  # fmt: skip
_DAYS: Final = ("date", "day", "time", "datetime", "timestamp", "when")
_ALIASES: Final = {
    "start": (*_STARTS, *_DAYS),
    "stop": (
        "stop", "stops", "stopdate", "stoptime", "stoputc", "end", "ends", "enddate", "endday", "endtime", "endutc",
        "endsat", "endson", "to", "todate", "totime", "until", "till", "through",
    ),
    "duration": ("duration", "durationdays", "length", "lengthdays", "days", "lasts", "lasted"),
    "regime": ("regime", "state", "label", "colour", "color", "kind", "type", "class"),
    "name": ("name", "event", "eventname", "title", "description", "what", "comment", "note", "headline", "episode"),
}  # fmt: skip
_EVENTS: Final = ("regime", "event", "eventname", "episode")  # what makes a file of bare dates a calendar
# A history has what was bid, asked, marked or dealt; a book has instruments and how many of them.
_OTHERS: Final = {
    "bid", "ask", "bidprice", "askprice", "bestbidprice", "bestaskprice", "price", "markprice", "close", "open", "high",
    "low", "last", "volume", "quantity", "qty", "position", "contracts", "strike", "instrument", "instrumentname",
}  # fmt: skip
_REGIMES: Final = {
    **dict.fromkeys(("calm", "quiet", "low", "tranquil", "lowvol", "lowvolatility", "0"), "calm"),
    **dict.fromkeys(("normal", "usual", "medium", "mid", "middle", "1"), "normal"),
    **dict.fromkeys(
        ("stressed", "stress", "crisis", "crash", "high", "turbulent", "turmoil", "highvol", "highvolatility", "2"),
        "stressed",
    ),
}
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)")
_UNITS: Final = {
    **dict.fromkeys(("", "d", "day", "days"), DAY),
    **dict.fromkeys(("h", "hour", "hours"), HOUR),
    **dict.fromkeys(("w", "week", "weeks"), 7 * DAY),
    **dict.fromkeys(("min", "minute", "minutes"), 60 * SECOND),
}
_HAS_CLOCK: Final = re.compile(r":|^[+-]?\d{9,}")  # a reading of a clock, or an epoch; all else is a day
_LARGEST: Final = 16 * 2**20  # bytes of a file; a thousand events have about fifty thousand
_LAST: Final = float(np.iinfo(np.int64).max)


class EventReject(Enum):
    """Why a row of the file is no event; the first that applies counts."""

    UNPARSEABLE = "another number of cells than the header"
    NO_START = "start missing or no time"
    NO_STOP = "stop or duration is none"
    ORDER = "stop not after the start"
    NO_REGIME = "regime is none of calm, normal and stressed"


@dataclass(frozen=True, slots=True)
class Event:
    """A span of time.

    Parameters
    ----------
    start, stop : int
        UTC nanoseconds, half-open.
    regime : str
        ``calm``, ``normal`` or ``stressed``; empty where the file does not say.
    name : str
        Empty where it has none.
    """

    start: int
    stop: int
    regime: str
    name: str


@dataclass(frozen=True, slots=True)
class EventReport:
    """What reading a calendar did; ``rows_read == rows_kept + sum(rejected)`` always holds.

    Parameters
    ----------
    file : SourceFile
    rows_read, rows_kept : int
    rejected : dict
        Count by reason.
    notes : tuple of str
        What else is worth knowing, one sentence each.
    """

    file: SourceFile
    rows_read: int
    rows_kept: int
    rejected: dict[str, int]
    notes: tuple[str, ...]

    def sentences(self) -> tuple[str, ...]:
        """Return the report as sentences for a person, the most important first."""
        events = "event" if self.rows_kept == 1 else "events"
        said = [f"{self.rows_kept:,} {events} of {self.file.name} marked."]
        return (*said, *(f"Left out, {reason}: {count:,}." for reason, count in self.rejected.items()), *self.notes)


def looks_like_events(path: str | os.PathLike[str]) -> bool:
    """Return whether a CSV, gzipped or not, names a start and a regime or a name in its header, and no price.

    A column of mere dates counts as the start only beside one that says regime or event. False for what cannot be read.
    """
    names = header_names(path)
    spelled = {normal(name) for name in names}
    if spelled & _OTHERS:
        return False
    if spelled.intersection(_STARTS):
        return any(find(names, _ALIASES[one]) for one in ("regime", "name"))
    return bool(spelled.intersection(_DAYS) and spelled.intersection(_EVENTS))


def read_events(path: str | os.PathLike[str]) -> tuple[tuple[Event, ...], EventReport]:
    """Return the events in a CSV, gzipped CSV, Parquet or Arrow file, in its order.

    It needs a column for the start, and one for the regime or the name, in any order and spelling. A stop that is a
    day belongs to the event, one with a time of day does not; instead there may be a duration, in days unless it says
    ``h``, ``w`` or ``min``. With neither an event lasts a day.

    Parameters
    ----------
    path : path

    Raises
    ------
    DataError
        The file cannot be read or understood, or no row of it is an event.
    """
    file, form = examine(Path(path))
    if file.size > _LARGEST:
        raise DataError(f"a file of events has at most {_LARGEST:,} bytes, found {file.size:,}; open it as data")
    table = read_raw(Path(path), form)
    found = {canonical: find(table.names, aliases) for canonical, aliases in _ALIASES.items()}
    table.require(found, ("start",), "events")
    if found["regime"] is None and found["name"] is None:
        table.require({"regime or name": None}, ("regime or name",), "events")
    rows = SoundRows(table, EventReject.UNPARSEABLE)
    start, stop, notes = _spans(rows, found)
    regime = _regimes(rows, found["regime"])
    name = _texts(rows, found["name"])
    events = tuple(
        Event(int(start[i]), int(stop[i]), regime[i], " ".join(name[i].split())) for i in np.flatnonzero(rows.alive)
    )
    if not events:
        raise DataError(
            f"a file of events needs at least one that can be read, found none in {file.name} ({rows.main_reason()}); "
            "correct it"
        )
    report = EventReport(file, table.size + len(table.broken), len(events), rows.counts, (*table.notes, *notes))
    return events, report


def _spans(rows: SoundRows, found: dict[str, str | None]) -> tuple[Integers, Integers, tuple[str, ...]]:
    """Return starts and stops of all rows, and what to note about them; reject rows without."""
    table, source = rows.table, str(found["start"])
    begin = read_clock(table.columns[source], source)
    rows.reject(EventReject.NO_START, begin.bad, source)
    start, notes = begin.time, begin.notes
    if ends := found["stop"]:
        end = read_clock(table.columns[ends], ends)
        is_day = np.array([not _HAS_CLOCK.search(text) for text in _texts(rows, ends)], dtype=bool) & ~end.bad
        stop, bad, named = np.where(is_day, end.time + DAY, end.time), end.bad, ends
        notes = tuple(dict.fromkeys((*notes, *end.notes)))
    elif lasts := found["duration"]:
        length = np.array([_length(text) for text in _texts(rows, lasts)])
        bad = ~(length < _LAST - np.maximum(start, 0).astype(np.float64) - DAY)  # also where it is none
        stop, named = start + np.where(bad, 0.0, length).astype(np.int64), lasts
    else:
        stop, bad, named = start + DAY, np.zeros(start.size, dtype=bool), source
    rows.reject(EventReject.NO_STOP, bad, named)
    rows.reject(EventReject.ORDER, stop <= start, named)
    return start, stop, notes


def _length(text: str) -> float:
    """Return nanoseconds of a duration, NaN where it is none."""
    match = _DURATION.fullmatch(text.strip().lower())
    if match is None or match[2] not in _UNITS:
        return float("nan")
    return float(match[1]) * _UNITS[match[2]]


def _regimes(rows: SoundRows, source: str | None) -> list[str]:
    texts = _texts(rows, source)
    found = [_REGIMES.get(normal(text), "") for text in texts]
    if source is not None:
        is_wrong = [bool(text) and not regime for text, regime in zip(texts, found, strict=True)]
        rows.reject(EventReject.NO_REGIME, np.array(is_wrong, dtype=bool), source)
    return found


def _texts(rows: SoundRows, source: str | None) -> list[str]:
    """Return the cells of a column as text, empty where nothing stands or there is no such column."""
    if source is None:
        return [""] * rows.table.size
    return ["" if text in MISSING else text for text in rows.texts(source)]
