"""The page: timeline, dates and room, in the window and in pictures alike."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from outsample_desktop.resolve import ViewState
from outsample_desktop.theme import Colours
from outsample_desktop.views.overview import OverviewRoom
from outsample_desktop.widgets.split_dates import SplitDates
from outsample_desktop.widgets.timeline_pane import TimelinePane

__all__ = ["Page"]


class Page(QWidget):
    """The timeline is always there; beneath it one room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.timeline = TimelinePane()
        self.dates = SplitDates()
        self.room = OverviewRoom()
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
        split.addWidget(self.room)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 7)
        split.setSizes([222, 470])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)

    def panes(self) -> dict[str, QWidget]:
        """Return the exportable panes by name."""
        return {"timeline": self.timeline, **self.room.panes()}

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self.timeline.paint_in(role)
        self.room.paint_in(role)

    def render_view(self, view: ViewState) -> None:
        """Show a view."""
        self.timeline.render_view(view.timeline)
        self.dates.show_split(view.timeline.split)
        self.room.render_view(view)
