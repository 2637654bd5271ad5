"""Calibrations by the command line, where the window and `evaluate` find them."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from outsample.calibration import CalibrationSettings
from outsample.calibration.tape_store import load_tape, tape_folder
from outsample.datasets import Target
from outsample.datasets.option_quotes import COLUMNS
from outsample.datasets.weights import Filters
from outsample.formulas.fourier import Kou, Merton
from outsample.io import read_store, write_store

SETTINGS = CalibrationSettings()


@pytest.fixture(scope="module")
def few(small, tmp_path_factory):
    """Return a store with every fourth quote of 45 times: half a second a tape."""
    kept = read_store(small.quotes)
    data = kept.dataset
    rows = (data.time < data.times[45]) & (np.arange(data.size) % 4 == 0)
    part = replace(data, **{name: getattr(data, name)[rows] for name in COLUMNS if name != "settlement"})
    path = tmp_path_factory.mktemp("few") / "few.arrow"
    write_store(part, kept.report, path)
    return path


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    """Let every test begin without calibrations."""
    monkeypatch.setattr("outsample.calibration.tape_store.tape_folder", lambda: tmp_path / "tapes")


def kept_tape(path, kind, target=Target.MID, filters=None):
    data = read_store(path).dataset
    return load_tape(data.viewed(target, data.axis, filters), kind, SETTINGS)


def test_tapes_are_built_told_and_kept(call, few):
    answer = call("calibrate", few, "--model", "merton,kou")
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert [line.split(":")[0] for line in lines[::2]] == ["merton", "kou"]
    assert all("45 times, " in line for line in lines[::2])
    for kind, line in ((Merton, lines[1]), (Kou, lines[3])):
        assert Path(line.strip()).is_file()
        assert kept_tape(few, kind) is not None


def test_what_is_there_is_not_built_again(call, few, monkeypatch):
    first = call("calibrate", few, "--model", "merton")
    monkeypatch.setattr("outsample_desktop.cli.calibrating.build_tape", None)
    assert call("calibrate", few, "--model", "merton") == first


def test_the_quotes_are_seen_as_asked(call, few):
    assert call("calibrate", few, "--model", "merton", "--target", "mark", "--min-tenor", "7").code == 0
    assert kept_tape(few, Merton) is None
    assert kept_tape(few, Merton, Target.MARK, Filters(shortest_tenor_days=7.0)) is not None


def test_evaluate_builds_what_it_needs_and_keeps_it(call, few, monkeypatch):
    answer = call("evaluate", few, "--model", "merton,flat-vol", "--json")
    assert answer.code == 0
    models = {one["model"]: one for one in json.loads(answer.out)["models"]}
    assert set(models) == {"flat-vol", "merton"}
    assert "failure" not in json.dumps(models["merton"]).casefold()
    assert kept_tape(few, Merton) is not None
    monkeypatch.setattr("outsample.calibration.tape_shelf.build_tape", None)
    assert call("evaluate", few, "--model", "merton,flat-vol", "--json").out == answer.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--model", "flat-vol"), "calibrate needs a model that is fitted time by time, found flat-vol"),
        (("--model", "sibyl"), "a model must be one of"),
        ((), "--model"),
        (("--model", "merton", "--min-tenor", "soon"), "--min-tenor must be a number"),
        (("--model", "merton", "--target", "last"), "--target"),
    ],
)
def test_what_cannot_be_calibrated_is_one_line(refused, few, arguments, said):
    assert said in refused("calibrate", few, *arguments)


def test_prices_cannot_be_calibrated(refused, small):
    assert "is for options, found data that are prices" in refused("calibrate", small.prices, "--model", "merton")


def test_the_folder_of_these_tests_is_not_that_of_the_user(tmp_path):
    from outsample.calibration import tape_store

    assert tape_store.tape_folder() == tmp_path / "tapes" != tape_folder()
