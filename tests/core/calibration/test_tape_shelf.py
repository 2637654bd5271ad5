"""A model finds its tape in memory, then on disk; whoever may wait has it built, everybody else is told."""

from dataclasses import replace

import numpy as np
import pytest

from outsample.calibration import CalibrationSettings, tape_shelf
from outsample.calibration.tape_shelf import NeedsTape, ensure_tapes, find_tape, keep_tape, tape_of
from outsample.errors import FitError
from outsample.formulas import fourier
from outsample.models.smile import FlatVol
from outsample.models.transform import Heston, Merton
from outsample.sample import make_market, small_recipe

MODELS = [fourier.Merton(0.45 + 0.01 * np.sin(day), 1.5, -0.12, 0.15) for day in range(4)]
SETTINGS = CalibrationSettings()


@pytest.fixture
def data(history_of, tmp_path, monkeypatch):
    """Return quotes that nobody has seen, and a cache that nobody has written to."""
    monkeypatch.setattr("outsample.calibration.tape_store.tape_folder", lambda: tmp_path)
    return history_of(MODELS)


def test_a_tape_that_is_not_there_is_a_sentence(data):
    assert find_tape(data, fourier.Merton, SETTINGS) is None
    with pytest.raises(
        FitError,
        match="Merton needs its calibration tape for these quotes, found none; "
        "build it in the calibration room, or run `outsample calibrate`",
    ):
        tape_of(data, fourier.Merton, SETTINGS)
    with pytest.raises(FitError, match="The model needs its"):
        tape_of(data, fourier.Merton, SETTINGS, "The model")


def test_who_may_wait_has_it_built_once(data, monkeypatch):
    told = []
    ensure_tapes(data, [FlatVol(), Merton()], lambda share, _: told.append(share))
    assert told[-1] == 1.0
    found = tape_of(data, fourier.Merton, SETTINGS)
    assert found is find_tape(data, fourier.Merton, SETTINGS)
    monkeypatch.setattr(tape_shelf, "build_tape", None)
    ensure_tapes(data, [Merton()])


def test_the_same_quotes_loaded_again_have_it_from_disk(data):
    ensure_tapes(data, [Merton()])
    again = replace(data)
    found = tape_of(again, fourier.Merton, SETTINGS)
    assert found is not tape_of(data, fourier.Merton, SETTINGS)
    assert found.values.tobytes() == tape_of(data, fourier.Merton, SETTINGS).values.tobytes()
    assert tape_of(again, fourier.Merton, SETTINGS) is found, "from then on it is in memory"


def test_a_cache_that_cannot_be_written_does_no_harm(data, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr("outsample.calibration.tape_store.tape_folder", lambda: tmp_path / "file")
    ensure_tapes(data, [Merton()])
    assert tape_of(data, fourier.Merton, SETTINGS).times.size == 4


def test_prices_need_no_tapes(data, tmp_path):
    ensure_tapes(make_market(small_recipe(days=60)).prices, [Merton()])
    assert not list(tmp_path.iterdir()), "nothing was built"
    ensure_tapes(data, [Merton()])
    assert list(tmp_path.iterdir()), "of quotes it would have been"


def test_only_so_many_are_held(data, monkeypatch):
    monkeypatch.setattr(tape_shelf, "KEPT", 2)
    ensure_tapes(data, [Merton()])
    tape = tape_of(data, fourier.Merton, SETTINGS)
    for ridge in (1.0, 2.0, 3.0):
        keep_tape(data, replace(tape, settings=CalibrationSettings(ridge=ridge)))
    assert tape_of(data, fourier.Merton, SETTINGS) is not tape, "it left memory and came back from disk"


def test_who_needs_a_tape_says_so():
    assert isinstance(Merton(), NeedsTape)
    assert isinstance(Heston(), NeedsTape)
    assert not isinstance(FlatVol(), NeedsTape)
