"""The rooms Decay and Assumptions, worked by real events: what is worked out, given up, linked and written out."""

import csv
from threading import Event
from threading import enumerate as running
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from outsample.report.assumption_findings import find_assumptions
from outsample.report.assumptions import assumptions_table
from outsample.report.decay_findings import PENDING, find_decay
from outsample.report.decay_tables import decay_room_tables
from outsample.typing import SECOND
from outsample.windows import Handle
from outsample_desktop import findings as findings_module
from outsample_desktop.case_file import read_case
from outsample_desktop.menus import export_to
from outsample_desktop.resolve.found import Found, found_key
from outsample_desktop.session import Room

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
CTRL = Qt.KeyboardModifier.ControlModifier
PATIENCE = 20_000
SMILE = "relative-smile"
STALE = "of the boundaries before, new ones follow"


def front(desk):
    return desk.page.room_of(desk.state.room)


def is_found(desk):
    """Whether all that the room in front shows is of the present state."""
    found, shown = desk.window.findings.latest(desk.state.room), desk.window.answer
    active = next((row.name for row in shown.view.models.rows if row.is_active), "")
    is_new = found is not None and found.is_whole and found.key == found_key(desk.state, active)
    return is_new and desk.window.findings.is_idle and desk.is_settled() and shown.request.found is found


def wait(desk):
    desk.qtbot.waitUntil(lambda: is_found(desk), timeout=PATIENCE)


def enter(desk, room, **changes):
    desk.change(room=room, **changes)
    wait(desk)
    return front(desk)


@pytest.fixture
def decay(desk):
    """The room of decay of a smile, everything worked out."""
    enter(desk, Room.DECAY, active=SMILE)
    return desk


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
        lambda: desk.window.answer.request.found is desk.window.findings.latest(room), timeout=PATIENCE
    )


def begin(desk, held, room=Room.DECAY):
    """Go to a room and wait until the first part of its findings is on screen."""
    desk.change(room=room, active=SMILE)
    desk.qtbot.waitUntil(lambda: desk.window.findings.latest(room) is not None, timeout=PATIENCE)
    wait_for_latest(desk)
    assert held.begun
    return front(desk)


# --- What there is to see -------------------------------------------------------------------------------------------


def test_rooms_are_made_when_they_are_first_looked_at(desk):
    assert Room.DECAY not in desk.page.rooms
    desk.page.timeline.setFocus()
    desk.key(Qt.Key.Key_3, CTRL)
    assert desk.state.room is Room.DECAY
    assert front(desk).isVisible()
    desk.key(Qt.Key.Key_5, CTRL)
    assert desk.state.room is Room.ASSUMPTIONS
    assert front(desk).isVisible()


def test_what_is_shown_is_what_the_library_says(decay):
    result = decay.window.findings.latest(Room.DECAY).result
    expected = find_decay(decay.window.answer.analysis, SMILE)
    tables, shown = decay_room_tables(expected), decay.window.answer.view.front.tables
    assert set(shown) == {*tables, "horizon"}
    for name, table in tables.items():
        for one, other in zip(table.columns, shown[name].columns, strict=True):
            assert [one.written(i) for i in range(table.size)] == [other.written(i) for i in range(table.size)], name
    assert result.is_whole


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


def test_another_model_has_its_own_decay(decay):
    room = front(decay)
    before = room.staleness._view.lines[0].y
    decay.change(active="flat-vol")
    wait(decay)
    assert not np.array_equal(before, room.staleness._view.lines[0].y)
    assert set(decay.window.answer.view.front.tables["gap"].columns[0].values) == {"flat-vol"}


def test_a_model_that_cannot_be_judged_says_why_in_every_pane(desk):
    desk.change(models=("flat-vol", "heston"), active="heston")
    room = enter(desk, Room.DECAY)
    sentence = desk.window.answer.view.verdict.rule
    assert "calibration" in sentence
    for note in (room.staleness.note.text(), room.fluctuation.note.text(), room.gap.canvas._view.note):
        assert note == sentence
    assert room.tests.line.text() == sentence
    assert room.title.detail == sentence


def test_without_a_model_there_is_a_sentence(desk):
    room = enter(desk, Room.DECAY, models=())
    assert "switched on, found none" in room.title.detail


