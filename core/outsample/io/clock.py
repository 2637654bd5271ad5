"""A raw column as UTC nanoseconds: typed stamps, ISO text with or without zone, and epochs of any unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from outsample.io.arrow_arrays import as_bools, as_numbers
from outsample.io.clock_text import read_text_times
from outsample.typing import DAY, SECOND, Bools, Floats, Integers

__all__ = ["Clock", "read_clock"]

_UNITS: Final = (
    ("s", 1e8, 1e11, SECOND),
    ("ms", 1e11, 1e14, 10**6),
    ("µs", 1e14, 1e17, 10**3),
    ("ns", 1e17, 9.2e18, 1),
)
_NUMBER: Final = r"^[+-]?\d+\.?\d*([eE][+-]?\d+)?$"
_FITS_INT64: Final = r"^[+-]?\d{1,18}$|^[12]\d{18}$"
_CALENDAR_NUMBERS: Final = (1_000_01_01, 2999_12_31)  # 20260131 is a date, not an epoch


@dataclass(frozen=True, slots=True)
class Clock:
    """Times of a raw column.

    Parameters
    ----------
    time : (n,) int64 array
        UTC nanoseconds; 0 where bad.
    bad : (n,) bool array
        Missing, not a time, or beyond what nanoseconds can hold (1678-2261).
    unit : str
        How the column states time, for the mapping.
    notes : tuple of str
        What had to be assumed or is unusual, one sentence each.
    """

    time: Integers
    bad: Bools
    unit: str
    notes: tuple[str, ...] = ()

    @property
    def is_calendar(self) -> bool:
        """Whether every stamp is a midnight: the column states days, not moments."""
        return bool(((self.time % DAY == 0) | self.bad).all())


def read_clock(column: Any, name: str) -> Clock:
    """Return the times in the raw Arrow `column`; `name` is for messages.

    The unit of an epoch is decided row by row from its magnitude, because files change unit half-way.

    Raises
    ------
    DataError
        If zones are mixed or day and month cannot be told apart.
    """
    import pyarrow as pa
    from pyarrow import compute as pc

    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    missing = as_bools(pc.is_null(column))
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        return _from_stamps(column, missing, name)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return _from_text(column, name)
    if pa.types.is_integer(column.type):
        return _from_epochs(as_numbers(pc.fill_null(column, 0)).astype(np.int64), missing, name)
    if pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        values = as_numbers(pc.fill_null(column.cast(pa.float64(), safe=False), 0.0))
        return _from_epochs(values, missing | ~np.isfinite(values), name)
    return Clock(np.zeros(len(column), dtype=np.int64), np.ones(len(column), dtype=bool), str(column.type))


def _from_stamps(column: Any, missing: Bools, name: str) -> Clock:
    import pyarrow as pa
    from pyarrow import compute as pc

    kind = column.type
    if pa.types.is_date(kind):
        column, unit = column.cast(pa.timestamp("s")), "date"
    else:
        unit = f"{kind.unit}, {kind.tz or 'no zone'}"
    ticks = as_numbers(pc.fill_null(column.view(pa.int64()), 0))
    per_tick = {"s": SECOND, "ms": 10**6, "us": 10**3, "ns": 1}[column.type.unit]
    beyond = np.abs(ticks) > np.iinfo(np.int64).max // per_tick - 1
    notes = () if pa.types.is_date(kind) or kind.tz else (f"Times in {name} have no zone and are taken as UTC.",)
    return Clock(np.where(beyond, 0, ticks) * per_tick, missing | beyond, unit, notes)


def _from_text(column: Any, name: str) -> Clock:
    import pyarrow as pa
    from pyarrow import compute as pc

    coded = column.dictionary_encode()
    code = as_numbers(pc.fill_null(coded.indices, -1)).astype(np.int64)
    distinct = pc.utf8_trim_whitespace(coded.dictionary)
    number = pc.match_substring_regex(distinct, _NUMBER)
    if 2 * (pc.sum(number).as_py() or 0) > len(distinct):
        distinct = pc.if_else(number, distinct, pa.scalar(None, distinct.type))
        clock = _from_epochs(_epoch_numbers(distinct), as_bools(pc.is_null(distinct)), name, code)
    else:
        clock = Clock(*read_text_times(distinct, name))
    return Clock(np.append(clock.time, 0)[code], np.append(clock.bad, True)[code], clock.unit, clock.notes)


def _epoch_numbers(texts: Any) -> Integers | Floats:
    """Return the numbers in int64 where all of them fit, so that nanoseconds stay exact; 0 for null."""
    import pyarrow as pa
    from pyarrow import compute as pc

    if pc.all(pc.match_substring_regex(texts, _FITS_INT64)).as_py():
        integers: Integers = as_numbers(pc.fill_null(texts, "0").cast(pa.int64()))
        return integers
    values = as_numbers(pc.fill_null(texts, "0").cast(pa.float64()))
    return np.where(np.isfinite(values), values, 0.0)


def _from_epochs(values: Integers | Floats, bad: Bools, name: str, code: Integers | None = None) -> Clock:
    """Return the times of epochs; `code` says how often each value stands in the column, for the counts."""
    calendar = (values >= _CALENDAR_NUMBERS[0]) & (values <= _CALENDAR_NUMBERS[1])
    if values.size and np.count_nonzero(calendar & ~bad) > 0.5 * np.count_nonzero(~bad):
        time, wrong = _from_calendar_numbers(values)
        return Clock(time, bad | wrong, "date as yyyymmdd")
    weight = np.ones(values.size) if code is None else np.bincount(code[code >= 0], minlength=values.size)
    time, known, counts = np.zeros(values.size, dtype=np.int64), np.zeros(values.size, dtype=bool), []
    for unit, low, high, factor in _UNITS:
        rows = (values >= low) & (values < high) & ~bad
        if rows.any():
            time[rows] = _scaled(values[rows], factor)
            known |= rows
            counts.append((int(weight[rows].sum()), unit))
    return Clock(time, ~known, f"epoch {' and '.join(unit for _, unit in counts)}".strip(), _mixed_note(counts, name))


def _scaled(values: Integers | Floats, factor: int) -> Integers:
    whole = np.floor(values).astype(np.int64)
    if np.issubdtype(values.dtype, np.integer):
        return whole * factor
    nanoseconds = np.rint((values - whole) * factor / 1000.0).astype(np.int64) * 1000  # float64 holds no more
    return whole * factor + nanoseconds


def _mixed_note(counts: Sequence[tuple[int, str]], name: str) -> tuple[str, ...]:
    if len(counts) < 2:
        return ()
    shares = ", ".join(f"{count:,} in {unit}" for count, unit in sorted(counts, reverse=True))
    return (f"The epoch in {name} changes unit within the file: {shares}; each row was read in its own unit.",)


def _from_calendar_numbers(values: Integers | Floats) -> tuple[Integers, Bools]:
    number = values.astype(np.int64)
    year, month, day = number // 10_000, number // 100 % 100, number % 100
    wrong = (year < 1678) | (year > 2261) | (month < 1) | (month > 12) | (day < 1) | (day > 31)
    months = np.where(wrong, 0, (year - 1970) * 12 + month - 1).astype("datetime64[M]")
    dates = months.astype("datetime64[D]") + np.where(wrong, 0, day - 1)
    wrong |= dates.astype("datetime64[M]") != months  # 31 February
    return np.where(wrong, 0, dates.astype(np.int64)) * DAY, wrong
