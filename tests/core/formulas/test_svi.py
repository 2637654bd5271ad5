"""Raw SVI and its other coordinates: the published slice, 50-digit derivatives, the density, round trips."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.formulas.svi import (
    durrleman,
    lee_bound_holds,
    svi_curvature,
    svi_slope,
    svi_total_variance,
    wing_slopes,
)
from outsample.formulas.svi_parameters import JumpWings, NaturalSvi, RawSvi

# Gatheral and Jacquier (2014), doi:10.1080/14697688.2013.819986, example 3.1, slice of Axel Vogt; w, g by mpmath.
VOGT = RawSvi(-0.041, 0.1331, 0.306, 0.3586, 0.4153)
VOGT_VALUES = [
    (-1.0, 0.092755652172206465, 0.26787035873645971),
    (0.0, 0.017426252555159122, 1.0386497312817975),
    (0.5, None, 0.069379211300828865),
    (0.8, 0.057644116073560122, -0.029818461547602659),
    (1.0, None, -0.027741695904626288),
    (1.2, 0.11815827482816884, None),
]


@st.composite
def slices(draw):
    """Draw raw slices inside the domain, with every sign of rho and m."""
    b, rho, m = draw(st.floats(0.005, 1.5)), draw(st.floats(-0.95, 0.95)), draw(st.floats(-0.8, 0.8))
    sigma, least = draw(st.floats(0.02, 1.0)), draw(st.floats(1e-3, 0.5))
    return RawSvi(least - b * sigma * math.sqrt(1.0 - rho**2), b, rho, m, sigma)


def exact(svi, k):
    """Return (w, w', w'', g) with 50 digits, the derivatives by finite differences."""
    from mpmath import diff, mp, mpf, sqrt

    with mp.workdps(50):
        a, b, rho, m, sigma = (mpf(float(value)) for value in (svi.a, svi.b, svi.rho, svi.m, svi.sigma))

        def total(x):
            return a + b * (rho * (x - m) + sqrt((x - m) ** 2 + sigma**2))

        k = mpf(k)
        w, slope, bend = total(k), diff(total, k), diff(total, k, 2)
        g = (1 - k * slope / (2 * w)) ** 2 - slope**2 / 4 * (1 / w + mpf(1) / 4) + bend / 2
        return tuple(float(value) for value in (w, slope, bend, g))


@pytest.mark.parametrize(("k", "w", "g"), VOGT_VALUES)
def test_the_published_slice(k, w, g):
    if w is not None:
        assert svi_total_variance(np.array([k]), VOGT)[0] == pytest.approx(w, rel=1e-12)
    if g is not None:
        assert durrleman(np.array([k]), VOGT)[0] == pytest.approx(g, rel=1e-11)


def test_the_published_jump_wings():
    # The same paper, section 5.1: the slice of example 3.1 at one year, printed to seven digits.
    wings = VOGT.to_jump_wings(1.0)
    printed = (0.01742625, -0.1752111, 0.6997381, 1.316798, 0.0116249)
    found = (wings.variance, wings.skew, wings.put_wing, wings.call_wing, wings.least_variance)
    assert found == pytest.approx(printed, rel=4e-6)


@given(slices(), st.floats(-3.0, 3.0))
def test_derivatives_and_durrlemans_function_against_fifty_digits(svi, k):
    w, slope, bend, g = exact(svi, k)
    point = np.array([k])
    size = abs(svi.a) + svi.b * (abs(k) + abs(svi.m) + svi.sigma)
    assert svi_total_variance(point, svi)[0] == pytest.approx(w, abs=1e-15 * size)
    assert svi_slope(point, svi)[0] == pytest.approx(slope, abs=1e-14)
    assert svi_curvature(point, svi)[0] == pytest.approx(bend, rel=1e-12)
    conditioning = (1.0 + abs(k * slope) / w) ** 2 * size / w + slope**2 * size / w**2 + bend
    assert durrleman(point, svi)[0] == pytest.approx(g, abs=1e-14 * conditioning)


@pytest.mark.parametrize("k", [-0.6, 0.0, 0.35, 0.8])
def test_durrlemans_function_is_the_density_but_for_a_positive_factor(k):
    # The second derivative of Black's call to the strike is the density in the strike (Breeden and Litzenberger 1978).
    from mpmath import diff, erfc, exp, log, mp, mpf, npdf, sqrt

    with mp.workdps(40):

        def call(strike):
            x = log(strike)
            away = x - mpf(VOGT.m)
            w = VOGT.a + VOGT.b * (VOGT.rho * away + sqrt(away**2 + mpf(VOGT.sigma) ** 2))
            d1 = -x / sqrt(w) + sqrt(w) / 2
            return erfc(-d1 / sqrt(2)) / 2 - strike * erfc(-(d1 - sqrt(w)) / sqrt(2)) / 2

        strike = exp(mpf(k))
        density = float(diff(call, strike, 2) * strike)
        w = mpf(float(svi_total_variance(np.array([k]), VOGT)[0]))
        factor = float(npdf(-mpf(k) / sqrt(w) - sqrt(w) / 2) / sqrt(w))
    assert density == pytest.approx(durrleman(np.array([k]), VOGT)[0] * factor, rel=1e-10)


@given(slices())
def test_natural_parameters_are_the_same_slice(svi):
    k = np.linspace(-2.0, 2.0, 9)
    natural = svi.to_natural()
    zeta, rho = natural.zeta, natural.rho
    away = zeta * (k - natural.mu)
    w = natural.delta + 0.5 * natural.omega * (1.0 + rho * away + np.sqrt((away + rho) ** 2 + 1.0 - rho**2))
    size = abs(svi.a) + svi.b * (3.0 + svi.sigma / (1.0 - abs(rho)))
    assert w == pytest.approx(svi_total_variance(k, svi), abs=1e-14 * size)
    again = natural.to_raw()
    for name in ("a", "b", "rho", "m", "sigma"):
        assert getattr(again, name) == pytest.approx(getattr(svi, name), rel=1e-12, abs=1e-12)


@given(slices(), st.floats(0.01, 3.0))
def test_jump_wings_are_what_they_say(svi, tenor):
    wings, zero, far = svi.to_jump_wings(tenor), np.zeros(1), 1e7
    w = svi_total_variance(zero, svi)[0]
    assert wings.variance * tenor == pytest.approx(w, rel=1e-12)
    assert wings.skew == pytest.approx(svi_slope(zero, svi)[0] / (2.0 * math.sqrt(w)), rel=1e-9, abs=1e-13)
    put, call = svi_total_variance(np.array([-far, far]), svi) / far / math.sqrt(w)
    assert wings.put_wing == pytest.approx(put, rel=1e-5, abs=1e-6)
    assert wings.call_wing == pytest.approx(call, rel=1e-5, abs=1e-6)
    grid = svi_total_variance(svi.m + svi.sigma * np.sinh(np.linspace(-6.0, 6.0, 20_001)), svi)
    assert wings.least_variance * tenor == pytest.approx(grid.min(), rel=1e-6, abs=1e-6 * svi.b * svi.sigma)


@given(slices(), st.floats(0.01, 3.0))
def test_jump_wings_lead_back_to_the_slice(svi, tenor):
    again = svi.to_jump_wings(tenor).to_raw()
    k = np.linspace(-1.0, 1.0, 5)
    # What is lost is lost in the distance from money to minimum, which is small where the minimum is near the money.
    w0 = svi_total_variance(np.zeros(1), svi)[0]
    least = svi.a + svi.b * svi.sigma * math.sqrt(1.0 - svi.rho**2)
    if w0 - least > 1e-4 * w0:
        assert svi_total_variance(k, again) == pytest.approx(svi_total_variance(k, svi), rel=1e-8)


def test_jump_wings_without_a_distance_to_the_minimum_say_that_sigma_is_open():
    assert math.isnan(float(JumpWings(1.0, 0.04, 0.0, 0.5, 0.5, 0.04).to_raw().sigma))


def test_parameters_may_be_arrays_for_many_slices_at_once():
    many = RawSvi(np.array([-0.041, 0.02]), np.array([0.1331, 0.1]), np.array([0.306, -0.4]), 0.1, np.array([0.4, 0.2]))
    k = np.linspace(-1.0, 1.0, 5)
    grid = durrleman(k[:, np.newaxis], many)
    assert grid.shape == (5, 2)
    alone = RawSvi(0.02, 0.1, -0.4, 0.1, 0.2)
    assert (grid[:, 1] == durrleman(k, alone)).all()
    natural = many.to_natural()
    assert isinstance(natural, NaturalSvi)
    assert natural.to_raw().sigma == pytest.approx(many.sigma)


@given(slices())
def test_total_variance_is_convex_and_not_below_its_minimum(svi):
    k = np.linspace(-2.0, 2.0, 41)
    w = svi_total_variance(k, svi)
    assert (svi_curvature(k, svi) >= 0.0).all()
    least = svi.a + svi.b * svi.sigma * math.sqrt(1.0 - svi.rho**2)
    assert (w >= least - 1e-14 * (abs(svi.a) + svi.b * svi.sigma)).all()
    assert (w[1:-1] <= 0.5 * (w[:-2] + w[2:]) + 1e-14 * w.max()).all()


def test_lees_bound():
    assert lee_bound_holds(VOGT)
    assert lee_bound_holds(RawSvi(0.01, 1.25, 0.6, 0.0, 0.1))  # 1.25 * 1.6 = 2 exactly
    assert not lee_bound_holds(RawSvi(0.01, 1.26, -0.6, 0.0, 0.1))
    put, call = wing_slopes(RawSvi(0.01, 0.5, -0.6, 0.0, 0.1))
    assert (float(put), float(call)) == pytest.approx((0.8, 0.2))


@pytest.mark.parametrize(
    "outside",
    [
        RawSvi(0.04, -0.1, 0.0, 0.0, 0.1),
        RawSvi(0.04, 0.1, 1.0, 0.0, 0.1),
        RawSvi(0.04, 0.1, 0.0, 0.0, 0.0),
        RawSvi(-0.04, 0.1, 0.0, 0.0, 0.1),  # a negative variance at the money
        RawSvi(math.nan, 0.1, 0.0, 0.0, 0.1),
        RawSvi(0.04, 0.1, 0.0, math.nan, 0.1),
    ],
)
def test_outside_the_domain_every_answer_is_nan(outside):
    k = np.array([0.1])
    for function in (svi_total_variance, svi_slope, svi_curvature, durrleman):
        assert np.isnan(function(k, outside)).all()


def test_where_total_variance_is_nothing_there_is_no_density():
    touching = RawSvi(-0.015625, 0.125, 0.0, 0.25, 0.125)  # binary fractions: nothing is rounded
    assert svi_total_variance(np.array([0.25]), touching)[0] == 0.0
    assert math.isnan(durrleman(np.array([0.25]), touching)[0])
