"""The line above a pane: what it shows, in which unit, and the choices that concern it alone."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from outsample_desktop.theme import Colours
from outsample_desktop.widgets.lettering import elided, width_of, write_in

__all__ = ["PaneTitle"]


class PaneTitle(QWidget):
    """A bold title, a muted explanation, and choosers on the right.

    Parameters
    ----------
    title : str
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(26)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.title, self.detail = title, ""
        self._role: Colours | None = None
        self._choosers: list[QWidget] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 1, 4, 1)
        self._row.setSpacing(4)
        self._row.addStretch(1)

    def add(self, chooser: QWidget) -> None:
        """Add a chooser on the right."""
        self._row.addWidget(chooser)
        self._choosers.append(chooser)

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self._role = role
        self.update()

    def show_text(self, title: str, detail: str = "") -> None:
        """Show title and explanation; the same again costs nothing."""
        if (title, detail) != (self.title, self.detail):
            self.title, self.detail = title, detail
            self.setToolTip(f"{title}: {detail}" if detail else title)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write as much as fits left of the choosers."""
        del event
        if self._role is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._role.panel))
        right = min((one.x() for one in self._choosers if one.isVisible()), default=self.width()) - 6
        x = 8.0
        for text, points, bold, colour in (
            (self.title, 8.5, True, self._role.text),
            (self.detail, 8.0, False, self._role.muted),
        ):
            painter.setPen(QColor(colour))
            shown = elided(text, points, max(right - x, 0.0), bold)
            write_in(painter, (x, 0.0, 0.0, float(self.height())), shown, points, 0.0, bold)
            x += width_of(shown, points, bold) + 8.0
