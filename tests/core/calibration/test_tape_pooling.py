"""One estimate from sums: the minimum of the summed quadratics, with the standard errors of clustered times."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.calibration import bounds_of
from outsample.calibration.bounds import sizes_around
from outsample.calibration.tape_pooling import DAMPING, REACH, Expansions, WindowCounts, clustered_covariance
from outsample.errors import FitError
from outsample.formulas.fourier import Merton, VarianceGamma

LOW, HIGH = bounds_of(Merton)
MIDDLE = np.array([0.5, 2.0, 0.1, 0.3])


def made(seed, times=40, spread=0.02, centre=MIDDLE):
    """Return c_t, H_t, g_t, S_t and which times are used."""
    random = np.random.default_rng(seed)
    factor = random.normal(size=(times, 9, 4))
    hessian = np.einsum("tni,tnj->tij", factor, factor)
    values = centre * (1.0 + spread * random.normal(size=(times, 4)))
    gradient = 0.01 * random.normal(size=(times, 4))
    return values, hessian, gradient, random.random(times) + 1.0, random.random(times) < 0.9


def pooled(parts, rows, origin=None):
    values, hessian, gradient, squares, used = parts
    sums = Expansions.of(Merton, np.zeros(4) if origin is None else origin, values, hessian, gradient, squares, used)
    return sums.pooled(rows, (500, int(used[rows].sum()), 0, 0))


def least(parts, rows):
    """Return the minimum of the damped sum, from the definition."""
    values, hessian, gradient, _, used = (column[rows] for column in parts)
    values, hessian, gradient = values[used], hessian[used], gradient[used]
    matrix, start = hessian.sum(axis=0), values.mean(axis=0)
    slope = sum(h @ (start - c) + g for h, c, g in zip(hessian, values, gradient, strict=True))
    return start - np.linalg.solve(matrix + DAMPING * np.diag(np.diag(matrix)), slope)


@given(st.integers(0, 10_000), st.integers(0, 15), st.integers(20, 40))
def test_it_is_the_minimum_of_the_sum_over_any_window(seed, first, last):
    parts, rows = made(seed), slice(first, last)
    found = pooled(parts, rows)
    np.testing.assert_allclose(found.values, least(parts, rows), rtol=1e-9)
    assert not found.at_bound.any()


def test_times_that_agree_are_believed():
    values, hessian, gradient, squares, used = made(3, spread=0.0)
    found = pooled((values, hessian, 0.0 * gradient, squares, used), slice(0, 40))
    np.testing.assert_allclose(found.values, MIDDLE, rtol=1e-12)
    assert found.sum_of_squares == pytest.approx(squares[used].sum())


def test_the_origin_changes_nothing():
    parts = made(4)
    one, other = pooled(parts, slice(5, 30)), pooled(parts, slice(5, 30), MIDDLE)
    np.testing.assert_allclose(one.values, other.values, rtol=1e-10)
    np.testing.assert_allclose(one.standard_errors, other.standard_errors, rtol=1e-8)
    assert one.sum_of_squares == pytest.approx(other.sum_of_squares, rel=1e-8)


def test_what_a_sum_of_squares_is_said_to_be_is_what_the_quadratics_say():
    parts, rows = made(5), slice(3, 33)
    found = pooled(parts, rows)
    total = 0.0
    for c, h, g, s, used in zip(*(column[rows] for column in parts), strict=True):
        step = found.values - c
        total += (s + 2.0 * g @ step + step @ h @ step) if used else 0.0
    assert found.sum_of_squares == pytest.approx(total, rel=1e-9)


def test_nothing_after_a_window_changes_a_bit():
    parts = made(6)
    spoilt = [column.copy() for column in parts]
    for column in spoilt[:4]:
        column[30:] *= 17.0
    spoilt[4][30:] = ~spoilt[4][30:]
    one, other = pooled(parts, slice(2, 30)), pooled(spoilt, slice(2, 30))
    for name in ("values", "standard_errors", "correlation"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()
    assert one.sum_of_squares == other.sum_of_squares


def test_an_estimate_stays_inside_the_bounds_and_says_so():
    outside, near = np.array([0.5, -0.2, 0.1, 2.5]), np.array([0.5, 0.05, 0.1, 1.8])
    values, hessian, gradient, squares, used = made(7, spread=0.0, centre=near)
    pull = np.einsum("tij,j->ti", hessian, near - outside)
    found = pooled((values, hessian, pull + gradient, squares, used), slice(0, 40))
    assert found.at_bound.tolist() == [False, True, False, True]
    assert found.values[[1, 3]].tolist() == [LOW[1], HIGH[3]]
    assert np.isnan(found.standard_errors[[1, 3]]).all()
    assert np.isfinite(found.standard_errors[[0, 2]]).all()


def test_a_step_ends_within_reach():
    """Quadratics that ask for ten times the parameters do not get them: they say nothing so far from home."""
    values, hessian, _, squares, used = made(12, spread=0.0)
    far = np.einsum("tij,j->ti", hessian, -9.0 * MIDDLE)
    found = pooled((values, hessian, far, squares, used), slice(0, 40))
    size = sizes_around(Merton, MIDDLE)
    assert (np.abs(found.values - MIDDLE) <= REACH * size * (1.0 + 1e-12)).all()
    assert (found.values > MIDDLE).all()
    assert not found.at_bound.any()


def test_a_step_out_of_the_domain_is_shortened():
    """Bounds alone let variance gamma have an infinite forward."""
    low, _ = bounds_of(VarianceGamma)
    values = np.tile([0.5, -0.5, 0.5], (30, 1))
    hessian = np.tile(np.eye(3), (30, 1, 1))
    gradient = hessian @ (values[0] - np.array([1.0, 4.0, 3.0]))
    sums = Expansions.of(VarianceGamma, np.zeros(3), values, hessian, gradient, np.ones(30), np.ones(30, bool))
    found = sums.pooled(slice(0, 30), (500, 30, 0, 0))
    assert found.model.parameters.tolist() == found.values.tolist()
    assert (found.values > low).all()


def test_no_curvature_at_all_is_refused_or_stays_at_the_mean():
    parts = made(8, spread=0.0)
    flat = (parts[0], 0.0 * parts[1], 0.0 * parts[2], parts[3], parts[4])
    found = pooled(flat, slice(0, 40))
    np.testing.assert_allclose(found.values, MIDDLE)
    assert found.condition_number == np.inf
    assert np.isnan(found.standard_errors).all()
    endless = (parts[0], np.nan * parts[1], parts[2], parts[3], parts[4])
    with pytest.raises(FitError, match="Merton needs calibrations whose sum has a minimum"):
        pooled(endless, slice(0, 40))


def test_standard_errors_of_a_line_are_those_of_statsmodels():
    import statsmodels.api as sm

    random = np.random.default_rng(9)
    times, quotes = 30, 12
    design = random.normal(size=(times, quotes, 4))
    shock = random.normal(size=(times, 1, 1)) * design
    target = design @ MIDDLE + 0.3 * random.normal(size=(times, quotes)) + 0.2 * shock.sum(axis=2)
    flat, groups = design.reshape(-1, 4), np.repeat(np.arange(times), quotes)
    line = sm.OLS(target.ravel(), flat).fit(cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False})
    residual = design @ line.params - target
    hessian = np.einsum("tni,tnj->tij", design, design)
    gradient = np.einsum("tni,tn->ti", design, residual)
    parts = (np.tile(line.params, (times, 1)), hessian, gradient, (residual**2).sum(axis=1), np.ones(times, bool))
    found = pooled(parts, slice(0, times))
    np.testing.assert_allclose(found.values, line.params, rtol=1e-9)
    factor = np.sqrt(times / (times - 1.0))
    np.testing.assert_allclose(found.standard_errors, factor * line.bse, rtol=1e-8)
    covariance = line.cov_params()
    spread = np.sqrt(np.diag(covariance))
    np.testing.assert_allclose(found.correlation, covariance / np.outer(spread, spread), rtol=1e-7, atol=1e-9)


def test_the_condition_number_does_not_know_units():
    hessian, _, right = made(10)[1], None, np.zeros((40, 4))
    units = np.diag([1.0, 1e3, 1e-4, 50.0])
    moved = np.zeros(4)
    free = np.ones(4, bool)
    _, one = clustered_covariance(hessian.sum(axis=0), hessian, right, moved, free, 40)
    scaled = units @ hessian @ units
    _, other = clustered_covariance(scaled.sum(axis=0), scaled, right, moved, free, 40)
    assert one == pytest.approx(other, rel=1e-9)
    matrix = hessian.sum(axis=0)
    scale = np.sqrt(np.diag(matrix))
    assert one == pytest.approx(np.linalg.cond(matrix / np.outer(scale, scale)), rel=1e-9)


def test_times_that_are_not_more_than_parameters_have_no_standard_errors():
    values, hessian, gradient, squares, _ = made(11, times=4)
    found = pooled((values, hessian, gradient, squares, np.ones(4, bool)), slice(0, 4))
    assert np.isnan(found.standard_errors).all()
    assert np.isfinite(found.condition_number)


def test_counts_of_a_window():
    count, used = np.array([5, 6, 7, 0]), np.array([True, True, True, False])
    bound = np.array([[True, False], [False, False], [True, True], [True, True]])
    counts = WindowCounts.of(count, used, bound)
    assert counts.over(slice(0, 4), 1, "x") == (18, 3, 2, 1)
    with pytest.raises(FitError, match="x needs 20 calibrated quotes in the train window, found 18 at 3 times; widen"):
        counts.over(slice(0, 4), 2, "x")
