"""What a fit costs on new times, corrected: against costs known in closed form, and how much they vary."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import toeplitz
from scipy.signal import lfilter

from outsample.errors import DataError
from outsample.inference import cosine_terms, optimism
from outsample.inference.fit_cost import WIDEST, fit_cost, seen_share
from outsample.test_result import NotTested


def constant_scores(generator, rho, m):
    """Return the scores of a mean of m values of AR(1) with variance 1, at the estimate."""
    values = lfilter([np.sqrt(1.0 - rho**2)], [1.0, -rho], generator.normal(size=m + 300))[300:]
    return (values - values.mean())[:, np.newaxis]


def persistent_scores(generator, m):
    """Return Hessian and scores of least squares of errors with .6 on a constant and two regressors with .8."""
    shocks = generator.normal(size=(m + 100, 2))
    x = np.column_stack((np.ones(m), lfilter([0.6], [1, -0.8], shocks, axis=0)[100:]))
    y = lfilter([0.8], [1, -0.6], generator.normal(size=m + 100))[100:]
    return x.T @ x / m, -x * (y - x @ np.linalg.lstsq(x, y, rcond=None)[0])[:, np.newaxis]


@pytest.mark.parametrize(("m", "rho"), [(90, 0.0), (90, 0.5), (90, 0.8), (500, 0.5), (500, 0.8), (500, 0.95)])
def test_what_cosines_see_of_an_autoregression_is_what_its_covariances_say(m, rho):
    terms, t = cosine_terms(m), np.arange(m) + 0.5
    waves = np.sqrt(2.0 / m) * np.cos(np.pi * np.outer(np.arange(1, terms + 1), t) / m)
    covariance = toeplitz(rho ** np.arange(m))
    exact = np.mean(np.sum(waves @ covariance * waves, axis=1)) * (1.0 - rho) / (1.0 + rho)
    assert seen_share(rho, m, terms) == pytest.approx(exact, rel=0.1)


@pytest.mark.parametrize(("m", "rho"), [(150, 0.0), (150, 0.6), (150, 0.8), (337, 0.6), (337, 0.8), (1200, 0.9)])
def test_one_persistent_score_costs_what_its_long_run_variance_says(m, rho):
    generator, cost = np.random.default_rng(1), 2.0 * (1.0 + rho) / (1.0 - rho) / m
    scores = [constant_scores(generator, rho, m) for _ in range(1500)]
    found = np.mean([fit_cost(np.eye(1), one).amount for one in scores])
    raw = np.mean([optimism(np.eye(1), one) for one in scores])
    assert found == pytest.approx(cost, rel=0.2 if m < 200 else 0.12)
    assert raw < found
    if rho >= 0.8:
        assert raw < 0.9 * cost


@pytest.mark.parametrize(("m", "least_raw"), [(150, 0.88), (300, 0.92)])
def test_of_a_persistent_regression_nearly_all_is_found_where_the_scatter_shows_less(m, least_raw):
    generator, cost = np.random.default_rng(2), 2.0 * (2 * 1.48 / 0.52 + 1.6 / 0.4) / m
    terms = [persistent_scores(generator, m) for _ in range(600)]
    assert np.mean([optimism(*one) for one in terms]) < least_raw * cost
    assert np.mean([fit_cost(*one).amount for one in terms]) == pytest.approx(cost, rel=0.12)


def test_independent_errors_are_hardly_corrected():
    generator, m, k = np.random.default_rng(3), 250, 5
    costs = []
    for _ in range(400):
        x, y = generator.normal(size=(m, k)), generator.normal(size=m)
        residual = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
        costs.append(fit_cost(x.T @ x / m, -x * residual[:, np.newaxis]).amount)
    assert np.mean(costs) == pytest.approx(2 * k / m, rel=0.06)


def test_the_cost_of_a_persistent_mean_varies_by_what_is_said():
    # twice the squared error of a mean, in units of its variance chi-squared with one degree of freedom
    generator, m, rho = np.random.default_rng(4), 1200, 0.8
    scores = lfilter([0.6], [1.0, -rho], generator.normal(size=(4000, m + 100)), axis=1)[:, 100:]
    costs = 2.0 * scores.mean(axis=1) ** 2
    spreads = [fit_cost(np.eye(1), (one - one.mean())[:, np.newaxis]).spread for one in scores[:300]]
    assert np.mean(spreads) == pytest.approx(costs.std(), rel=0.15)


def test_many_parameters_of_equal_weight_vary_less_than_one_that_makes_it_all():
    generator, m = np.random.default_rng(5), 2000
    scores = generator.normal(size=(m, 8))
    even, one = (fit_cost(np.eye(8), scores * weight) for weight in (np.ones(8), np.eye(8)[0] + 1e-3))
    terms = cosine_terms(m)
    assert even.spread / even.amount == pytest.approx(np.sqrt(2.0 * (0.5 + 1.0 / terms) / 8.0), rel=0.25)
    assert one.spread / one.amount > 0.9 * np.sqrt(2.0 * (0.5 + 1.0 / terms))


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.integers(0, 10**6))
def test_the_scale_of_a_parameter_does_not_matter_and_that_of_the_loss_does(factor, unit, seed):
    hessian, scores = persistent_scores(np.random.default_rng(seed), 60)
    scale = np.array([factor, 1.0, 1.0 / factor])
    plain, scaled = fit_cost(hessian, scores), fit_cost(hessian * np.outer(scale, scale), scores * scale)
    assert (scaled.amount, scaled.spread) == pytest.approx((plain.amount, plain.spread), rel=1e-6)
    judged = fit_cost(hessian, scores, judged=unit * scores)
    assert (judged.amount, judged.spread) == pytest.approx((unit * plain.amount, unit * plain.spread), rel=1e-6)
    assert plain.amount > optimism(hessian, scores)


def test_a_loss_that_gains_from_the_fit_is_not_corrected():
    hessian, scores = persistent_scores(np.random.default_rng(6), 120)
    found = fit_cost(hessian, scores, judged=-scores)
    assert found.amount == pytest.approx(optimism(hessian, scores, judged=-scores), rel=1e-12)
    assert found.amount < 0.0
    assert found.spread == pytest.approx(-WIDEST * found.amount)
    none = fit_cost(np.eye(2), np.zeros((40, 2)))
    assert (none.amount, none.spread) == (0.0, 0.0)


def test_what_has_no_optimism_has_no_cost_for_the_same_reason():
    for hessian, scores, bound in (
        (np.eye(2), np.ones((19, 2)), None),
        (np.ones((2, 2)), np.ones((40, 2)), None),
        (np.eye(2), np.ones((40, 2)), np.array([True, False])),
    ):
        found = fit_cost(hessian, scores, at_bound=bound)
        assert isinstance(found, NotTested)
        assert found == optimism(hessian, scores, at_bound=bound)
    with pytest.raises(DataError, match="one score a time and parameter and a square Hessian"):
        fit_cost(np.eye(3), np.ones((40, 2)))
