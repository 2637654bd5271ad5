"""Correlations between estimates: one painted cell a pair, with its number."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QRegion
from PySide6.QtWidgets import QWidget

from outsample.number_text import number
from outsample_desktop.resolve.calibration_views import MatrixView
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.canvas import Canvas
from outsample_desktop.widgets.canvas_pane import CanvasPane
from outsample_desktop.widgets.cell_grid import CellGrid
from outsample_desktop.widgets.colour_scale import ColourScale
from outsample_desktop.widgets.lettering import width_of, write_in
from outsample_desktop.widgets.plot import pen
from outsample_desktop.widgets.shortening import shortened

__all__ = ["MatrixPane"]

_POINTS: Final = 7.5
_HEAD: Final = 15.0  # pixels above the cells, for the numbers of the columns
_LEFT: Final = 0.42  # of the width, the most that the names of the rows may take
_PAD: Final = 6.0


class MatrixPane(CanvasPane["MatrixCanvas"]):
    """A square of correlations under a title.

    Parameters
    ----------
    name : str
        Accessible name.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, MatrixCanvas(name, (200, 60)), parent)

    def render_view(self, view: MatrixView) -> None:
        """Show a view."""
        self.title.show_text(view.title, view.detail)
        self.setAccessibleDescription(view.note or f"{view.title} of {', '.join(view.names)}")
        self.canvas.render_view(view)


class MatrixCanvas(Canvas[MatrixView]):
    """The cells themselves; columns bear the numbers that the rows explain."""

    def square(self) -> QRectF:
        """Return the pixels of all cells."""
        names = () if self._view is None else self._view.names
        texts = [f"{place} {name}" for place, name in enumerate(names, start=1)]
        left = min(max((width_of(text, _POINTS) for text in texts), default=0.0) + 2.0 * _PAD, _LEFT * self.width())
        return QRectF(left, _HEAD, max(self.width() - left - _PAD, 0.0), max(self.height() - _HEAD - _PAD, 0.0))

    def pair_at(self, position: QPointF) -> tuple[int, int] | None:
        """Return row and column under a position, or None."""
        count = 0 if self._view is None else len(self._view.names)
        return CellGrid(self.square(), count, count).at(position) if count else None

    def _paint(self, painter: QPainter, role: Colours, where: QRegion) -> None:
        view = self._view
        if view is None or not view.names:
            self._write_note(painter, role, "" if view is None else view.note)
            return
        grid = CellGrid(self.square(), len(view.names), len(view.names))
        first, left = grid.cell(0, 0), grid.area.left()
        painter.setPen(pen(role.muted))
        for index, name in enumerate(view.names):
            text = shortened(f"{index + 1} {name}", _POINTS, left - 2.0 * _PAD)
            top, across = first.top() + index * first.height(), left + index * first.width()
            write_in(painter, (0.0, top, left - _PAD, first.height()), text, _POINTS, align=1.0)
            write_in(painter, (across, 0.0, first.width(), _HEAD), str(index + 1), _POINTS)
        digits = _digits(first.width() - 1.0, first.height() - 1.0)
        for row, column, place in grid.fill(painter, view.value, ColourScale(role, True, 1.0), role, where):
            if row == column:
                painter.fillRect(*place, QColor(role.raised))
            elif digits:
                write_in(painter, place, number(float(view.value[row, column]), 2).replace("0.", digits), _POINTS)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say which two estimates lie under the mouse, and how they move together."""
        pair, view = self.pair_at(event.position()), self._view
        if pair is None or view is None or pair[0] == pair[1]:
            self.setToolTip("")
            return
        one, other, value = view.names[pair[0]], view.names[pair[1]], float(view.value[pair])
        said = number(value, 3) if value == value else "not known, since one of them has no standard error"
        self.setToolTip(f"{one} and {other}: {said}")


def _digits(width: float, height: float) -> str:
    """Return how numbers below 1 begin in cells of a size: nothing where no number fits, so that all are alike."""
    if height < 11.0:
        return ""
    return next((start for start in ("0.", ".") if width_of(f"−{start}00", _POINTS) <= width), "")
