"""Where SVI slices contradict no-arbitrage: the published slice and its repairs, and grids as brute force."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outsample.formulas.ssvi import heston_like_phi, ssvi_slice
from outsample.formulas.svi import durrleman, lee_bound_holds, svi_total_variance
from outsample.formulas.svi_arbitrage import butterfly_arbitrage, calendar_arbitrage, is_free_of_butterfly_arbitrage
from outsample.formulas.svi_parameters import JumpWings, RawSvi

VOGT = RawSvi(-0.041, 0.1331, 0.306, 0.3586, 0.4153)


@st.composite
def slices(draw):
    """Draw raw slices of every kind, with and without arbitrage, some with a very sharp vertex."""
    b, rho, m = draw(st.floats(0.005, 3.0)), draw(st.floats(-0.99, 0.99)), draw(st.floats(-0.8, 0.8))
    sigma, least = 10.0 ** draw(st.floats(-3.0, 0.5)), 10.0 ** draw(st.floats(-4.0, 0.0))
    return RawSvi(least - b * sigma * math.sqrt(1.0 - rho**2), b, rho, m, sigma)


def inside(stretches, k):
    return ((k > stretches[:, :1]) & (k < stretches[:, 1:])).any(axis=0)


def test_the_vogt_slice_is_found_out():
    # Gatheral and Jacquier (2014), example 3.1; ends and minimum of the negative stretch by mpmath.
    stretches = butterfly_arbitrage(VOGT)
    assert stretches == pytest.approx(np.array([[0.6424, 1.2569]]), abs=5e-5)
    assert durrleman(stretches, VOGT) == pytest.approx(0.0, abs=1e-11)
    k = np.linspace(*stretches[0], 20_001)
    g = durrleman(k, VOGT)
    assert g.min() == pytest.approx(-0.0329, abs=5e-5)
    assert k[g.argmin()] == pytest.approx(0.88, abs=5e-3)
    assert lee_bound_holds(VOGT)  # the bound alone does not see it
    assert not is_free_of_butterfly_arbitrage(VOGT)


@pytest.mark.parametrize(("call_wing", "least"), [(0.3493158, 0.01548182), (0.8564763, 0.0116249)])
def test_the_published_repairs_of_the_vogt_slice_have_no_arbitrage(call_wing, least):
    # The same paper, section 5.1: the repair in closed form, and the one nearest to the smile.
    repaired = JumpWings(1.0, 0.01742625, -0.1752111, 0.6997381, call_wing, least).to_raw()
    assert butterfly_arbitrage(repaired).shape == (0, 2)
    assert is_free_of_butterfly_arbitrage(repaired)


@settings(max_examples=200)
@given(slices())
def test_the_stretches_are_where_a_grid_finds_a_negative_density(svi):
    k = svi.m + svi.sigma * np.sinh(np.linspace(-18.0, 18.0, 3001))
    g = durrleman(k, svi)
    clear = (np.abs(g) > 1e-7) & (np.abs(k) < 1e4)
    assert ((g < 0.0) == inside(butterfly_arbitrage(svi), k))[clear].all()


@settings(max_examples=100)
@given(slices())
def test_a_wing_above_lees_bound_is_a_stretch_without_end(svi):
    unbounded = np.isinf(butterfly_arbitrage(svi)).any()
    steepest = svi.b * (1.0 + abs(svi.rho))
    if abs(steepest - 2.0) > 1e-6:
        assert unbounded == (steepest > 2.0)


def test_a_flat_slice_has_no_arbitrage():
    assert is_free_of_butterfly_arbitrage(RawSvi(0.04, 0.0, 0.3, 0.1, 0.2))


@settings(max_examples=200)
@given(slices(), slices())
def test_calendar_stretches_are_where_a_grid_finds_less_variance_later(near, far):
    k = np.unique(np.concatenate([s.m + s.sigma * np.sinh(np.linspace(-18.0, 18.0, 1501)) for s in (near, far)]))
    early, late = svi_total_variance(k, near), svi_total_variance(k, far)
    clear = (np.abs(late - early) > 1e-8 * (early + late)) & (np.abs(k) < 1e4)
    assert ((late < early) == inside(calendar_arbitrage(near, far), k))[clear].all()


@settings(max_examples=50)
@given(slices(), st.floats(1.0, 4.0))
def test_more_of_the_same_variance_is_no_arbitrage(svi, factor):
    later = RawSvi(svi.a * factor, svi.b * factor, svi.rho, svi.m, svi.sigma)
    assert calendar_arbitrage(svi, later).size == 0
    assert calendar_arbitrage(svi, svi).size == 0
    if factor > 1.001:
        assert calendar_arbitrage(later, svi).tolist() == [[-math.inf, math.inf]]


def test_parallel_slices_and_wings_at_lees_bound_lose_no_root_to_a_leading_coefficient_of_nothing():
    shifted = [RawSvi(0.4046, 0.6875, 0.5, m, 1.0) for m in (0.5, -0.2272)]
    k = np.linspace(-20.0, 20.0, 4001)
    early, late = (svi_total_variance(k, svi) for svi in shifted)
    assert ((late < early) == inside(calendar_arbitrage(*shifted), k)).all()
    at_bound = RawSvi(0.01, 2.0, 0.0, 0.1, 0.3)
    assert ((durrleman(k, at_bound) < -1e-12) == inside(butterfly_arbitrage(at_bound), k)).all()


def test_two_slices_that_cross_once():
    # One wing is steeper, the other is not: the far slice is below to the left of the crossing at k = 0.
    near, far = RawSvi(0.02, 0.2, -0.5, 0.0, 0.1), RawSvi(0.02, 0.2, 0.5, 0.0, 0.1)
    assert calendar_arbitrage(near, far) == pytest.approx(np.array([[-math.inf, 0.0]]), abs=1e-9)


def test_slices_of_one_heston_like_surface_never_cross():
    theta = np.array([0.01, 0.03, 0.1, 0.4])
    phi = heston_like_phi(theta, 0.6)
    surface = [ssvi_slice(float(level), -0.7, float(bend)) for level, bend in zip(theta, phi, strict=True)]
    for near, far in zip(surface[:-1], surface[1:], strict=True):
        assert calendar_arbitrage(near, far).size == 0
    assert all(is_free_of_butterfly_arbitrage(svi) for svi in surface)


def test_outside_the_domain_nothing_is_known():
    negative = RawSvi(-0.04, 0.1, 0.0, 0.0, 0.1)
    assert np.isnan(butterfly_arbitrage(negative)).all()
    assert np.isnan(calendar_arbitrage(VOGT, negative)).all()
    assert not is_free_of_butterfly_arbitrage(negative)
