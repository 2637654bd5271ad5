"""First use: the window is there, shows how far compiling is, and waits for what it needs and nothing else."""

import sys

import pytest

from outsample.compiled import CACHE
from outsample.kernel_cache import Keeping, KernelCache
from outsample_desktop import compiling as module
from outsample_desktop.background_process import BackgroundProcess
from outsample_desktop.compile_worker import Passed
from outsample_desktop.compiling import Compiling

PATIENCE = 30_000
# What the processes do; a file of its own, because another process must be able to import it.
WORK = """
import os, threading
from outsample_desktop.background_process import Broke
from outsample_desktop.compile_worker import Compiled, Hindered, Passed

class Riddle:
    def __reduce__(self):
        return eval, ("1 / 0",)

def whole(_, tell, wanted):
    tell.send(Compiled("reading", 1, 3))
    tell.send(Passed(1, False))
    tell.send(Compiled("answers", 2, 3))
    tell.send(Passed(2, False))
    tell.send(Passed(3, True))

def until_unwanted(_, tell, wanted):
    tell.send(Compiled("reading", 12, 40))
    wanted.poll(None)

def deaf(folder, tell, wanted):
    folder.mkdir()
    (folder / "quotes.arrow").touch()
    tell.send(Compiled("reading", 12, 40))
    threading.Event().wait()

def exits(_, tell, wanted):
    tell.send(Compiled("reading", 12, 40))
    os._exit(3)

def is_hindered(_, tell, wanted):
    tell.send(Hindered("a first use needs room, found a full disk; make some"))

def tells_riddles(_, tell, wanted):
    tell.send(Riddle())
    wanted.poll(None)

def breaks(_, tell, wanted):
    tell.send(Broke("Traceback\\n  somewhere\\nZeroDivisionError: division by zero"))
"""


