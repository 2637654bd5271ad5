"""Correlations between estimates: one painted cell a pair, with its number."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from outsample_desktop.resolve.calibration_views import MatrixView
from outsample_desktop.resolve.numbers import number
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.colour_scale import ColourScale
from outsample_desktop.widgets.lettering import elided, width_of, write_in
from outsample_desktop.widgets.pane_title import PaneTitle
from outsample_desktop.widgets.plot import pen

__all__ = ["MatrixPane"]

_POINTS: Final = 7.5
_HEAD: Final = 15.0  # pixels above the cells, for the numbers of the columns
_LEFT: Final = 0.42  # of the width, the most that the names of the rows may take
_PAD: Final = 6.0
_WORDS: Final = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)


class MatrixPane(QWidget):
    """A square of correlations under a title.

    Parameters
    ----------
    name : str
        Accessible name.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.title, self.canvas = PaneTitle(name), MatrixCanvas(name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.title)
        layout.addWidget(self.canvas, 1)

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self.title.paint_in(role)
        self.canvas.paint_in(role)

    def render_view(self, view: MatrixView) -> None:
        """Show a view."""
        self.title.show_text(view.title, view.detail)
        self.setAccessibleDescription(view.note or f"{view.title} of {', '.join(view.names)}")
        self.canvas.render_view(view)


class MatrixCanvas(QWidget):
    """The cells themselves; columns bear the numbers that the rows explain."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 60)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self._view: MatrixView | None = None
        self._role: Colours | None = None

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self._role = role
        self.update()

    def render_view(self, view: MatrixView) -> None:
        """Show a view."""
        self._view = view
        self.update()

    def square(self) -> QRectF:
        """Return the pixels of all cells."""
        names = () if self._view is None else self._view.names
        texts = [f"{place} {name}" for place, name in enumerate(names, start=1)]
        left = min(max((width_of(text, _POINTS) for text in texts), default=0.0) + 2.0 * _PAD, _LEFT * self.width())
        return QRectF(left, _HEAD, max(self.width() - left - _PAD, 0.0), max(self.height() - _HEAD - _PAD, 0.0))

    def pair_at(self, position: QPointF) -> tuple[int, int] | None:
        """Return row and column under a position, or None."""
        square, count = self.square(), 0 if self._view is None else len(self._view.names)
        if not count or not square.contains(position):
            return None
        row = int((position.y() - square.top()) / square.height() * count)
        column = int((position.x() - square.left()) / square.width() * count)
        return min(row, count - 1), min(column, count - 1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say which two estimates lie under the mouse, and how they move together."""
        pair, view = self.pair_at(event.position()), self._view
        if pair is None or view is None or pair[0] == pair[1]:
            self.setToolTip("")
            return
        one, other = view.names[pair[0]], view.names[pair[1]]
        self.setToolTip(f"{one} and {other}: {number(float(view.value[pair]), 3)}")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint names and cells, or why there are none."""
        del event
        role, view = self._role, self._view
        if role is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(role.panel))
        if view is None or not view.names:
            painter.setPen(pen(role.muted))
            painter.drawText(self.rect().adjusted(16, 0, -16, 0), _WORDS, "" if view is None else view.note)
            return
        self._paint_names(painter, view, role)
        self._paint_cells(painter, view, role)

    def _paint_names(self, painter: QPainter, view: MatrixView, role: Colours) -> None:
        square, count = self.square(), len(view.names)
        across, down = square.width() / count, square.height() / count
        painter.setPen(pen(role.muted))
        for place, name in enumerate(view.names):
            text = elided(f"{place + 1} {name}", _POINTS, square.left() - _PAD)
            write_in(painter, (0.0, square.top() + place * down, square.left() - _PAD, down), text, _POINTS, align=1.0)
            write_in(painter, (square.left() + place * across, 0.0, across, _HEAD), str(place + 1), _POINTS)

    def _paint_cells(self, painter: QPainter, view: MatrixView, role: Colours) -> None:
        square, count = self.square(), len(view.names)
        scale = ColourScale(role, True, 1.0)
        hatch = QBrush(QColor(role.purge), Qt.BrushStyle.BDiagPattern)
        across = [round(square.left() + place * square.width() / count) for place in range(count + 1)]
        down = [round(square.top() + place * square.height() / count) for place in range(count + 1)]
        digits = _digits(square.width() / count - 1.0, square.height() / count - 1.0)
        for row, line in enumerate(view.value.tolist()):
            top, height = down[row], down[row + 1] - down[row] - 1
            for column, value in enumerate(line):
                left, width = across[column], across[column + 1] - across[column] - 1
                if row == column or value != value:
                    painter.fillRect(left, top, width, height, QColor(role.raised))
                    if row != column:
                        painter.fillRect(left, top, width, height, hatch)
                    continue
                fill, ink = scale.colours(value)
                painter.fillRect(left, top, width, height, fill)
                if digits:
                    text = number(value, 2).replace("0.", digits)
                    painter.setPen(ink)
                    write_in(painter, (left, top, width, height), text, _POINTS)


def _digits(width: float, height: float) -> str:
    """Return how numbers below 1 begin in cells of a size: nothing where no number fits, so that all are alike."""
    if height < 11.0:
        return ""
    return next((start for start in ("0.", ".") if width_of(f"−{start}00", _POINTS) <= width), "")
