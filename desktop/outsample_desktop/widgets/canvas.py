"""What every painted widget does alike: it takes colours and a view, and paints itself when either changes."""

from typing import Final, Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QSizePolicy, QWidget

from outsample_desktop.theme import Colours
from outsample_desktop.widgets.plot import pen

__all__ = ["Canvas"]

View = TypeVar("View")

_ASIDE: Final = 16  # pixels left and right of a note
_WRAPPED: Final = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
_BY_MOUSE: Final = (
    Qt.FocusReason.MouseFocusReason,
    Qt.FocusReason.ActiveWindowFocusReason,
    Qt.FocusReason.PopupFocusReason,
)


class Canvas(QWidget, Generic[View]):
    """A widget whose every pixel is its own; what it paints for a view is all that differs between canvases.

    Parameters
    ----------
    name : str
        Accessible name.
    least : (width, height)
        Pixels below which it does not go.
    """

    def __init__(self, name: str, least: tuple[int, int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(*least)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self._view: View | None = None
        self._role: Colours | None = None
        self._has_ring = False

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self._role = role
        self.update()

    def render_view(self, view: View) -> None:
        """Show a view."""
        self._view = view
        self.update()

    def _paint(self, painter: QPainter, role: Colours, where: QRegion) -> None:
        """Paint the view over the background, at least where it is asked for; each canvas does it in its own way."""

    def _write_note(self, painter: QPainter, role: Colours, note: str) -> None:
        """Write why there is nothing to see."""
        painter.setPen(pen(role.muted))
        painter.drawText(self.rect().adjusted(_ASIDE, 0, -_ASIDE, 0), _WRAPPED, note)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus ring to who did not come by the mouse."""
        super().focusInEvent(event)
        self._has_ring = event.reason() not in _BY_MOUSE
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the focus ring."""
        super().focusOutEvent(event)
        self._has_ring = False
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint background, view and focus ring."""
        if self._role is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._role.panel))
        self._paint(painter, self._role, event.region())
        if self._has_ring:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(pen(self._role.passed, 1.0, Qt.PenStyle.DotLine))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
