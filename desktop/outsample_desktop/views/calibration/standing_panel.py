"""What stands in the place of the panes while there are no calibrations: why, and the button that makes some."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from outsample_desktop.resolve.calibration_views import Standing
from outsample_desktop.theme import Colours, small_font

__all__ = ["StandingPanel"]

_WIDTH: Final = 560  # pixels of a sentence


class StandingPanel(QWidget):
    """A sentence, a button, and the progress of what it started.

    Signals
    -------
    wanted(), unwanted()
        The user wants the calibrations made; no longer wants them.
    """

    wanted = Signal()
    unwanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self.sentence, self.build, self.cancel = QLabel(""), QPushButton("Calibrate"), QPushButton("Cancel")
        self.progress = QProgressBar()
        self.sentence.setWordWrap(True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence.setFont(small_font(10.0))
        self.sentence.setFixedWidth(_WIDTH)
        self.progress.setRange(0, 100)
        self.progress.setFixedWidth(_WIDTH // 2)
        self.progress.setAccessibleName("Progress of the calibration in view")
        self.build.setAccessibleName("Calibrate the model in view")
        self.cancel.setAccessibleName("Cancel the calibration in view")
        for button in (self.build, self.cancel):
            button.setMinimumHeight(28)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for part in (self.build, self.progress, self.cancel):
            buttons.addWidget(part)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addWidget(self.sentence, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(buttons)
        column.addStretch(1)
        self.build.clicked.connect(self.wanted)
        self.cancel.clicked.connect(self.unwanted)
        self._standing = Standing("")
        self._problem = ""
        self.progress.hide()
        self.cancel.hide()
        self._show_texts()

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        palette = self.palette()
        palette.setColor(palette.ColorRole.Window, role.panel)
        palette.setColor(palette.ColorRole.WindowText, role.text)
        self.setPalette(palette)

    def show_standing(self, standing: Standing, problem: str = "") -> None:
        """Show why there is nothing to see; a problem of the last attempt comes first."""
        self._standing, self._problem = standing, problem
        self._show_texts()

    def show_progress(self, share: float | None) -> None:
        """Show how far the calibrations are, 0..1; None shows the button that starts them."""
        is_running = share is not None
        if not is_running and self.progress.isHidden():
            return  # as at every move of a drag
        self.progress.setVisible(is_running)
        self.cancel.setVisible(is_running)
        if share is not None:
            self.progress.setValue(round(100.0 * share))
        self._show_texts()

    def _show_texts(self) -> None:
        standing, is_running = self._standing, not self.progress.isHidden()
        said = (standing.meanwhile,) if is_running else (self._problem, standing.sentence)
        self.sentence.setText("\n\n".join(text[:1].upper() + text[1:] for text in said if text))
        self.sentence.setMinimumHeight(0)  # or the label would never ask for less than it had
        self.sentence.setFixedHeight(max(self.sentence.heightForWidth(_WIDTH), 0))  # else a second line is cut off
        self.build.setText(standing.offer)
        self.build.setVisible(bool(standing.offer) and not is_running)
