"""The store gives back what it was given, to the question it was given it for, or nothing."""

import shutil
from dataclasses import fields, replace

import numpy as np
import pytest

from outsample.calibration import CalibrationLoss, CalibrationSettings
from outsample.calibration.tape import build_tape
from outsample.calibration.tape_store import load_tape, save_tape, tape_folder, tape_path
from outsample.datasets import Axis, Target
from outsample.datasets.weights import Filters
from outsample.errors import ExportError
from outsample.formulas.fourier import Kou, Merton
from outsample.windows import Window

MODELS = [Merton(0.45 + 0.01 * np.sin(day), 1.5, -0.12, 0.15) for day in range(26)]
SETTINGS = CalibrationSettings()


@pytest.fixture(scope="module")
def kept(history_of):
    data = history_of(MODELS)
    return data, build_tape(data, Merton, SETTINGS)


def test_what_comes_back_is_what_was_saved(kept, tmp_path):
    data, tape = kept
    assert save_tape(data, tape, tmp_path) == tape_path(data, Merton, SETTINGS, tmp_path)
    found = load_tape(data, Merton, SETTINGS, tmp_path)
    assert (found.kind, found.settings) == (Merton, SETTINGS)
    for one, other in ((found, tape), (found.anchors, tape.anchors)):
        for column in fields(one):
            value = getattr(one, column.name)
            if isinstance(value, np.ndarray):
                expected = getattr(other, column.name)
                assert (value.dtype, value.tobytes()) == (expected.dtype, expected.tobytes()), column.name
                assert not value.flags.writeable
    train = Window(int(data.times[0]), int(data.times[24]))
    assert found.pooled(train).values.tobytes() == tape.pooled(train).values.tobytes()


def test_the_same_quotes_opened_again_find_it(kept, tmp_path):
    data, tape = kept
    save_tape(data, tape, tmp_path)
    assert load_tape(replace(data), Merton, SETTINGS, tmp_path) is not None
    assert load_tape(data.viewed(data.target, Axis.DELTA), Merton, SETTINGS, tmp_path) is not None, (
        "cells do not matter"
    )


def test_another_question_finds_nothing(kept, tmp_path, history_of):
    data, tape = kept
    save_tape(data, tape, tmp_path)
    for other, kind, settings in (
        (history_of(MODELS[:-1]), Merton, SETTINGS),
        (data.viewed(Target.MARK, data.axis), Merton, SETTINGS),
        (data.viewed(data.target, data.axis, Filters(shortest_tenor_days=7.0)), Merton, SETTINGS),
        (data, Kou, SETTINGS),
        (data, Merton, CalibrationSettings(ridge=1.0)),
        (data, Merton, CalibrationSettings(CalibrationLoss.PRICE)),
        (data, Merton, CalibrationSettings(huber=2.0)),
    ):
        assert load_tape(other, kind, settings, tmp_path) is None


def test_another_version_of_the_engine_finds_nothing(kept, tmp_path, monkeypatch):
    data, tape = kept
    save_tape(data, tape, tmp_path)
    monkeypatch.setattr("outsample.calibration.tape_store.TAPE_FORMAT", 999)
    assert load_tape(data, Merton, SETTINGS, tmp_path) is None


def test_a_file_under_the_name_of_another_is_not_believed(kept, tmp_path):
    data, tape = kept
    path = save_tape(data, tape, tmp_path)
    other = CalibrationSettings(ridge=1.0)
    shutil.copy(path, tape_path(data, Merton, other, tmp_path))
    assert load_tape(data, Merton, other, tmp_path) is None


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "not ours", "one array", "a folder"])
def test_a_damaged_file_counts_as_none(kept, tmp_path, damage):
    data, tape = kept
    path = save_tape(data, tape, tmp_path)
    content = bytearray(path.read_bytes())
    if damage == "a folder":
        path.unlink()
        path.mkdir()
    elif damage == "one array":
        with path.open("wb") as stream:
            np.save(stream, np.arange(3))
    elif damage == "flipped":
        content[len(content) // 2] ^= 0xFF
        path.write_bytes(content)
    else:
        path.write_bytes({"empty": b"", "cut": bytes(content[: len(content) // 2]), "not ours": b"hello"}[damage])
    assert load_tape(data, Merton, SETTINGS, tmp_path) is None


@pytest.mark.parametrize("name", ["values", "status", "anchors_since"])
def test_columns_of_another_shape_count_as_none(kept, tmp_path, name):
    data, tape = kept
    path = save_tape(data, tape, tmp_path)
    with np.load(path) as whole:
        columns = dict(whole)
    columns[name] = columns[name][:-1]
    with path.open("wb") as stream:
        np.savez(stream, **columns)
    assert load_tape(data, Merton, SETTINGS, tmp_path) is None


def test_a_status_that_does_not_exist_counts_as_none(kept, tmp_path):
    data, tape = kept
    path = save_tape(data, tape, tmp_path)
    with np.load(path) as whole:
        columns = dict(whole)
    columns["status"] = columns["status"] + 50
    with path.open("wb") as stream:
        np.savez(stream, **columns)
    assert load_tape(data, Merton, SETTINGS, tmp_path) is None


def test_nothing_is_left_behind_and_nothing_half_written(kept, tmp_path):
    data, tape = kept
    for _ in range(2):
        save_tape(data, tape, tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_made_is_said(kept, tmp_path):
    data, tape = kept
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ExportError, match="the folder of calibrations .*file.* must exist, found"):
        save_tape(data, tape, tmp_path / "file" / "tapes")


def test_tapes_are_in_the_cache_of_the_user():
    assert tape_folder().name == "tapes"
    assert tape_folder().parent.name == "outsample"
