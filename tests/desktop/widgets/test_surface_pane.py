"""The error surface paints the cells that look different, and all of it where more than cells changed."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QRect, QRectF
from PySide6.QtWidgets import QApplication

from outsample_desktop.resolve.views import SurfaceView
from outsample_desktop.session import Theme
from outsample_desktop.theme import colours
from outsample_desktop.widgets import surface_pane as module
from outsample_desktop.widgets.lettering import width_of
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


@pytest.mark.parametrize("width", [420, 480])
def test_a_number_that_has_no_room_in_its_cell_does_not_reach_into_the_next(pane, painted_after, width):
    """It would be cut there as soon as that cell is painted alone."""
    shape = (2, 9)
    wide = replace(
        VIEW,
        value=np.full(shape, 1234.56),
        count=np.full(shape, 1_234_567.0),
        sparse=np.zeros(shape, bool),
        columns=tuple("abcdefghi"),
    )
    pane.resize(width, 260)
    painted_after(wide)
    changed = wide.value.copy()
    changed[:, 1::3] = 7.0
    painted_after(replace(wide, value=changed))
    by_cell = on_screen(pane)
    pane.update()
    QApplication.processEvents()
    assert not by_cell.isNull()
    assert by_cell == on_screen(pane)


@pytest.mark.parametrize("width", [280, 330, 380, 440, 700])
def test_the_labels_below_the_columns_never_touch(pane, painted_after, width, monkeypatch):
    labels = tuple(f"−{edge:.2f} … −{edge - 0.5:.2f}" for edge in np.arange(9, 0, -1))
    nine = {name: np.ones((2, 9), getattr(VIEW, name).dtype) for name in ("value", "count", "sparse")}
    written = []

    def note(_, place, text, points, *rest, **named):
        written.append((place, text, points))

    painted_after(replace(VIEW, columns=labels, **nine))
    pane.resize(width, 260)
    monkeypatch.setattr(module, "write_in", note)
    pane.grab()
    middle = [
        (place[0] + 0.5 * place[2], width_of(text, points))
        for place, text, points in written
        if any(label.startswith(text) for label in labels)
    ]
    assert len(middle) >= 5
    for (left, wide), (right, other) in pairwise(sorted(set(middle))):
        assert left + 0.5 * wide < right - 0.5 * other
