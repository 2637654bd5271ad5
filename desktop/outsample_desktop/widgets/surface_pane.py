"""The error surface: one painted cell per moneyness and tenor, with its number, its sparsity and the brush."""

from typing import Any, Final

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QRegion
from PySide6.QtWidgets import QWidget

from outsample_desktop.resolve.numbers import vol_text
from outsample_desktop.resolve.views import SurfaceView
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.canvas import Canvas
from outsample_desktop.widgets.cell_grid import CellGrid, hatch
from outsample_desktop.widgets.colour_scale import ColourScale, step_of
from outsample_desktop.widgets.lettering import width_of, write, write_in
from outsample_desktop.widgets.plot import pen

__all__ = ["SurfacePane"]

_LEFT: Final = 58.0
_BOTTOM: Final = 30.0
_TOP: Final = 4.0
_SCALE: Final = 46.0
_LINE: Final = 14.0
_CELL, _LABEL = 8.0, 7.5  # points
_OVERHANG: Final = 2.0  # pixels by which glyphs may reach out of the width of their text

Cell = tuple[int, str, str, bool] | None  # step of the colour, value, count, whether it is sparse; None without a value


class SurfacePane(Canvas[SurfaceView]):
    """Cells of the error surface.

    Signals
    -------
    brushed(object)
        A cell was chosen (int), or the chosen one let go (None).
    """

    brushed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Error surface", (280, 120), parent)
        self._cells: list[Cell] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def render_view(self, view: SurfaceView) -> None:
        """Show a view; where only values differ, only cells that look different are painted."""
        old, before = self._view, self._cells
        self._cells = _cells(view)
        if old is None or _frame(old) != _frame(view):
            self.setAccessibleDescription(f"{view.title}, {view.unit}" if view.rows else view.note)
            super().render_view(view)
            return
        self._view = view
        places = self._grid(view).places() if view.rows else ()
        for (_, _, place), was, now in zip(places, before, self._cells, strict=True):
            if was != now:
                self.update(*place)

    def cell_rectangle(self, row: int, column: int) -> QRectF:
        """Return the pixels of a cell; rows run from short tenors at the bottom to long ones at the top."""
        view = self._view
        if view is None or not view.rows:
            return QRectF()
        return self._grid(view).cell(len(view.rows) - 1 - row, column)

    def cell_at(self, position: QPointF) -> int | None:
        """Return the cell under a position, or None."""
        view = self._view
        if view is None or not view.rows:
            return None
        found = self._grid(view).at(position)
        return None if found is None else (len(view.rows) - 1 - found[0]) * len(view.columns) + found[1]

    def _grid(self, view: SurfaceView) -> CellGrid:
        area = QRectF(_LEFT, _TOP, self.width() - _LEFT - _SCALE, self.height() - _TOP - _BOTTOM)
        return CellGrid(area, len(view.rows), len(view.columns))

    def _paint(self, painter: QPainter, role: Colours, where: QRegion) -> None:
        view = self._view
        if view is None or not view.rows:
            self._write_note(painter, role, "" if view is None else view.note)
            return
        self._paint_cells(painter, view, role, where)
        if not self._grid(view).area.contains(QRectF(where.boundingRect())):
            self._paint_labels(painter, view, role)
            self._paint_scale(painter, view, role)

    def _paint_cells(self, painter: QPainter, view: SurfaceView, role: Colours, where: QRegion) -> None:
        grid, scale, too_few = self._grid(view), ColourScale(role, view.is_signed, view.reach), hatch(role)
        first = grid.cell(0, 0)
        with_text = first.width() >= 34 and first.height() >= 13
        with_count = first.height() >= 30
        for row, column, (left, top, width, height) in grid.fill(painter, view.value[::-1], scale, role, where):
            shown = self._cells[row * grid.columns + column]
            assert shown is not None
            _, text, count, is_sparse = shown
            if is_sparse:
                painter.fillRect(left, top, width, height, too_few)
            if not with_text:
                continue
            if with_count:
                middle = top + 0.5 * height
                _write_inside(painter, (left, middle - _LINE, width, _LINE), text)
                _write_inside(painter, (left, middle, width, _LINE), count)
            else:
                _write_inside(painter, (left, top, width, height), text)
        if view.cell is not None and 0 <= view.cell < view.value.size:
            chosen = self.cell_rectangle(*divmod(view.cell, len(view.columns))).adjusted(1, 1, -1, -1)
            painter.setPen(pen(role.window, 4.0))
            painter.drawRect(chosen)
            painter.setPen(pen(role.accent, 2.0))
            painter.drawRect(chosen)

    def _paint_labels(self, painter: QPainter, view: SurfaceView, role: Colours) -> None:
        painter.setPen(pen(role.muted))
        cell = self.cell_rectangle(0, 0)
        for row, label in enumerate(view.rows):
            top = cell.top() - row * cell.height()
            write_in(painter, (0.0, top, _LEFT - 6, cell.height()), label, _LABEL, align=1.0)
        for column, label in _labels(view.columns, cell.width() - 2):
            left = cell.left() + column * cell.width()
            write_in(painter, (left, self.height() - _BOTTOM + 1, cell.width(), 13.0), label, _LABEL)
        across = self.width() - _LEFT - _SCALE
        write_in(painter, (_LEFT, self.height() - 15.0, across, 14.0), view.column_title, _LABEL)

    def _paint_scale(self, painter: QPainter, view: SurfaceView, role: Colours) -> None:
        scale = ColourScale(role, view.is_signed, view.reach)
        left, top = self.width() - _SCALE + 6.0, _TOP
        height = self.height() - _TOP - _BOTTOM
        painter.fillRect(QRectF(left, top, 9, height), scale.gradient(top, height))
        painter.setPen(pen(role.muted))
        low = -view.reach if view.is_signed else 0.0
        for value, share in ((view.reach, 0.0), (0.5 * (view.reach + low), 0.5), (low, 1.0)):
            text = f"{value:.3g}".replace("-", "−")
            write(painter, left + 11, top + share * (height - 13), text, _LABEL)
        write(painter, left - 10, self.height() - _BOTTOM + 1, view.unit, _LABEL)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Brush a cell; the brushed one again lets go."""
        cell = self.cell_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and cell is not None and self._view is not None:
            self.brushed.emit(None if cell == self._view.cell else cell)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what lies under the mouse."""
        cell, view = self.cell_at(event.position()), self._view
        if cell is None or view is None:
            self.setToolTip("")
            return
        row, column = divmod(cell, len(view.columns))
        value, count = float(view.value[row, column]), int(view.count[row, column])
        sparse = ", too few to be read" if view.sparse[row, column] else ""
        self.setToolTip(
            f"{view.row_title} {view.rows[row]}, {view.column_title} {view.columns[column]}\n"
            f"{vol_text(value, view.unit)} {view.unit}, {count:,} quotes{sparse}"
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the brush by arrows; Escape lets go."""
        view = self._view
        steps = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (1, 0),
            Qt.Key.Key_Down: (-1, 0),
        }
        key = Qt.Key(event.key())
        if view is None or not view.rows or key not in (*steps, Qt.Key.Key_Escape):
            super().keyPressEvent(event)
            return
        if key == Qt.Key.Key_Escape:
            self.brushed.emit(None)
            return
        row, column = divmod(view.cell if view.cell is not None else view.value.size // 2, len(view.columns))
        row = min(max(row + steps[key][0], 0), len(view.rows) - 1)
        column = min(max(column + steps[key][1], 0), len(view.columns) - 1)
        self.brushed.emit(row * len(view.columns) + column)


def _write_inside(painter: QPainter, place: tuple[float, float, float, float], text: str) -> None:
    """Write a text where it has room: what reached into the next cell would be cut when that is painted alone."""
    if width_of(text, _CELL) <= place[2] - _OVERHANG:
        write_in(painter, place, text, _CELL)


def _cells(view: SurfaceView) -> list[Cell]:
    """Return what each cell looks like, the first row on top."""
    parts = (part[::-1].ravel().tolist() for part in (view.value, view.count, view.sparse))
    return [
        (step_of(value, view.is_signed, view.reach), vol_text(value, view.unit), f"n {int(count):,}", is_sparse)
        if value == value
        else None
        for value, count, is_sparse in zip(*parts, strict=True)
    ]


def _frame(view: SurfaceView) -> tuple[Any, ...]:
    """Return everything on screen but what stands in the cells."""
    labels = (view.rows, view.columns, view.title, view.unit, view.column_title, view.note)
    return (*labels, view.is_signed, view.reach, view.cell)


def _labels(columns: tuple[str, ...], room: float) -> list[tuple[int, str]]:
    """Return columns with what is written below them: all of it, only the left edges, or those of every other."""
    if all(width_of(label, _LABEL) < room for label in columns):
        return list(enumerate(columns))
    edges = [(column, _edge(label)) for column, label in enumerate(columns)]
    return edges if all(width_of(label, _LABEL) < room for _, label in edges) else edges[::2]


def _edge(label: str) -> str:
    """Return the left edge of a bin, where the whole label has no room."""
    return label.partition(" … ")[0] if " … " in label else label
