"""The typed alternative to dragging: four dates in UTC, and the lengths they make."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from outsample.errors import UsageError
from outsample.typing import DAY
from outsample.windows import Handle, Split, iso, parse_time, position_of
from outsample_desktop.theme import small_font
from outsample_desktop.widgets.line_of_text import LineOfText
from outsample_desktop.widgets.split_item import HANDLES

__all__ = ["SplitDates"]

_WIDTH: Final = 128


class SplitDates(QWidget):
    """One box a handle.

    Signals
    -------
    typed(Handle, object)
        A handle is wanted at a time (int ns).
    refused(str)
        What was typed is no time; the box shows the old one again.
    """

    typed = Signal(object, object)
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._split: Split | None = None
        self.boxes: dict[Handle, QLineEdit] = {}
        self._lengths = LineOfText("Lengths of the windows", 8.5, align=1.0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(60, 1, 8, 1)
        layout.setSpacing(6)
        for handle in HANDLES:
            label = QLabel(handle.value.capitalize())
            label.setFont(small_font(8.0))
            box = QLineEdit()
            box.setFont(small_font(8.5))
            box.setFixedWidth(_WIDTH)
            box.setMinimumHeight(24)
            box.setAccessibleName(f"{handle.value}, UTC, ISO-8601")
            box.setToolTip(f"{handle.value} in UTC; type a date or a time and press Return")
            box.editingFinished.connect(lambda one=handle: self._finish(one))
            label.setBuddy(box)
            self.boxes[handle] = box
            layout.addWidget(label)
            layout.addWidget(box)
        layout.addWidget(self._lengths, 1)

    def show_split(self, split: Split) -> None:
        """Show where the handles stand; a box that is being typed in is left alone."""
        if split == self._split:
            return
        self._split = split
        for handle, box in self.boxes.items():
            text = _written(position_of(split, handle))
            if text != box.text() and not (box.hasFocus() and box.isModified()):
                box.setText(text)
        purge = split.test.start - split.train.stop
        self._lengths.setText(
            f"train {split.train.length / DAY:,.1f} d  ·  purge {purge / DAY:,.1f} d  ·  "
            f"test {split.test.length / DAY:,.1f} d  ·  UTC, half-open"
        )

    def _finish(self, handle: Handle) -> None:
        box = self.boxes[handle]
        if self._split is None or not box.isModified():
            return
        box.setModified(False)
        try:
            time = parse_time(box.text())
        except UsageError as error:
            box.setText(_written(position_of(self._split, handle)))
            self.refused.emit(str(error))
            return
        self.typed.emit(handle, time)
        box.setText(_written(position_of(self._split, handle)))


def _written(time: int) -> str:
    """Return a time to the minute, which is what fits and what is typed; the rest is in the tool tip and exports."""
    text = iso(time)
    return f"{text} 00:00" if "T" not in text else text[:16].replace("T", " ")
