"""Chains of every kind, against all trades tried one by one; and chains that are free of arbitrage by construction."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outsample.datasets import Settlement
from outsample.diagnostics.arbitrage import Kind, find_arbitrage
from outsample.formulas.black import black_price

from .conftest import chain

LEAST = 1e-9


@st.composite
def free_chains(draw):
    """Draw quotes from Black with one vol an expiry and rising total variance, at odd strikes and forwards."""
    strikes = sorted(draw(st.sets(st.integers(40, 250), min_size=1, max_size=9)))
    days = sorted(draw(st.sets(st.integers(1, 400), min_size=1, max_size=4)))
    steps = [draw(st.floats(1e-4, 0.3)) for _ in days]
    variances = np.cumsum(steps)
    settlement = draw(st.sampled_from(list(Settlement)))
    quotes, forwards = [], []
    for day, variance in zip(days, variances, strict=True):
        forward = draw(st.floats(80.0, 125.0))
        for strike, is_call in product(strikes, (False, True)):
            vol = np.sqrt(variance / (day / 365))
            price = black_price(np.array([strike / forward]), np.array([day / 365]), np.array([vol]), is_call)[0]
            price *= 1.0 if settlement is Settlement.INVERSE else forward
            half = draw(st.sampled_from([0.0, 0.02])) * price
            quotes.append((day, strike, is_call, price - half, price + half))
            forwards.append(forward)
    return chain(quotes, settlement, forwards)


@settings(max_examples=100)
@given(free_chains())
def test_one_vol_an_expiry_and_rising_total_variance_hold_no_arbitrage(quotes):
    found = find_arbitrage(quotes)
    assert found.on_mids.size == found.executable.size == 0


@st.composite
def any_chains(draw):
    """Draw two or three expiries of quotes that follow no rule, sides missing and crossed."""
    quotes = []
    for day, strike, is_call in product((10.0, 40.0, 90.0), (80, 95, 100, 125, 130), (False, True)):
        if draw(st.booleans()):
            bid, width = draw(st.floats(0.001, 0.6)), draw(st.floats(-0.01, 0.2))
            ask = draw(st.sampled_from([bid + width, bid + width, bid + width, np.nan]))
            quotes.append((day, strike, is_call, draw(st.sampled_from([bid, bid, bid, np.nan, 0.0])), ask))
    return chain(quotes or [(10.0, 100, True, 0.1, 0.2)], forward=[100.0] * max(len(quotes), 1))


def sides(quotes):
    crossed = quotes.ask < quotes.bid
    bid = np.where(crossed | ~(quotes.bid > 0), np.nan, quotes.bid)
    ask = np.where(crossed | ~(quotes.ask > 0), np.nan, quotes.ask)
    return bid, ask


def gains_by_hand(quotes):
    """Yield (kind, option sold, gain) of every trade there is, each written out."""
    bid, ask = sides(quotes)
    k, f, call, day = quotes.strike, 100.0, quotes.is_call, quotes.expiry
    everyone = range(quotes.size)
    for i in everyone:
        payoff = 1 - k[i] / f if call[i] else k[i] / f - 1
        yield Kind.LOWER_BOUND, i, max(payoff, 0.0) - ask[i]
        yield Kind.UPPER_BOUND, i, bid[i] - (1.0 if call[i] else k[i] / f)
        yield Kind.CROSSED, i, quotes.bid[i] - quotes.ask[i]
    for i, j in product(everyone, everyone):
        if day[i] == day[j] and k[i] == k[j] and call[i] != call[j]:
            yield Kind.PARITY, i, bid[i] - ask[j] + (1 - k[i] / f) * (-1 if call[i] else 1)
        if day[i] == day[j] and k[i] != k[j] and call[i] == call[j]:
            free = bool((k[j] < k[i]) == call[i])  # what is bought then pays at least as much as what is sold
            yield (Kind.VERTICAL, free), i, bid[i] - ask[j] - (0.0 if free else abs(k[i] - k[j]) / f)
    for i, j, m in product(everyone, everyone, everyone):
        if call[i] == call[j] == call[m] and day[j] == day[m] and k[j] < k[i] < k[m] and day[i] <= day[j]:
            share = (k[m] - k[i]) / (k[m] - k[j])
            kind = Kind.BUTTERFLY if day[i] == day[j] else Kind.CALENDAR
            yield kind, i, bid[i] - share * ask[j] - (1 - share) * ask[m]
        if j == m and call[i] == call[j] and k[i] == k[j] and day[i] < day[j]:
            yield Kind.CALENDAR, i, bid[i] - ask[j]


def best_by_hand(quotes):
    """Return the best gain of every option sold, by kind."""
    best = {}
    for kind, sold, gain in gains_by_hand(quotes):
        if gain > LEAST:
            best[kind, sold] = max(gain, best.get((kind, sold), 0.0))
    return best


@settings(max_examples=200)
@given(any_chains())
def test_across_the_spread_the_best_trade_of_every_option_is_found(quotes):
    found = find_arbitrage(quotes).executable
    got = {}
    for kind, rows, quantity, size in zip(found.kind, found.row, found.quantity, found.size_executable, strict=True):
        if kind == Kind.BOX:
            continue
        key = Kind(kind)
        if kind == Kind.VERTICAL:
            sold, bought = quotes.strike[rows[:2]]
            key = (key, bool((bought < sold) == quotes.is_call[rows[0]]))
        assert (key, rows[0]) not in got
        got[key, int(rows[0])] = size
        assert (quantity[rows < 0] == 0).all()
    assert got == pytest.approx(best_by_hand(quotes))


@settings(max_examples=100)
@given(any_chains())
def test_a_box_is_the_dearest_forward_of_an_expiry_against_the_cheapest(quotes):
    bid, ask = sides(quotes)
    best = {}
    pairs = [
        (c, p)
        for c, p in product(range(quotes.size), repeat=2)
        if quotes.is_call[c] and not quotes.is_call[p] and quotes.expiry[c] == quotes.expiry[p]
        if quotes.strike[c] == quotes.strike[p]
    ]
    for (c, p), (d, q) in product(pairs, repeat=2):
        if quotes.expiry[c] == quotes.expiry[d] and c != d:
            gain = bid[c] - ask[p] - ask[d] + bid[q] + (quotes.strike[c] - quotes.strike[d]) / 100.0
            if gain > LEAST:
                best[quotes.expiry[c]] = max(gain, best.get(quotes.expiry[c], 0.0))
    found = find_arbitrage(quotes).executable.of(Kind.BOX)
    assert dict(zip(found.expiry, found.size_executable, strict=True)) == pytest.approx(best)


@settings(max_examples=100)
@given(any_chains())
def test_at_mids_neighbours_are_compared(quotes):
    bid, ask = sides(quotes)
    mid = 0.5 * (bid + ask)
    expected = []
    for day, is_call in product(np.unique(quotes.expiry), (False, True)):
        rows = np.flatnonzero((quotes.expiry == day) & (quotes.is_call == is_call) & np.isfinite(mid))
        for a, b in zip(rows[:-1], rows[1:], strict=True):
            fall, distance = (mid[a] - mid[b]) * (1 if is_call else -1), (quotes.strike[b] - quotes.strike[a]) / 100
            expected += [(Kind.VERTICAL, gain) for gain in (-fall, fall - distance) if gain > LEAST]
        for a, b, c in zip(rows[:-2], rows[1:-1], rows[2:], strict=True):
            chord = np.interp(quotes.strike[b], quotes.strike[[a, c]], mid[[a, c]])
            expected += [(Kind.BUTTERFLY, mid[b] - chord)] * bool(mid[b] - chord > LEAST)
    found = find_arbitrage(quotes).on_mids
    got = [
        (Kind(kind), size)
        for kind, size in zip(found.kind, found.size_on_mids, strict=True)
        if kind in (Kind.VERTICAL, Kind.BUTTERFLY)
    ]
    assert [kind for kind, _ in sorted(got)] == [kind for kind, _ in sorted(expected)]
    assert [size for _, size in sorted(got)] == pytest.approx([size for _, size in sorted(expected)])


@settings(max_examples=50)
@given(any_chains())
def test_linear_premiums_give_the_same_trades_at_the_forward_times_the_size(quotes):
    linear = replace(quotes, bid=100 * quotes.bid, ask=100 * quotes.ask, settlement=Settlement.LINEAR)
    inverse, other = find_arbitrage(quotes), find_arbitrage(linear)
    for a, b in ((inverse.on_mids, other.on_mids), (inverse.executable, other.executable)):
        assert sorted(a.kind) == sorted(b.kind)
        assert np.sort(b.size_executable) == pytest.approx(100 * np.sort(a.size_executable), nan_ok=True, abs=1e-9)
    assert np.array_equal(inverse.tested, other.tested)
