"""Boundaries dragged by the mouse: the window shows what a fresh evaluation of the new split says."""

import itertools

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest

from outsample.catalog import SCORES, Kind
from outsample.windows import Handle, Scheme, move, position_of

from .boundaries import HANDLES, NOT_MOVING, assert_lawful, inside

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
REPRICED = "squared-half-spreads"


# --- Dragging -------------------------------------------------------------------------------------------------------


def drag_both_ways(desk, scheme, handle):
    """Drag a handle to the right and back beyond its place; what is shown is exact each time."""
    inside(desk, scheme)
    for offsets in ((20.0, 60.0, 41.0), (-70.0, -35.0)):
        before = desk.state.split
        desk.drag(handle, *offsets)
        assert_lawful(desk.state.split, desk.data.times)
        assert (desk.state.split != before) is ((scheme, handle) not in NOT_MOVING), (handle, offsets)
        desk.assert_exact()


@pytest.mark.parametrize("scheme", list(Scheme))
def test_a_drag_of_any_handle_in_any_scheme_shows_what_a_fresh_evaluation_says(desk, scheme):
    for handle in (*HANDLES, Handle.WHOLE):
        drag_both_ways(desk, scheme, handle)


@pytest.mark.parametrize("scheme", list(Scheme))
def test_a_drag_of_prices_shows_what_a_fresh_evaluation_says(price_desk, scheme):
    for handle in (*HANDLES, Handle.WHOLE):
        drag_both_ways(price_desk, scheme, handle)


def test_what_is_let_go_lies_where_the_handle_was_asked_to_be(desk, times):
    """The split after a drag is the one that the rules of windows give for the time under the mouse."""
    for handle in (*HANDLES, Handle.WHOLE):
        inside(desk, Scheme.FREE)
        split = desk.state.split
        x, _ = desk.grip(handle)
        moved = desk.plot.time_at(x + 37.0) - desk.plot.time_at(x)
        desk.drag(handle, 10.0, 37.0)
        assert desk.state.split == move(split, handle, position_of(split, handle) + moved, times, Scheme.FREE)
        assert desk.state.handle is handle


def test_the_lower_plot_has_the_same_handles(desk):
    inside(desk, Scheme.FREE)
    plot = desk.page.timeline.loss
    x = plot.pixel(desk.state.split.train.stop)
    before = desk.state.split
    for kind, place in (
        (QEvent.Type.MouseButtonPress, x),
        (QEvent.Type.MouseMove, x - 30.0),
        (QEvent.Type.MouseButtonRelease, x - 30.0),
    ):
        desk.mouse(kind, place, 30.0, plot.viewport())
        desk.settle()
    assert desk.state.split.train.stop < before.train.stop
    assert desk.state.split.test == before.test
    desk.assert_exact()


@pytest.mark.parametrize("scheme", list(Scheme))
def test_boundaries_dragged_over_each_other_never_cross(desk, scheme, times):
    for handle, target in itertools.product(HANDLES, (-500.0, 5000.0)):
        inside(desk, scheme)
        x, y = desk.press(handle)
        for share in (0.3, 0.7, 1.0):
            desk.move_to(x + share * (target - x), y)
            assert_lawful(desk.state.split, times)
        desk.release(target, y)
        assert_lawful(desk.state.split, times)
        desk.assert_exact()


def test_moves_that_come_faster_than_answers_end_on_the_last_one(desk, times):
    inside(desk, Scheme.FREE)
    x, y = desk.press(Handle.TRAIN_END)
    for offset in range(0, 80, 2):
        desk.mouse(QEvent.Type.MouseMove, x - offset, y)
    wanted = desk.state.split
    desk.release(x - 78, y)
    assert desk.state.split == wanted
    desk.assert_exact()


def test_a_release_without_a_move_before_it_still_counts(desk):
    inside(desk, Scheme.FREE)
    before = desk.state.split
    x, y = desk.press(Handle.TEST_END)
    desk.release(x - 50, y)
    assert desk.state.split.test.stop < before.test.stop
    desk.assert_exact()


def test_a_click_on_a_handle_moves_nothing_and_files_nothing(desk):
    inside(desk, Scheme.FREE)
    before = desk.state.split
    for handle in HANDLES:
        x, y = desk.press(handle)
        desk.release(x, y)
        assert desk.state.split == before
        assert desk.state.handle is handle
    assert desk.undo.count() == 0


@pytest.mark.parametrize("handle", [Handle.TRAIN_START, Handle.WHOLE])
def test_an_anchored_train_start_says_why_it_stays(desk, handle):
    inside(desk, Scheme.ANCHORED)
    x, y = desk.press(handle)
    desk.mouse(QEvent.Type.MouseMove, x + 40, y)
    assert "anchored" in desk.window.status.text()
    desk.release(x + 40, y)
    desk.assert_exact()


def test_a_click_beside_the_handles_sets_the_cursor_of_the_slices(desk, times):
    inside(desk, Scheme.FREE)
    x = desk.plot.pixel(int(times[40]))
    desk.click(desk.plot.viewport(), x, 60)
    assert desk.state.cursor is not None
    shown = desk.shown()["timeline"].cursor
    assert abs(shown - times[40] / 1e9) <= 2 * 86_400
    desk.assert_exact()
    desk.shortcut("view.cursor")
    assert desk.state.cursor is None
    desk.assert_exact()


