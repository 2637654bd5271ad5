"""A table with what its current row says at length, below it and always in sight."""

from typing import Final

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from outsample_desktop.resolve.charts import Tabled
from outsample_desktop.theme import Colours, small_font
from outsample_desktop.widgets.listing_pane import ListingPane

__all__ = ["ToldListing"]

_POINTS: Final = 8.5
_PAD: Final = 8
_WRAPPED: Final = int(Qt.AlignmentFlag.AlignLeft) | int(Qt.TextFlag.TextWordWrap)


class WrappedText(QWidget):
    """A text on as many lines as its room has; a new one lays nothing out anew.

    Parameters
    ----------
    name : str
        Accessible name.
    lines : int
        Lines there is room for.
    """

    def __init__(self, name: str, lines: int) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFont(small_font(_POINTS))
        self.setFixedHeight(round(lines * QFontMetricsF(self.font()).lineSpacing()) + _PAD)
        self._role: Colours | None = None
        self._text = ""

    def text(self) -> str:
        """Return what is shown."""
        return self._text

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self._role = role
        self.update()

    def setText(self, text: str) -> None:
        """Show a text; all of it is in the tool tip too."""
        if text != self._text:
            self._text = text
            self.setAccessibleDescription(text)
            self.setToolTip(text)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write the text."""
        del event
        if self._role is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._role.raised))
        painter.setPen(QColor(self._role.text))
        painter.drawText(self.rect().adjusted(_PAD, _PAD // 2, -_PAD, 0), _WRAPPED, self._text)


class ToldListing(ListingPane):
    """One table; the text of its current row follows mouse and keyboard.

    Parameters
    ----------
    name : str
        Accessible name.
    lines : int
        Lines below the table.
    """

    def __init__(self, name: str, lines: int, parent: QWidget | None = None) -> None:
        super().__init__(name, {"": name}, parent)
        self.told = WrappedText(f"{name}: what the row says", lines)
        self._texts: tuple[str, ...] = ()
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self.told)
        self.view.setSelectionMode(self.view.SelectionMode.SingleSelection)
        self.view.selectionModel().currentRowChanged.connect(self._tell)

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        super().paint_in(role)
        self.told.paint_in(role)

    def render_view(self, view: Tabled) -> None:
        """Show a view; the row that was current stays so where there is one."""
        before, size = self.view.currentIndex().row(), view.table.size
        self._texts = view.told
        super().render_view(view)
        row = before if 0 <= before < size else 0
        if size:
            self.view.selectRow(row)
        self._tell(self.view.model().index(row, 0))

    def _tell(self, current: QModelIndex) -> None:
        row = current.row()
        self.told.setText(self._texts[row] if 0 <= row < len(self._texts) else "")
