"""What a room of findings has worked out in the background: told in parts, given up, begun again."""

import gc
import weakref
from threading import Event
from threading import enumerate as running
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from outsample.report.decay_findings import PENDING
from outsample.windows import Handle
from outsample_desktop import findings as findings_module
from outsample_desktop.session import Room

from .rooms_of_findings import FOUND_WITHIN, enter, front, wait

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
SMILE = "relative-smile"
STALE = "of the boundaries before, new ones follow"


@pytest.fixture
def held(monkeypatch):
    """Let the work in the background wait, once it has told its first part, until it is let go or given up."""
    control = SimpleNamespace(go_on=Event(), begun=[], ended=[], seen_given_up=[])
    made = findings_module.stages

    def slowly(state, analysis, workspace, progress, is_given_up, seconds):
        control.begun.append(state)
        for number, found in enumerate(made(state, analysis, workspace, progress, is_given_up, seconds)):
            yield found
            while number == 0 and not control.go_on.wait(0.005):
                if is_given_up():
                    control.seen_given_up.append(state)
                    return
        control.ended.append(state)

    monkeypatch.setattr(findings_module, "stages", slowly)
    yield control
    control.go_on.set()


def wait_for_latest(desk):
    """Wait until what was found last is on screen: the state is the same before and after."""
    room = desk.state.room
    desk.qtbot.waitUntil(
        lambda: desk.window.answer.request.found is desk.window.findings.latest(room), timeout=FOUND_WITHIN
    )


def begin(desk, held, room=Room.DECAY):
    """Go to a room and wait until the first part of its findings is on screen."""
    desk.change(room=room, active=SMILE)
    desk.qtbot.waitUntil(lambda: desk.window.findings.latest(room) is not None, timeout=FOUND_WITHIN)
    wait_for_latest(desk)
    assert held.begun
    return front(desk)


def test_the_quick_parts_are_there_while_the_slow_ones_are_worked_out(desk, held):
    room = begin(desk, held)
    result = desk.window.findings.latest(Room.DECAY).result
    assert result.gap is PENDING
    assert room.fluctuation._view.lines
    assert room.tests.table.size > 0
    assert room.gap.canvas._view.note == "being worked out …"
    assert room.title.title == "Decay, more follows"
    assert desk.window.findings.line.isVisible()
    assert desk.window.findings.line.bar.format().startswith("working out decay")
    held.go_on.set()
    wait(desk)
    assert room.gap.canvas._view.bars
    assert room.title.title == "Decay"
    assert not desk.window.findings.line.isVisible()


def test_a_boundary_that_is_taken_ends_the_work_and_its_release_begins_anew(desk, held):
    room = begin(desk, held)
    x, y = desk.press(Handle.TRAIN_END)
    desk.qtbot.waitUntil(lambda: len(held.seen_given_up) == 1, timeout=FOUND_WITHIN)
    assert desk.window.findings.is_idle
    assert not desk.window.findings.line.isVisible()
    desk.move_to(x - 60, y)
    assert desk.state.dragging
    assert room.title.title == f"Decay, {STALE}"
    assert room.fluctuation._view.lines
    assert len(held.begun) == 1
    held.go_on.set()
    desk.release(x - 60, y)
    wait(desk)
    assert [one.split for one in held.ended] == [desk.state.split]
    assert room.title.title == "Decay"


def test_what_was_found_stays_and_is_marked_while_a_boundary_is_held(decay):
    room = front(decay)
    before = room.staleness._view
    x, y = decay.press(Handle.TRAIN_END)
    decay.move_to(x - 80, y)
    assert room.title.title == f"Decay, {STALE}"
    assert room.staleness._view is before
    horizon = room.curve._view
    decay.move_to(x - 160, y)
    assert room.curve._view is not horizon  # what follows the boundary goes on doing so
    decay.release(x - 160, y)
    wait(decay)
    assert room.staleness._view is not before
    assert room.title.title == "Decay"


