"""Heston whose variance follows the market, in the calibration room by hand."""

import csv

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from outsample.calibration import CalibrationLoss
from outsample.models.transform import HestonState
from outsample.windows import Handle
from outsample_desktop.session import Room

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
NAME, TITLE = "heston-state", "Heston, state refit"


def choose(desk, field, text):
    """Choose by the drop-down."""
    chooser = desk.page.calibration.choosers[field]
    chooser.activated.emit(chooser.findText(text))
    desk.settle()


@pytest.fixture
def followed(calibrated):
    """The calibration room in front with the model in view and on, Heston calibrated."""
    calibrated.change(models=("flat-vol", NAME))
    choose(calibrated, "calibration_model", TITLE)
    return calibrated


def test_the_path_of_what_is_on_is_shown_and_is_the_state_of_each_time(followed):
    room = followed.page.calibration
    assert room.paths.isVisible()
    fitted = followed.window.answer.analysis.find(NAME).study.fitted
    (path,) = room.paths.canvas._view.paths
    np.testing.assert_array_equal(path.value, fitted.path(followed.window.workspace.data).variance)
    assert room.title.title == "Calibration, exact"


def test_switched_off_it_says_how_to_see_the_path(followed):
    followed.change(models=("flat-vol",))
    panel = followed.page.calibration.panel
    assert panel.isVisible()
    assert panel.sentence.text().endswith(f"switch {TITLE} on to see the variance of each time")
    assert not panel.build.isVisible()


def test_the_loss_cannot_be_changed_and_says_why(followed):
    followed.change(calibration_loss=CalibrationLoss.PRICE, compared_loss=CalibrationLoss.COIN)
    room = followed.page.calibration
    for name, shown in (("calibration_loss", "Implied vol [vol pts]"), ("compared_loss", "no second loss")):
        chooser = room.choosers[name]
        assert not chooser.isEnabled()
        assert chooser.toolTip() == f"{TITLE} is fitted to implied vol, under no other loss"
        assert chooser.currentText() == shown
    assert room.paths.isVisible()


def test_the_button_orders_the_calibrations_of_heston_whatever_loss_is_chosen(desk, monkeypatch):
    ordered = []
    monkeypatch.setattr(desk.window.calibrating.jobs, "build", ordered.append)
    chosen = {"calibration_loss": CalibrationLoss.PRICE, "compared_loss": CalibrationLoss.COIN}
    desk.change(room=Room.CALIBRATION, calibration_model=NAME, **chosen)
    panel = desk.page.calibration.panel
    assert panel.build.text() == "Calibrate Heston, implied vol"
    QTest.mouseClick(panel.build, Qt.MouseButton.LeftButton)
    model = HestonState()
    assert [(one.title, one.kind, one.settings) for one in ordered] == [("Heston", model.kind, model.calibration)]


def test_a_held_boundary_is_a_preview_that_moves_no_column_and_let_go_it_is_exact(followed):
    room = followed.page.calibration
    table = room.tables["parameters"]
    headers = [one.header for one in table.table.columns]
    x, y = followed.press(Handle.TRAIN_END)
    followed.move_to(x - 150, y)
    assert room.title.title == "Calibration, preview"
    assert room.title.detail == "structure of some of the train times, exact on release"
    assert [one.header for one in table.table.columns] == headers
    assert room.paths.isVisible()
    followed.release(x - 150, y)
    assert room.title.title == "Calibration, exact"
    fitted = followed.window.answer.analysis.find(NAME).study.fitted
    assert room.paths.canvas._view.paths[0].exact == fitted.mean_state


def test_the_states_are_saved_with_every_digit(followed, tmp_path):
    fitted = followed.window.answer.analysis.find(NAME).study.fitted
    path = fitted.path(followed.window.workspace.data)
    followed.window.pane_menu.save("calibration-days", tmp_path / "days.csv")
    rows = list(csv.DictReader((tmp_path / "days.csv").read_text(encoding="utf-8").splitlines()))
    assert [float(row["initial variance"]) for row in rows] == path.variance.tolist()
    assert [float(row["initial variance standard error"]) for row in rows] == path.standard_error.tolist()
