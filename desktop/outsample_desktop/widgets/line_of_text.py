"""A line of text that changes at every move: it repaints itself and disturbs no layout."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from outsample_desktop.theme import small_font

__all__ = ["LineOfText"]


class LineOfText(QWidget):
    """What a `QLabel` shows, without its geometry: a new text there lays the whole window out anew.

    Parameters
    ----------
    name : str
        Accessible name.
    points : float
        Size of the font.
    align : Qt.AlignmentFlag
        Left or right.
    """

    def __init__(self, name: str, points: float, align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setMinimumHeight(20)
        self._font, self._align, self._text = small_font(points), align, ""

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
        painter.setFont(self._font)
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        room = QRectF(self.rect()).adjusted(4, 0, -4, 0)
        shown = QFontMetricsF(self._font).elidedText(self._text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, self._align | Qt.AlignmentFlag.AlignVCenter, shown)
