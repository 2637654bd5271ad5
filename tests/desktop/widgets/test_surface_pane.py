"""The error surface paints the cells that look different, and all of it where more than cells changed."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRect, QRectF
from PySide6.QtWidgets import QApplication

from outsample_desktop.resolve.views import SurfaceView
from outsample_desktop.session import Theme
from outsample_desktop.theme import colours
from outsample_desktop.widgets.surface_pane import SurfacePane

VALUE = np.array([[1.0, 2.0, 3.0], [4.0, np.nan, 6.0]])
VIEW = SurfaceView(
    VALUE,
    np.full((2, 3), 100.0),
    np.zeros((2, 3), bool),
    ("short", "long"),
    ("low", "at", "high"),
    "Flat vol",
    "RMSE",
    "vol pts",
    "tenor",
    "moneyness",
    False,
    8.0,
    None,
)


@pytest.fixture
def pane(qtbot):
    made = SurfacePane()
    qtbot.addWidget(made)
    made.paint_in(colours(Theme.DARK))
    made.resize(420, 260)
    made.render_view(VIEW)
    with qtbot.waitExposed(made):
        made.show()
    QApplication.processEvents()
    return made


@pytest.fixture
def painted_after(pane, region_of):
    """Return the function from a view to the region that showing it paints."""

    def after(view):
        return region_of(pane, lambda: pane.render_view(view))

    return after


def with_value(row, column, value):
    changed = VALUE.copy()
    changed[row, column] = value
    return replace(VIEW, value=changed)


def on_screen(pane):
    return pane.screen().grabWindow(pane.winId()).toImage()


@pytest.mark.parametrize("cell", [(0, 0), (1, 2), (1, 1)])
def test_a_cell_that_looks_different_is_painted_alone(pane, painted_after, cell):
    box = painted_after(with_value(*cell, 5.0)).boundingRect()
    assert QRectF(pane.cell_rectangle(*cell)).adjusted(-1, -1, 1, 1).contains(QRectF(box))
    assert box.width() > 50


def test_a_cell_that_looks_the_same_is_not_painted(painted_after):
    assert painted_after(with_value(0, 0, 1.0 + 1e-9)).isEmpty()


def test_counts_and_hatches_are_part_of_the_look(pane, painted_after):
    counts, sparse = VIEW.count.copy(), VIEW.sparse.copy()
    counts[0, 1] = 7.0
    sparse[1, 2] = True
    region = painted_after(replace(VIEW, count=counts, sparse=sparse))
    for cell in ((0, 1), (1, 2)):
        assert region.contains(pane.cell_rectangle(*cell).center().toPoint())
    assert not region.contains(pane.cell_rectangle(0, 0).center().toPoint())


@pytest.mark.parametrize("change", [{"reach": 9.0}, {"unit": "USD"}, {"cell": 4}, {"rows": ("short", "longer")}])
def test_all_is_painted_where_more_than_cells_changed(pane, painted_after, change):
    assert painted_after(replace(VIEW, **change)).boundingRect() == QRect(0, 0, pane.width(), pane.height())


def test_what_was_painted_cell_by_cell_is_what_is_painted_at_once(pane, painted_after):
    for view in (
        replace(VIEW, cell=4),
        replace(with_value(1, 0, 7.5), cell=4),
        replace(with_value(0, 1, np.nan), cell=4),
    ):
        painted_after(view)
    by_cell = on_screen(pane)
    pane.update()
    QApplication.processEvents()
    assert not by_cell.isNull()
    assert by_cell == on_screen(pane)
    painted_after(replace(VIEW, cell=4))
    assert by_cell != on_screen(pane)
