"""First use: formulas are compiled by another process behind the running window, which shows how far it is.

numba compiles in Python, which would hold the interpreter of the window for a tenth of a second at a time. What reads
data and what answers waits for the part it needs; afterwards machine code comes from the cache folder. A warm start
looks once whether the marker is there, and starts nothing. Without a process, formulas compile when they are used.
"""

import os
import shutil
import threading
from collections.abc import Callable
from enum import IntEnum
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal

from outsample.compiled import CACHE, problem
from outsample.kernel_cache import KernelCache
from outsample_desktop.background_process import BackgroundProcess, Broke, how_it_ended
from outsample_desktop.compile_worker import Compiled, Hindered, Passed, compile_in_background
from outsample_desktop.widgets.job_line import JobLine

if TYPE_CHECKING:
    from outsample_desktop.main_window import MainWindow

__all__ = ["Compiling", "Need"]

_GRACE_AT_CLOSE: Final = 0.3  # seconds that a process gets to end by itself
_LATER: Final = "nothing is lost: what is missing is compiled when it is used, and first answers take longer"

Work = Callable[[Path, Connection, Connection], None]


class Need(IntEnum):
    """How many steps of `outsample.warm_up` must be done for what."""

    READING = 1
    ANSWERS = 2


class Compiling(QObject):
    """Has formulas compiled for a window, and lets it begin when it can.

    Parameters
    ----------
    window : MainWindow
        With its status bar and notice.
    cache : KernelCache
    work : callable
        What the process does.

    Signals
    -------
    told(object), gone(object)
        From the process: what it says, and its exit code or the OSError that kept it from starting.
    ended()
        All is there, or will be compiled when it is used.
    """

    told = Signal(object)
    gone = Signal(object)
    ended = Signal()

    def __init__(self, window: "MainWindow", cache: KernelCache = CACHE, work: Work = compile_in_background) -> None:
        super().__init__(window)
        self._window, self._cache, self._work = window, cache, work
        self.line = JobLine()
        window.statusBar().addPermanentWidget(self.line)
        self._process: BackgroundProcess | None = None
        self._thread: threading.Thread | None = None
        self._passed = 0
        self._is_whole = False
        self._how_far = "its beginning"
        self._waiting: dict[Need, Callable[[], None]] = {}
        self.line.cancelled.connect(self.cancel)
        window.loader.ended.connect(self._say_what_waits)
        window.cancel_button.clicked.connect(self._forget_reading)
        self.told.connect(self._take)
        self.gone.connect(self._finish)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.close)  # however it ends: the thread of a process is waited for

    @property
    def is_running(self) -> bool:
        """Whether a process is under way."""
        return self._process is not None

    def start(self) -> None:
        """Say what is wrong with the cache folder, and have compiled what is not there yet."""
        if problem():
            self._window.notice.tell(problem())
            # what is opened clears the notice
            self._window.painted.connect(self._remind, Qt.ConnectionType.SingleShotConnection)
        if self.is_running or not self._cache.is_writable or self._cache.is_prepared:
            return
        folder = self._cache.folder / f"market-{os.getpid()}"
        process = self._process = BackgroundProcess(self._work, folder)
        self.line.show_work("first use: preparing kernels", 0.0, 0)
        self._thread = threading.Thread(target=self._see_through, args=(process, folder), name="compile")
        self._thread.start()

    def when_ready(self, need: Need, call: Callable[[], None]) -> None:
        """Call at once, or as soon as what is needed is there; of several with one need the newest."""
        if not self.postpones(need, call):
            call()

    def postpones(self, need: Need, call: Callable[[], None]) -> bool:
        """Return whether what is needed is not there yet; then `call` is called as soon as it is."""
        if self._process is None or self._passed >= need:
            return False
        self._waiting[need] = call
        return True

    def cancel(self) -> None:
        """Go on without."""
        if self._process is not None:
            self._process.end()

    def close(self) -> None:
        """Leave no process behind."""
        self._waiting.clear()
        if self._process is not None:
            self._process.end(_GRACE_AT_CLOSE)
        if self._thread is not None:
            self._thread.join()

    def _see_through(self, process: BackgroundProcess, folder: Path) -> None:
        try:
            end: object = process.see_through(self.told.emit)
        except OSError as error:
            end = error
        shutil.rmtree(folder, ignore_errors=True)
        self.gone.emit(end)

    # ------------------------------------------------------------------ on the GUI thread

    def _take(self, message: object) -> None:
        match message:
            case Compiled(words, done, total):
                self._show(words, done, total)
            case Passed(steps, is_last):
                self._passed, self._is_whole = steps, is_last
                self._let_go()
            case Hindered(sentence):
                self._window.notice.tell(f"{sentence}; {_LATER}")
                self._is_whole = True  # there is nothing left to be said
            case Broke(trace):
                last = trace.strip().splitlines()[-1]
                self._window.notice.tell(f"internal error, please report it: compiling ended with {last}; {_LATER}")
                self._is_whole = True

    def _finish(self, end: object) -> None:
        process, self._process = self._process, None
        if not self._is_whole and process is not None and not process.is_over:
            found = f"none to be had ({end})" if isinstance(end, OSError) else f"it gone at {self._how_far}"
            how = "" if isinstance(end, OSError) else f" ({how_it_ended(end if isinstance(end, int) else None)})"
            self._window.notice.tell(f"compiling ahead needs a process of its own, found {found}{how}; {_LATER}")
        self.line.show_work("", 0.0, 0)
        self._let_go()
        self.ended.emit()

    def _let_go(self) -> None:
        """Call what has waited for what is there now; it may have to wait for something else."""
        waiting, self._waiting = self._waiting, {}
        for need, call in waiting.items():
            self.when_ready(need, call)

    def _forget_reading(self) -> None:
        """Give up what was to be opened, as the loader does with what it has begun."""
        if self._waiting.pop(Need.READING, None) is not None:
            self._window.loader.ended.emit()

    def _remind(self, _: object) -> None:
        if not self._window.notice.isVisible():
            self._window.notice.tell(problem())

    def _say_what_waits(self) -> None:
        if Need.ANSWERS in self._waiting:
            self._window.status.setText("the data are there; their numbers wait for machine code, on first use only")

    def _show(self, words: str, done: int, total: int) -> None:
        self._how_far = f"{done} of {total} kernels"
        self.line.show_work(f"first use: preparing kernels, {done} of {total}", done / max(total, 1), 0)
        self.line.setToolTip(f"Once for this version: machine code for {words}. Everything can be used meanwhile.")
