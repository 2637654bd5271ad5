"""Cells side by side: which one lies where, and what is painted in it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QRegion

from outsample_desktop.session import Theme
from outsample_desktop.theme import colours
from outsample_desktop.widgets.cell_grid import CellGrid
from outsample_desktop.widgets.colour_scale import ColourScale

ROLE = colours(Theme.DARK)
EVERYWHERE = QRegion(0, 0, 2000, 2000)
sizes = st.floats(1.0, 2000.0)
counts = st.integers(1, 30)


@given(sizes, sizes, counts, counts)
def test_the_middle_of_every_cell_lies_in_that_cell(width, height, rows, columns):
    grid = CellGrid(QRectF(13.0, 7.0, width, height), rows, columns)
    for row in range(rows):
        for column in range(columns):
            assert grid.at(grid.cell(row, column).center()) == (row, column)


@pytest.mark.parametrize(("x", "y", "found"), [(9.9, 30, None), (10, 20, (0, 0)), (50, 60, (1, 3)), (50.1, 60, None)])
def test_edges_belong_to_the_area_and_nothing_beyond(x, y, found):
    assert CellGrid(QRectF(10, 20, 40, 40), 2, 4).at(QPointF(x, y)) == found


def test_rows_run_from_top_to_bottom():
    grid = CellGrid(QRectF(0, 0, 40, 40), 4, 4)
    assert grid.cell(0, 1) == QRectF(10, 0, 10, 10)
    assert grid.cell(3, 0) == QRectF(0, 30, 10, 10)


@pytest.fixture
def canvas(qapp):
    image = QImage(101, 67, QImage.Format.Format_RGB32)
    image.fill(QColor("#010203"))
    painter = QPainter(image)
    yield image, painter
    painter.end()


def test_cells_with_a_value_are_filled_and_yielded_the_others_are_hatched(canvas):
    image, painter = canvas
    values = np.array([[1.0, np.nan, -1.0], [0.0, 0.5, np.nan]])
    grid, scale = CellGrid(QRectF(0.4, 0.4, 100.0, 66.0), 2, 3), ColourScale(ROLE, True, 1.0)
    places = {}
    for row, column, place in grid.fill(painter, values, scale, ROLE, EVERYWHERE):
        fill, ink = scale.colours(values[row, column])
        assert painter.pen().color() == ink
        places[row, column] = place
        assert image.pixelColor(place[0] + 2, place[1] + 2) == fill
    assert set(places) == {(0, 0), (0, 2), (1, 0), (1, 1)}
    missing = grid.cell(0, 1).toRect().adjusted(2, 2, -2, -2)
    area = [(x, y) for x in range(missing.left(), missing.right()) for y in range(missing.top(), missing.bottom())]
    assert {image.pixelColor(*one).name() for one in area} == {ROLE.raised, ROLE.purge}


@pytest.mark.parametrize("width", [90.0, 97.3, 100.9])
def test_between_cells_one_pixel_is_left_free(canvas, width):
    _, painter = canvas
    grid = CellGrid(QRectF(0.3, 0.0, width, 60.0), 1, 7)
    found = [
        place for _, _, place in grid.fill(painter, np.zeros((1, 7)), ColourScale(ROLE, True, 1.0), ROLE, EVERYWHERE)
    ]
    for one, other in zip(found, found[1:], strict=False):
        assert one[0] + one[2] + 1 == other[0]


def test_only_cells_of_the_region_are_filled_and_yielded(canvas):
    image, painter = canvas
    grid, scale = CellGrid(QRectF(0, 0, 90, 60), 2, 3), ColourScale(ROLE, True, 1.0)
    where = QRegion(31, 1, 5, 5)
    assert [cell[:2] for cell in grid.fill(painter, np.zeros((2, 3)), scale, ROLE, where)] == [(0, 1)]
    assert image.pixelColor(5, 5) == image.pixelColor(5, 45) == QColor("#010203")
