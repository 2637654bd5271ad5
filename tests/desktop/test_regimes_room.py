"""The room of regimes worked by mouse and keyboard: methods, the penalty, the cursor, previews."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from outsample.regimes import DrawnRegime, Regime, RegimeMethod
from outsample.report import regime_tables
from outsample.typing import DAY, SECOND
from outsample.windows import Handle
from outsample_desktop.case_file import read_case, write_case
from outsample_desktop.session import Room

from .rooms_of_findings import wait

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
PANES = ("volatility", "penalty-path", "regime-losses", "transitions", "states", "break-tests", "marked")


def room_of(desk):
    return desk.page.room_of(Room.REGIMES)


@pytest.fixture(params=["options", "prices"])
def regimes(request, empty, stores):
    """A window with the room of regimes in front, and everything in it."""
    empty.open(stores["quotes" if request.param == "options" else "prices"])
    empty.change(room=Room.REGIMES)
    wait(empty)
    return empty


def bands_of(desk):
    return tuple(desk.page.timeline._view.bands)


def pick(desk, field, value):
    """Choose by the keyboard from the list that opens: first entry, down to the one that is wanted, Return."""
    chooser = room_of(desk).choosers[field]
    chooser.showPopup()
    QTest.keyClick(chooser.view(), Qt.Key.Key_Home)
    for _ in range(chooser._values.index(value)):
        QTest.keyClick(chooser.view(), Qt.Key.Key_Down)
    QTest.keyClick(chooser.view(), Qt.Key.Key_Return)
    desk.settle()
    wait(desk)


def click_on(desk, pane, x):
    """Click into a chart at a value of its horizontal axis."""
    box = pane.plot.plotItem.vb
    height = float(np.mean(box.viewRange()[1]))
    place = pane.plot.mapFromScene(box.mapViewToScene(QPointF(x, height)))
    desk.click(pane.plot.viewport(), place.x(), place.y())


# --- Methods ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [one for one in RegimeMethod if one is not RegimeMethod.CHANGE_POINTS])
def test_a_method_chosen_in_the_room_recolours_the_timeline_in_one_step(regimes, method):
    desk = regimes
    before = bands_of(desk)
    pick(desk, "regime_method", method)
    assert desk.state.regime_method is method
    want = desk.expected()
    assert bands_of(desk) == tuple(want.timeline.bands)
    assert bands_of(desk) != before
    assert room_of(desk).choosers["regime_states"].isEnabled()
    desk.undo.undo()
    wait(desk)
    assert desk.state.regime_method is RegimeMethod.CHANGE_POINTS
    assert bands_of(desk) == before
    assert not room_of(desk).choosers["regime_states"].isEnabled()


def test_the_number_of_states_is_chosen_and_kept_in_the_case(quotes, tmp_path):
    pick(quotes, "regime_method", RegimeMethod.GAUSSIAN_STATES)
    pick(quotes, "regime_states", 3)
    assert quotes.state.parameters.changed() == ("3 states", "regimes by hidden Markov model")
    assert len(room_of(quotes)._view.transitions.rows) == 3
    write_case(quotes.state, tmp_path / "case.json")
    saved = bands_of(quotes)
    pick(quotes, "regime_method", RegimeMethod.CHANGE_POINTS)
    quotes.open(tmp_path / "case.json")
    wait(quotes)
    assert (quotes.state.regime_states, quotes.state.regime_method) == (3, RegimeMethod.GAUSSIAN_STATES)
    assert bands_of(quotes) == saved
    assert room_of(quotes).choosers["regime_method"].currentText() == RegimeMethod.GAUSSIAN_STATES.words


# --- Mouse on the charts ---------------------------------------------------------------------------------------------


def test_a_click_on_the_penalty_path_changes_the_penalty(regimes):
    desk = regimes
    low, high = room_of(desk).path.plot.plotItem.vb.viewRange()[0]
    for share in (0.25, 0.7):
        x = low + share * (high - low)
        click_on(desk, room_of(desk).path, x)
        wait(desk)
        assert np.log10(desk.state.penalty) == pytest.approx(x, abs=0.02)
        assert room_of(desk)._view.penalty_path.cursor == pytest.approx(np.log10(desk.state.penalty))
        assert bands_of(desk) == tuple(desk.expected().timeline.bands)
    assert desk.undo.undoText() == "change the penalty"
    desk.undo.undo()
    desk.undo.undo()
    desk.settle()
    assert desk.state.penalty == 2.0


def test_a_click_on_the_volatility_sets_the_cursor_for_every_pane(quotes):
    time = quotes.data.times[40]
    click_on(quotes, room_of(quotes).volatility, time / SECOND)
    assert quotes.state.cursor is not None
    assert abs(quotes.state.cursor - time) <= DAY
    shown = room_of(quotes)._view.volatility.cursor
    assert quotes.page.timeline._view.cursor == shown
    assert shown * SECOND in quotes.data.times
    assert quotes.undo.undoText() == "set the cursor"


@pytest.mark.parametrize("method", RegimeMethod)
def test_a_drag_recolours_in_every_frame_and_ends_exact(price_desk, method):
    desk = price_desk
    desk.change(room=Room.REGIMES)
    wait(desk)
    pick(desk, "regime_method", method)
    seen = []
    x, y = desk.press(Handle.TRAIN_END)
    for offset in (-40.0, -120.0, -260.0):
        desk.mouse(QEvent.Type.MouseMove, x + offset, y)
        desk.settle()
        view = desk.page.timeline._view
        assert view.split == desk.state.split
        held = desk.window.answer.analysis
        assert bands_of(desk) == tuple((a / SECOND, b / SECOND, c) for a, b, c in held.regimes.bands())
        assert room_of(desk)._view.volatility.boundary == desk.state.split.train.stop / SECOND
        seen.append(bands_of(desk))
    desk.release(x - 260.0, y)
    wait(desk)
    assert len(set(seen)) > 1
    assert bands_of(desk) == tuple(desk.expected().timeline.bands)
    assert desk.window.status.text().startswith("exact")


# --- Out of it -------------------------------------------------------------------------------------------------------


def test_every_pane_is_saved_as_picture_and_as_numbers(regimes, tmp_path):
    desk = regimes
    desk.change(
        parameters=desk.state.parameters.with_values(
            {("regimes", "drawn"): (DrawnRegime(0, 2**62, Regime.CALM, "ever"),)}
        )
    )
    wait(desk)
    assert set(PANES) <= set(room_of(desk).panes())
    for name in PANES:
        for suffix in ("png", "csv"):
            desk.window.pane_menu.save(name, tmp_path / f"{name}.{suffix}")
        assert read_case(tmp_path / f"{name}.png") == (replace(desk.state, dragging=False), ())
        rows = list(csv.reader((tmp_path / f"{name}.csv").read_text(encoding="utf-8").splitlines()))
        assert len(rows) > 1
        assert all(len(row) == len(rows[0]) for row in rows)
        assert read_case(tmp_path / f"{name}.csv.json")[0] == desk.state
    days = list(csv.DictReader((tmp_path / "volatility.csv").read_text(encoding="utf-8").splitlines()))
    assert {row["regime"] for row in days} == {"calm"}


def test_at_1280_by_720_every_pane_has_room(quotes):
    quotes.window.resize(1280, 720)
    QApplication.processEvents()
    for name, pane in room_of(quotes).panes().items():
        if pane.isVisible():
            assert pane.height() >= 60, name
            assert pane.width() >= 200, name
    assert room_of(quotes).mark.isVisible()
    assert room_of(quotes).mark.height() >= 24


# --- A history long enough for previews ------------------------------------------------------------------------------


@pytest.fixture
def long_history(empty, tmp_path):
    """A window with 900 daily closes of two volatilities in turns, in the room of regimes."""
    sigma = np.resize(np.repeat([0.01, 0.04], 70), 900)
    close = 100.0 * np.exp(np.cumsum(np.random.default_rng(2).normal(size=900) * sigma))
    path = tmp_path / "closes.csv"
    days = (np.datetime64("2020-01-01") + np.arange(900)).tolist()
    path.write_text(
        "date,close\n" + "".join(f"{day},{value!r}\n" for day, value in zip(days, close.tolist(), strict=True))
    )
    empty.open(path)
    empty.data = empty.window.data
    empty.change(room=Room.REGIMES)
    wait(empty)
    return empty


@pytest.mark.parametrize("method", [one for one in RegimeMethod if one is not RegimeMethod.CHANGE_POINTS])
def test_a_preview_is_said_while_a_boundary_is_held_and_the_way_there_leaves_no_trace(long_history, method):
    desk = long_history
    pick(desk, "regime_method", method)
    x, y = desk.press(Handle.TRAIN_END)
    held = {}
    for offset in (-30.0, -200.0, -90.0, -30.0):
        desk.move_to(x + offset, y)
        assert desk.window.answer.analysis.regimes.is_preview
        assert desk.window.status.text().startswith("exact, regimes preview")
        assert room_of(desk)._view.message.startswith("preview while a boundary is held")
        assert held.setdefault(offset, bands_of(desk)) == bands_of(desk)
    desk.release(x - 30.0, y)
    wait(desk)
    assert desk.window.status.text().startswith("exact  ")
    assert "preview" not in room_of(desk)._view.message
    assert bands_of(desk) == tuple(desk.expected().timeline.bands)


def written(table):
    return [[one.written(row) for row in range(table.size)] for one in table.columns]


def test_tables_say_that_they_wait_while_a_boundary_is_held_and_follow_at_the_end(long_history):
    desk, states = long_history, room_of(long_history).states
    before, said = written(states.table), states.line.text()
    x, y = desk.press(Handle.TRAIN_END)
    for offset in (-60.0, -200.0):
        desk.move_to(x + offset, y)
        assert written(states.table) == before
        assert "follows when the boundary is let go" in states.line.text()
    desk.release(x - 200.0, y)
    wait(desk)
    assert written(states.table) == written(regime_tables.states_table(desk.window.answer.analysis))
    assert written(states.table) != before
    assert states.line.text() == said


def test_escape_gives_back_the_exact_colours(long_history):
    desk = long_history
    pick(desk, "regime_method", RegimeMethod.STUDENT_STATES)
    before, split = bands_of(desk), desk.state.split
    x, y = desk.press(Handle.TRAIN_END)
    desk.move_to(x - 200.0, y)
    desk.key(Qt.Key.Key_Escape)
    wait(desk)
    assert desk.state.split == split
    assert bands_of(desk) == before
    desk.mouse(QEvent.Type.MouseButtonRelease, x - 200.0, y)
