"""The spans that the user has marked, and the way to take them back."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from outsample.report.table import Table
from outsample_desktop.resolve.charts import Tabled
from outsample_desktop.theme import Colours, small_font
from outsample_desktop.widgets.listing_pane import ListingPane

__all__ = ["MarkedPane"]

_LEAST_HEIGHT = 24


class MarkedPane(QWidget):
    """A list with two buttons: remove what is selected, remove all.

    Signals
    -------
    removed(object)
        The rows (tuple of int) that are to go.
    """

    removed = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.listing = ListingPane(name, {"": name})
        self.remove, self.clear = QToolButton(), QToolButton()
        buttons = QHBoxLayout()
        buttons.setContentsMargins(4, 2, 4, 2)
        for button, text, tip in (
            (self.remove, "Remove", "take the selected spans back (Delete)"),
            (self.clear, "Remove all", "take every span back"),
        ):
            button.setText(text)
            button.setToolTip(tip)
            button.setAccessibleName(f"{text}: {tip}")
            button.setFont(small_font(8.5))
            button.setMinimumHeight(_LEAST_HEIGHT)
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.listing, 1)
        layout.addLayout(buttons)
        self.remove.clicked.connect(self._remove)
        self.clear.clicked.connect(lambda: self.removed.emit(tuple(range(self.listing.table.size))))
        QShortcut(
            QKeySequence(Qt.Key.Key_Delete),
            self.listing.view,
            self._remove,
            context=Qt.ShortcutContext.WidgetShortcut,
        )
        self.listing.view.selectionModel().selectionChanged.connect(lambda *_: self._offer())
        self._offer()

    @property
    def table(self) -> Table:
        """What is shown."""
        return self.listing.table

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self.listing.paint_in(role)

    def render_view(self, view: Tabled) -> None:
        """Show the spans with a sentence above them."""
        self.listing.render_view(view)
        self._offer()

    def _rows(self) -> tuple[int, ...]:
        return tuple(sorted(index.row() for index in self.listing.view.selectionModel().selectedRows()))

    def _remove(self) -> None:
        if rows := self._rows():
            self.removed.emit(rows)

    def _offer(self) -> None:
        self.remove.setEnabled(bool(self._rows()))
        self.clear.setEnabled(bool(self.listing.table.size))
