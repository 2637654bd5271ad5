"""Windows and handles: whatever the mouse does, the split stays one that can be judged."""

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from outsample.errors import UsageError
from outsample.typing import DAY, HOUR, SECOND
from outsample.windows import (
    MINIMUM_TIMES,
    Handle,
    Scheme,
    Split,
    Window,
    default_split,
    iso,
    move,
    nearest_boundary,
    parse_time,
    position_of,
    step,
)

START = 1_704_067_200 * SECOND  # 2024-01-01
EDGES = (Handle.TRAIN_START, Handle.TRAIN_END, Handle.TEST_START, Handle.TEST_END)


def regular(count, spacing=DAY):
    return START + spacing * np.arange(count, dtype=np.int64)


gaps = st.one_of(st.just(DAY), st.sampled_from([1, SECOND, HOUR, DAY, 9 * DAY]), st.integers(1, 20 * DAY))


@st.composite
def clocks(draw, smallest=2 * MINIMUM_TIMES, largest=90):
    """Sorted distinct times: even, or as irregular as feeds are."""
    if draw(st.booleans()):
        return regular(draw(st.integers(smallest, largest)), draw(st.sampled_from([1, HOUR, DAY])))
    spacing = draw(st.lists(gaps, min_size=smallest - 1, max_size=largest - 1))
    return START + np.r_[0, np.cumsum(spacing, dtype=np.int64)]


@st.composite
def games(draw):
    """A clock, a label horizon, a valid split and the scheme it is played with."""
    times = draw(clocks())
    horizon = draw(st.sampled_from([0, 0, 1, HOUR, DAY, 5 * DAY]))
    purge = horizon + draw(st.sampled_from([0, 0, 1, HOUR, 3 * DAY]))
    try:
        split = default_split(times, purge, draw(st.floats(0.1, 0.9)))
    except UsageError:
        assume(False)
    return times, horizon, split, draw(st.sampled_from(Scheme))


@st.composite
def pointers(draw, times):
    """Where a mouse points: on a time, near one, between two, or far outside."""
    anywhere = st.integers(int(times[0]) - 30 * DAY, int(times[-1]) + 30 * DAY)
    on_a_time = st.sampled_from(times.tolist())
    return draw(st.one_of(anywhere, on_a_time, st.builds(lambda t, by: t + by, on_a_time, st.integers(-1, 1))))


def boundaries(split):
    return tuple(position_of(split, handle) for handle in EDGES)


def is_sound(split, times, horizon):
    """Ordered, at least twenty times in each window, purged, and on observation times."""
    allowed = {*times.tolist(), int(times[-1]) + 1}
    train, test = split.train.rows(times), split.test.rows(times)
    return (
        split.train.start < split.train.stop <= split.test.start < split.test.stop
        and train.stop - train.start >= MINIMUM_TIMES
        and test.stop - test.start >= MINIMUM_TIMES
        and split.test.start - split.train.stop >= split.purge >= horizon
        and set(boundaries(split)) <= allowed
    )


def counts(split, times):
    train, test = split.train.rows(times), split.test.rows(times)
    return train.stop - train.start, test.stop - test.start


# --- Moving ---------------------------------------------------------------------------------------------------------


@given(games(), st.data())
def test_no_chain_of_moves_and_steps_breaks_a_split(game, data):
    times, horizon, split, _ = game
    for _ in range(data.draw(st.integers(1, 6))):
        handle, scheme = data.draw(st.sampled_from(Handle)), data.draw(st.sampled_from(Scheme))
        if data.draw(st.booleans()):
            split = move(split, handle, data.draw(pointers(times)), times, scheme, horizon)
        else:
            split = step(split, handle, data.draw(st.integers(-100, 100)), times, scheme, horizon)
        assert is_sound(split, times, horizon)


@given(games(), st.sampled_from(Handle), st.data())
def test_moving_to_the_same_place_again_changes_nothing(game, handle, data):
    times, horizon, split, scheme = game
    place = data.draw(pointers(times))
    once = move(split, handle, place, times, scheme, horizon)
    assert move(once, handle, place, times, scheme, horizon) == once


@given(games(), st.sampled_from(Handle))
def test_moving_a_handle_to_where_it_stands_leaves_every_boundary(game, handle):
    times, horizon, split, scheme = game
    moved = move(split, handle, position_of(split, handle), times, scheme, horizon)
    if (handle, scheme) != (Handle.TRAIN_END, Scheme.ANCHORED):  # there the default split may have more than its purge
        assert boundaries(moved) == boundaries(split)
    assert boundaries(moved)[:2] == boundaries(split)[:2]


@given(games(), st.sampled_from(EDGES), st.data())
def test_anchored_the_train_start_stays(game, handle, data):
    times, horizon, split, _ = game
    moved = move(split, handle, data.draw(pointers(times)), times, Scheme.ANCHORED, horizon)
    assert moved.train.start == split.train.start == times[0]


