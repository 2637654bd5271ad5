"""Below the table stands what its current row says, whoever moved there."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from outsample.report.table import Table, column
from outsample_desktop.resolve.charts import Tabled
from outsample_desktop.session import Theme
from outsample_desktop.theme import apply_theme, colours
from outsample_desktop.widgets.told_listing import ToldListing


def table_of(rows):
    return Table("t", (column("test", [f"test {i}" for i in range(rows)]), column("p", [0.1] * rows, 2)))


def texts(rows, what="says"):
    return tuple(f"{what} {i}" for i in range(rows))


@pytest.fixture
def pane(qtbot):
    pane = ToldListing("Tests", lines=3)
    qtbot.addWidget(pane)
    pane.resize(500, 240)
    with qtbot.waitExposed(pane):
        pane.show()
    pane.render_view(Tabled(table_of(5), "five tests", texts(5)))
    return pane


def test_the_first_row_is_told_at_first(pane):
    assert pane.told.text() == "says 0"
    assert pane.told.accessibleDescription() == pane.told.toolTip() == "says 0"
    assert pane.line.text() == "five tests"


def test_mouse_and_keyboard_choose_what_is_told(pane):
    place = pane.view.visualRect(pane.view.model().index(3, 1)).center()
    QTest.mouseClick(pane.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert pane.told.text() == "says 3"
    QTest.keyClick(pane.view, Qt.Key.Key_Up)
    assert pane.told.text() == "says 2"
    QTest.keyClick(pane.view, Qt.Key.Key_Down)
    QTest.keyClick(pane.view, Qt.Key.Key_Down)
    assert pane.told.text() == "says 4"


def test_the_same_row_stays_current_in_a_new_table_as_long_as_there_is_one(pane):
    pane.view.selectRow(3)
    pane.render_view(Tabled(table_of(6), "six", texts(6, "tells")))
    assert pane.told.text() == "tells 3"
    pane.render_view(Tabled(table_of(2), "two", texts(2, "tells")))
    assert pane.told.text() == "tells 0"


def test_an_empty_table_tells_nothing(pane):
    pane.render_view(Tabled(Table("t", ()), "being worked out …", ()))
    assert pane.told.text() == ""
    assert pane.line.text() == "being worked out …"


@pytest.mark.parametrize("theme", Theme)
def test_the_text_is_written_in_the_colours_of_the_theme(pane, theme):
    apply_theme(QApplication.instance(), theme)
    role = colours(theme)
    pane.paint_in(role)
    image = pane.told.grab().toImage()
    assert image.pixelColor(1, image.height() - 2).name() == QColor(role.raised).name()
    seen = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert len(seen) > 4
