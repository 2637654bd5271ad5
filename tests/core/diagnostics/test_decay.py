"""Decay: one bucket a day to day 14, then one a week, in days since the train end."""

from dataclasses import dataclass

import numpy as np
import pytest

from outsample.catalog import contenders, score
from outsample.diagnostics import decay
from outsample.model import Prediction
from outsample.scores import QLIKE, Functional
from outsample.study import Study, Workspace, compare, evaluate
from outsample.typing import DAY, HOUR, SECOND
from outsample.windows import Split, Window, default_split

START = 1_767_225_600 * SECOND


@dataclass(frozen=True)
class Known:
    """A variance that makes the loss of observation i what the test says."""

    parameters = ()

    def fit(self, data, train):
        return self

    def predict(self, data):
        return Prediction(np.exp(data.wanted), Functional.VARIANCE)


class Still:
    """Returns of 0, so that QLIKE is the log of the predicted variance and a loss can be asked for."""

    def __init__(self, times, wanted):
        self.times, self.wanted = times, np.asarray(wanted, dtype=float)
        self.time_index = np.arange(times.size, dtype=np.int32)
        self.cell, self.n_cells, self.fingerprint = np.zeros(times.size, dtype=np.int16), 1, "still"

    def realised(self, domain):
        return np.zeros(self.times.size)

    def express(self, prediction, domain, observations=slice(None)):
        return prediction

    def scale(self, unit):
        return np.ones(self.times.size)


def curve_of(train_times, test_times, wanted=None):
    """Return the decay where the train window ends at START."""
    times = START + np.r_[train_times, test_times].astype(np.int64)
    data = Still(times, np.arange(times.size, dtype=float) if wanted is None else wanted)
    stop = int(times[-1]) + 1
    split = Split(Window(int(times[0]), START), Window(START, stop))
    study = evaluate(Known(), data, split, QLIKE(), Known())
    assert isinstance(study, Study)
    return decay(study), study


BEFORE = -DAY * np.arange(30, 0, -1)


def test_buckets_are_days_to_day_fourteen_and_weeks_after():
    curve, _ = curve_of(BEFORE, HOUR * np.arange(0, 24 * 40, 6))
    assert curve.start.tolist() == [*range(14), 14, 21, 28, 35]
    assert curve.stop.tolist() == [*range(1, 15), 21, 28, 35, 42]
    assert curve.times.tolist() == [4] * 14 + [28, 28, 28, 20]
    assert curve.centre[0] == 0.5


@pytest.mark.parametrize(
    ("last", "stop"),
    [(0, 1), (DAY - 1, 1), (DAY, 2), (13 * DAY, 14), (14 * DAY - 1, 14), (14 * DAY, 21), (21 * DAY, 28)],
)
def test_the_last_time_lies_in_the_last_bucket(last, stop):
    curve, _ = curve_of(BEFORE, np.unique([0, last]))
    assert curve.stop[-1] == stop
    assert curve.times[-1] >= 1
    assert curve.times.sum() == np.unique([0, last]).size


def test_a_bucket_holds_the_mean_of_its_times():
    random = np.random.default_rng(1)
    hours = np.unique(random.integers(0, 24 * 30, 200))
    wanted = random.normal(size=30 + hours.size)
    curve, _ = curve_of(BEFORE, HOUR * hours, wanted)
    for low, high, count, value in zip(curve.start, curve.stop, curve.times, curve.raw.value, strict=True):
        inside = wanted[30:][(hours >= 24 * low) & (hours < 24 * high)]
        assert count == inside.size
        assert value == pytest.approx(inside.mean(), abs=1e-9, nan_ok=True)
    assert curve.raw.level == pytest.approx(wanted[:30].mean())


def test_the_curve_begins_where_the_test_window_does_and_leaves_empty_buckets_out():
    curve, _ = curve_of(BEFORE, DAY * np.array([3, 4, 8, 9, 16]))
    assert curve.start.tolist() == [3, 4, 8, 9, 14]
    assert curve.times.tolist() == [1, 1, 1, 1, 1]
    assert np.isfinite(curve.raw.value).all()


def test_the_simultaneous_band_contains_the_pointwise_one():
    curve, _ = curve_of(BEFORE, HOUR * np.arange(0, 24 * 40, 6), np.random.default_rng(2).normal(size=190))
    for of in (curve.raw, curve.relative):
        if of is curve.raw:
            assert (of.low_all < of.low).all()
            assert (of.high < of.high_all).all()
        assert (of.low <= of.value).all()
        assert (of.value <= of.high).all()


def test_a_model_against_itself_has_a_level_relative_curve():
    curve, _ = curve_of(BEFORE, DAY * np.arange(30))
    assert np.nan_to_num(curve.relative.value, nan=0.0).tolist() == [0.0] * curve.start.size


def test_a_benchmark_has_no_relative_curve():
    from outsample.sample import make_market, small_recipe

    data = make_market(small_recipe(days=60)).quotes
    split = default_split(data.times)
    chosen = score("squared-vol-points").score
    for study in compare(contenders(("rolling-surface", "flat-vol")), Workspace(data), split, chosen):
        curve = decay(study)
        assert (curve.relative is None) == (study.name == "rolling-surface")
        assert np.nanmin(curve.raw.low) >= 0.0


def test_a_test_window_without_times_makes_an_empty_curve():
    times = START + BEFORE
    study = evaluate(
        Known(), Still(times, np.zeros(30)), Split(Window(int(times[0]), START), Window(START, START)), QLIKE()
    )
    curve = decay(study)
    assert curve.times.sum() == 0
    assert np.isnan(curve.raw.value).all()


def test_one_time_has_a_value_and_no_band():
    curve, _ = curve_of(BEFORE, np.array([0]))
    assert curve.raw.value.tolist() == [30.0]
    assert np.isnan(curve.raw.low).all()


def test_the_line_of_a_model_is_the_value_of_its_curve(market):
    names = ("flat-vol", "relative-smile", "rolling-surface")
    split = default_split(market.quotes.times)
    for study in compare(contenders(names), Workspace(market.quotes), split, score("squared-vol-points").score):
        found = decay(study)
        np.testing.assert_array_equal(found.line(False), found.raw.value)
        if found.relative is None:
            assert found.line(True) is None
        else:
            np.testing.assert_array_equal(found.line(True), found.relative.value)
