"""A form made from a dataclass: one box for each of its named parameters, with unit, range, default and a way back."""

from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QToolButton, QWidget

from outsample.errors import UsageError
from outsample.named_parameters import NamedParameter, named_parameters
from outsample_desktop.theme import Colours, small_font

__all__ = ["ParameterForm"]

_LABEL_WIDTH: Final = 180
_BOX_WIDTH: Final = 96
_UNIT_WIDTH: Final = 122
_NOTE_WIDTH: Final = 440
_LEAST_HEIGHT: Final = 24


class ParameterForm(QWidget):
    """What is typed stays until it is right: a value that cannot be is answered by one sentence under its box.

    Parameters
    ----------
    kind : type
        Frozen dataclass with named parameters.

    Signals
    -------
    edited()
        Something else stands in a box.
    """

    edited = Signal()

    def __init__(self, kind: type, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameters = {one.name: one for one in named_parameters(kind)}
        self.labels: dict[str, QLabel] = {}
        self.boxes: dict[str, QLineEdit] = {}
        self.resets: dict[str, QToolButton] = {}
        self.ranges: dict[str, QLabel] = {}
        self.notes: dict[str, QLabel] = {}
        self._role: Colours | None = None
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        grid.setColumnMinimumWidth(0, _LABEL_WIDTH)
        grid.setColumnMinimumWidth(2, _UNIT_WIDTH)
        grid.setColumnStretch(3, 1)
        for i, one in enumerate(self.parameters.values()):
            self._add(grid, 2 * i, one)

    def show_values(self, values: Any) -> None:
        """Show an instance of the dataclass."""
        for name, one in self.parameters.items():
            self.boxes[name].setText(one.written(getattr(values, name)))

    def problems(self) -> dict[str, str]:
        """Return a sentence for each box whose text is no value, by name; show each under its box."""
        found = {name: sentence for name in self.parameters if (sentence := self._problem(name))}
        for name in self.parameters:
            self._tell(name, found.get(name, ""))
        return found

    def values(self) -> dict[str, float]:
        """Return what stands in the boxes.

        Raises
        ------
        UsageError
            A text is no value.
        """
        return {name: one.read(self.boxes[name].text()) for name, one in self.parameters.items()}

    def restore(self) -> None:
        """Write the default into every box."""
        for name in self.parameters:
            self._reset(name)

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self._role = role
        for name, span in self.ranges.items():
            palette = span.palette()
            palette.setColor(palette.ColorRole.WindowText, role.muted)
            span.setPalette(palette)
            self._tell(name, self._problem(name))

    def _add(self, grid: QGridLayout, row: int, one: NamedParameter) -> None:
        """Make the lines of a parameter: label, box, unit, range and reset; beneath them what it means, or is wrong."""
        label, box, unit, reset, note = QLabel(one.label), QLineEdit(), QLabel(one.unit), QToolButton(), QLabel()
        default = one.written(one.default)
        span = QLabel(f"{one.written(one.bounds.low)} to {one.written(one.bounds.high)}, default {default}")
        span.setFont(small_font(8.5))
        label.setBuddy(box)
        for widget in (label, box, unit):
            widget.setFont(small_font(9.5))
            widget.setToolTip(one.meaning)
        box.setFixedWidth(_BOX_WIDTH)
        box.setMinimumHeight(_LEAST_HEIGHT)
        box.setAlignment(Qt.AlignmentFlag.AlignRight)
        box.setAccessibleName(f"{one.label}, {one.unit}")
        reset.setText("Reset")
        reset.setFont(small_font(8.5))
        reset.setMinimumHeight(_LEAST_HEIGHT)
        reset.setAccessibleName(f"Reset {one.label} to {default}")
        reset.setToolTip(f"back to the default, {default}")
        note.setFont(small_font(8.0))
        note.setWordWrap(True)
        note.setFixedWidth(_NOTE_WIDTH)  # a width of its own, so that its height is known before it is laid out
        note.setContentsMargins(0, 1, 0, 8)
        cells: tuple[QWidget, ...] = (label, box, unit, span, reset)
        for column, cell in enumerate(cells):
            grid.addWidget(cell, row, column)
        grid.addWidget(note, row + 1, 1, 1, 4, Qt.AlignmentFlag.AlignTop)
        self.labels[one.name], self.boxes[one.name] = label, box
        self.resets[one.name], self.ranges[one.name], self.notes[one.name] = reset, span, note
        box.textChanged.connect(lambda _text: self._follow(one.name))
        box.editingFinished.connect(lambda: self._tell(one.name, self._problem(one.name)))
        reset.clicked.connect(lambda: self._reset(one.name))
        self._tell(one.name, "")

    def _reset(self, name: str) -> None:
        """Write the default where something else stands, so that what is right already is not touched."""
        one = self.parameters[name]
        if self._value(name) != one.default:
            self.boxes[name].setText(one.written(one.default))

    def _value(self, name: str) -> float | None:
        try:
            return self.parameters[name].read(self.boxes[name].text())
        except UsageError:
            return None

    def _problem(self, name: str) -> str:
        try:
            self.parameters[name].read(self.boxes[name].text())
        except UsageError as error:
            return str(error)
        return ""

    def _follow(self, name: str) -> None:
        """Mark what differs from the default, and take back a complaint as soon as it is answered."""
        value = self._value(name)
        is_default = value == self.parameters[name].default
        self.resets[name].setEnabled(not is_default)
        self.labels[name].setFont(small_font(9.5, bold=not is_default))
        if value is not None:
            self._tell(name, "")
        self.edited.emit()

    def _tell(self, name: str, problem: str) -> None:
        """Write the sentence under the box, or the first one about its meaning where nothing is wrong."""
        one, note = self.parameters[name], self.notes[name]
        note.setText(problem or f"{one.meaning.partition('. ')[0].removesuffix('.')}.")
        note.setFixedHeight(note.heightForWidth(_NOTE_WIDTH))
        self.boxes[name].setAccessibleDescription(f"{note.text()} {self.ranges[name].text()}")
        if self._role is not None:
            palette = note.palette()
            palette.setColor(palette.ColorRole.WindowText, self._role.fail if problem else self._role.muted)
            note.setPalette(palette)