def test_a_boundary_that_is_put_back_goes_on_with_what_was_begun(desk, held):
    begin(desk, held)
    x, y = desk.press(Handle.TRAIN_END)
    desk.move_to(x - 60, y)
    desk.qtbot.waitUntil(lambda: len(held.seen_given_up) == 1, timeout=FOUND_WITHIN)
    desk.move_to(x, y)
    held.go_on.set()
    desk.release(x, y)
    wait(desk)
    assert held.ended[-1].split == held.begun[0].split


def test_cancel_keeps_what_is_known_until_something_else_is_wanted(desk, held):
    room = begin(desk, held)
    QTest.mouseClick(desk.window.findings.line.button, Qt.MouseButton.LeftButton)
    wait_for_latest(desk)
    desk.qtbot.waitUntil(lambda: len(held.seen_given_up) == 1, timeout=FOUND_WITHIN)
    assert room.title.detail == "given up; move a boundary to begin again"
    assert room.gap.canvas._view.note == "given up; move a boundary to begin again"
    assert room.fluctuation._view.lines
    assert not desk.window.findings.line.isVisible()
    desk.change(cursor=int(desk.data.times[10]))
    assert len(held.begun) == 1
    held.go_on.set()
    desk.drag(Handle.TRAIN_END, -60.0)
    wait(desk)
    assert room.gap.canvas._view.bars


def test_another_room_ends_the_work_and_coming_back_begins_again(desk, held):
    begin(desk, held)
    desk.change(room=Room.OVERVIEW)
    desk.qtbot.waitUntil(lambda: len(held.seen_given_up) == 1, timeout=FOUND_WITHIN)
    held.go_on.set()
    enter(desk, Room.DECAY)
    assert len(held.ended) == 1


def test_other_data_show_nothing_of_the_data_before(decay, stores):
    desk, seen = decay, []
    old = weakref.ref(desk.window.findings.latest(Room.DECAY).result)
    desk.window.painted.connect(lambda answer: seen.append((front(desk).title.title, answer.request.found)))
    desk.open(stores["prices"])
    assert seen[0] == ("Decay, being worked out …", None)
    wait(desk)
    gc.collect()
    assert old() is None
    assert STALE not in [title.removeprefix("Decay, ") for title, _ in seen]


def test_other_data_end_the_work_on_the_data_before(desk, held, stores):
    begin(desk, held)
    desk.open(stores["prices"])
    desk.qtbot.waitUntil(lambda: len(held.seen_given_up) == 1, timeout=FOUND_WITHIN)
    held.go_on.set()
    wait(desk)
    assert [one.fingerprint for one in held.ended] == [desk.state.fingerprint]


def test_the_same_data_opened_again_are_worked_out_although_they_were_given_up(desk, held):
    begin(desk, held)
    desk.window.findings.cancel()
    desk.qtbot.waitUntil(lambda: len(held.seen_given_up) == 1, timeout=FOUND_WITHIN)
    held.go_on.set()
    desk.window._take(desk.window.loaded)
    desk.qtbot.waitUntil(lambda: len(held.begun) == 2, timeout=FOUND_WITHIN)
    wait(desk)
    assert desk.window.findings.latest(Room.DECAY).result.gap is not PENDING


def test_a_window_that_closes_leaves_no_work_behind(desk, held):
    begin(desk, held)
    desk.window.close()
    assert len(held.seen_given_up) == 1
    assert [thread.name for thread in running() if thread.name.startswith("findings")] == []


def test_what_breaks_is_told_once(desk, monkeypatch):
    asked = []

    def broken(*arguments):
        asked.append(arguments)
        raise ZeroDivisionError("of a test")
        yield

    monkeypatch.setattr(findings_module, "stages", broken)
    desk.change(room=Room.DECAY)
    desk.qtbot.waitUntil(lambda: "ZeroDivisionError" in desk.notice, timeout=FOUND_WITHIN)
    desk.change(cursor=int(desk.data.times[5]))
    desk.change(cursor=int(desk.data.times[6]))
    assert len(asked) == 1
    assert desk.window.findings.is_idle
