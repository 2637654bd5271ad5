"""Plans: what they refuse, what they report, what they keep while parameters move, and their gradients."""

import math
from dataclasses import replace

import numpy as np
import pytest

from outsample.formulas.fourier import (
    Bates,
    Heston,
    Merton,
    PricingMethod,
    PricingPlan,
    VarianceGamma,
    fourier_price,
)
from outsample.formulas.fourier.cosine import cosine_weights, weighted_puts
from outsample.formulas.fourier.exponent import slopes_loop, variance_loop

HESTON = Heston(0.36, 4.0, 0.42, 1.5, -0.25)
NAMES = ["heston", "bates", "svcj", "merton", "kou", "gamma"]


def chain(count=60, seed=0):
    """Return strike ratios, tenors and kinds of a chain in no order."""
    random = np.random.default_rng(seed)
    tenor = random.choice([1.0 / 365.0, 0.1, 0.7, 2.0], count)
    return np.exp(random.normal(0.0, 0.6, count) * np.sqrt(tenor)), tenor, random.random(count) < 0.5


OUTSIDE = [
    (0.0, 1.0),
    (-1.0, 1.0),
    (math.nan, 1.0),
    (math.inf, 1.0),
    (1.1, 0.0),
    (1.1, -1.0),
    (1.1, math.nan),
    (1.1, math.inf),
]


@pytest.mark.parametrize("model", [HESTON, VarianceGamma(0.5, -0.1, 0.3)], ids=["series", "integral"])
@pytest.mark.parametrize("outside", OUTSIDE)
def test_outside_the_domain_the_answer_is_nan_and_the_neighbour_is_unharmed(model, outside):
    strike, tenor = (np.array([value, good]) for value, good in zip(outside, (1.1, 0.02), strict=True))
    found = PricingPlan.of(model, strike, tenor, np.array(True)).price(model, gradient=True)
    assert np.isnan(found.price).tolist() == np.isnan(found.error).tolist() == [True, False]
    assert np.isnan(found.gradient).all(axis=1).tolist() == [True, False]
    assert np.isfinite(found.gradient[1]).all()
    assert found.method[0] == PricingMethod.NONE
    assert found.method[1] != PricingMethod.NONE


def test_a_chain_outside_the_domain_or_without_quotes_has_no_prices():
    found = PricingPlan.of(HESTON, np.array([-1.0, 0.0]), np.array(1.0), np.array(True)).price(HESTON, gradient=True)
    assert np.isnan(found.price).all()
    assert found.gradient.shape == (2, 5)
    nothing = PricingPlan.of(HESTON, np.empty(0), np.empty(0), np.empty(0, dtype=bool))
    assert nothing.price(HESTON).price.shape == (0,)
    assert nothing.price(HESTON, gradient=True).gradient.shape == (0, 5)
    assert nothing.fits(HESTON, 1e-6)


@pytest.mark.parametrize("tenor", [1e-300, 1e-30, 1e-8, 1.0, 1e4, 1e30, 1e300])
@pytest.mark.parametrize("strike", [1e-300, 1e-8, 1.0, 1e8, 1e300])
def test_inside_the_domain_nothing_warns_and_the_bounds_hold(tenor, strike):
    for model in (HESTON, Bates(0.04, 2.0, 0.04, 0.5, -0.7, 0.5, -0.1, 0.15), Merton(0.2, 1.0, -0.1, 0.1)):
        call, put = fourier_price(model, np.array(strike), np.array(tenor), np.array([True, False]))
        assert max(1.0 - strike, 0.0) <= call <= 1.0
        assert max(strike - 1.0, 0.0) <= put <= strike


