"""Every loss: its sum by definition, its optimum, its derivatives; Huber's threshold."""

import math
from dataclasses import replace

import numpy as np
import pytest

from outsample.calibration import CalibrationLoss, CalibrationSettings, ChainQuotes, calibrate
from outsample.calibration.residuals import ChainResiduals
from outsample.errors import FitError, UsageError
from outsample.formulas import black_vega, implied_vol
from outsample.formulas.fourier import Heston, fourier_price

TRUTH = Heston(0.05, 2.0, 0.08, 0.6, -0.6)
SPREAD = 0.0004
every_loss = pytest.mark.parametrize("loss", CalibrationLoss)


@pytest.fixture
def chain(chain_of) -> ChainQuotes:
    """Return Heston's prices with noise, forwards that differ, and spreads."""
    clean, random = chain_of(TRUTH), np.random.default_rng(7)
    vol = clean.implied_vol + random.normal(0.0, 0.005, clean.size)
    columns = (clean.strike_ratio, clean.tenor, clean.is_call, vol)
    return ChainQuotes.of_vols(*columns, half_spread=SPREAD, forward=np.linspace(100.0, 110.0, clean.size))


def residuals_by_definition(loss, model, chain):
    """Return the residuals as the enum words them, by public formulas alone."""
    quotes = chain.strike_ratio, chain.tenor, chain.is_call
    error = fourier_price(model, *quotes) - chain.price
    match loss:
        case CalibrationLoss.VOL:
            return 100.0 * (implied_vol(error + chain.price, *quotes) - chain.implied_vol)
        case CalibrationLoss.VEGA_WEIGHTED:
            return 100.0 * error / black_vega(chain.strike_ratio, chain.tenor, chain.implied_vol)
        case CalibrationLoss.PRICE:
            return chain.forward * error
        case CalibrationLoss.COIN:
            return error
        case CalibrationLoss.RELATIVE:
            return 100.0 * error / chain.price
        case CalibrationLoss.HALF_SPREADS:
            return error / SPREAD


@every_loss
def test_the_sum_is_what_the_loss_says_and_no_neighbour_has_less(loss, chain):
    found = calibrate(Heston, chain, CalibrationSettings(loss))
    assert found.count == chain.size
    total = float(np.sum(residuals_by_definition(loss, found.model, chain) ** 2))
    assert found.sum_of_squares == pytest.approx(total, rel=1e-6)
    for i in range(5):
        for factor in (0.99, 1.01):
            moved = found.values.copy()
            moved[i] *= factor
            neighbour = residuals_by_definition(loss, Heston(*moved.tolist()), chain)
            assert float(np.sum(neighbour**2)) > total


def test_losses_have_optima_of_their_own(chain):
    found = [calibrate(Heston, chain, CalibrationSettings(loss)).values.tolist() for loss in CalibrationLoss]
    assert len({tuple(values) for values in found}) == len(CalibrationLoss)


@every_loss
def test_derivatives_are_those_of_the_residuals(loss, chain):
    residuals, model = ChainResiduals.of(chain, loss, None), Heston(0.06, 1.5, 0.07, 0.5, -0.5)
    plan, values = residuals.plan(model, 1e-12), model.parameters
    at = residuals.evaluate(Heston, values, plan)
    assert at.residual == pytest.approx(residuals_by_definition(loss, model, chain), rel=1e-6, abs=1e-7)
    for i in range(5):
        move = 1e-5 * abs(values[i])
        up, down = values.copy(), values.copy()
        up[i] += move
        down[i] -= move
        ends = [residuals.evaluate(Heston, one, plan).residual for one in (up, down)]
        slope = (ends[0] - ends[1]) / (2.0 * move)
        assert at.jacobian[:, i] == pytest.approx(slope, rel=1e-4, abs=1e-5 * np.abs(slope).max())


@every_loss
def test_one_point_is_what_the_ridge_is_measured_by(loss, chain):
    shifted = ChainQuotes.of_vols(chain.strike_ratio, chain.tenor, chain.is_call, chain.implied_vol + 1e-6)
    error = loss.factor(chain) * (shifted.price - chain.price) * 1e4
    assert loss.of_one_point(chain) == pytest.approx(float(np.mean(error**2)), rel=1e-3)


def test_a_loss_by_spreads_counts_only_quotes_that_have_one(chain):
    spread = chain.half_spread.copy()
    spread[:5], spread[5] = np.nan, 0.0
    found = calibrate(Heston, replace(chain, half_spread=spread), CalibrationSettings(CalibrationLoss.HALF_SPREADS))
    assert found.count == chain.size - 6
    locked, settings = (
        replace(chain, half_spread=np.zeros(chain.size)),
        CalibrationSettings(CalibrationLoss.HALF_SPREADS),
    )
    with pytest.raises(
        FitError, match="half bid-ask spreads needs quotes with a bid below their ask, found none of 78;"
    ):
        calibrate(Heston, locked, settings)


def test_hubers_cost_by_definition(chain):
    threshold = 0.4
    found = calibrate(Heston, chain, CalibrationSettings(huber=threshold))
    size = np.abs(residuals_by_definition(CalibrationLoss.VOL, found.model, chain))
    cost = np.where(size <= threshold, size**2, 2.0 * threshold * size - threshold**2)
    assert found.sum_of_squares == pytest.approx(float(cost.sum()), rel=1e-6)
    assert np.count_nonzero(size > threshold) > 10
    weighed = np.minimum(1.0, threshold / size)
    residuals = ChainResiduals.of(chain, CalibrationLoss.VOL, None)
    jacobian = residuals.evaluate(Heston, found.values, residuals.plan(found.model, 1e-10)).jacobian
    assert found.hessian == pytest.approx(jacobian.T @ (weighed[:, np.newaxis] * jacobian), rel=1e-4)


def test_a_wrong_quote_moves_a_robust_fit_less(chain_of):
    clean = chain_of(TRUTH)
    vol = clean.implied_vol.copy()
    vol[20] += 0.3
    spoilt = ChainQuotes.of_vols(clean.strike_ratio, clean.tenor, clean.is_call, vol)
    by_squares, robust = (calibrate(Heston, spoilt, CalibrationSettings(huber=one)) for one in (None, 0.1))
    errors = [np.abs(one.values / TRUTH.parameters - 1.0) for one in (by_squares, robust)]
    assert (errors[1] < 0.2 * errors[0]).all()


@pytest.mark.parametrize("huber", [0.0, -1.0, math.nan, math.inf])
def test_a_threshold_is_a_number_above_nothing(huber):
    with pytest.raises(UsageError, match="huber must be a number above 0 or None, found"):
        CalibrationSettings(huber=huber)


@pytest.mark.parametrize("changes", [{"ridge": -1.0}, {"most_iterations": 0}, {"starts": 0}, {"starts": 1.5}])
def test_settings_out_of_bounds_are_refused(changes):
    with pytest.raises(UsageError, match="found"):
        CalibrationSettings(**changes)
    assert len({CalibrationSettings(), CalibrationSettings(), CalibrationSettings(ridge=1.0)}) == 2
