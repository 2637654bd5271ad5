"""The room of regimes worked by mouse and keyboard: methods, the penalty, the cursor, spans that are marked, events."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog

from outsample.regimes import DrawnRegime, Regime, RegimeMethod
from outsample.report import regime_tables
from outsample.typing import DAY, SECOND
from outsample.windows import Handle, iso, parse_time
from outsample_desktop.case_file import read_case, write_case
from outsample_desktop.session import Room
from outsample_desktop.views.regimes.mark_dialog import MarkDialog

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
PATIENCE = 60_000
PANES = ("volatility", "penalty-path", "regime-losses", "transitions", "states", "break-tests", "marked")


def is_found(desk):
    """Whether what a worker finds for the state on screen is there and shown."""
    answer = desk.window.answer
    found = desk.window.findings.latest(Room.REGIMES)
    return (
        desk.is_settled()
        and desk.window.findings._asked is None
        and found is not None
        and answer.request.found is found
        and found.is_of(desk.state, "")
    )


def wait(desk):
    desk.qtbot.waitUntil(lambda: is_found(desk), timeout=PATIENCE)
    QApplication.processEvents()


def room_of(desk):
    return desk.page.room_of(Room.REGIMES)


@pytest.fixture(params=["options", "prices"])
def regimes(request, empty, stores):
    """A window with the room of regimes in front, and everything in it."""
    empty.open(stores["quotes" if request.param == "options" else "prices"])
    empty.change(room=Room.REGIMES)
    wait(empty)
    return empty


@pytest.fixture
def quotes(empty, stores):
    empty.open(stores["quotes"])
    empty.change(room=Room.REGIMES)
    wait(empty)
    return empty


def bands_of(desk):
    return desk.page.timeline._view.bands


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
    assert bands_of(desk) == want.timeline.bands
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
        assert bands_of(desk) == desk.expected().timeline.bands
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
        assert view.bands == tuple((a / SECOND, b / SECOND, c) for a, b, c in held.regimes.bands())
        assert room_of(desk)._view.volatility.boundary == desk.state.split.train.stop / SECOND
        seen.append(view.bands)
    desk.release(x - 260.0, y)
    wait(desk)
    assert len(set(seen)) > 1
    assert bands_of(desk) == desk.expected().timeline.bands
    assert desk.window.status.text().startswith("exact")


# --- Spans that are marked -------------------------------------------------------------------------------------------


def open_dialog(desk, text):
    """Choose an entry of the menu Mark… and return the dialog."""
    action = next(one for one in room_of(desk).mark.menu().actions() if one.text() == text)
    action.trigger()
    desk.qtbot.waitUntil(lambda: bool(room_of(desk).findChildren(MarkDialog)), timeout=PATIENCE)
    return room_of(desk).findChildren(MarkDialog)[-1]


def fill(dialog, start=None, stop=None, name="", regime=Regime.STRESSED):
    for key, text in (("start", start), ("stop", stop), ("name", name)):
        if text is not None:
            dialog.boxes[key].setFocus()
            dialog.boxes[key].selectAll()
            QTest.keyClick(dialog.boxes[key], Qt.Key.Key_Backspace)
            QTest.keyClicks(dialog.boxes[key], text)
    dialog.regime.setFocus()
    QTest.keyClick(dialog.regime, Qt.Key.Key_Home)
    for _ in range(int(regime)):
        QTest.keyClick(dialog.regime, Qt.Key.Key_Down)


def press(desk, dialog, which):
    QTest.mouseClick(dialog.buttons.button(which), Qt.MouseButton.LeftButton)
    desk.settle()


OK, CANCEL = QDialogButtonBox.StandardButton.Ok, QDialogButtonBox.StandardButton.Cancel


@pytest.mark.parametrize(("text", "side"), [("The train window…", "train"), ("The test window…", "test")])
def test_a_window_is_marked_with_a_name_in_one_step(quotes, text, side):
    window = getattr(quotes.state.split, side)
    dialog = open_dialog(quotes, text)
    assert [dialog.boxes[end].text() for end in ("start", "stop")] == [iso(window.start), iso(window.stop)]
    fill(dialog, name="as I remember it", regime=Regime.CALM)
    press(quotes, dialog, OK)
    wait(quotes)
    assert quotes.state.drawn == (DrawnRegime(window.start, window.stop, Regime.CALM, "as I remember it"),)
    middle = (window.start + window.stop) / 2 / SECOND
    assert [regime for start, stop, regime in bands_of(quotes) if start <= middle < stop] == [Regime.CALM]
    room = room_of(quotes)
    assert room.tabs.currentWidget() is room.marked
    assert room.tabs.tabText(room.tabs.currentIndex()) == "Marked (1)"
    assert room.marked.table.size == 1
    assert quotes.undo.undoText() == "mark a span as calm"
    quotes.undo.undo()
    wait(quotes)
    assert quotes.state.drawn == ()
    assert room.marked.table.size == 0
    assert bands_of(quotes) == quotes.expected().timeline.bands


def test_a_span_that_is_typed_wrongly_is_answered_in_the_dialog_and_changes_nothing(quotes):
    dialog = open_dialog(quotes, "Another span…")
    for start, stop, words in (
        ("soon", "2030-01-02", "ISO-8601"),
        ("2030-01-02", "2030-01-01", "must end after its start"),
        ("2030-01-02", "2030-01-02", "must end after its start"),
    ):
        fill(dialog, start, stop)
        press(quotes, dialog, OK)
        assert words in dialog.note.text()
        assert dialog.isVisible()
    fill(dialog, "2030-01-01", "2030-01-02", "x" * 81)
    press(quotes, dialog, OK)
    assert "at most 80 characters" in dialog.note.text()
    assert quotes.undo.count() == 1  # going to the room
    press(quotes, dialog, CANCEL)
    assert quotes.state.drawn == ()


def test_the_boxes_of_another_span_begin_with_the_day_at_the_cursor(quotes):
    time = int(quotes.data.times[30])
    quotes.change(cursor=time)
    dialog = open_dialog(quotes, "Another span…")
    day = time // DAY * DAY
    assert parse_time(dialog.boxes["start"].text()) == day
    assert parse_time(dialog.boxes["stop"].text()) == day + DAY
    press(quotes, dialog, CANCEL)


def test_no_more_spans_than_a_case_holds(quotes):
    one = DrawnRegime(0, DAY, Regime.CALM)
    quotes.change(parameters=quotes.state.parameters.with_values({("regimes", "drawn"): (one,) * 1000}))
    dialog = open_dialog(quotes, "Another span…")
    press(quotes, dialog, OK)
    assert "at most 1,000 marked spans" in dialog.note.text()
    assert dialog.isVisible()
    assert len(quotes.state.drawn) == 1000
    press(quotes, dialog, CANCEL)


@pytest.fixture
def marked(quotes):
    """Three spans, and their tab in front."""
    split = quotes.state.split
    days = [split.train.start // DAY * DAY + 10 * i * DAY for i in range(1, 4)]
    drawn = tuple(DrawnRegime(day, day + 3 * DAY, Regime.STRESSED, f"event {i}") for i, day in enumerate(days))
    quotes.change(parameters=quotes.state.parameters.with_values({("regimes", "drawn"): drawn}))
    wait(quotes)
    room_of(quotes).show_marked()
    QApplication.processEvents()
    return quotes


def click_row(desk, row, modifiers=Qt.KeyboardModifier.NoModifier):
    view = room_of(desk).marked.listing.view
    place = view.visualRect(view.model().index(row, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifiers, place)


@pytest.mark.parametrize("how", ["button", "key"])
def test_what_is_selected_is_removed(marked, how):
    pane, drawn = room_of(marked).marked, marked.state.drawn
    assert not pane.remove.isEnabled()
    click_row(marked, 1)
    assert pane.remove.isEnabled()
    if how == "button":
        QTest.mouseClick(pane.remove, Qt.MouseButton.LeftButton)
    else:
        pane.listing.view.setFocus()
        QTest.keyClick(pane.listing.view, Qt.Key.Key_Delete)
    wait(marked)
    assert marked.state.drawn == (drawn[0], drawn[2])
    assert marked.undo.undoText() == "remove 1 marked span"
    marked.undo.undo()
    marked.settle()
    assert marked.state.drawn == drawn


def test_all_are_removed_at_once(marked):
    pane = room_of(marked).marked
    QTest.mouseClick(pane.clear, Qt.MouseButton.LeftButton)
    wait(marked)
    assert marked.state.drawn == ()
    assert marked.undo.undoText() == "remove 3 marked spans"
    assert not pane.clear.isEnabled()


def test_marked_spans_come_back_with_the_case(marked, tmp_path):
    drawn = marked.state.drawn
    write_case(marked.state, tmp_path / "case.json")
    assert iso(drawn[0].start) in (tmp_path / "case.json").read_text(encoding="utf-8")
    marked.change(parameters=marked.state.parameters.with_values({("regimes", "drawn"): ()}))
    marked.open(tmp_path / "case.json")
    assert marked.state.drawn == drawn


def test_a_list_that_was_saved_can_be_imported_again(marked, tmp_path):
    drawn = marked.state.drawn
    marked.window.pane_menu.save("marked", tmp_path / "marked.csv")
    marked.change(parameters=marked.state.parameters.with_values({("regimes", "drawn"): ()}))
    marked.drop(tmp_path / "marked.csv")
    wait(marked)
    assert marked.state.drawn == drawn


# --- Events from files -----------------------------------------------------------------------------------------------


def calendar(desk, tmp_path, text=None):
    start = desk.state.split.test.start // DAY * DAY + 2 * DAY
    path = tmp_path / "events.csv"
    lines = f"Event;From;Until\nhalving;{iso(start)};{iso(start + 2 * DAY)}\nlong ago;1999-01-01;1999-01-02\n"
    path.write_text(text or lines, encoding="utf-8")
    return path, start


@pytest.mark.parametrize("how", ["drop", "dialog"])
def test_events_are_imported_in_one_step(quotes, tmp_path, monkeypatch, how):
    path, start = calendar(quotes, tmp_path)
    quotes.change(room=Room.OVERVIEW)
    steps = quotes.undo.count()
    if how == "drop":
        quotes.drop(path)
    else:
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (str(path), ""))
        quotes.shortcut("file.events")
    wait(quotes)
    assert quotes.state.room is Room.REGIMES
    assert quotes.state.drawn[0] == DrawnRegime(start, start + 3 * DAY, Regime.STRESSED, "halving")
    assert quotes.notice.startswith("2 events of events.csv marked.")
    assert "Where the file names no regime it is stressed." in quotes.notice
    assert "1 lie outside the history." in quotes.notice
    assert quotes.undo.count() == steps + 1
    assert quotes.undo.undoText() == "import events"
    quotes.undo.undo()
    quotes.settle()
    assert quotes.state.drawn == ()
    assert quotes.state.room is Room.OVERVIEW


def test_the_menu_of_the_room_leads_to_the_same_import(quotes, tmp_path, monkeypatch):
    path, _ = calendar(quotes, tmp_path)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (str(path), ""))
    next(one for one in room_of(quotes).mark.menu().actions() if one.text() == "Import events…").trigger()
    wait(quotes)
    assert len(quotes.state.drawn) == 2


def test_the_same_file_twice_marks_nothing_twice(quotes, tmp_path):
    path, _ = calendar(quotes, tmp_path)
    quotes.drop(path)
    wait(quotes)
    quotes.drop(path)
    wait(quotes)
    assert len(quotes.state.drawn) == 2
    assert "2 of them were marked already." in quotes.notice


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("start,regime\nsoon,calm\n", "needs at least one that can be read, found none in events.csv"),
        ("start,regime\n" + "".join(f"2020-01-01T00:00:{i % 60:02d}.{i:06d}Z,calm\n" for i in range(1001)), "1,000"),
        ("from,event\n", "header only"),
    ],
)
def test_events_that_cannot_be_taken_are_one_sentence(quotes, tmp_path, text, words):
    path, _ = calendar(quotes, tmp_path, text)
    quotes.drop(path)
    quotes.settle()
    assert words in quotes.notice
    assert "\n" not in quotes.notice
    assert quotes.state.drawn == ()


def test_events_without_data_say_what_is_needed(empty, tmp_path):
    path = tmp_path / "events.csv"
    path.write_text("start,event\n2020-01-01,x\n")
    empty.drop(path)
    assert "need a price history" in empty.notice
    assert empty.state.drawn == ()


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
    assert bands_of(desk) == desk.expected().timeline.bands


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
