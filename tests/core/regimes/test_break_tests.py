"""Tests of constant coefficients: the Nile to the printed digits, definitions, invariances, size, bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.errors import DataError, UsageError
from outsample.regimes.breaks import (
    average_f_test,
    break_tests,
    exponential_f_test,
    f_statistics,
    least_squares_cusum,
    least_squares_cusum_test,
    moving_sum,
    moving_sum_test,
    recursive_cusum,
    recursive_cusum_test,
    supremum_f_test,
)
from outsample.regimes.growing_regression import recursive_residuals
from outsample.test_result import NotTested, TestResult

NAMES = ["supremum-f", "average-f", "exponential-f", "recursive-cusum", "least-squares-cusum", "moving-sum"]
noise = st.integers(0, 10**6).map(lambda seed: np.random.default_rng(seed).normal(size=40))


def line(size):
    return np.column_stack((np.ones(size), np.random.default_rng(99).normal(size=size)))


@pytest.mark.parametrize(
    ("test", "statistic", "tolerance", "p_value", "p_tolerance"),
    [  # strucchange's test output, recomputed to more digits from the definitions, but for the moving sum
        (recursive_cusum_test, 2.06692088890315, 1e-8, 7.486883778306106e-08, 1e-11),
        (least_squares_cusum_test, 2.9517661026633726, 1e-8, 5.408553461983669e-08, 1e-12),
        (moving_sum_test, 2.4237, 5e-5, 0.0, 0.01),  # its table ends at 1 %
        (supremum_f_test, 75.92976942748544, 1e-8, 0.0, 2.2e-16 + 1e-15),
        (average_f_test, 21.214666777991855, 1e-8, 0.0, 1e-7),
        (exponential_f_test, 33.758974956386886, 1e-8, 0.0, 1e-13),
    ],
)
def test_the_nile_has_the_printed_statistics(nile, test, statistic, tolerance, p_value, p_tolerance):
    found = test(nile)
    assert isinstance(found, TestResult)
    assert found.statistic == pytest.approx(statistic, abs=tolerance)
    assert found.p_value == pytest.approx(p_value, abs=p_tolerance)
    assert found.rejects


def test_the_nile_breaks_after_28_observations(nile):
    found = f_statistics(nile)
    assert found.index == 28
    assert (found.first, found.values.size) == (15, 71)
    before, after = nile[:28], nile[28:]
    left = ((before - before.mean()) ** 2).sum() + ((after - after.mean()) ** 2).sum()
    assert found.gain == pytest.approx(1.0 - left / ((nile - nile.mean()) ** 2).sum(), rel=1e-10)
    assert supremum_f_test(nile).effect == found.gain
    assert "after 28 of 100 observations" in supremum_f_test(nile).sentence
    jump = (after.mean() - before.mean()) / nile.std(ddof=1)
    assert least_squares_cusum_test(nile).effect == pytest.approx(jump, rel=1e-10)


def test_all_tests_are_one_table_in_order(nile):
    found = break_tests(nile)
    assert [one.name for one in found] == NAMES
    assert all(isinstance(one, TestResult) and one.n in {99, 100} for one in found)
    assert all(one.sentence.endswith(".") and one.title for one in found)


def test_f_statistics_are_those_of_separate_regressions():
    random = np.random.default_rng(1)
    x, y = line(50), random.normal(size=50) + np.repeat([0.0, 1.0], 25)
    found = f_statistics(y, x, 0.1)
    squares = lambda rows: float(((y[rows] - x[rows] @ np.linalg.pinv(x[rows]) @ y[rows]) ** 2).sum())  # noqa: E731
    whole = squares(slice(0, 50))
    for date, value in enumerate(found.values.tolist(), start=found.first):
        broken = squares(slice(0, date)) + squares(slice(date, 50))
        assert value == pytest.approx((whole - broken) / (broken / 46), rel=1e-9, abs=1e-9)
    assert (found.first, found.first + found.values.size - 1) == (5, 45)
    assert found.exponential == pytest.approx(np.log(np.exp(found.values / 2).mean()), rel=1e-12)
    assert found.average == pytest.approx(found.values.mean(), rel=1e-12)


def test_recursive_residuals_are_those_of_a_regression_on_all_rows_before():
    x, y = line(30), np.random.default_rng(2).normal(size=30)
    found = recursive_residuals(y, x)
    assert np.isnan(found[:2]).all()
    for t in range(2, 30):
        inverse = np.linalg.inv(x[:t].T @ x[:t])
        error = y[t] - x[t] @ inverse @ x[:t].T @ y[:t]
        assert found[t] == pytest.approx(error / np.sqrt(1.0 + x[t] @ inverse @ x[t]), rel=1e-9, abs=1e-12)
    least = ((y - x @ np.linalg.pinv(x) @ y) ** 2).sum()
    assert np.nansum(found**2) == pytest.approx(least, rel=1e-12)


def test_statsmodels_has_the_same_cusum_of_residuals(nile):
    from statsmodels.stats.diagnostic import breaks_cusumolsresid

    x = line(100)
    residual = nile - x @ np.linalg.pinv(x) @ nile
    statistic, p_value, _ = breaks_cusumolsresid(residual, ddof=2)
    found = least_squares_cusum_test(nile, x)
    assert found.statistic == pytest.approx(statistic, rel=1e-10)
    assert found.p_value == pytest.approx(p_value, rel=1e-8)


def test_paths_begin_and_end_where_their_definitions_say(nile):
    recursive, cusum, moving = recursive_cusum(nile), least_squares_cusum(nile), moving_sum(nile)
    assert (recursive.path.size, cusum.path.size, moving.path.size) == (100, 101, 51)
    assert (recursive.border[0], recursive.border[-1]) == (1.0, 3.0)
    np.testing.assert_allclose([recursive.path[0], cusum.path[0], cusum.path[-1]], 0.0, atol=1e-12)
    np.testing.assert_allclose(moving.path[0], -moving.path[-1], atol=1e-12)
    np.testing.assert_allclose(moving.path, cusum.path[50:] - cusum.path[:51], atol=1e-12)


@given(noise, st.floats(-1e5, 1e5), st.floats(-100, 100), st.sampled_from([-3.0, 0.01, 1e4]))
def test_no_statistic_sees_a_level_a_slope_or_a_unit(data, level, slope, unit):
    x = line(40)
    moved = unit * (data + level + slope * x[:, 1])
    for of in (
        lambda y: f_statistics(y, x).values,
        lambda y: np.abs(recursive_cusum(y, x).path),
        lambda y: np.abs(least_squares_cusum(y, x).path),
        lambda y: np.abs(moving_sum(y, x).path),
    ):
        np.testing.assert_allclose(of(moved), of(data), rtol=1e-6, atol=1e-6)


@given(noise)
def test_f_statistics_of_a_reversed_series_are_reversed(data):
    np.testing.assert_allclose(f_statistics(data[::-1]).values, f_statistics(data).values[::-1], rtol=1e-8, atol=1e-9)


def test_five_per_cent_tests_reject_about_five_per_cent_of_noise():
    random, rejected, paths = np.random.default_rng(6), np.zeros(5), 250
    tests = supremum_f_test, average_f_test, recursive_cusum_test, least_squares_cusum_test, moving_sum_test
    for _ in range(paths):
        data = random.normal(size=100)
        rejected += [test(data).rejects for test in tests]
    # a discrete path exceeds a border less often than the motion that p-values are of
    assert ((rejected >= 0.01 * paths) & (rejected <= 0.09 * paths)).all()


def test_a_break_of_a_slope_is_seen_and_what_it_removes_is_told():
    random = np.random.default_rng(3)
    x = line(200)
    y = np.repeat([1.0, -1.0], 100) * x[:, 1] + random.normal(size=200)
    found = supremum_f_test(y, x)
    assert found.rejects
    assert 0.3 < found.effect < 0.7
    assert "A break of all coefficients shows" in found.sentence
    assert "No break" in supremum_f_test(random.normal(size=200), x).sentence


@pytest.mark.parametrize(
    "data",
    [np.empty(0), np.ones(2), np.arange(19.0), np.full(50, 0.1), np.full(50, -6e4)],
    ids=["empty", "two", "short", "constant", "large constant"],
)
def test_too_little_or_a_constant_is_not_tested_and_says_why(data):
    for found, name in zip(break_tests(data), NAMES, strict=True):
        assert isinstance(found, NotTested)
        assert found.name == name
        assert "found" in found.sentence


def test_an_exact_linear_fit_is_not_tested():
    x = line(60)
    assert all(isinstance(found, NotTested) for found in break_tests(x @ [3.0, -2.0], x))


def test_an_exact_break_is_certain():
    steps = np.repeat([0.0, 1.0], 30)
    found = supremum_f_test(steps)
    assert (found.statistic, found.p_value, found.effect) == (np.inf, 0.0, 1.0)
    assert exponential_f_test(steps).p_value == average_f_test(steps).p_value == 0.0
    assert [one.rejects for one in break_tests(steps)] == [True] * 6


@pytest.mark.parametrize("test", [recursive_cusum_test, least_squares_cusum_test, moving_sum_test])
def test_a_fall_is_told_with_a_true_minus_and_a_rise_with_a_plus(test):
    step = np.repeat([0.0, 3.0], 60) + np.random.default_rng(4).normal(size=120)
    up, down = test(step), test(-step)
    assert up.effect == pytest.approx(-down.effect)
    assert {one.sentence.partition(f"{abs(up.effect):.2f}")[0][-1] for one in (up, down)} == {"+", "−"}


def test_bad_input_is_refused_in_a_sentence():
    with pytest.raises(DataError, match="found 1 of 30"):
        break_tests(np.append(np.arange(29.0), np.nan))
    with pytest.raises(DataError, match="align the rows"):
        break_tests(np.arange(30.0), np.ones((29, 1)))
    with pytest.raises(DataError, match="found 3"):
        f_statistics(np.arange(3.0))
    for process in (recursive_cusum, least_squares_cusum, moving_sum):
        with pytest.raises(DataError, match="found 2"):
            process(np.arange(2.0))
    for trim in (0.0, 0.5, np.nan):
        with pytest.raises(UsageError, match="trimming"):
            supremum_f_test(np.arange(30.0) ** 2, trim=trim)
    for level in (0.0, 1.0, np.nan):
        with pytest.raises(UsageError, match="level"):
            break_tests(np.arange(30.0) ** 2, level=level)
