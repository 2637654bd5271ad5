"""A grid of values under a title: colour says how large, a number where there is room, a hatch what is not known."""

from math import isfinite
from typing import Final

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen, QRegion
from PySide6.QtWidgets import QWidget

from outsample.number_text import number
from outsample_desktop.resolve.charts import GridView
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.canvas import Canvas
from outsample_desktop.widgets.canvas_pane import CanvasPane
from outsample_desktop.widgets.cell_grid import CellGrid, hatch
from outsample_desktop.widgets.colour_scale import ColourScale
from outsample_desktop.widgets.lettering import elided, width_of, write, write_in
from outsample_desktop.widgets.plot import pen

__all__ = ["GridPane"]

_POINTS: Final = 7.5
_PAD: Final = 6.0
_BOTTOM: Final = 30.0  # pixels below the cells: labels of the columns, and what they are
_SCALE: Final = 46.0  # pixels right of the cells, for the scale
_LEFT: Final = 0.36  # of the width, the most that names of rows may take
_LINE: Final = 13.0
_STEPS: Final = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}


class GridPane(CanvasPane["GridCanvas"]):
    """A grid under a title.

    Parameters
    ----------
    name : str
        Accessible name.

    Signals
    -------
    chosen(int, int)
        Row and column of the cell that was clicked, or moved to by an arrow key.
    hovered(int, int)
        Of the cell under the mouse; -1 where there is none.
    """

    chosen = Signal(int, int)
    hovered = Signal(int, int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, GridCanvas(name, (200, 60)), parent)
        self.canvas.chosen.connect(self.chosen)
        self.canvas.hovered.connect(self.hovered)

    def render_view(self, view: GridView) -> None:
        """Show a view."""
        self.title.show_text(view.title, view.detail)
        self.setAccessibleDescription(view.note or f"{view.title}: {view.row_title} by {view.column_title}")
        self.canvas.render_view(view)


