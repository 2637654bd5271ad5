"""What goes on in the background: how far it is, and a way to stop it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from outsample_desktop.theme import small_font

__all__ = ["JobLine"]

_WIDTH = 240


class JobLine(QWidget):
    """A progress bar that names its work, and a button; hidden while there is none.

    Signals
    -------
    cancelled()
        The user wants none of it any more.
    """

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar, self.button = QProgressBar(), QPushButton("Cancel")
        self.bar.setRange(0, 100)
        self.bar.setFixedWidth(_WIDTH)
        self.bar.setFont(small_font(8.0))
        self.bar.setAccessibleName("Progress of the work in the background")
        self.button.setAccessibleName("Cancel the work in the background")
        self.button.clicked.connect(self.cancelled)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.bar)
        layout.addWidget(self.button)
        self.hide()

    def show_work(self, words: str, share: float, waiting: int) -> None:
        """Show what is done, how far it is, 0..1, and how much waits behind it; no words hide the line."""
        behind = f", {waiting} waiting" if waiting else ""
        text = f"{words}: %p %{behind}"
        if self.bar.format() != text:
            self.bar.setFormat(text)
        self.bar.setValue(round(100.0 * share))
        self.setVisible(bool(words))