@given(games(), st.data())
def test_anchored_the_train_end_carries_the_test_start_and_leaves_the_test_end(game, data):
    times, horizon, split, _ = game
    moved = move(split, Handle.TRAIN_END, data.draw(pointers(times)), times, Scheme.ANCHORED, horizon)
    assert moved.test.stop == split.test.stop
    assert moved.purge == split.purge
    first = np.searchsorted(times, moved.train.stop + moved.purge)
    assert moved.test.start == times[first]


@given(games(), st.sampled_from(Handle), st.data())
def test_rolling_keeps_the_number_of_times_in_both_windows_and_the_purge(game, handle, data):
    times, horizon, split, _ = game
    moved = move(split, handle, data.draw(pointers(times)), times, Scheme.ROLLING, horizon)
    assert counts(moved, times) == counts(split, times)
    assert moved.purge == split.purge


@given(games(), st.sampled_from(EDGES), st.data())
def test_free_only_the_handle_that_is_held_moves(game, handle, data):
    times, horizon, split, _ = game
    moved = move(split, handle, data.draw(pointers(times)), times, Scheme.FREE, horizon)
    for other in EDGES:
        if other is not handle:
            assert position_of(moved, other) == position_of(split, other)


@given(games(), st.sampled_from(EDGES), st.data())
def test_free_a_handle_lands_on_the_nearest_boundary_unless_it_is_clamped(game, handle, data):
    times, horizon, split, _ = game
    place = data.draw(pointers(times))
    landed = position_of(move(split, handle, place, times, Scheme.FREE, horizon), handle)
    nearest = min([*times.tolist(), int(times[-1]) + 1], key=lambda at: (abs(at - place), at))
    lower, upper = free_range(split, handle, times, horizon)
    assert landed == min(max(nearest, lower), upper)


def free_range(split, handle, times, horizon):
    """Return the lowest and highest boundary a free handle may take, by trying them all."""
    allowed = []
    for at in [*times.tolist(), int(times[-1]) + 1]:
        corners = dict(zip(EDGES, boundaries(split), strict=True)) | {handle: at}
        a, b, c, d = (corners[edge] for edge in EDGES)
        if a < b <= c < d and is_sound(Split(Window(a, b), Window(c, d), min(split.purge, c - b)), times, 0):
            allowed += [at] if c - b >= horizon else []
    return min(allowed), max(allowed)


@given(games(), st.sampled_from(Handle), st.integers(-8, 8))
def test_a_step_back_undoes_a_step_unless_it_was_clamped(game, handle, bars):
    times, horizon, split, scheme = game
    there = step(split, handle, bars, times, scheme, horizon)
    moved = int(np.searchsorted(times, position_of(there, handle)) - np.searchsorted(times, position_of(split, handle)))
    if scheme is Scheme.ROLLING:
        before, after = (np.searchsorted(times, position_of(s, Handle.WHOLE)) for s in (split, there))
        moved = int(after - before)
    assume(moved == bars)
    back = step(there, handle, -bars, times, scheme, horizon)
    if (handle, scheme) == (Handle.TRAIN_END, Scheme.ANCHORED):
        assert boundaries(back)[:2] == boundaries(split)[:2]
        assert back.test.stop == split.test.stop
    else:
        assert boundaries(back) == boundaries(split)
        if scheme is Scheme.ROLLING:
            assert back == split


@given(games(), st.sampled_from(EDGES))
def test_a_step_moves_a_free_handle_by_one_time(game, handle):
    times, horizon, split, _ = game
    before = int(np.searchsorted(times, position_of(split, handle)))
    for bars in (-1, 1):
        after = int(np.searchsorted(times, position_of(step(split, handle, bars, times, Scheme.FREE, horizon), handle)))
        assert after in (before, before + bars)


def test_the_end_can_be_left_and_reached_again_by_steps():
    times = regular(100)
    split = default_split(times)
    assert split.test.stop == times[-1] + 1
    inside = step(split, Handle.TEST_END, -1, times, Scheme.FREE)
    assert inside.test.stop == times[-1]
    assert step(inside, Handle.TEST_END, 1, times, Scheme.FREE) == split


def test_rolling_over_irregular_times_does_not_eat_the_purge():
    times = np.sort(regular(80) + 1_200 * SECOND * np.random.default_rng(7).integers(-1, 2, 80))
    split = move(default_split(times, purge=DAY), Handle.TEST_END, int(times[60]), times, Scheme.FREE)
    there = split
    for _ in range(15):
        there = step(there, Handle.TRAIN_END, 1, times, Scheme.ROLLING, horizon=DAY)
        assert is_sound(there, times, DAY)
        assert there.purge == DAY
    for _ in range(15):
        there = step(there, Handle.TRAIN_END, -1, times, Scheme.ROLLING, horizon=DAY)
    assert there == split


def test_rolling_keeps_a_gap_that_is_wider_than_the_purge():
    times = regular(100)
    split = Split(Window(int(times[0]), int(times[30])), Window(int(times[50]), int(times[80])), 5 * DAY)
    moved = move(split, Handle.WHOLE, int(times[7]), times, Scheme.ROLLING)
    assert boundaries(moved) == tuple(int(times[i]) for i in (7, 37, 57, 87))


