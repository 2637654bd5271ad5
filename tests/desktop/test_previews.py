"""A model that takes longer than a frame is previewed while a boundary is held, and exact on release."""

import pytest

from outsample.calibration.tape_shelf import ensure_tapes
from outsample.catalog import entry
from outsample.report import Analysis
from outsample.windows import Handle, Scheme

CALIBRATED = "merton"


@pytest.fixture
def with_calibrations(desk):
    """Return the window with the model on and its calibrations there."""
    ensure_tapes(desk.data, [entry(CALIBRATED).build()])
    desk.change(scheme=Scheme.FREE, models=("frozen-surface", "flat-vol", CALIBRATED))
    desk.assert_exact()
    return desk


def study_of(desk, name):
    analysis = desk.window.answer.analysis
    assert isinstance(analysis, Analysis)
    return analysis.find(name).study


def test_it_is_a_preview_while_a_boundary_is_held_and_exact_after(with_calibrations):
    desk = with_calibrations
    x, y = desk.press(Handle.TRAIN_END)
    desk.move_to(x - 40, y)
    assert desk.window.status.text().startswith("preview")
    assert not study_of(desk, CALIBRATED).is_exact
    assert study_of(desk, CALIBRATED).fitted.is_preview
    assert study_of(desk, "flat-vol").is_exact, "what is quick enough is exact as ever"
    desk.release(x - 40, y)
    assert desk.window.status.text().startswith("exact")
    assert not study_of(desk, CALIBRATED).fitted.is_preview
    desk.assert_exact()


def test_without_such_a_model_a_drag_is_exact(with_calibrations):
    desk = with_calibrations
    desk.change(models=("frozen-surface", "flat-vol"))
    x, y = desk.press(Handle.TRAIN_END)
    desk.move_to(x - 40, y)
    assert desk.window.status.text().startswith("exact")
    desk.release(x - 40, y)
    desk.assert_exact()


def test_a_model_without_calibrations_says_in_its_place_what_to_do(desk):
    desk.change(models=("flat-vol", "svcj"))
    (row,) = [row for row in desk.shown()["models"].rows if row.name == "svcj"]
    assert "SVCJ needs its calibration tape for these quotes, found none" in row.failure
    assert "build it in the calibration room" in row.failure
    x, y = desk.press(Handle.TRAIN_END)
    desk.move_to(x - 40, y)
    assert desk.window.status.text().startswith("exact"), "what is not there is no preview"
    desk.release(x - 40, y)
    desk.assert_exact()
