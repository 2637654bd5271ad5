"""Rooms take turns under the timeline, and what is not in front costs a drag nothing."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication

from outsample.calibration import CalibrationLoss
from outsample.windows import Handle
from outsample_desktop.case_file import read_case, write_case
from outsample_desktop.resolve.calibration_views import CalibrationView
from outsample_desktop.session import Room
from outsample_desktop.widgets.room_list import ROOM_TITLES

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
CTRL = Qt.KeyboardModifier.ControlModifier


def row_of(room):
    return list(ROOM_TITLES).index(room)


def click_on(desk, room):
    rows = desk.page.list
    place = rows.visualItemRect(rows.item(row_of(room))).center()
    desk.click(rows.viewport(), place.x(), place.y())


# --- Changing rooms -------------------------------------------------------------------------------------------------


def test_every_room_has_a_title_a_place_in_the_list_and_a_command(empty):
    assert list(ROOM_TITLES) == list(Room)
    commands = {command.name: command for command in empty.window.commands}
    for place, room in enumerate(Room, start=1):
        assert commands[f"room.{room}"].shortcut == f"Ctrl+{place}"
        assert commands[f"room.{room}"].title == ROOM_TITLES[room]


def test_one_room_is_shown_and_the_timeline_stays(desk):
    assert (desk.room.isVisible(), desk.page.calibration.isVisible()) == (True, False)
    desk.change(room=Room.CALIBRATION)
    assert (desk.room.isVisible(), desk.page.calibration.isVisible()) == (False, True)
    assert desk.page.timeline.isVisible()
    assert desk.page.dates.isVisible()


@pytest.mark.parametrize("how", ["keys", "menu", "list", "arrows"])
def test_a_room_is_entered_by_keys_menu_and_mouse(desk, how):
    match how:
        case "keys":
            desk.page.timeline.setFocus()
            desk.key(Qt.Key.Key_4, CTRL)
        case "menu":
            desk.shortcut("room.calibration")
        case "list":
            click_on(desk, Room.CALIBRATION)
        case "arrows":
            desk.page.list.setFocus()
            for _ in range(row_of(Room.CALIBRATION)):
                desk.key(Qt.Key.Key_Down)
    assert desk.state.room is Room.CALIBRATION
    assert desk.page.calibration.isVisible()
    assert desk.page.list.currentRow() == row_of(Room.CALIBRATION)


def test_going_to_a_room_can_be_undone_and_redone(desk):
    desk.key(Qt.Key.Key_4, CTRL)
    assert desk.undo.undoText() == "go to calibration"
    desk.undo.undo()
    desk.settle()
    assert desk.room.isVisible()
    assert desk.page.list.currentRow() == row_of(Room.OVERVIEW)
    desk.undo.redo()
    desk.settle()
    assert desk.page.calibration.isVisible()


def test_going_where_one_is_already_is_no_step(desk):
    desk.key(Qt.Key.Key_1, CTRL)
    click_on(desk, Room.OVERVIEW)
    assert desk.undo.count() == 0


def test_a_case_remembers_its_room_and_its_calibration(desk, tmp_path, stores):
    wanted = {"calibration_model": "bates", "calibration_loss": CalibrationLoss.COIN, "compared_loss": None}
    desk.change(room=Room.CALIBRATION, **wanted)
    write_case(desk.state, tmp_path / "case.json")
    desk.change(room=Room.OVERVIEW, calibration_model="heston", calibration_loss=CalibrationLoss.VOL)
    desk.open(tmp_path / "case.json")
    assert desk.page.calibration.isVisible()
    assert {name: getattr(desk.state, name) for name in wanted} == wanted
    assert desk.page.calibration.choosers["calibration_model"].currentText() == "Bates"


def test_a_case_from_before_there_were_rooms_opens_in_the_overview(desk, tmp_path):
    path = tmp_path / "case.json"
    write_case(desk.state, path)
    lines = path.read_text(encoding="utf-8").splitlines()
    new = ('"room"', '"calibration_model"', '"calibration_loss"', '"compared_loss"')
    path.write_text("\n".join(one for one in lines if not one.strip().startswith(new)), encoding="utf-8")
    assert read_case(path) == (desk.state, ())
    desk.change(room=Room.CALIBRATION)
    desk.open(path)
    assert desk.room.isVisible()


def test_the_room_stays_when_other_data_are_opened(desk, stores):
    desk.change(room=Room.CALIBRATION)
    desk.open(stores["prices"])
    panel = desk.page.calibration.panel
    assert panel.isVisible()
    assert "needs option quotes" in panel.sentence.text()
    assert not panel.build.isVisible()


def test_the_list_of_rooms_is_slim(desk):
    desk.window.resize(1280, 720)
    QApplication.processEvents()
    assert desk.room.width() >= 1280 - 80
    assert desk.page.list.sizeHintForRow(0) >= 24


# --- Nothing for who is not looking ---------------------------------------------------------------------------------


def moves(desk, count=6):
    """Move the train end by mouse, one observation at a time."""
    times = desk.data.times
    at = int(np.searchsorted(times, desk.state.split.train.stop))
    x, y = desk.press(Handle.TRAIN_END)
    for step in range(1, count + 1):
        yield desk.plot.pixel(int(times[at - step])) - desk.plot.pixel(int(times[at])) + x, y
    desk.release(x - 60, y)


def one_move(desk, x, y):
    with desk.qtbot.waitSignal(desk.window.painted, timeout=20_000):
        desk.mouse(QEvent.Type.MouseMove, x, y)
    desk.qtbot.waitUntil(desk.is_settled)
    QApplication.processEvents()


def test_a_room_that_is_not_in_front_is_given_nothing_during_a_drag(calibrated, monkeypatch):
    desk, asked = calibrated, []
    monkeypatch.setattr(type(desk.room), "render_view", lambda self, view: asked.append("overview"))
    for x, y in moves(desk):
        one_move(desk, x, y)
    assert asked == []
    monkeypatch.undo()
    desk.change(room=Room.OVERVIEW)
    desk.assert_exact()
    monkeypatch.setattr(type(desk.page.calibration), "render_view", lambda self, view: asked.append("calibration"))
    for x, y in moves(desk):
        one_move(desk, x, y)
    assert asked == []


def test_nothing_of_the_calibration_room_is_worked_out_while_the_overview_is_in_front(calibrated):
    assert isinstance(calibrated.window.answer.view.front, CalibrationView)
    calibrated.change(room=Room.OVERVIEW)
    assert calibrated.window.answer.view.front is None


@pytest.fixture
def counted(calibrated, counter_of):
    """Count the paints of both rooms, with the calibration room in front."""
    room, over = calibrated.page.calibration, calibrated.room
    names = {"paths": room.paths.canvas, "quality": room.quality.canvas, "smile": room.smile.plot.viewport()}
    hidden = {"decay": over.decay.plot.viewport(), "surface": over.surface, "verdict": over.verdict}
    counter = counter_of({**names, "correlation": room.correlation.canvas, **hidden})
    yield counter
    counter.stop()


def test_every_pane_of_the_calibration_room_is_painted_once_a_move_and_none_of_the_overview(calibrated, counted):
    for x, y in moves(calibrated, 8):
        counted.count.clear()
        one_move(calibrated, x, y)
        assert counted.count == {"paths": 1, "quality": 1, "smile": 1, "correlation": 1}


def test_curves_are_drawn_anew_only_where_they_change(calibrated):
    canvas = calibrated.page.calibration.paths.canvas
    kept = []
    for x, y in moves(calibrated, 4):
        one_move(calibrated, x, y)
        kept.append(canvas._still)
    assert kept[0] is not None
    assert all(one is kept[0] for one in kept)
    calibrated.change(calibration_loss=CalibrationLoss.PRICE)
    QApplication.processEvents()
    assert canvas._still is not kept[0]
