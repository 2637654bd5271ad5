"""The kernels against their twins, scipy and finite differences."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outsample.calibration.bounded_step import bounded_step
from outsample.calibration.normal_equations import fill_equations, normal_equations
from outsample.calibration.plain import bounded_step_plain, fill_equations_plain, vol_residuals_plain
from outsample.calibration.residuals import vol_residuals
from outsample.formulas import black_price, black_vega
from outsample.typing import frozen

FAST = SimpleNamespace(step=bounded_step, fill=fill_equations, vol=vol_residuals)
PLAIN = SimpleNamespace(step=bounded_step_plain, fill=fill_equations_plain, vol=vol_residuals_plain)
both = pytest.mark.parametrize("kernels", [pytest.param(FAST, id="kernel"), pytest.param(PLAIN, id="plain")])


def least_in_box(step, seed, count):
    """Return a random problem's least in the box by a kernel and by scipy."""
    from scipy.optimize import lsq_linear

    random = np.random.default_rng(seed)
    jacobian, residual = random.normal(size=(3 * count, count)), random.normal(size=3 * count)
    low, high = -random.exponential(0.3, count), random.exponential(0.3, count)
    low[random.uniform(size=count) < 0.2] = 0.0  # on the bound already
    found = step(jacobian.T @ jacobian, jacobian.T @ residual, low, high)
    assert ((low <= found) & (found <= high)).all()
    return found, lsq_linear(jacobian, -residual, (low, high + 1e-300), method="bvls", tol=1e-14).x


@both
@settings(max_examples=30)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 4))
def test_a_bounded_step_is_the_least_in_the_box(kernels, seed, count):
    found, expected = least_in_box(kernels.step, seed, count)
    assert found == pytest.approx(expected, abs=1e-7)


@given(seed=st.integers(0, 10_000), count=st.integers(5, 10))
def test_a_bounded_step_of_many_parameters_is_the_least_in_the_box(seed, count):
    found, expected = least_in_box(bounded_step, seed, count)
    assert found == pytest.approx(expected, abs=1e-7)


def test_a_bounded_step_of_no_definite_matrix_is_no_number():
    assert np.isnan(
        bounded_step(np.array([[1.0, 2.0], [2.0, 1.0]]), np.ones(2), np.full(2, -9.0), np.full(2, 9.0))
    ).all()


def filled(fill, residual, slope, gradient, threshold):
    count = gradient.shape[1]
    arrays = np.empty((count, count)), np.empty(count), np.empty(gradient.shape), np.empty(residual.size)
    return fill(residual, slope, gradient, threshold, *arrays), *arrays


@both
@pytest.mark.parametrize("threshold", [math.inf, 0.7, 1e-3])
def test_normal_equations_are_half_the_derivatives_of_the_cost(kernels, threshold):
    random = np.random.default_rng(3)
    values, design, slope = random.normal(size=4), random.normal(size=(30, 4)), random.uniform(0.5, 2.0, 30)
    target = random.normal(size=30)

    def at(moved):
        return filled(kernels.fill, slope * (design @ moved - target), slope, design, threshold)

    total, hessian, right, jacobian, influence = at(values)
    size = np.abs(slope * (design @ values - target))
    cost = np.where(size <= threshold, size**2, threshold * (2.0 * size - threshold) if threshold < 9.0 else 0.0)
    assert total == pytest.approx(cost.sum(), rel=1e-12)
    assert jacobian == pytest.approx(slope[:, np.newaxis] * design, rel=1e-15)
    assert right == pytest.approx(jacobian.T @ influence, rel=1e-12)
    weight = influence / (slope * (design @ values - target))
    assert hessian == pytest.approx(jacobian.T @ (weight[:, np.newaxis] * jacobian), rel=1e-12)
    for i in range(4):
        up, down = values.copy(), values.copy()
        up[i] += 1e-6
        down[i] -= 1e-6
        assert right[i] == pytest.approx((at(up)[0] - at(down)[0]) / 4e-6, rel=1e-6, abs=1e-8)


@both
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_residual_that_is_no_number_makes_the_cost_infinite(kernels, bad):
    residual = np.array([0.1, bad, 0.2])
    assert filled(kernels.fill, residual, np.ones(3), np.ones((3, 2)), math.inf)[0] == math.inf


def test_what_cannot_be_evaluated_has_an_infinite_cost():
    assert normal_equations(np.ones(2), np.ones(2), np.full((2, 1), np.nan), math.inf).total == math.inf


@both
def test_vol_residuals_and_their_slopes(kernels):
    random = np.random.default_rng(4)
    strike, tenor = frozen(random.uniform(0.7, 1.4, 50)), frozen(random.uniform(0.05, 2.0, 50))
    is_call, market, model = frozen(strike > 1.0), frozen(random.uniform(0.2, 0.6, 50)), random.uniform(0.2, 0.6, 50)
    price, vega = frozen(black_price(strike, tenor, market, is_call)), frozen(black_vega(strike, tenor, market))
    own = black_price(strike, tenor, model, is_call)
    residual, slope = kernels.vol(own, strike, tenor, is_call, market, price, vega)
    assert residual == pytest.approx(100.0 * (model - market), abs=1e-8)
    assert slope == pytest.approx(100.0 / np.maximum(black_vega(strike, tenor, model), 0.01 * vega), rel=1e-8)


@both
def test_a_price_without_a_vol_still_pulls(kernels):
    strike, tenor, is_call = frozen(np.array([1.2, 1.2, 1.2])), frozen(np.full(3, 0.5)), frozen(np.full(3, True))
    market = frozen(np.full(3, 0.3))
    price, vega = frozen(black_price(strike, tenor, market, is_call)), frozen(black_vega(strike, tenor, market))
    residual, slope = kernels.vol(np.array([0.0, 1.0, np.nan]), strike, tenor, is_call, market, price, vega)
    assert residual[:2] == pytest.approx([-30.0, 770.0])
    assert slope == pytest.approx(100.0 / vega)
    assert np.isnan(residual[2])
