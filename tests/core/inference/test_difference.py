"""Difference of two means: Welch's formula, symmetry, coverage, and windows with nothing to say."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.errors import UsageError
from outsample.inference import LongRun, Side, difference_of_means, long_run, minimum_detectable_effect

windows = st.lists(st.floats(-10, 10).map(lambda x: round(x, 3)), min_size=3, max_size=40).map(np.array).map(long_run)


def independent(mean, variance, n):
    """Return the window that a plain sample with this variance (divisor n - 1) is."""
    return LongRun(mean, variance, variance, n - 1, n, float(n), 0.0)


def test_welch_degrees_of_freedom_and_p_value_of_independent_samples():
    # formula of Welch 1947, doi:10.1093/biomet/34.1-2.28, worked out in plain arithmetic
    a, b, va, vb, n, m = 19.4, 21.6, 1.4, 17.1, 10, 20
    result = difference_of_means(independent(a, va, n), independent(b, vb, m))
    expected = (va / n + vb / m) ** 2 / (va**2 / (n**2 * (n - 1)) + vb**2 / (m**2 * (m - 1)))
    assert result.estimate == pytest.approx(2.2)
    assert result.standard_error == pytest.approx(math.sqrt(0.14 + 0.855))
    assert result.dof == pytest.approx(expected, rel=1e-12)
    # p by integration of the Student density over the tail, t = u / (1 - u)
    t, nu = 2.2 / math.sqrt(0.995), expected
    u = (np.arange(200_000) + 0.5) / 200_000
    x = t + u / (1 - u)
    density = np.exp(math.lgamma((nu + 1) / 2) - math.lgamma(nu / 2)) / math.sqrt(nu * math.pi)
    tail = (density * (1 + x**2 / nu) ** (-(nu + 1) / 2) / (1 - u) ** 2).mean()
    assert result.p_value == pytest.approx(2 * tail, rel=1e-6)


def test_equal_windows_have_twice_the_terms_as_degrees_of_freedom():
    window = independent(1.0, 2.0, 7)
    assert difference_of_means(window, window).dof == pytest.approx(12)
    assert difference_of_means(window, window).p_value == 1.0


@given(windows, windows)
def test_exchanging_the_windows_changes_the_sign_and_nothing_else(train, test):
    there, back = difference_of_means(train, test), difference_of_means(test, train)
    assert there.estimate == -back.estimate
    assert there.standard_error == pytest.approx(back.standard_error, rel=1e-12)
    assert there.dof == pytest.approx(back.dof, rel=1e-9)
    assert there.p_value == pytest.approx(back.p_value, rel=1e-9, abs=1e-15)
    assert there.interval().low == pytest.approx(-back.interval().high, rel=1e-9, abs=1e-12)
    assert there.bound(Side.UPPER) == pytest.approx(-back.bound(Side.LOWER), rel=1e-9, abs=1e-12)


@given(windows, windows)
def test_degrees_of_freedom_lie_between_the_smaller_and_the_sum(train, test):
    dof = difference_of_means(train, test).dof
    assert min(train.dof, test.dof) - 1e-9 <= dof <= train.dof + test.dof + 1e-9


@given(windows, windows, st.floats(0.55, 0.99))
def test_the_interval_excludes_zero_exactly_when_p_is_below_one_minus_its_level(train, test, level):
    result = difference_of_means(train, test)
    interval = result.interval(level)
    excludes = interval.low > 0.0 or interval.high < 0.0
    if abs(result.p_value - (1 - level)) > 1e-9:
        assert excludes == (result.p_value < 1 - level)


def test_the_bounds_cover_a_change_of_mean_nearly_as_often_as_they_say():
    generator = np.random.default_rng(5)
    below, above, paths = 0, 0, 1500
    for _ in range(paths):
        result = difference_of_means(long_run(generator.normal(size=85)), long_run(0.3 + generator.normal(size=37)))
        below += result.bound(Side.LOWER) <= 0.3
        above += result.bound(Side.UPPER) >= 0.3
    assert 0.93 <= below / paths <= 0.97
    assert 0.93 <= above / paths <= 0.97


def test_constant_windows_differ_for_certain_or_not_at_all():
    one, two = long_run(np.full(30, 0.1)), long_run(np.full(25, 0.3))
    assert difference_of_means(one, two).p_value == 0.0
    assert difference_of_means(one, one).p_value == 1.0
    assert difference_of_means(one, two).interval().low == difference_of_means(one, two).estimate


def test_one_constant_window_leaves_the_degrees_of_freedom_of_the_other():
    constant, noisy = long_run(np.full(30, 0.1)), long_run(np.random.default_rng(0).normal(size=60))
    assert difference_of_means(constant, noisy).dof == pytest.approx(noisy.dof)


@pytest.mark.parametrize("short", [[], [1.0], [1.0, 2.0]])
def test_a_window_that_is_too_short_gives_nan_and_no_warning(short):
    result = difference_of_means(long_run(np.array(short)), long_run(np.arange(30.0)))
    numbers = [result.standard_error, result.dof, result.p_value, result.interval().low, result.bound(Side.UPPER)]
    assert np.isnan(numbers).all()
    assert math.isnan(minimum_detectable_effect(result.standard_error, result.dof))


def test_the_detectable_effect_is_the_sum_of_two_quantiles():
    # Student t, 10 degrees of freedom: 1.8125 at 95 %, 0.8791 at 80 % (printed tables); normal: 1.6449 + 0.8416
    assert minimum_detectable_effect(2.0, 10) == pytest.approx(2 * (1.8125 + 0.8791), abs=2e-4)
    assert minimum_detectable_effect(1.0, 1e8) == pytest.approx(1.6449 + 0.8416, abs=1e-4)
    assert minimum_detectable_effect(1.0, 10, power=0.5) == pytest.approx(1.8125, abs=1e-4)


def test_an_effect_of_that_size_is_found_about_as_often_as_promised():
    generator, found, paths = np.random.default_rng(6), 0, 3000
    effect = minimum_detectable_effect(np.sqrt(1 / 200 + 1 / 100), 30)
    for _ in range(paths):
        train, test = long_run(generator.normal(size=200)), long_run(effect + generator.normal(size=100))
        found += difference_of_means(train, test).bound(Side.LOWER) > 0.0
    assert found / paths == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize(("power", "level"), [(1.0, 0.05), (0.8, 0.0)])
def test_a_power_or_level_without_meaning_is_refused(power, level):
    with pytest.raises(UsageError):
        minimum_detectable_effect(1.0, 10, power, level)
