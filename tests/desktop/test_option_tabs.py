"""The tabs Arbitrage and Filters: made off the GUI thread when looked at, never in a drag, saved as they are shown."""

import threading

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from outsample.datasets import Target
from outsample.diagnostics.arbitrage import find_arbitrage
from outsample.report.arbitrage import arbitrage_by_kind_table, arbitrage_by_time_table, arbitrage_episodes_table
from outsample.report.csv_file import csv_blocks
from outsample.report.filters import filters_table
from outsample.report.option_tables import all_arbitrage_table
from outsample.windows import Handle
from outsample_desktop import listings
from outsample_desktop.menus import export_to
from outsample_desktop.session import Room
from outsample_desktop.widgets.words_on_screen import words_explained

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # popups without a screen

PATIENCE = 20_000


def text_of(table):
    return b"".join(csv_blocks(table))


def pane_of(desk, tab):
    return desk.room.listings[tab]


def is_filled(desk, tab):
    """Whether a tab shows what is wanted of it now."""
    wanted = desk.window.listings._wanted()
    return wanted is not None and desk.window.listings._shown.get(tab) == wanted.key()


def wait(desk, tab):
    desk.settle()
    desk.qtbot.waitUntil(lambda: is_filled(desk, tab), timeout=PATIENCE)
    return pane_of(desk, tab).table


def bring(desk, tab):
    """Click on a tab and wait until it is filled."""
    bar, pane = desk.room.tabs.tabBar(), pane_of(desk, tab)
    middle = bar.tabRect(desk.room.tabs.indexOf(pane)).center()
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    assert desk.room.tabs.currentWidget() is pane
    return wait(desk, tab)


def choose(desk, tab, words):
    """Choose a table with the keyboard."""
    chooser = pane_of(desk, tab).chooser
    chooser.setFocus()
    for _ in range(chooser.count()):
        if chooser.currentText() == words:
            break
        QTest.keyClick(chooser, Qt.Key.Key_Down if chooser.findText(words) > chooser.currentIndex() else Qt.Key.Key_Up)
    assert chooser.currentText() == words
    return wait(desk, tab)


def shown_texts(pane):
    model = pane.view.model()
    return [[model.index(row, column).data() for column in range(model.columnCount())] for row in range(3)]


@pytest.fixture
def held(monkeypatch):
    """The making of tables, which waits until it is let go."""
    go, began, threads = threading.Event(), threading.Event(), []
    made = listings.listed

    def slow(wanted):
        threads.append(threading.current_thread())
        began.set()
        assert go.wait(PATIENCE / 1000)
        return made(wanted)

    monkeypatch.setattr(listings, "listed", slow)
    yield go, began, threads
    go.set()


# --- What is shown --------------------------------------------------------------------------------------------------


def test_arbitrage_shows_every_table_as_the_library_has_it(desk):
    found, split = find_arbitrage(desk.market.quotes), desk.state.split
    assert text_of(bring(desk, "arbitrage")) == text_of(arbitrage_by_kind_table(found, split))
    want = {
        "executable": all_arbitrage_table(found, split),
        "on mids": all_arbitrage_table(found, split, executable=False),
        "by time": arbitrage_by_time_table(found),
        "how long they last": arbitrage_episodes_table(found),
        "by kind": arbitrage_by_kind_table(found, split),
    }
    for words, table in want.items():
        assert text_of(choose(desk, "arbitrage", words)) == text_of(table), words
        rows = [[column.shown(row) for column in table.columns] for row in range(3)]
        assert shown_texts(pane_of(desk, "arbitrage")) == rows


def test_the_line_above_the_list_counts_what_the_windows_hold(desk):
    bring(desk, "arbitrage")
    table = choose(desk, "arbitrage", "executable")
    window = table.columns[1].values
    line = pane_of(desk, "arbitrage").line.text()
    for name in ("train", "test"):
        assert f"{name}: {np.count_nonzero(window == name):,} executable" in line


def test_filters_show_the_waterfall_of_history_train_and_test(desk):
    assert text_of(bring(desk, "filters")) == text_of(filters_table(desk.market.quotes, desk.state.split))
    assert f"{desk.market.quotes.size:,} quotes" in pane_of(desk, "filters").line.text()
    assert not pane_of(desk, "filters").chooser.isVisible()


