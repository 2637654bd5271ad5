"""Heston with Hull-White rates by its transform: the formula that integrates option by option, QuantLib, limits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outsample.errors import UsageError
from outsample.formulas import heston_hull_white
from outsample.formulas.fourier import Heston, HestonHullWhite, PricingPlan, cumulants, fourier_price
from outsample.formulas.fourier.exponent import exponents, exponents_and_slopes
from outsample.formulas.fourier.plain import exponents_and_slopes_plain
from outsample.formulas.fourier.tenor_cells import TenorCells
from outsample.formulas.stochastic_rates import BILL_SPEED, BILL_VOL, gaussian_rate_variance

VALUES = (0.04, 2.0, 0.04, 0.5, -0.7)
MODEL = HestonHullWhite(*VALUES)

variances = st.floats(0.01, 0.4)
models = st.tuples(variances, st.floats(0.3, 6.0), variances, st.floats(0.1, 1.5), st.floats(-0.9, 0.6))


def strikes(model, tenor, count=9):
    _, variance, *_ = cumulants(model, tenor)
    return np.exp(np.sqrt(variance) * np.linspace(-2.0, 2.0, count))


@settings(max_examples=60, deadline=None)
@given(models, st.floats(np.log(0.02), np.log(12.0)).map(np.exp))
def test_prices_are_those_of_the_integral(values, tenor):
    model = HestonHullWhite(*values)
    strike = strikes(model, tenor)
    is_call = strike > 1.0
    one, none = np.array(1.0), np.array(0.0)
    other = heston_hull_white.HestonHullWhite(*values, BILL_SPEED, BILL_VOL)
    expected = heston_hull_white.heston_hull_white_price(one, strike, np.array(tenor), one, none, is_call, other)
    found = fourier_price(model, strike, np.full(strike.size, tenor), is_call)
    np.testing.assert_allclose(found, expected, rtol=0.0, atol=1e-11 * (1.0 + strike.max()))


def test_quantlib_agrees():
    import QuantLib as ql  # noqa: N813

    today, count = ql.Date(1, 1, 2024), ql.Actual365Fixed()
    ql.Settings.instance().evaluationDate = today
    flat = ql.YieldTermStructureHandle(ql.FlatForward(today, 0.0, count))
    spot = ql.QuoteHandle(ql.SimpleQuote(1.0))
    heston = ql.HestonModel(ql.HestonProcess(flat, flat, spot, *VALUES))
    engine = ql.AnalyticHestonHullWhiteEngine(heston, ql.HullWhite(flat, BILL_SPEED, BILL_VOL), 192)
    for days in (365, 1825):
        for strike in (0.7, 1.0, 1.4):
            option = ql.EuropeanOption(ql.PlainVanillaPayoff(ql.Option.Call, strike), ql.EuropeanExercise(today + days))
            option.setPricingEngine(engine)
            found = fourier_price(MODEL, np.array([strike]), np.array([days / 365]), np.array([True]))[0]
            assert found == pytest.approx(option.NPV(), abs=1e-9)


def test_exponents_and_slopes_against_the_plain_twin():
    z = np.concatenate([0.5 + 1j * np.linspace(0.0, 30.0, 40), 1j * np.linspace(0.1, 40.0, 40)])
    tenor = np.repeat([0.1, 0.1, 1.0, 5.0], 20)
    found, slopes = exponents_and_slopes(MODEL.kind, MODEL.parameters, z, tenor)
    plain, plain_slopes = exponents_and_slopes_plain(MODEL.kind, MODEL.parameters, z, tenor)
    np.testing.assert_allclose(found, plain, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(slopes, plain_slopes, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(exponents(MODEL.kind, MODEL.parameters, z, tenor), found, rtol=1e-13)


def test_forward_and_mass_are_kept():
    z, tenor = np.array([0.0, 1.0], np.complex128), np.array([3.0, 3.0])
    np.testing.assert_allclose(exponents(MODEL.kind, MODEL.parameters, z, tenor), 0.0, atol=1e-14)


@given(st.floats(0.05, 10.0))
def test_the_rate_adds_its_variance_and_no_skewness(tenor):
    with_rate, without = cumulants(MODEL, tenor), cumulants(Heston(*VALUES), tenor)
    added = gaussian_rate_variance(np.array(tenor), BILL_SPEED, BILL_VOL)
    np.testing.assert_allclose(with_rate - without, [-0.5 * added, added, 0.0, 0.0], atol=1e-9)


def test_derivatives_of_prices_to_the_parameters():
    strike, tenor = np.array([0.8, 1.0, 1.2]), np.full(3, 2.0)
    is_call = strike > 1.0
    slopes = PricingPlan.of(MODEL, strike, tenor, is_call).price(MODEL, gradient=True).gradient
    for i, value in enumerate(VALUES):
        step = 1e-5 * abs(value)
        ends = [list(VALUES), list(VALUES)]
        ends[0][i], ends[1][i] = value + step, value - step
        up, down = (fourier_price(HestonHullWhite(*one), strike, tenor, is_call) for one in ends)
        np.testing.assert_allclose(slopes[:, i], (up - down) / (2.0 * step), rtol=1e-5, atol=1e-9)


def test_slices_that_share_a_transform_are_priced_as_alone():
    tenors = np.array([0.11, 0.115, 1.3, 1.31, 4.0])
    starts, k = np.arange(0, 26, 5), np.tile(np.linspace(-0.2, 0.2, 5), 5)
    puts = TenorCells.of(MODEL, tenors, 1e-10).puts(MODEL, starts, k)
    alone = fourier_price(MODEL, np.exp(k), np.repeat(tenors, 5), np.zeros(25, bool))
    np.testing.assert_allclose(puts, alone, rtol=0.0, atol=1e-9)


def test_parameters_out_of_their_domain_are_refused():
    with pytest.raises(UsageError, match="correlation of HestonHullWhite must be a finite number"):
        HestonHullWhite(0.04, 2.0, 0.04, 0.5, -1.5)
    assert MODEL.feller_ratio == Heston(*VALUES).feller_ratio
