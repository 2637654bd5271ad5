"""Giacomini and White: N times the R squared of a regression, the formula further ahead, what can be told before."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.errors import DataError, UsageError
from outsample.inference import giacomini_white
from outsample.test_result import NotTested

losses = st.lists(st.floats(0, 9).map(lambda x: round(x, 3)), min_size=40, max_size=40).map(np.array)


@pytest.mark.parametrize("n", [30, 200])
def test_for_the_next_time_it_is_n_times_the_r_squared_of_one_on_the_products(n):
    # Giacomini and White 2006, section 3.2
    from statsmodels.regression.linear_model import OLS

    generator = np.random.default_rng(n)
    first, second = generator.chisquare(1, size=(2, n))
    d = first - second
    products = np.column_stack((d[1:], d[:-1] * d[1:]))
    oracle = OLS(np.ones(n - 1), products, hasconst=False).fit()
    found = giacomini_white(first, second)
    assert found.statistic == pytest.approx((n - 1) * oracle.rsquared, rel=1e-9)
    assert found.p_value == pytest.approx(np.exp(-found.statistic / 2), rel=1e-9)  # chi-square of two degrees
    assert (found.n, found.effect) == (n - 1, pytest.approx(d[1:].mean()))
    assert np.isnan([found.low, found.high]).all()


@pytest.mark.parametrize("horizon", [2, 5])
def test_further_ahead_it_is_the_formula_written_out(horizon):
    generator = np.random.default_rng(horizon)
    first, second = generator.chisquare(1, size=(2, 90))
    signal = generator.normal(size=90)
    known = np.column_stack((np.ones(90), signal, signal**2))
    d = first - second
    z = [known[t] * d[t + horizon] for t in range(90 - horizon)]
    count = len(z)
    omega = sum(np.outer(one, one) for one in z) / count
    for lag in range(1, horizon):
        gamma = sum(np.outer(z[t], z[t - lag]) for t in range(lag, count)) / count
        omega += (1 - lag / horizon) * (gamma + gamma.T)
    mean = sum(z) / count
    found = giacomini_white(first, second, horizon=horizon, instruments=known)
    assert found.statistic == pytest.approx(count * mean @ np.linalg.solve(omega, mean), rel=1e-9)
    assert found.n == count


def test_it_finds_what_the_average_hides():
    generator = np.random.default_rng(1)
    d = np.zeros(500)
    for t in range(1, 500):
        d[t] = 0.5 * d[t - 1] + generator.normal()
    d -= d.mean()
    found = giacomini_white(d, np.zeros(500), names=("SVI", "SABR"))
    assert found.rejects
    assert found.sentence.startswith("Which of SVI and SABR will have the larger loss can be told beforehand")
    assert abs(found.effect) < 0.01


@given(losses, losses, st.sampled_from([1e-3, 4.0, 1e6]), st.integers(1, 3))
def test_neither_order_nor_unit_matters(first, second, factor, horizon):
    here = giacomini_white(first, second, horizon=horizon)
    there = giacomini_white(factor * second, factor * first, horizon=horizon)
    if isinstance(here, NotTested) or isinstance(there, NotTested):
        assert isinstance(here, NotTested) == isinstance(there, NotTested)
        return
    assert there.statistic == pytest.approx(here.statistic, rel=1e-5, abs=1e-8)
    assert there.effect == pytest.approx(-factor * here.effect, rel=1e-9, abs=1e-9 * factor)
    assert 0.0 <= here.p_value <= 1.0


def test_instruments_that_repeat_each_other_are_said():
    first, second = np.random.default_rng(2).normal(size=(2, 60))
    found = giacomini_white(first, second, instruments=np.column_stack((np.ones(60), first, 2.0 * first)))
    assert isinstance(found, NotTested)
    assert found.sentence.startswith("Instruments need to differ from each other, found some that repeat others")
    assert isinstance(giacomini_white(first, second, instruments=np.zeros((60, 2))), NotTested)


@pytest.mark.parametrize("known", [np.ones(60), np.ones((59, 2)), np.full((60, 1), np.nan), np.ones((60, 0))])
def test_instruments_that_do_not_fit_are_refused(known):
    first, second = np.random.default_rng(3).normal(size=(2, 60))
    with pytest.raises(DataError, match="one finite row for each of 60 times"):
        giacomini_white(first, second, instruments=known)


def test_a_horizon_without_meaning_is_refused_and_a_long_one_is_said():
    first, second = np.random.default_rng(4).normal(size=(2, 30))
    with pytest.raises(UsageError, match="at least 1 time, found 0"):
        giacomini_white(first, second, horizon=0)
    assert "need 45 times, found 30" in giacomini_white(first, second, horizon=25).sentence
    assert "need 60 times, found 30" in giacomini_white(first, second, horizon=40).sentence