def test_filters_follow_the_parameters_of_the_case(desk):
    before = text_of(bring(desk, "filters"))
    changed = desk.state.parameters.with_values({("filters", "largest_relative_spread"): 0.2})
    desk.change(parameters=changed)
    quotes = desk.market.quotes.viewed(desk.state.target, desk.state.axis, changed.filters)
    after = text_of(wait(desk, "filters"))
    assert after == text_of(filters_table(quotes, desk.state.split)) != before


@pytest.mark.parametrize(("key", "tab"), [("6", "arbitrage"), ("7", "filters"), ("8", "book")])
def test_alt_and_a_number_bring_a_tab_to_the_front(desk, key, tab):
    desk.page.timeline.setFocus()
    desk.key(Qt.Key[f"Key_{key}"], Qt.KeyboardModifier.AltModifier)
    assert desk.room.tabs.currentWidget() is pane_of(desk, tab)
    wait(desk, tab)


def test_the_commands_bring_the_room_along(desk):
    desk.change(room=Room.CALIBRATION)
    desk.shortcut("view.filters")
    assert desk.state.room is Room.OVERVIEW
    assert wait(desk, "filters").size > 0


# --- When it is made ------------------------------------------------------------------------------------------------


def test_nothing_is_made_before_somebody_looks(desk, held):
    _, began, threads = held
    desk.drag(Handle.TEST_END, -30.0, -60.0)
    desk.change(room=Room.CALIBRATION)
    desk.change(room=Room.OVERVIEW)
    assert not began.is_set()
    assert not threads
    assert all(pane.table.size == 0 for pane in desk.room.listings.values())


def test_the_window_goes_on_while_arbitrage_is_searched(desk, held):
    go, began, threads = held
    desk.window.listings.bring("arbitrage")
    desk.qtbot.waitUntil(began.is_set, timeout=PATIENCE)
    assert threads[0] is not threading.main_thread()
    assert pane_of(desk, "arbitrage").line.text() == "searching all quotes for arbitrage …"
    desk.drag(Handle.TEST_END, -30.0, -60.0)
    desk.assert_exact()
    assert pane_of(desk, "arbitrage").table.size == 0
    go.set()
    want = arbitrage_by_kind_table(find_arbitrage(desk.market.quotes), desk.state.split)
    assert text_of(wait(desk, "arbitrage")) == text_of(want)


def test_a_drag_leaves_the_table_alone_and_letting_go_makes_it_anew(desk, held):
    go, _, threads = held
    go.set()
    before = text_of(bring(desk, "arbitrage"))
    threads.clear()
    x, y = desk.press(Handle.TEST_END)
    for offset in (-20.0, -60.0, -120.0):
        desk.move_to(x + offset, y)
        assert text_of(pane_of(desk, "arbitrage").table) == before
    assert not threads
    desk.release(x - 120.0, y)
    after = text_of(wait(desk, "arbitrage"))
    assert after == text_of(arbitrage_by_kind_table(find_arbitrage(desk.market.quotes), desk.state.split)) != before
    assert len(threads) == 1


def test_what_is_finished_in_a_drag_is_shown_after_it(desk, held):
    go, began, _ = held
    desk.window.listings.bring("filters")
    desk.qtbot.waitUntil(began.is_set, timeout=PATIENCE)
    x, y = desk.press(Handle.TEST_END)
    desk.move_to(x - 40.0, y)
    go.set()
    desk.qtbot.waitUntil(lambda: desk.window.listings._asked is None, timeout=PATIENCE)
    assert pane_of(desk, "filters").table.size == 0
    desk.release(x - 40.0, y)
    assert text_of(wait(desk, "filters")) == text_of(filters_table(desk.market.quotes, desk.state.split))


def test_what_does_not_depend_on_the_change_is_not_made_again(desk, held):
    go, _, threads = held
    go.set()
    bring(desk, "arbitrage")
    bring(desk, "filters")
    threads.clear()
    desk.change(side=desk.state.side, cell=3, relative=False)
    desk.change(models=desk.state.models[:2])
    wait(desk, "filters")
    bring(desk, "arbitrage")
    desk.change(target=Target.MARK)
    wait(desk, "arbitrage")
    assert not threads
    bring(desk, "filters")
    assert len(threads) == 1


