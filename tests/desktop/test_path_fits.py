"""Formulas for the smile in the calibration room by hand: fitted when looked at, never while a boundary is held."""

import csv
import threading
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from outsample.calibration import CalibrationLoss
from outsample.calibration.paths import find_paths, parameter_paths
from outsample.calibration.tape import CalibrationCancelledError
from outsample.models.parametric_smile import Sabr, Svi
from outsample.windows import Handle
from outsample_desktop import path_fits
from outsample_desktop.session import Room

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


def choose(desk, field, text):
    """Choose by the drop-down."""
    chooser = desk.page.calibration.choosers[field]
    chooser.activated.emit(chooser.findText(text))
    desk.settle()


def wait_for_paths(desk):
    desk.qtbot.waitUntil(desk.page.calibration.paths.isVisible, timeout=20_000)
    desk.settle()


@pytest.fixture
def room(desk):
    """The calibration room in front, with nothing calibrated."""
    desk.change(room=Room.CALIBRATION)
    return desk.page.calibration


@pytest.fixture
def drawn(desk, room):
    """SVI in view, on, and fitted."""
    desk.change(models=("flat-vol", "svi"))
    choose(desk, "calibration_model", "SVI")
    wait_for_paths(desk)
    return desk


class Held:
    """Fits that wait until they are let go or no longer wanted."""

    def __init__(self, monkeypatch):
        self.begun, self.go, self.gave_way = [], threading.Event(), []
        monkeypatch.setattr(path_fits, "parameter_paths", self.fit)

    def fit(self, data, model, cancelled):
        self.begun.append(model)
        while not self.go.wait(0.002):
            if cancelled():
                self.gave_way.append(model)
                raise CalibrationCancelledError("found them cancelled")
        return parameter_paths(data, model, cancelled)


@pytest.fixture
def held(monkeypatch):
    made = Held(monkeypatch)
    yield made
    made.go.set()


def test_what_is_chosen_is_fitted_and_shown(desk, room):
    choose(desk, "calibration_model", "SABR")
    wait_for_paths(desk)
    assert room.paths.canvas._view.title == "SABR through time"
    expected = parameter_paths(desk.market.quotes, Sabr()).values
    for place, path in enumerate(room.paths.canvas._view.paths):
        np.testing.assert_array_equal(path.value, expected[:, place])
    assert (room.title.title, room.title.detail) == ("Calibration, no estimate", "switch SABR on for the exact fit")


def test_while_it_is_being_fitted_a_line_says_so_and_there_is_nothing_to_press(desk, room, held):
    choose(desk, "calibration_model", "SVI")
    desk.qtbot.waitUntil(lambda: held.begun == [Svi()])
    assert room.panel.isVisible()
    assert room.panel.sentence.text().startswith("Fitting each time: SVI to the quotes of each of")
    assert not room.panel.build.isVisible()
    held.go.set()
    wait_for_paths(desk)
    assert not room.panel.isVisible()
    assert held.begun == [Svi()]


def test_nothing_is_fitted_for_who_looks_at_something_else(desk, held):
    desk.change(calibration_model="svi")
    desk.change(room=Room.CALIBRATION)
    desk.qtbot.waitUntil(lambda: len(held.begun) == 1)
    desk.change(calibration_model="heston")
    desk.qtbot.waitUntil(lambda: held.gave_way == [Svi()])
    assert desk.notice == ""
    assert find_paths(desk.window.workspace.data, Svi()) is None


def test_it_gives_way_to_a_drag_and_begins_again_when_that_is_over(desk, room, held):
    choose(desk, "calibration_model", "SVI")
    desk.qtbot.waitUntil(lambda: held.begun == [Svi()])
    x, y = desk.press(Handle.TRAIN_END)
    desk.qtbot.waitUntil(lambda: held.gave_way == [Svi()])
    for offset in (20, 40, 60):
        desk.move_to(x - offset, y)
    assert held.begun == [Svi()]
    desk.release(x - 60, y)
    desk.qtbot.waitUntil(lambda: held.begun == [Svi(), Svi()])
    held.go.set()
    wait_for_paths(desk)
    assert room.paths.canvas._view.split == desk.state.split
    assert desk.notice == ""


def test_the_window_closes_while_it_is_under_way(desk, room, held):
    choose(desk, "calibration_model", "SVI")
    desk.qtbot.waitUntil(lambda: held.begun == [Svi()])
    desk.window.close()
    assert held.gave_way == [Svi()]


def test_other_filters_are_fitted_anew(drawn):
    room = drawn.page.calibration
    before = room.paths.canvas._view.paths[0].value
    parameters = drawn.state.parameters
    fewer = replace(parameters, filters=replace(parameters.filters, shortest_tenor_days=20.0))
    drawn.change(parameters=fewer)
    wait_for_paths(drawn)
    drawn.qtbot.waitUntil(lambda: room._view.paths is not None)
    assert not np.array_equal(room.paths.canvas._view.paths[0].value, before)


