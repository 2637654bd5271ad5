"""A plot that says where it is clicked, and what the mouse is over."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QMouseEvent

from outsample_desktop.widgets.plot import Plot

__all__ = ["PointedPlot"]


class PointedPlot(Plot):
    """A plot that says where it is clicked.

    Signals
    -------
    pointed(float)
        The x of a click or a drag, in the unit of the axis.
    hovered(float)
        The x that the mouse is over; NaN for none.
    """

    pointed = Signal(float)
    hovered = Signal(float)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Say where."""
        event.accept()
        if event.button() is Qt.MouseButton.LeftButton:
            self._say(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say where; while the button is held, that is a click that goes on."""
        event.accept()
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._say(event)
        else:
            x = self._x_at(event)
            self.hovered.emit(float("nan") if x is None else x)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Do nothing: what counts was said."""
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the hover."""
        event.accept()
        self.hovered.emit(float("nan"))

    def _say(self, event: QMouseEvent) -> None:
        x = self._x_at(event)
        if x is not None:
            self.pointed.emit(x)

    def _x_at(self, event: QMouseEvent) -> float | None:
        """Return the x under the mouse; None beside the axes."""
        box = self.plotItem.vb
        place = self.mapToScene(event.position().toPoint())
        return float(box.mapSceneToView(place).x()) if box.sceneBoundingRect().contains(place) else None
