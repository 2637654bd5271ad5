"""Events from a file become marked regimes of the case, by dialog or by drop: one undo step a file."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from outsample.errors import OutsampleError
from outsample.io.events import looks_like_events
from outsample.regimes.marked_events import marked_events, spans_outside
from outsample_desktop.session import Room

if TYPE_CHECKING:
    from outsample_desktop.main_window import MainWindow

__all__ = ["Marking"]

_FILES: Final = "Events (*.csv *.csv.gz *.txt *.parquet *.arrow);;All files (*)"
_NOTHING_OPEN: Final = "events need a price history to be marked on, found none open; open one first"


class Marking(QObject):
    """Takes files of events.

    Parameters
    ----------
    window : MainWindow
        With its page, session and notice.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        window.page.made.connect(self._join)

    def _join(self, room: Room) -> None:
        """Listen to the room of regimes, which is made when it is first looked at."""
        if room is Room.REGIMES:
            self._window.page.room_of(room).events_wanted.connect(self.ask_for_events)

    def ask_for_events(self) -> None:
        """Let the user choose a file of events."""
        path, _ = QFileDialog.getOpenFileName(self._window, "Import events", "", _FILES)
        if path:
            self.import_events(path)

    def take(self, files: list[str]) -> bool:
        """Import a file that holds events by its header; return whether it does."""
        is_calendar = len(files) == 1 and looks_like_events(files[0])
        if is_calendar:
            self.import_events(files[0])
        return is_calendar

    def import_events(self, path: str) -> None:
        """Mark the events of a file beside what is marked already; what cannot be is told in a sentence."""
        window, state = self._window, self._window.session.state
        if window.data is None:
            window.notice.tell(_NOTHING_OPEN)
            return
        try:
            read = marked_events(path)
            new = tuple(one for one in read.spans if one not in state.drawn)
            parameters = state.parameters.with_values({("regimes", "drawn"): (*state.drawn, *new)})
        except OutsampleError as error:
            window.notice.tell(str(error))
            return
        said = [read.summary, *read.remarks]
        if known := len(read.spans) - len(new):
            said.append(f"{known:,} of them were marked already.")
        if outside := spans_outside(new, window.data.times):
            said.append(f"{outside:,} lie outside the history.")
        window.session.change("import events", parameters=parameters, room=Room.REGIMES)
        window.page.room_of(Room.REGIMES).show_marked()
        window.notice.tell(" ".join(said), is_problem=False)
