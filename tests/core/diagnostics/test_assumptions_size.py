"""How often true assumptions are rejected: in the Black-Scholes world every test must keep near its level."""

from collections import Counter

import numpy as np
import pytest

from outsample.diagnostics.assumptions import assess_assumptions
from outsample.diagnostics.assumptions.constant_vol import brown_forsythe, vol_shift
from outsample.diagnostics.assumptions.known_vol import variance_premium
from outsample.diagnostics.assumptions.option_lives import OptionLives
from outsample.test_result import TestResult
from outsample.windows import default_split

from .assumption_cases import prices_of

# Discrete counts, or corrected by a bound: they may reject less often than the level says, never more.
TIMID = {"exceedances-left", "exceedances-right", "jump-rate", "carried-probabilities"}


def rejected(replications, size, seed):
    """Return by test and stretch how often it rejected, and how often the table had a discovery."""
    stream, hits, alarms = np.random.default_rng(seed), Counter(), 0
    for _ in range(replications):
        prices = prices_of(0.03 * stream.standard_normal(size))
        table = assess_assumptions(prices, default_split(prices.times))
        alarms += bool(table.discoveries)
        for row in table.rows:
            if isinstance(row.outcome, TestResult):
                hits[row.outcome.name, row.stretch] += row.outcome.rejects
    return {key: count / replications for key, count in hits.items()}, alarms / replications


def check(rates, tolerance):
    assert len(rates) == 33
    for (name, stretch), rate in rates.items():
        assert rate <= 0.05 + tolerance, (name, stretch, rate)
        assert name in TIMID or rate >= 0.05 - tolerance, (name, stretch, rate)


def test_true_assumptions_are_rejected_about_as_often_as_the_level_says():
    rates, alarms = rejected(500, 900, 1)
    check(rates, 0.035)
    assert alarms < 0.15  # BH controls it at 5 % under independence; rows share returns


@pytest.mark.slow
@pytest.mark.parametrize(("size", "tolerance"), [(800, 0.03), (2_000, 0.025)])
def test_the_size_of_every_test_in_many_replications(size, tolerance):
    rates, alarms = rejected(2_000, size, 2)
    check(rates, tolerance)
    assert alarms < 0.12


@pytest.mark.slow
def test_a_fair_premium_is_seldom_found():
    stream, hits = np.random.default_rng(3), 0
    time = np.arange(60, dtype=np.int64)
    for _ in range(2_000):
        realised = 0.36 * stream.chisquare(7, 60) / 7.0
        fair = np.full(60, 0.36)
        hits += variance_premium(OptionLives(time.copy(), time + 1, fair, realised, fair.copy())).rejects
    assert hits / 2_000 == pytest.approx(0.05, abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize(("shock", "memory", "shift", "spread"), [(0.1, 0.8, 0.13, 0.18), (0.07, 0.9, 0.34, 0.42)])
def test_clusters_of_volatility_feign_shifts_less_often_with_long_run_errors(shock, memory, shift, spread):
    """Half-lives of 7 and 23 returns: about .09 and .27 against .26 and .53 of Brown and Forsythe, nominal .05."""
    stream, paths, size = np.random.default_rng(4), 500, 1_200
    variance, returns = np.full(paths, 4e-4), np.empty((paths, size))
    for i in range(size):
        returns[:, i] = np.sqrt(variance) * stream.standard_normal(paths)
        variance = 4e-4 * (1.0 - shock - memory) + shock * returns[:, i] ** 2 + memory * variance
    split = 840
    shifts = [vol_shift(one[:split], one[split:], 365.0).rejects for one in returns]
    spreads = [brown_forsythe(one[:split], one[split:]).rejects for one in returns]
    assert np.mean(shifts) < shift
    assert np.mean(spreads) > spread
