"""Hand-made chains: each holds one kind of mispricing, of a size worked out by hand, and nothing else."""

import numpy as np
import pytest
from scipy.optimize import brentq

from outsample.datasets import Settlement
from outsample.diagnostics.arbitrage import Kind, Thresholds, find_arbitrage
from outsample.errors import UsageError
from outsample.formulas.black import black_price, black_vega

CALL, PUT = True, False
NAN = float("nan")


def exact(day, strike, is_call, price):
    return (day, strike, is_call, price, price)


# Mids and, as bid and ask alike, executable prices; forward 100. By hand, in coin.
PLANTED = {
    "call below intrinsic": ([exact(30, 80, CALL, 0.15)], Kind.LOWER_BOUND, 0.20 - 0.15),
    "put below intrinsic": ([exact(30, 120, PUT, 0.15)], Kind.LOWER_BOUND, 0.20 - 0.15),
    "call above the coin": ([exact(30, 80, CALL, 1.05)], Kind.UPPER_BOUND, 0.05),
    "put above its strike": ([exact(30, 80, PUT, 0.83)], Kind.UPPER_BOUND, 0.03),
    "calls that rise": ([exact(30, 110, CALL, 0.05), exact(30, 120, CALL, 0.06)], Kind.VERTICAL, 0.01),
    "calls that fall too fast": ([exact(30, 80, CALL, 0.55), exact(30, 120, CALL, 0.10)], Kind.VERTICAL, 0.05),
    "puts that fall": ([exact(30, 80, PUT, 0.06), exact(30, 90, PUT, 0.04)], Kind.VERTICAL, 0.02),
    "puts that rise too fast": ([exact(30, 80, PUT, 0.05), exact(30, 120, PUT, 0.47)], Kind.VERTICAL, 0.02),
    "calls not convex": (
        [exact(30, 90, CALL, 0.15), exact(30, 100, CALL, 0.12), exact(30, 120, CALL, 0.03)],
        Kind.BUTTERFLY,
        0.12 - (2 / 3 * 0.15 + 1 / 3 * 0.03),
    ),
    "puts not convex": (
        [exact(30, 80, PUT, 0.02), exact(30, 100, PUT, 0.10), exact(30, 110, PUT, 0.13)],
        Kind.BUTTERFLY,
        0.10 - (1 / 3 * 0.02 + 2 / 3 * 0.13),
    ),
    "near call dearer": ([exact(30, 110, CALL, 0.06), exact(60, 110, CALL, 0.05)], Kind.CALENDAR, 0.01),
    "near put dearer": ([exact(30, 90, PUT, 0.06), exact(60, 90, PUT, 0.045)], Kind.CALENDAR, 0.015),
    "near call above the chord": (
        [exact(30, 110, CALL, 0.06), exact(60, 105, CALL, 0.065), exact(60, 120, CALL, 0.035)],
        Kind.CALENDAR,
        0.06 - (2 / 3 * 0.065 + 1 / 3 * 0.035),
    ),
    "call dear against put": ([exact(30, 110, CALL, 0.06), exact(30, 110, PUT, 0.15)], Kind.PARITY, 0.01),
    "put dear against call": ([exact(30, 90, CALL, 0.13), exact(30, 90, PUT, 0.05)], Kind.PARITY, 0.02),
}


@pytest.mark.parametrize("settlement", Settlement)
@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found_at_its_size_and_nothing_else(make, name, settlement):
    quotes, kind, size = PLANTED[name]
    unit = 1.0 if settlement is Settlement.INVERSE else 100.0
    found = find_arbitrage(make([(d, k, c, unit * b, unit * a) for d, k, c, b, a in quotes], settlement))
    for violations in (found.on_mids, found.executable):
        assert violations.kind.tolist() == [kind]
        assert violations.size_on_mids == pytest.approx(unit * size)
        assert violations.size_executable == pytest.approx(unit * size)


