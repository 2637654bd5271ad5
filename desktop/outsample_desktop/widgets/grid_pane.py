"""A grid of values under a title: colour says how large, a number where there is room, a hatch what is not known."""

from math import isfinite
from typing import Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QRegion
from PySide6.QtWidgets import QVBoxLayout, QWidget

from outsample_desktop.resolve.charts import GridView
from outsample_desktop.resolve.numbers import number
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.canvas import Canvas
from outsample_desktop.widgets.cell_grid import CellGrid, hatch
from outsample_desktop.widgets.colour_scale import ColourScale
from outsample_desktop.widgets.lettering import elided, width_of, write, write_in
from outsample_desktop.widgets.pane_title import PaneTitle
from outsample_desktop.widgets.plot import pen

__all__ = ["GridPane"]

_POINTS: Final = 7.5
_PAD: Final = 6.0
_BOTTOM: Final = 30.0  # pixels below the cells: labels of the columns, and what they are
_SCALE: Final = 46.0  # pixels right of the cells, for the scale
_LEFT: Final = 0.36  # of the width, the most that names of rows may take
_LINE: Final = 13.0
_STEPS: Final = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}


class GridPane(QWidget):
    """A grid under a title.

    Parameters
    ----------
    name : str
        Accessible name.

    Signals
    -------
    chosen(int, int)
        Row and column of the cell that was clicked, or moved to by an arrow key.
    """

    chosen = Signal(int, int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.title, self.canvas = PaneTitle(name), GridCanvas(name, (200, 60))
        self.canvas.chosen.connect(self.chosen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.title)
        layout.addWidget(self.canvas, 1)

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self.title.paint_in(role)
        self.canvas.paint_in(role)

    def render_view(self, view: GridView) -> None:
        """Show a view."""
        self.title.show_text(view.title, view.detail)
        self.setAccessibleDescription(view.note or f"{view.title}: {view.row_title} by {view.column_title}")
        self.canvas.render_view(view)


class GridCanvas(Canvas[GridView]):
    """The cells themselves; signal as of `GridPane`."""

    chosen = Signal(int, int)

    def __init__(self, name: str, least: tuple[int, int], parent: QWidget | None = None) -> None:
        super().__init__(name, least, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

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
        for row, column, place in grid.fill(painter, view.value, scale, role, where):
            if view.is_weak[row, column]:
                painter.fillRect(*place, weak)
            text = number(float(view.value[row, column]), view.decimals) if has_text else ""
            if text and width_of(text, _POINTS) <= place[2] - 2.0:
                write_in(painter, place, text, _POINTS)
        if view.chosen is not None and view.chosen[0] < grid.rows and view.chosen[1] < grid.columns:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(pen(role.accent, 2.0))
            painter.drawRect(grid.cell(*view.chosen).adjusted(1, 1, -1, -1))
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
        write(painter, left - 10.0, grid.area.bottom() + 1.0, view.unit, _POINTS)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a cell."""
        grid = self.grid()
        cell = None if grid is None else grid.at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and cell is not None:
            self.chosen.emit(*cell)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what lies under the mouse."""
        grid, view = self.grid(), self._view
        cell = None if grid is None else grid.at(event.position())
        if cell is None or view is None:
            self.setToolTip("")
            return
        value = float(view.value[cell])
        said = f"{number(value, max(view.decimals, 3))} {view.unit}" if isfinite(value) else "not known"
        weak = ", too little to be read" if isfinite(value) and view.is_weak[cell] else ""
        place = f"{view.row_title} {view.rows[cell[0]]}, {view.column_title} {view.columns[cell[1]]}"
        self.setToolTip(f"{place}\n{said}{weak}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the next cell by arrows."""
        view, key = self._view, Qt.Key(event.key())
        if view is None or not view.rows or not view.columns or key not in _STEPS:
            super().keyPressEvent(event)
            return
        row, column = view.chosen or (0, 0)
        row = min(max(row + _STEPS[key][0], 0), len(view.rows) - 1)
        self.chosen.emit(row, min(max(column + _STEPS[key][1], 0), len(view.columns) - 1))


def _every(room: float, needed: float) -> int:
    """Return how many cells share one label."""
    return max(1, -(-int(needed) // max(int(room), 1)))
