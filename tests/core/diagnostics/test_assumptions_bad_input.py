"""Every test on arrays, on what it cannot be carried out on: one sentence with required, found and cure."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from outsample.diagnostics.assumptions.carry import carry_drift, carry_shift, carry_slope
from outsample.diagnostics.assumptions.constant_vol import arch_effects, brown_forsythe, squared_dependence, vol_shift
from outsample.diagnostics.assumptions.continuity import bipower_jumps, jump_rate, largest_jump, scan_jumps
from outsample.diagnostics.assumptions.hedge_costs import leland_costs, leland_shift
from outsample.diagnostics.assumptions.hedging import discrete_hedging
from outsample.diagnostics.assumptions.independence import carried_autocorrelation, ljung_box, variance_ratio
from outsample.diagnostics.assumptions.manipulation import benford, expiry_moves, round_prices
from outsample.diagnostics.assumptions.normality import (
    anderson_darling,
    carried_moments,
    carried_probabilities,
    jarque_bera,
)
from outsample.diagnostics.assumptions.tails import Tail, carried_exceedances, heavy_tail
from outsample.test_result import NotTested, TestResult

GOOD = 0.02 * np.random.default_rng(1).standard_normal(400)
OF_RETURNS = {
    "jarque-bera": jarque_bera,
    "anderson-darling": anderson_darling,
    "carried-moments": lambda r: carried_moments(r, 0.0, 0.02, 500),
    "carried-probabilities": lambda r: carried_probabilities(r, 0.0, 0.02, 500),
    "heavy-tail": lambda r: heavy_tail(r, Tail.LEFT),
    "exceedances": lambda r: carried_exceedances(r, 0.0, 0.02, Tail.RIGHT),
    "arch-lm": arch_effects,
    "squares": squared_dependence,
    "brown-forsythe, train": lambda r: brown_forsythe(r, GOOD),
    "brown-forsythe, test": lambda r: brown_forsythe(GOOD, r),
    "vol-shift": lambda r: vol_shift(GOOD, r, 365.0),
    "ljung-box": ljung_box,
    "variance-ratio": lambda r: variance_ratio(r, 2),
    "carried-autocorrelation": lambda r: carried_autocorrelation(r, 0.0, 0.02, 0.1),
    "bipower": bipower_jumps,
    "hedging": lambda r: discrete_hedging(r, 365.0, 30.0, 0.4, 0),
    "carry-drift": carry_drift,
    "carry-slope": carry_slope,
    "carry-shift": lambda r: carry_shift(r, GOOD),
    "leland-shift": lambda r: leland_shift(GOOD, r),
    "expiry-moves": lambda r: expiry_moves(r, np.arange(r.size) % 5 == 0),
}
BAD = {
    "empty": (np.empty(0), "found 0; widen the window"),
    "short": (GOOD[:12], "found (12|0|9); widen the window"),
    "still": (np.zeros(400), "found (a constant series; choose a window in which it moves|0)"),
    "NaN": (np.where(np.arange(400) == 7, np.nan, GOOD), "found 1 of (400|320) that are not; reject those"),
    "infinite": (np.where(np.arange(400) < 2, np.inf, GOOD), "found [12] of (400|320|80) that are not; reject those"),
}


@pytest.mark.parametrize("name", OF_RETURNS)
@pytest.mark.parametrize("case", BAD)
def test_bad_returns_are_one_sentence(name, case):
    values, says = BAD[case]
    found = OF_RETURNS[name](values)
    assert isinstance(found, NotTested)
    assert re.fullmatch(rf"[^:]+: this needs .+, {says}[^.]*\.", found.sentence), found.sentence


@pytest.mark.parametrize("name", OF_RETURNS)
def test_good_returns_are_tested(name):
    assert isinstance(OF_RETURNS[name](GOOD), TestResult)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (lambda: carried_moments(GOOD, 0.0, 0.0, 9), "a train law with a deviation above 0, found 0.0"),
        (lambda: carried_probabilities(GOOD, math.nan, math.nan, 9), "a train law with a deviation above 0, found nan"),
        (lambda: carried_exceedances(GOOD, 0.0, -1.0, Tail.LEFT), "a train law with a deviation above 0, found -1.0"),
        (lambda: carried_autocorrelation(GOOD, 0.0, 0.02, math.nan), "a train autocorrelation, found none"),
        (lambda: heavy_tail(GOOD[:99], Tail.LEFT), "100 returns, found 99"),
        (lambda: heavy_tail(np.where(np.arange(200) < 3, GOOD[:200], 0.0), Tail.LEFT), "11 different moves"),
        (lambda: variance_ratio(GOOD[:40], 5), "50 returns, found 40"),
        (lambda: bipower_jumps(np.where(np.arange(90) % 2, GOOD[:90], 0.0)), "neighbouring returns that both move"),
        (lambda: largest_jump(scan_jumps(GOOD[:40], np.empty(0), 30)), "30 returns with enough moves"),
        (lambda: largest_jump(scan_jumps(np.zeros(90), np.empty(0), 30)), "30 returns with enough moves"),
        (lambda: jump_rate(*2 * [scan_jumps(GOOD[:40], np.empty(0), 30)], 365.0), "found 10 in train and 10 in test"),
        (lambda: discrete_hedging(GOOD, 52.0, 30.0, 0.4, 0), "5 trades in 30 days, found 4"),
        (lambda: discrete_hedging(GOOD[:120], 365.0, 30.0, 0.4, 0), "5 hedged options one after another, found 4"),
        (lambda: discrete_hedging(GOOD, 365.0, 30.0, 0.0, 0), "a vol above 0, found 0.0"),
        (lambda: leland_costs(GOOD[:5], GOOD[:5], 365.0), "20 times with a quoted call and put of one strike, found 5"),
        (lambda: leland_costs(np.full(30, 0.01), np.full(30, 0.5), math.nan), "returns of the underlying, found none"),
        (lambda: benford(np.full(400, math.nan)), "300 volumes above 0, found 0"),
        (lambda: benford(1.0 + np.abs(GOOD)), "volumes that spread over 0.5 powers of ten, found 0.0"),
        (lambda: round_prices(np.full(400, 100.0)), "100 changed prices, found 1"),
        (lambda: round_prices(np.exp(GOOD)), "a range of 1000 ticks, found no grid"),
        (lambda: round_prices(100.0 + np.arange(400.0) % 20), "a range of 1000 ticks, found 19 of 1"),
        (
            lambda: arch_effects(np.where(np.arange(90) % 2, 0.01, -0.01)),
            "squares that differ, found moves of one size",
        ),
        (lambda: brown_forsythe(*2 * [np.where(np.arange(90) % 2, 0.5, -0.5)]), "moves of different sizes"),
    ],
)
def test_what_else_is_missing_is_said(found, says):
    outcome = found()
    assert isinstance(outcome, NotTested)
    assert f": this needs {says}" in outcome.sentence or f"{says}" in outcome.sentence


@settings(max_examples=60)
@given(
    arrays(np.float64, st.integers(30, 150), elements=st.floats(-5.0, 5.0).map(lambda x: round(x, 3))),
    st.sampled_from(sorted(OF_RETURNS)),
)
def test_any_finite_returns_give_a_probability_or_a_sentence(returns, name):
    found = OF_RETURNS[name](returns)
    assert found.sentence.endswith(".")
    if isinstance(found, TestResult):
        assert 0.0 <= found.p_value <= 1.0
        assert not math.isnan(found.statistic)
        assert not math.isnan(found.effect)


@settings(max_examples=40)
@given(st.floats(1e-3, 1e3), st.sampled_from(["jarque-bera", "anderson-darling", "heavy-tail", "arch-lm", "squares"]))
def test_the_unit_of_returns_does_not_matter(scale, name):
    first, second = OF_RETURNS[name](GOOD), OF_RETURNS[name](scale * GOOD)
    assert second.p_value == pytest.approx(first.p_value, rel=1e-6)
    assert second.effect == pytest.approx(first.effect, rel=1e-6)


@pytest.mark.parametrize("level", [1e8, 1e10, 1e12])
def test_numbers_that_have_run_out_of_digits_are_no_grid(level):
    """Continuous prices of a large unit lie on every grid that is as fine as the numbers themselves."""
    random = np.random.default_rng(8)
    prices = level * np.exp(np.cumsum(0.01 * random.normal(size=2_000)))
    found = round_prices(prices)
    assert isinstance(found, NotTested)
    assert "found no grid" in found.sentence


def test_a_scan_without_room_for_a_variance_finds_no_jump():
    assert scan_jumps(np.array([0.01]), np.empty(0), 0).tested == 0
    assert scan_jumps(np.array([0.01, 0.02, 0.03]), np.empty(0), 2).tested == 0