class GridCanvas(Canvas[GridView]):
    """The cells themselves; signals as of `GridPane`."""

    chosen = Signal(int, int)
    hovered = Signal(int, int)

    def __init__(self, name: str, least: tuple[int, int], parent: QWidget | None = None) -> None:
        super().__init__(name, least, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._last: tuple[int, int] = (0, 0)  # where the keyboard goes on from
        self._hinted: tuple[tuple[int, int], ...] = ()

    def hint_at(self, cells: tuple[tuple[int, int], ...]) -> None:
        """Frame what lies at the time that the mouse is on elsewhere; the same again costs nothing."""
        if cells != self._hinted:
            self._hinted = cells
            self.update()

    def grid(self) -> CellGrid | None:
        """Return where the cells are; None where there are none."""
        view = self._view
        if view is None or not view.rows or not view.columns:
            return None
        names = max(width_of(name, _POINTS) for name in view.rows)
        left = min(names + 2.0 * _PAD, _LEFT * self.width())
        area = QRectF(left, 2.0, max(self.width() - left - _SCALE, 1.0), max(self.height() - 2.0 - _BOTTOM, 1.0))
        return CellGrid(area, len(view.rows), len(view.columns))

    def _paint(self, painter: QPainter, role: Colours, where: QRegion) -> None:
        view, grid = self._view, self.grid()
        if view is None or grid is None:
            self._write_note(painter, role, "" if view is None else view.note)
            return
        scale, weak, first = ColourScale(role, view.is_signed, view.reach), hatch(role), grid.cell(0, 0)
        has_text = first.height() >= _LINE
        for row, column, place in grid.fill(painter, view.value, scale, role, where, view.is_blank):
            if view.is_weak[row, column]:
                painter.fillRect(*place, weak)
            text = number(float(view.value[row, column]), view.decimals) if has_text else ""
            if text and width_of(text, _POINTS) <= place[2] - 2.0:
                write_in(painter, place, text, _POINTS)
        chosen = () if view.chosen is None else (view.chosen,)
        hinted = (*self._hinted, self._last) if self._has_ring else self._hinted
        for cells, drawn in (
            (view.marked, pen(role.accent)),
            (hinted, pen(role.text)),
            (chosen, pen(role.accent, 2.0)),
        ):
            _frame(painter, grid, cells, drawn)
        self._paint_names(painter, view, grid, role)
        self._paint_scale(painter, view, grid, role)

    def _paint_names(self, painter: QPainter, view: GridView, grid: CellGrid, role: Colours) -> None:
        painter.setPen(pen(role.muted))
        first, left = grid.cell(0, 0), grid.area.left()
        for row in range(0, grid.rows, _every(first.height(), _LINE)):
            text = elided(view.rows[row], _POINTS, left - 2.0 * _PAD)
            write_in(painter, (_PAD, grid.cell(row, 0).top(), left - 2.0 * _PAD, first.height()), text, _POINTS, 1.0)
        widest = max(width_of(name, _POINTS) for name in view.columns)
        step = _every(first.width(), min(widest, 90.0) + 4.0)
        for column in range(0, grid.columns, step):
            room = first.width() * step
            text = elided(view.columns[column], _POINTS, room)
            middle = grid.cell(0, column).center().x()
            write_in(painter, (middle - 0.5 * room, grid.area.bottom() + 1.0, room, _LINE), text, _POINTS)
        across = (left, self.height() - 15.0, grid.area.width(), _LINE)
        write_in(painter, across, view.column_title, _POINTS)

    def _paint_scale(self, painter: QPainter, view: GridView, grid: CellGrid, role: Colours) -> None:
        left, top, height = grid.area.right() + 6.0, grid.area.top(), grid.area.height()
        scale = ColourScale(role, view.is_signed, view.reach)
        painter.fillRect(QRectF(left, top, 9.0, height), scale.gradient(top, height))
        painter.setPen(pen(role.muted))
        low = -view.reach if view.is_signed else 0.0
        for value, share in ((view.reach, 0.0), (0.5 * (view.reach + low), 0.5), (low, 1.0)):
            text = f"{value:.3g}".replace("-", "−")
            write(painter, left + 11.0, top + share * (height - _LINE), text, _POINTS)
        write(painter, left + 2.0, grid.area.bottom() + 1.0, view.unit, _POINTS)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a cell."""
        grid = self.grid()
        cell = None if grid is None else grid.at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and cell is not None:
            self._choose(*cell)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what lies under the mouse."""
        grid, view = self.grid(), self._view
        cell = None if grid is None else grid.at(event.position())
        self.hovered.emit(*(cell or (-1, -1)))
        if cell is None or view is None:
            self.setToolTip("")
            return
        value = float(view.value[cell])
        said = f"{number(value, max(view.decimals, 3))} {view.unit}" if isfinite(value) else "not known"
        weak = ", too little to be read" if isfinite(value) and view.is_weak[cell] else ""
        place = f"{view.row_title} {view.rows[cell[0]]}, {view.column_title} {view.columns[cell[1]]}"
        self.setToolTip(f"{place}\n{said}{weak}")

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the hover."""
        super().leaveEvent(event)
        self.hovered.emit(-1, -1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the next cell by arrows."""
        view, key = self._view, Qt.Key(event.key())
        if view is None or not view.rows or not view.columns or key not in _STEPS:
            super().keyPressEvent(event)
            return
        row, column = view.chosen or self._last
        row = min(max(row + _STEPS[key][0], 0), len(view.rows) - 1)
        self._choose(row, min(max(column + _STEPS[key][1], 0), len(view.columns) - 1))

    def _choose(self, row: int, column: int) -> None:
        """Choose a cell, unless it is one that never could have a value."""
        view = self._view
        if view is None or (view.is_blank and not isfinite(view.value[row, column])):
            return
        self._last = (row, column)
        self.chosen.emit(row, column)
        self.update()


def _frame(painter: QPainter, grid: CellGrid, cells: tuple[tuple[int, int], ...], drawn: QPen) -> None:
    """Draw a frame inside each of some cells; those of a grid before, which are not there any more, are left out."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(drawn)
    inset = 0.5 * (1.0 + drawn.widthF()) - 0.5
    for row, column in cells:
        if row < grid.rows and column < grid.columns:
            painter.drawRect(grid.cell(row, column).adjusted(inset, inset, -inset - 1.0, -inset - 1.0))


def _every(room: float, needed: float) -> int:
    """Return how many cells share one label."""
    return max(1, -(-int(needed) // max(int(room), 1)))
