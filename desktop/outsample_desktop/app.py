"""Start-up of the application.

1. Ask Qt for its platform, and fall back to none where there is no display.
2. Make the window empty and show it: nothing heavy is imported before this.
3. Load what was asked for, or the sample market, on a worker; the window answers meanwhile.
4. Compile kernels behind the running window, not before it.
"""

import faulthandler
import sys
import threading
import time
from types import TracebackType
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

import outsample
from outsample_desktop.loader import SAMPLE
from outsample_desktop.main_window import MainWindow

__all__ = ["run"]

_SIZE: Final = (1280, 800)


def run(files: list[str], trace_startup: bool = False) -> int:
    """Open the application on `files`, or on the sample market, and return its exit code."""
    started = time.perf_counter()
    faulthandler.enable()
    application = QApplication.instance() or QApplication([sys.argv[0]])
    assert isinstance(application, QApplication)
    application.setApplicationName("Outsample")
    application.setApplicationVersion(outsample.__version__)
    window = MainWindow()
    window.resize(*_SIZE)
    _route_bugs_to(window)
    window.show()
    if trace_startup:
        window.painted.connect(lambda _answer: _trace("first numbers painted", started))
        QTimer.singleShot(0, lambda: _trace("window shown", started))
    if files:
        window.open_files(files)
    else:
        window.open(SAMPLE)
    return int(application.exec())


def _route_bugs_to(window: MainWindow) -> None:
    """Let every unforeseen exception reach the notice bar, from whichever thread."""

    def from_main(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error, trace)
        window.report_bug(error)

    def from_thread(caught: threading.ExceptHookArgs) -> None:
        if caught.exc_value is not None:
            window.evaluator.broke.emit(caught.exc_value)

    sys.excepthook = from_main
    threading.excepthook = from_thread


def _trace(what: str, started: float) -> None:
    sys.stderr.write(f"{what}: {time.perf_counter() - started:.3f} s\n")
