"""A light line over a plot at the time that the mouse is on in another pane."""

from math import isfinite

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from outsample_desktop.theme import Colours
from outsample_desktop.widgets.plot import Plot

__all__ = ["Fill", "PointerLine"]


class Fill(QWidget):
    """A rectangle over a plot, and a widget of its own: where it goes, nothing is painted but what lay under it.

    Parameters
    ----------
    plot : Plot
    """

    def __init__(self, plot: Plot) -> None:
        super().__init__(plot.viewport())
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._plot, self._colour = plot, QColor()
        self.hide()

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self._colour = QColor(role.accent)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill it."""
        del event
        QPainter(self).fillRect(self.rect(), self._colour)


class PointerLine(Fill):
    """A line, one pixel wide."""

    def stand_at(self, x: float) -> None:
        """Stand at an x in the unit of the axis; nowhere where that is NaN or not in sight."""
        plot, box = self._plot, self._plot.plotItem.vb
        low, high = plot.shown("x")
        is_shown = isfinite(x) and bool(low <= x <= high)
        if is_shown:
            place = plot.mapFromScene(box.mapViewToScene(QPointF(x, 0.0))).x()
            frame = plot.mapFromScene(box.sceneBoundingRect()).boundingRect()
            self.setGeometry(QRect(place, frame.top(), 1, frame.height()))
        if is_shown == self.isHidden():
            self.setVisible(is_shown)
