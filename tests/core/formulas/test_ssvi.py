"""SSVI: the slice it is made of, 40-digit phi functions, and its conditions against the slices themselves."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outsample.formulas.ssvi import (
    bounded_power_law_phi,
    bounded_power_law_slope,
    heston_like_phi,
    heston_like_slope,
    power_law_phi,
    power_law_slope,
    ssvi_has_no_butterfly_arbitrage,
    ssvi_has_no_calendar_arbitrage,
    ssvi_slice,
    ssvi_total_variance,
)
from outsample.formulas.svi import svi_total_variance
from outsample.formulas.svi_arbitrage import calendar_arbitrage, is_free_of_butterfly_arbitrage

thetas = st.floats(1e-4, 2.0)
rhos = st.floats(-0.95, 0.95)


def exact(name):
    """Return phi as a function of (theta, first parameter, second) in mpmath."""
    from mpmath import exp

    def heston(theta, decay, _):
        x = decay * theta
        return (1 - (1 - exp(-x)) / x) / x

    return {
        "heston": heston,
        "power": lambda theta, eta, gamma: eta * theta**-gamma,
        "bounded": lambda theta, eta, gamma: eta / (theta**gamma * (1 + theta) ** (1 - gamma)),
    }[name]


FUNCTIONS = {
    "heston": (lambda t, p, _: heston_like_phi(t, p), lambda t, p, _: heston_like_slope(t, p)),
    "power": (power_law_phi, power_law_slope),
    "bounded": (bounded_power_law_phi, bounded_power_law_slope),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@given(theta=st.floats(1e-6, 10.0), first=st.floats(0.05, 8.0), gamma=st.floats(0.0, 1.0))
def test_phi_and_its_slope_against_forty_digits(name, theta, first, gamma):
    from mpmath import diff, mp, mpf

    phi, slope = FUNCTIONS[name]
    with mp.workdps(60):
        value = float(exact(name)(mpf(theta), mpf(first), mpf(gamma)))
        rise = float(diff(lambda t: t * exact(name)(t, mpf(first), mpf(gamma)), mpf(theta)))
    assert phi(np.array([theta]), first, gamma)[0] == pytest.approx(value, rel=2e-14)
    assert slope(np.array([theta]), first, gamma)[0] == pytest.approx(rise, rel=2e-14, abs=1e-14 * value)


def test_heston_like_phi_starts_at_a_half():
    assert heston_like_phi(np.array([1e-300, 1e-12]), 1.0) == pytest.approx([0.5, 0.5], rel=1e-11)


@given(st.floats(-2.0, 2.0), thetas, rhos, st.floats(0.1, 20.0))
def test_the_surface_is_made_of_svi_slices(k, theta, rho, phi):
    w = ssvi_total_variance(np.array([k]), theta, rho, phi)
    slice_w = svi_total_variance(np.array([k]), ssvi_slice(theta, rho, phi))
    size = theta * (1.0 + phi * abs(k))
    assert w == pytest.approx(slice_w, abs=1e-14 * size)
    assert ssvi_total_variance(np.zeros(1), theta, rho, phi)[0] == pytest.approx(theta, rel=1e-14)


@settings(max_examples=200)
@given(thetas, rhos, st.floats(0.05, 20.0))
def test_the_butterfly_condition_is_sufficient(theta, rho, phi):
    if ssvi_has_no_butterfly_arbitrage(theta, rho, phi):
        assert is_free_of_butterfly_arbitrage(ssvi_slice(theta, rho, phi))


@settings(max_examples=100)
@given(thetas, rhos, st.floats(0.05, 200.0))
def test_the_first_half_of_the_butterfly_condition_is_necessary(theta, rho, phi):
    if theta * phi * (1.0 + abs(rho)) > 4.0 + 1e-6:
        assert not ssvi_has_no_butterfly_arbitrage(theta, rho, phi)
        assert not is_free_of_butterfly_arbitrage(ssvi_slice(theta, rho, phi))


@given(st.floats(1e-4, 50.0), rhos, st.floats(0.0, 0.5))
def test_the_published_sufficient_parameters_rule_butterflies_out(theta, rho, gamma):
    # Gatheral and Jacquier (2014), section 4: lambda >= (1 + |rho|) / 4, and eta (1 + |rho|) <= 2.
    decay, eta = (1.0 + abs(rho)) / 4.0, 2.0 / (1.0 + abs(rho)) * (1.0 - 1e-12)
    assert ssvi_has_no_butterfly_arbitrage(theta, rho, heston_like_phi(np.array([theta]), decay * (1.0 + 1e-12))).all()
    assert ssvi_has_no_butterfly_arbitrage(theta, rho, bounded_power_law_phi(np.array([theta]), eta, gamma)).all()


@settings(max_examples=200)
@given(thetas, rhos, st.floats(0.05, 8.0), st.floats(-3.0, 3.0))
def test_the_calendar_condition_is_that_close_slices_do_not_cross(theta, rho, phi, elasticity):
    # Two slices a little apart, phi changing at a chosen rate: d(theta phi)/d theta = phi (1 + elasticity).
    step = 1e-5
    slope = phi * (1.0 + elasticity)
    bound = phi * (1.0 + math.sqrt(1.0 - rho**2))
    holds = bool(ssvi_has_no_calendar_arbitrage(rho, np.array(phi), np.array(slope)))
    near = ssvi_slice(theta, rho, phi)
    far = ssvi_slice(theta * (1.0 + step), rho, phi * (1.0 + elasticity * step))
    if min(abs(slope), abs(rho**2 * slope - bound)) > 1e-3 * phi:
        assert (calendar_arbitrage(near, far).size == 0) == holds


def test_without_correlation_any_rise_of_the_wings_will_do():
    assert ssvi_has_no_calendar_arbitrage(0.0, np.array([1.0]), np.array([1e6])).all()
    assert not ssvi_has_no_calendar_arbitrage(0.0, np.array([1.0]), np.array([-1e-6])).any()


def test_outside_the_domain_values_are_nan_and_conditions_false():
    k = np.array([0.1])
    for theta, rho, phi in ((0.0, 0.0, 1.0), (0.1, 1.0, 1.0), (0.1, 0.0, -1.0), (math.nan, 0.0, 1.0)):
        assert np.isnan(ssvi_total_variance(k, theta, rho, phi)).all()
        assert not ssvi_has_no_butterfly_arbitrage(np.array([theta]), rho, np.array([phi])).any()
    assert np.isnan(heston_like_phi(np.array([-0.1, 0.1]), np.array([1.0, -1.0]))).all()
    assert np.isnan(power_law_phi(np.array([0.1]), 1.0, 1.5)).all()
    assert np.isnan(bounded_power_law_slope(np.array([0.1]), 0.0, 0.5)).all()
