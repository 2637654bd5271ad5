"""Stores of a small made market, and the command line called in this process."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from outsample.sample import SamplePaths, ensure_sample, small_recipe
from outsample_desktop.__main__ import main


@dataclass(frozen=True)
class Answer:
    """What a command line came back with."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line on standard error."""
        assert "Traceback" not in self.err
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("outsample: ")
        return lines[0]


Call = Callable[..., Answer]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Return a function that calls `main` with arguments of any kind."""

    def run(*arguments: object) -> Answer:
        capsys.readouterr()
        code = main([str(one) for one in arguments])
        out, err = capsys.readouterr()
        return Answer(code, out, err)

    return run


@pytest.fixture
def refused(call: Call) -> Callable[..., str]:
    """Return a function that expects exit code 4 and gives back the one line that says why."""

    def run(*arguments: object) -> str:
        answer = call(*arguments)
        assert answer.code == 4
        assert answer.out == ""
        return answer.complaint

    return run


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> SamplePaths:
    """Four months of the made market: too short for option models to be judged."""
    return ensure_sample(tmp_path_factory.mktemp("small"), small_recipe())


@pytest.fixture(scope="session")
def longer(tmp_path_factory: pytest.TempPathFactory) -> SamplePaths:
    """Eight months: enough hourly prices for every verdict."""
    return ensure_sample(tmp_path_factory.mktemp("longer"), small_recipe(seed=21, days=240))


@pytest.fixture
def in_process_of_its_own(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs Python code in another process."""

    def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", code, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    return run
