"""A process from its start to its end; how work in it is cancelled, killed and told of, see `test_tape_jobs`."""

import sys
from multiprocessing import Pipe, active_children

import pytest

from outsample_desktop.background_process import BackgroundProcess, how_it_ended, is_unwanted, say

WORK = """
import os

def echoes(order, tell, wanted):
    tell.send(order)
    tell.send(wanted.poll())

def fills(order, tell, wanted):
    while True:
        tell.send(bytes(order))

def exits(order, tell, wanted):
    os._exit(order)
"""


@pytest.fixture
def work(tmp_path, monkeypatch):
    """Return a module that another process can import."""
    (tmp_path / "work_of_one_process.py").write_text(WORK, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    import work_of_one_process

    yield work_of_one_process
    del sys.modules["work_of_one_process"]


def test_the_order_reaches_the_process_and_what_it_tells_comes_back(work):
    told = []
    process = BackgroundProcess(work.echoes, {"days": 60})
    assert process.see_through(told.append) == 0
    assert told == [{"days": 60}, False]
    assert process.process_id is None
    assert not process.is_over


def test_the_exit_code_is_that_of_the_process(work):
    assert BackgroundProcess(work.exits, 3).see_through(lambda _: None) == 3


def test_a_process_let_go_beforehand_is_told_so_at_once(work):
    process = BackgroundProcess(work.exits, 0)
    process.end(grace=0.0)
    assert process.is_over
    assert process.see_through(lambda _: None) != 3


def test_a_listener_that_fails_leaves_no_process_behind(work):
    def refuse(_):
        raise RuntimeError("the window has gone")

    process = BackgroundProcess(work.fills, 100_000)
    with pytest.raises(RuntimeError, match="the window has gone"):
        process.see_through(refuse)
    assert process.process_id is None
    assert active_children() == []


@pytest.mark.parametrize(("code", "words"), [(-9, "killed by signal 9"), (3, "exit code 3"), (None, "exit code None")])
def test_how_a_process_ended_is_said_in_words(code, words):
    assert how_it_ended(code) == words


def test_work_is_unwanted_as_soon_as_the_other_end_is_closed():
    wanted, want = Pipe(duplex=False)
    assert not is_unwanted(wanted)
    want.close()
    assert is_unwanted(wanted)
    wanted.close()
    assert is_unwanted(wanted)


def test_telling_nobody_does_no_harm():
    heard, tell = Pipe(duplex=False)
    heard.close()
    with pytest.raises(BrokenPipeError):
        tell.send("nothing")
    say(tell, "nothing")
    tell.close()
    say(tell, "nothing")
    assert tell.closed
