"""What only option quotes can tell: known volatility, carry, quoted costs of hedging, expiries."""

import math
from dataclasses import replace

import numpy as np
import pytest

from outsample.datasets import Settlement
from outsample.diagnostics.assumptions.carry import carry_drift, carry_of, carry_shift, carry_slope
from outsample.diagnostics.assumptions.hedge_costs import hedge_costs, leland_shift
from outsample.diagnostics.assumptions.known_vol import implied_forecast, premium_shift, variance_premium
from outsample.diagnostics.assumptions.manipulation import expiry_moves, listed_expiries, spans_an_expiry
from outsample.diagnostics.assumptions.option_lives import option_lives
from outsample.inference import long_run
from outsample.test_result import NotTested
from outsample.typing import DAY, HOUR, YEAR
from outsample.windows import Window

from .assumption_cases import EXPIRY_CLOCK, MONDAY, quotes_of

DAYS = 420
DAILY = 0.6 / math.sqrt(365.0)


def moves(seed, deviation=DAILY):
    return deviation * np.random.default_rng(seed).standard_normal(DAYS)


@pytest.fixture(scope="module")
def returns():
    return moves(seed=4)


@pytest.fixture(scope="module")
def quotes(returns):
    return quotes_of(returns)


def whole(quotes):
    return Window(int(quotes.times[0]), int(quotes.times[-1]) + 1)


def test_a_life_is_what_the_underlying_did_until_expiry(quotes, returns):
    lives = option_lives(quotes, 7.0)
    for row in range(0, lives.size, 17):
        time, expiry = int(lives.time[row]), int(lives.expiry[row])
        first = (time - quotes.times[0]) // DAY
        inside = [i for i, at in enumerate(quotes.times) if time < at <= expiry]
        realised = sum(returns[i - 1] ** 2 for i in inside) / ((quotes.times[inside[-1]] - time) / YEAR)
        assert lives.realised[row] == pytest.approx(realised, rel=1e-9)
        assert lives.implied[row] == pytest.approx(0.36, rel=1e-6)
        if first >= 14:
            oldest = max(i for i in range(first) if quotes.times[i] <= 2 * time - expiry)
            trailing = sum(returns[i] ** 2 for i in range(oldest, first)) * 365.0 / (first - oldest)
            assert lives.trailing[row] == pytest.approx(trailing, rel=1e-9)
    assert ((lives.expiry - lives.time) / DAY >= 3.5).all()
    assert ((lives.expiry - lives.time) / DAY <= 14.0).all()


def test_lives_one_after_another_share_no_day_and_stay_inside(quotes):
    window = Window(int(quotes.times[30]), int(quotes.times[200]))
    chosen = option_lives(quotes, 7.0).one_after_another(window)
    assert chosen.size > 15
    assert (chosen.time[1:] >= chosen.expiry[:-1]).all()
    assert chosen.time[0] >= window.start
    assert chosen.expiry[-1] < window.stop
    assert option_lives(quotes, 7.0).one_after_another(Window(0, 1)).size == 0


def test_a_life_over_an_outage_is_left_out(quotes, part_of):
    silent = (quotes.time < quotes.times[100]) | (quotes.time >= quotes.times[112])
    lives = option_lives(part_of(quotes, silent), 7.0)
    hurt = (lives.time < quotes.times[100]) & (lives.expiry >= quotes.times[106])
    assert not hurt.any()
    assert lives.size < option_lives(quotes, 7.0).size


def test_a_premium_that_was_planted_is_found_and_measured(returns):
    fair, dear = (
        option_lives(one, 7.0).one_after_another(whole(one)) for one in (quotes_of(returns), quotes_of(returns, 0.8))
    )
    found = variance_premium(dear)
    realised = math.sqrt(dear.realised.mean())
    assert found.rejects
    assert found.effect == pytest.approx(100.0 * (0.8 - realised), abs=1e-4)
    assert found.low < found.effect < found.high
    series = long_run(0.64 - dear.realised)
    assert found.statistic == pytest.approx(series.mean / series.standard_error, rel=1e-5)
    assert not variance_premium(fair).rejects
    assert premium_shift(fair, dear).rejects
    assert not premium_shift(fair, fair.taken(slice(None, None, 2))).rejects