def test_a_right_click_does_nothing(desk):
    inside(desk, Scheme.FREE)
    state = desk.state
    x, y = desk.grip(Handle.TRAIN_END)
    QTest.mouseClick(desk.plot.viewport(), Qt.MouseButton.RightButton, pos=desk.plot.viewport().rect().center())
    QTest.mousePress(desk.plot.viewport(), Qt.MouseButton.RightButton)
    desk.mouse(QEvent.Type.MouseMove, x + 40, y)
    desk.settle()
    assert desk.state.split == state.split


# --- Undo, redo, Escape ---------------------------------------------------------------------------------------------


def test_undo_and_redo_of_a_drag_are_one_step_each(desk):
    inside(desk, Scheme.FREE)
    before = desk.state
    desk.drag(Handle.TRAIN_END, -10.0, -20.0, -45.0)
    after = desk.state
    assert desk.undo.count() == 1
    desk.page.timeline.setFocus()
    desk.key(Qt.Key.Key_Z, CTRL)
    assert desk.state.split == before.split
    desk.assert_exact()
    desk.key(Qt.Key.Key_Z, CTRL | SHIFT)
    assert desk.state == after
    desk.assert_exact()


def test_escape_abandons_a_drag(desk):
    inside(desk, Scheme.FREE)
    before = desk.state.split
    desk.page.timeline.setFocus()
    x, y = desk.press(Handle.TRAIN_END)
    desk.move_to(x - 40, y)
    assert desk.state.split != before
    desk.key(Qt.Key.Key_Escape)
    assert desk.state.split == before
    assert not desk.state.dragging
    desk.assert_exact()


def test_after_escape_the_mouse_moves_nothing_until_it_is_pressed_again(desk):
    inside(desk, Scheme.FREE)
    before = desk.state.split
    desk.page.timeline.setFocus()
    x, y = desk.press(Handle.TRAIN_END)
    desk.move_to(x - 40, y)
    desk.key(Qt.Key.Key_Escape)
    desk.move_to(x - 60, y)
    assert desk.state.split == before
    desk.release(x - 60, y)
    assert desk.state.split == before
    assert desk.undo.count() == 0
    desk.assert_exact()


def test_undo_while_a_handle_is_held_leaves_the_window_in_order(desk, times):
    inside(desk, Scheme.FREE)
    desk.drag(Handle.TEST_END, -30.0)
    x, y = desk.press(Handle.TRAIN_END)
    desk.move_to(x - 40, y)
    desk.undo.undo()
    desk.settle()
    desk.release(x - 40, y)
    assert_lawful(desk.state.split, times)
    assert not desk.state.dragging
    desk.assert_exact()


def test_many_drags_are_undone_in_their_order(desk):
    inside(desk, Scheme.FREE)
    seen = [desk.state.split]
    for handle, by in ((Handle.TRAIN_END, -30), (Handle.TEST_END, -40), (Handle.WHOLE, 25), (Handle.TRAIN_START, 30)):
        desk.drag(handle, float(by))
        seen.append(desk.state.split)
    for split in seen[-2::-1]:
        desk.shortcut("edit.undo")
        assert desk.state.split == split
    desk.assert_exact()


# --- Losses that need repricing -------------------------------------------------------------------------------------


def test_a_repriced_loss_is_previewed_while_a_boundary_is_held_and_exact_after(desk, monkeypatch):
    from outsample_desktop import evaluator

    monkeypatch.setattr(evaluator, "_PREVIEW_OBSERVATIONS", 6000)
    inside(desk, Scheme.FREE)
    desk.change(score=REPRICED)
    assert desk.window.status.text().startswith("exact")
    x, y = desk.press(Handle.TRAIN_END)
    desk.move_to(x - 30, y)
    assert desk.window.status.text().startswith("preview")
    assert not desk.window.answer.analysis.is_exact
    desk.move_to(x - 50, y)
    assert desk.window.status.text().startswith("preview")
    desk.release(x - 50, y)
    assert desk.window.status.text().startswith("exact")
    desk.assert_exact()


def test_a_loss_in_vol_points_is_exact_even_while_a_boundary_is_held(desk, monkeypatch):
    from outsample_desktop import evaluator

    monkeypatch.setattr(evaluator, "_PREVIEW_OBSERVATIONS", 10)
    inside(desk, Scheme.FREE)
    x, y = desk.press(Handle.TRAIN_END)
    desk.move_to(x - 30, y)
    assert desk.window.status.text().startswith("exact")
    desk.release(x - 30, y)
    desk.assert_exact()


def test_a_drag_under_every_loss_ends_exact(desk):
    for score in [item.score.name for item in SCORES if item.kind is Kind.OPTIONS]:
        inside(desk, Scheme.FREE)
        desk.change(score=score)
        desk.drag(Handle.TEST_START, 15.0, 40.0)
        desk.assert_exact()


# --- Real data ------------------------------------------------------------------------------------------------------


@pytest.mark.data
def test_a_drag_over_real_quotes_shows_what_a_fresh_evaluation_says(empty, real_data, tmp_path):
    from outsample.io import import_cached

    path = real_data("deribit_btc_2026/btc_daily_20251230_20260430.parquet")
    empty.open(path)
    empty.data = import_cached([str(path)], tmp_path).dataset
    for handle in (Handle.TRAIN_END, Handle.TEST_START, Handle.TEST_END):
        empty.drag(handle, -25.0, -60.0)
        assert_lawful(empty.state.split, empty.data.times)
        empty.assert_exact()
    empty.drag(Handle.TRAIN_END, 30.0)
    empty.assert_exact()
