"""Diebold and Mariano: the printed formulas, the horizon, and which of two losses is worse."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student

from outsample.errors import UsageError
from outsample.inference import diebold_mariano
from outsample.test_result import NotTested

losses = st.lists(st.floats(0, 9).map(lambda x: round(x, 3)), min_size=40, max_size=40).map(np.array)


@pytest.mark.parametrize("horizon", [1, 2, 5])
@pytest.mark.parametrize("n", [24, 150])
def test_statistic_and_p_are_the_printed_formulas(n, horizon):
    generator = np.random.default_rng(n + horizon)
    first, second = generator.chisquare(1, size=n), generator.chisquare(1, size=n)
    found = diebold_mariano(first, second, horizon=horizon)
    d = first - second
    mean = sum(d) / n
    gamma = [sum((d[t] - mean) * (d[t - lag] - mean) for t in range(lag, n)) / n for lag in range(horizon)]
    plain = mean / math.sqrt((gamma[0] + 2 * sum(gamma[1:])) / n)
    corrected = plain * math.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
    assert found.result.statistic == pytest.approx(corrected, rel=1e-10)
    assert found.result.p_value == pytest.approx(2 * student.sf(abs(corrected), n - 1), rel=1e-9)
    assert found.p_worse == pytest.approx(student.sf(corrected, n - 1), rel=1e-9)
    assert found.result.effect == pytest.approx(mean, rel=1e-12)


def test_for_the_next_time_it_is_the_one_sample_t_test():
    # V / n corrected by (n - 1) / n is s^2 / n with the divisor n - 1
    from scipy.stats import ttest_rel

    generator = np.random.default_rng(1)
    first, second = generator.normal(1.0, size=80), generator.normal(0.8, size=80)
    found, oracle = diebold_mariano(first, second), ttest_rel(first, second)
    assert found.result.statistic == pytest.approx(float(oracle.statistic), rel=1e-12)
    assert found.result.p_value == pytest.approx(float(oracle.pvalue), rel=1e-12)
    interval = oracle.confidence_interval(0.95)
    assert (found.result.low, found.result.high) == pytest.approx((interval.low, interval.high), rel=1e-10)


@given(losses, losses, st.integers(1, 4), st.sampled_from([1e-3, 4.0, 1e6]))
def test_exchanging_the_losses_changes_the_sign_and_their_unit_changes_nothing(first, second, horizon, factor):
    there, back = diebold_mariano(first, second, horizon=horizon), diebold_mariano(second, first, horizon=horizon)
    scaled = diebold_mariano(factor * first, factor * second, horizon=horizon)
    if isinstance(there, NotTested):
        assert isinstance(back, NotTested)
        assert isinstance(scaled, NotTested)
        return
    assert back.result.statistic == -there.result.statistic
    assert (back.p_worse, back.p_better) == (there.p_better, there.p_worse)
    assert scaled.result.statistic == pytest.approx(there.result.statistic, rel=1e-5, abs=1e-9)
    assert 0.0 <= there.result.p_value <= 1.0
    assert there.result.low <= there.result.effect <= there.result.high


def test_the_sentence_names_who_is_worse():
    generator = np.random.default_rng(2)
    first = generator.normal(1.0, 0.1, size=60)
    found = diebold_mariano(first, first - 0.5 + generator.normal(0, 0.1, size=60), unit="nats", names=("SVI", "SABR"))
    assert found.result.sentence.startswith("The loss of SVI was on average 0.")
    assert " nats higher than that of SABR, more than chance explains (p below 0.001;" in found.result.sentence


def test_truncated_autocovariances_without_a_positive_sum_are_said():
    alternating = np.where(np.arange(40) % 2, 1.0, -1.0)
    found = diebold_mariano(alternating, np.zeros(40), horizon=2)
    assert isinstance(found, NotTested)
    assert "a positive sum up to lag 1, found none" in found.sentence


def test_a_horizon_without_meaning_is_refused_and_a_long_one_is_said():
    first, second = np.random.default_rng(3).normal(size=(2, 30))
    with pytest.raises(UsageError, match="at least 1 time, found 0"):
        diebold_mariano(first, second, horizon=0)
    found = diebold_mariano(first, second, horizon=16)
    assert isinstance(found, NotTested)
    assert found.sentence == "Differences of two losses need 32 times, found 30; widen the window"