def test_implied_vol_that_knows_the_regime_beats_the_past():
    level = np.where(np.arange(DAYS) // 42 % 2, 1.6, 0.4)
    level = np.append(level, level[-1])
    quotes = quotes_of(moves(seed=2, deviation=1.0) * level[:-1] / math.sqrt(365.0), vol=level)
    lives = option_lives(quotes, 7.0).one_after_another(whole(quotes))
    constant = np.full(lives.size, lives.realised.mean())
    better = implied_forecast(lives, constant, "one constant")
    assert better.rejects
    gain = np.log(constant) + lives.realised / constant - np.log(lives.implied) - lives.realised / lives.implied
    assert better.effect == pytest.approx(gain.mean(), rel=1e-9)
    assert implied_forecast(lives, float(constant[0]), "one constant") == better
    level_with_it = implied_forecast(lives, lives.implied * (1.0 + 1e-3 * np.sin(np.arange(lives.size))), "itself")
    assert not level_with_it.rejects


def test_lives_for_which_the_rival_says_nothing_are_left_out(quotes):
    lives = option_lives(quotes, 7.0).one_after_another(whole(quotes))
    rival = lives.trailing.copy()
    rival[:5] = np.nan
    assert implied_forecast(lives, rival, "the past").n == lives.size - 5
    assert isinstance(implied_forecast(lives, np.zeros(lives.size), "nothing"), NotTested)


def test_the_carry_is_the_log_of_forward_over_index(quotes):
    carry = carry_of(quotes, 30.0)
    assert carry.near[np.isfinite(carry.near)] == pytest.approx(5.0, abs=1e-9)
    assert np.isnan(carry.slope).all()  # nothing listed is twice as far
    near = carry_of(quotes, 8.0)
    assert near.slope[np.isfinite(near.slope)] == pytest.approx(0.0, abs=1e-9)
    assert isinstance(carry_drift(np.full(60, 5.0)), NotTested)


def test_a_carry_that_moves_is_found_within_and_between_windows(returns):
    stream = np.random.default_rng(3)
    steady = 0.05 + 0.01 * stream.standard_normal(DAYS + 1)
    moved = steady + np.where(np.arange(DAYS + 1) > DAYS // 2, 0.03, 0.0)
    for carry, expected in ((steady, False), (moved, True)):
        history = quotes_of(returns, carry=carry)
        near, _ = carry_of(history, 30.0).within(whole(history))
        assert near == pytest.approx(100.0 * carry[: near.size], abs=1e-9)
        half = near.size // 2
        assert carry_drift(near).rejects is expected
        shift = carry_shift(near[:half], near[half:])
        assert shift.rejects is expected
        assert shift.effect == pytest.approx(near[half:].mean() - near[:half].mean(), abs=1e-9)


def test_far_and_near_expiries_are_told_apart(quotes):
    carry = carry_of(quotes, 8.0)
    _, slope = carry.within(whole(quotes))
    assert slope.size > 300
    stream = np.random.default_rng(4)
    assert carry_slope(slope + 0.5 + stream.standard_normal(slope.size)).rejects
    assert not carry_slope(stream.standard_normal(slope.size)).rejects


def test_without_an_index_there_is_no_carry_and_the_rest_goes_on(quotes):
    blind = replace(quotes, index=np.full(quotes.size, np.nan))
    near, slope = carry_of(blind, 30.0).within(whole(blind))
    assert (near.size, slope.size) == (0, 0)
    found = carry_drift(near)
    assert isinstance(found, NotTested)
    assert found.sentence == "Carry through time: this needs 40 times with spot and forward, found 0; widen the window."


@pytest.mark.parametrize("settlement", Settlement)
def test_a_round_trip_is_the_spread_of_call_and_put_together(returns, settlement):
    quotes = quotes_of(returns[:100], spread=0.0005, settlement=settlement)
    costs = hedge_costs(quotes, 30.0)
    assert costs.round_trip.size == 101
    assert costs.round_trip == pytest.approx(0.001, rel=1e-6)
    assert costs.vol == pytest.approx(0.6, rel=1e-6)


def test_the_cheapest_strike_counts_and_crossed_quotes_do_not(quotes):
    cheap = quotes.ask.copy()
    middle = 0.5 * (quotes.bid + quotes.ask)
    at_the_money = np.isclose(quotes.strike, quotes.forward)
    cheap[at_the_money] = middle[at_the_money] + 0.5 * (cheap - middle)[at_the_money]
    crossed = np.isclose(quotes.strike, 1.04 * quotes.forward)
    cheap[crossed] = quotes.bid[crossed] - 0.0001
    costs = hedge_costs(replace(quotes, ask=cheap), 30.0)
    assert costs.round_trip == pytest.approx(0.00075, rel=1e-6)


def test_costs_that_doubled_are_a_shift(returns):
    stream = np.random.default_rng(5)
    spread = 0.0005 * np.exp(0.1 * stream.standard_normal(DAYS + 1)) * np.where(np.arange(DAYS + 1) > 300, 2.0, 1.0)
    quotes = quotes_of(returns, spread=spread)
    costs = hedge_costs(quotes, 30.0)
    half = int(np.searchsorted(costs.time, quotes.times[301]))
    found = leland_shift(costs.round_trip[:half], costs.round_trip[half:])
    assert found.rejects
    assert found.effect == pytest.approx(10.0, abs=1.0)
    assert not leland_shift(costs.round_trip[: half // 2], costs.round_trip[half // 2 : half]).rejects


def test_expiries_count_when_they_were_listed_a_week_ahead(quotes):
    expiries = listed_expiries(quotes)
    assert ((expiries - MONDAY - EXPIRY_CLOCK) % (7 * DAY) == 4 * DAY).all()
    assert expiries[0] == MONDAY + 11 * DAY + EXPIRY_CLOCK
    begin = np.array([0, 1, 2, 3]) * HOUR
    assert spans_an_expiry(begin, begin + HOUR, np.array([HOUR, 3 * HOUR - 1])).tolist() == [True, False, True, False]


def test_larger_moves_into_expiries_are_found():
    returns, at_expiry = moves(seed=6), np.arange(DAYS) % 7 == 4
    assert not expiry_moves(returns, at_expiry).rejects
    found = expiry_moves(np.where(at_expiry, 2.0 * returns, returns), at_expiry)
    assert found.rejects
    ratio = 2.0 * np.abs(returns[at_expiry]).mean() / np.abs(returns[~at_expiry]).mean()
    assert found.effect == pytest.approx(100.0 * (ratio - 1.0), rel=1e-9)
    assert isinstance(expiry_moves(returns, ~at_expiry), NotTested)
