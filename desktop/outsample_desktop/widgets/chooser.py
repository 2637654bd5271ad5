"""A drop-down of a closed choice: what the user picks is a value, never a text."""

from enum import Enum
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QWidget

from outsample_desktop.theme import small_font

__all__ = ["Chooser"]


class Chooser(QComboBox):
    """Choose one of some values.

    Parameters
    ----------
    name : str
        Accessible name and tool tip.
    choices : dict
        Text by value.

    Signals
    -------
    picked(object)
        The user chose a value; setting one by program is silent.
    """

    picked = Signal(object)

    def __init__(self, name: str, choices: dict[Any, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFont(small_font(8.5))
        self.setMinimumHeight(24)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._values: list[Any] = []
        self.offer(choices)
        self.activated.connect(lambda index: self.picked.emit(self._values[index]))

    def offer(self, choices: dict[Any, str]) -> None:
        """Replace the choices; the same ones again change nothing."""
        if list(choices) == self._values:
            return
        self._values = list(choices)
        self.clear()
        self.addItems(list(choices.values()))

    def show_value(self, value: Enum | str | bool | float) -> None:
        """Show a value; one that is not offered shows nothing."""
        index = self._values.index(value) if value in self._values else -1
        if index != self.currentIndex():
            self.setCurrentIndex(index)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel alone: scrolling past must not change a setting."""
        event.ignore()
