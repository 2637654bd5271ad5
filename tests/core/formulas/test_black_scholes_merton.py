"""Black-Scholes-Merton on spot: published prices and greeks, 60-digit derivatives, QuantLib, properties."""

import math
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.formulas.black_greeks import linear_greeks
from outsample.formulas.black_scholes_merton import SpotGreeks, bsm_greeks, bsm_price

NAMES = [field.name for field in fields(SpotGreeks)]
spots = st.floats(1.0, 1e4)
ratios = st.floats(0.2, 5.0)
tenors = st.floats(1e-3, 5.0)
vols = st.floats(0.05, 2.0)
rates = st.floats(-0.1, 0.3)


def one(*values):
    """Return each value as an array of one element."""
    return [np.array([value]) for value in values]


# type, S, K, T, r, q, vol, greek, printed, exact. Haug (1998), The Complete Guide to Option Pricing Formulas, p. 11-16;
# Hull, Options, Futures and Other Derivatives, ch. 19. The exact digits by mpmath.
PUBLISHED = [
    ("C", 105.0, 100.0, 0.5, 0.1, 0.1, 0.36, "delta", 0.5946, 0.59462865972999562),
    ("P", 105.0, 100.0, 0.5, 0.1, 0.1, 0.36, "delta", -0.3566, -0.35660076477071839),
    ("C", 72.0, 75.0, 1.0, 0.09, 0.0, 0.19, "rho", 38.7325, 38.732505017329072),
    ("P", 500.0, 490.0, 0.25, 0.08, 0.05, 0.15, "dividend_rho", 42.2254, 42.225363369113563),
    ("P", 430.0, 405.0, 0.08333333333333333, 0.07, 0.05, 0.2, "theta", -31.1924, -31.192350304270553),
    ("C", 49.0, 50.0, 0.3846, 0.05, 0.0, 0.2, "price", 2.40, 2.4004610869656614),
    ("C", 49.0, 50.0, 0.3846, 0.05, 0.0, 0.2, "gamma", 0.066, 0.065545377252478673),
    ("C", 49.0, 50.0, 0.3846, 0.05, 0.0, 0.2, "vega", 12.1, 12.105242754243844),
    ("C", 49.0, 50.0, 0.3846, 0.05, 0.0, 0.2, "theta", -4.31, -4.3053899645461043),
    ("C", 42.0, 40.0, 0.5, 0.1, 0.0, 0.2, "price", 4.76, 4.7594223928715332),
    ("P", 42.0, 40.0, 0.5, 0.1, 0.0, 0.2, "price", 0.81, 0.80859937290009358),
]


@pytest.mark.parametrize(
    ("kind", "spot", "strike", "tenor", "rate", "carry", "vol", "greek", "printed", "exact"), PUBLISHED
)
def test_the_published_prices_and_greeks(kind, spot, strike, tenor, rate, carry, vol, greek, printed, exact):
    greeks = bsm_greeks(*one(spot, strike, tenor, vol, rate, carry, kind == "C"))
    assert getattr(greeks, greek)[0] == pytest.approx(exact, rel=1e-12)
    digits = len(repr(printed).split(".")[1])
    assert getattr(greeks, greek)[0] == pytest.approx(printed, abs=0.51 * 10.0**-digits)


def exact_greeks(spot, strike, tenor, vol, rate, carry, is_call):
    """Return every greek by finite differences with 60 digits."""
    from mpmath import diff, erfc, exp, log, mp, mpf, sqrt

    def normal(x):
        return erfc(-x / sqrt(2)) / 2

    def premium(s, v, t, r, q):
        sign, deviation = 1 if is_call else -1, v * sqrt(t)
        d1 = (log(s / mpf(strike)) + (r - q) * t) / deviation + deviation / 2
        return sign * (s * exp(-q * t) * normal(sign * d1) - strike * exp(-r * t) * normal(sign * (d1 - deviation)))

    orders = {
        "delta": ((1, 0, 0, 0, 0), 1),
        "gamma": ((2, 0, 0, 0, 0), 1),
        "vega": ((0, 1, 0, 0, 0), 1),
        "theta": ((0, 0, 1, 0, 0), -1),
        "rho": ((0, 0, 0, 1, 0), 1),
        "dividend_rho": ((0, 0, 0, 0, 1), 1),
        "vanna": ((1, 1, 0, 0, 0), 1),
        "volga": ((0, 2, 0, 0, 0), 1),
        "charm": ((1, 0, 1, 0, 0), -1),
        "veta": ((0, 1, 1, 0, 0), -1),
    }
    with mp.workdps(60):
        point = tuple(mpf(value) for value in (spot, vol, tenor, rate, carry))
        found = {name: sign * float(diff(premium, point, order)) for name, (order, sign) in orders.items()}
        return found | {"price": float(premium(*point))}


