"""One time in every pane of the room of decay: the cursor that is set, and what the mouse points out."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from outsample.typing import SECOND
from outsample.windows import Handle

from .rooms_of_findings import front

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


def cell_of(room, row, column):
    return room.triangle.canvas.grid().cell(row, column).center().toPoint()


def test_a_click_in_the_triangle_sets_the_cursor_to_its_date(decay):
    room = front(decay)
    diagonals = room._view.diagonals
    point = cell_of(room, 2, 3)
    decay.click(room.triangle.canvas, point.x(), point.y())
    assert decay.state.cursor == diagonals.time_of(2, 3)
    assert decay.undo.undoText() == "set the cursor"
    index = np.searchsorted(decay.data.times, diagonals.time_of(2, 3))
    assert decay.page.timeline._view.cursor == decay.data.times[index] / SECOND
    assert room.triangle.canvas._view.marked == diagonals.cells_at(int(decay.data.times[index]))
    assert room.fluctuation._view.cursor == decay.page.timeline._view.cursor


def test_a_click_where_no_cell_could_be_sets_nothing(decay):
    room = front(decay)
    view = room.triangle.canvas._view
    row, column = np.argwhere(~np.isfinite(view.value))[-1]
    point = cell_of(room, int(row), int(column))
    decay.click(room.triangle.canvas, point.x(), point.y())
    assert decay.state.cursor is None


def test_arrows_walk_through_the_triangle(decay):
    room = front(decay)
    room.triangle.canvas.setFocus()
    for key, cell in ((Qt.Key.Key_Right, (0, 1)), (Qt.Key.Key_Down, (1, 1)), (Qt.Key.Key_Left, (1, 0))):
        decay.key(key)
        assert decay.state.cursor == room._view.diagonals.time_of(*cell)


def test_a_click_in_the_fluctuation_sets_the_cursor(decay):
    room = front(decay)
    x = room.fluctuation._view.lines[0].x
    second = float(x[x.size // 2])
    plot = room.fluctuation.plot
    place = plot.mapFromScene(plot.plotItem.vb.mapViewToScene(QPointF(second, 0.0)))
    decay.click(plot.viewport(), place.x(), place.y())
    assert decay.state.cursor is not None
    assert abs(decay.state.cursor / SECOND - second) < 0.02 * (x[-1] - x[0])


def hover(widget, point):
    """Move the mouse over a widget without a button."""
    none, here = Qt.MouseButton.NoButton, QPointF(point)
    place = QPointF(widget.mapToGlobal(here))
    QApplication.sendEvent(
        widget, QMouseEvent(QEvent.Type.MouseMove, here, place, none, none, Qt.KeyboardModifier.NoModifier)
    )
    QApplication.processEvents()


def line_at(pointer, plot):
    """Return the second at which a light line stands; None where it is hidden."""
    if pointer.isHidden():
        return None
    return plot.plotItem.vb.mapSceneToView(plot.mapToScene(pointer.x(), 0)).x()


def test_the_mouse_over_one_pane_points_out_its_time_in_the_others(decay, counter_of):
    room, timeline = front(decay), decay.page.timeline
    x = room.fluctuation._view.lines[0].x
    span = float(timeline._view.times[-1] - timeline._view.times[0]) / SECOND
    second = float(x[x.size // 2])
    counter = counter_of({"staleness": room.staleness.plot.viewport(), "gap": room.gap.canvas})
    over_time = QPoint(round(decay.plot.pixel(int(second * SECOND))), 40)
    hover(decay.plot.viewport(), over_time)
    for pointer, plot in ((timeline.pointers[0], timeline.price), (timeline.pointers[1], timeline.loss)):
        assert line_at(pointer, plot) == pytest.approx(second, abs=0.005 * span)
    assert line_at(room.fluctuation.pointer, room.fluctuation.plot) == pytest.approx(second, abs=0.01 * span)
    hinted = room.triangle.canvas._hinted
    assert hinted
    assert len({row for row, _ in hinted}) == len(hinted)
    point = cell_of(room, 1, 2)
    hover(room.triangle.canvas, point)
    date = room._view.diagonals.time_of(1, 2) / SECOND
    assert line_at(timeline.pointers[0], timeline.price) == pytest.approx(date, abs=0.005 * span)
    assert (1, 2) in room.triangle.canvas._hinted
    QApplication.sendEvent(room.triangle.canvas, QEvent(QEvent.Type.Leave))
    assert all(pointer.isHidden() for pointer in (*timeline.pointers, room.fluctuation.pointer))
    assert room.triangle.canvas._hinted == ()
    counter.stop()
    assert counter.count == {}
    assert decay.undo.count() == 1  # the room: to look is no step


def test_nothing_is_pointed_out_while_a_boundary_is_held(decay):
    x, y = decay.press(Handle.TRAIN_END)
    decay.move_to(x - 30, y)
    assert all(pointer.isHidden() for pointer in decay.page.timeline.pointers)
    decay.release(x - 30, y)


def test_the_overview_is_left_alone_by_the_hover(desk):
    hover(desk.plot.viewport(), QPoint(300, 40))
    assert all(pointer.isHidden() for pointer in desk.page.timeline.pointers)
