"""The bounded search on problems whose answer is known, and against scipy's."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outsample.calibration.levenberg_marquardt import Minimum, Ridge, StopReason, minimise
from outsample.calibration.normal_equations import NormalEquations, normal_equations


def rosenbrock(values):
    x, y = values
    residual = np.array([10.0 * (y - x * x), 1.0 - x])
    return normal_equations(residual, np.ones(2), np.array([[-20.0 * x, 10.0], [-1.0, 0.0]]), math.inf)


WIDE = np.full(2, -9.0), np.full(2, 9.0)


def test_rosenbrocks_valley():
    found = minimise(rosenbrock, np.array([-1.2, 1.0]), *WIDE)
    assert found.values == pytest.approx([1.0, 1.0], abs=1e-8)
    assert found.reason is StopReason.CONVERGED
    assert found.evaluations < 40


def test_rosenbrocks_valley_behind_a_bound():
    # With x up to a half the least is at its bound, where the first residual can still be 0: y = x^2.
    found = minimise(rosenbrock, np.array([-1.2, 1.0]), WIDE[0], np.array([0.5, 9.0]))
    assert found.values == pytest.approx([0.5, 0.25], abs=1e-8)
    assert found.values[0] == 0.5
    assert found.at.total == pytest.approx(0.25)


@settings(max_examples=25)
@given(seed=st.integers(0, 1000))
def test_no_worse_than_scipy_on_exponentials_in_a_box(seed):
    from scipy.optimize import least_squares

    random = np.random.default_rng(seed)
    time, low, high = np.linspace(0.0, 3.0, 40), np.array([0.1, 0.1, -1.0]), np.array([2.0, 2.0, 1.0])
    truth = random.uniform([0.8, 0.3, -1.2], [2.4, 2.2, 1.2])  # often beyond a bound; large enough for one minimum
    data = truth[0] * np.exp(-truth[1] * time) + truth[2] + 0.05 * random.normal(size=40)

    def parts(values):
        decay = np.exp(-values[1] * time)
        residual = values[0] * decay + values[2] - data
        return residual, np.stack([decay, -values[0] * time * decay, np.ones(40)], axis=1)

    start = np.array([1.0, 1.0, 0.0])
    found = minimise(lambda x: normal_equations(parts(x)[0], np.ones(40), parts(x)[1], math.inf), start, low, high)
    other = least_squares(lambda x: parts(x)[0], start, lambda x: parts(x)[1], (low, high), ftol=1e-12, xtol=1e-12)
    assert found.at.total <= 2.0 * other.cost * (1.0 + 1e-6)
    assert ((low <= found.values) & (found.values <= high)).all()


def line(values):
    design = np.stack([np.ones(5), np.arange(5.0)], axis=1)
    return normal_equations(design @ values - np.array([1.0, 2.0, 2.0, 4.0, 4.0]), np.ones(5), design, math.inf)


@pytest.mark.parametrize("weight", [0.0, 1.0, 100.0])
def test_a_ridge_on_a_line_has_its_closed_form(weight):
    centre = np.array([0.3, -0.2])
    found = minimise(line, np.zeros(2), *WIDE, tolerance=1e-15, ridge=Ridge(centre, np.full(2, weight)))
    design = np.stack([np.ones(5), np.arange(5.0)], axis=1)
    target = np.array([1.0, 2.0, 2.0, 4.0, 4.0])
    expected = np.linalg.solve(design.T @ design + weight * np.eye(2), design.T @ target + weight * centre)
    assert found.values == pytest.approx(expected, abs=1e-8)
    assert found.at.total == pytest.approx(float(np.sum((design @ expected - target) ** 2)), abs=1e-9)


def test_a_search_ends_where_it_leaves_its_region():
    found = minimise(rosenbrock, np.array([-1.2, 1.0]), *WIDE, is_inside=lambda x: bool(x[0] < 0.0))
    assert found.reason is StopReason.LEFT
    assert found.values[0] >= 0.0
    again = minimise(rosenbrock, found.values, *WIDE, damping=found.damping)
    assert again.values == pytest.approx([1.0, 1.0], abs=1e-8)


def test_a_search_out_of_steps_says_so():
    found = minimise(rosenbrock, np.array([-1.2, 1.0]), *WIDE, most_steps=6)
    assert found.reason is StopReason.STEPS
    assert found.at.total < rosenbrock(np.array([-1.2, 1.0])).total


def test_a_start_that_cannot_be_evaluated_stays_where_it_is():
    found = minimise(lambda x: NormalEquations.impossible(2, x.size), np.ones(2), *WIDE)
    assert isinstance(found, Minimum)
    assert found.reason is StopReason.STUCK
    assert found.values.tolist() == [1.0, 1.0]
    assert found.at.total == math.inf


def test_steps_into_the_impossible_are_shortened():
    def only_left(values):
        return rosenbrock(values) if values[0] < 0.9 else NormalEquations.impossible(2, 2)

    found = minimise(only_left, np.array([-1.2, 1.0]), *WIDE)
    assert 0.85 < found.values[0] < 0.9


def test_units_of_parameters_do_not_matter():
    scale = np.array([1e-6, 1e4])

    def scaled(values):
        at = rosenbrock(values / scale)
        return normal_equations(at.residual, np.ones(2), at.jacobian / scale, math.inf)

    plain = minimise(rosenbrock, np.array([-1.2, 1.0]), *WIDE)
    found = minimise(scaled, np.array([-1.2, 1.0]) * scale, WIDE[0] * scale, WIDE[1] * scale)
    assert found.values / scale == pytest.approx(plain.values, abs=1e-7)
    assert found.evaluations == plain.evaluations