def test_prices_come_back_in_the_order_and_shape_of_the_quotes():
    strike, tenor, is_call = chain()
    price = fourier_price(HESTON, strike, tenor, is_call)
    alone = [
        fourier_price(HESTON, strike[i : i + 1], tenor[i : i + 1], is_call[i : i + 1])[0] for i in range(strike.size)
    ]
    assert price == pytest.approx(alone, abs=2e-13)
    grid = fourier_price(HESTON, strike[:, np.newaxis], np.array([0.1, 0.5]), True)
    assert grid.shape == (strike.size, 2)
    assert grid[3, 1] == pytest.approx(
        fourier_price(HESTON, strike[3:4], np.array([0.5]), np.array([True]))[0], abs=2e-13
    )
    assert fourier_price(HESTON, 1.0, 0.5, True).shape == ()


def test_the_same_quote_twice_has_one_price_to_the_last_bit():
    strike, tenor, is_call = chain()
    order = np.random.default_rng(3).permutation(strike.size)
    plan, shuffled = (
        PricingPlan.of(HESTON, strike[rows], tenor[rows], is_call[rows]) for rows in (np.arange(strike.size), order)
    )
    first, second = plan.price(HESTON, gradient=True), shuffled.price(HESTON, gradient=True)
    assert (second.price == first.price[order]).all()
    assert (second.gradient == first.gradient[order]).all()


def test_the_method_of_each_quote_is_reported():
    model, tenors = VarianceGamma(0.2, -0.1, 0.3), np.array([0.001, 3.0, math.nan, 0.001])
    plan = PricingPlan.of(model, np.array([0.9, 1.0, 1.1, 1.2]), tenors, np.array(True))
    expected = [PricingMethod.MIXTURE, PricingMethod.MIXTURE, PricingMethod.NONE, PricingMethod.MIXTURE]
    assert plan.method.tolist() == plan.price(model).method.tolist() == expected
    narrow = PricingPlan.of(Merton(0.02, 20.0, -0.5, 0.3), np.array([0.9, 1.0]), np.array([1e-4, 3.0]), np.array(True))
    assert narrow.method.tolist() == [PricingMethod.INTEGRAL, PricingMethod.COSINES]
    assert narrow.layout.terms.tolist()[0] == 0


def test_a_tolerance_no_integral_can_meet_is_no_price_rather_than_a_wrong_one():
    model = VarianceGamma(0.01, -5.0, 0.3)
    found = PricingPlan.of(model, np.array([0.9]), np.array([0.001]), np.array([True]), 1e-20).price(model)
    assert math.isnan(found.price[0])
    assert found.method[0] == PricingMethod.NONE


@pytest.mark.parametrize("tolerance", [1e-6, 1e-9, 1e-12])
def test_the_error_that_is_stated_covers_the_error_that_is_made(draw, tolerance):
    random = np.random.default_rng(21)
    for i in range(60):
        model, tenor = draw(NAMES[i % 6], ["crypto", "equity", "wild"][i % 3], random)
        strike = np.exp(random.uniform(-1.0, 1.0, 7) * min(1.0, 1.6 * math.sqrt(tenor)))
        rough = PricingPlan.of(model, strike, np.array(tenor), np.array(False), tolerance).price(model)
        exact = fourier_price(model, strike, np.array(tenor), np.array(False), 1e-14)
        assert (np.abs(rough.price - exact) <= (rough.error + 1e-13) * (1.0 + strike)).all(), (model, tenor)


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_the_derivatives_of_the_prices(draw, name):
    random = np.random.default_rng(9)
    for market in ("crypto", "equity"):
        for _ in range(6):
            model, tenor = draw(name, market, random)
            strike = np.exp(random.uniform(-1.0, 1.0, 5) * math.sqrt(min(tenor, 1.0)))
            plan = PricingPlan.of(model, strike, np.array(tenor), np.array([True, False, True, False, True]), 1e-13)
            gradient = plan.price(model, gradient=True).gradient
            assert gradient.shape == (5, len(model.__slots__))
            for column, field in enumerate(model.__slots__):
                value = getattr(model, field)
                # Ridders: central differences of three steps, extrapolated to the fourth power
                wide, middle, narrow = (
                    (
                        plan.price(replace(model, **{field: value * (1.0 + step)})).price
                        - plan.price(replace(model, **{field: value * (1.0 - step)})).price
                    )
                    / (2.0 * step)
                    for step in (4e-3, 2e-3, 1e-3)
                )
                difference = (64.0 * narrow - 20.0 * middle + wide) / 45.0
                assert value * gradient[:, column] == pytest.approx(difference, rel=1e-7, abs=1e-10), (model, field)