@pytest.mark.parametrize("name", PLANTED)
def test_across_a_spread_the_size_shrinks_by_what_the_legs_cost(make, name):
    half = 0.001
    quotes, kind, size = PLANTED[name]
    data = make([(d, k, c, b - half, a + half) for d, k, c, b, a in quotes])
    found = find_arbitrage(data)
    cost = half * np.abs(found.on_mids.quantity).sum(axis=1)
    assert found.on_mids.kind.tolist() == found.executable.kind.tolist() == [kind]
    assert found.on_mids.size_on_mids == pytest.approx(size)
    assert found.on_mids.size_executable == pytest.approx(size - cost)
    assert found.executable.size_executable == pytest.approx(size - cost)


@pytest.mark.parametrize("name", PLANTED)
def test_a_spread_wider_than_the_mispricing_leaves_it_on_mids_only(make, name):
    quotes, kind, size = PLANTED[name]
    data = make([(d, k, c, b - size, a + size) for d, k, c, b, a in quotes])
    found = find_arbitrage(data)
    assert found.on_mids.kind.tolist() == [kind]
    assert found.on_mids.size_executable[0] <= 1e-12
    assert found.executable.size == 0


def test_a_crossed_quote_is_listed_and_takes_part_in_nothing_else(make):
    data = make([(30, 110, CALL, 0.06, 0.04), exact(30, 100, CALL, 0.02), exact(30, 110, PUT, 0.9)])
    found = find_arbitrage(data)
    assert found.on_mids.size == 0
    assert found.executable.kind.tolist() == [Kind.CROSSED]
    assert found.executable.size_executable == pytest.approx(0.02)
    assert np.isnan(found.executable.size_on_mids).all()
    assert found.executable.row[0, 0] == found.executable.row[0, 1]
    assert found.executable.quantity[0].tolist() == [-1.0, 1.0, 0.0, 0.0]


def test_a_box_needs_no_forward_where_premiums_are_linear(make):
    # Strike 90 implies a forward of 99, strike 110 one of 101.
    quotes = [exact(30, 90, CALL, 12), exact(30, 90, PUT, 3), exact(30, 110, CALL, 4), exact(30, 110, PUT, 13)]
    found = find_arbitrage(make(quotes, Settlement.LINEAR, forward=NAN))
    for violations in (found.on_mids, found.executable):
        assert violations.kind.tolist() == [Kind.BOX]
        assert violations.size_executable == pytest.approx(2.0)
        assert violations.strike.tolist() == [[110, 110, 90, 90]]
        assert violations.quantity.tolist() == [[-1, 1, 1, -1]]
        assert np.isnan(violations.volpoints(violations.size_executable)).all()
        assert np.isnan(violations.forwards_apart).all()


def test_a_box_of_inverse_options_is_worth_the_distance_of_its_strikes_over_the_forward(make):
    # Parity is off by 4 basis points at one strike and -4 at the other: a gap of 8, below the 10 of the default.
    def pair(strike, gap):
        return [exact(30, strike, CALL, 0.11 + gap), exact(30, strike, PUT, 0.11 - (1 - strike / 100))]

    quotes = [*pair(95, 4e-4), *pair(105, -4e-4)]
    assert find_arbitrage(make(quotes)).on_mids.size == 0
    found = find_arbitrage(make(quotes), Thresholds(smallest_gap_bps=3.9))
    assert sorted(found.on_mids.kind) == [Kind.PARITY, Kind.PARITY, Kind.BOX]
    box = found.on_mids.of(Kind.BOX)
    assert box.size_on_mids == pytest.approx(8e-4)
    assert box.strike.tolist() == [[95, 95, 105, 105]]


def test_parity_is_hedged_at_the_less_favourable_of_two_forwards(make):
    quotes = [exact(30, 110, CALL, 0.06), exact(30, 110, PUT, 0.15)]
    found = find_arbitrage(make(quotes, forward=[100.0, 101.0]))  # 1 - 110 / F is -0.1 or -0.0891
    assert found.executable.size_executable == pytest.approx(0.06 - 0.15 + 110 / 101 - 1)
    assert found.executable.forwards_apart == pytest.approx(0.01)


