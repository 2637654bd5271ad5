import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.formulas.recursions import (
    DECAYS,
    DecayLosses,
    WindowMoments,
    ewma_variances,
    ewma_variances_twin,
    rows_before_each,
    starting_variance,
)


def heavy_tailed(count, seed=0):
    return 0.01 * np.random.default_rng(seed).standard_t(4, count)


def test_hulls_example_of_the_exponentially_weighted_variance():
    # Hull, Risk Management and Financial Institutions, 1st ed., example 5.2:
    # decay .90, volatility 1 % a day, then a move of 2 %: 1.14 % a day.
    returns = np.r_[np.tile([0.01, -0.01], 10), 0.02, 0.0]
    variance = ewma_variances(returns, np.array([0.90]))[:, 0]
    assert variance[20] == pytest.approx(0.0001, rel=1e-12)
    assert variance[21] == pytest.approx(0.00013, rel=1e-12)
    assert np.sqrt(variance[21]) == pytest.approx(0.0114, abs=5e-5)


def test_a_riskmetrics_variance_is_the_weighted_sum_of_squares():
    # RiskMetrics Technical Document (1996), table 5.1: weights (1 - decay) decay^j, here with the starting variance.
    returns = heavy_tailed(200)
    weights = 0.06 * 0.94 ** np.arange(100)
    expected = weights @ np.square(returns[119:19:-1]) + 0.94**100 * np.mean(np.square(returns[:20]))
    assert ewma_variances(returns, np.array([0.94]))[120, 0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("stale", [0, 30, 900], ids=["moving", "stale for a month", "stale for years"])
def test_the_kernel_equals_its_twin(stale):
    returns = heavy_tailed(1500)
    returns[300 : 300 + stale] = 0.0
    fast, plain = ewma_variances(returns, DECAYS), ewma_variances_twin(returns, DECAYS)
    np.testing.assert_allclose(fast, plain, rtol=1e-13)
    assert np.isnan(fast[:20]).all()
    assert (fast[20:] > 0.0).all()


def test_a_price_that_stands_at_the_start_delays_the_first_forecast():
    moving = heavy_tailed(100)
    first, start = starting_variance(np.r_[np.zeros(50), moving])
    assert first == 70
    assert start == pytest.approx(np.sum(moving[:20] ** 2) / 70)


def test_a_price_that_hardly_ever_moves_has_no_forecast():
    returns = np.zeros(100)
    returns[::6] = 0.01
    assert starting_variance(returns)[0] == 100
    assert np.isnan(ewma_variances(returns, DECAYS)).all()
    losses = DecayLosses.of(returns)
    assert losses.count(np.array([0]), np.array([100]))[0] == 0


def test_no_forecast_uses_the_return_of_its_own_row_or_later():
    returns = heavy_tailed(300)
    other = returns.copy()
    other[150:] = heavy_tailed(150, seed=9)
    np.testing.assert_array_equal(ewma_variances(returns, DECAYS)[:151], ewma_variances(other, DECAYS)[:151])
    assert (ewma_variances(returns, DECAYS)[151] != ewma_variances(other, DECAYS)[151]).all()


@pytest.mark.parametrize(("first", "last"), [(0, 400), (5, 120), (333, 600), (700, 1000)])
def test_the_best_decay_is_the_one_a_plain_search_finds(first, last):
    returns = heavy_tailed(1000, seed=4)
    losses = DecayLosses.of(returns)
    means = []
    for decay in DECAYS:
        variance = ewma_variances_twin(returns, np.array([decay]))[:, 0]
        means.append(np.nanmean((np.log(variance) + returns**2 / variance)[first:last]))
    assert losses.best(np.array([first]), np.array([last]))[0] == np.argmin(means)
    assert losses.count(np.array([first]), np.array([last]))[0] == last - max(first, 20)


@given(st.integers(0, 2000), st.integers(0, 2000), st.floats(-1e3, 1e3))
def test_window_moments_equal_direct_sums(a, b, shift):
    values = shift + heavy_tailed(2000)
    first, last = min(a, b), max(a, b)
    mean, variance = (x[0] for x in WindowMoments.of(values).mean_and_variance(np.array([first]), np.array([last])))
    if last - first < 2:
        assert np.isnan(mean)
        assert np.isnan(variance)
    else:
        assert mean == pytest.approx(np.mean(values[first:last]), rel=1e-9, abs=1e-12)
        assert variance == pytest.approx(np.var(values[first:last], ddof=1), rel=1e-7)


def test_the_variance_of_a_constant_stretch_is_exactly_zero():
    values = np.r_[heavy_tailed(500), np.full(300, 0.0123), heavy_tailed(200)]
    _, variance = WindowMoments.of(values).mean_and_variance(np.array([500, 600, 499]), np.array([800, 700, 800]))
    assert variance[0] == 0.0
    assert variance[1] == 0.0
    assert variance[2] > 0.0


def test_rows_before_each_time_never_hold_it():
    times = np.array([10, 20, 40, 50, 90])
    first, last = rows_before_each(times, 20, None)
    np.testing.assert_array_equal(first, [0, 1, 1, 1, 1])
    np.testing.assert_array_equal(last, [0, 1, 2, 3, 4])
    first, last = rows_before_each(times, 0, 2)
    np.testing.assert_array_equal(first, [0, 0, 0, 1, 2])
    np.testing.assert_array_equal(last, [0, 1, 2, 3, 4])
