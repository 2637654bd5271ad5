import json

import pytest

from outsample_desktop.case_file import read_case

RUN = "import sys; from outsample_desktop.__main__ import main; sys.exit(main(sys.argv[1:]))"


@pytest.fixture
def drawn(in_process_of_its_own, small, tmp_path):
    """A folder with tables and pictures, drawn by a process without a screen."""
    answer = in_process_of_its_own(RUN, "evaluate", small.quotes, "--model", "flat-vol", "--out", tmp_path / "out")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines()[-1].endswith(str(tmp_path / "out"))
    return tmp_path / "out"


def test_every_picture_opens_what_the_case_opens_and_gives_the_same_numbers(call, drawn):
    state, _ = read_case(drawn / "case.json")
    pictures = sorted(drawn.glob("*.png"))
    assert "overview.png" in [path.name for path in pictures]
    assert {read_case(path) for path in pictures} == {(state, ())}
    answer = call("evaluate", drawn / "overview.png", "--json")
    assert (answer.code, answer.err) == (0, "")
    again = json.loads(answer.out)
    assert again["models"] == json.loads((drawn / "verdict.json").read_text(encoding="utf-8"))["models"]
    assert again["data"]["is_as_recorded"] is True
