"""The calibration room in front: it follows boundary and cursor, says what it shows, and is saved."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from outsample.calibration import CalibrationLoss
from outsample.formulas.fourier import Heston
from outsample.windows import Handle
from outsample_desktop.case_file import read_case
from outsample_desktop.menus import export_to
from outsample_desktop.pane_menu import table_of
from outsample_desktop.session import Room, State

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


# --- What it shows --------------------------------------------------------------------------------------------------


def test_boundary_and_cursor_are_those_of_the_timeline(calibrated):
    room = calibrated.page.calibration
    calibrated.drag(Handle.TRAIN_END, -120.0)
    state = calibrated.state
    for pane in (room.paths, room.quality):
        view = pane.canvas._view
        assert view.split == state.split
        assert view.cursor == calibrated.data.times[-1]
    level = room._view.paths.paths[0].level
    calibrated.drag(Handle.TRAIN_END, -120.0)
    assert room._view.paths.paths[0].level != level


def middle(canvas, time):
    """Return the point of a canvas at a time, in its first plot."""
    cell = canvas._cells[0]
    return QPointF(cell.pixel(time), cell.plot.center().y())


@pytest.mark.parametrize("name", ["paths", "quality"])
def test_a_click_sets_the_cursor_for_every_room(calibrated, name):
    canvas = getattr(calibrated.page.calibration, name).canvas
    canvas.grab()
    time = int(calibrated.data.times[50])
    point = middle(canvas, time)
    calibrated.click(canvas, point.x(), point.y())
    assert abs(np.searchsorted(calibrated.data.times, calibrated.state.cursor) - 50) <= 1
    assert calibrated.state.cursor in calibrated.data.times
    assert calibrated.page.timeline._view.cursor == calibrated.state.cursor / 1e9
    assert calibrated.undo.undoText() == "set the cursor"
    calibrated.change(room=Room.OVERVIEW)
    calibrated.assert_exact()


def test_the_keyboard_moves_the_cursor_time_by_time(calibrated):
    canvas, times = calibrated.page.calibration.paths.canvas, calibrated.data.times
    calibrated.change(cursor=int(times[50]))
    canvas.setFocus()
    for key, modifiers, place in (
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 51),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier, 41),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, 0),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 0),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier, times.size - 1),
    ):
        calibrated.key(key, modifiers)
        assert calibrated.state.cursor == times[place]


def test_what_lies_under_the_mouse_is_said(calibrated):
    canvas = calibrated.page.calibration.paths.canvas
    canvas.grab()
    tape_time = int(calibrated.data.times[3])  # at its lower bound in the made calibrations
    QTest.mouseMove(canvas, middle(canvas, tape_time).toPoint())
    assert "initial variance" in canvas.toolTip()
    assert "UTC" in canvas.toolTip()
    QTest.mouseMove(canvas, QPoint(1, canvas.height() - 1))
    matrix = calibrated.page.calibration.correlation.canvas
    square = matrix.square()
    QTest.mouseMove(matrix, QPoint(round(square.left() + 0.3 * square.width()), round(square.top() + 4)))
    assert "initial variance and mean reversion" in matrix.toolTip()


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("calibration_model", "SVCJ", "svcj"),
        ("calibration_loss", "Price [USD]", CalibrationLoss.PRICE),
        ("compared_loss", "beside it: Price [USD]", CalibrationLoss.PRICE),
    ],
)
def test_a_choice_is_an_undo_step(calibrated, field, text, value):
    chooser = calibrated.page.calibration.choosers[field]
    before = getattr(calibrated.state, field)
    chooser.activated.emit(chooser.findText(text))
    calibrated.settle()
    assert getattr(calibrated.state, field) == value
    calibrated.undo.undo()
    calibrated.settle()
    assert getattr(calibrated.state, field) == before


def test_both_parameter_sets_stand_side_by_side(calibrated):
    calibrated.change(compared_loss=CalibrationLoss.PRICE)
    table = calibrated.page.calibration.tables["parameters"]
    model = table.model()
    headers = [model.headerData(i, Qt.Orientation.Horizontal) for i in range(model.columnCount())]
    assert {"pooled", "USD: pooled"} <= set(headers)
    assert model.rowCount() == 5


def test_a_model_without_calibrations_offers_to_make_them(calibrated):
    calibrated.change(calibration_model="kou")
    panel = calibrated.page.calibration.panel
    assert panel.isVisible()
    assert "No calibration yet for Kou" in panel.sentence.text()
    assert panel.build.text() == "Calibrate Kou, implied vol"
    calibrated.change(calibration_model="heston")
    assert not panel.isVisible()


def test_a_second_loss_without_calibrations_offers_to_make_them(calibrated):
    button = calibrated.page.calibration.build_other
    assert not button.isVisible()
    calibrated.change(compared_loss=CalibrationLoss.COIN)
    assert button.isVisible()
    assert "coin" in button.text()


def test_the_table_in_front_is_filled_when_it_is_looked_at(calibrated):
    room = calibrated.page.calibration
    rows = {"parameters": 5, "days": calibrated.data.times.size, "correlations": 5}
    for place, name in enumerate(room.tables):
        room.tabs.setCurrentIndex(place)
        assert room.tables[name].table.size == rows.get(name, room._view.quotes.size)
        assert room.tables[name].table.size > 0


def test_f1_explains_what_has_the_keyboard(calibrated):
    room = calibrated.page.calibration
    wanted = {
        room.paths.canvas: "calibration tape",
        room.quality.canvas: "RMSE",
        room.tables["parameters"]: "pooled estimate",
        room.choosers["calibration_model"]: "Heston",
    }
    for widget, entry in wanted.items():
        widget.setFocus()
        calibrated.shortcut("help.focus")
        assert calibrated.window.explainer.pane.glossary.list.currentItem().text() == entry


# --- Out of it ------------------------------------------------------------------------------------------------------


def test_every_pane_is_saved_as_picture_and_as_numbers_from_its_menu(calibrated, tmp_path):
    menu = calibrated.window.pane_menu
    for name in calibrated.page.calibration.panes():
        menu.save(name, tmp_path / f"{name}.png")
        menu.save(name, tmp_path / f"{name}.csv")
        read, unknown = read_case(tmp_path / f"{name}.png")
        assert (read.room, unknown) == (Room.CALIBRATION, ())
        rows = list(csv.reader((tmp_path / f"{name}.csv").read_text(encoding="utf-8").splitlines()))
        assert len(rows) > 2
        assert read_case(tmp_path / f"{name}.csv.json")[0] == read


def test_the_numbers_of_the_paths_are_those_of_the_calibrations(calibrated, made_tape, tmp_path):
    tape = made_tape(calibrated.data.times, Heston, CalibrationLoss.VOL, seed=3)
    calibrated.window.pane_menu.save("paths", tmp_path / "paths.csv")
    rows = list(csv.DictReader((tmp_path / "paths.csv").read_text(encoding="utf-8").splitlines()))
    expected = [repr(one) if used else "" for one, used in zip(tape.values[:, 4].tolist(), tape.is_used, strict=True)]
    assert [row["correlation"] for row in rows] == expected
    assert {row["model"] for row in rows} == {"Heston"}


def test_an_export_writes_the_room_in_front_and_its_tables(calibrated, tmp_path):
    export_to(calibrated.window, tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert {"calibration.png", "paths.png", "quality.png", "calibration-smile.png", "correlation.png"} <= names
    assert {"calibration_parameters.csv", "calibration_days.csv", "calibration_smile.csv"} <= names
    assert "surface.png" not in names
    assert "studies.csv" in names


def test_panes_of_a_room_that_is_not_in_front_have_no_numbers(desk):
    assert table_of("paths", desk.window.answer).size == 0


def test_at_1280_by_720_every_pane_has_room_and_none_lies_over_another(calibrated):
    calibrated.window.resize(1280, 720)
    QApplication.processEvents()
    assert (calibrated.window.width(), calibrated.window.height()) == (1280, 720)
    places = {}
    for name, pane in calibrated.page.panes().items():
        if pane.isVisible():
            places[name] = pane.rect().translated(pane.mapTo(calibrated.window, QPoint(0, 0)))
            assert calibrated.window.rect().contains(places[name]), name
            assert places[name].height() >= 60, name
            assert places[name].width() >= 200, name
    assert len(places) == 6
    names = sorted(places)
    assert [(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if places[a].intersects(places[b])] == []


def test_a_case_in_the_calibration_room_is_exported_without_a_window(market, stores, tmp_path):
    from outsample.study import Workspace
    from outsample.windows import default_split
    from outsample_desktop.export import save_pictures

    split = default_split(market.quotes.times)
    state = State(source=str(stores["quotes"]), split=split, models=("flat-vol",), room=Room.CALIBRATION)
    written = save_pictures(state, Workspace(market.quotes), tmp_path)
    assert "calibration.png" in {path.name for path in written}
    assert read_case(tmp_path / "calibration.png")[0] == replace(state, fingerprint=market.quotes.fingerprint)
