"""One span with its regime, typed: what is wrong is said under the boxes, and nothing changes until it is right."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from outsample.errors import UsageError
from outsample.regimes import DRAWABLE, DrawnRegime, Regime
from outsample.windows import Window, iso, parse_time
from outsample_desktop.theme import Colours, small_font
from outsample_desktop.widgets.chooser import Chooser

__all__ = ["MarkDialog"]

_SAID: Final = (
    "Times are UTC; the stop is the first moment after the span. A day that it touches is coloured whole, in train and "
    "in test alike. It is what you know: unlike regimes that are found, it is not filtered."
)
_BOX_WIDTH: Final = 230
_NOTE_WIDTH: Final = 340
_LEAST_HEIGHT: Final = 24
_BUTTON: Final = QDialogButtonBox.StandardButton


class MarkDialog(QDialog):
    """Start, stop, regime and name.

    Parameters
    ----------
    span : Window
        What the boxes hold at first.
    role : Colours, optional

    Signals
    -------
    chosen(DrawnRegime)
        It is right, and wanted; whoever cannot take it says so by `refuse`.
    """

    chosen = Signal(object)

    def __init__(self, span: Window, role: Colours | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Mark a span as a regime")
        self._role = role
        self._is_refused = False
        self.boxes = {"start": QLineEdit(iso(span.start)), "stop": QLineEdit(iso(span.stop)), "name": QLineEdit()}
        self.regime = Chooser("Regime", {regime: regime.name.lower() for regime in DRAWABLE})
        self.regime.show_value(Regime.STRESSED)
        self.note = QLabel()
        self.buttons = QDialogButtonBox(_BUTTON.Ok | _BUTTON.Cancel)
        form = QFormLayout()
        for name, box in self.boxes.items():
            box.setFixedWidth(_BOX_WIDTH)
            box.setMinimumHeight(_LEAST_HEIGHT)
            box.setAccessibleName(f"{name} of the span" + ("" if name == "name" else ", UTC, ISO-8601"))
        for label, widget in (
            ("&Start", self.boxes["start"]),
            ("S&top", self.boxes["stop"]),
            ("&Regime", self.regime),
            ("&Name", self.boxes["name"]),
        ):
            form.addRow(label, widget)
        self.note.setWordWrap(True)
        self.note.setFont(small_font(8.5))
        self.note.setFixedWidth(_NOTE_WIDTH)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.note)
        layout.addWidget(self.buttons)
        self.buttons.accepted.connect(self._finish)
        self.buttons.rejected.connect(self.reject)
        self._tell("")

    def refuse(self, sentence: str) -> None:
        """Say why the span cannot be taken, and stay open."""
        self._is_refused = True
        self._tell(sentence)

    def _finish(self) -> None:
        self._is_refused = False
        try:
            start, stop = (parse_time(self.boxes[name].text()) for name in ("start", "stop"))
            span = DrawnRegime(start, stop, DRAWABLE[self.regime.currentIndex()], self.boxes["name"].text().strip())
        except UsageError as error:
            self._tell(str(error))
            return
        self.chosen.emit(span)
        if not self._is_refused:
            self.accept()

    def _tell(self, problem: str) -> None:
        self.note.setText(problem or _SAID)
        self.note.setFixedHeight(self.note.heightForWidth(_NOTE_WIDTH))
        self.note.setAccessibleName(self.note.text())
        if self._role is not None:
            palette = self.note.palette()
            palette.setColor(palette.ColorRole.WindowText, self._role.fail if problem else self._role.muted)
            self.note.setPalette(palette)
