"""Times written as text: ISO 8601 with or without zone, and the few other forms that vendors use.

One column must have one zone. Offsets exactly one hour apart are summer and winter of one zone and are accepted;
anything else mixed is refused, because half of such a file would be silently shifted.
"""

import re
from typing import Any, Final

import numpy as np

from outsample.errors import DataError
from outsample.io.arrow_arrays import as_bools, as_numbers, as_texts
from outsample.number_text import significant
from outsample.typing import HOUR, SECOND, Bools, Integers

__all__ = ["read_text_times"]

_ISO: Final = (
    r"^(?P<date>\d{4}-\d{2}-\d{2})(?:[T ]+(?P<clock>\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?))?"
    r" ?(?P<zone>Z|z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?$"
)
_OTHER_FORMS: Final = (
    "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d-%b-%Y", "%Y-%m",
    "%Y-%m-%d %I-%p", "%Y%m%d",
)  # fmt: skip
_DAY_MONTH: Final = ("%d/%m/%Y", "%m/%d/%Y")
_CLOCKS: Final = ("", " %H:%M", " %H:%M:%S")
_EARLIEST, _LATEST = 1678, 2261  # whole years that int64 nanoseconds hold


def read_text_times(distinct: Any, name: str) -> tuple[Integers, Bools, str, tuple[str, ...]]:
    """Return (UTC nanoseconds, bad, unit, notes) of an Arrow array of distinct texts.

    Raises
    ------
    DataError
        If zones are mixed, or day and month cannot be told apart.
    """
    import pyarrow as pa
    from pyarrow import compute as pc

    distinct = distinct.cast(pa.string())
    date, clock, zone = pc.extract_regex(distinct, _ISO).flatten()
    time, bad = _iso_times(date, clock)
    zones = np.asarray(as_texts(zone), dtype=str)
    offset, notes = _offsets(zones, ~bad, name)
    time = np.where(bad, 0, time - offset)
    unit = "ISO 8601"
    rest = np.flatnonzero(bad)
    if rest.size:
        other, form = _other_times(distinct.take(rest), name)
        if form:
            if not bad.all():
                notes = (*notes, f"{rest.size:,} of the stamps in {name} are not ISO 8601 but {form}.")
            time[rest], bad[rest] = np.where(other == _NOT_A_TIME, 0, other), other == _NOT_A_TIME
            unit = form if rest.size == bad.size else unit
    if not notes and (zones[~bad] == "").any():
        notes = (f"Times in {name} have no zone and are taken as UTC.",)
    return time, bad, unit, notes


_NOT_A_TIME: Final = np.iinfo(np.int64).min


def _iso_times(date: Any, clock: Any) -> tuple[Integers, Bools]:
    """Return the clock reading as nanoseconds, zone not yet applied, and where there is none."""
    import pyarrow as pa
    from pyarrow import compute as pc

    clock = pc.if_else(pc.equal(clock, ""), "00:00", pc.replace_substring(clock, ",", "."))
    text = pc.binary_join_element_wise(date, clock, "T")
    year = pc.fill_null(pc.utf8_slice_codeunits(text, 0, 4), "0").cast(pa.int16())
    within = pc.and_(pc.greater_equal(year, _EARLIEST), pc.less_equal(year, _LATEST))
    text = pc.if_else(within, text, pa.scalar(None, pa.string()))
    try:
        stamps = text.cast(pa.timestamp("ns"))
    except pa.ArrowInvalid:  # some date does not exist: find out which, one by one
        stamps = pa.array([_one_by_one(item) for item in text.to_pylist()], pa.timestamp("ns"))
    bad = as_bools(pc.is_null(stamps)).copy()
    return as_numbers(pc.fill_null(stamps.view(pa.int64()), 0)), bad


def _one_by_one(text: str | None) -> "np.datetime64 | None":
    try:
        return None if text is None else np.datetime64(text, "ns")
    except ValueError:
        return None


def _offsets(zones: Any, used: Bools, name: str) -> tuple[Integers, tuple[str, ...]]:
    """Return nanoseconds ahead of UTC of each text, and what to note about it."""
    kinds, which = np.unique(zones, return_inverse=True)
    ahead = np.array([_ahead(zone) for zone in kinds.tolist()], dtype=np.int64)
    present = np.unique(which[used])
    written = sorted({int(ahead[i]) for i in present if kinds[i]})
    without = any(not kinds[i] for i in present)
    summer_time = len(written) == 2 and written[1] - written[0] == HOUR
    if (without and written) or (len(written) > 1 and not summer_time):
        found = ", ".join(repr(str(kinds[i])) if kinds[i] else "no zone" for i in present)
        raise DataError(
            f"all times in column {name} must be in one time zone, found {found}; convert the column to UTC"
        )
    notes: tuple[str, ...] = ()
    if summer_time:
        notes = (f"Times in {name} have two offsets one hour apart, read as summer and winter time of one zone.",)
    elif written and written[0]:
        notes = (
            f"Times in {name} are {significant(written[0] / HOUR, 4, is_signed=True)} h from UTC and were converted.",
        )
    return ahead[which], notes


def _ahead(zone: str) -> int:
    match = re.fullmatch(r"([+-])(\d{2}):?(\d{2})?", zone)
    if match is None:
        return 0
    return (1 if match[1] == "+" else -1) * (int(match[2]) * 3600 + int(match[3] or 0) * 60) * SECOND


def _other_times(texts: Any, name: str) -> tuple[Integers, str]:
    """Return times in the one other form that fits most of `texts`, and the form; an empty form if none fits."""
    fits = {form: _strptime(texts, form) for day in _OTHER_FORMS + _DAY_MONTH for form in _with_clocks(day)}
    count = {form: int(np.count_nonzero(time != _NOT_A_TIME)) for form, time in fits.items()}
    best = max(count, key=lambda form: count[form])
    if not count[best]:
        return fits[best], ""
    if best.startswith(_DAY_MONTH):
        twin = (_DAY_MONTH[1] if best.startswith(_DAY_MONTH[0]) else _DAY_MONTH[0]) + best[8:]
        if count[twin] == count[best] and (fits[twin] != fits[best]).any():
            raise DataError(
                f"dates must be unambiguous, found {texts[0].as_py()!r} in column {name}, where no date tells the day "
                "from the month; write dates as YYYY-MM-DD"
            )
    return fits[best], best


def _with_clocks(day: str) -> tuple[str, ...]:
    return (day,) if day.endswith("%p") else tuple(day + clock for clock in _CLOCKS)


def _strptime(texts: Any, form: str) -> Integers:
    import pyarrow as pa
    from pyarrow import compute as pc

    stamps = pc.strptime(texts, format=form, unit="s", error_is_null=True)
    seconds = as_numbers(pc.fill_null(stamps.view(pa.int64()), _NOT_A_TIME))
    year = (
        np.where(seconds == _NOT_A_TIME, 0, seconds).astype("datetime64[s]").astype("datetime64[Y]").astype(int) + 1970
    )
    known = (seconds != _NOT_A_TIME) & (year >= _EARLIEST) & (year <= _LATEST)
    return np.where(known, np.where(known, seconds, 0) * SECOND, _NOT_A_TIME)
