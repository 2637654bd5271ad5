"""A tab that lists gives every column its room, says what its table is, and offers a choice only where there is one."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from outsample.report.table import Table, column, times
from outsample_desktop.session import Theme
from outsample_desktop.theme import apply_theme, colours
from outsample_desktop.widgets.listing_pane import ListingPane

WORDS = "a sentence of some length that may well be cut down"


def table_of(figures, words=1, rows=50):
    numbers = [column(f"figure {i} of many [vol pts]", np.arange(rows) * 1.5, 2) for i in range(figures)]
    return Table("t", (*(column(f"words {i}", [WORDS] * rows) for i in range(words)), *numbers))


@pytest.fixture
def pane(qtbot):
    pane = ListingPane("List", {"one": "the first", "two": "the second"})
    qtbot.addWidget(pane)
    pane.resize(1200, 170)
    with qtbot.waitExposed(pane):
        pane.show()
    return pane


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize(("figures", "words"), [(1, 1), (4, 1), (8, 2), (10, 1)])
def test_columns_that_can_fit_do_and_figures_are_never_cut(pane, theme, figures, words):
    apply_theme(QApplication.instance(), theme)
    pane.paint_in(colours(theme))
    pane.show_table(table_of(figures, words), "fifty rows")
    QApplication.processEvents()
    header, view = pane.view.horizontalHeader(), pane.view
    assert not view.horizontalScrollBar().isVisible()
    assert header.length() > 0.97 * view.viewport().width()
    for i in range(words, words + figures):
        assert view.fontMetrics().horizontalAdvance(view.table.columns[i].shown(49)) < header.sectionSize(i)


def test_columns_beyond_the_pane_keep_their_width_and_scroll(pane):
    pane.show_table(table_of(40), "fifty rows")
    QApplication.processEvents()
    assert pane.view.horizontalScrollBar().isVisible()
    assert min(pane.view.horizontalHeader().sectionSize(i) for i in range(41)) > 40


@pytest.mark.parametrize(
    "table",
    [
        Table("none", ()),
        Table("no rows", (column("x [coin]", []), column("name", []))),
        Table("one row", (column("x", [np.nan]), times("time", [0]), column("yes", [True]))),
    ],
)
def test_any_table_can_be_shown(pane, table):
    pane.show_table(table, "whatever")
    pane.resize(300, 120)
    QApplication.processEvents()
    assert pane.table is table
    assert pane.view.model().rowCount() == table.size


def test_waiting_empties_the_table_only_for_something_new(pane):
    pane.show_table(table_of(1), "fifty rows")
    pane.show_wait("counting …", is_new=False)
    assert (pane.line.text(), pane.table.size) == ("counting …", 50)
    pane.show_wait("searching …", is_new=True)
    assert (pane.line.text(), pane.table.size) == ("searching …", 0)


def test_the_keyboard_chooses_and_tells(pane, qtbot):
    assert pane.choice == "one"
    with qtbot.waitSignal(pane.chosen) as told:
        QTest.keyClick(pane.chooser, Qt.Key.Key_Down)
    assert told.args == ["two"]
    assert pane.choice == "two"


def test_a_single_table_is_not_offered(qtbot):
    pane = ListingPane("List", {"one": "the first"})
    qtbot.addWidget(pane)
    assert pane.chooser.isHidden()


def test_a_point_gives_the_word_that_stands_there(pane):
    pane.show_table(table_of(2), "fifty rows")
    QApplication.processEvents()
    left, right = (QPoint(pane.view.horizontalHeader().sectionViewportPosition(i) + 5, 5) for i in (0, 1))
    assert pane.header_at(left) == "words 0"
    assert pane.header_at(right) == "figure 0 of many [vol pts]"
    assert pane.word_at(left) == WORDS
    assert pane.word_at(right) == ""
    assert pane.word_at(QPoint(5, 10_000)) == ""
