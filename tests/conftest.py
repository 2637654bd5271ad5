"""What every test gets: a private home, real data on request, and no leak, warning or skip that goes unnoticed."""

import gc
import logging
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import hypothesis
import platformdirs
import pytest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

ROOT: Final = Path(__file__).resolve().parent.parent

# The only reasons for which a test may be skipped; any other skip is an error.
PERMITTED_SKIPS: Final = re.compile(
    r"real data set \S+ is not in "  # the fixture `real_data`
    r"|no wheel of \S+ for this Python"  # pytest.importorskip("oracle", reason=...)
)

# Log records at WARNING or above that nobody can prevent; for Qt's own messages see `qt_log_ignore` in pyproject.toml.
PERMITTED_LOGS: Final = re.compile(r"(?!)")  # none so far

GRACE: Final = 1.0  # seconds that a worker gets to end by itself
FAILED: Final = pytest.StashKey[bool]()


# --- Environment: set before numba, Qt or the application is imported -----------------------------------------------

# Compiled kernels stay where the application keeps them: compiling anew in each run would take minutes.
os.environ.setdefault("NUMBA_CACHE_DIR", str(platformdirs.user_cache_path("outsample") / "numba"))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_API"] = "pyside6"

HOME: Final = Path(tempfile.mkdtemp(prefix="outsample-tests-"))
for kind in ("CACHE", "CONFIG", "DATA", "STATE"):
    os.environ[f"XDG_{kind}_HOME"] = str(HOME / kind.lower())  # platformdirs; QStandardPaths and QSettings on Linux
for kind in ("APPDATA", "LOCAL_APPDATA"):
    os.environ[f"WIN_PD_OVERRIDE_{kind}"] = str(HOME / kind.lower())  # platformdirs on Windows

hypothesis.settings.register_profile("desk", deadline=None)  # the first call of a kernel compiles it
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "desk")


def pytest_unconfigure() -> None:
    """Remove the private home."""
    shutil.rmtree(HOME, ignore_errors=True)


# --- Real data ------------------------------------------------------------------------------------------------------


@pytest.fixture
def data_folder() -> Path:
    """Folder with real market data: OUTSAMPLE_DATA, or `shared/data` beside the checkout."""
    return Path(os.environ.get("OUTSAMPLE_DATA") or ROOT.parent / "shared" / "data")


@pytest.fixture
def real_data(data_folder: Path) -> Callable[[str], Path]:
    """Return a function from a file's name inside the data folder to its path; a missing file skips the test."""

    def find(name: str) -> Path:
        path = data_folder / name
        if not path.exists():
            pytest.skip(f"real data set {name} is not in {data_folder}; set OUTSAMPLE_DATA to the folder that has it")
        return path

    return find


# --- A skip that nobody expected is an error ------------------------------------------------------------------------


def refuse_unexpected_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip for a reason that is not permitted into a failure."""
    if not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not PERMITTED_SKIPS.search(reason):
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: unexpected skip ({reason}); cure it, or permit its reason in {__file__}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Judge skips inside tests, and note failures for the leak check below."""
    report = yield
    refuse_unexpected_skip(report)
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Judge skips of whole modules."""
    report = yield
    refuse_unexpected_skip(report)
    return report


# --- A warning that nobody expected is an error ---------------------------------------------------------------------


@pytest.fixture(autouse=True)
def no_logged_warning(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail on a record at WARNING or above; a test that expects one asserts it and then calls `caplog.clear()`."""
    yield
    records = [record for phase in ("setup", "call") for record in caplog.get_records(phase)] + caplog.records
    texts = [
        f"{record.levelname} {record.name}: {record.getMessage()}"
        for record in dict.fromkeys(records)
        if record.levelno >= logging.WARNING
    ]
    unexpected = [text for text in texts if not PERMITTED_LOGS.search(text)]
    if unexpected:
        pytest.fail("logged without being expected:\n" + "\n".join(unexpected), pytrace=False)


# --- A leak is an error ---------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def no_leak(request: pytest.FixtureRequest) -> Iterator[None]:
    """In a test that uses Qt, fail on windows, timers, animations and threads that outlive it.

    `gc.freeze` sets aside every object that exists before the test. Afterwards the garbage collector knows only
    what the test made, so that collecting and looking through it takes microseconds.
    """
    if "qapp" not in request.fixturenames:
        yield
        return
    qapp = request.getfixturevalue("qapp")
    windows, threads = set(qapp.topLevelWidgets()), set(threading.enumerate())
    gc.freeze()
    try:
        yield
        if not request.node.stash.get(FAILED, False):  # the traceback of a failed test keeps its locals alive
            request.node.funcargs.clear()  # or the widgets that fixtures returned would live on here
            leaks = [*leaked_threads(threads), *leaked_qt_objects(qapp, windows)]
            if leaks:
                pytest.fail("still alive after the test:\n" + "\n".join(leaks), pytrace=False)
    finally:
        gc.unfreeze()


def leaked_threads(before: set[threading.Thread]) -> Iterator[str]:
    """Yield the non-daemon Python threads that were started since `before`."""
    for thread in set(threading.enumerate()) - before:
        if not thread.daemon:
            thread.join(GRACE)
            if thread.is_alive():
                yield f"Python thread {thread.name}: shut its executor down, or join it"


def leaked_qt_objects(qapp: "QApplication", before: set[object]) -> Iterator[str]:
    """Yield top-level widgets, running timers, animations, threads and pool tasks that the test left behind."""
    import shiboken6
    from PySide6.QtCore import QAbstractAnimation, QEvent, QThread, QThreadPool, QTimer

    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    qapp.processEvents()
    gc.collect()
    for widget in set(qapp.topLevelWidgets()) - before:
        if widget.objectName() != "qtooltip_label":  # Qt keeps one tool tip for the whole application
            yield f"top-level widget {widget!r}: qtbot.addWidget, or close it"
    for thing in gc.get_objects():
        if issubclass(type(thing), QTimer) and shiboken6.isValid(thing) and thing.isActive():
            yield f"active timer {thing!r} of {thing.parent()!r}: stop it when its owner closes"
        elif issubclass(type(thing), QAbstractAnimation) and shiboken6.isValid(thing):
            if thing.state() == QAbstractAnimation.State.Running:
                yield f"running animation {thing!r}: stop it when its owner closes"
        elif issubclass(type(thing), QThread) and shiboken6.isValid(thing) and not thing.wait(int(1000 * GRACE)):
            yield f"running thread {thing!r}: quit and wait for it"
    if not QThreadPool.globalInstance().waitForDone(int(1000 * GRACE)):
        yield "a task in the global thread pool: wait for it"
