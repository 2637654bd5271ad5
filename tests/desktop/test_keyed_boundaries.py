"""Boundaries moved by keys and typed dates: the window shows what a fresh evaluation of the new split says."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from outsample.windows import MINIMUM_TIMES, Handle, Scheme, iso, move, position_of
from outsample_desktop.session import Side

from .boundaries import HANDLES, NOT_MOVING, assert_lawful, inside

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


# --- Keyboard -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", list(Scheme))
def test_arrows_move_the_chosen_handle_and_the_panes_follow(desk, scheme):
    for handle in (*HANDLES, Handle.WHOLE):
        press_every_arrow(desk, scheme, handle)


def press_every_arrow(desk, scheme, handle):
    times = desk.data.times
    inside(desk, scheme)
    desk.change(handle=handle)
    desk.page.timeline.setFocus()
    visited = [desk.state.split]
    for key, modifiers in (
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Right, SHIFT),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Left, CTRL),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier),
    ):
        desk.key(key, modifiers)
        assert_lawful(desk.state.split, times)
        visited.append(desk.state.split)
    if (scheme, handle) in NOT_MOVING:
        assert len(set(visited)) == 1
        assert "anchored" in desk.window.status.text()
        other = Side.TRAIN if desk.state.side is Side.TEST else Side.TEST
        desk.change(side=other)  # the next answer takes the place of the explanation
    else:
        assert len(set(visited)) > 2
    desk.assert_exact()


@pytest.mark.parametrize(("modifier", "bars"), [(Qt.KeyboardModifier.NoModifier, 1), (SHIFT, 10)])
def test_an_arrow_moves_by_one_observation_and_with_shift_by_ten(desk, times, modifier, bars):
    inside(desk, Scheme.FREE)
    desk.change(handle=Handle.TEST_END)
    desk.page.timeline.setFocus()
    at = np.searchsorted(times, desk.state.split.test.stop)
    desk.key(Qt.Key.Key_Left, modifier)
    assert desk.state.split.test.stop == times[at - bars]
    desk.key(Qt.Key.Key_Right, modifier)
    assert desk.state.split.test.stop == times[at]


def test_control_and_an_arrow_move_by_a_month(desk, times):
    inside(desk, Scheme.FREE)
    desk.change(handle=Handle.TEST_END)
    desk.page.timeline.setFocus()
    before = desk.state.split.test.stop
    desk.key(Qt.Key.Key_Left, CTRL)
    days = (before - desk.state.split.test.stop) / 86_400e9
    assert 10 < days < 33  # the month ends where the test window keeps its twenty times
    desk.key(Qt.Key.Key_Home)
    rows = desk.state.split.test.rows(times)
    assert rows.stop - rows.start == MINIMUM_TIMES
    desk.key(Qt.Key.Key_End)
    assert desk.state.split.test.stop == times[-1] + 1


def test_up_and_down_choose_among_the_handles_in_a_circle(desk):
    inside(desk, Scheme.FREE)
    desk.change(handle=Handle.TRAIN_START)
    desk.page.timeline.setFocus()
    seen = []
    for _ in range(5):
        desk.key(Qt.Key.Key_Down)
        seen.append(desk.state.handle)
    assert seen == [Handle.TRAIN_END, Handle.TEST_START, Handle.TEST_END, Handle.WHOLE, Handle.TRAIN_START]
    desk.key(Qt.Key.Key_Up)
    assert desk.state.handle is Handle.WHOLE
    desk.assert_exact()


def test_keys_pressed_faster_than_answers_all_count(desk, times):
    inside(desk, Scheme.FREE)
    desk.change(handle=Handle.TRAIN_START)
    desk.page.timeline.setFocus()
    for _ in range(2):
        QTest.keyClick(desk.page.timeline, Qt.Key.Key_Down)
    desk.settle()
    assert desk.state.handle is Handle.TEST_START
    at = np.searchsorted(times, desk.state.split.test.start)
    for _ in range(5):
        QTest.keyClick(desk.page.timeline, Qt.Key.Key_Right)
    desk.settle()
    assert desk.state.split.test.start == times[at + 5]
    desk.assert_exact()


def test_each_key_is_one_step_of_undo(desk):
    inside(desk, Scheme.FREE)
    desk.change(handle=Handle.TEST_END)
    desk.undo.clear()
    before = desk.state.split
    desk.page.timeline.setFocus()
    desk.key(Qt.Key.Key_Left)
    desk.key(Qt.Key.Key_Left)
    assert desk.undo.count() == 2
    desk.shortcut("edit.undo")
    desk.shortcut("edit.undo")
    assert desk.state.split == before


# --- Typed dates ----------------------------------------------------------------------------------------------------


def type_into(desk, handle, text):
    box = desk.page.dates.boxes[handle]
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, text)
    QTest.keyClick(box, Qt.Key.Key_Return)
    desk.settle()
    return box


def test_a_typed_date_moves_its_handle(desk, times):
    for handle in HANDLES:
        inside(desk, Scheme.FREE)
        at = np.searchsorted(times, position_of(desk.state.split, handle)) - 3
        type_into(desk, handle, str(np.datetime64(int(times[at]), "ns").astype("datetime64[s]")) + "Z")
        assert position_of(desk.state.split, handle) == times[at]
        assert desk.undo.count() == 1
        desk.assert_exact()


def test_a_typed_date_alone_is_midnight_in_utc(desk, times):
    inside(desk, Scheme.FREE)
    day = iso(int(times[60]))[:10]
    split = desk.state.split
    type_into(desk, Handle.TRAIN_END, day)
    midnight = int(np.datetime64(day, "ns").astype(np.int64))
    assert desk.state.split == move(split, Handle.TRAIN_END, midnight, times, Scheme.FREE)
    desk.assert_exact()


def test_what_is_no_time_is_refused_in_one_sentence_and_the_old_one_comes_back(desk):
    inside(desk, Scheme.FREE)
    box = desk.page.dates.boxes[Handle.TRAIN_END]
    before, shown = desk.state.split, box.text()
    for text in ("tomorrow", "2024-13-01", "2024-02-30", "1", "", "0001-01-01", "9999-12-31"):
        desk.window.notice.hide()
        box.setFocus()
        box.selectAll()
        QTest.keyClick(box, Qt.Key.Key_Delete)
        QTest.keyClicks(box, text)
        QTest.keyClick(box, Qt.Key.Key_Return)
        desk.settle()
        assert desk.state.split == before
        assert box.text() == shown
        assert desk.notice, text
        assert "\n" not in desk.notice
    assert desk.undo.count() == 0


def test_a_date_far_outside_goes_as_far_as_it_may(desk, times):
    inside(desk, Scheme.FREE)
    type_into(desk, Handle.TEST_END, "2200-01-01")
    assert desk.state.split.test.stop == times[-1] + 1
    type_into(desk, Handle.TRAIN_START, "1970-01-01")
    assert desk.state.split.train.start == times[0]
    type_into(desk, Handle.TRAIN_END, "2200-01-01")
    assert_lawful(desk.state.split, times)
    desk.assert_exact()


def test_a_box_in_which_nothing_was_typed_moves_nothing(desk):
    inside(desk, Scheme.FREE)
    before = desk.state.split
    for box in desk.page.dates.boxes.values():
        box.setFocus()
        QTest.keyClick(box, Qt.Key.Key_Return)
    desk.page.timeline.setFocus()
    desk.settle()
    assert desk.state.split == before
    assert desk.undo.count() == 0


def test_a_date_being_typed_is_left_alone_by_an_answer(desk):
    inside(desk, Scheme.FREE)
    box = desk.page.dates.boxes[Handle.TRAIN_END]
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "2024-0")
    desk.window.session.change("other", split=desk.state.split.shifted(0), side=Side.TRAIN)
    desk.settle()
    assert box.text() == "2024-0"
