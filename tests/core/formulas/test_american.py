"""American options: published and converged values, QuantLib, the boundary's own equation, inequalities, symmetry."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outsample.formulas.american import american_price, exercise_boundary
from outsample.formulas.black_scholes_merton import bsm_price

ratios = st.floats(0.6, 1.6)
tenors = st.floats(0.01, 5.0)
vols = st.floats(0.08, 1.0)
rates = st.floats(0.0, 0.15)


def one(*values):
    """Return each value as an array of one element."""
    return [np.array([value]) for value in values]


def test_the_published_premium():
    # Andersen, Lake and Offengenden (2016), doi:10.21314/JCF.2016.312, table 2: one-year put at the money, rate and
    # yield 5 %, vol 25 %; twelve digits, agreed by their two finest grids.
    point = one(100.0, 100.0, 1.0, 0.25, 0.05, 0.05, False)
    assert american_price(*point)[0] - bsm_price(*point)[0] == pytest.approx(0.106952702747, abs=5e-12)


# type, S, K, T, r, q, vol, price: QuantLib 1.44, QdFpTanhSinhIterationScheme(30, 60, 1e-13), where its equations A and
# B agree to the digits given. Its own default for high precision, (10, 30, 1e-10), stops at 6.0903706065 and
# 4.4866744190 for the two puts.
CONVERGED = [
    ("C", 100.0, 100.0, 182 / 365, 0.1, 0.1, 0.25, 6.7666921398),
    ("P", 100.0, 100.0, 1.0, 0.05, 0.0, 0.2, 6.0903705909),
    ("P", 36.0, 40.0, 1.0, 0.06, 0.0, 0.2, 4.4866743567),
]


@pytest.mark.parametrize(("kind", "spot", "strike", "tenor", "rate", "carry", "vol", "price"), CONVERGED)
def test_converged_prices(kind, spot, strike, tenor, rate, carry, vol, price):
    found = american_price(*one(spot, strike, tenor, vol, rate, carry, kind == "C"))[0]
    assert found == pytest.approx(price, abs=1e-9)


def test_quantlib_agrees():
    import QuantLib as ql  # noqa: N813

    today, count = ql.Date(1, 1, 2024), ql.Actual365Fixed()
    ql.Settings.instance().evaluationDate = today
    scheme = ql.QdFpTanhSinhIterationScheme(30, 40, 1e-12)
    draw = np.random.default_rng(9)
    for _ in range(40):
        spot, rate, vol = 100.0 * math.exp(draw.normal(0.0, 0.15)), draw.uniform(0.005, 0.12), draw.uniform(0.15, 0.7)
        carry, days, is_call = (
            draw.choice([0.0, draw.uniform(0.0, 0.12)]),
            int(draw.integers(10, 1200)),
            draw.random() < 0.5,
        )
        handles = [ql.YieldTermStructureHandle(ql.FlatForward(today, r, count)) for r in (carry, rate)]
        level = ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), vol, count))
        process = ql.BlackScholesMertonProcess(ql.QuoteHandle(ql.SimpleQuote(spot)), *handles, level)
        payoff = ql.PlainVanillaPayoff(ql.Option.Call if is_call else ql.Option.Put, 100.0)
        option = ql.VanillaOption(payoff, ql.AmericanExercise(today, today + days))
        option.setPricingEngine(ql.QdFpAmericanEngine(process, scheme, ql.QdFpAmericanEngine.FP_A))
        found = american_price(*one(spot, 100.0, days / 365, vol, rate, carry, is_call))[0]
        assert found == pytest.approx(option.NPV(), abs=2e-7)


@pytest.mark.parametrize(
    ("rate", "carry", "vol", "tenor"), [(0.05, 0.0, 0.2, 1.0), (0.03, 0.08, 0.35, 2.0), (0.1, 0.1, 0.6, 0.3)]
)
def test_at_the_boundary_the_price_meets_the_payoff_smoothly(rate, carry, vol, tenor):
    boundary = exercise_boundary(*one(100.0, tenor, vol, rate, carry, False))[0]
    step = 1e-3 * boundary
    spots = boundary + step * np.array([-1.0, -1e-9, 1e-9, 1.0, 2.0])
    price = american_price(spots, 100.0, tenor, vol, rate, carry, False)
    assert (price[:2] == 100.0 - spots[:2]).all()
    assert price[2] == pytest.approx(100.0 - spots[2], abs=1e-7)
    excess = price[3:] - (100.0 - spots[3:])
    assert (excess > 0.0).all()
    assert excess[1] / excess[0] == pytest.approx(4.0, rel=0.02)  # from 0 with slope 0: a parabola


@settings(max_examples=60)
@given(ratios, tenors, vols, rates, rates, st.booleans())
def test_worth_at_least_the_european_option_and_at_least_exercise(ratio, tenor, vol, rate, carry, is_call):
    point = one(100.0, 100.0 * ratio, tenor, vol, rate, carry, is_call)
    american, european = american_price(*point)[0], bsm_price(*point)[0]
    exercise = 100.0 * (1.0 - ratio if is_call else ratio - 1.0)
    assert american >= european
    assert american >= exercise - 1e-13
    # The premium is at most what interest on the strike, or dividends on the spot, can earn.
    most = 100.0 * (-math.expm1(-carry * tenor) if is_call else -ratio * math.expm1(-rate * tenor))
    assert american - european <= most + 1e-9


@settings(max_examples=40)
@given(ratios, tenors, vols, rates, rates)
def test_a_call_is_the_put_with_everything_exchanged(ratio, tenor, vol, rate, carry):
    call = american_price(*one(100.0, 100.0 * ratio, tenor, vol, rate, carry, True))[0]
    put = american_price(*one(100.0 * ratio, 100.0, tenor, vol, carry, rate, False))[0]
    assert call == pytest.approx(put, abs=1e-12)


@settings(max_examples=30)
@given(ratios, tenors, vols, rates, rates, st.booleans())
def test_the_price_rises_with_vol_and_with_time_and_scales(ratio, tenor, vol, rate, carry, is_call):
    ladder, strike = np.array([1.0, 1.2, 2.0]), 100.0 * ratio
    rounding = 1e-7
    by_vol = american_price(np.full(3, 100.0), strike, tenor, vol * ladder, rate, carry, is_call)
    by_time = american_price(np.full(3, 100.0), strike, tenor * ladder, vol, rate, carry, is_call)
    assert (np.diff(by_vol) >= -rounding).all()
    assert (np.diff(by_time) >= -rounding).all()
    double = american_price(*one(200.0, 2.0 * strike, tenor, vol, rate, carry, is_call))[0]
    assert double == pytest.approx(2.0 * by_vol[0], rel=1e-12)


@settings(max_examples=30)
@given(ratios, tenors, vols, rates, rates, st.booleans())
def test_the_price_is_convex_in_the_strike(ratio, tenor, vol, rate, carry, is_call):
    strikes = 100.0 * ratio * np.array([0.9, 1.0, 1.1])
    price = american_price(np.full(3, 100.0), strikes, tenor, vol, rate, carry, is_call)
    assert price[1] <= 0.5 * (price[0] + price[2]) + 1e-7


def test_where_exercise_never_pays_the_price_is_the_european_one():
    calls = one(100.0, 90.0, 2.0, 0.3, 0.05, 0.0, True)
    assert american_price(*calls)[0] == bsm_price(*calls)[0]
    for rate, carry in ((0.0, 0.03), (-0.02, 0.0), (-0.02, -0.02)):
        puts = one(100.0, 110.0, 2.0, 0.3, rate, carry, False)
        assert american_price(*puts)[0] == bsm_price(*puts)[0]
    assert exercise_boundary(*one(90.0, 2.0, 0.3, 0.05, 0.0, True))[0] == math.inf
    assert exercise_boundary(*one(90.0, 2.0, 0.3, 0.0, 0.03, False))[0] == 0.0


def test_the_boundary_starts_where_carry_turns_and_ends_at_the_perpetual_one():
    # Before expiry a put is exercised where interest on the strike exceeds dividends on the spot: at K min(1, r / q).
    at_once = exercise_boundary(np.array([100.0]), 1e-10, 0.2, 0.03, np.array([0.0, 0.03, 0.06]), False)
    assert at_once == pytest.approx([100.0, 100.0, 50.0], rel=1e-4)
    assert exercise_boundary(*one(100.0, 0.0, 0.2, 0.03, 0.06, False))[0] == pytest.approx(50.0)
    # McKean's perpetual put: K b / (b - 1), b the negative root of vol^2 b (b - 1) / 2 + (r - q) b = r.
    rate, carry, vol = 0.08, 0.02, 0.3
    drift = (rate - carry) / vol**2 - 0.5
    root = -drift - math.sqrt(drift**2 + 2.0 * rate / vol**2)
    forever = 100.0 * root / (root - 1.0)
    ladder = exercise_boundary(np.array([100.0]), np.array([1.0, 5.0, 20.0, 100.0]), vol, rate, carry, False)
    assert (np.diff(ladder) < 0.0).all()
    assert ladder[-1] == pytest.approx(forever, rel=2e-4)
    assert (ladder > forever).all()
    call = exercise_boundary(*one(100.0, 2.0, 0.3, 0.02, 0.05, True))[0]
    put = exercise_boundary(*one(100.0, 2.0, 0.3, 0.05, 0.02, False))[0]
    assert call * put == pytest.approx(100.0**2, rel=1e-12)


def test_perpetual_prices_are_approached():
    rate, vol, spot = 0.08, 0.3, 110.0
    root = -2.0 * rate / vol**2
    boundary = 100.0 * root / (root - 1.0)
    forever = (100.0 - boundary) * (spot / boundary) ** root
    assert american_price(*one(spot, 100.0, 100.0, vol, rate, 0.0, False))[0] == pytest.approx(forever, rel=1e-4)


def test_ordinary_and_extreme_parameters_settle():
    draw = np.random.default_rng(13)
    count = 300
    rate = 10.0 ** draw.uniform(-4, -0.6, count)
    kinds = [np.zeros(count), 10.0 ** draw.uniform(-4, -0.6, count), rate * np.exp(draw.normal(0.0, 0.1, count)), rate]
    carry = np.choose(draw.integers(0, 4, count), kinds)
    vol, tenor = 10.0 ** draw.uniform(-1.5, 0.4, count), 10.0 ** draw.uniform(-3, 1.3, count)
    spot = 100.0 * np.exp(draw.normal(0.0, 0.6, count) * vol * np.sqrt(tenor))
    assert np.isfinite(american_price(spot, 100.0, tenor, vol, rate, carry, False)).all()


def test_at_expiry_the_price_is_what_exercise_pays():
    price = american_price(np.array([90.0, 110.0]), 100.0, 0.0, 0.2, 0.05, 0.02, np.array([False, True]))
    assert price == pytest.approx([10.0, 10.0], abs=1e-13)


@pytest.mark.parametrize(
    "outside",
    [
        (0.0, 100.0, 1.0, 0.2, 0.05, 0.0),
        (100.0, -1.0, 1.0, 0.2, 0.05, 0.0),
        (100.0, 100.0, -1.0, 0.2, 0.05, 0.0),
        (100.0, 100.0, 1.0, 0.0, 0.05, 0.0),
        (100.0, 100.0, 1.0, 0.2, math.nan, 0.0),
        (100.0, 100.0, 1.0, 0.2, -0.02, -0.05),  # two boundaries
    ],
)
def test_outside_the_domain_the_price_is_nan_and_the_neighbour_is_unharmed(outside):
    point = [np.array(pair) for pair in zip(outside, (100.0, 110.0, 1.0, 0.2, 0.05, 0.01), strict=True)]
    assert np.isnan(american_price(*point, False)).tolist() == [True, False]
    if outside[0] == 100.0:
        assert np.isnan(exercise_boundary(*point[1:], False)).tolist() == [True, False]


def test_arguments_broadcast_and_an_empty_chain_has_no_prices():
    grid = american_price(np.array([[90.0], [100.0]]), np.array([95.0, 100.0, 105.0]), 1.0, 0.2, 0.05, 0.0, False)
    assert grid.shape == (2, 3)
    assert grid[1, 2] == pytest.approx(american_price(*one(100.0, 105.0, 1.0, 0.2, 0.05, 0.0, False))[0], rel=1e-13)
    nothing = np.empty(0)
    assert american_price(nothing, nothing, nothing, nothing, 0.05, 0.0, np.empty(0, dtype=bool)).shape == (0,)