def test_a_plan_keeps_its_layout_while_parameters_move():
    strike, tenor, is_call = chain()
    plan = PricingPlan.of(HESTON, strike, tenor, is_call, 1e-12)
    near = replace(HESTON, initial_variance=0.361, vol_of_vol=1.52)
    assert plan.price(near).price == pytest.approx(fourier_price(near, strike, tenor, is_call), abs=1e-11)
    assert plan.fits(HESTON, 2e-12)
    assert plan.fits(near, 1e-10)


@pytest.mark.parametrize(
    "far",
    [replace(HESTON, initial_variance=4.0), replace(HESTON, initial_variance=0.001, long_run_variance=0.001)],
    ids=["the range is too short", "the series is too short"],
)
def test_a_plan_that_no_longer_fits_says_so(far):
    strike, tenor, is_call = chain()
    plan = PricingPlan.of(HESTON, strike, tenor, is_call, 1e-10)
    assert not plan.fits(far, 1e-8)
    off = np.abs(plan.price(far).price - fourier_price(far, strike, tenor, is_call))
    assert off.max() > 1e-8


def test_a_plan_of_integrals_fits_what_decays_as_fast():
    model = Merton(0.02, 20.0, -0.5, 0.3)
    plan = PricingPlan.of(model, np.array([0.9, 1.0]), np.array(1e-4), np.array(True), 1e-10)
    assert (plan.method == PricingMethod.INTEGRAL).all()
    assert plan.fits(replace(model, vol=0.021), 1e-9)
    assert not plan.fits(replace(model, vol=0.01), 1e-10)


def test_a_plan_of_mixtures_fits_whatever_is_no_worse_than_one():
    model = VarianceGamma(0.2, -0.1, 0.3)
    plan = PricingPlan.of(model, np.array([0.9, 1.0]), np.array([0.01, 1.0]), np.array(True), 1e-10)
    assert (plan.method == PricingMethod.MIXTURE).all()
    far = replace(model, variance_rate=3.0, drift=-0.2)
    assert plan.fits(far, 1e-10)
    assert plan.price(far).price == pytest.approx(fourier_price(far, [0.9, 1.0], [0.01, 1.0], True), abs=1e-10)
    assert not plan.fits(VarianceGamma(0.01, -5.0, 0.3), 1e-10)


def test_frozen_and_writeable_chains_share_one_compilation_and_stay_as_they_were():
    strike, tenor, is_call = chain()
    price = fourier_price(HESTON, strike, tenor, is_call)
    assert all(column.flags.writeable for column in (strike, tenor, is_call))
    for column in (strike, tenor, is_call):
        column.flags.writeable = False
    assert (fourier_price(HESTON, strike, tenor, is_call) == price).all()
    doubled = np.repeat(strike, 2)[::2], np.repeat(tenor, 2)[::2], np.repeat(is_call, 2)[::2]
    assert (fourier_price(HESTON, *doubled) == price).all()
    plan = PricingPlan.of(HESTON, strike, tenor, is_call)
    kernels = cosine_weights, weighted_puts, slopes_loop, variance_loop
    before = [len(one.signatures) for one in kernels]
    plan.price(HESTON, gradient=True)
    plan.price(replace(HESTON, correlation=0.1))
    assert [len(one.signatures) for one in kernels] == before
    assert len(variance_loop.signatures) == 1