@pytest.fixture
def work(tmp_path, monkeypatch):
    """Return the module with what the processes do."""
    (tmp_path / "work_of_compilers.py").write_text(WORK, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    import work_of_compilers

    yield work_of_compilers
    del sys.modules["work_of_compilers"]


def told_to(window, monkeypatch):
    """Return the list that gets what the notice is told."""
    sentences = []
    monkeypatch.setattr(window.notice, "tell", lambda sentence, **_: sentences.append(sentence))
    return sentences


@pytest.fixture
def cache(tmp_path):
    """An empty folder."""
    return KernelCache(Keeping.KEPT, tmp_path, tmp_path)


@pytest.fixture
def first_use(empty, work, cache):
    """Return a function from what the process does to a window in its first use, and what compiles for it."""

    def start(name):
        window = empty.window
        window.compiling = Compiling(window, cache, getattr(work, name))
        window.compiling.start()
        return window, window.compiling

    return start


@pytest.fixture
def waiting(first_use, qtbot):
    """A window whose process has begun, tells nothing more, and is told for by the test."""
    window, compiling = first_use("until_unwanted")
    qtbot.waitUntil(lambda: "12 of 40" in compiling.line.bar.format(), timeout=PATIENCE)
    return window, compiling


def test_progress_is_shown_beside_a_window_that_is_up(waiting):
    window, compiling = waiting
    assert window.isVisible()
    assert compiling.is_running
    assert compiling.line.isVisible()
    assert compiling.line.bar.format().startswith("first use: preparing kernels, 12 of 40")
    assert compiling.line.bar.value() == 30
    assert "reading" in compiling.line.toolTip()
    assert not window.notice.isVisible()


def test_reading_waits_for_its_kernels_and_the_first_answer_for_its_own(waiting, stores, qtbot):
    window, compiling = waiting
    loads, answers = [], []
    window.loader.loaded.connect(loads.append)
    window.painted.connect(answers.append)
    window.open(str(stores["quotes"]))
    assert not loads
    with qtbot.waitSignal(window.loader.ended, timeout=PATIENCE):
        compiling.told.emit(Passed(1, False))
    assert len(loads) == 1
    assert "wait for machine code" in window.status.text()
    assert window.evaluator.is_idle
    assert not answers
    with qtbot.waitSignal(window.painted, timeout=PATIENCE):
        compiling.told.emit(Passed(2, False))
    assert len(answers) == 1
    assert compiling.is_running


def test_a_second_file_takes_the_place_of_one_that_waits(waiting, stores, qtbot):
    window, compiling = waiting
    window.open(str(stores["quotes"]))
    window.open(str(stores["prices"]))
    with qtbot.waitSignal(window.painted, timeout=PATIENCE):
        compiling.told.emit(Passed(2, False))
    assert window.loaded.source == str(stores["prices"])


def test_loading_can_be_cancelled_while_it_waits(waiting, stores, qtbot):
    window, compiling = waiting
    loads = []
    window.loader.loaded.connect(loads.append)
    window.open(str(stores["quotes"]))
    assert window.cancel_button.isVisible()
    window.cancel_button.click()
    qtbot.waitUntil(lambda: not window.progress.isVisible(), timeout=PATIENCE)
    compiling.told.emit(Passed(2, False))
    assert not loads
    assert window.status.text() == "open a data set to begin"


def test_at_the_end_the_line_goes_and_nothing_is_said(first_use, qtbot):
    window, compiling = first_use("whole")
    with qtbot.waitSignal(compiling.ended, timeout=PATIENCE):
        pass
    assert not compiling.is_running
    assert not compiling.line.isVisible()
    assert not window.notice.isVisible()


def test_a_process_that_dies_gives_one_sentence_and_the_window_goes_on(first_use, stores, qtbot, monkeypatch):
    window, compiling = first_use("exits")
    sentences = told_to(window, monkeypatch)
    window.open(str(stores["quotes"]))
    with qtbot.waitSignals([compiling.ended, window.painted], timeout=PATIENCE):
        pass
    assert not compiling.line.isVisible()
    (sentence,) = sentences
    assert "found it gone at 12 of 40 kernels (exit code 3)" in sentence
    assert "what is missing is compiled when it is used" in sentence


def test_a_process_that_cannot_be_started_gives_one_sentence(first_use, qtbot, monkeypatch):
    def refuse(*_):
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(BackgroundProcess, "see_through", refuse)
    window, compiling = first_use("whole")
    qtbot.waitUntil(window.notice.isVisible, timeout=PATIENCE)
    assert "found none to be had ([Errno 11] Resource temporarily unavailable)" in window.notice.label.text()
    assert not compiling.is_running


def test_a_bug_is_reported_and_the_window_goes_on(first_use, qtbot):
    window, compiling = first_use("breaks")
    with qtbot.waitSignal(compiling.ended, timeout=PATIENCE):
        pass
    assert "compiling ended with ZeroDivisionError: division by zero" in window.notice.label.text()
    assert not compiling.is_running


def test_a_full_disk_is_one_sentence_with_its_cure_and_the_window_goes_on(first_use, stores, qtbot, monkeypatch):
    window, compiling = first_use("is_hindered")
    sentences = told_to(window, monkeypatch)
    window.open(str(stores["quotes"]))
    with qtbot.waitSignals([compiling.ended, window.painted], timeout=PATIENCE):
        pass
    (sentence,) = sentences
    assert sentence.startswith("a first use needs room, found a full disk; make some; nothing is lost")


def test_a_message_that_cannot_be_read_ends_the_process_and_the_window_goes_on(first_use, stores, qtbot, monkeypatch):
    window, compiling = first_use("tells_riddles")
    sentences = told_to(window, monkeypatch)
    window.open(str(stores["quotes"]))
    with qtbot.waitSignals([compiling.ended, window.painted], timeout=PATIENCE):
        pass
    assert not compiling.is_running
    (sentence,) = sentences
    assert "ZeroDivisionError" in sentence


@pytest.mark.parametrize("name", ["until_unwanted", "deaf"])
def test_cancelling_lets_the_window_go_on_and_says_nothing(first_use, stores, qtbot, name):
    window, compiling = first_use(name)
    qtbot.waitUntil(lambda: "12 of 40" in compiling.line.bar.format(), timeout=PATIENCE)
    window.open(str(stores["quotes"]))
    with qtbot.waitSignals([compiling.ended, window.painted], timeout=PATIENCE):
        compiling.line.button.click()
    assert not compiling.is_running
    assert not window.notice.isVisible()


@pytest.mark.parametrize("name", ["until_unwanted", "deaf"])
def test_closing_the_window_leaves_no_process_and_no_file_behind(first_use, cache, qtbot, name):
    window, compiling = first_use(name)
    qtbot.waitUntil(lambda: "12 of 40" in compiling.line.bar.format(), timeout=PATIENCE)
    process, thread = compiling._process, compiling._thread
    assert process.process_id is not None
    window.close()
    assert process.process_id is None
    assert not thread.is_alive()
    assert list(cache.folder.glob("market-*")) == []


def test_a_prepared_folder_starts_nothing(empty, cache):
    def forbidden(*_):
        raise AssertionError("a warm start has nothing to compile")

    cache.mark_prepared()
    compiling = Compiling(empty.window, cache, forbidden)
    compiling.start()
    assert not compiling.is_running
    assert compiling._thread is None
    assert not compiling.line.isVisible()
    assert not empty.window.notice.isVisible()


def test_where_nothing_can_be_kept_nothing_is_started(empty, cache):
    compiling = Compiling(empty.window, KernelCache(Keeping.NOWHERE, cache.folder, cache.folder))
    compiling.start()
    assert not compiling.is_running


def test_a_folder_that_cannot_be_written_is_said_on_screen_and_again_once_data_are_open(
    empty, cache, stores, monkeypatch
):
    sentence = KernelCache(Keeping.SESSION, cache.folder, cache.folder / "wanted").problem
    monkeypatch.setattr(module, "problem", lambda: sentence)
    cache.mark_prepared()
    window = empty.window
    window.compiling = Compiling(window, cache)
    window.compiling.start()
    assert window.notice.label.text() == sentence
    assert window.notice.isVisible()
    empty.open(stores["quotes"])
    assert window.notice.label.text() == sentence
    assert window.notice.isVisible()
    window.notice.hide()
    empty.change(theme=empty.state.theme)
    assert not window.notice.isVisible()


@pytest.mark.slow
def test_an_empty_folder_is_filled_and_marked(empty, tmp_path, qtbot, monkeypatch):
    folder = tmp_path / CACHE.folder.name
    folder.mkdir()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(folder))
    cache = KernelCache(Keeping.KEPT, folder, folder)
    compiling = Compiling(empty.window, cache)
    with qtbot.waitSignal(compiling.ended, timeout=600_000):
        compiling.start()
    assert cache.is_prepared
    assert not cache.is_empty
    assert not empty.window.notice.isVisible()
