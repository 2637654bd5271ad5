"""The table of models paints what differs, and nothing else."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from outsample.verdict import Status
from outsample_desktop.resolve.views import ModelRow, ModelsView
from outsample_desktop.session import Theme
from outsample_desktop.theme import colours
from outsample_desktop.widgets.lettering import width_of
from outsample_desktop.widgets.models_table import ModelsTable

HEADERS = ("Model", "In sample", "Verdict")
ROWS = tuple(
    ModelRow(name, name.title(), hue, True, hue == 1, Status.PASS, ("1.0",))
    for hue, name in enumerate(("flat", "steep", "round"))
)


@pytest.fixture
def table(qtbot):
    made = ModelsTable()
    qtbot.addWidget(made)
    made.paint_in(colours(Theme.DARK))
    made.resize(640, 160)
    made.render_view(ModelsView(HEADERS, ROWS))
    with qtbot.waitExposed(made):
        made.show()
    QApplication.processEvents()
    return made


@pytest.fixture
def painted_after(table, region_of):
    """Return the function from rows to the region that showing them paints."""

    def after(rows):
        return region_of(table.viewport(), lambda: table.render_view(ModelsView(HEADERS, rows)))

    return after


def test_a_cell_that_differs_is_painted_alone(table, painted_after):
    region = painted_after((ROWS[0], replace(ROWS[1], cells=("2.0",)), ROWS[2]))
    assert region.boundingRect() == table.visualRect(table.model().index(1, 1))


@pytest.mark.parametrize(
    "change",
    [{"status": Status.FAIL}, {"is_on": False}, {"title": "Steeper"}, {"failure": "too little"}],
    ids=str,
)
def test_a_row_that_differs_otherwise_is_painted_whole_and_alone(table, painted_after, change):
    rows = (ROWS[0], replace(ROWS[1], **change), ROWS[2])
    box = painted_after(rows).boundingRect()
    assert (box.top(), box.height()) == (table.rowViewportPosition(1), table.rowHeight(1))
    assert box.width() == table.viewport().width()


def test_rows_that_stay_paint_nothing(painted_after):
    assert painted_after(tuple(replace(row) for row in ROWS)).isEmpty()


def test_another_number_of_rows_paints_them_all(table, painted_after):
    assert painted_after(ROWS[:2]).boundingRect() == table.viewport().rect()


def test_what_was_painted_row_by_row_is_what_is_painted_at_once(table, painted_after):
    """In a window's own picture, rows that were not painted again are as they were."""
    rows = (ROWS[0], replace(ROWS[1], cells=("−27.5",), is_active=False), replace(ROWS[2], status=Status.FAIL))
    painted_after(rows)
    painted_after((replace(ROWS[0], cells=("12,345,678.9",)), *rows[1:]))
    row_by_row = table.screen().grabWindow(table.winId()).toImage()
    table.viewport().update()
    QApplication.processEvents()
    assert not row_by_row.isNull()
    assert row_by_row == table.screen().grabWindow(table.winId()).toImage()


@pytest.mark.parametrize("key", [Qt.Key.Key_Down, Qt.Key.Key_Up])
def test_the_ring_of_the_keyboard_moves_whole_from_row_to_row(table, qtbot, key):
    table.activateWindow()
    table.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(table.hasFocus)
    table.setCurrentIndex(table.model().index(1, 1))
    QApplication.processEvents()
    before = table.screen().grabWindow(table.winId()).toImage()
    QTest.keyClick(table, key)
    QApplication.processEvents()
    row_by_row = table.screen().grabWindow(table.winId()).toImage()
    table.viewport().update()
    QApplication.processEvents()
    assert row_by_row != before
    assert row_by_row == table.screen().grabWindow(table.winId()).toImage()


OPTIONS = (
    *("Model [vol pts]", "In sample", "Out of sample", "Out / in", "Bias out", "vs benchmark"),
    *("95 % interval", "p nominal", "Regret", "n eff", "Refused", "Verdict"),
)


@pytest.mark.parametrize("width", [891, 960, 1180, 1820])
def test_every_header_can_be_read_beside_the_help_as_without_it(table, width):
    """At 1280 pixels the help leaves 891: an equal share would cut the words of half of the headers."""
    rows = tuple(replace(row, cells=("1.0",) * (len(OPTIONS) - 2)) for row in ROWS)
    table.resize(width, 160)
    table.render_view(ModelsView(OPTIONS, rows))
    QApplication.processEvents()
    metrics = QFontMetricsF(table.horizontalHeader().font())
    for column, header in enumerate(OPTIONS):
        room = QRect(0, 0, table.columnWidth(column) - 8, table.horizontalHeader().height())
        wrapped = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignRight)
        assert width_of("−16.1", 9.0) + 8 <= table.columnWidth(column)
        assert QRectF(room).contains(metrics.boundingRect(QRectF(room), wrapped, header)), header
    assert sum(table.columnWidth(column) for column in range(len(OPTIONS))) == table.viewport().width()
