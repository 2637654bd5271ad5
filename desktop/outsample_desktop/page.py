"""The page: timeline, dates and rooms, in the window and in pictures alike."""

from PySide6.QtCore import Qt
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

    `room` is the overview, the one a case opens with. A room that is not in front is given nothing to draw.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.timeline = TimelinePane()
        self.dates = SplitDates()
        self.room, self.calibration = OverviewRoom(), CalibrationRoom()
        self.list, self._rooms = RoomList(), QStackedWidget()
        for room in (self.room, self.calibration):  # in the order of `Room`
            self._rooms.addWidget(room)
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
        row.addWidget(self._rooms, 1)
        return whole

    def panes(self) -> dict[str, QWidget]:
        """Return the exportable panes of all rooms by name."""
        return {"timeline": self.timeline, **self.room.panes(), **self.calibration.panes()}

    def show_state(self, state: State) -> None:
        """Bring the chosen room to the front, and show in it what is chosen."""
        self.list.show_room(state.room)
        self._rooms.setCurrentIndex(list(Room).index(state.room))
        for room in (self.room, self.calibration):
            room.show_state(state)

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self.timeline.paint_in(role)
        self.room.paint_in(role)
        self.calibration.paint_in(role)
        self.list.paint_in(role)

    def render_view(self, view: ViewState) -> None:
        """Show a view, in the room it was made for."""
        self.timeline.render_view(view.timeline)
        self.dates.show_split(view.timeline.split)
        if view.calibration is None:
            self.room.render_view(view)
        else:
            self.calibration.render_view(view.calibration)
