"""Leland's vols and the hedging error: exact values, the ill-posed side, a simulated hedge."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from outsample.formulas.black import black_price, black_vega
from outsample.formulas.transaction_costs import (
    hedging_error_deviation,
    leland_buyer_vol,
    leland_is_ill_posed,
    leland_number,
    leland_seller_vol,
)

# vol, round-trip cost, interval, number, seller's vol, buyer's vol: Leland (1985), by mpmath.
VALUES = [
    (0.2, 0.01, 0.019230769230769232, 0.28768136958757961, None, 0.16879794197944718),
    (0.2, 0.002, 0.003968253968253968, 0.12666024736934256, 0.21228850627100305, None),
    (0.6, 0.001, 0.0027397260273972603, 0.025405938550867677, 0.60757397728861986, 0.59232918391861095),
    (0.6, 0.001, 0.00011415525114155251, 0.12446317177226019, 0.63624424699796985, None),
    (0.6, 0.0005, 0.00011415525114155251, 0.062231585886130096, 0.61838771892640853, 0.58103066105068256),
]


@pytest.mark.parametrize(("vol", "cost", "interval", "number", "seller", "buyer"), VALUES)
def test_exact_values_of_both_sides(vol, cost, interval, number, seller, buyer):
    point = [np.array([value]) for value in (vol, cost, interval)]
    assert leland_number(*point)[0] == pytest.approx(number, rel=1e-13)
    if seller is not None:
        assert leland_seller_vol(*point)[0] == pytest.approx(seller, rel=1e-13)
    if buyer is not None:
        assert leland_buyer_vol(*point)[0] == pytest.approx(buyer, rel=1e-13)


@given(st.floats(0.05, 2.0), st.floats(0.0, 0.02), st.floats(1e-4, 0.5))
def test_both_sides_surround_the_vol_and_share_its_variance(vol, cost, interval):
    point = [np.array([value]) for value in (vol, cost, interval)]
    seller, buyer = leland_seller_vol(*point)[0], leland_buyer_vol(*point)[0]
    assert seller >= vol
    if leland_is_ill_posed(*point)[0]:
        assert math.isnan(buyer)
    else:
        assert buyer <= vol
        assert seller**2 + buyer**2 == pytest.approx(2.0 * vol**2, rel=1e-13)


def test_a_number_of_one_or_more_is_reported_and_has_no_buyer():
    # A = 1 at k = vol sqrt(dt pi / 2).
    interval = np.array([1.0 / 365.0])
    limit = 0.5 * math.sqrt(interval[0] * math.pi / 2.0)
    cost = np.array([0.999, 1.0 + 1e-12, 1.5]) * limit
    assert leland_is_ill_posed(np.array([0.5]), cost, interval).tolist() == [False, True, True]
    assert np.isnan(leland_buyer_vol(np.array([0.5]), cost, interval)).tolist() == [False, True, True]
    assert np.isfinite(leland_seller_vol(np.array([0.5]), cost, interval)).all()


def test_hedging_more_often_costs_more():
    number = leland_number(np.array([0.5]), np.array([0.001]), np.array([1 / 52, 1 / 365, 1 / 8760]))
    assert (np.diff(number) > 0.0).all()
    assert leland_number(np.array([0.5]), np.array([0.0]), np.array([1 / 8760]))[0] == 0.0


@pytest.mark.parametrize(("rebalancings", "deviation"), [(21, 0.4452), (84, 0.2226)])
def test_the_published_hedging_error(rebalancings, deviation):
    # Kamal and Derman (1999): S = K = 100, one month, vol 20 %, no rate.
    vega = 100.0 * black_vega(np.array([1.0]), np.array([1 / 12]), np.array([0.2]))
    found = hedging_error_deviation(vega, np.array([0.2]), np.array([rebalancings]))
    assert found[0] == pytest.approx(deviation, rel=2e-4)


@pytest.mark.parametrize(("rebalancings", "share"), [(21, 0.93), (84, 0.95)])
def test_a_simulated_hedge_has_about_that_error(rebalancings, share):
    vol, tenor, paths = 0.2, 1 / 12, 20_000
    draw, step = np.random.default_rng(1), tenor / rebalancings
    level = np.full(paths, 100.0)
    gain = (
        100.0 * black_price(np.array([1.0]), np.array([tenor]), np.array([vol]), np.array([True]))[0] * np.ones(paths)
    )
    for done in range(rebalancings):
        deviation = vol * math.sqrt(tenor - done * step)
        delta = ndtr(np.log(level / 100.0) / deviation + 0.5 * deviation)
        new = level * np.exp(vol * math.sqrt(step) * draw.standard_normal(paths) - 0.5 * vol**2 * step)
        gain += delta * (new - level)
        level = new
    gain -= np.maximum(level - 100.0, 0.0)
    vega = 100.0 * black_vega(np.array([1.0]), np.array([tenor]), np.array([vol]))
    ratio = gain.std() / hedging_error_deviation(vega, np.array([vol]), np.array([rebalancings]))[0]
    assert share < ratio < 1.01
    assert gain.mean() == pytest.approx(0.0, abs=4.0 * gain.std() / math.sqrt(paths))


def test_four_times_the_frequency_halves_the_error():
    error = hedging_error_deviation(np.array([10.0]), np.array([0.3]), np.array([25.0, 100.0]))
    assert error[0] == pytest.approx(2.0 * error[1], rel=1e-15)


@pytest.mark.parametrize("outside", [(0.0, 0.01, 0.1), (0.2, -0.01, 0.1), (0.2, 0.01, 0.0), (math.nan, 0.01, 0.1)])
def test_outside_the_domain_values_are_nan_and_no_flag_is_raised(outside):
    point = [np.array([value]) for value in outside]
    for function in (leland_number, leland_seller_vol, leland_buyer_vol):
        assert np.isnan(function(*point)).all()
    assert not leland_is_ill_posed(*point).any()


def test_a_hedge_that_is_never_rebalanced_has_no_formula():
    assert np.isnan(hedging_error_deviation(np.array([1.0, 1.0]), np.array([0.2, -0.2]), np.array([0.0, 5.0]))).all()
