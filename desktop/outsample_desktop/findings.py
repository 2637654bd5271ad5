"""Has what a room needs longer than a frame for worked out when nothing is held, and shown when it is there."""

from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from outsample_desktop.evaluator import Answer
from outsample_desktop.making import stages
from outsample_desktop.newest_worker import NewestWorker
from outsample_desktop.resolve.found import FOUND_IN, Found, found_key
from outsample_desktop.resolve.panes import active_name
from outsample_desktop.session import Room, State
from outsample_desktop.widgets.job_line import JobLine

if TYPE_CHECKING:
    from outsample_desktop.main_window import MainWindow

__all__ = ["Findings"]

_WORDS: Final = {Room.REGIMES: "regimes", Room.DECAY: "decay", Room.ASSUMPTIONS: "assumptions"}
_GIVEN_UP: Final = "given up; move a boundary to begin again"
_SECONDS: Final = 10.0  # after which shuffles that could still be drawn are left out


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """What is to be worked out, for which answer, and whether it is still wanted."""

    key: tuple[object, ...]
    answer: Answer
    is_given_up: Event = field(default_factory=Event)


class Findings(QObject):
    """Orders what the room in front shows beside the numbers of a frame; a boundary that is taken ends the work.

    Parameters
    ----------
    window : MainWindow

    Signals
    -------
    progressed(float)
        Share of the work that is done, on the GUI thread.
    """

    progressed = Signal(float)
    _advanced = Signal(object, object)  # what was asked, and what is known of it so far

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._latest: dict[Room, Found] = {}
        self._asked: _Asked | None = None
        self._unwanted: tuple[object, ...] = ()
        self.line = JobLine()
        window.statusBar().addPermanentWidget(self.line)
        self._worker = NewestWorker("findings", self)
        self._worker.done.connect(self._take)
        self._advanced.connect(self._take)
        self._worker.broke.connect(self._report)
        self.progressed.connect(self._show)
        self.line.cancelled.connect(self.cancel)
        window.session.changed.connect(lambda _old, new: self._give_way(new))
        window.painted.connect(self._follow)

    def latest(self, room: Room) -> Found | None:
        """Return what was last worked out for a room from the data that are open, whatever else it was for."""
        return self._latest.get(room)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return self._asked is None

    def cancel(self) -> None:
        """Give up what is under way, keep what is known, and do not begin again until something else is wanted."""
        asked = self._asked
        if asked is None:
            return
        self._unwanted = asked.key
        latest = self._latest.get(asked.answer.request.state.room)
        known = latest.result if latest is not None and latest.key == asked.key else None
        self._take(asked, Found(asked.key, known, _GIVEN_UP))

    def forget(self) -> None:
        """Keep nothing, and end what is under way: other data are open."""
        self._drop()
        self._latest.clear()
        self._unwanted = ()

    def close(self) -> None:
        """Leave nothing running."""
        self._drop()
        self._worker.close()

    def _follow(self, answer: Answer) -> None:
        """Have worked out what the answer on screen lacks."""
        state = answer.request.state
        if state.room not in FOUND_IN or state.dragging or answer.analysis is None:
            return
        key, latest = found_key(state, active_name(state, answer.analysis)), self._latest.get(state.room)
        if key == self._unwanted or (latest is not None and latest.key == key and latest.is_whole):
            return
        if self._asked is not None and self._asked.key == key:
            return
        self._drop()
        self._unwanted = ()
        self._asked = asked = _Asked(key, answer)
        self._show(0.0)
        self._worker.ask(asked, lambda: self._make(asked))

    def _make(self, asked: _Asked) -> Found | None:
        """Work it out, on the worker's thread, telling what is known so far; None where it was given up meanwhile."""
        request, analysis = asked.answer.request, asked.answer.analysis
        assert analysis is not None
        is_given_up, found = asked.is_given_up.is_set, None
        parts = stages(request.state, analysis, request.workspace, self.progressed.emit, is_given_up, _SECONDS)
        for found in parts:
            if is_given_up():
                return None
            if not found.is_whole:
                self._advanced.emit(asked, found)
        return found

    def _give_way(self, state: State) -> None:
        """End what is under way where a boundary is held or another room is in front."""
        if self._asked is not None and (state.dragging or state.room is not self._asked.answer.request.state.room):
            self._drop()

    def _drop(self) -> None:
        if self._asked is not None:
            self._asked.is_given_up.set()
            self._asked = None
            self.line.show_work("", 0.0, 0)

    def _take(self, asked: _Asked, found: Found | None) -> None:
        if asked is not self._asked or found is None:
            return
        if found.is_whole:
            self._drop()
        self._latest[asked.answer.request.state.room] = found
        self._window.ask()

    def _report(self, error: Exception) -> None:
        """Say what broke, once: the same work would break again."""
        if self._asked is not None:
            self._unwanted = self._asked.key
        self._drop()
        self._window.report_bug(error)

    def _show(self, share: float) -> None:
        if self._asked is not None:
            room = self._asked.answer.request.state.room
            self.line.show_work(f"working out {_WORDS[room]}", share, 0)
