"""Heston with Hull-White rates: exact prices, QuantLib, direct integration, limits, parity."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outsample.formulas.black import black_price
from outsample.formulas.heston_hull_white import HestonHullWhite, heston_hull_white_price
from outsample.formulas.stochastic_rates import bsm_hull_white_price, gaussian_rate_variance

MODEL = HestonHullWhite(0.04, 2.0, 0.04, 0.5, -0.7, rate_speed=0.1, rate_vol=0.01)


def price(model, strike, tenor, is_call=True, rate=0.0, carry=0.0, spot=100.0):
    strikes = np.atleast_1d(np.asarray(strike, dtype=float))
    bond = np.exp(-rate * np.asarray(tenor, dtype=float))
    return heston_hull_white_price(
        np.array(spot), strikes, np.array(tenor), bond, np.array(carry), np.array(is_call), model
    )


@pytest.mark.parametrize(
    ("strike", "value", "without_rate_vol"),
    [
        (80.0, 32.50566207044741, 32.455685541964755),
        (100.0, 21.80485543543879, 21.713596982767626),
        (120.0, 13.579122132831749, 13.44797737182204),
    ],
)
def test_exact_prices_with_and_without_rate_vol(strike, value, without_rate_vol):
    # QuantLib 1.44, AnalyticHestonHullWhiteEngine with 192 nodes, and an independent Lewis integral, agree to 1e-13.
    assert price(MODEL, strike, 5.0, rate=0.05, carry=0.02)[0] == pytest.approx(value, rel=1e-12)
    still = HestonHullWhite(0.04, 2.0, 0.04, 0.5, -0.7, rate_speed=0.1, rate_vol=0.0)
    assert price(still, strike, 5.0, rate=0.05, carry=0.02)[0] == pytest.approx(without_rate_vol, rel=1e-12)


def test_published_heston_prices():
    # Kahl and Jaeckel (2005), Wilmott Magazine, September, 94-103, printed 4.95212; Broadie and Kaya (2006), Operations
    # Research 54, 217-231, doi:10.1287/opre.1050.0247, table 1, printed 6.8061; the further digits by mpmath.
    far = HestonHullWhite(0.16, 1.0, 0.16, 2.0, -0.8, 0.0, 0.0)
    assert price(far, 200.0, 10.0)[0] == pytest.approx(4.9521147208797647, rel=1e-11)
    near = HestonHullWhite(0.010201, 6.21, 0.019, 0.61, -0.7, 0.0, 0.0)
    assert price(near, 100.0, 1.0, rate=0.0319)[0] == pytest.approx(6.8061133134620267, rel=1e-11)


def test_quantlib_agrees():
    import QuantLib as ql  # noqa: N813

    today, count = ql.Date(1, 1, 2024), ql.Actual365Fixed()
    ql.Settings.instance().evaluationDate = today
    spot = ql.QuoteHandle(ql.SimpleQuote(100.0))
    rates, carries = (ql.YieldTermStructureHandle(ql.FlatForward(today, r, count)) for r in (0.03, 0.01))
    draw = np.random.default_rng(2)
    for days in (90, 365, 1825):
        v0, theta = draw.uniform(0.02, 0.3, 2)
        kappa, sigma, rho = draw.uniform(0.5, 4.0), draw.uniform(0.1, 0.8), draw.uniform(-0.8, 0.3)
        speed, eta = draw.uniform(0.01, 1.0), draw.uniform(0.001, 0.03)
        heston = ql.HestonModel(ql.HestonProcess(rates, carries, spot, v0, kappa, theta, sigma, rho))
        engine = ql.AnalyticHestonHullWhiteEngine(heston, ql.HullWhite(rates, speed, eta), 192)
        model = HestonHullWhite(v0, kappa, theta, sigma, rho, speed, eta)
        for kind, is_call in ((ql.Option.Call, True), (ql.Option.Put, False)):
            for strike in (70.0, 100.0, 140.0):
                option = ql.EuropeanOption(ql.PlainVanillaPayoff(kind, strike), ql.EuropeanExercise(today + days))
                option.setPricingEngine(engine)
                found = price(model, strike, days / 365, is_call, rate=0.03, carry=0.01)[0]
                assert found == pytest.approx(option.NPV(), abs=1e-8)


@pytest.mark.parametrize(
    ("model", "tenor"),
    [
        (MODEL, 5.0),
        (HestonHullWhite(0.5, 1.5, 0.6, 1.8, -0.3, 0.5, 0.02), 7 / 365),
        (HestonHullWhite(0.01, 0.2, 0.3, 1.0, 0.6, 0.0, 0.05), 3.0),  # kappa below rho sigma / 2: the other branch
    ],
)
@pytest.mark.parametrize("strike", [80.0, 100.0, 130.0])
def test_thirty_digit_integrals_agree(model, tenor, strike):
    from mpmath import exp, inf, log, mp, mpc, mpf, pi, quad, re, sqrt

    with mp.workdps(30):
        v0, kappa, theta, sigma, rho = (
            mpf(value) for value in (model.start_variance, model.kappa, model.theta, model.sigma, model.rho)
        )
        t, x = mpf(tenor), log(100 / mpf(strike))
        extra = mpf(float(gaussian_rate_variance(np.array(tenor), model.rate_speed, model.rate_vol)))

        def function(u):
            beta = kappa - 1j * rho * sigma * u
            d = sqrt(beta**2 + sigma**2 * (u**2 + 1j * u))
            g = (beta - d) / (beta + d)
            decay = exp(-d * t)
            slope = (beta - d) / sigma**2 * (1 - decay) / (1 - g * decay)
            level = kappa * theta / sigma**2 * ((beta - d) * t - 2 * log((1 - g * decay) / (1 - g)))
            return exp(level + slope * v0 - extra * (u**2 + 1j * u) / 2)

        ends = [0, 2, 8, 30, 100, 400, inf]
        integral = quad(lambda u: re(exp(1j * u * x) * function(mpc(u, -0.5))) / (u**2 + mpf(1) / 4), ends)
        exact = float(100 - sqrt(100 * mpf(strike)) / pi * integral)
    assert price(model, strike, tenor)[0] == pytest.approx(exact, abs=2e-10)


def test_without_vol_of_variance_it_is_black_with_the_expected_variance():
    model = HestonHullWhite(0.09, 1.3, 0.02, 0.0, 0.0, 0.2, 0.015)
    expected = model.expected_variance(2.0)
    by_hand = 0.02 * 2.0 + 0.07 * (1.0 - math.exp(-2.6)) / 1.3
    by_hand += float(gaussian_rate_variance(np.array(2.0), 0.2, 0.015))
    assert expected == pytest.approx(by_hand, rel=1e-14)
    strikes = np.array([70.0, 100.0, 140.0])
    black = 100.0 * black_price(strikes / 100.0, np.array(1.0), np.array(math.sqrt(expected)), np.array(True))
    assert price(model, strikes, 2.0) == pytest.approx(black, rel=1e-14)
    for sigma in (1e-12, 1e-6, 1e-4):  # and it comes there without a jump
        nearly = HestonHullWhite(0.09, 1.3, 0.02, sigma, -0.5, 0.2, 0.015)
        assert price(nearly, strikes, 2.0) == pytest.approx(black, abs=100.0 * sigma + 1e-11)


def test_with_a_constant_variance_it_is_black_scholes_under_hull_white():
    model = HestonHullWhite(0.04, 1.0, 0.04, 0.0, 0.0, 0.1, 0.02)
    point = [np.array([value]) for value in (100.0, 110.0, 3.0, 0.2, math.exp(-0.12), 0.01, 0.1, 0.02, 0.0)]
    plain = bsm_hull_white_price(*point, np.array([True]))
    assert price(model, 110.0, 3.0, rate=0.04, carry=0.01) == pytest.approx(plain, rel=1e-13)


@settings(max_examples=25)
@given(
    st.floats(0.01, 1.0),
    st.floats(0.1, 6.0),
    st.floats(0.01, 1.0),
    st.floats(0.05, 2.0),
    st.floats(-0.95, 0.95),
    st.floats(0.0, 0.03),
    st.floats(0.02, 5.0),
)
def test_parity_bounds_and_convexity(v0, kappa, theta, sigma, rho, eta, tenor):
    model = HestonHullWhite(v0, kappa, theta, sigma, rho, 0.1, eta)
    strikes = np.array([60.0, 80.0, 100.0, 120.0, 140.0])
    call, put = (price(model, strikes, tenor, kind) for kind in (True, False))
    assert call - put == pytest.approx(100.0 - strikes, abs=1e-9)
    assert (call >= np.maximum(100.0 - strikes, 0.0) - 1e-12).all()
    assert (call <= 100.0).all()
    assert (np.diff(call) <= 1e-9).all()
    assert (np.diff(call, 2) >= -1e-9).all()


def test_tenors_may_be_mixed_and_shapes_are_kept():
    tenors = np.array([[0.5], [2.0]])
    strikes = np.array([90.0, 100.0, 110.0])
    bonds = np.exp(-0.03 * tenors)
    grid = heston_hull_white_price(np.array(100.0), strikes, tenors, bonds, np.array(0.0), np.array(True), MODEL)
    assert grid.shape == (2, 3)
    assert grid[1] == pytest.approx(price(MODEL, strikes, 2.0, rate=0.03), abs=1e-11)


def test_at_expiry_the_price_is_intrinsic():
    assert price(MODEL, [90.0, 110.0], 0.0).tolist() == pytest.approx([10.0, 0.0])


def test_outside_the_domain_the_price_is_nan():
    assert np.isnan(price(MODEL, [-1.0, 0.0], 1.0)).all()
    assert np.isnan(price(MODEL, 100.0, -1.0)).all()
    assert np.isnan(price(MODEL, 100.0, 1.0, spot=-100.0)).all()
    for bad in ((-0.04, 2.0, 0.04, 0.5, -0.7), (0.04, 2.0, 0.04, 0.5, -1.1), (0.04, math.nan, 0.04, 0.5, -0.7)):
        assert np.isnan(price(HestonHullWhite(*bad, 0.1, 0.01), 100.0, 1.0)).all()
