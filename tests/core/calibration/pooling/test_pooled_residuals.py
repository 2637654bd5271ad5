"""Residuals of a whole window against those that a calibration takes of each time, loss by loss."""

from dataclasses import replace

import numpy as np
import pytest

from outsample.calibration import CalibrationLoss, CalibrationSettings, ChainQuotes
from outsample.calibration.pooling import PooledResiduals, pooled_residuals
from outsample.calibration.residuals import ChainResiduals
from outsample.datasets import Settlement
from outsample.formulas.fourier import Heston, Merton, VarianceGamma

TRUTH = [Merton(0.45 + 0.02 * np.sin(day), 1.5, -0.12, 0.15) for day in range(8)]
TRIED = Merton(0.41, 1.0, -0.1, 0.2)
ALL = np.ones(8, bool)


@pytest.fixture(scope="module")
def data(history_of):
    return history_of(TRUTH, noise=0.03)


def pooled(data, settings=None, rows=slice(0, 8), used=ALL, **options):
    return PooledResiduals.of(data, rows, used, Merton, settings or CalibrationSettings(), **options)


@pytest.mark.parametrize("huber", [None, 1.5])
@pytest.mark.parametrize("loss", CalibrationLoss)
@pytest.mark.parametrize("settlement", Settlement)
def test_each_time_costs_what_a_calibration_says(data, loss, huber, settlement):
    if settlement is Settlement.LINEAR:
        premiums = {name: getattr(data, name) * data.forward for name in ("bid", "ask", "mark")}
        data = replace(data, settlement=settlement, **premiums)
    settings = CalibrationSettings(loss, huber)
    hessian, scores, totals = pooled(data, settings).by_time(TRIED.parameters, ALL)
    for day in range(8):
        single = ChainResiduals.of(ChainQuotes.at(data, day), loss, huber)
        expected = single.evaluate(Merton, TRIED.parameters, single.plan(TRIED, 1e-12))
        assert totals[day] == pytest.approx(expected.total, rel=1e-5)
        np.testing.assert_allclose(
            hessian[day], expected.hessian, rtol=1e-3, atol=1e-5 * np.abs(expected.hessian).max()
        )
        np.testing.assert_allclose(
            scores[day], expected.gradient, rtol=1e-3, atol=1e-4 * np.abs(expected.gradient).max()
        )


def test_the_whole_is_the_sum_of_its_times(data):
    residuals = pooled(data)
    hessian, scores, totals = residuals.by_time(TRIED.parameters, ALL)
    whole = residuals.evaluate(TRIED.parameters)
    assert whole.total == pytest.approx(totals.sum(), rel=1e-13)
    np.testing.assert_allclose(whole.hessian, hessian.sum(axis=0), rtol=1e-12)
    np.testing.assert_allclose(whole.gradient, scores.sum(axis=0), rtol=1e-10)
    np.testing.assert_allclose(whole.jacobian, scores, rtol=1e-10)


def test_times_that_are_not_used_have_no_part(data):
    used = ALL.copy()
    used[[2, 5]] = False
    hessian, _, totals = pooled(data, used=used).by_time(TRIED.parameters, used)
    everywhere = pooled(data).by_time(TRIED.parameters, ALL)
    assert not hessian[~used].any()
    assert totals[used] == pytest.approx(everywhere[2][used])
    assert pooled(data, used=used).evaluate(TRIED.parameters).total == pytest.approx(totals.sum())


def test_a_window_has_its_own_quotes_alone(data, spoilt):
    one, other = (pooled(quotes, rows=slice(1, 6)).evaluate(TRIED.parameters) for quotes in (data, spoilt(data, 6)))
    assert one.total == other.total
    assert one.hessian.tobytes() == other.hessian.tobytes()


def test_too_many_slices_are_thinned_by_whole_times_from_the_first_on(data, monkeypatch):
    slices = data.observed.slice_tenor.size
    monkeypatch.setattr(pooled_residuals, "MOST_SLICES", slices // 2)
    thinned = pooled(data)
    assert thinned.time_start.size - 1 == 4
    assert thinned.slices.tolist() == [i for i in range(slices) if data.observed.slice_time[i] % 2 == 0]
    assert pooled(data, thinned=False).size == data.observed.size
    assert pooled(data, rows=slice(1, 8)).slices[0] == data.observed.time_slice[1]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Merton, [-1.0, 1.0, 0.0, 0.1]),
        (VarianceGamma, [1.0, 1.0, 1.0]),
        (Heston, [0.2, 0.01, 16.0, 30.0, -0.9]),
    ],
    ids=["outside the domain", "an infinite forward", "a transform that hardly falls"],
)
def test_what_cannot_be_priced_costs_infinitely_much(data, kind, values):
    residuals = PooledResiduals.of(data, slice(0, 8), ALL, kind, CalibrationSettings())
    found = residuals.evaluate(np.array(values))
    assert found.total == np.inf
    assert found.hessian.shape == (len(values), len(values))


def test_quotes_without_a_spread_have_no_part_in_a_loss_of_half_spreads(data):
    locked = data.ask.copy()
    first = np.flatnonzero(data.time == data.times[0])
    locked[first] = data.bid[first]
    _, _, totals = pooled(replace(data, ask=locked), CalibrationSettings(CalibrationLoss.HALF_SPREADS)).by_time(
        TRIED.parameters, ALL
    )
    assert totals[0] == 0.0
    assert (totals[1:] > 0.0).all()
