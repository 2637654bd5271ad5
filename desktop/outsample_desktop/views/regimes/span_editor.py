"""A name and a regime for days that were chosen in a chart, asked for where they are."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QLineEdit, QPushButton, QWidget

from outsample.errors import UsageError
from outsample.regimes import DRAWABLE, LONGEST_NAME, DrawnRegime, Regime
from outsample.windows import Window
from outsample_desktop.theme import Colours, small_font
from outsample_desktop.widgets.chooser import Chooser

__all__ = ["SpanEditor"]

_LEAST_HEIGHT: Final = 24
_NAME_WIDTH: Final = 150
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_STEPS: Final = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class SpanEditor(QFrame):
    """Enter marks, Escape does not; what was typed waits for the next time.

    Signals
    -------
    chosen(DrawnRegime)
        It is wanted; whoever cannot take it says so by `refuse`.
    given_up()
        It is not.
    """

    chosen = Signal(object)
    given_up = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Mark the chosen days as a regime")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self._span: Window | None = None
        self._role: Colours | None = None
        self._is_refused = False
        self.name, self.note = QLineEdit(), QLabel()
        self.name.setPlaceholderText("name, may be empty")
        self.name.setAccessibleName("name of the span")
        self.name.setToolTip("Enter marks the days, Escape does not; up and down choose the regime")
        self.name.setMaxLength(LONGEST_NAME)
        self.name.setFixedWidth(_NAME_WIDTH)
        self.regime = Chooser("Regime of the span", {regime: regime.name.lower() for regime in DRAWABLE})
        self.regime.show_value(Regime.STRESSED)
        self.mark, self.cancel = QPushButton("Mark"), QPushButton("Cancel")
        self.mark.setToolTip("mark the days (Enter)")
        self.cancel.setToolTip("leave everything as it was (Escape)")
        self.note.setWordWrap(True)
        self.note.hide()
        layout = QGridLayout(self)
        layout.setContentsMargins(6, 4, 6, 4)
        layout.setSpacing(4)
        for place, part in enumerate((self.name, self.regime, self.mark, self.cancel)):
            part.setFont(small_font(8.5))
            part.setMinimumHeight(_LEAST_HEIGHT)
            layout.addWidget(part, 0, place)
        self.note.setFont(small_font(8.5))
        layout.addWidget(self.note, 1, 0, 1, 4)
        self.mark.clicked.connect(self._finish)
        self.cancel.clicked.connect(self._give_up)
        self.hide()

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self._role = role
        palette = self.palette()
        palette.setColor(palette.ColorRole.Window, role.raised)
        self.setPalette(palette)
        palette.setColor(palette.ColorRole.WindowText, role.fail)
        self.note.setPalette(palette)

    def ask(self, span: Window) -> None:
        """Ask what a span was."""
        self._span = span
        self._tell("")
        self.show()
        self.raise_()
        self.name.setFocus(Qt.FocusReason.PopupFocusReason)
        self.name.selectAll()

    def refuse(self, sentence: str) -> None:
        """Say why the span cannot be taken, and stay."""
        self._is_refused = True
        self._tell(sentence)

    def _finish(self) -> None:
        assert self._span is not None
        self._is_refused = False
        regime = DRAWABLE[self.regime.currentIndex()]
        try:
            span = DrawnRegime(self._span.start, self._span.stop, regime, self.name.text().strip())
        except UsageError as error:
            self._tell(str(error))
            return
        self.chosen.emit(span)
        if not self._is_refused:
            self.name.clear()
            self._give_up()

    def _give_up(self) -> None:
        self.hide()
        self.given_up.emit()

    def _tell(self, problem: str) -> None:
        self.note.setText(problem)
        self.note.setVisible(bool(problem))
        self.adjustSize()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Mark, give up, or choose the regime; what the boxes need themselves never comes here."""
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape or (key in _ENTER and self.cancel.hasFocus()):
            self._give_up()
        elif key in _ENTER:
            self._finish()
        elif key in _STEPS:
            last = self.regime.count() - 1
            self.regime.setCurrentIndex(min(max(self.regime.currentIndex() + _STEPS[key], 0), last))
        else:
            super().keyPressEvent(event)
