"""A book of positions: opened by command or drop, part of the case, and never a reason to lose anything else."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from outsample.errors import DataError
from outsample.io import read_book
from outsample.report.book import book_cells_table, book_models_table, book_positions_table, book_times_table
from outsample.report.csv_file import csv_blocks
from outsample.windows import Handle
from outsample_desktop.book_file import book_of, open_book
from outsample_desktop.case_file import read_case, write_case
from outsample_desktop.listed import NO_BOOK
from outsample_desktop.main_window import MainWindow
from outsample_desktop.menus import export_to
from outsample_desktop.session import State

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # windows without a screen

PATIENCE = 20_000


def text_of(table):
    return b"".join(csv_blocks(table))


def pane_of(desk):
    return desk.room.listings["book"]


def is_filled(desk):
    wanted = desk.window.listings._wanted()
    return wanted is not None and desk.window.listings._shown.get("book") == wanted.key()


def wait(desk):
    desk.settle()
    desk.qtbot.waitUntil(lambda: is_filled(desk), timeout=PATIENCE)
    return pane_of(desk).table


def told(desk, words):
    """Wait for a sentence in the notice bar."""
    desk.qtbot.waitUntil(lambda: words in desk.notice, timeout=PATIENCE)
    assert "internal error" not in desk.notice
    return desk.notice


def read(desk, path):
    return read_book(path, desk.market.quotes.instruments)[0]


@pytest.fixture
def mine(market, tmp_path):
    """Three options that are quoted late in the history, one of them short, and a stranger."""
    quotes = market.quotes
    names = [quotes.instruments[i] for i in dict.fromkeys(quotes.instrument[-400::50].tolist())][:3]
    path = tmp_path / "mine.csv"
    lines = [f"{names[0]},10", f"{names[1]},-4", f"{names[2]},0.5", "BTC-1JAN30-1-C,7"]
    path.write_text("\n".join(["Instrument,Quantity", *lines]) + "\n")
    return path


@pytest.fixture
def booked(desk, mine):
    """A window with quotes and book open, the book by a drop."""
    desk.drop(mine)
    told(desk, "3 positions")
    wait(desk)
    return desk


@pytest.fixture
def empty_again(booked, qtbot, market):
    """Return a function that makes another window with nothing open."""

    def make():
        window = MainWindow()
        qtbot.addWidget(window)
        window.resize(1280, 800)
        with qtbot.waitExposed(window):
            window.show()
        return type(booked)(qtbot, window, market)

    return make


# --- Opening and closing --------------------------------------------------------------------------------------------


def test_a_dropped_csv_of_positions_is_a_book_and_leaves_the_data_open(desk, mine):
    before = desk.state
    desk.drop(mine)
    sentence = told(desk, "Read 4 rows from mine.csv: 3 positions.")
    assert "not in the history: 1" in sentence
    wait(desk)
    assert desk.room.tabs.currentWidget() is pane_of(desk)
    assert desk.state == replace(before, book=str(mine), book_sha256=desk.state.book_sha256)
    assert len(desk.state.book_sha256) == 64
    assert desk.window.data.fingerprint == desk.market.quotes.fingerprint
    assert "1 of 4 rows rejected" in pane_of(desk).line.text()


def test_the_command_asks_for_a_file(desk, mine, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_arguments: (str(mine), ""))
    desk.shortcut("file.book")
    told(desk, "3 positions")
    assert wait(desk).size > 0
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_arguments: ("", ""))
    before = desk.state
    desk.shortcut("file.book")
    assert desk.state == before


def test_every_table_is_that_of_the_library(booked):
    book, analysis = read(booked, Path(booked.state.book)), booked.window.answer.analysis
    want = {
        "by model": book_models_table(analysis, book),
        "by cell": book_cells_table(analysis, book),
        "by position": book_positions_table(analysis.data, book),
        "through time": book_times_table(analysis, book),
    }
    chooser = pane_of(booked).chooser
    chooser.setFocus()
    for i, (words, table) in enumerate(want.items()):
        if i:
            QTest.keyClick(chooser, Qt.Key.Key_Down)
        assert chooser.currentText() == words
        assert text_of(wait(booked)) == text_of(table), words
        assert table.size > 0


def test_errors_follow_the_boundary_after_it_is_let_go(booked):
    before = text_of(pane_of(booked).table)
    x, y = booked.press(Handle.TEST_END)
    booked.move_to(x - 80.0, y)
    assert text_of(pane_of(booked).table) == before
    booked.release(x - 80.0, y)
    book = read(booked, Path(booked.state.book))
    after = text_of(wait(booked))
    assert after == text_of(book_models_table(booked.window.answer.analysis, book)) != before


def test_closing_and_undoing_go_back_and_forth(booked):
    shown, path = text_of(pane_of(booked).table), booked.state.book
    booked.shortcut("file.close-book")
    assert wait(booked).size == 0
    assert pane_of(booked).line.text() == NO_BOOK
    assert (booked.state.book, booked.state.book_sha256) == ("", "")
    booked.shortcut("edit.undo")
    assert text_of(wait(booked)) == shown
    assert booked.state.book == path
    booked.shortcut("edit.redo")
    assert wait(booked).size == 0
    booked.shortcut("file.close-book")
    assert "no book" in booked.notice


def test_without_a_book_the_tab_says_how_to_open_one(desk):
    desk.shortcut("view.book")
    assert wait(desk).size == 0
    assert pane_of(desk).line.text() == NO_BOOK


def test_other_data_open_without_the_book(booked, own_store):
    booked.open(own_store)
    assert booked.state.book == ""
    assert wait(booked).size == 0


def test_a_book_that_is_read_in_a_drag_waits_for_its_end(desk, mine):
    before = desk.state
    x, y = desk.press(Handle.TEST_END)
    desk.window.open_files([str(mine)])
    desk.qtbot.waitUntil(lambda: desk.window.listings._late is not None, timeout=PATIENCE)
    desk.move_to(x - 60.0, y)
    assert desk.state.dragging
    assert desk.state.book == ""
    desk.release(x - 60.0, y)
    told(desk, "3 positions")
    assert wait(desk).size > 0
    assert desk.state.split != before.split
    desk.shortcut("edit.undo")
    assert (desk.state.book, desk.state.split) == ("", desk.window.answer.request.state.split)
    desk.shortcut("edit.undo")
    assert desk.state.split == before.split


def test_without_models_there_is_still_a_book(booked):
    booked.change(models=())
    assert wait(booked).size == 0
    chooser = pane_of(booked).chooser
    chooser.setFocus()
    for words in ("by cell", "by position", "through time"):
        QTest.keyClick(chooser, Qt.Key.Key_Down)
        assert chooser.currentText() == words
        assert wait(booked).size > 0
    assert booked.notice == "" or "internal error" not in booked.notice


def test_a_window_can_be_closed_while_a_table_is_made(booked):
    booked.shortcut("view.arbitrage")
    booked.window.close()
    booked.window.listings.fill()
    assert not booked.window.isVisible()


# --- What cannot be a book ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("instrument,quantity\nBTC-1JAN30-1-C,1\n", "at least one position"),
        ("instrument,quantity\n", "at least one row"),
        ("instrument,quantity\nx,many\n", "at least one position"),
    ],
)
def test_a_bad_book_is_refused_in_one_sentence_and_changes_nothing(booked, tmp_path, content, words):
    before, shown = booked.state, text_of(pane_of(booked).table)
    path = tmp_path / "bad.csv"
    path.write_text(content)
    booked.drop(path)
    assert "\n" not in told(booked, words)
    booked.settle()
    assert booked.state == before
    assert text_of(pane_of(booked).table) == shown


def test_a_book_before_any_data_says_what_to_do(empty, mine):
    empty.drop(mine)
    assert "open one first" in told(empty, "option history")
    assert empty.state.book == ""


def test_a_book_is_none_for_prices(price_desk, mine):
    price_desk.drop(mine)
    told(price_desk, "needs option quotes")
    assert price_desk.state.book == ""


def test_a_file_of_data_is_still_opened_as_data(desk, tmp_path):
    path = tmp_path / "prices.csv"
    rows = "\n".join(f"2024-01-{day:02d},SPX,{100 + day},5" for day in range(1, 31))
    path.write_text(f"date,symbol,close,amount\n{rows}\n")
    desk.drop(path)
    desk.qtbot.waitUntil(lambda: "prices.csv" in desk.window.windowTitle() or bool(desk.notice), timeout=PATIENCE)
    assert desk.state.book == ""
    assert "book" not in desk.notice


# --- The book in the case -------------------------------------------------------------------------------------------


def save(desk, path):
    write_case(desk.state, path)
    return path


def test_a_case_brings_its_book_back(booked, empty_again, tmp_path):
    shown, state = text_of(pane_of(booked).table), booked.state
    case = save(booked, tmp_path / "case.json")
    other = empty_again()
    other.open(case)
    assert other.state == state
    other.shortcut("view.book")
    assert text_of(wait(other)) == shown
    assert other.notice == ""


def test_a_book_that_is_gone_is_told_of_and_stays_in_the_case(booked, empty_again, mine, tmp_path):
    state = booked.state
    case = save(booked, tmp_path / "case.json")
    mine.unlink()
    other = empty_again()
    other.open(case)
    sentence = told(other, "the book mine.csv must be a file")
    assert sentence.count(";") == 1
    other.assert_exact()
    assert other.state == state
    other.shortcut("view.book")
    assert wait(other).size == 0
    assert "the book mine.csv must be a file" in pane_of(other).line.text()
    assert read_case(save(other, tmp_path / "again.json"))[0] == state


def test_a_book_that_has_changed_is_told_of_and_used(booked, empty_again, mine, tmp_path):
    case = save(booked, tmp_path / "case.json")
    mine.write_text(mine.read_text().replace(",10\n", ",11\n"))
    other = empty_again()
    other.open(case)
    told(other, "the book mine.csv has changed")
    other.shortcut("view.book")
    book = read(other, mine)
    assert text_of(wait(other)) == text_of(book_models_table(other.window.answer.analysis, book))
    assert "has changed" in pane_of(other).line.text()


def test_a_book_that_moved_with_its_case_is_found_beside_it(booked, mine, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    case = save(booked, tmp_path / "elsewhere" / "case.json")
    moved = mine.rename(tmp_path / "elsewhere" / "mine.csv")
    assert read_case(case)[0].book == str(moved)


def test_a_case_from_before_there_were_books_opens(desk, tmp_path):
    text = desk.state.to_json()
    old = "\n".join(line for line in text.splitlines() if '"book' not in line)
    assert old != text
    path = tmp_path / "old.json"
    path.write_text(old)
    assert read_case(path) == (desk.state, ())


@pytest.mark.parametrize("value", ["7", "null", "[]"])
def test_a_book_of_the_wrong_kind_is_a_damaged_case(tmp_path, value):
    path = tmp_path / "case.json"
    path.write_text(State(source="sample:", book="x").to_json().replace('"book": "x"', f'"book": {value}'))
    with pytest.raises(DataError, match=r"case\.json"):
        read_case(path)


def test_an_export_writes_the_tables_of_the_book(booked, tmp_path):
    export_to(booked.window, tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").glob("book*")}
    want = {"book_models.csv", "book_cells.csv", "book_positions.csv", "book_times.csv"}
    assert want | {f"{name}.json" for name in want} <= names
    assert (tmp_path / "out" / "book_models.csv").read_bytes() == text_of(pane_of(booked).table)
    assert read_case(tmp_path / "out" / "case.json") == (booked.state, ())


def test_an_export_goes_on_without_a_book_that_is_gone(booked, mine, tmp_path):
    mine.unlink()
    export_to(booked.window, tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert "studies.csv" in names
    assert not {name for name in names if name.startswith("book_")}


def test_the_same_file_is_read_once_and_another_content_anew(market, mine):
    first = open_book(str(mine), market.quotes)
    assert open_book(str(mine), market.quotes) is first
    assert book_of(State(book=str(mine)), market.quotes) is first
    assert book_of(State(), market.quotes) is None
    mine.write_text(mine.read_text() + "\n")
    assert open_book(str(mine), market.quotes).sha256 != first.sha256
