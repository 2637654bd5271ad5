"""Amounts and their intervals, one below the other from a common zero; hatched where they may be nothing."""

from math import isfinite
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QMouseEvent, QPainter, QRegion
from PySide6.QtWidgets import QWidget

from outsample_desktop.resolve.charts import Bar, BarsView
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.axes import linear_ticks
from outsample_desktop.widgets.canvas import Canvas
from outsample_desktop.widgets.canvas_pane import CanvasPane
from outsample_desktop.widgets.chart_pane import colour_of
from outsample_desktop.widgets.lettering import elided, width_of, write_in
from outsample_desktop.widgets.plot import pen

__all__ = ["BarsPane"]

_POINTS: Final = 8.0
_PAD: Final = 8.0
_AXIS: Final = 16.0  # pixels below the bars, for the numbers
_NAMES: Final = 0.34  # of the width, the most that names may take
_TEXTS: Final = 0.30  # of the width, the most that amounts may take
_THICK: Final = 0.56  # of a row
_TALLEST: Final = 22.0  # pixels of a bar
_MARGIN: Final = 0.04
_TICK: Final = 60.0  # pixels a number claims


class BarsPane(CanvasPane["BarsCanvas"]):
    """Bars under a title.

    Parameters
    ----------
    name : str
        Accessible name.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, BarsCanvas(name, (200, 60)), parent)

    def render_view(self, view: BarsView) -> None:
        """Show a view."""
        self.title.show_text(view.title, view.detail)
        self.setAccessibleDescription(view.note or "; ".join(f"{bar.title} {bar.text}" for bar in view.bars))
        self.canvas.render_view(view)


class BarsCanvas(Canvas[BarsView]):
    """The bars themselves."""

    def bar_at(self, position: QPointF) -> Bar | None:
        """Return the bar in whose row a position lies, or None."""
        view = self._view
        if view is None or not view.bars:
            return None
        row = int((position.y() - 2.0) // self._row())
        return view.bars[row] if 0 <= row < len(view.bars) else None

    def _row(self) -> float:
        count = len(self._view.bars) if self._view is not None else 1
        return max(self.height() - _AXIS - 2.0, 1.0) / max(count, 1)

    def _area(self, view: BarsView) -> QRectF:
        """Return the pixels between names and amounts."""
        names = max((width_of(bar.title, _POINTS, bar.is_total) for bar in view.bars), default=0.0)
        texts = max((width_of(bar.text, _POINTS, bar.is_total) for bar in view.bars), default=0.0)
        left = min(names + 2.0 * _PAD, _NAMES * self.width())
        right = min(texts + 2.0 * _PAD, _TEXTS * self.width())
        return QRectF(left, 2.0, max(self.width() - left - right, 1.0), max(self.height() - _AXIS - 2.0, 1.0))

    def _paint(self, painter: QPainter, role: Colours, where: QRegion) -> None:
        del where
        view = self._view
        if view is None or not view.bars:
            self._write_note(painter, role, "" if view is None else view.note)
            return
        area, row = self._area(view), self._row()
        low, high = _reach(view.bars)
        self._paint_axis(painter, area, (low, high), role)
        for place, bar in enumerate(view.bars):
            top = area.top() + place * row
            painter.setPen(pen(role.text))
            names = (_PAD, top, area.left() - 2.0 * _PAD, row)
            write_in(painter, names, elided(bar.title, _POINTS, names[2], bar.is_total), _POINTS, 0.0, bar.is_total)
            room = self.width() - area.right() - 2.0 * _PAD
            text = elided(bar.text, _POINTS, room, bar.is_total)
            write_in(painter, (area.right() + _PAD, top, room, row), text, _POINTS, 0.0, bar.is_total)
            _paint_bar(painter, area, (top, row), (bar, low, high), role)

    @staticmethod
    def _paint_axis(painter: QPainter, area: QRectF, ends: tuple[float, float], role: Colours) -> None:
        low, high = ends
        for value, text in linear_ticks(low, high, area.width(), _TICK):
            x = area.left() + (value - low) / (high - low) * area.width()
            painter.setPen(pen(role.muted if value == 0.0 else role.tick))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom() + 2.0))
            painter.setPen(pen(role.muted))
            width = width_of(text, _POINTS)
            write_in(painter, (x - 0.5 * width, area.bottom() + 2.0, width, _AXIS - 2.0), text, _POINTS)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what the bar under the mouse says."""
        bar = self.bar_at(event.position())
        self.setToolTip("" if bar is None else bar.said or f"{bar.title}: {bar.text}")


def _reach(bars: tuple[Bar, ...]) -> tuple[float, float]:
    """Return the ends of the axis: zero and everything that is known, with a margin."""
    values = [end for bar in bars for end in (bar.value, bar.low, bar.high) if isfinite(end)]
    low, high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
    span = (high - low) or 1.0
    return low - _MARGIN * span, high + _MARGIN * span


def _paint_bar(
    painter: QPainter, area: QRectF, row: tuple[float, float], what: tuple[Bar, float, float], role: Colours
) -> None:
    """Fill a bar from zero, hatch it where it may be nothing, and draw its interval."""
    bar, low, high = what
    if not isfinite(bar.value):
        return

    def across(value: float) -> float:
        return area.left() + (value - low) / (high - low) * area.width()

    thick = min(_THICK * row[1], _TALLEST)
    middle = row[0] + 0.5 * row[1]
    start, stop = sorted((across(0.0), across(bar.value)))
    place = QRectF(start, middle - 0.5 * thick, max(stop - start, 1.0), thick)
    fill = QColor(colour_of(bar.hue, role))
    if bar.is_hatched:
        painter.fillRect(place, QBrush(fill, Qt.BrushStyle.BDiagPattern))
        painter.setPen(pen(fill.name()))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place)
    else:
        painter.fillRect(place, fill)
    if isfinite(bar.low) and isfinite(bar.high):
        painter.setPen(pen(role.text))
        left, right, cap = across(bar.low), across(bar.high), 0.25 * thick
        painter.drawLine(QPointF(left, middle), QPointF(right, middle))
        for x in (left, right):
            painter.drawLine(QPointF(x, middle - cap), QPointF(x, middle + cap))