@pytest.mark.parametrize(
    "point",
    [
        (100.0, 95.0, 0.5, 0.2, 0.1, 0.05, True),
        (100.0, 130.0, 2.0, 0.35, 0.02, 0.08, False),
        (55.0, 40.0, 0.1, 0.6, -0.01, 0.0, True),
        (1.1, 1.2, 1.0, 0.09, 0.03, 0.01, False),
    ],
)
def test_every_greek_is_the_derivative_it_says(point):
    spot, strike, tenor, vol, rate, carry, is_call = point
    found, exact = bsm_greeks(*one(spot, strike, tenor, vol, rate, carry, is_call)), exact_greeks(*point)
    for name in NAMES:
        assert getattr(found, name)[0] == pytest.approx(exact[name], rel=1e-11), name


def test_quantlib_agrees():
    import QuantLib as ql  # noqa: N813

    draw = np.random.default_rng(11)
    for _ in range(200):
        spot, strike, tenor = draw.uniform(50, 150), draw.uniform(50, 150), 10.0 ** draw.uniform(-2, 1)
        vol, rate, carry, is_call = draw.uniform(0.05, 1.0), *draw.uniform(-0.05, 0.15, 2), draw.random() < 0.5
        payoff = ql.PlainVanillaPayoff(ql.Option.Call if is_call else ql.Option.Put, strike)
        forward, discount = spot * math.exp((rate - carry) * tenor), math.exp(-rate * tenor)
        oracle = ql.BlackCalculator(payoff, forward, vol * math.sqrt(tenor), discount)
        greeks = bsm_greeks(*one(spot, strike, tenor, vol, rate, carry, is_call))
        expected = {
            "price": oracle.value(),
            "delta": oracle.delta(spot),
            "gamma": oracle.gamma(spot),
            "vega": oracle.vega(tenor),
            "theta": oracle.theta(spot, tenor),
            "rho": oracle.rho(tenor),
            "dividend_rho": oracle.dividendRho(tenor),
        }
        for name, value in expected.items():
            assert getattr(greeks, name)[0] == pytest.approx(value, rel=1e-10, abs=1e-11), name


@given(spots, ratios, tenors, vols, rates, rates, st.booleans())
def test_the_premium_solves_the_black_scholes_equation(spot, ratio, tenor, vol, rate, carry, is_call):
    greeks = bsm_greeks(*one(spot, spot * ratio, tenor, vol, rate, carry, is_call))
    terms = [greeks.theta, (rate - carry) * spot * greeks.delta, 0.5 * (vol * spot) ** 2 * greeks.gamma]
    size = sum(abs(term[0]) for term in terms) + spot * max(1.0, ratio) * math.exp(0.5)
    assert sum(terms)[0] == pytest.approx(rate * greeks.price[0], abs=1e-13 * size)


@given(spots, ratios, tenors, vols, rates, rates)
def test_parity_and_bounds(spot, ratio, tenor, vol, rate, carry):
    strike = spot * ratio
    call, put = (bsm_price(*one(spot, strike, tenor, vol, rate, carry, kind))[0] for kind in (True, False))
    share, bond = spot * math.exp(-carry * tenor), strike * math.exp(-rate * tenor)
    rounding = 1e-14 * max(share, bond)
    assert call - put == pytest.approx(share - bond, abs=rounding)
    assert max(0.0, share - bond) - rounding <= call <= share + rounding
    assert max(0.0, bond - share) - rounding <= put <= bond + rounding


