import re
import subprocess
import sys

import pytest

import outsample
from outsample.catalog import MODELS, SCORES
from outsample.io import Vendor


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("models", [found.name for found in MODELS]),
        ("scores", [found.score.name for found in SCORES]),
        ("vendors", [vendor.value for vendor in Vendor]),
    ],
)
def test_everything_there_is_has_one_line(call, command, names):
    answer = call(command)
    assert answer.code == 0
    assert [line.split()[0] for line in answer.out.splitlines()] == names
    assert answer.err == ""


def test_the_version_is_that_of_the_library(call):
    answer = call("--version")
    assert (answer.code, answer.out.strip()) == (0, f"outsample {outsample.__version__}")


@pytest.mark.parametrize("arguments", [["--help"], ["evaluate", "--help"], ["import", "--help"], ["open", "--help"]])
def test_help_is_help_and_no_error(call, arguments):
    answer = call(*arguments)
    assert answer.code == 0
    assert "usage: outsample" in answer.out


def test_help_names_every_exit_code(call):
    assert re.findall(r"^  (\d)  ", call("--help").out, re.MULTILINE) == ["0", "1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    "arguments",
    [["fly"], ["--fast"], ["models", "twice"], ["evaluate"], ["import", "a.csv"], ["evaluate", "x", "--tr"]],
)
def test_what_is_not_understood_is_one_line_and_code_4(refused, arguments):
    assert "--help" in refused(*arguments)


def test_a_reader_that_stops_listening_is_no_crash():
    command = [sys.executable, "-m", "outsample_desktop", "models"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        error = process.stderr.read()
    assert error == b""
    assert process.returncode == 141
