"""When the close of a bar became known.

Vendors stamp a bar with its beginning, and a daily value with its date. Read as they stand, such stamps would show a
close to a model one bar before anyone could know it. So the canonical time is the end of the bar, of the day, of the
month; a price with a time of day of its own is known at that time.
"""

from enum import Enum
from typing import Final

import numpy as np

from outsample.typing import DAY, HOUR, Integers
from outsample.windows import iso

__all__ = ["BarStamp", "known_at", "length_text", "off_the_clock", "usual_step"]

_SHORTEST_MONTH: Final = 28 * DAY
_MONTH: Final = 30.44 * DAY


class BarStamp(Enum):
    """What the time column of a price file states."""

    BEGIN = "begin"
    END = "end"


def usual_step(time: Integers) -> int:
    """Return the most frequent step between sorted distinct times, ns; 0 for a single time."""
    steps, counts = np.unique(np.diff(time), return_counts=True)
    return int(steps[np.argmax(counts)]) if steps.size else 0


def known_at(time: Integers, stamp: BarStamp | None, is_calendar: bool, has_bars: bool) -> tuple[Integers, str]:
    """Return when each close became known, and the sentence that says so.

    Parameters
    ----------
    time : (n,) int64 array
        Sorted distinct stamps, UTC nanoseconds.
    stamp : BarStamp or None
        What the stamps state; None decides: the beginning for bars and for dates, else the moment itself.
    is_calendar : bool
        The file states days, not moments.
    has_bars : bool
        The file has open, high and low.
    """
    step = usual_step(time)
    if stamp is BarStamp.END or (stamp is None and not is_calendar and not has_bars) or not step:
        return time, "Stamps are taken as the moments at which prices became known."
    on_the_first = is_calendar and bool((_day_of_month(time) == 1).all())
    if step >= _SHORTEST_MONTH and on_the_first:
        months = max(1, round(step / _MONTH))
        known = _months_later(time, months)
        what = "month" if months == 1 else f"{months} months"
        return known, f"Dates are taken as those of the whole {what}: each close is known when it ends."
    steps = np.diff(time)
    if has_bars and 2 * np.count_nonzero(steps == step) < steps.size:
        known = np.append(time[1:], time[-1] + int(np.median(steps)))
        return known, "Bars have no usual length: each close is taken as known at the next stamp."
    length = step if has_bars else DAY
    if is_calendar and length <= DAY:
        return time + DAY, "Dates are taken as those of the day: each close is known when it ends, at 24:00 UTC."
    return time + length, f"Stamps are taken as the beginning of bars: each close is known {length_text(length)} later."


def length_text(length: int) -> str:
    """Return a duration in ns as a person says it: ``1 h``."""
    for unit, size in (("d", DAY), ("h", HOUR), ("min", 60 * 10**9), ("s", 10**9)):
        if length >= size and length % size == 0:
            return f"{length // size} {unit}"
    return f"{length / 1e9:g} s"


def off_the_clock(time: Integers, step: int) -> str:
    """Return a warning if the bars of a regular series do not begin on the round times of their length, else ''."""
    if not step or DAY % step or step < 60 * 10**9:
        return ""
    phase, counts = np.unique(time % step, return_counts=True)
    usual = int(phase[np.argmax(counts)])
    if not usual or counts.max() < 0.9 * time.size:
        return ""
    first = time[np.argmax(time % step == usual)]
    return (
        f"Warning: bars of {length_text(step)} begin {length_text(usual)} after the round UTC times "
        f"(first {iso(first)}); check the file's clock before joining it with another."
    )


def _day_of_month(time: Integers) -> Integers:
    days = time.astype("datetime64[ns]").astype("datetime64[D]")
    return np.asarray((days - days.astype("datetime64[M]")).astype(np.int64) + 1)


def _months_later(time: Integers, months: int) -> Integers:
    begin = time.astype("datetime64[ns]").astype("datetime64[M]")
    return np.asarray((begin + months).astype("datetime64[ns]").astype(np.int64))
