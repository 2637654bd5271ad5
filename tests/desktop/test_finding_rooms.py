"""The rooms Decay and Assumptions, worked by real events: what is worked out, told and written out."""

import csv

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from outsample.report.assumption_findings import find_assumptions
from outsample.report.assumptions import assumptions_table
from outsample.report.decay_findings import find_decay
from outsample.report.decay_tables import decay_room_tables
from outsample.windows import Handle
from outsample_desktop.case_file import read_case
from outsample_desktop.menus import export_to
from outsample_desktop.resolve.found import Found, found_key
from outsample_desktop.session import Room

from .rooms_of_findings import enter, front, wait

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
CTRL = Qt.KeyboardModifier.ControlModifier
SMILE = "relative-smile"


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
