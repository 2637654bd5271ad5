"""Black with a rate that moves: published vols, the truth found again, and sums that lose nothing of the quotes."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from outsample.errors import FitError, UsageError
from outsample.formulas.black import black_price
from outsample.formulas.stochastic_rates import bsm_hull_white_price, gaussian_rate_vol
from outsample.model import RefitSchedule, can_refit
from outsample.models.smile import FlatVol
from outsample.models.stochastic_rates import Rabinovitch
from outsample.scores import Functional

RATE = (0.1, 0.015)
TRUTH = (0.2, 0.4)


@pytest.fixture(scope="module")
def data(quotes_of):
    """Return quotes of the truth with noise, and a level that wanders from day to day."""
    return quotes_of(lambda tenor, day: gaussian_rate_vol(tenor, 0.2, *RATE, 0.4) + 0.004 * math.sin(day), noise=0.004)


def named(fitted):
    return {one.name: one for one in fitted.parameters}


def sum_of_squares(model, sigma, rho, seen, inside):
    vols = gaussian_rate_vol(seen.tenor[inside], sigma, model.rate_speed, model.rate_vol, rho)
    return float(np.sum((vols - seen.implied_vol[inside]) ** 2))


@pytest.mark.parametrize(
    ("rho", "vol"), [(-0.75, 0.217064577), (-0.25, 0.243995801), (0.0, 0.25640283), (0.75, 0.290461343)]
)
def test_the_published_vols_are_predicted(quotes_of, window, rho, vol):
    """QuantLib's test of its BSM-Hull-White engine at twenty years, here the vol of the fitted model at that tenor."""
    data = quotes_of(lambda tenor, day: gaussian_rate_vol(tenor, 0.25, 0.00883, 0.00526, rho) + 0.0 * day, days=3)
    found = Rabinovitch(0.00883, 0.00526).fit(data, window(data, 0, 3))
    assert found.found.values == pytest.approx((0.25, rho), abs=1e-5)
    at_twenty = found.model.vol(np.array(7305 / 365), *map(np.array, found.found.values))
    assert at_twenty == pytest.approx(vol, abs=1e-6)


def test_a_predicted_vol_gives_the_price_of_the_formula(data, window):
    found = Rabinovitch(*RATE).fit(data, window(data, 0, 25))
    seen, (sigma, rho) = data.observed, found.found.values
    strike, bond = np.exp(seen.log_moneyness), np.exp(-0.03 * seen.tenor)
    spot, carry = bond * seen.forward, np.zeros(seen.size)
    by_formula = bsm_hull_white_price(spot, seen.strike, seen.tenor, sigma, bond, carry, *RATE, rho, seen.is_call)
    prediction = found.predict(data)
    by_vol = bond * seen.forward * black_price(strike, seen.tenor, prediction.values, seen.is_call)
    np.testing.assert_allclose(by_vol, by_formula, rtol=1e-10)
    assert prediction.functional is Functional.MEAN
    assert prediction.is_whole


def test_the_truth_is_found_within_its_standard_errors(data, window):
    found = named(Rabinovitch(*RATE).fit(data, window(data, 0, 25)))
    for name, truth in zip(("vol of the asset σ", "correlation with the rate ρ"), TRUTH, strict=True):
        one = found[name]
        assert abs(one.value - truth) < 4.0 * one.standard_error
        assert 0.0 < one.standard_error < 0.3 * abs(truth)
        assert not one.at_bound


@settings(max_examples=40)
@given(st.integers(0, 20), st.integers(2, 25), st.floats(0.0, 2.0), st.floats(0.002, 0.1))
def test_sums_over_tenors_give_the_least_squares_of_the_quotes(data, window, first, length, speed, rate_vol):
    last = min(first + length, 25)
    assume(last > first)
    model = Rabinovitch(speed, rate_vol)
    found = model.fit(data, window(data, first, last))
    seen = data.observed
    inside = (seen.time_index >= first) & (seen.time_index < last)
    mine = sum_of_squares(model, *found.found.values, seen, inside)
    search = [
        minimize(
            lambda x: 1e4 * sum_of_squares(model, x[0], x[1], seen, inside),
            (0.2, start),
            bounds=[(0.001, 4.0), (-1.0, 1.0)],
            method="L-BFGS-B",
            options={"ftol": 1e-14},
        ).fun
        for start in (-0.5, 0.5)
    ]
    assert mine <= 1e-4 * min(search) * (1.0 + 1e-6)


