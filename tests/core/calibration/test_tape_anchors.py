"""Anchors: fits of stretches, of which a window uses those alone that know nothing after its end."""

import numpy as np
import pytest

from outsample.calibration import bounds_of
from outsample.calibration.levenberg_marquardt import minimise
from outsample.calibration.pooling import PooledResiduals
from outsample.calibration.tape import build_tape
from outsample.calibration.tape_anchors import FIRST, Anchors, build_anchors
from outsample.formulas.fourier import Heston, Merton
from outsample.windows import Window

# A market that changes in the middle: the mean of its days is far from what fits them all.
SHIFTING = [Merton(0.38, 1.0, -0.15, 0.2) if day < 18 else Merton(0.42, 0.3, -0.4, 0.3) for day in range(36)]


@pytest.fixture(scope="module")
def shifting(history_of):
    data = history_of(SHIFTING)
    return data, build_tape(data, Merton)


def nothing(_share):
    pass


def test_stretches_grow_and_end_inside_the_history(shifting):
    found = shifting[1].anchors
    assert found.since[0] == FIRST
    assert (np.diff(found.since) > 0).all()
    assert found.since[-1] <= shifting[0].times.size


def test_an_anchor_is_the_optimum_of_its_stretch(shifting):
    data, tape = shifting
    for since, values in zip(tape.anchors.since.tolist(), tape.anchors.values, strict=True):
        part = PooledResiduals.of(data, slice(0, since), tape.is_used, Merton, tape.settings)
        best = minimise(part.evaluate, values, *bounds_of(Merton), tolerance=1e-10)
        assert part.evaluate(values).total <= best.at.total * (1.0 + 1e-3)


def test_the_columns_of_an_anchor_are_those_of_its_parameters(shifting):
    data, tape = shifting
    anchors = tape.anchors
    everything = PooledResiduals.of(data, slice(0, data.times.size), tape.is_used, Merton, tape.settings)
    whole = everything.evaluate(anchors.values[0])
    np.testing.assert_allclose(anchors.hessian[0].sum(axis=0), whole.hessian, rtol=1e-10)
    np.testing.assert_allclose(anchors.gradient[0].sum(axis=0), whole.gradient, rtol=1e-8, atol=1e-8)
    assert anchors.sum_of_squares[0].sum() == pytest.approx(whole.total, rel=1e-12)


def test_a_window_takes_the_best_anchor_it_may_know():
    since, squares = np.array([20, 30, 40]), np.ones((3, 50))
    squares[1] = 0.5
    squares[2] = 0.1
    none = np.zeros((3, 50, 4))
    anchors = Anchors(since, np.zeros((3, 4)), np.zeros((3, 50, 4, 4)), none, squares)
    assert anchors.best(slice(0, 19)) is None
    assert anchors.best(slice(0, 20)) == 0
    assert anchors.best(slice(0, 39)) == 1
    assert anchors.best(slice(10, 40)) == 2


def test_pooled_is_near_the_optimum_of_a_window_over_which_the_market_changed(shifting):
    data, tape = shifting
    for first, last in ((0, 36), (6, 30), (0, 27)):
        rows = slice(first, last)
        window = Window(int(data.times[first]), int(data.times[last - 1]) + 1)
        part = PooledResiduals.of(data, rows, tape.is_used, Merton, tape.settings)
        found = tape.pooled(window)
        best = minimise(part.evaluate, found.values, *bounds_of(Merton), tolerance=1e-10).at.total
        by_days = tape.sums.pooled(rows, (found.count, found.times_used, 0, 0))
        assert np.sqrt(part.evaluate(found.values).total / best) < 1.02
        assert part.evaluate(found.values).total < part.evaluate(by_days.values).total


def test_an_estimate_says_whether_it_starts_from_an_anchor(shifting):
    data, tape = shifting
    for last, is_anchored in ((FIRST - 2, False), (FIRST + 5, True)):
        found = tape.pooled(Window(int(data.times[0]), int(data.times[last])))
        assert found.is_anchored == is_anchored
        assert (found.origin == tape.anchors.values).all(axis=1).any() == is_anchored


def test_before_the_first_anchor_the_days_are_pooled(shifting):
    data, tape = shifting
    window = Window(int(data.times[0]), int(data.times[10]))
    found = tape.pooled(window)
    assert found.times_used == 10
    assert found.values == pytest.approx(tape.sums.pooled(slice(0, 10), (450, 10, 0, 0)).values)


def test_what_comes_later_has_no_part_in_an_anchor(shifting, spoilt):
    data, tape = shifting
    cut = 26
    other = spoilt(data, cut)
    sound, moved = (
        build_anchors(quotes, Merton, tape.settings, tape.values, tape.is_used, nothing) for quotes in (data, other)
    )
    known = sound.since <= cut
    assert known.sum() >= 2
    assert sound.values[known].tobytes() == moved.values[known].tobytes()
    for name in ("hessian", "gradient", "sum_of_squares"):
        assert getattr(sound, name)[known][:, :cut].tobytes() == getattr(moved, name)[known][:, :cut].tobytes()
    assert sound.sum_of_squares[:, cut:].tobytes() != moved.sum_of_squares[:, cut:].tobytes()


def test_a_history_too_short_for_anchors_has_none(history_of):
    data = history_of(SHIFTING[:5])
    tape = build_tape(data, Merton)
    assert tape.anchors.since.size == 0
    assert tape.pooled(Window(int(data.times[0]), int(data.times[4]) + 1)).times_used == 5


def test_every_anchor_is_announced(shifting):
    data, tape = shifting
    told = []
    build_anchors(data, Merton, tape.settings, tape.values, tape.is_used, told.append)
    assert told == sorted(told)
    assert told[0] == 0.0
    assert len(told) == tape.anchors.since.size


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.parametrize("kind", [Merton, Heston])
def test_on_real_quotes_pooled_is_within_two_percent_of_the_optimum(kind, real_data, tmp_path):
    from outsample.io import import_cached

    path = real_data("deribit_btc_2026/btc_daily_20251230_20260430.parquet")
    data = import_cached([path], tmp_path).dataset
    tape, times = build_tape(data, kind), data.times
    for first, last in ((0, 60), (0, 85), (0, 120), (30, 90)):
        rows = slice(first, last)
        part = PooledResiduals.of(data, rows, tape.is_used, kind, tape.settings)
        values = tape.pooled(Window(int(times[first]), int(times[last]))).values
        best = minimise(part.evaluate, values, *bounds_of(kind), tolerance=1e-8).at.total
        assert np.sqrt(part.evaluate(values).total / best) < 1.02
