"""Handles: whatever the mouse does, the split stays one that can be judged."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from outsample.typing import DAY, HOUR, SECOND
from outsample.windows import Handle, Scheme, Split, Window, default_split, move, position_of, step

from .made_splits import EDGES, START, boundaries, counts, games, is_sound, pointers, regular


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