@pytest.mark.parametrize("room", [Room.DECAY, Room.ASSUMPTIONS])
def test_prices_are_shown_too(price_desk, room):
    shown = enter(price_desk, room)
    assert shown.title.title == room.value.capitalize()
    assert shown.title.detail
    if room is Room.ASSUMPTIONS:
        assert shown.vols.note.text() == "implied volatility needs option quotes"


# --- Given up, and begun again --------------------------------------------------------------------------------------


def test_a_boundary_that_is_taken_ends_the_work_and_its_release_begins_anew(desk, held):
    room = begin(desk, held)
    x, y = desk.press(Handle.TRAIN_END)
    desk.qtbot.waitUntil(lambda: len(held.seen_given_up) == 1, timeout=PATIENCE)
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
    desk.qtbot.waitUntil(lambda: len(held.seen_given_up) == 1, timeout=PATIENCE)
    desk.move_to(x, y)
    held.go_on.set()
    desk.release(x, y)
    wait(desk)
    assert held.ended[-1].split == held.begun[0].split


def test_cancel_keeps_what_is_known_until_something_else_is_wanted(desk, held):
    room = begin(desk, held)
    QTest.mouseClick(desk.window.findings.line.button, Qt.MouseButton.LeftButton)
    wait_for_latest(desk)
    desk.qtbot.waitUntil(lambda: len(held.seen_given_up) == 1, timeout=PATIENCE)
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
    desk.qtbot.waitUntil(lambda: len(held.seen_given_up) == 1, timeout=PATIENCE)
    held.go_on.set()
    enter(desk, Room.DECAY)
    assert len(held.ended) == 1


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
    desk.qtbot.waitUntil(lambda: "ZeroDivisionError" in desk.notice, timeout=PATIENCE)
    desk.change(cursor=int(desk.data.times[5]))
    desk.change(cursor=int(desk.data.times[6]))
    assert len(asked) == 1
    assert desk.window.findings.is_idle


# --- One time in every pane -----------------------------------------------------------------------------------------


def cell_of(room, row, column):
    return room.triangle.canvas.grid().cell(row, column).center().toPoint()


def test_a_click_in_the_triangle_sets_the_cursor_to_its_date(decay):
    room = front(decay)
    diagonals = room._view.diagonals
    point = cell_of(room, 2, 3)
    decay.click(room.triangle.canvas, point.x(), point.y())
    assert decay.state.cursor == diagonals.time_of(2, 3)
    assert decay.undo.undoText() == "set the cursor"
    index = np.searchsorted(decay.data.times, diagonals.time_of(2, 3))
    assert decay.page.timeline._view.cursor == decay.data.times[index] / SECOND
    assert room.triangle.canvas._view.marked == diagonals.cells_at(int(decay.data.times[index]))
    assert room.fluctuation._view.cursor == decay.page.timeline._view.cursor


def test_a_click_where_no_cell_could_be_sets_nothing(decay):
    room = front(decay)
    view = room.triangle.canvas._view
    row, column = np.argwhere(~np.isfinite(view.value))[-1]
    point = cell_of(room, int(row), int(column))
    decay.click(room.triangle.canvas, point.x(), point.y())
    assert decay.state.cursor is None


def test_arrows_walk_through_the_triangle(decay):
    room = front(decay)
    room.triangle.canvas.setFocus()
    for key, cell in ((Qt.Key.Key_Right, (0, 1)), (Qt.Key.Key_Down, (1, 1)), (Qt.Key.Key_Left, (1, 0))):
        decay.key(key)
        assert decay.state.cursor == room._view.diagonals.time_of(*cell)


