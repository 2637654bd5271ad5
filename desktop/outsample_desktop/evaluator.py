"""Questions in, answers out: a state is analysed off the GUI thread, newest wins, nothing ever queues.

A running analysis is always finished, because cancelling it on every new request starves the screen in a steady
drag. What arrives meanwhile replaces what waited before it. Pure-Python work never runs here: kernels release the
GIL, and the rest of a drag is a millisecond of numpy.
"""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, Signal

from outsample.catalog import score
from outsample.errors import OutsampleError
from outsample.report import Analysis, analyse
from outsample.study import Settings, Workspace
from outsample_desktop.resolve import ViewState, resolve
from outsample_desktop.resolve.found import Found
from outsample_desktop.session import State

__all__ = ["Answer", "Evaluator", "Request", "answer"]

_SWITCH_INTERVAL: Final = 0.0005  # seconds; a worker in Python code must not hold the GIL for a frame
_PREVIEW_OBSERVATIONS: Final = 16_000  # observations that a repricing loss can afford within a frame


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: a state, the data it is about, and what was worked out for the room in front."""

    generation: int
    state: State
    workspace: Workspace
    found: Found | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What came back.

    Parameters
    ----------
    request : Request
    analysis : Analysis, optional
    view : ViewState, optional
        None where `problem` says why.
    problem : str
        One sentence for the user.
    milliseconds : float
    """

    request: Request
    analysis: Analysis | None
    view: ViewState | None
    problem: str
    milliseconds: float


def stride_for(state: State, workspace: Workspace) -> int:
    """Return how many times to skip: 1 unless a boundary is held and the loss needs repricing."""
    if not state.dragging or not score(state.score).score.unit.needs_repricing:
        return 1
    return max(1, -(-workspace.data.time_index.size // _PREVIEW_OBSERVATIONS))


def answer(request: Request) -> Answer:
    """Analyse and resolve one request; the same call serves the window and its pictures."""
    state, started = request.state, time.perf_counter()
    if state.split is None:
        return Answer(request, None, None, "open a data set to begin", 0.0)
    stride = stride_for(state, request.workspace)
    settings = Settings(state.composition, state.scheme, stride, previews=state.dragging)
    try:
        found = analyse(
            request.workspace,
            state.split,
            state.score,
            state.models,
            settings,
            state.parameters,
        )
    except OutsampleError as error:
        return Answer(request, None, None, str(error), 1e3 * (time.perf_counter() - started))
    milliseconds = 1e3 * (time.perf_counter() - started)
    return Answer(request, found, resolve(state, found, milliseconds, request.found), "", milliseconds)


class Evaluator(QObject):
    """Runs one request at a time on a worker.

    More threads for its models were tried: they halve the time in kernels and lose as much by handing the GIL
    around, and they take from the GUI thread the core that paints.

    Signals
    -------
    answered(Answer)
        Delivered on the GUI thread.
    broke(object)
        An exception that no user could have caused.
    """

    answered = Signal(object)
    broke = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        sys.setswitchinterval(_SWITCH_INTERVAL)
        self._coordinator = ThreadPoolExecutor(1, thread_name_prefix="evaluate")
        self._lock = threading.Lock()
        self._idle = threading.Event()
        self._idle.set()
        self._pending: Request | None = None
        self._is_running = False
        self._generation = 0

    def ask(self, state: State, workspace: Workspace, found: Found | None = None) -> int:
        """Ask for the answer to `state`; returns its generation."""
        with self._lock:
            self._generation += 1
            request = Request(self._generation, state, workspace, found)
            if self._is_running:
                self._pending = request
                return self._generation
            self._is_running = True
            self._idle.clear()
        self._coordinator.submit(self._run, request)
        return request.generation

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs and nothing waits."""
        return self._idle.is_set()

    def wait_until_idle(self, seconds: float) -> bool:
        """Block until everything asked is answered; False after `seconds`. For tests and shut-down."""
        return self._idle.wait(seconds)

    def close(self) -> None:
        """Finish what runs and end the threads."""
        with self._lock:
            self._pending = None
        self._coordinator.shutdown(wait=True)

    def _run(self, request: Request) -> None:
        current: Request | None = request
        while current is not None:
            self._answer(current)
            with self._lock:
                current, self._pending = self._pending, None
                if current is None:
                    self._is_running = False
                    self._idle.set()

    def _answer(self, request: Request) -> None:
        try:
            self.answered.emit(answer(request))
        except Exception as error:  # noqa: BLE001  (whatever broke must reach the user, and the worker must live on)
            self.broke.emit(error)
