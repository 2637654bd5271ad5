"""Days chosen in the chart of volatility, by mouse and by keys, and marked as a regime where they are."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from outsample.regimes import DrawnRegime, Regime
from outsample.regimes.drawn import MOST_DRAWN
from outsample.typing import DAY, SECOND
from outsample.windows import Handle, Window
from outsample_desktop.case_file import write_case
from outsample_desktop.resolve.bands import NO_BANDS, Bands
from outsample_desktop.session import Room, Theme

from .rooms_of_findings import enter, wait

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

SHIFT, CONTROL, NONE = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.NoModifier,
)
PRESS, MOVE, RELEASE = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease


@pytest.fixture
def pane(quotes):
    return quotes.page.room_of(Room.REGIMES).volatility


def pixel(pane, time):
    """Return the place in the chart, half way up, of a time in nanoseconds."""
    box = pane.plot.plotItem.vb
    place = pane.plot.mapFromScene(box.mapViewToScene(QPointF(time / SECOND, float(np.mean(box.viewRange()[1])))))
    return QPointF(place)


def mouse(pane, kind, place, held=SHIFT):
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    viewport = pane.plot.viewport()
    cause, buttons = {PRESS: (left, left), MOVE: (none, left), RELEASE: (left, none)}[kind]
    event = QMouseEvent(kind, place, QPointF(viewport.mapToGlobal(place)), cause, buttons, held)
    QApplication.sendEvent(viewport, event)


def stretch(pane, first, last, held=SHIFT, lets_go=True):
    """Drag from the middle of one day to the middle of another."""
    ends = [pixel(pane, day * DAY + DAY // 2) for day in (first, last)]
    mouse(pane, PRESS, ends[0], held)
    for share in (0.3, 0.7, 1.0):
        mouse(pane, MOVE, ends[0] + share * (ends[1] - ends[0]), held)
    if lets_go:
        mouse(pane, RELEASE, ends[1], held)


def day_of(desk, row):
    return int(desk.data.times[row]) // DAY


def span(first, last):
    return Window(first * DAY, (last + 1) * DAY)


def regimes_at(desk, day):
    middle = (day + 0.5) * DAY / SECOND
    return [regime for start, stop, regime in desk.page.timeline._view.bands if start <= middle < stop]


# --- The mouse -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_backwards", [False, True])
def test_days_are_dragged_named_and_marked_in_one_step(quotes, pane, is_backwards):
    first, last = day_of(quotes, 30), day_of(quotes, 41)
    steps, cursor = quotes.undo.count(), quotes.state.cursor
    stretch(pane, *((last, first) if is_backwards else (first, last)))
    assert pane.days.days == span(first, last)
    assert pane.editor.isVisible()
    assert quotes.window.focusWidget() is pane.editor.name
    assert quotes.undo.count() == steps, "nothing is marked yet"
    assert quotes.state.cursor == cursor, "to choose days sets no cursor"
    QTest.keyClicks(pane.editor.name, "halving")
    QTest.keyClick(pane.editor.name, Qt.Key.Key_Up)
    QTest.keyClick(pane.editor.name, Qt.Key.Key_Up)
    QTest.keyClick(pane.editor.name, Qt.Key.Key_Return)
    wait(quotes)
    assert quotes.state.drawn == (DrawnRegime(first * DAY, (last + 1) * DAY, Regime.CALM, "halving"),)
    assert not pane.editor.isVisible()
    assert pane.days.days is None
    assert all(regimes_at(quotes, day) == [Regime.CALM] for day in (first, last))
    regimes = [one for start, stop, one in pane._view.bands if start <= (first + 0.5) * DAY / SECOND < stop]
    assert regimes == [Regime.CALM]
    room = quotes.page.room_of(Room.REGIMES)
    assert room.tabs.currentWidget() is room.marked
    assert quotes.undo.count() == steps + 1
    quotes.undo.undo()
    wait(quotes)
    assert quotes.state.drawn == ()
    quotes.undo.redo()
    wait(quotes)
    assert regimes_at(quotes, first) == [Regime.CALM]


def test_a_button_lets_the_next_drag_choose_without_shift(quotes, pane):
    first, last = day_of(quotes, 10), day_of(quotes, 14)
    QTest.mouseClick(pane.arm, Qt.MouseButton.LeftButton)
    stretch(pane, first, last, NONE)
    assert pane.days.days == span(first, last)
    assert not pane.arm.isChecked()
    QTest.mouseClick(pane.editor.mark, Qt.MouseButton.LeftButton)
    wait(quotes)
    assert [(one.start, one.stop, one.regime) for one in quotes.state.drawn] == [
        (first * DAY, (last + 1) * DAY, Regime.STRESSED)
    ]


def test_without_shift_a_click_sets_the_cursor_as_before(quotes, pane):
    stretch(pane, day_of(quotes, 10), day_of(quotes, 14), NONE)
    quotes.settle()
    assert pane.days.days is None
    assert quotes.state.cursor is not None
    assert quotes.state.drawn == ()


def test_a_click_with_shift_chooses_one_day(quotes, pane):
    day = day_of(quotes, 20)
    stretch(pane, day, day)
    assert pane.days.days == span(day, day)
    assert pane.days._said.text().endswith(", 1 day")


def test_days_end_where_the_history_does(quotes, pane):
    begin, end = pane._view.bands.edge[[0, -1]].tolist()
    mouse(pane, PRESS, pixel(pane, day_of(quotes, 20) * DAY))
    mouse(pane, MOVE, QPointF(5_000.0, 10.0))
    mouse(pane, RELEASE, QPointF(5_000.0, 10.0))
    assert pane.days.days is not None
    assert pane.days.days.stop == -(-int(end * SECOND) // DAY) * DAY
    mouse(pane, PRESS, pixel(pane, day_of(quotes, 20) * DAY))
    mouse(pane, RELEASE, QPointF(-5_000.0, 10.0))
    assert pane.days.days.start == int(begin * SECOND) // DAY * DAY


# --- Nothing is lost -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["in the name", "in the regime", "by the button", "by Enter on the button"])
def test_what_is_given_up_changes_nothing_and_comes_back(quotes, pane, how):
    before = DrawnRegime(0, DAY, Regime.CALM, "long ago")
    quotes.change(parameters=quotes.state.parameters.with_values({("regimes", "drawn"): (before,)}))
    wait(quotes)
    first, last, steps = day_of(quotes, 30), day_of(quotes, 33), quotes.undo.count()
    stretch(pane, first, last)
    QTest.keyClicks(pane.editor.name, "half a na")
    if how == "by the button":
        QTest.mouseClick(pane.editor.cancel, Qt.MouseButton.LeftButton)
    else:
        part = {"in the name": pane.editor.name, "in the regime": pane.editor.regime}.get(how, pane.editor.cancel)
        part.setFocus()
        QTest.keyClick(part, Qt.Key.Key_Return if "Enter" in how else Qt.Key.Key_Escape)
    quotes.settle()
    assert not pane.editor.isVisible()
    assert pane.days.days is None
    assert quotes.state.drawn == (before,)
    assert quotes.undo.count() == steps
    assert quotes.window.focusWidget() is pane.plot
    QTest.keyClick(pane.plot, Qt.Key.Key_Return)
    assert pane.days.days == span(first, last)
    assert pane.editor.name.text() == "half a na"
    QTest.keyClick(pane.editor.name, Qt.Key.Key_Return)
    wait(quotes)
    assert quotes.state.drawn == (before, DrawnRegime(first * DAY, (last + 1) * DAY, Regime.STRESSED, "half a na"))


def test_escape_ends_a_drag_of_days(quotes, pane):
    stretch(pane, day_of(quotes, 30), day_of(quotes, 36), lets_go=False)
    QTest.keyClick(pane.plot, Qt.Key.Key_Escape)
    mouse(pane, MOVE, pixel(pane, day_of(quotes, 50) * DAY))
    mouse(pane, RELEASE, pixel(pane, day_of(quotes, 50) * DAY))
    quotes.settle()
    assert pane.days.days is None
    assert not pane.editor.isVisible()
    assert quotes.state.cursor is None


def test_one_span_too_many_is_refused_in_the_editor(quotes, pane):
    one = DrawnRegime(0, DAY, Regime.CALM)
    quotes.change(parameters=quotes.state.parameters.with_values({("regimes", "drawn"): (one,) * MOST_DRAWN}))
    stretch(pane, day_of(quotes, 30), day_of(quotes, 31))
    QTest.keyClicks(pane.editor.name, "one more")
    QTest.keyClick(pane.editor.name, Qt.Key.Key_Return)
    assert f"at most {MOST_DRAWN:,} marked spans" in pane.editor.note.text()
    assert pane.editor.isVisible()
    assert pane.editor.name.text() == "one more"
    assert len(quotes.state.drawn) == MOST_DRAWN


def test_days_of_other_data_are_forgotten(quotes, pane, stores):
    stretch(pane, day_of(quotes, 30), day_of(quotes, 36))
    quotes.open(stores["prices"])
    enter(quotes, Room.REGIMES)
    assert pane.days.days is None
    assert not pane.editor.isVisible()
    QTest.keyClick(pane.plot, Qt.Key.Key_Return)
    day = int(pane._view.cursor * SECOND) // DAY
    assert pane.days.days == span(day, day)


def test_days_beyond_a_shorter_history_are_forgotten(quotes, pane):
    stretch(pane, day_of(quotes, 30), day_of(quotes, 36))
    pane.render_view(replace(pane._view, bands=Bands(np.array([0.0, 30.0 * DAY / SECOND]), np.array([Regime.CALM]))))
    assert pane.days.days is None
    assert not pane.editor.isVisible()
    pane.render_view(replace(pane._view, bands=NO_BANDS))
    QTest.keyClick(pane.plot, Qt.Key.Key_Right)
    stretch(pane, day_of(quotes, 30), day_of(quotes, 36))
    assert pane.days.days is None, "there are no days to choose from"


def test_a_mark_comes_back_with_the_case(quotes, pane, tmp_path):
    stretch(pane, day_of(quotes, 30), day_of(quotes, 36))
    QTest.keyClicks(pane.editor.name, "crash")
    QTest.keyClick(pane.editor.name, Qt.Key.Key_Return)
    wait(quotes)
    write_case(quotes.state, tmp_path / "case.json")
    drawn = quotes.state.drawn
    assert drawn[0].name == "crash"
    quotes.change(parameters=quotes.state.parameters.with_values({("regimes", "drawn"): ()}))
    quotes.open(tmp_path / "case.json")
    assert quotes.state.drawn == drawn


# --- The keyboard ----------------------------------------------------------------------------------------------------


def test_days_are_chosen_and_marked_by_keys_alone(quotes, pane):
    quotes.change(cursor=int(quotes.data.times[40]))
    wait(quotes)
    day = day_of(quotes, 40)
    pane.plot.setFocus()
    for key, held, want in (
        (Qt.Key.Key_Right, NONE, (day, day)),
        (Qt.Key.Key_Right, NONE, (day + 1, day + 1)),
        (Qt.Key.Key_Left, SHIFT, (day, day + 1)),
        (Qt.Key.Key_Left, SHIFT, (day - 1, day + 1)),
        (Qt.Key.Key_Left, CONTROL, (day - 31, day - 31)),
        (Qt.Key.Key_Right, CONTROL | SHIFT, (day - 31, day - 1)),
    ):
        QTest.keyClick(pane.plot, key, held)
        assert pane.days.days == span(*want)
    assert quotes.state.drawn == ()
    QTest.keyClick(pane.plot, Qt.Key.Key_Return)
    assert quotes.window.focusWidget() is pane.editor.name
    QTest.keyClick(pane.editor.name, Qt.Key.Key_Return)
    wait(quotes)
    assert quotes.state.drawn == (DrawnRegime((day - 31) * DAY, day * DAY, Regime.STRESSED),)


def test_keys_do_not_leave_the_history(quotes, pane):
    pane.plot.setFocus()
    QTest.keyClick(pane.plot, Qt.Key.Key_Left)
    QTest.keyClick(pane.plot, Qt.Key.Key_Home)
    QTest.keyClick(pane.plot, Qt.Key.Key_Left)
    start = pane.days.days.start
    QTest.keyClick(pane.plot, Qt.Key.Key_End, SHIFT)
    QTest.keyClick(pane.plot, Qt.Key.Key_Right, SHIFT | CONTROL)
    assert start == int(pane._view.bands.edge[0] * SECOND) // DAY * DAY
    assert pane.days.days == Window(start, -(-int(pane._view.bands.edge[-1] * SECOND) // DAY) * DAY)


def test_the_keys_are_named_where_they_are_looked_for(pane):
    for text in (pane.arm.toolTip(), pane.plot.accessibleDescription()):
        for key in ("Shift+drag", "Ctrl", "Shift+arrows", "Enter", "Escape"):
            assert key in text


# --- What it costs ---------------------------------------------------------------------------------------------------


def test_to_stretch_days_paints_no_other_pane_and_asks_nothing(quotes, pane, counter_of):
    stretch(pane, day_of(quotes, 30), day_of(quotes, 32), lets_go=False)
    quotes.settle()
    room, answer = quotes.page.room_of(Room.REGIMES), quotes.window.answer
    watched = {"price": quotes.plot.viewport(), "path": room.path.plot.viewport(), "losses": room.losses}
    counter = counter_of(watched)
    for row in range(33, 60):
        mouse(pane, MOVE, pixel(pane, day_of(quotes, row) * DAY + DAY // 2))
        QApplication.processEvents()
    counter.stop()
    assert counter.count == {}
    assert quotes.window.answer is answer


def test_days_on_show_stand_where_they_were_while_a_boundary_moves_and_the_theme_changes(quotes, pane):
    first, last = day_of(quotes, 30), day_of(quotes, 36)
    stretch(pane, first, last)
    x, y = quotes.press(Handle.TRAIN_END)
    quotes.move_to(x - 30, y)
    quotes.change(theme=Theme.LIGHT)
    quotes.release(x - 40, y)
    wait(quotes)
    assert pane.days.days == span(first, last)
    assert pane.editor.isVisible()
    quotes.window.resize(1000, 720)
    QApplication.processEvents()
    sides = [side.geometry().left() for side in pane.days._sides]
    assert sides == [round(pixel(pane, day * DAY).x()) for day in (first, last + 1)]
    assert pane.editor.geometry().right() <= pane.width()
    assert pane.rect().contains(pane.editor.geometry().topLeft() + QPoint(1, 1))
