"""Half-open UTC windows, the train/test split, and how a dragged handle moves it.

Everything here is in time (int64 ns UTC), so that one drag serves data sets with different clocks.
A boundary always lies on an observation time, or one nanosecond after the last one.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final, Self

import numpy as np

from outsample.errors import UsageError
from outsample.typing import SECOND, Integers

__all__ = [
    "MINIMUM_TIMES",
    "Handle",
    "Scheme",
    "Split",
    "Window",
    "default_split",
    "iso",
    "move",
    "nearest_boundary",
    "parse_time",
    "position_of",
    "step",
]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ISO: Final = re.compile(
    r"(?P<whole>\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?=[.Z+-]|$))?)?)"
    r"(?:(?<=:\d\d:\d\d)\.(?P<fraction>\d+))?(?P<zone>Z|[+-]\d\d:?\d\d)?"
)
_LAST: Final = int(np.iinfo(np.int64).max)  # 2262-04-11: what nanoseconds in 64 bits can tell
MINIMUM_TIMES: Final = 20  # each window keeps at least so many times (DEFINITIONS, Split)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Half-open interval ``[start, stop)`` in UTC nanoseconds."""

    start: int
    stop: int

    def __post_init__(self) -> None:
        if self.stop < self.start:
            raise UsageError(
                f"a window must not end before it starts, found {iso(self.start)}..{iso(self.stop)}; exchange the two"
            )

    @property
    def length(self) -> int:
        """Length in nanoseconds."""
        return self.stop - self.start

    def rows(self, time: Integers) -> slice:
        """Rows of the sorted array `time` that lie in this window."""
        first, last = np.searchsorted(time, (self.start, self.stop))
        return slice(int(first), int(last))

    def __str__(self) -> str:
        return f"{iso(self.start)}..{iso(self.stop)}"


@dataclass(frozen=True, slots=True)
class Split:
    """Train window, test window and the purge gap that must lie between them.

    Parameters
    ----------
    train, test : Window
        Half-open, UTC nanoseconds.
    purge : int
        Nanoseconds; ``test.start >= train.stop + purge`` always holds.
    """

    train: Window
    test: Window
    purge: int = 0

    def __post_init__(self) -> None:
        if self.purge < 0:
            raise UsageError(f"the purge gap must not be negative, found {self.purge} ns; use 0 for none")
        if self.test.start < self.train.stop + self.purge:
            raise UsageError(
                f"the test window must start at or after {iso(self.train.stop + self.purge)} "
                f"(train end plus purge), found {iso(self.test.start)}; move the test start"
            )

    def shifted(self, nanoseconds: int) -> Self:
        """Return the same pattern moved in time."""
        train, test = (Window(w.start + nanoseconds, w.stop + nanoseconds) for w in (self.train, self.test))
        return replace(self, train=train, test=test)


class Handle(Enum):
    """What a user can take hold of on the timeline."""

    TRAIN_START = "train start"
    TRAIN_END = "train end"
    TEST_START = "test start"
    TEST_END = "test end"
    WHOLE = "whole pattern"


class Scheme(Enum):
    """How the other boundaries follow the one that is moved."""

    ANCHORED = "anchored"
    ROLLING = "rolling"
    FREE = "free"


def iso(time: int) -> str:
    """Return ISO-8601 UTC text of a time in nanoseconds, with no more digits than it needs."""
    text = str(np.datetime64(int(time), "ns"))
    date, clock = text.split("T")
    if clock == "00:00:00.000000000":
        return date
    whole, fraction = clock.split(".")
    fraction = fraction.rstrip("0")
    return f"{date}T{whole}{'.' + fraction if fraction else ''}Z"


