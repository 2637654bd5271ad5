"""Splines of our own against those of SciPy."""

import math

import numpy as np
import pytest

from outsample.calibration.pooling.bicubic import bend, interpolate

STRETCH, EDGE = 6.0, 0.95


@pytest.mark.parametrize("knots", [4, 5, 6, 48])
def test_second_derivatives_are_those_of_scipy(knots):
    from scipy.interpolate import CubicSpline

    values = np.random.default_rng(knots).normal(size=(knots, 3))
    places = 0.3 * np.arange(knots)
    expected = CubicSpline(places, values, bc_type="not-a-knot")(places, 2)
    np.testing.assert_allclose(bend(values, 0.3), expected, rtol=1e-9, atol=1e-9)


def test_a_cubic_is_bent_as_it_is():
    x = 0.1 * np.arange(9)
    np.testing.assert_allclose(bend((x**3 - 2.0 * x)[:, None], 0.1)[:, 0], 6.0 * x, atol=1e-9)


def test_quotes_are_looked_up_as_by_scipy():
    from scipy.interpolate import CubicSpline, RectBivariateSpline

    random = np.random.default_rng(1)
    tenors, knots, first, step = 12, 15, math.log(0.01), 0.4
    surfaces = random.normal(size=(2, tenors, knots))
    deviation = 0.4 + 0.05 * random.random(tenors)
    y = np.linspace(-EDGE, EDGE, knots)
    across = np.stack([bend(np.ascontiguousarray(one.T), 2.0 * EDGE / (knots - 1)).T for one in surfaces])
    values = np.ascontiguousarray(np.stack([surfaces, across]).transpose(2, 0, 1, 3))
    bends = bend(values.reshape(tenors, -1), step).reshape(values.shape)
    slice_tenor = np.exp(first + step * np.array([0.0, 3.3, 7.9, 11.0]))
    start = np.array([0, 40, 90, 90 + 7, 200])
    log_moneyness = random.normal(size=200) * 0.3
    chosen = np.array([0, 1, 3])
    out = np.empty((2, 40 + 50 + 103))
    bent = bend(deviation[:, None], step)[:, 0]
    interpolate(
        log_moneyness, start, slice_tenor, chosen, first, step, deviation, bent, STRETCH, EDGE, values, bends, out
    )
    places = first + step * np.arange(tenors)
    at = 0
    for s in chosen:
        rows = slice(start[s], start[s + 1])
        place = math.log(slice_tenor[s])
        x = log_moneyness[rows] / (CubicSpline(places, deviation)(place) * math.sqrt(slice_tenor[s]))
        where = np.clip(x / np.sqrt(STRETCH**2 + x * x), -EDGE, EDGE)
        for r, surface in enumerate(surfaces):
            expected = RectBivariateSpline(places, y, surface, kx=3, ky=3).ev(place, where)
            np.testing.assert_allclose(out[r, at : at + x.size], expected, rtol=1e-8, atol=1e-8)
        at += x.size
