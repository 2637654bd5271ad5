"""Boundaries at one pixel in the window: the first move of the mouse says which of them is dragged."""

import pytest
from PySide6.QtCore import QEvent, Qt

from outsample.windows import Handle, Scheme, move

BESIDE = (-5.0, 0.0, 1.0, 5.0)  # pixels from the line at which the mouse is pressed


def stand_at_one_place(desk, scheme):
    """Put train end and test start in the middle of the history without a gap."""
    times = desk.data.times
    split = desk.state.split
    split = move(split, Handle.TRAIN_END, int(times[times.size // 2]), times, Scheme.ANCHORED)
    split = move(split, Handle.TEST_END, int(times[times.size * 8 // 10]), times, Scheme.FREE)
    if scheme is not Scheme.ANCHORED:
        split = move(split, Handle.TRAIN_START, int(times[times.size // 10]), times, Scheme.FREE)
    desk.change(scheme=scheme, split=split)
    desk.undo.clear()
    assert split.train.stop == split.test.start
    return split


def drag(desk, press, *offsets):
    """Press beside the common place, move, let go; every answer is waited for."""
    x = desk.plot.pixel(desk.state.split.train.stop) + press
    y = 0.6 * desk.plot.viewport().height()
    desk.mouse(QEvent.Type.MouseButtonPress, x, y)
    desk.settle()
    for offset in offsets:
        desk.move_to(x + offset, y)
    desk.release(x + offsets[-1], y)


@pytest.mark.parametrize("press", BESIDE)
def test_free_to_the_left_is_the_train_end_and_to_the_right_the_test_start(desk, press):
    before = stand_at_one_place(desk, Scheme.FREE)
    drag(desk, press, -3.0, -20.0, -50.0)
    assert desk.state.split.train.stop < before.train.stop
    assert desk.state.split.test == before.test
    assert desk.state.handle is Handle.TRAIN_END
    assert desk.undo.count() == 1
    desk.assert_exact()
    desk.shortcut("edit.undo")
    assert desk.state.split == before
    drag(desk, press, 3.0, 20.0, 50.0)
    assert desk.state.split.train == before.train
    assert desk.state.split.test.start > before.test.start
    assert desk.state.split.test.stop == before.test.stop
    assert desk.state.handle is Handle.TEST_START
    assert desk.undo.count() == 1
    desk.assert_exact()


@pytest.mark.parametrize("press", BESIDE)
def test_anchored_the_boundary_moves_as_one_to_the_left(desk, press):
    before = stand_at_one_place(desk, Scheme.ANCHORED)
    drag(desk, press, -3.0, -50.0)
    split = desk.state.split
    assert split.train.stop == split.test.start < before.train.stop
    assert split.test.stop == before.test.stop
    assert desk.undo.count() == 1
    desk.assert_exact()


@pytest.mark.parametrize("press", [-5.0, -1.0, 0.0, 1.0])
def test_anchored_the_boundary_moves_as_one_to_the_right_when_taken_on_the_line(desk, press):
    before = stand_at_one_place(desk, Scheme.ANCHORED)
    drag(desk, press, 3.0, 50.0)
    split = desk.state.split
    assert split.train.stop == split.test.start > before.train.stop
    assert desk.state.handle is Handle.TRAIN_END
    desk.assert_exact()


def test_anchored_the_flag_of_the_test_start_opens_a_gap(desk):
    before = stand_at_one_place(desk, Scheme.ANCHORED)
    drag(desk, 5.0, 3.0, 50.0)
    assert desk.state.split.train == before.train
    assert desk.state.split.test.start > before.test.start
    assert desk.state.handle is Handle.TEST_START
    desk.assert_exact()


@pytest.mark.parametrize("press", BESIDE)
def test_rolling_the_pattern_moves_whatever_is_taken(desk, press):
    before = stand_at_one_place(desk, Scheme.ROLLING)
    drag(desk, press, -30.0)
    assert desk.state.split.train.stop < before.train.stop
    assert desk.state.split.test.stop < before.test.stop
    drag(desk, press, 60.0)
    assert desk.state.split.train.stop > before.train.stop
    desk.assert_exact()


@pytest.mark.parametrize("scheme", [Scheme.FREE, Scheme.ANCHORED])
@pytest.mark.parametrize("offset", [0.0, 1.0, -1.0])
def test_a_press_without_a_move_moves_and_files_nothing(desk, scheme, offset):
    before = stand_at_one_place(desk, scheme)
    drag(desk, 0.0, offset)
    assert desk.state.split == before
    assert not desk.state.dragging
    assert desk.undo.count() == 0


@pytest.mark.parametrize("offsets", [(), (1.0,), (30.0,), (-30.0,)])
def test_escape_abandons_whichever_handle_it_was(desk, offsets):
    before = stand_at_one_place(desk, Scheme.FREE)
    desk.page.timeline.setFocus()
    x, y = desk.plot.pixel(before.train.stop), 0.6 * desk.plot.viewport().height()
    desk.mouse(QEvent.Type.MouseButtonPress, x, y)
    desk.settle()
    for offset in offsets:
        desk.move_to(x + offset, y)
    desk.key(Qt.Key.Key_Escape)
    assert desk.state.split == before
    assert not desk.state.dragging
    desk.move_to(x + 60.0, y)
    desk.release(x + 60.0, y)
    assert desk.state.split == before
    assert desk.undo.count() == 0
    desk.assert_exact()


def test_a_release_far_away_without_a_move_before_it_still_says_which(desk):
    before = stand_at_one_place(desk, Scheme.FREE)
    x, y = desk.plot.pixel(before.train.stop), 0.6 * desk.plot.viewport().height()
    desk.mouse(QEvent.Type.MouseButtonPress, x, y)
    desk.release(x + 50.0, y)
    assert desk.state.split.train == before.train
    assert desk.state.split.test.start > before.test.start
    assert desk.undo.count() == 1


def test_the_lower_plot_tells_them_apart_too(desk):
    before = stand_at_one_place(desk, Scheme.FREE)
    plot = desk.page.timeline.loss
    x = plot.pixel(before.train.stop)
    for kind, place in (
        (QEvent.Type.MouseButtonPress, x),
        (QEvent.Type.MouseMove, x + 40.0),
        (QEvent.Type.MouseButtonRelease, x + 40.0),
    ):
        desk.mouse(kind, place, 30.0, plot.viewport())
        desk.settle()
    assert desk.state.split.train == before.train
    assert desk.state.split.test.start > before.test.start


def test_the_keyboard_moves_the_handle_that_was_dragged_last(desk):
    before = stand_at_one_place(desk, Scheme.FREE)
    drag(desk, 0.0, 40.0)
    desk.page.timeline.setFocus()
    at = desk.state.split.test.start
    desk.key(Qt.Key.Key_Left)
    assert desk.state.split.test.start < at
    assert desk.state.split.train == before.train
