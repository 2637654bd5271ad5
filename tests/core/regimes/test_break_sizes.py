"""How often break tests reject where nothing breaks but neighbours depend: the figures of the README of regimes."""

import numpy as np
import pytest

from outsample.regimes.breaks import f_statistics, least_squares_cusum

HISTORIES = 2000
SUPREMUM, CUSUM = 8.85, 1.358  # 5 %: Andrews 1993, table I, 15 % trimming; Ploberger and Kraemer 1992


def independent(random, days):
    return random.normal(size=(HISTORIES, days))


def autoregressive(random, days):
    """Return AR(1) series of .3, 50 rows after their start."""
    series = random.normal(size=(days + 50, HISTORIES))
    for t in range(1, days + 50):
        series[t] += 0.3 * series[t - 1]
    return series[50:].T


def log_squares(random, days):
    """Return ln r^2 of GARCH(1, 1) returns, alpha .1 and beta .85, 300 rows after their start."""
    noise = random.normal(size=(days + 300, HISTORIES))
    variance, returns = np.ones(HISTORIES), np.empty(noise.shape)
    for t in range(days + 300):
        returns[t] = np.sqrt(variance) * noise[t]
        variance = 0.05 + 0.1 * returns[t] ** 2 + 0.85 * variance
    return np.log(returns[300:].T ** 2 + 1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("days", [500, 1000])
@pytest.mark.parametrize(
    ("made", "low", "high"), [(independent, 0.02, 0.06), (autoregressive, 0.18, 0.30), (log_squares, 0.38, 0.58)]
)
def test_break_tests_reject_too_often_where_neighbours_depend(made, low, high, days, record_property):
    series = made(np.random.default_rng(days), days)
    supremum = np.mean([f_statistics(one).supremum > SUPREMUM for one in series])
    cusum = np.mean([least_squares_cusum(one).statistic > CUSUM for one in series])
    record_property(f"{made.__name__}, {days} days", f"sup-F {100 * supremum:.1f} %, CUSUM {100 * cusum:.1f} %")
    assert low < supremum < high
    assert low < cusum < high
