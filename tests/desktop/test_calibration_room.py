"""The calibration room by hand: exact and preview, nothing clipped, and whatever may happen to it meanwhile."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from outsample.calibration import CalibrationLoss, CalibrationStatus, tape_shelf
from outsample.calibration.tape import STATUSES
from outsample.calibration.tape_store import save_tape
from outsample.formulas.fourier import Heston
from outsample.typing import DAY
from outsample.windows import Handle, Scheme
from outsample_desktop.session import Theme
from outsample_desktop.theme import colours
from outsample_desktop.widgets.fit_slice_pane import FitSlicePane
from outsample_desktop.widgets.lettering import width_of

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
CTRL = Qt.KeyboardModifier.ControlModifier
SIZES = ((1024, 640), (1280, 720), (1920, 1080))


def switch(desk, name):
    """Switch a model by its box in the table of models."""
    table = desk.room.models
    row = next(i for i, one in enumerate(desk.shown()["models"].rows) if one.name == name)
    table.scrollTo(table.model().index(row, 0))
    place = table.visualRect(table.model().index(row, 0))
    desk.click(table.viewport(), place.left() + 10, place.center().y())


@pytest.fixture
def fitted(calibrated, made_tape):
    """A window with the calibration room in front, Heston calibrated, and switched on by the mouse."""
    data = calibrated.window.workspace.data
    save_tape(data, made_tape(data.times, Heston, CalibrationLoss.VOL, seed=3))  # for who looks at fresh data
    calibrated.key(Qt.Key.Key_1, CTRL)
    switch(calibrated, "heston")
    calibrated.key(Qt.Key.Key_4, CTRL)
    return calibrated


def headers(desk):
    return [one.header for one in desk.page.calibration.tables["parameters"].table.columns]


def column_of(desk, header):
    return next(one.values for one in desk.page.calibration.tables["parameters"].table.columns if one.header == header)


def judged(desk):
    return desk.window.answer.analysis.find("heston").study.fitted.parameters[:5]


# --- Exact and preview ----------------------------------------------------------------------------------------------


def test_the_title_of_the_room_says_how_to_get_the_exact_fit_and_then_that_it_is_there(calibrated):
    title = calibrated.page.calibration.title
    assert title.title == "Calibration, preview"
    assert title.detail.startswith("switch Heston on for the exact fit")
    calibrated.key(Qt.Key.Key_1, CTRL)
    switch(calibrated, "heston")
    calibrated.key(Qt.Key.Key_4, CTRL)
    assert title.title == "Calibration, exact"
    assert calibrated.page.calibration.accessibleDescription() == f"exact: {title.detail}"
    np.testing.assert_array_equal(column_of(calibrated, "exact"), [one.value for one in judged(calibrated)])


def test_a_held_boundary_is_a_preview_and_let_go_it_is_exact(fitted):
    title, before = fitted.page.calibration.title, column_of(fitted, "exact")
    kept = headers(fitted)
    x, y = fitted.press(Handle.TRAIN_END)
    fitted.move_to(x - 150, y)
    assert title.title == "Calibration, preview"
    assert "exact on release" in title.detail
    assert np.isnan(column_of(fitted, "exact")).all()
    assert set(column_of(fitted, "exact note")) == {"preview"}
    assert headers(fitted) == kept
    fitted.release(x - 150, y)
    assert title.title == "Calibration, exact"
    after = column_of(fitted, "exact")
    np.testing.assert_array_equal(after, [one.value for one in judged(fitted)])
    assert (after != before).any()


def test_nothing_is_laid_out_anew_while_a_boundary_is_held(fitted):
    room = fitted.page.calibration
    table = room.tables["parameters"]

    def layout():
        widths = [table.columnWidth(place) for place in range(table.model().columnCount())]
        return widths, room.smile.names.height(), room.smile.plot.geometry(), id(room.paths.canvas._still)

    x, y = fitted.press(Handle.TRAIN_END)
    fitted.move_to(x - 5, y)
    QApplication.processEvents()
    before = layout()
    for offset in (10, 40, 90):
        fitted.move_to(x - offset, y)
        QApplication.processEvents()
        assert layout() == before
    fitted.release(x - 90, y)


@pytest.mark.parametrize("theme", list(Theme))
def test_the_exact_fit_is_drawn_over_the_train_window_in_the_hue_of_the_model(fitted, theme):
    fitted.change(theme=theme)
    canvas = fitted.page.calibration.paths.canvas
    hue = colours(theme).models[canvas._view.paths[0].hue]
    split = fitted.state.split

    def reds():
        image = canvas.grab().toImage()
        cell, path = canvas._cells[0], canvas._view.paths[0]
        x = round(cell.pixel(0.5 * (split.train.start + split.train.stop)))
        y = cell.height_of(path.exact)
        return [image.pixelColor(x, round(y) + step).name() for step in range(-2, 3)]

    assert hue in reds()
    x, y = fitted.press(Handle.TRAIN_END)
    fitted.move_to(x - 3, y)
    image = canvas.grab().toImage()
    box = canvas._cells[0].plot.toRect()
    points = ((x, y) for x in range(box.left(), box.right()) for y in range(box.top(), box.bottom()))
    seen = {image.pixelColor(*point).name() for point in points}
    assert hue not in seen, "no exact fit while the boundary is held"
    fitted.release(x - 3, y)


def test_what_lies_under_the_mouse_says_exact_and_pooled(fitted):
    canvas = fitted.page.calibration.paths.canvas
    canvas.grab()
    cell = canvas._cells[0]
    QTest.mouseMove(canvas, QPointF(cell.pixel(int(fitted.data.times[30])), cell.plot.center().y()).toPoint())
    assert "train window: exact " in canvas.toolTip()
    assert ", pooled " in canvas.toolTip()


def test_a_level_beyond_the_axis_has_an_arrow(fitted):
    pane = fitted.page.calibration.paths
    view = pane.canvas._view
    far = replace(view.paths[0], exact=1e6, level_text="1e+06 ± 1")
    from outsample_desktop.widgets.paths_pane import _heading

    pane.canvas.grab()
    cell = pane.canvas._cells[0]
    assert _heading(far, cell, 400.0)[1].startswith("↑ ")
    assert _heading(replace(far, exact=-1e6), cell, 400.0)[1].startswith("↓ ")
    assert _heading(replace(far, exact=0.5 * (cell.low + cell.high)), cell, 400.0)[1] == "1e+06 ± 1"


# --- Readable -------------------------------------------------------------------------------------------------------


def room_needed(title):
    return 16.0 + width_of(title.title, 8.5, bold=True) + 8.0 + width_of(title.detail, 8.0)


def room_there(title):
    return min((one.x() for one in title._choosers if one.isVisible()), default=title.width()) - 6


@pytest.mark.parametrize("size", SIZES[1:])
def test_message_and_titles_are_whole(fitted, size):
    fitted.window.resize(*size)
    QApplication.processEvents()
    room = fitted.page.calibration
    for title in (room.title, room.quality.title, room.smile.title, room.correlation.title):
        assert room_needed(title) <= room_there(title), title.detail


@pytest.mark.parametrize("size", SIZES)
def test_no_pane_lies_over_another_and_every_one_has_room(fitted, size):
    fitted.window.resize(*size)
    QApplication.processEvents()
    assert (fitted.window.width(), fitted.window.height()) == size
    panes = {name: pane for name, pane in fitted.page.panes().items() if pane.isVisible()}
    places = {name: pane.rect().translated(pane.mapTo(fitted.window, QPoint(0, 0))) for name, pane in panes.items()}
    assert {"paths", "quality", "calibration-smile", "correlation", "calibration-parameters"} <= set(places)
    for name, place in places.items():
        assert fitted.window.rect().contains(place), name
        assert min(place.width() / 200, place.height() / 60) >= 1.0, name
        assert not [other for other in places if other != name and places[other].intersects(place)], name
    smile = fitted.page.calibration.smile
    assert smile.names.geometry().bottom() < smile.plot.geometry().top()
    assert smile.plot.height() >= 60


def test_no_note_in_the_table_is_cut_off_when_it_becomes_longer(fitted):
    table = fitted.page.calibration.tables["parameters"]
    for changes in (
        {"models": ("flat-vol",)},
        {"calibration_loss": CalibrationLoss.PRICE},
        {"calibration_loss": CalibrationLoss.VOL, "models": ("flat-vol", "heston")},
        {"compared_loss": CalibrationLoss.PRICE},
    ):
        fitted.change(**changes)
        for place in range(table.model().columnCount() - 1):
            assert table.columnWidth(place) >= table.sizeHintForColumn(place), headers(fitted)[place]


def test_the_legend_of_the_smile_takes_as_many_lines_as_it_needs(fitted, qtbot):
    fitted.change(compared_loss=CalibrationLoss.PRICE)
    pane = FitSlicePane("Smile")
    qtbot.addWidget(pane)
    pane.paint_in(colours(Theme.DARK))
    pane.render_view(fitted.page.calibration.smile._view)
    with qtbot.waitExposed(pane):
        pane.show()
    heights = []
    for width in (160, 300, 900):
        pane.resize(width, 300)
        QApplication.processEvents()
        assert pane.names.width() == width
        last, line = pane.names._places[-1]
        assert last + width_of(pane.names._entries[-1][0], 8.0) <= width
        assert pane.names.height() == 14 * (line + 1)
        heights.append(pane.names.height())
    assert heights[0] > heights[1] > heights[2] == 14


# --- Whatever may happen --------------------------------------------------------------------------------------------


def test_rooms_are_changed_while_a_boundary_is_held(fitted):
    x, y = fitted.press(Handle.TRAIN_END)
    fitted.move_to(x - 60, y)
    fitted.key(Qt.Key.Key_1, CTRL)
    fitted.move_to(x - 90, y)
    fitted.key(Qt.Key.Key_4, CTRL)
    fitted.release(x - 90, y)
    assert not fitted.state.dragging
    assert fitted.page.calibration.title.title == "Calibration, exact"
    fitted.key(Qt.Key.Key_1, CTRL)
    fitted.assert_exact()


def test_escape_gives_up_a_drag_and_the_exact_fit_of_before_is_back(fitted):
    before = column_of(fitted, "exact")
    x, y = fitted.press(Handle.TRAIN_END)
    fitted.move_to(x - 120, y)
    fitted.page.timeline.setFocus()
    fitted.key(Qt.Key.Key_Escape)
    assert fitted.page.calibration.title.title == "Calibration, exact"
    np.testing.assert_array_equal(column_of(fitted, "exact"), before)
    fitted.mouse(QEvent.Type.MouseButtonRelease, x - 120, y)


def test_other_filters_see_other_quotes_whose_calibrations_are_not_there_yet(fitted):
    parameters = fitted.state.parameters
    fewer = replace(parameters, filters=replace(parameters.filters, shortest_tenor_days=20.0))
    fitted.change(parameters=fewer)
    room = fitted.page.calibration
    assert room.panel.isVisible()
    assert (room.title.title, room.title.detail) == ("Calibration", "")
    fitted.change(parameters=parameters)
    assert not room.panel.isVisible()
    assert room.title.title == "Calibration, exact"


def test_a_history_whose_every_calibration_failed_is_shown_with_the_reason(fitted, made_tape):
    data = fitted.window.workspace.data
    tape = made_tape(data.times, Heston, CalibrationLoss.VOL)
    failed = np.full(tape.times.size, STATUSES.index(CalibrationStatus.FAILED), np.int8)
    none = replace(tape, status=failed, count=0 * tape.count, sum_of_squares=0.0 * tape.sum_of_squares)
    tape_shelf._remember(data, replace(none, standard_errors=np.full(tape.values.shape, np.nan)))
    fitted.change(cursor=int(data.times[20]))
    room = fitted.page.calibration
    assert room.title.title == "Calibration, no estimate"
    assert "widen the window" in room.title.detail
    assert room.tables["parameters"].table.size == 0
    for pane in (room.paths, room.quality, room.smile, room.correlation):
        assert not pane.grab().isNull()
    fitted.drag(Handle.TRAIN_END, -50.0)
    assert fitted.window.session.state.split is not None


def test_a_train_window_as_short_as_it_goes_is_shown(fitted):
    fitted.change(scheme=Scheme.FREE)
    x, _ = fitted.grip(Handle.TRAIN_START)
    far, _ = fitted.grip(Handle.TRAIN_END)
    fitted.drag(Handle.TRAIN_START, far - x + 200.0)
    room = fitted.page.calibration
    assert room.paths.isVisible()
    assert fitted.state.split.train.stop - fitted.state.split.train.start < 30 * DAY
    assert room.title.title == "Calibration, exact"
    np.testing.assert_array_equal(column_of(fitted, "exact"), [one.value for one in judged(fitted)])
    assert not room.paths.grab().isNull()


def test_cancelling_at_once_and_starting_again_leaves_nothing_running(calibrated):
    calibrated.change(calibration_model="kou")
    room, jobs = calibrated.page.calibration, calibrated.window.calibrating.jobs
    for _ in range(2):
        QTest.mouseClick(room.panel.build, Qt.MouseButton.LeftButton)
        assert room.panel.cancel.isVisible()
        assert room.panel.sentence.text().startswith("Calibrating Kou under the loss implied vol")
        QTest.mouseClick(room.panel.cancel, Qt.MouseButton.LeftButton)
        calibrated.qtbot.waitUntil(lambda: jobs.orders == (), timeout=30_000)
        assert room.panel.build.isVisible()
        assert room.panel.sentence.text().startswith("No calibration yet for Kou")
    assert calibrated.notice == ""
    calibrated.change(calibration_model="heston")
    assert room.paths.isVisible()


def test_a_shorter_sentence_takes_less_room_than_the_one_before(calibrated):
    calibrated.change(calibration_model="kou")
    panel = calibrated.page.calibration.panel
    short = panel.sentence.height()
    calibrated.page.calibration.show_problem(
        "the calibrations of Kou need their process to the end, found it gone; " * 3
    )
    assert panel.sentence.height() > short
    calibrated.page.calibration.show_problem("")
    assert panel.sentence.height() == short


# --- Out of it ------------------------------------------------------------------------------------------------------


def test_the_numbers_of_the_table_are_saved_with_every_digit_of_the_exact_fit(fitted, tmp_path):
    fitted.window.pane_menu.save("calibration-parameters", tmp_path / "parameters.csv")
    rows = list(csv.DictReader((tmp_path / "parameters.csv").read_text(encoding="utf-8").splitlines()))
    assert [float(row["exact"]) for row in rows] == [one.value for one in judged(fitted)]
    assert {(row["model"], row["loss"]) for row in rows} == {("Heston", "implied vol")}
    noted = ["bound" in row["exact note"] for row in rows]
    assert noted == [one.at_bound for one in judged(fitted)]
    assert [row["exact s.e."] == "" for row in rows] == noted