def parse_time(text: str) -> int:
    """Return UTC nanoseconds of an ISO-8601 text; no zone means UTC.

    Raises
    ------
    UsageError
        The text is not a date or time, or lies outside 1677-09-22..2262-04-11.
    """
    found = _ISO.fullmatch(text.strip())
    fraction = (found["fraction"] or "") if found else ""
    try:
        if not found or len(fraction) > 9:
            raise ValueError
        moment = datetime.fromisoformat(found["whole"] + (found["zone"] or "").replace("Z", "+00:00"))
    except ValueError:
        raise UsageError(
            f"a time must be ISO-8601 such as 2026-03-01 or 2026-03-01T08:00Z, found {text!r}; type it again"
        ) from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    time = int((moment - _EPOCH) // timedelta(seconds=1)) * SECOND + int(fraction.ljust(9, "0"))
    if abs(time) > _LAST:
        raise UsageError(f"a time must lie between 1677-09-22 and 2262-04-11, found {text!r}; type it again")
    return time


def default_split(times: Integers, purge: int = 0, train_share: float = 0.7) -> Split:
    """Return the default split of sorted distinct `times`: 70 : 30 of the times.

    Raises
    ------
    UsageError
        Fewer than two windows of `MINIMUM_TIMES` times.
    """
    count = times.size
    if count < 2 * MINIMUM_TIMES:
        raise UsageError(
            f"a train and a test window need {MINIMUM_TIMES} times each, found {count} in all; load a longer history"
        )
    cut = int(np.clip(round(train_share * count), MINIMUM_TIMES, count - MINIMUM_TIMES))
    first_test = min(_ceiling(times, int(times[cut]) + purge), count - MINIMUM_TIMES)
    cut = min(cut, _floor(times, int(times[first_test]) - purge))
    if cut < MINIMUM_TIMES:
        raise UsageError(
            f"a purge of {purge / 86_400e9:g} days leaves fewer than {MINIMUM_TIMES} train times; shorten the purge"
        )
    train = Window(int(times[0]), int(times[cut]))
    return Split(train, Window(int(times[first_test]), int(times[-1]) + 1), purge)


def nearest_boundary(times: Integers, time: int) -> int:
    """Return the index 0..n of the boundary nearest to `time`; n is the end, one nanosecond after the last time."""
    right = int(np.searchsorted(times, time))
    if right in (0, times.size):
        return right
    return right if int(times[right]) - time < time - int(times[right - 1]) else right - 1


def move(split: Split, handle: Handle, time: int, times: Integers, scheme: Scheme, horizon: int = 0) -> Split:
    """Return the split after `handle` was moved towards `time`: snapped, clamped, never crossed.

    Parameters
    ----------
    split : Split
        The split before the move.
    handle : Handle
        What is moved; `Handle.WHOLE` moves the pattern so that the train start lands at `time`.
    time : int
        Where the user points, UTC nanoseconds; any value is allowed.
    times : (n,) int64 array
        Sorted distinct observation times.
    scheme : Scheme
        Anchored keeps the train start at the first time, rolling keeps all lengths, free moves one handle.
    horizon : int
        Label horizon in nanoseconds: the purge gap never falls below it.
    """
    if handle is Handle.WHOLE and scheme is Scheme.ANCHORED:
        return split
    if scheme is Scheme.ROLLING or handle is Handle.WHOLE:
        return _move_pattern(split, handle, time, times, horizon)
    boundary = nearest_boundary(times, time)
    if handle is Handle.TRAIN_START:
        return split if scheme is Scheme.ANCHORED else _move_train_start(split, boundary, times)
    if handle is Handle.TRAIN_END:
        return _move_train_end(split, boundary, times, scheme, horizon)
    if handle is Handle.TEST_START:
        return _move_test_start(split, boundary, times, horizon)
    low = split.test.rows(times).start + MINIMUM_TIMES
    stop = _time_of(times, max(boundary, low))
    return replace(split, test=Window(split.test.start, stop))


def step(split: Split, handle: Handle, bars: int, times: Integers, scheme: Scheme, horizon: int = 0) -> Split:
    """Return the split after `handle` was moved by a number of observation times."""
    if scheme is Scheme.ROLLING:
        handle = Handle.WHOLE  # one pattern: whatever handle is pressed, the train window moves by that many times
    position = int(np.searchsorted(times, position_of(split, handle)))
    target = _time_of(times, int(np.clip(position + bars, 0, times.size)))
    return move(split, handle, target, times, scheme, horizon)


def position_of(split: Split, handle: Handle) -> int:
    """Return the time at which `handle` stands."""
    match handle:
        case Handle.TRAIN_START | Handle.WHOLE:
            return split.train.start
        case Handle.TRAIN_END:
            return split.train.stop
        case Handle.TEST_START:
            return split.test.start
        case Handle.TEST_END:
            return split.test.stop


def _time_of(times: Integers, boundary: int) -> int:
    return int(times[boundary]) if boundary < times.size else int(times[-1]) + 1


def _ceiling(times: Integers, time: int) -> int:
    return int(np.searchsorted(times, time))


def _floor(times: Integers, time: int) -> int:
    return int(np.searchsorted(times, time, side="right")) - 1


def _move_train_start(split: Split, boundary: int, times: Integers) -> Split:
    high = max(0, _ceiling(times, split.train.stop) - MINIMUM_TIMES)
    start = _time_of(times, min(boundary, high))
    return replace(split, train=Window(start, split.train.stop))


def _move_train_end(split: Split, boundary: int, times: Integers, scheme: Scheme, horizon: int) -> Split:
    low = split.train.rows(times).start + MINIMUM_TIMES
    if scheme is Scheme.FREE:
        high = _floor(times, split.test.start - horizon)
        if high < low:
            return split
        stop = _time_of(times, max(min(boundary, high), low))
        return Split(Window(split.train.start, stop), split.test, split.test.start - stop)
    gap = max(split.purge, horizon)
    last_start = max(0, _ceiling(times, split.test.stop) - MINIMUM_TIMES)
    high = _floor(times, _time_of(times, last_start) - gap)
    if high < low:
        return split
    stop = _time_of(times, max(min(boundary, high), low))
    start = _time_of(times, _ceiling(times, stop + gap))
    return Split(Window(split.train.start, stop), Window(start, split.test.stop), gap)


def _move_test_start(split: Split, boundary: int, times: Integers, horizon: int) -> Split:
    low = _ceiling(times, split.train.stop + horizon)
    high = _ceiling(times, split.test.stop) - MINIMUM_TIMES
    if high < low:
        return split
    start = _time_of(times, max(min(boundary, high), low))
    return Split(split.train, Window(start, split.test.stop), start - split.train.stop)


def _move_pattern(split: Split, handle: Handle, time: int, times: Integers, horizon: int) -> Split:
    """Move the pattern: both windows keep their numbers of observation times, the gap keeps its purge.

    Where times are irregular the same number of them is another length, so that the test start follows from the
    train end by the purge in time, and by the observation times that the gap held beyond it.
    """
    corners = [_ceiling(times, t) for t in (split.train.start, split.train.stop, split.test.start, split.test.stop)]
    train_start, train_stop, test_start, test_stop = corners
    count, purge = test_stop - test_start, max(split.purge, horizon)
    slack = max(0, test_start - _ceiling(times, _time_of(times, train_stop) + purge))
    boundary = nearest_boundary(times, time)
    if boundary == _ceiling(times, position_of(split, handle)) and purge == split.purge:
        return split

    def train_stop_before(start: int) -> int:
        return _floor(times, _time_of(times, max(0, start - slack)) - purge)

    if handle in (Handle.TEST_START, Handle.TEST_END):
        wanted = train_stop_before(boundary - (count if handle is Handle.TEST_END else 0))
    else:
        wanted = boundary + (0 if handle is Handle.TRAIN_END else train_stop - train_start)
    low, high = train_stop - train_start, train_stop_before(times.size - count)
    if high < low:
        return split
    stop = max(min(wanted, high), low)
    start = _ceiling(times, _time_of(times, stop) + purge) + slack
    train = Window(_time_of(times, stop - train_stop + train_start), _time_of(times, stop))
    return Split(train, Window(_time_of(times, start), _time_of(times, start + count)), purge)