def test_a_calendar_compares_equal_strike_over_forward(make):
    # 110 over 100 and 121 over 110 are the same moneyness; at equal strikes the later one would be far in the money.
    quotes = [exact(30, 110, CALL, 0.06), exact(60, 121, CALL, 0.05)]
    (size,) = find_arbitrage(make(quotes, forward=[100.0, 110.0])).executable.size_executable
    assert size == pytest.approx(0.01)
    linear = make([exact(30, 110, CALL, 6.0), exact(60, 121, CALL, 5.5)], Settlement.LINEAR, [100.0, 110.0])
    found = find_arbitrage(linear).executable
    assert found.size_executable == pytest.approx(1.0)
    assert found.quantity[0, :2].tolist() == pytest.approx([-1.0, 100 / 110])


def test_across_the_spread_the_best_partner_is_found_wherever_it_is(make):
    # The neighbours of the 110 call are quoted too wide to help; the 120 call is offered below its bid.
    wide = [(30, k, CALL, 0.001, 0.2) for k in (105, 115, 117)]
    data = make([*wide, (30, 110, CALL, 0.02, 0.2), (30, 120, CALL, 0.025, 0.03), (30, 100, CALL, 0.022, 0.024)])
    found = find_arbitrage(data).executable.of(Kind.VERTICAL)
    assert found.strike[:, :2].tolist() == [[120, 100]]
    assert found.size_executable == pytest.approx(0.001)


def test_one_side_is_enough_for_a_leg_that_needs_no_other(make):
    data = make([(30, 80, CALL, NAN, 0.15), (60, 80, CALL, 0.25, NAN), (90, 80, CALL, 0.0, 0.22)])
    found = find_arbitrage(data)
    assert found.on_mids.size == 0
    assert found.executable.kind.tolist() == [Kind.LOWER_BOUND, Kind.CALENDAR]
    assert np.isnan(found.executable.size_on_mids).all()
    assert found.executable.size_executable == pytest.approx([0.05, 0.03])


def test_sizes_below_the_threshold_are_not_listed(make):
    data = make([exact(30, 110, CALL, 0.05), exact(30, 120, CALL, 0.0502)])
    assert find_arbitrage(data).executable.size == 1
    assert find_arbitrage(data, Thresholds(smallest_size_bps=3.0)).executable.size == 0
    assert find_arbitrage(data, Thresholds(smallest_size_bps=3.0)).on_mids.size == 0
    with pytest.raises(UsageError, match="smallest arbitrage must be a number from 0 to 1000 bps"):
        Thresholds(smallest_size_bps=-1.0)


def test_a_slice_without_a_forward_is_tested_for_what_needs_none(make):
    rising = [exact(30, 110, CALL, 0.05), exact(30, 120, CALL, 0.06), exact(60, 110, CALL, 0.01)]
    found = find_arbitrage(make(rising, forward=NAN))
    assert found.executable.kind.tolist() == [Kind.VERTICAL]
    assert np.isnan(found.executable.volpoints(found.executable.size_executable)).all()


def test_vol_points_are_the_move_of_vol_that_would_explain_the_size(make):
    vols = np.array([0.50, 0.52])
    price = black_price(np.full(2, 1.1), np.full(2, 30 / 365), vols, np.array([True, False]))
    data = make([exact(30, 110, CALL, price[0]), exact(30, 110, PUT, price[1])])
    found = find_arbitrage(data).executable
    assert found.kind.tolist() == [Kind.PARITY]
    assert found.volpoints(found.size_executable) == pytest.approx([2.0], rel=0.01)  # first order: vega moves with vol


def test_an_option_in_the_money_borrows_the_vol_of_the_other_type(make):
    data = make([exact(30, 80, CALL, 0.19), exact(30, 80, PUT, 0.01)])  # the call has no vol of its own
    found = find_arbitrage(data).executable.of(Kind.LOWER_BOUND)

    def gap(vol):
        return black_price(np.array([0.8]), np.array([30 / 365]), np.array([vol]), np.array([False]))[0] - 0.01

    vol = brentq(gap, 0.01, 3.0)
    vega = black_vega(np.array([0.8]), np.array([30 / 365]), np.array([vol])) / 100
    assert found.volpoints(found.size_executable) == pytest.approx(0.01 / vega, rel=1e-6)
