"""Spans that the user gives a regime: by the dialog of the room, by files of events, removed, kept with the case."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog

from outsample.regimes import DrawnRegime, Regime
from outsample.typing import DAY, SECOND
from outsample.windows import iso, parse_time
from outsample_desktop.case_file import write_case
from outsample_desktop.session import Room
from outsample_desktop.views.regimes.mark_dialog import MarkDialog

from .rooms_of_findings import FOUND_WITHIN, wait

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


def room_of(desk):
    return desk.page.room_of(Room.REGIMES)


def bands_of(desk):
    return tuple(desk.page.timeline._view.bands)


# --- Spans that are marked -------------------------------------------------------------------------------------------


def open_dialog(desk, text):
    """Choose an entry of the menu Mark… and return the dialog."""
    action = next(one for one in room_of(desk).mark.menu().actions() if one.text() == text)
    action.trigger()
    desk.qtbot.waitUntil(lambda: bool(room_of(desk).findChildren(MarkDialog)), timeout=FOUND_WITHIN)
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
    assert bands_of(quotes) == tuple(quotes.expected().timeline.bands)


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