def test_standard_errors_are_those_of_the_quotes_clustered_by_time(data, window):
    model, train = Rabinovitch(*RATE), window(data, 3, 22)
    found, seen, step = model.fit(data, train).found, data.observed, 1e-6
    sigma, rho = found.values
    inside = (seen.time_index >= 3) & (seen.time_index < 22)

    def vols(sigma, rho):
        return gaussian_rate_vol(seen.tenor[inside], sigma, *RATE, rho)

    slopes = np.stack(
        [
            (vols(sigma + step, rho) - vols(sigma - step, rho)) / (2.0 * step),
            (vols(sigma, rho + step) - vols(sigma, rho - step)) / (2.0 * step),
        ]
    )
    residual, time = vols(sigma, rho) - seen.implied_vol[inside], seen.time_index[inside]
    scores = np.array([(slopes * residual)[:, time == one].sum(axis=1) for one in range(3, 22)])
    bread = np.linalg.inv(slopes @ slopes.T)
    covariance = bread @ scores.T @ scores @ bread * 19.0 / 18.0
    np.testing.assert_allclose(found.standard_errors, np.sqrt(np.diag(covariance)), rtol=1e-5)


def test_without_a_vol_of_the_rate_it_is_flat_vol(data, window):
    train = window(data, 0, 20)
    found, flat = Rabinovitch(0.1, 0.0).fit(data, train), FlatVol().fit(data, train)
    np.testing.assert_allclose(found.predict(data).values, flat.predict(data).values, rtol=1e-9)
    few_times = math.sqrt(20.0 / 19.0)  # which the errors of flat vol do not allow for
    assert found.found.standard_errors[0] == pytest.approx(few_times * flat.standard_errors[0], rel=1e-6)
    assert math.isnan(found.found.standard_errors[1])
    assert named(found)["what the rate does to the vol of one year"].value == 0.0


@pytest.mark.parametrize("tilt", [-1.0, 1.0])
def test_a_term_structure_that_no_rate_makes_is_at_the_bound(quotes_of, window, tilt):
    data = quotes_of(lambda tenor, day: 0.3 + 0.04 * tilt * np.sqrt(tenor) + 0.0 * day, days=5)
    found = named(Rabinovitch().fit(data, window(data, 0, 5)))["correlation with the rate ρ"]
    assert (found.value, found.at_bound) == (tilt, True)
    assert math.isnan(found.standard_error)


@pytest.mark.parametrize("schedule", [RefitSchedule(0), RefitSchedule(0, 6)], ids=["anchored", "rolling"])
def test_a_refit_is_a_fit_on_the_window_before(data, window, schedule):
    model, index = Rabinovitch(*RATE), data.observed.time_index
    assert can_refit(model)
    found = model.predict_refitted(data, schedule).values
    assert np.isnan(found[index == 0]).all()
    for time in (1, 5, 12, 24):
        first = 0 if schedule.length is None else max(time - schedule.length, 0)
        expected = model.fit(data, window(data, first, time)).predict(data).values
        np.testing.assert_allclose(found[index == time], expected[index == time], rtol=1e-9)


def test_a_refit_knows_nothing_before_its_start(data, window):
    model, index = Rabinovitch(*RATE), data.observed.time_index
    found = model.predict_refitted(data, RefitSchedule(int(data.times[10]))).values
    expected = model.fit(data, window(data, 10, 20)).predict(data).values
    np.testing.assert_allclose(found[index == 20], expected[index == 20], rtol=1e-9)
    assert np.isnan(found[index <= 10]).all()


def test_a_window_with_too_few_quotes_is_refused(data, window):
    with pytest.raises(FitError, match="stochastic rates needs 20 usable quotes in the train window, found 0; widen"):
        Rabinovitch().fit(data, window(data, 4, 4))


def test_a_rate_out_of_bounds_is_refused():
    with pytest.raises(UsageError, match=r"vol of the rate must be a number from 0 to 0\.1 rate per √year, found 0\.2"):
        Rabinovitch(rate_vol=0.2)