def test_the_search_is_kept_with_the_data(desk, monkeypatch):
    from outsample.diagnostics.arbitrage import finding

    bring(desk, "arbitrage")
    monkeypatch.setattr(finding, "market", None)  # what a second search would need
    desk.change(target=Target.MARK)
    desk.drag(Handle.TEST_END, -30.0, -60.0)
    assert choose(desk, "arbitrage", "executable").size > 0
    assert not desk.notice


def test_prices_have_no_such_tabs_and_say_so(desk, stores):
    bring(desk, "arbitrage")
    desk.open(stores["prices"])
    tabs = desk.room.tabs
    for tab in ("arbitrage", "filters", "book"):
        assert not tabs.isTabVisible(tabs.indexOf(pane_of(desk, tab)))
    assert tabs.currentWidget() not in desk.room.listings.values()
    desk.shortcut("view.arbitrage")
    assert "Arbitrage needs option quotes" in desk.notice
    assert tabs.currentWidget() not in desk.room.listings.values()
    desk.open(stores["quotes"])
    assert bring(desk, "arbitrage").size > 0


# --- What can be done with it ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("tab", "words"), [("arbitrage", "executable"), ("arbitrage", "on mids"), ("filters", "")])
def test_the_csv_of_a_tab_is_what_it_shows(desk, tab, words, tmp_path):
    table = bring(desk, tab)
    if words:
        table = choose(desk, tab, words)
    desk.window.pane_menu.save(tab, tmp_path / "shown.csv")
    assert (tmp_path / "shown.csv").read_bytes() == text_of(table)
    assert (tmp_path / "shown.csv.json").exists()
    desk.window.pane_menu.save(tab, tmp_path / "shown.png")
    assert (tmp_path / "shown.png").stat().st_size > 1000


def test_an_export_holds_what_the_tabs_show(desk, tmp_path):
    export_to(desk.window, tmp_path / "out")
    assert (tmp_path / "out" / "filters.csv").read_bytes() == text_of(bring(desk, "filters"))
    assert (tmp_path / "out" / "arbitrage_by_kind.csv").read_bytes() == text_of(bring(desk, "arbitrage"))
    assert (tmp_path / "out" / "arbitrage.csv").read_bytes() == text_of(choose(desk, "arbitrage", "executable"))


def tip_at(widget, at):
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, at, widget.mapToGlobal(at)))
    return QToolTip.text()


def test_headers_and_kinds_explain_themselves_under_the_mouse(desk):
    table, pane = bring(desk, "arbitrage"), pane_of(desk, "arbitrage")
    header, headers = pane.view.horizontalHeader(), [column.header for column in table.columns]
    place = QPoint(header.sectionViewportPosition(headers.index("executable")) + 5, 5)
    assert "<b>executable</b>" in tip_at(header.viewport(), place)
    row = table.columns[1].values.tolist().index("butterfly")
    pane.view.scrollTo(pane.view.model().index(row, 1))
    cell = pane.view.visualRect(pane.view.model().index(row, 1))
    assert "<b>butterfly</b>" in tip_at(pane.view.viewport(), cell.center())


def test_every_kind_and_every_telling_header_leads_to_the_glossary(desk):
    table = bring(desk, "arbitrage")
    assert [kind for kind in set(table.columns[1].values.tolist()) if not words_explained(kind)] == []
    wanted = ("size on mids [coin]", "size executable [coin]", "forwards apart [bps]", "kind", "filter", "applied")
    assert [header for header in wanted if not words_explained(header)] == []


def test_the_commands_are_in_the_registry(desk):
    names = {command.name for command in desk.window.commands}
    assert {"view.arbitrage", "view.filters", "view.book", "file.book", "file.close-book"} <= names


def test_at_1280_by_720_a_tab_shows_whole_rows_under_whole_headers(desk):
    desk.window.resize(1280, 720)
    QApplication.processEvents()
    for tab in ("arbitrage", "filters"):
        bring(desk, tab)
        view = pane_of(desk, tab).view
        assert view.viewport().height() >= 3 * view.verticalHeader().defaultSectionSize()
        header, font = view.horizontalHeader(), view.horizontalHeader().fontMetrics()
        for i, column in enumerate(view.table.columns):
            room = header.sectionSize(i)
            assert all(font.horizontalAdvance(word) < room for word in column.header.split()), column.header
