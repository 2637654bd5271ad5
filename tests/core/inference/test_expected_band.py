"""Expected loss out of sample: optimism of least squares in closed form, and against what refitting really costs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import lfilter

from outsample.errors import DataError, UsageError
from outsample.inference import cosine_terms, expected_band, long_run, optimism, score_persistence, student_quantile
from outsample.test_result import NotTested


def least_squares(x, y):
    """Return coefficients, mean Hessian of half the squared error and its per-time scores."""
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    return beta, x.T @ x / len(y), -x * (y - x @ beta)[:, np.newaxis]


def test_it_is_the_trace_written_out_with_omega_by_cosines():
    generator = np.random.default_rng(1)
    x, y = generator.normal(size=(120, 3)), generator.normal(size=120)
    _, hessian, scores = least_squares(x, y)
    terms, t = cosine_terms(120), np.arange(120) + 0.5
    projections = [np.sqrt(2 / 120) * scores.T @ np.cos(np.pi * j * t / 120) for j in range(1, terms + 1)]
    omega = sum(np.outer(one, one) for one in projections) / terms
    assert optimism(hessian, scores) == pytest.approx(2 * np.trace(np.linalg.inv(hessian) @ omega) / 120, rel=1e-10)


def test_with_one_parameter_it_is_twice_the_squared_standard_error_in_units_of_the_hessian():
    scores = np.random.default_rng(2).normal(size=150)
    found = optimism(np.array([[4.0]]), scores[:, np.newaxis])
    assert found == pytest.approx(2 * long_run(scores).long_run_variance / 4.0 / 150, rel=1e-10)


def test_independent_errors_of_least_squares_cost_twice_k_s_squared_over_m():
    generator, k, m = np.random.default_rng(3), 5, 400
    found = []
    for _ in range(200):
        x, y = generator.normal(size=(m, k)), 1.5 * generator.normal(size=m)
        _, hessian, scores = least_squares(x, y)
        found.append(optimism(hessian, scores))
    assert np.mean(found) == pytest.approx(2 * k * 1.5**2 / m, rel=0.05)


def persistent_fit(generator, m):
    """Return regressors, errors and least squares of errors with .6 on a constant and two regressors with .8."""
    x = np.column_stack((np.ones(2 * m), lfilter([0.6], [1, -0.8], generator.normal(size=(2 * m, 2)), axis=0)))[m:]
    noise = lfilter([0.8], [1, -0.6], generator.normal(size=2 * m))[m:]
    return x, noise, *least_squares(x, noise)


def cost_of_persistence(m):
    """Return 2 tr(H^-1 Omega) / m for it: scores are AR(1) with .48, and with .6 for the constant; s^2 = 1."""
    return 2 * (2 * 1.48 / 0.52 + 1.6 / 0.4) / m


def test_dependent_errors_cost_on_new_data_what_the_formula_says():
    generator, gap = np.random.default_rng(4), []
    for _ in range(600):
        x, noise, beta, _, _ = persistent_fit(generator, 300)
        new, surprise, _, _, _ = persistent_fit(generator, 1200)
        inside = np.mean((noise - x @ beta) ** 2) - np.mean(noise**2)
        gap.append(np.mean((surprise - new @ beta) ** 2) - np.mean(surprise**2) - inside)
    assert np.mean(gap) == pytest.approx(cost_of_persistence(300), rel=0.1)


@pytest.mark.parametrize(("m", "least"), [(300, 0.8), (1200, 0.9)])
def test_optimism_comes_near_that_cost_where_independent_times_give_a_third(m, least):
    # residuals have lost some of the slow movement that the fit took up, the less the longer the window
    generator, found, naive = np.random.default_rng(5), [], []
    for _ in range(300):
        x, noise, beta, hessian, scores = persistent_fit(generator, m)
        found.append(optimism(hessian, scores))
        naive.append(2 * 3 * np.mean((noise - x @ beta) ** 2) / m)
    assert least < np.mean(found) / cost_of_persistence(m) < 1.02
    assert np.mean(naive) / cost_of_persistence(m) < 0.35


def cost_of_the_next(m, lead):
    """Return what the time `lead` times after m costs more: scores have autocovariances .48^j, twice, and .6^j."""
    in_common = 2 * 0.48**lead / 0.52 + 0.6**lead / 0.4
    return cost_of_persistence(m) - 2 * in_common / m


def test_the_next_time_costs_what_the_formula_says():
    generator, gaps = np.random.default_rng(14), []
    for _ in range(8000):
        x = np.column_stack((np.ones(210), lfilter([0.6], [1, -0.8], generator.normal(size=(210, 2)), axis=0)))[100:]
        noise = lfilter([0.8], [1, -0.6], generator.normal(size=210))[100:]
        beta = np.linalg.lstsq(x[:100], noise[:100], rcond=None)[0]
        loss, plain = (noise - x @ beta) ** 2, noise**2
        gaps.append((loss - plain)[[100, 103, 109]] - np.mean((loss - plain)[:100]))
    expected = np.array([cost_of_the_next(100, lead) for lead in (1, 4, 10)])
    assert expected[0] < 0.66 * cost_of_persistence(100)
    np.testing.assert_allclose(np.mean(gaps, axis=0), expected, rtol=0.15)


@pytest.mark.parametrize("lead", [1, 3, 8, 60])
def test_optimism_after_a_lead_comes_near_that_cost(lead):
    generator, found, far = np.random.default_rng(15), [], []
    for _ in range(300):
        _, _, _, hessian, scores = persistent_fit(generator, 1200)
        found.append(optimism(hessian, scores, lead=lead))
        far.append(optimism(hessian, scores))
    assert np.mean(found) == pytest.approx(cost_of_the_next(1200, lead), rel=0.08)
    if lead == 60:  # far enough for the fit to know nothing of it
        assert np.mean(found) == pytest.approx(np.mean(far), rel=0.02)


def test_the_next_time_costs_half_of_what_two_ways_of_counting_say():
    generator = np.random.default_rng(16)
    _, _, _, hessian, scores = persistent_fit(generator, 200)
    plain = 2 * np.trace(np.linalg.solve(hessian, np.cov(scores.T, ddof=0))) / 200
    assert optimism(hessian, scores, lead=1) == pytest.approx(0.5 * (optimism(hessian, scores) + plain), rel=1e-10)


@pytest.mark.parametrize("rho", [-0.4, 0.0, 0.6, 0.9])
def test_the_persistence_of_one_score_is_its_autocorrelation(rho):
    score = lfilter([1.0], [1.0, -rho], np.random.default_rng(18).normal(size=20_000))[:, np.newaxis]
    assert score_persistence(np.array([[3.0]]), score) == pytest.approx(rho, abs=0.03)
    assert score_persistence(np.array([[3.0]]), score, judged=7.0 * score) == pytest.approx(rho, abs=0.03)


def test_the_persistence_of_several_scores_is_that_of_what_the_trace_is_made_of():
    generator = np.random.default_rng(19)
    first = lfilter([0.6], [1.0, -0.8], generator.normal(size=40_000))
    scores = np.column_stack((first, generator.normal(size=40_000)))
    # both have variance 1: the trace weighs them by the inverse Hessian
    assert score_persistence(np.diag([1.0, 1.0]), scores) == pytest.approx(0.4, abs=0.03)
    assert score_persistence(np.diag([1.0, 3.0]), scores) == pytest.approx(0.6, abs=0.03)
    assert np.isnan(score_persistence(np.eye(2), np.ones((30, 2))))


def test_a_lead_of_no_time_is_refused():
    with pytest.raises(UsageError, match="at least 1 time, found 0"):
        optimism(np.eye(2), np.random.default_rng(17).normal(size=(40, 2)), lead=0)


def test_another_loss_that_judges_takes_the_place_of_one_of_the_scores():
    # fitted by weighted least squares, judged by plain squares: compare with what new data cost
    generator, m, gap, found = np.random.default_rng(5), 200, [], []
    for _ in range(800):
        x, noise = generator.normal(size=(m, 2)), generator.normal(size=m)
        weight = np.where(generator.uniform(size=m) < 0.5, 0.2, 1.8)
        hessian = (x * weight[:, np.newaxis]).T @ x / m
        beta = np.linalg.solve(hessian, (x * weight[:, np.newaxis]).T @ noise / m)
        residual = noise - x @ beta
        gap.append(1.0 + beta @ beta - np.mean(residual**2) - (1.0 - np.mean(noise**2)))
        found.append(optimism(hessian, -x * (weight * residual)[:, np.newaxis], judged=-x * residual[:, np.newaxis]))
    assert np.mean(found) == pytest.approx(np.mean(gap), rel=0.12)
    assert np.mean(found) == pytest.approx(2 * 2 / m, rel=0.1)


@given(st.floats(1e-3, 1e3), st.integers(0, 10**6))
def test_the_scale_of_a_parameter_does_not_matter(factor, seed):
    generator = np.random.default_rng(seed)
    x, y = generator.normal(size=(60, 3)), generator.normal(size=60)
    _, hessian, scores = least_squares(x, y)
    scale = np.array([factor, 1.0, 1.0 / factor])
    assert optimism(hessian * np.outer(scale, scale), scores * scale) == pytest.approx(
        optimism(hessian, scores), rel=1e-6
    )
    assert optimism(hessian, scores) >= 0.0


@pytest.mark.parametrize(
    ("hessian", "scores", "bound", "words"),
    [
        (np.eye(2), np.ones((19, 2)), None, "needs 20 train times, found 19"),
        (np.eye(30), np.ones((25, 30)), None, "needs 31 train times, found 25"),
        (np.ones((2, 2)), np.ones((40, 2)), None, "needs a positive definite Hessian, found none"),
        (-np.eye(2), np.ones((40, 2)), None, "needs a positive definite Hessian, found none"),
        (np.diag([1.0, 0.0]), np.ones((40, 2)), None, "use purged block cross-validation"),
        (
            np.eye(2),
            np.ones((40, 2)),
            np.array([False, True]),
            "found 1 of 2 at one; use purged block cross-validation",
        ),
    ],
)
def test_where_the_formula_does_not_hold_it_says_so(hessian, scores, bound, words):
    found = optimism(hessian, scores, at_bound=bound)
    assert isinstance(found, NotTested)
    assert words in found.sentence


@pytest.mark.parametrize(
    ("hessian", "scores"),
    [(np.eye(3), np.ones((40, 2))), (np.eye(1), np.ones(40)), (np.eye(0), np.ones((40, 0)))],
)
def test_shapes_that_do_not_fit_are_refused(hessian, scores):
    with pytest.raises(DataError, match="one score a time and parameter and a square Hessian"):
        optimism(hessian, scores)


def test_missing_scores_are_refused():
    scores = np.ones((40, 2))
    scores[3, 1] = np.nan
    with pytest.raises(DataError, match="finite scores and a finite Hessian"):
        optimism(np.eye(2), scores)


def test_the_band_is_the_formula_written_out():
    losses = np.random.default_rng(6).chisquare(1, size=240)
    found, seen = expected_band(losses, 0.07, 100, level=0.9), long_run(losses)
    reach = student_quantile(seen.dof, 0.95) * np.sqrt(seen.long_run_variance * (1 / 100 + 1 / 240))
    assert found.centre == pytest.approx(losses.mean() + 0.07, rel=1e-12)
    assert found.interval.low == pytest.approx(found.centre - reach, rel=1e-12)
    assert found.interval.high == pytest.approx(found.centre + reach, rel=1e-12)
    assert found.optimism == 0.07


def test_a_band_of_ratios_is_the_formula_written_out():
    losses = np.random.default_rng(6).chisquare(1, size=240)
    found, seen = expected_band(losses, 0.07, 100, spread=0.05, is_ratio=True), long_run(losses)
    error = np.sqrt(seen.long_run_variance * (1 / 100 + 1 / 240) + 0.05**2)
    factor = np.exp(student_quantile(seen.dof, 0.975) * error / losses.mean())
    assert found.centre == pytest.approx(losses.mean() + 0.07, rel=1e-12)
    assert found.interval.low == pytest.approx(found.centre / factor, rel=1e-12)
    assert found.interval.high == pytest.approx(found.centre * factor, rel=1e-12)


def test_a_cost_that_varies_widens_the_band_as_independent_errors_add_up():
    losses = 10.0 + np.random.default_rng(9).normal(size=300)
    known, varying, alone = (
        expected_band(losses, 0.1, count, spread=spread).interval
        for count, spread in ((10**9, 0.0), (10**9, 0.2), (10**9, 0.4))
    )
    squares = [(one.high - one.low) ** 2 for one in (known, varying, alone)]
    assert squares[2] - squares[0] == pytest.approx(4 * (squares[1] - squares[0]), rel=1e-9)
    assert squares[1] > squares[0]


def test_a_ratio_of_large_losses_is_a_difference():
    losses = 1000.0 + np.random.default_rng(10).normal(size=300)
    ratio, difference = (expected_band(losses, 0.1, 200, is_ratio=one).interval for one in (True, False))
    width = difference.high - difference.low
    assert (ratio.low, ratio.high) == pytest.approx((difference.low, difference.high), abs=1e-3 * width)


@given(st.floats(1e-6, 1e6), st.integers(0, 10**6))
def test_a_band_of_ratios_has_the_unit_of_the_losses(unit, seed):
    losses = np.random.default_rng(seed).chisquare(1, size=60)
    one, other = (expected_band(u * losses, u * 0.1, 50, spread=u * 0.02, is_ratio=True).interval for u in (1.0, unit))
    assert (other.low / unit, other.high / unit) == pytest.approx((one.low, one.high), rel=1e-9)
    assert 0.0 < one.low < one.high


def test_a_ratio_without_a_scale_reaches_down_to_zero():
    losses = np.random.default_rng(11).chisquare(1, size=60)
    symmetric, found = (expected_band(losses, -2.0, 50, is_ratio=one).interval for one in (False, True))
    assert found.low == 0.0
    assert found.high == max(symmetric.high, 0.0)


def test_one_loss_beside_which_all_others_are_nothing_does_not_overflow():
    losses = np.full(40, 1e-12)
    losses[7] = 1.0
    assert np.isfinite(expected_band(losses, 0.0, 1, spread=1e9, is_ratio=True).interval.high)


def test_the_band_is_hatched_where_either_window_is_short_or_losses_are_persistent():
    losses = np.random.default_rng(7).normal(size=240)
    assert not expected_band(losses, 0.0, 90).hatched
    assert expected_band(losses, 0.0, 89).hatched
    assert expected_band(losses[:89], 0.0, 90).hatched
    assert expected_band(np.cumsum(losses), 0.0, 90).hatched


def test_a_band_needs_a_test_time_and_an_optimism():
    losses = np.random.default_rng(8).normal(size=50)
    assert "needs a test time, found 0" in expected_band(losses, 0.0, 0).sentence
    with pytest.raises(DataError, match="finite optimism, found nan"):
        expected_band(losses, float("nan"), 50)
    with pytest.raises(DataError, match="finite spread, found inf"):
        expected_band(losses, 0.0, 50, spread=float("inf"))
    with pytest.raises(UsageError, match="at least 0, found -1.0"):
        expected_band(losses, 0.0, 50, spread=-1.0)
    with pytest.raises(DataError, match="needs losses of at least 0, found -"):
        expected_band(losses, 0.0, 50, is_ratio=True)