def test_a_click_in_the_fluctuation_sets_the_cursor(decay):
    room = front(decay)
    x = room.fluctuation._view.lines[0].x
    second = float(x[x.size // 2])
    plot = room.fluctuation.plot
    place = plot.mapFromScene(plot.plotItem.vb.mapViewToScene(QPointF(second, 0.0)))
    decay.click(plot.viewport(), place.x(), place.y())
    assert decay.state.cursor is not None
    assert abs(decay.state.cursor / SECOND - second) < 0.02 * (x[-1] - x[0])


def hover(widget, point):
    """Move the mouse over a widget without a button."""
    none, here = Qt.MouseButton.NoButton, QPointF(point)
    place = QPointF(widget.mapToGlobal(here))
    QApplication.sendEvent(
        widget, QMouseEvent(QEvent.Type.MouseMove, here, place, none, none, Qt.KeyboardModifier.NoModifier)
    )
    QApplication.processEvents()


def line_at(pointer, plot):
    """Return the second at which a light line stands; None where it is hidden."""
    if pointer.isHidden():
        return None
    return plot.plotItem.vb.mapSceneToView(plot.mapToScene(pointer.x(), 0)).x()


def test_the_mouse_over_one_pane_points_out_its_time_in_the_others(decay, counter_of):
    room, timeline = front(decay), decay.page.timeline
    x = room.fluctuation._view.lines[0].x
    span = float(timeline._view.times[-1] - timeline._view.times[0]) / SECOND
    second = float(x[x.size // 2])
    counter = counter_of({"staleness": room.staleness.plot.viewport(), "gap": room.gap.canvas})
    over_time = QPoint(round(decay.plot.pixel(int(second * SECOND))), 40)
    hover(decay.plot.viewport(), over_time)
    for pointer, plot in ((timeline.pointers[0], timeline.price), (timeline.pointers[1], timeline.loss)):
        assert line_at(pointer, plot) == pytest.approx(second, abs=0.005 * span)
    assert line_at(room.fluctuation.pointer, room.fluctuation.plot) == pytest.approx(second, abs=0.01 * span)
    hinted = room.triangle.canvas._hinted
    assert hinted
    assert len({row for row, _ in hinted}) == len(hinted)
    point = cell_of(room, 1, 2)
    hover(room.triangle.canvas, point)
    date = room._view.diagonals.time_of(1, 2) / SECOND
    assert line_at(timeline.pointers[0], timeline.price) == pytest.approx(date, abs=0.005 * span)
    assert (1, 2) in room.triangle.canvas._hinted
    QApplication.sendEvent(room.triangle.canvas, QEvent(QEvent.Type.Leave))
    assert all(pointer.isHidden() for pointer in (*timeline.pointers, room.fluctuation.pointer))
    assert room.triangle.canvas._hinted == ()
    counter.stop()
    assert counter.count == {}
    assert decay.undo.count() == 1  # the room: to look is no step


def test_nothing_is_pointed_out_while_a_boundary_is_held(decay):
    x, y = decay.press(Handle.TRAIN_END)
    decay.move_to(x - 30, y)
    assert all(pointer.isHidden() for pointer in decay.page.timeline.pointers)
    decay.release(x - 30, y)


def test_the_overview_is_left_alone_by_the_hover(desk):
    hover(desk.plot.viewport(), QPoint(300, 40))
    assert all(pointer.isHidden() for pointer in desk.page.timeline.pointers)


# --- Assumptions ----------------------------------------------------------------------------------------------------


@pytest.fixture
def assumptions(desk):
    enter(desk, Room.ASSUMPTIONS)
    return desk


def test_the_first_row_is_told_at_first_and_then_the_one_that_is_gone_to(assumptions):
    table, rows = front(assumptions).table, find_assumptions(assumptions.window.answer.analysis).table.rows
    assert rows[0].outcome.sentence.rstrip(".") in table.told.text()
    place = table.view.visualRect(table.view.model().index(3, 2)).center()
    assumptions.click(table.view.viewport(), place.x(), place.y())
    assert rows[3].outcome.sentence.rstrip(".") in table.told.text()
    assumptions.key(Qt.Key.Key_Down)
    assert rows[4].outcome.sentence.rstrip(".") in table.told.text()
    costly = next(i for i, row in enumerate(rows) if row.cost_volpoints is not None)
    table.view.selectRow(costly)
    assert f"vol points: {rows[costly].cost_source}" in table.told.text()
    cautious = next(i for i, row in enumerate(rows) if row.caution)
    table.view.selectRow(cautious)
    assert f"Caution: {rows[cautious].caution}" in table.told.text()


def test_the_row_that_is_told_stays_when_the_boundary_has_moved(assumptions):
    table = front(assumptions).table
    table.view.selectRow(7)
    before = table.told.text()
    assumptions.drag(Handle.TRAIN_END, -90.0)
    wait(assumptions)
    assert table.view.currentIndex().row() == 7
    assert table.told.text().split(":")[0] == before.split(":")[0]


@pytest.mark.parametrize(("room", "name"), [(Room.DECAY, "tests"), (Room.ASSUMPTIONS, "table")])
def test_every_row_can_be_read_at_1280_by_720(desk, room, name):
    desk.window.resize(1280, 720)
    enter(desk, room, active=SMILE)
    if room is Room.DECAY:
        front(desk).tabs.setCurrentIndex(1)
    QApplication.processEvents()
    table = getattr(front(desk), name)
    assert table.isVisible()
    assert not table.view.horizontalScrollBar().isVisible()
    room = table.told.rect().adjusted(8, 4, -8, 0)
    for row in range(table.table.size):
        table.view.selectRow(row)
        needed = table.told.fontMetrics().boundingRect(room, int(Qt.TextFlag.TextWordWrap), table.told.text())
        assert needed.height() <= room.height(), table.told.text()


@pytest.mark.parametrize("room", [Room.DECAY, Room.ASSUMPTIONS])
def test_at_1280_by_720_every_pane_has_room_and_none_lies_over_another(desk, room):
    desk.window.resize(1280, 720)
    enter(desk, room)
    places = {}
    for name, pane in desk.page.panes().items():
        if pane.isVisible():
            places[name] = pane.rect().translated(pane.mapTo(desk.window, QPoint(0, 0)))
            assert desk.window.rect().contains(places[name]), name
            assert places[name].height() >= 60, name
            assert places[name].width() >= 200, name
    names = sorted(places)
    assert len(names) >= 5
    assert [(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if places[a].intersects(places[b])] == []


# --- Out of it ------------------------------------------------------------------------------------------------------


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


@pytest.mark.parametrize("room", [Room.DECAY, Room.ASSUMPTIONS])
def test_every_pane_is_saved_as_picture_and_as_numbers_from_its_menu(desk, room, tmp_path):
    panes, menu = enter(desk, room).panes(), desk.window.pane_menu
    tables = desk.window.answer.view.front.tables
    for name in panes:
        menu.save(name, tmp_path / f"{name}.png")
        menu.save(name, tmp_path / f"{name}.csv")
        assert read_case(tmp_path / f"{name}.png")[0].room is room
        header, *rows = rows_of(tmp_path / f"{name}.csv")
        assert header == [column.header for column in tables[name].columns]
        assert rows == [[column.written(i) for column in tables[name].columns] for i in range(tables[name].size)]
        assert rows


def test_an_export_writes_every_table_of_the_room(decay, tmp_path):
    export_to(decay.window, tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    tables = {"staleness", "recalibration", "triangle", "gap", "fluctuation", "breakdown", "decay"}
    assert {f"{name}.csv" for name in tables} <= names
    assert {"decay.png", "horizon.png", "staleness.png", "gap.png", "triangle.png", "fluctuation.png"} <= names
    enter(decay, Room.ASSUMPTIONS)
    export_to(decay.window, tmp_path)
    whole = assumptions_table(find_assumptions(decay.window.answer.analysis).table)
    header, *rows = rows_of(tmp_path / "assumptions.csv")
    assert header == [column.header for column in whole.columns]
    assert rows == [[column.written(i) for column in whole.columns] for i in range(whole.size)]


def test_a_case_in_a_room_is_drawn_without_a_window(decay, tmp_path):
    from outsample_desktop.export import save_pictures

    written = save_pictures(decay.state, decay.window.workspace, tmp_path)
    assert {"decay.png", "staleness.png", "triangle.png", "gap.png"} <= {path.name for path in written}
    assert read_case(tmp_path / "decay.png")[0].room is Room.DECAY


def test_the_menu_of_a_pane_made_late_explains_it(decay):
    room = front(decay)
    actions = decay.window.pane_menu.menu("triangle", room.triangle.canvas).actions()
    assert actions[0].text() == "What is this? (triangle)"
    room.triangle.canvas.setFocus()
    decay.shortcut("help.focus")
    assert decay.window.explainer.pane.glossary.list.currentItem().text() == "triangle"


def test_findings_know_what_they_are_of(desk):
    found = Found(found_key(desk.state, "a"), None)
    assert found.is_of(desk.state, "b")  # in the overview the active model does not matter
    desk.change(room=Room.DECAY)
    assert not found.is_of(desk.state, "a")
