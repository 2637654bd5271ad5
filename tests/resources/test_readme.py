"""What the README of the project shows can be typed: its library example runs, its commands are understood."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from outsample_desktop.cli.arguments import parse

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^outsample +(.+?)(?:  .*)?$", README, re.MULTILINE)
EXAMPLE = re.search(r"```python\n(.*?)```", README, re.DOTALL)


def test_commands_and_an_example_are_shown():
    assert len(COMMANDS) >= 5
    assert EXAMPLE is not None
    assert len([line for line in EXAMPLE[1].splitlines() if line.strip()]) <= 15


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_is_shown_is_understood(command):
    assert parse(shlex.split(command)).command == command.split()[0]


def test_the_library_example_runs_and_says_something():
    assert EXAMPLE is not None
    command = [sys.executable, "-W", "error", "-c", EXAMPLE[1]]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert "ewma-variance" in answer.stdout
    assert "Benchmark - " in answer.stdout


@pytest.mark.parametrize("target", re.findall(r"(?<!!)\[[^\]]+\]\(([^)#:]+)\)", README))
def test_what_the_readme_links_to_exists(target):
    assert (ROOT / target).is_file()


def test_the_example_commands_use_names_that_exist():
    from outsample.catalog import entry

    named = [name for command in COMMANDS for name in re.findall(r"--model (\S+)", command)]
    assert named
    assert all(entry(name) for names in named for name in names.split(","))
