import json
from dataclasses import replace

import pytest

from outsample.datasets import Target
from outsample.study import Composition
from outsample.windows import Scheme
from outsample_desktop.session import State


@pytest.fixture
def folder(call, small, tmp_path):
    """A finished evaluation with nothing at its default."""
    arguments = ("--train", "2024-01-05..2024-03-01", "--test", "2024-03-03..2024-04-20", "--purge", "2d")
    choices = ("--scheme", "rolling", "--composition", "raw", "--target", "mark", "--score", "absolute-vol-points")
    out = ("--model", "absolute-smile,flat-vol", "--out", tmp_path / "first", "--no-pictures")
    assert call("evaluate", small.quotes, *arguments, *choices, *out).code == 0
    return tmp_path / "first"


def again(call, folder, *more, expected=""):
    answer = call("evaluate", folder / "case.json", "--out", folder.parent / "second", "--no-pictures", *more)
    assert answer.code == 0, answer
    assert expected in answer.err
    assert bool(answer.err) == bool(expected)
    return folder.parent / "second"


def state_of(folder):
    return State.from_json((folder / "case.json").read_text(encoding="utf-8"))[0]


def change(folder, **values):
    path = folder / "case.json"
    read = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**read, **values}), encoding="utf-8")


def test_a_case_gives_the_same_files_again(call, folder):
    second = again(call, folder)
    for path in folder.iterdir():
        if path.name != "verdict.json":
            assert (second / path.name).read_bytes() == path.read_bytes(), path.name
    sheet, first = (json.loads((one / "verdict.json").read_text(encoding="utf-8")) for one in (second, folder))
    assert sheet["models"] == first["models"]
    assert sheet["data"]["is_as_recorded"] is True


def test_the_state_holds_what_was_typed(folder):
    state = state_of(folder)
    assert (state.scheme, state.composition, state.target) == (Scheme.ROLLING, Composition.RAW, Target.MARK)
    assert state.models == ("flat-vol", "absolute-smile")
    assert state.score == "absolute-vol-points"
    assert state.split.purge == 2 * 86_400 * 10**9


def test_what_is_typed_goes_before_the_case(call, folder):
    second = again(call, folder, "--model", "relative-smile", "--test", "2024-03-10..", "--target", "mid")
    first, state = state_of(folder), state_of(second)
    assert (state.models, state.target, state.score) == (("relative-smile",), Target.MID, first.score)
    assert state.split.train == first.split.train
    assert json.loads((second / "verdict.json").read_text())["data"]["is_as_recorded"] is True


def test_other_data_than_the_case_recorded_is_a_warning_and_a_field(call, folder):
    change(folder, fingerprint="00" * 32)
    second = again(call, folder, expected="warning: the data are not those that case.json was saved with")
    assert json.loads((second / "verdict.json").read_text(encoding="utf-8"))["data"]["is_as_recorded"] is False


def test_keys_of_a_newer_version_are_a_warning(call, folder):
    change(folder, zoom=2)
    again(call, folder, expected="case.json holds zoom")


def test_data_beside_the_case_are_found_after_both_were_moved(call, folder, small):
    (folder / "moved.arrow").write_bytes(small.quotes.read_bytes())
    change(folder, source="somewhere/else/moved.arrow")
    assert state_of(again(call, folder)).source == str((folder / "moved.arrow").resolve())


def test_a_sidecar_is_as_good_as_a_case(call, folder, tmp_path):
    answer = call("evaluate", folder / "studies.csv.json", "--out", tmp_path / "third", "--no-pictures")
    assert answer.code == 0
    assert (tmp_path / "third" / "studies.csv").read_bytes() == (folder / "studies.csv").read_bytes()


@pytest.mark.parametrize(
    ("values", "cause"),
    [
        ({"source": ""}, "must name its data"),
        ({"source": "gone.arrow"}, "gone.arrow"),
        ({"models": ["no-such-model"]}, "no-such-model"),
        ({"score": "no-such-score"}, "no-such-score"),
        ({"models": ["normal-var"]}, "is for prices"),
        ({"split": {"train": ["1999-01-01", "1999-06-01"], "test": ["2000-01-01", "2001-01-01"], "purge_ns": 0}}, "20"),
        ({"parameters": {"regimes": {"multiplier": -1.0}}}, "-1"),
        ({"format": 2}, "format"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_case_that_cannot_be_answered_says_why(refused, folder, tmp_path, values, cause):
    change(folder, **values)
    assert cause in refused("evaluate", folder / "case.json", "--out", tmp_path / "second", "--no-pictures")
    assert not (tmp_path / "second").exists()


def test_a_case_without_split_or_models_takes_the_defaults(call, folder):
    change(folder, split=None, models=[])
    state = state_of(again(call, folder))
    assert state.split is not None
    assert "relative-smile" in state.models


def test_a_picture_of_the_state_can_be_evaluated(call, folder, tmp_path):
    from PySide6.QtGui import QImage

    state = replace(state_of(folder), models=("flat-vol",))
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    image.fill(0)
    image.setText("outsample.state", state.to_json())
    assert image.save(str(tmp_path / "view.png"))
    answer = call("evaluate", tmp_path / "view.png", "--json")
    assert [line["model"] for line in json.loads(answer.out)["models"]] == ["flat-vol"]
