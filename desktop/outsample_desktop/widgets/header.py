"""The header: what is open, under which loss and scheme."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from outsample.catalog import SCORES, Kind
from outsample.datasets import Target
from outsample.study import Composition
from outsample.windows import Scheme
from outsample_desktop.session import State
from outsample_desktop.theme import Colours, small_font
from outsample_desktop.widgets.chooser import Chooser

__all__ = ["Header"]


class Header(QWidget):
    """Title, fingerprint and the choices that concern every pane.

    Signals
    -------
    intended(str, dict)
        The user wants fields of the state changed; the text names the undo step.
    """

    intended = Signal(str, dict)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel("no data")
        self.title.setFont(small_font(10.0, bold=True))
        self.fingerprint = QLabel("")
        self.fingerprint.setFont(small_font(8.5))
        self.fingerprint.setToolTip("first twelve characters of the SHA-256 of the data")
        self.choosers = {
            "score": Chooser("Loss", {}),
            "scheme": Chooser("How boundaries follow", {scheme: scheme.value for scheme in Scheme}),
            "composition": Chooser(
                "How the cells of a time are averaged",
                {Composition.TRAIN: "cells as in train", Composition.RAW: "every quote alike"},
            ),
            "target": Chooser("Observed price", {Target.MID: "mid", Target.MARK: "venue mark"}),
            "penalty": Chooser(
                "Price of a regime change", {1.0: "regimes: many", 2.0: "regimes: default", 4.0: "regimes: few"}
            ),
        }
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 8, 4)
        layout.setSpacing(8)
        layout.addWidget(self.title)
        layout.addWidget(self.fingerprint)
        layout.addStretch(1)
        for field, chooser in self.choosers.items():
            layout.addWidget(chooser)
            chooser.picked.connect(lambda value, one=field: self.intended.emit(f"change {one}", {one: value}))

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        palette = self.fingerprint.palette()
        palette.setColor(palette.ColorRole.WindowText, role.muted)
        self.fingerprint.setPalette(palette)

    def show_data(self, title: str, fingerprint: str, kind: Kind) -> None:
        """Show what is open, and offer the scores it can be judged by."""
        self.title.setText(title)
        self.fingerprint.setText(fingerprint[:12])
        self.choosers["score"].offer({item.score.name: item.title for item in SCORES if item.kind is kind})
        for field in ("composition", "target"):
            self.choosers[field].setVisible(kind is Kind.OPTIONS)

    def show_state(self, state: State) -> None:
        """Show what is chosen."""
        for field, chooser in self.choosers.items():
            chooser.show_value(getattr(state, field))
