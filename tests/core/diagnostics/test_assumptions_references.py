"""Published and independently computed values of the assumption tests; the source stands beside each."""

import math

import numpy as np
import pytest

from outsample.diagnostics.assumptions.continuity import (
    BIPOWER_VARIANCE,
    bipower_jumps,
    jump_bound,
    largest_jump,
    scan_jumps,
)
from outsample.diagnostics.assumptions.hedge_costs import leland_costs
from outsample.diagnostics.assumptions.hedging import discrete_hedging, hedging_errors
from outsample.diagnostics.assumptions.independence import variance_ratio
from outsample.diagnostics.assumptions.normality import jarque_bera
from outsample.diagnostics.assumptions.tails import Tail, heavy_tail, hill
from outsample.diagnostics.assumptions.volpoint_costs import (
    carry_cost,
    dependence_cost,
    frequency_cost,
    leland_cost,
    shape_cost,
)
from outsample.formulas.black import black_price, call_delta
from outsample.formulas.expansions import corrado_su_price
from outsample.formulas.implied_vol import implied_vol


def stream(seed):
    return np.random.default_rng(seed)


def test_jarque_bera_turns_at_the_five_per_cent_point_of_chi_square():
    """5.991464547107979, chi-square of 2: a table value."""
    returns = stream(1).standard_normal(400)
    level = jarque_bera(returns).p_value
    assert jarque_bera(returns).statistic == pytest.approx(-2.0 * math.log(level), rel=1e-12)
    assert math.exp(-0.5 * 5.991464547107979) == pytest.approx(0.05, rel=1e-12)


def test_hill_on_laws_of_known_index():
    """Reference simulation: 2.967 on Pareto(3), standard error 0.067; 3.69 on absolute Student t of 4."""
    pareto = stream(2).random(200_000) ** (-1.0 / 3.0)
    assert 1.0 / hill(pareto, 2_000) == pytest.approx(2.967, abs=0.2)
    student = np.abs(stream(3).standard_t(4, 200_000))
    assert 1.0 / hill(student, 1_000) == pytest.approx(3.69, abs=0.35)


def test_the_variance_ratio_of_an_autoregression():
    """Reference: 1.1999 at lag 2 for a slope of .2 (theory 1.2)."""
    shocks, found = stream(4).standard_normal(100_000), np.empty(100_000)
    previous = 0.0
    for i, shock in enumerate(shocks.tolist()):
        previous = 0.2 * previous + shock
        found[i] = previous
    result = variance_ratio(found, 2)
    assert result.effect == pytest.approx(1.1999, abs=0.015)
    assert result.rejects


def test_the_constant_of_bipower_variation():
    """Barndorff-Nielsen and Shephard: pi^2/4 + pi - 5."""
    assert pytest.approx(0.6089937538621326, abs=1e-12) == BIPOWER_VARIANCE


def test_size_and_power_of_bipower_variation():
    """Reference simulation, n = 288, 400 draws: .0375 at 5 %, .0075 at 1 %, .76 at 1 % for a jump of half a day."""
    draws = stream(5)
    clean = [bipower_jumps(draws.standard_normal(288)).p_value for _ in range(400)]
    assert np.mean(np.less(clean, 0.05)) == pytest.approx(0.0375, abs=0.03)
    assert np.mean(np.less(clean, 0.01)) == pytest.approx(0.0075, abs=0.012)
    jumped = draws.standard_normal((400, 288))
    jumped[np.arange(400), draws.integers(0, 288, 400)] += 0.5 * math.sqrt(288.0)
    assert np.mean([bipower_jumps(one).p_value < 0.01 for one in jumped]) == pytest.approx(0.76, abs=0.07)


@pytest.mark.parametrize(
    ("n", "bound"),
    [
        (252, 5.3636265063580595),
        (288, 5.395026675085253),
        (390, 5.4667038249290965),
        (1_000, 5.690769707603041),
    ],
)
def test_lee_and_myklands_bounds(n, bound):
    """Reference values at 1 %, from beta* = 4.600149226776579."""
    assert jump_bound(n) == pytest.approx(bound, abs=1e-9)
    scale = (jump_bound(n, 0.05) - bound) / (-math.log(-math.log(0.95)) - 4.600149226776579)
    assert scale == pytest.approx(math.sqrt(0.5 * math.pi / (2.0 * math.log(n))), rel=1e-9)


def test_clean_bars_have_no_jumps_and_planted_ones_are_found():
    """Reference simulation: no false alarm in 60 clean samples, 60 of 60 jumps of .02 at a daily sigma of .03."""
    draws, bars = stream(6), 288
    found = alarms = 0
    for _ in range(60):
        returns = 0.03 / math.sqrt(bars) * draws.standard_normal(bars + 156)
        alarms += scan_jumps(returns[156:], returns[:156], 156).jumps
        returns[300] += 0.02
        scan = scan_jumps(returns[156:], returns[:156], 156)
        found += largest_jump(scan).rejects and scan.jumps == 1
    assert alarms <= 2
    assert found >= 58


