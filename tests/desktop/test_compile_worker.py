"""The process of a first use, called in this one: what it tells, and that nobody has to listen."""

import subprocess
import sys
from pathlib import Path

import pytest

from outsample import warm_up
from outsample.errors import ExportError
from outsample_desktop.background_process import Broke
from outsample_desktop.compile_worker import Compiled, Hindered, Passed, compile_in_background
from outsample_desktop.compiling import Need

from .pipes import Pipes


@pytest.fixture
def pipes():
    with Pipes() as made:
        yield made


def told_by(pipes):
    """Run the process here, and return what it said."""
    compile_in_background(Path("nowhere"), pipes.tell, pipes.wanted)
    return pipes.messages()


@pytest.fixture
def steps(monkeypatch):
    """Three steps that do nothing, in the place of minutes of compiling; the words of those that were begun."""
    begun: list[str] = []
    made = tuple(warm_up.Step(words, lambda _: None) for words in ("reading", "answers", "more"))

    def work(_folder, progress, stepped):
        for count, step in enumerate(made):
            begun.append(step.words)
            progress(step.words, count, 3)
            stepped(step)

    monkeypatch.setattr(warm_up, "STEPS", made)
    monkeypatch.setattr(warm_up, "warm_up", work)
    return begun


def test_every_step_is_told_with_how_far_it_is(pipes, steps):
    assert told_by(pipes) == [
        Compiled("reading", 0, 3),
        Passed(1, False),
        Compiled("answers", 1, 3),
        Passed(2, False),
        Compiled("more", 2, 3),
        Passed(3, True),
    ]


def test_a_window_that_is_gone_ends_the_work(pipes, steps):
    pipes.want.close()
    assert told_by(pipes) == []


def test_a_window_that_does_not_listen_any_more_ends_the_work(pipes, steps):
    pipes.heard.close()
    compile_in_background(Path("nowhere"), pipes.tell, pipes.wanted)
    assert steps == ["reading"]


def test_what_nobody_foresaw_is_told_with_its_place(pipes, monkeypatch):
    monkeypatch.setattr(warm_up, "warm_up", lambda *_: 1 / 0)
    (message,) = told_by(pipes)
    assert isinstance(message, Broke)
    assert message.trace.strip().endswith("ZeroDivisionError: division by zero")


def test_what_the_window_waits_for_are_the_first_steps():
    assert warm_up.STEPS[Need.READING - 1].words == "the reading of quotes"
    assert warm_up.STEPS[Need.ANSWERS - 1].words == "the analysis of options"


def test_the_process_takes_no_qt_along():
    code = (
        "import outsample_desktop.compile_worker, outsample.warm_up, sys; "
        "print(any('PySide6' in name for name in sys.modules))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


def test_what_the_user_can_mend_is_told_as_a_sentence(pipes, monkeypatch):
    def refuse(*_):
        raise ExportError("a first use needs room, found a full disk; make some")

    monkeypatch.setattr(warm_up, "warm_up", refuse)
    assert told_by(pipes) == [Hindered("a first use needs room, found a full disk; make some")]
