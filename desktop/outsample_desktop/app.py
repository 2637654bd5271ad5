"""Start-up of the application.

1. Ask Qt for its platform, and fall back to none where there is no display.
2. Make the window empty and show it: nothing heavy is imported before this.
3. Load what was asked for, or the sample market, on a worker; the window answers meanwhile.
4. On first use, compile kernels in another process behind the running window; what needs them waits for its part.
"""

import faulthandler
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Final

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

import outsample
from outsample_desktop.main_window import MainWindow
from outsample_desktop.menus import export_to
from outsample_desktop.session import Room
from outsample_desktop.sources import SAMPLE, SP500

__all__ = ["run", "self_test"]

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
    window.compiling.start()
    if files:
        window.open_files(files)
    else:
        window.open(SAMPLE)
    return int(application.exec())


def self_test() -> int:
    """Open the sample and the S&P 500 without a screen, export everything, and return 0 if all of it went well."""
    application = QApplication.instance() or QApplication([sys.argv[0]])
    assert isinstance(application, QApplication)
    window = MainWindow()
    window.resize(*_SIZE)
    window.show()
    problems: list[str] = []
    window.evaluator.broke.connect(lambda error: problems.append(repr(error)))
    window.loader.failed.connect(problems.append)
    window.loader.broke.connect(lambda error: problems.append(repr(error)))
    _prepare(window)
    with tempfile.TemporaryDirectory() as folder:
        for source in (SAMPLE, SP500):
            answered = _opened(window, source, problems)
            count = len(list(Path(folder).iterdir()))
            for room in Room if answered else ():
                _enter(window, room)
                export_to(window, Path(folder))
            if not answered or len(list(Path(folder).iterdir())) <= count:
                problems.append(f"{source} gave no picture or table: {window.notice.label.text()}")
                break
            for file in Path(folder).iterdir():
                file.unlink()
    window.close()
    for problem in problems:
        sys.stderr.write(f"self-test: {problem}\n")
    return 1 if problems else 0


def _prepare(window: MainWindow) -> None:
    """Wait until formulas are compiled, so that what is waited for afterwards does not take minutes."""
    loop = QEventLoop()
    window.compiling.ended.connect(loop.quit)
    window.compiling.start()
    if window.compiling.is_running:
        loop.exec()


def _enter(window: MainWindow, room: Room) -> None:
    """Go to a room and wait until all of it is painted; a minute at most."""
    loop = QEventLoop()
    window.painted.connect(loop.quit)
    patience = QTimer(window)
    patience.setSingleShot(True)
    patience.timeout.connect(loop.quit)
    patience.start(60_000)
    if window.session.state.room is not room:
        window.session.update(room=room)
        loop.exec()
    while patience.isActive() and not window.findings.is_idle:
        loop.exec()
    patience.stop()


def _opened(window: MainWindow, source: str, problems: list[str]) -> bool:
    """Open a source and wait until it is painted; False after a minute or a problem."""
    loop = QEventLoop()
    answers: list[object] = []
    window.painted.connect(answers.append)
    window.painted.connect(loop.quit)
    window.loader.failed.connect(loop.quit)
    QTimer.singleShot(60_000, loop.quit)
    window.open(source)
    loop.exec()
    return bool(answers) and not problems


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
