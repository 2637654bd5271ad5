"""One sentence across the window: what went wrong and how to cure it, or what was done."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from outsample_desktop.theme import Colours, small_font

__all__ = ["NoticeBar"]


class NoticeBar(QWidget):
    """A dismissible sentence; the newest one wins."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self.label = QLabel("")
        self.label.setWordWrap(True)
        self.label.setFont(small_font(9.5))
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.close_button = QToolButton()
        self.close_button.setText("✕")
        self.close_button.setAutoRaise(True)
        self.close_button.setMinimumSize(24, 24)
        self.close_button.setAccessibleName("Dismiss the message")
        self.close_button.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 6, 4)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.close_button)
        self._role: Colours | None = None
        self._is_problem = False
        self.hide()

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self._role = role
        palette = self.palette()
        palette.setColor(palette.ColorRole.Window, role.fail if self._is_problem else role.raised)
        palette.setColor(palette.ColorRole.WindowText, "#ffffff" if self._is_problem else role.text)
        self.setPalette(palette)
        self.label.setPalette(palette)

    def tell(self, sentence: str, is_problem: bool = True) -> None:
        """Show a sentence."""
        self._is_problem = is_problem
        self.label.setText(sentence)
        self.setAccessibleDescription(sentence)
        if self._role is not None:
            self.paint_in(self._role)
        self.show()
