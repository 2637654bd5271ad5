"""The parameters of a case in one dialog, and the line that says which of them differ from the house defaults."""

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from outsample.case_parameters import GROUPS, CaseParameters
from outsample_desktop.theme import Colours, small_font
from outsample_desktop.widgets.parameter_form import ParameterForm

__all__ = ["ParametersDialog", "ParametersNote"]

_TITLES: Final = {
    "filters": "Observations: which option quotes count",
    "limits": "Verdict: how much worse a model may get",
    "regimes": "Regimes: when a change of volatility is one",
}
_SIZE: Final = QSize(660, 560)
_NOTE_WIDTH: Final = 540
_BUTTON: Final = QDialogButtonBox.StandardButton


class ParametersDialog(QDialog):
    """Every number that a house default decides; OK and Apply hand over all of them at once.

    Parameters
    ----------
    parameters : CaseParameters
        Those of the case as it is.
    role : Colours

    Signals
    -------
    chosen(CaseParameters)
        They are wanted; the same ones again are not told.
    """

    chosen = Signal(object)

    def __init__(self, parameters: CaseParameters, role: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Case parameters")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._parameters = parameters
        self.forms = {group: ParameterForm(kind) for group, kind in GROUPS.items()}
        self.buttons = QDialogButtonBox(_BUTTON.Ok | _BUTTON.Apply | _BUTTON.Cancel | _BUTTON.RestoreDefaults)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(6)
        for group, form in self.forms.items():
            heading = QLabel(_TITLES[group])
            heading.setFont(small_font(10.0, bold=True))
            layout.addWidget(heading)
            layout.addWidget(form)
            form.show_values(getattr(parameters, group))
            form.paint_in(role)
            form.edited.connect(self._follow)
        layout.addStretch(1)
        layout.addWidget(self.buttons)
        self.buttons.accepted.connect(self._finish)
        self.buttons.rejected.connect(self.reject)
        self.buttons.button(_BUTTON.Apply).clicked.connect(self._hand_over)
        self.buttons.button(_BUTTON.RestoreDefaults).clicked.connect(self._restore)
        self.resize(_SIZE)
        self._follow()

    def _finish(self) -> None:
        if self._hand_over():
            self.accept()

    def _hand_over(self) -> bool:
        """Tell what was chosen; where a text is no value, lead to it instead and change nothing."""
        for form in self.forms.values():
            for name in form.problems():
                form.boxes[name].setFocus()
                form.boxes[name].selectAll()
                return False
        typed = {(group, name): value for group, form in self.forms.items() for name, value in form.values().items()}
        wanted = self._parameters.with_values(typed)
        if wanted != self._parameters:
            self._parameters = wanted
            self.chosen.emit(wanted)
        self._follow()
        return True

    def _restore(self) -> None:
        for form in self.forms.values():
            form.restore()

    def _follow(self) -> None:
        """Offer Apply where something differs from the case."""
        texts = {
            (group, name): box.text() != form.parameters[name].written(getattr(getattr(self._parameters, group), name))
            for group, form in self.forms.items()
            for name, box in form.boxes.items()
        }
        self.buttons.button(_BUTTON.Apply).setEnabled(any(texts.values()))


class ParametersNote(QToolButton):
    """Says which parameters differ from the house defaults; hidden where none does, leads to the dialog."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFont(small_font(9.0, bold=True))
        self.setAutoRaise(True)
        self.setMinimumHeight(20)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Case parameters")
        self._shown: tuple[str, ...] = ()
        self.hide()

    def show_parameters(self, parameters: CaseParameters) -> None:
        """Show what was changed; the same again costs nothing."""
        changed = parameters.changed()
        if changed == self._shown:
            return
        self._shown = changed
        text = f"parameters changed: {', '.join(changed)}"
        metrics = QFontMetricsF(self.font())
        self.setText(metrics.elidedText(text, Qt.TextElideMode.ElideRight, _NOTE_WIDTH))
        self.setToolTip(f"{text}; click to edit them")
        self.setAccessibleName(text if changed else "Case parameters")
        self.setVisible(bool(changed))
