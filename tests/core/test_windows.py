"""Windows and splits: the nearest boundary, the default split, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.errors import UsageError
from outsample.typing import DAY, HOUR
from outsample.windows import MINIMUM_TIMES, Split, Window, default_split, nearest_boundary

from .made_splits import START, boundaries, clocks, counts, is_sound, pointers, regular

# --- Boundaries -----------------------------------------------------------------------------------------------------


@given(clocks(smallest=1, largest=30), st.data())
def test_the_nearest_boundary_is_the_nearest(times, data):
    place = data.draw(pointers(times))
    every = [*times.tolist(), int(times[-1]) + 1]
    found = nearest_boundary(times, place)
    assert abs(every[found] - place) == min(abs(at - place) for at in every)


def test_half_way_between_two_times_the_earlier_is_taken():
    times = regular(5)
    assert nearest_boundary(times, int(times[2]) + DAY // 2) == 2
    assert nearest_boundary(times, int(times[2]) + DAY // 2 + 1) == 3


@given(clocks(smallest=1, largest=30))
def test_a_boundary_is_nearest_to_itself(times):
    every = [*times.tolist(), int(times[-1]) + 1]
    assert [nearest_boundary(times, at) for at in every] == list(range(len(every)))


def test_the_end_after_the_last_time_can_be_reached_however_long_the_last_gap_is():
    times = np.r_[regular(50), START + 500 * DAY]
    assert nearest_boundary(times, int(times[-1]) + HOUR) == times.size


# --- The default ----------------------------------------------------------------------------------------------------


@given(clocks(), st.integers(0, 60 * DAY), st.floats(0.0, 1.0))
def test_the_default_split_is_sound_or_refused(times, purge, share):
    last_train = np.searchsorted(times, times[-MINIMUM_TIMES] - purge, side="right") - 1
    if last_train < MINIMUM_TIMES:
        with pytest.raises(UsageError, match="shorten the purge"):
            default_split(times, purge, share)
        return
    split = default_split(times, purge, share)
    assert is_sound(split, times, purge)
    assert split.train.start == times[0]
    assert split.test.stop == times[-1] + 1
    assert split.purge == purge


def test_the_default_split_is_seventy_to_thirty():
    times = regular(200)
    split = default_split(times)
    assert counts(split, times) == (140, 60)
    assert split.purge == 0


def test_thirty_nine_times_are_too_few_and_forty_are_enough():
    with pytest.raises(UsageError, match="20 times each, found 39 in all; load a longer history"):
        default_split(regular(39))
    assert counts(default_split(regular(40)), regular(40)) == (20, 20)


def test_a_purge_shortens_the_train_window_before_the_test_window_gets_too_short():
    times = regular(100)
    split = default_split(times, purge=15 * DAY)
    assert counts(split, times) == (65, 20)
    assert split.test.start - split.train.stop == 15 * DAY


def test_a_purge_that_leaves_no_train_window_is_refused_with_its_length():
    assert counts(default_split(regular(100), purge=60 * DAY), regular(100)) == (20, 20)
    with pytest.raises(UsageError, match="a purge of 61 days leaves fewer than 20 train times; shorten the purge"):
        default_split(regular(100), purge=61 * DAY)


# --- Windows and splits ---------------------------------------------------------------------------------------------


@given(clocks(smallest=1, largest=30), st.data())
def test_a_window_holds_its_start_and_not_its_stop(times, data):
    start, stop = sorted((data.draw(pointers(times)), data.draw(pointers(times))))
    rows = Window(start, stop).rows(times)
    assert times[rows].tolist() == [at for at in times.tolist() if start <= at < stop]


def test_a_window_that_ends_before_it_starts_is_refused():
    with pytest.raises(UsageError, match="must not end before it starts"):
        Window(1, 0)


def test_windows_that_overlap_or_ignore_the_purge_are_refused():
    train = Window(START, START + DAY)
    assert Split(train, Window(START + DAY, START + 2 * DAY)).purge == 0
    with pytest.raises(UsageError, match="must start at or after 2024-01-02 .* found 2024-01-01T23:59:59.999999999Z"):
        Split(train, Window(START + DAY - 1, START + 2 * DAY))
    with pytest.raises(UsageError, match="must start at or after 2024-01-03"):
        Split(train, Window(START + DAY, START + 4 * DAY), DAY)
    with pytest.raises(UsageError, match="must not be negative"):
        Split(train, Window(START + DAY, START + 2 * DAY), -1)


def test_a_shifted_split_keeps_its_pattern():
    split = default_split(regular(50), purge=DAY)
    later = split.shifted(3 * HOUR)
    assert [b - a for a, b in zip(boundaries(split), boundaries(later), strict=True)] == [3 * HOUR] * 4
    assert later.purge == split.purge
