"""Exponents along a cosine series from few of them, against all of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.polynomial import chebyshev

from outsample.formulas.fourier import Bates, Heston
from outsample.formulas.fourier.exponent import exponents
from outsample.formulas.fourier.layout import Layout
from outsample.formulas.fourier.smooth_exponents import COUNTS, SeriesPoints, chebyshev_sums

TENORS = np.geomspace(1.0 / 365.0, 1.0, 8)
CALM = Heston(0.3, 4.0, 0.3, 1.5, -0.3)
HEAVY = Heston(0.29, 50.0, 0.28, 17.0, -0.29)  # as calibrated to Bitcoin: 2,800 cosines on ten tenors


def layout_of(model, tenors=TENORS, tolerance=1e-7):
    """Return how one strike a tenor is priced."""
    return Layout.of(model, tenors, np.arange(tenors.size + 1), np.zeros(tenors.size), tolerance)


def errors(points, model, layout):
    """Return how far transforms at the nodes are off."""
    wanted = exponents(model.kind, model.parameters, layout.nodes, layout.years)
    return np.abs(np.exp(points.exponents(model, np.inf)) - np.exp(wanted))


@settings(max_examples=25)
@given(name=st.sampled_from(["heston", "bates", "svcj", "merton", "kou"]), seed=st.integers(0, 2**32))
@pytest.mark.parametrize("market", ["crypto", "equity", "wild"])
def test_points_serve_the_model_they_were_chosen_for(draw, market, name, seed):
    model, _ = draw(name, market, np.random.default_rng(seed))
    layout = layout_of(model)
    if not layout.terms.all():
        return
    points = SeriesPoints.fewest(model, layout, 2e-7)
    if points is not None:
        assert errors(points, model, layout).max() < 3e-7
        assert 2 * points.count * layout.terms.size <= layout.nodes.size


def test_points_serve_parameters_nearby():
    layout = layout_of(HEAVY)
    points = SeriesPoints.fewest(HEAVY, layout, 2e-7)
    assert points.count * TENORS.size < layout.nodes.size / 5
    rng = np.random.default_rng(3)
    for _ in range(50):
        near = Heston(*(HEAVY.parameters * rng.uniform(0.8, 1.25, 5)).tolist())
        assert errors(points, near, layout).max() < 2e-6


def test_a_tighter_demand_takes_more_points():
    layout = layout_of(HEAVY)
    sizes = [SeriesPoints.fewest(HEAVY, layout, within).count for within in (1e-5, 1e-8, 1e-11)]
    assert sizes == sorted(set(sizes))
    assert set(sizes) <= set(COUNTS)


def test_points_refuse_parameters_that_they_do_not_serve():
    """An anchor without jumps takes few points, and large jumps many."""
    still = Bates(*HEAVY.parameters.tolist(), 0.0, 0.0, 0.1)
    layout = layout_of(still)
    points = SeriesPoints.fewest(still, layout, 2e-8)
    assert points.exponents(still, 2e-7) is not None
    served = 0
    for mean in np.linspace(0.0, -1.5, 31):
        for intensity in (0.1, 1.0, 10.0):
            jumping = Bates(*HEAVY.parameters.tolist(), intensity, mean, 0.02)
            if points.exponents(jumping, 2e-7) is not None:
                served += 1
                assert errors(points, jumping, layout).max() < 1e-6
    assert 3 < served < 60


@pytest.mark.parametrize("within", [0.0, 1e-30], ids=str)
def test_what_no_points_give_is_worked_out_at_every_node(within):
    assert SeriesPoints.fewest(HEAVY, layout_of(HEAVY), within) is None


def test_short_series_gain_nothing():
    layout = layout_of(CALM)
    assert layout.terms.max() <= 2 * COUNTS[0]
    assert SeriesPoints.fewest(CALM, layout, 1e-2) is None


def test_sums_are_those_of_numpy():
    rng = np.random.default_rng(0)
    coefficients = rng.normal(size=(3, 24)) + 1j * rng.normal(size=(3, 24))
    terms = np.array([4, 200, 64])
    places = rng.uniform(-1.0, 1.0, terms.sum())
    parts = np.split(places, np.cumsum(terms)[:-1])
    wanted = [chebyshev.chebval(x, row) for x, row in zip(parts, coefficients, strict=True)]
    found = chebyshev_sums(coefficients, places, terms)
    np.testing.assert_allclose(found, np.concatenate(wanted), rtol=1e-12, atol=1e-12)