@pytest.mark.parametrize(("trades", "deviation", "tolerance"), [(21, 0.4277, 0.01), (84, 0.2180, 0.006)])
def test_hedging_errors_have_the_simulated_deviation(trades, deviation, tolerance):
    """Reference simulation of 20,000 paths: S = K = 100, one month, vol .2."""
    years, vol = 1.0 / 12.0, 0.2
    draws = stream(7).standard_normal(20_000 * trades) * vol * math.sqrt(years / trades)
    returns = draws - 0.5 * vol**2 * years / trades
    vega = 100.0 * math.sqrt(years / (2.0 * math.pi)) * math.exp(-0.125 * vol**2 * years)
    errors = vega * hedging_errors(returns, trades, years, vol)
    assert errors.std() == pytest.approx(deviation, abs=tolerance)
    assert abs(errors.mean()) < 4.0 * deviation / math.sqrt(20_000)


def test_one_hedge_is_its_definition_trade_by_trade():
    returns, years, vol = 0.03 * stream(8).standard_normal(7), 7.0 / 365.0, 0.6
    forward = 1.0
    earned = float(black_price(np.array([1.0]), np.array([years]), np.array([vol]), np.array([True]))[0])
    for i, one in enumerate(returns):
        left = np.array([years * (7 - i) / 7])
        delta = float(call_delta(np.array([1.0 / forward]), left, np.array([vol]))[0])
        following = forward * math.exp(one)
        earned += delta * (following - forward)
        forward = following
    earned -= max(forward - 1.0, 0.0)
    vega = math.sqrt(years / (2.0 * math.pi)) * math.exp(-0.125 * vol**2 * years)
    assert hedging_errors(returns, 7, years, vol)[0] == pytest.approx(earned / vega, rel=1e-10)


def test_what_a_frequency_explains():
    """Kamal and Derman: sqrt(pi / 4) vega vol / sqrt(N); .4452498 at N = 21 for a vega of 11.5149."""
    vega = 100.0 * math.sqrt(1.0 / (24.0 * math.pi)) * math.exp(-0.125 * 0.04 / 12.0)
    assert vega * frequency_cost(0.2, 21) / 100.0 == pytest.approx(0.44524984376361054, rel=1e-9)
    found = discrete_hedging(0.02 * stream(9).standard_normal(900), 365.0, 30.0, 0.02 * math.sqrt(365.0), 0)
    assert found.n == 30
    assert found.low < found.effect < found.high


def test_a_quoted_round_trip_makes_lelands_number():
    """Leland 1985: vol .2, round trip .005, weekly: A = .14384068479378978, seller's vol .21390097566806843."""
    trips, vols = np.full(30, 0.005), np.full(30, 0.2)
    found = leland_costs(trips, vols, 52.0)
    assert found.effect == pytest.approx(0.14384068479378978, abs=1e-12)
    assert found.rejects
    assert leland_cost(trips, vols, 52.0) == pytest.approx(1.390097566806843, abs=1e-10)
    free = leland_costs(np.zeros(30), vols, 52.0)
    assert (free.effect, free.p_value) == (0.0, 1.0)


def test_shape_moves_the_vol_of_the_put_that_the_expansion_prices():
    years, vol, returns = 30.0 / 365.0, 0.55, 30
    cost = shape_cost(-0.8, 7.0, returns, vol, years)
    spread = np.linspace(0.3, 1.0, 100_001)
    delta = call_delta(spread, np.array([years]), np.array([vol])) - 1.0
    strike = np.array([np.interp(0.1, -delta, spread)])
    price = corrado_su_price(strike, years, vol, -0.8 / math.sqrt(returns), 3.0 + 4.0 / returns, False)
    expected = float(implied_vol(price, strike, np.array([years]), np.array([False]))[0])
    assert cost == pytest.approx(100.0 * (expected - vol), abs=1e-4)
    assert cost > 0.0
    assert shape_cost(0.0, 3.0, returns, vol, years) == pytest.approx(0.0, abs=1e-9)


def test_a_carry_that_is_off_moves_the_vol_by_delta_over_vega():
    years, vol, carry = 30.0 / 365.0, 0.5, 1e-4
    tenor, call = np.array([years]), np.array([True])
    forward = math.exp(carry * years)
    price = forward * black_price(np.array([1.0 / forward]), tenor, np.array([vol]), call)
    moved = float(implied_vol(price, np.array([1.0]), tenor, call)[0]) - vol
    assert 100.0 * moved == pytest.approx(carry_cost(100.0 * carry, vol, years), rel=1e-3)


def test_dependence_scales_the_vol_by_the_root_of_the_ratio():
    assert dependence_cost(1.21, 0.5) == pytest.approx(5.0)
    assert math.isnan(dependence_cost(-0.1, 0.5))


def test_a_normal_sample_shows_the_index_that_it_is_compared_with():
    draws = stream(10)
    ratios = [heavy_tail(draws.standard_normal(1_000), Tail.RIGHT).statistic for _ in range(200)]
    assert abs(np.mean(ratios)) < 4.0 / math.sqrt(200.0)
    assert np.std(ratios) == pytest.approx(1.0, abs=0.2)