def test_the_loss_cannot_be_changed_and_says_why_until_another_model_is_chosen(desk, room):
    desk.change(calibration_loss=CalibrationLoss.PRICE, compared_loss=CalibrationLoss.COIN)
    kept = {name: chooser.toolTip() for name, chooser in room.choosers.items()}
    choose(desk, "calibration_model", "Corrado-Su")
    for name in ("calibration_loss", "compared_loss"):
        chooser = room.choosers[name]
        assert not chooser.isEnabled()
        assert chooser.toolTip() == "Corrado-Su is fitted to implied vol, under no other loss"
    assert room.choosers["calibration_loss"].currentText() == "Implied vol [vol pts]"
    assert room.choosers["compared_loss"].currentText() == "no second loss"
    choose(desk, "calibration_model", "Heston")
    assert all(chooser.isEnabled() for chooser in room.choosers.values())
    assert {name: chooser.toolTip() for name, chooser in room.choosers.items()} == kept
    assert room.choosers["calibration_loss"].currentText() == "Price [USD]"
    assert desk.state.compared_loss is CalibrationLoss.COIN


def test_the_command_that_calibrates_says_that_nothing_is_to_be_done(drawn):
    drawn.shortcut("room.calibrate")
    assert drawn.notice == "SVI needs no calibration: the calibration room fits it to each time by itself"
    assert drawn.window.calibrating.jobs.orders == ()


def test_a_drag_moves_the_exact_fit_paints_each_pane_once_and_keeps_the_curves(drawn, counter_of):
    room = drawn.page.calibration
    names = {"paths": room.paths.canvas, "quality": room.quality.canvas, "smile": room.smile.plot.viewport()}
    times = drawn.data.times
    at = int(np.searchsorted(times, drawn.state.split.train.stop))
    x, y = drawn.press(Handle.TRAIN_END)
    QApplication.processEvents()
    counter = counter_of({**names, "correlation": room.correlation.canvas})
    still, levels = room.paths.canvas._still, []
    for step in range(1, 6):
        counter.count.clear()
        with drawn.qtbot.waitSignal(drawn.window.painted, timeout=20_000):
            moved = drawn.plot.pixel(int(times[at - step])) - drawn.plot.pixel(int(times[at]))
            drawn.mouse(QEvent.Type.MouseMove, x + moved, y)
        drawn.qtbot.waitUntil(drawn.is_settled)
        QApplication.processEvents()
        assert counter.count == {"paths": 1, "quality": 1, "smile": 1, "correlation": 1}
        assert room.title.title == "Calibration, exact"
        levels.append(room._view.paths.paths[0].exact)
    counter.stop()
    assert room.paths.canvas._still is still
    assert len(set(levels)) == 5
    drawn.release(x - 60, y)


@pytest.mark.parametrize("size", [(1024, 640), (1280, 720), (1920, 1080)])
def test_names_that_begin_alike_can_be_told_apart(drawn, size):
    from outsample_desktop.widgets.paths_pane import _heading

    drawn.window.resize(*size)
    QApplication.processEvents()
    canvas = drawn.page.calibration.paths.canvas
    canvas.grab()
    pairs = zip(canvas._cells, canvas._view.paths, strict=True)
    titles = [_heading(path, cell, cell.box.width() - 6.0)[0] for cell, path in pairs]
    assert len(set(titles)) == len(titles) == 8


def test_every_table_is_filled_and_saved_with_every_digit(drawn, tmp_path):
    room, paths = drawn.page.calibration, parameter_paths(drawn.market.quotes, Svi())
    rows = {"parameters": 8, "days": paths.times.size, "correlations": 8}
    for place, name in enumerate(room.tables):
        room.tabs.setCurrentIndex(place)
        assert room.tables[name].table.size == rows.get(name, room._view.quotes.size) > 0
    drawn.window.pane_menu.save("calibration-days", tmp_path / "days.csv")
    saved = list(csv.DictReader((tmp_path / "days.csv").read_text(encoding="utf-8").splitlines()))
    assert {row["model"] for row in saved} == {"SVI"}
    assert [float(row["shift m"]) for row in saved] == paths.values[:, 5].tolist()
    drawn.window.pane_menu.save("correlation", tmp_path / "correlation.csv")
    square = list(csv.DictReader((tmp_path / "correlation.csv").read_text(encoding="utf-8").splitlines()))
    found = drawn.window.answer.analysis.find("svi").study.fitted.found
    assert float(square[0]["smoothness s"]) == found.correlation[0, 6]


def test_a_case_remembers_the_model_and_opens_with_it_fitted(drawn, tmp_path, stores):
    from outsample_desktop.case_file import write_case

    write_case(drawn.state, tmp_path / "case.json")
    drawn.change(room=Room.OVERVIEW, calibration_model="heston")
    drawn.open(tmp_path / "case.json")
    wait_for_paths(drawn)
    assert drawn.page.calibration.paths.canvas._view.title == "SVI through time"
