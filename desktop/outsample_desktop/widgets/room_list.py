"""The rooms of the page, one below the other; one of them is chosen."""

from typing import Final

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QWidget

from outsample_desktop.session import Room
from outsample_desktop.theme import Colours, small_font

__all__ = ["ROOM_TITLES", "RoomList"]

ROOM_TITLES: Final = {
    Room.OVERVIEW: "Overview",
    Room.REGIMES: "Regimes",
    Room.DECAY: "Decay",
    Room.CALIBRATION: "Calibration",
    Room.ASSUMPTIONS: "Assumptions",
}

_WIDTH: Final = 78
_ROW: Final = 26  # pixels; no target is smaller than 24


class RoomList(QListWidget):
    """A slim list of rooms beside the one that is shown.

    Signals
    -------
    chosen(Room)
        The user wants another room.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Rooms")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(small_font(7.5))
        self.setFixedWidth(_WIDTH)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for place, (room, title) in enumerate(ROOM_TITLES.items(), start=1):
            item = QListWidgetItem(title)
            item.setData(Qt.ItemDataRole.UserRole, room.value)
            item.setSizeHint(QSize(_WIDTH, _ROW))
            item.setToolTip(f"{title} (Ctrl+{place})")
            self.addItem(item)
        self.setCurrentRow(0)
        self.currentRowChanged.connect(lambda row: self.chosen.emit(list(ROOM_TITLES)[row]))

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        palette = self.palette()
        for kind, name in (
            (palette.ColorRole.Base, role.window),
            (palette.ColorRole.Text, role.muted),
            (palette.ColorRole.Highlight, role.raised),
            (palette.ColorRole.HighlightedText, role.text),
        ):
            palette.setColor(kind, QColor(name))
        self.setPalette(palette)

    def show_room(self, room: Room) -> None:
        """Mark the room that is shown."""
        row = list(ROOM_TITLES).index(room)
        if row != self.currentRow():
            with QSignalBlocker(self):
                self.setCurrentRow(row)
