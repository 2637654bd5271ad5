"""Work in another process: told of, given up, killed, crashed, and never left behind."""

import os
import signal
import subprocess
import sys
from collections import Counter
from multiprocessing import active_children

import pytest

from outsample.calibration import CalibrationLoss, CalibrationSettings
from outsample.calibration.tape_store import tape_folder
from outsample.formulas.fourier import Heston, Merton
from outsample_desktop.session import State
from outsample_desktop.tape_jobs import TapeJobs
from outsample_desktop.tape_worker import Broke, Refused, TapeOrder, calibrate_in_background

from .pipes import Pipes

PATIENCE = 30_000
# What the processes do; a file of its own, because another process must be able to import it.
WORK = """
import os, threading
from outsample_desktop.tape_worker import Broke, Kept, Progress, Refused

def quick(order, tell, wanted):
    for part in range(11):
        tell.send(Progress(part / 10))
    tell.send(Kept())

def until_unwanted(order, tell, wanted):
    tell.send(Progress(0.34))
    wanted.poll(None)

def deaf(order, tell, wanted):
    tell.send(Progress(0.34))
    threading.Event().wait()

def exits(order, tell, wanted):
    tell.send(Progress(0.5))
    os._exit(3)

def refuses(order, tell, wanted):
    tell.send(Refused("a calibration needs quotes, found none; open another file"))

def breaks(order, tell, wanted):
    tell.send(Broke("Traceback\\n  somewhere\\nZeroDivisionError: division by zero"))

def says_its_order(order, tell, wanted):
    tell.send(Refused(f"{order.title} {order.kind.__name__} {order.settings.loss.name} {order.state.fingerprint}"))
"""


def order_of(kind=Heston, loss=CalibrationLoss.VOL, source="sample:"):
    return TapeOrder(kind.__name__, kind, CalibrationSettings(loss=loss), State(source=source, fingerprint="abc"))