@pytest.mark.parametrize(("handle", "place"), [*zip(EDGES, (5, 35, 55, 85), strict=True)])
def test_rolling_every_handle_carries_the_pattern_to_where_it_is_held(handle, place):
    times = regular(100)
    split = Split(Window(int(times[0]), int(times[30])), Window(int(times[50]), int(times[80])), 5 * DAY)
    moved = move(split, handle, int(times[place]) + HOUR, times, Scheme.ROLLING)
    assert boundaries(moved) == tuple(int(times[i]) for i in (5, 35, 55, 85))


def test_a_horizon_above_the_purge_opens_the_gap_with_the_next_move():
    times = regular(100)
    split = default_split(times)
    for scheme in (Scheme.ANCHORED, Scheme.ROLLING):
        shorter = move(split, Handle.TEST_END, int(times[95]), times, Scheme.FREE)
        moved = step(shorter, Handle.TRAIN_END, -1, times, scheme, horizon=3 * DAY)
        assert moved.purge == 3 * DAY
        assert moved.test.start == moved.train.stop + 3 * DAY


def test_a_horizon_that_leaves_no_room_leaves_the_split():
    times = regular(40)
    split = default_split(times)
    for handle in (Handle.TRAIN_END, Handle.TEST_START):
        for scheme in Scheme:
            assert move(split, handle, int(times[25]), times, scheme, horizon=5 * DAY) == split


def test_dragging_the_test_start_sets_the_purge_that_the_train_end_then_carries():
    times = regular(200)
    split = move(default_split(times), Handle.TEST_START, int(times[150]), times, Scheme.ANCHORED)
    assert split.purge == 10 * DAY
    carried = move(split, Handle.TRAIN_END, int(times[120]), times, Scheme.ANCHORED)
    assert (carried.train.stop, carried.test.start) == (times[120], times[130])


def test_a_typed_split_off_the_clock_is_snapped_by_the_first_drag_and_keeps_its_rows_until_then():
    times = regular(100) + 9 * HOUR
    typed = Split(Window(START, START + 60 * DAY), Window(START + 60 * DAY, START + 100 * DAY))
    same = move(typed, Handle.WHOLE, START, times, Scheme.ROLLING)
    assert counts(same, times) == counts(typed, times)
    dragged = move(typed, Handle.TEST_END, START + 95 * DAY, times, Scheme.FREE)
    assert dragged.test.stop in times


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


# --- Text -----------------------------------------------------------------------------------------------------------


@given(st.integers(-(2**63) + 1, 2**63 - 1))
@example(0)
@example(-1)
@example(2**63 - 1)
@example(-(2**63) + 1)
def test_a_time_survives_its_own_text(time):
    assert parse_time(iso(time)) == time


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-03-01", "2026-03-01T00:00:00Z"),
        ("2026-03-01T08:00Z", "2026-03-01T08:00:00Z"),
        ("2026-03-01 08:00", "2026-03-01T08:00:00Z"),
        ("2026-03-01T08:00:00.5", "2026-03-01T08:00:00.500000000Z"),
        ("2026-03-01T08:00:00.000000001Z", "2026-03-01T08:00:00.000000001Z"),
        ("2026-03-01T10:00+02:00", "2026-03-01T08:00:00Z"),
        ("2026-03-01T03:00:00-0500", "2026-03-01T08:00:00Z"),
        ("  2026-03-01 ", "2026-03-01T00:00:00Z"),
    ],
)
def test_iso_text_in_its_forms_is_understood(text, same):
    assert parse_time(text) == np.datetime64(same.removesuffix("Z"), "ns").astype(np.int64)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2026-13-01",
        "2026-02-29",
        "2026-3-1",
        "20260301",
        "2026-03-01T25:00",
        "2026-03-01T08",
        "2026-03-01.5",
        "2026-03-01T08:00.5Z",
        "2026-03-01T08:00:00.0000000001Z",
        "2026-03-01T08:00:00.Z",
        "1772323200",
        "nan",
    ],
)
def test_other_text_is_refused_in_one_sentence(text):
    with pytest.raises(UsageError, match="a time must be ISO-8601 such as .*; type it again"):
        parse_time(text)


@pytest.mark.parametrize("text", ["9999-12-31", "1600-01-01", "2262-04-12", "1677-09-21"])
def test_a_year_that_nanoseconds_cannot_tell_is_refused(text):
    with pytest.raises(UsageError, match="between 1677-09-22 and 2262-04-11"):
        parse_time(text)


def test_text_has_no_more_digits_than_it_needs():
    assert iso(START) == "2024-01-01"
    assert iso(START + HOUR) == "2024-01-01T01:00:00Z"
    assert iso(START + SECOND // 2) == "2024-01-01T00:00:00.5Z"
    assert str(Window(START, START + DAY)) == "2024-01-01..2024-01-02"
