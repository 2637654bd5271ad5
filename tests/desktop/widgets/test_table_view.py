"""A table says what to do to see one, and reads out what a column is too narrow for."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from outsample.report.table import Table, column
from outsample_desktop.widgets.table_view import TableView

NAMES = np.array(["negative density within 2.5 deviations, 1 d to 1 y", "correlation"])
FILLED = Table("parameters", (column("parameter", NAMES), column("value", np.array([1.5, 2.0]), 2)))
EMPTY = Table("parameters", ())


@pytest.fixture
def picture(qtbot):
    """Return the function from a note and a table to what is painted."""

    def paint(note, table):
        view = TableView("Parameters", note)
        qtbot.addWidget(view)
        view.resize(400, 120)
        view.show_table(table)
        QApplication.processEvents()
        return view.grab().toImage()

    return paint


def test_a_table_without_columns_says_what_to_do(picture):
    assert picture("click on a cell", EMPTY) != picture("", EMPTY)


def test_a_table_with_columns_is_left_alone(picture):
    assert picture("click on a cell", FILLED) == picture("", FILLED)


def test_words_can_be_read_whole_under_the_mouse_and_figures_need_no_help(qtbot):
    view = TableView("Parameters")
    qtbot.addWidget(view)
    view.show_table(FILLED)
    model, tip = view.model(), Qt.ItemDataRole.ToolTipRole
    assert model.index(0, 0).data(tip) == NAMES[0]
    assert model.index(0, 1).data(tip) is None


def test_short_words_leave_their_room_to_long_ones(qtbot):
    view = TableView("Data quality")
    qtbot.addWidget(view)
    view.resize(900, 120)
    view.show_table(Table("quality", (column("about", np.array(["import"])), column("finding", np.array(["x" * 200])))))
    view.show()
    QApplication.processEvents()
    assert view.fontMetrics().horizontalAdvance("import") < view.columnWidth(0) < 160
    assert view.columnWidth(0) + view.columnWidth(1) == view.viewport().width()


def test_a_table_of_other_columns_is_laid_out_anew(qtbot):
    view = TableView("Quotes")
    qtbot.addWidget(view)
    view.resize(900, 120)
    view.show_table(Table("one", (column("about", np.array(["import"])), column("finding", np.array(["x" * 200])))))
    view.show_table(Table("other", (column("finding", np.array(["x" * 200])), column("about", np.array(["import"])))))
    view.show()
    QApplication.processEvents()
    assert view.columnWidth(1) < 160
    assert view.columnWidth(0) + view.columnWidth(1) == view.viewport().width()


def test_another_table_of_the_same_columns_leaves_them_where_they_stand(qtbot):
    view = TableView("Parameters")
    qtbot.addWidget(view)
    view.resize(600, 120)
    view.show()
    view.show_table(Table("parameters", (column("model", np.array(["svi"])), column("value", np.array([1.0]), 2))))
    QApplication.processEvents()
    before = [view.columnWidth(0), view.columnWidth(1)]
    view.show_table(Table("parameters", (column("model", np.array(["absolute"])), column("value", np.array([9.0]), 2))))
    QApplication.processEvents()
    assert [view.columnWidth(0), view.columnWidth(1)] == before


def test_what_is_so_says_yes_and_what_is_not_leaves_its_place_blank(qtbot):
    view = TableView("Parameters")
    qtbot.addWidget(view)
    view.show_table(Table("parameters", (column("at a bound", np.array([True, False])),)))
    model = view.model()
    assert [model.index(row, 0).data() for row in range(2)] == ["yes", ""]
    assert [model.index(row, 0).data(Qt.ItemDataRole.ToolTipRole) for row in range(2)] == ["yes", ""]