@pytest.fixture
def work(tmp_path, monkeypatch):
    """Return the module with what the processes do."""
    (tmp_path / "work_of_processes.py").write_text(WORK, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    import work_of_processes

    yield work_of_processes
    del sys.modules["work_of_processes"]


class Told:
    """Notes what jobs tell, in order."""

    def __init__(self, jobs):
        self.all = []
        jobs.progressed.connect(lambda order, share: self.all.append(("progressed", share)))
        jobs.kept.connect(lambda order: self.all.append(("kept", order)))
        jobs.failed.connect(lambda order, sentence: self.all.append(("failed", sentence)))
        jobs.broke.connect(lambda order, trace: self.all.append(("broke", trace)))
        jobs.ended.connect(lambda order: self.all.append(("ended", order)))

    @property
    def names(self):
        return [name for name, _ in self.all]

    def of(self, name):
        return [what for one, what in self.all if one == name]


@pytest.fixture
def run(qtbot, work):
    """Return a function from what a process does to the jobs and what they tell."""
    made = []

    def start(name, *orders):
        jobs = TapeJobs(work=getattr(work, name))
        made.append(jobs)
        told = Told(jobs)
        for order in orders or (order_of(),):
            jobs.build(order)
        return jobs, told

    yield start
    for jobs in made:
        jobs.close()


def is_alive(process_id):
    if os.name == "nt":
        return any(one.pid == process_id for one in active_children())
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def test_progress_is_told_and_the_end(run, qtbot):
    jobs, told = run("quick")
    assert jobs.find(order_of()) == 0.0
    qtbot.waitUntil(lambda: "ended" in told.names, timeout=PATIENCE)
    shares = told.of("progressed")
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert told.names[-2:] == ["kept", "ended"]
    assert jobs.orders == ()
    assert jobs.process_id() is None


def test_the_order_reaches_the_process_whole(run, qtbot):
    _, told = run("says_its_order", order_of(Merton, CalibrationLoss.COIN))
    qtbot.waitUntil(lambda: "ended" in told.names, timeout=PATIENCE)
    assert told.of("failed") == ["Merton Merton COIN abc"]


@pytest.mark.parametrize("number", [getattr(signal, name) for name in ("SIGKILL", "SIGTERM") if hasattr(signal, name)])
def test_a_process_that_is_killed_on_the_way_gives_one_sentence(run, qtbot, number):
    jobs, told = run("until_unwanted")
    qtbot.waitUntil(lambda: "progressed" in told.names, timeout=PATIENCE)
    os.kill(jobs.process_id(), number)
    qtbot.waitUntil(lambda: "ended" in told.names, timeout=PATIENCE)
    (sentence,) = told.of("failed")
    assert "found it gone at 34 %" in sentence
    assert f"killed by signal {number}" in sentence
    assert sentence.endswith("start them again")
    assert "\n" not in sentence
    assert jobs.orders == ()


def test_a_process_that_ends_by_itself_gives_one_sentence(run, qtbot):
    _, told = run("exits")
    qtbot.waitUntil(lambda: "ended" in told.names, timeout=PATIENCE)
    (sentence,) = told.of("failed")
    assert "at 50 % (exit code 3)" in sentence


def test_after_a_crash_the_same_can_be_started_again(run, qtbot):
    jobs, told = run("exits")
    qtbot.waitUntil(lambda: "ended" in told.names, timeout=PATIENCE)
    jobs.build(order_of())
    qtbot.waitUntil(lambda: Counter(told.names)["ended"] == 2, timeout=PATIENCE)
    assert Counter(told.names)["failed"] == 2


def test_what_the_user_can_mend_and_what_nobody_can_are_told_apart(run, qtbot):
    _, told = run("refuses")
    _, other = run("breaks")
    qtbot.waitUntil(lambda: "ended" in told.names and "ended" in other.names, timeout=PATIENCE)
    assert told.of("failed") == ["a calibration needs quotes, found none; open another file"]
    assert other.of("broke")[0].endswith("ZeroDivisionError: division by zero")
    assert "failed" not in other.names


def test_cancelling_ends_the_process_and_tells_no_failure(run, qtbot):
    jobs, told = run("until_unwanted")
    qtbot.waitUntil(lambda: "progressed" in told.names, timeout=PATIENCE)
    process = jobs.process_id()
    jobs.cancel()
    qtbot.waitUntil(lambda: "ended" in told.names, timeout=PATIENCE)
    assert set(told.names) == {"progressed", "ended"}
    assert not is_alive(process)


def test_what_was_given_up_can_be_ordered_again_before_its_process_is_gone(run, qtbot):
    jobs, told = run("deaf")
    qtbot.waitUntil(lambda: "progressed" in told.names, timeout=PATIENCE)
    jobs.cancel()
    jobs.cancel()
    assert jobs.find(order_of()) is None
    jobs.build(order_of())
    assert jobs.find(order_of()) == 0.0
    qtbot.waitUntil(lambda: Counter(told.names)["progressed"] == 2, timeout=PATIENCE)
    assert Counter(told.names)["ended"] == 1
    assert len(jobs.orders) == 1


def test_a_process_that_does_not_listen_is_killed(run, qtbot):
    jobs, told = run("deaf")
    qtbot.waitUntil(lambda: "progressed" in told.names, timeout=PATIENCE)
    process = jobs.process_id()
    jobs.cancel()
    qtbot.waitUntil(lambda: "ended" in told.names, timeout=PATIENCE)
    assert "failed" not in told.names
    assert not is_alive(process)


@pytest.mark.parametrize("name", ["until_unwanted", "deaf"])
def test_closing_leaves_no_process_behind(run, qtbot, name):
    jobs, told = run(name, order_of(), order_of(Merton))
    qtbot.waitUntil(lambda: "progressed" in told.names, timeout=PATIENCE)
    process = jobs.process_id()
    jobs.close()
    assert not is_alive(process)
    assert jobs.process_id() is None


def test_closing_at_once_leaves_no_process_behind(run):
    jobs, _ = run("until_unwanted")
    jobs.close()
    assert jobs.process_id() is None


def test_one_after_the_other_and_none_twice(run, qtbot):
    jobs, told = run("until_unwanted", order_of(), order_of(Merton), order_of())
    assert [order.kind for order in jobs.orders] == [Heston, Merton]
    qtbot.waitUntil(lambda: "progressed" in told.names, timeout=PATIENCE)
    assert jobs.find(order_of()) == pytest.approx(0.34)
    assert jobs.find(order_of(Merton)) == 0.0
    assert jobs.find(order_of(loss=CalibrationLoss.COIN)) is None
    jobs.cancel()
    qtbot.waitUntil(lambda: Counter(told.names)["ended"] == 2, timeout=PATIENCE)
    assert jobs.orders == ()


def test_what_is_seen_another_way_is_another_order():
    assert order_of().is_like(order_of(source="elsewhere"))
    assert not order_of().is_like(order_of(Merton))
    assert not order_of().is_like(order_of(loss=CalibrationLoss.PRICE))


def test_the_process_takes_no_qt_along():
    code = "import outsample_desktop.tape_worker, sys; print(any('PySide6' in name for name in sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


# --- The process itself, called in this one -------------------------------------------------------------------------


@pytest.fixture
def pipes(monkeypatch):
    monkeypatch.setattr(os, "nice", lambda _: 0, raising=False)  # or every test after these would yield to others
    with Pipes() as made:
        yield made


def real_order(market, stores, **changes):
    quotes = market.quotes
    state = State(source=str(stores["quotes"]), fingerprint=quotes.fingerprint)
    return TapeOrder(
        "Heston",
        Heston,
        CalibrationSettings(most_iterations=3, starts=1),
        State(**{name: getattr(state, name) for name in ("source", "fingerprint")} | changes),
    )


def test_a_file_that_has_changed_is_refused(market, stores, pipes):
    calibrate_in_background(real_order(market, stores, fingerprint="other"), pipes.tell, pipes.wanted)
    (message,) = pipes.messages()
    assert isinstance(message, Refused)
    assert "found a file that has changed" in message.sentence


def test_a_file_that_is_gone_is_refused_in_one_sentence(market, stores, pipes, tmp_path):
    calibrate_in_background(real_order(market, stores, source=str(tmp_path / "no.arrow")), pipes.tell, pipes.wanted)
    (message,) = pipes.messages()
    assert isinstance(message, Refused)


def test_a_window_that_is_gone_ends_the_work(market, stores, pipes):
    pipes.want.close()
    calibrate_in_background(real_order(market, stores), pipes.tell, pipes.wanted)
    assert pipes.messages() == []


def test_a_window_that_does_not_listen_any_more_ends_the_work(market, stores, pipes):
    pipes.heard.close()
    calibrate_in_background(real_order(market, stores), pipes.tell, pipes.wanted)
    assert not list(tape_folder().glob("*")), "nothing was finished for nobody"


def test_what_nobody_foresaw_is_told_with_its_place(market, stores, pipes, monkeypatch):
    monkeypatch.setattr("outsample_desktop.sources.load", lambda *_args, **_named: 1 / 0)
    calibrate_in_background(real_order(market, stores), pipes.tell, pipes.wanted)
    (message,) = pipes.messages()
    assert isinstance(message, Broke)
    assert message.trace.strip().endswith("ZeroDivisionError: division by zero")
