"""The page: timeline, dates and rooms, in the window and in pictures alike."""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from outsample_desktop.resolve import ViewState
from outsample_desktop.session import Room, State
from outsample_desktop.theme import Colours
from outsample_desktop.views.calibration import CalibrationRoom
from outsample_desktop.views.overview import OverviewRoom
from outsample_desktop.widgets.room_list import RoomList
from outsample_desktop.widgets.split_dates import SplitDates
from outsample_desktop.widgets.timeline_pane import TimelinePane

__all__ = ["Page"]


class Page(QWidget):
    """The timeline is always there; beneath it one room, and beside that the list of them.

    `room` is the overview, the one a case opens with. A room that is not in front is given nothing to draw, and a
    room of findings is made when it first comes to the front.

    Signals
    -------
    made(Room)
        That room is there.
    intended(str, dict)
        As of the rooms.
    """

    made = Signal(object)
    intended = Signal(str, dict)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.timeline = TimelinePane()
        self.dates = SplitDates()
        self.room, self.calibration = OverviewRoom(), CalibrationRoom()
        self.rooms: dict[Room, Any] = {
            Room.OVERVIEW: self.room,
            Room.CALIBRATION: self.calibration,
        }
        self._front: Any = self.room
        self._role: Colours | None = None
        self.list, self._stack = RoomList(), QStackedWidget()
        for room in self.rooms.values():
            self._stack.addWidget(room)
            room.intended.connect(self.intended)
        self.timeline.hovered.connect(self._show_hover)
        above = QWidget()
        column = QVBoxLayout(above)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.timeline, 1)
        column.addWidget(self.dates)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setHandleWidth(3)
        split.setChildrenCollapsible(False)
        split.addWidget(above)
        split.addWidget(self._beneath())
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 7)
        split.setSizes([222, 470])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)

    def _beneath(self) -> QWidget:
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.list)
        row.addWidget(self._stack, 1)
        return whole

    def room_of(self, room: Room) -> Any:
        """Return a room, which is made if it is not there yet."""
        if room not in self.rooms:
            made = _made(room)
            if self._role is not None:
                made.paint_in(self._role)
            made.hovered.connect(self._show_hover)
            made.intended.connect(self.intended)
            self.rooms[room] = made
            self._stack.addWidget(made)
            self.made.emit(room)
        return self.rooms[room]

    def _show_hover(self, second: float) -> None:
        """Point out the time under the mouse wherever time is shown, in rooms that can."""
        if self._front not in (self.room, self.calibration):
            self.timeline.show_hover(second)
            self._front.show_hover(second)

    def panes(self) -> dict[str, QWidget]:
        """Return the exportable panes of all rooms that are there, by name."""
        found: dict[str, QWidget] = {"timeline": self.timeline}
        for room in self.rooms.values():
            found |= room.panes()
        return found

    def show_state(self, state: State) -> None:
        """Bring the chosen room to the front, and show in it what is chosen."""
        self.list.show_room(state.room)
        self._front = self.room_of(state.room)
        self._stack.setCurrentWidget(self._front)
        for room in self.rooms.values():
            room.show_state(state)

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self._role = role
        for part in (self.timeline, self.list, *self.rooms.values()):
            part.paint_in(role)

    def render_view(self, view: ViewState) -> None:
        """Show a view, in the room it was made for."""
        self.timeline.render_view(view.timeline)
        self.dates.show_split(view.timeline.split)
        if view.front is None:
            self.room.render_view(view)
        else:
            self._front.render_view(view.front)


def _made(room: Room) -> Any:
    """Return a room of findings: 20 to 40 ms each, and 20 for the imports, that no start needs."""
    if room is Room.REGIMES:
        from outsample_desktop.views.regimes import RegimesRoom

        return RegimesRoom()
    if room is Room.DECAY:
        from outsample_desktop.views.decay import DecayRoom

        return DecayRoom()
    from outsample_desktop.views.assumptions import AssumptionsRoom

    return AssumptionsRoom()