@given(spots, ratios, tenors, vols, rates, rates)
def test_a_call_is_the_put_with_spot_and_strike_and_both_rates_exchanged(spot, ratio, tenor, vol, rate, carry):
    call = bsm_price(*one(spot, spot * ratio, tenor, vol, rate, carry, True))[0]
    put = bsm_price(*one(spot * ratio, spot, tenor, vol, carry, rate, False))[0]
    assert call == pytest.approx(put, abs=1e-13 * spot * max(1.0, ratio) * math.exp(0.5))


@given(spots, ratios, tenors, vols, rates, rates, st.booleans())
def test_doubling_the_currency_doubles_the_price_and_halves_gamma(spot, ratio, tenor, vol, rate, carry, is_call):
    plain = bsm_greeks(*one(spot, spot * ratio, tenor, vol, rate, carry, is_call))
    double = bsm_greeks(*one(2.0 * spot, 2.0 * spot * ratio, tenor, vol, rate, carry, is_call))
    for name, degree in (
        ("price", 1),
        ("delta", 0),
        ("gamma", -1),
        ("vega", 1),
        ("theta", 1),
        ("rho", 1),
        ("charm", 0),
    ):
        wanted = 2.0**degree * getattr(plain, name)
        assert getattr(double, name) == pytest.approx(wanted, rel=0.0, abs=1e-290)  # exact above the subnormal numbers


@given(spots, ratios, tenors, vols, rates, st.booleans())
def test_the_price_rises_with_vol_and_falls_with_strike_for_calls(spot, ratio, tenor, vol, rate, is_call):
    ladder = np.array([1.0, 1.01, 1.5, 3.0])
    price = bsm_price(np.full(4, spot), spot * ratio, tenor, vol * ladder, rate, 0.0, is_call)
    rounding = 1e-14 * spot * max(1.0, ratio) * math.exp(0.5)
    assert (np.diff(price) >= -rounding).all()
    by_strike = np.diff(bsm_price(np.full(4, spot), spot * ratio * ladder, tenor, vol, rate, 0.0, is_call))
    assert (by_strike <= rounding).all() if is_call else (by_strike >= -rounding).all()


def test_with_equal_rates_it_is_black_on_the_future():
    draw = np.random.default_rng(5)
    level, strike, tenor, vol = draw.uniform(50, 150, 50), 100.0, draw.uniform(0.1, 2, 50), draw.uniform(0.1, 1, 50)
    greeks = bsm_greeks(level, strike, tenor, vol, 0.07, 0.07, False)
    future = linear_greeks(level, strike, tenor, vol, False, rate=0.07)
    for name in ("price", "delta", "gamma", "vega", "theta", "vanna", "volga", "charm", "veta"):
        assert getattr(greeks, name) == pytest.approx(getattr(future, name), rel=1e-11, abs=1e-13)
    assert bsm_price(level, strike, tenor, vol, 0.07, 0.07, False) == pytest.approx(greeks.price, rel=1e-14)


@pytest.mark.parametrize(
    "outside",
    [
        (-1.0, 100.0, 1.0, 0.2, 0.0, 0.0),
        (0.0, 100.0, 1.0, 0.2, 0.0, 0.0),
        (100.0, -1.0, 1.0, 0.2, 0.0, 0.0),
        (100.0, 100.0, -1.0, 0.2, 0.0, 0.0),
        (100.0, 100.0, 1.0, -0.2, 0.0, 0.0),
        (100.0, 100.0, 1.0, 0.2, math.nan, 0.0),
        (100.0, 100.0, 1.0, 0.2, 0.0, math.inf),
    ],
)
def test_outside_the_domain_every_answer_is_nan_and_the_neighbour_is_unharmed(outside):
    good = (100.0, 110.0, 1.0, 0.2, 0.03, 0.01)
    point = [np.array(pair) for pair in zip(outside, good, strict=True)]
    greeks = bsm_greeks(*point, True)
    answers = [bsm_price(*point, True), *(getattr(greeks, name) for name in NAMES)]
    assert all(math.isnan(bad) and math.isfinite(well) for bad, well in answers)
