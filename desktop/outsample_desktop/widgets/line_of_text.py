"""A line of text that changes at every move: it repaints itself and disturbs no layout."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from outsample_desktop.widgets.lettering import elided, write_in

__all__ = ["LineOfText"]


class LineOfText(QWidget):
    """What a `QLabel` shows, without its geometry: a new text there lays the whole window out anew.

    Parameters
    ----------
    name : str
        Accessible name.
    points : float
        Size of the font.
    align : float
        0 on the left, 1 on the right.
    """

    def __init__(self, name: str, points: float, align: float = 0.0) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setMinimumHeight(20)
        self._points, self._align, self._text = points, align, ""

    def text(self) -> str:
        """Return what is shown."""
        return self._text

    def setText(self, text: str) -> None:
        """Show a text; the same again costs nothing."""
        if text != self._text:
            self._text = text
            self.setAccessibleDescription(text)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write the text, cut off with an ellipsis where it has no room."""
        del event
        painter = QPainter(self)
        palette = self.palette()
        painter.fillRect(self.rect(), palette.color(QPalette.ColorRole.Window))
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        place = (4.0, 0.0, self.width() - 8.0, float(self.height()))
        write_in(painter, place, elided(self._text, self._points, place[2]), self._points, self._align)
