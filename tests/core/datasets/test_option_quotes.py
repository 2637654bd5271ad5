"""Option histories: what is observed, what is not and why, and in which unit."""

from dataclasses import replace

import numpy as np
import pytest

from outsample.datasets import Axis, Settlement, Target, WeightReason
from outsample.datasets.weights import Filters
from outsample.errors import DataError
from outsample.formulas.black import black_price, call_delta
from outsample.scores import ErrorUnit, ScaleDomain
from outsample.typing import DAY, SECOND

ROW = 7  # a 30-day put far enough from the money


def changed(quotes, row=ROW, **values):
    """Return the quotes with single values replaced in one row."""
    columns = {}
    for name, value in values.items():
        columns[name] = getattr(quotes, name).copy()
        columns[name][row] = value
    return replace(quotes, **columns)


def seen_under(quotes, filters):
    return quotes.viewed(quotes.target, quotes.axis, filters)


def reasons(quotes):
    return {reason: count for reason, count in quotes.weight_reasons.items() if count}


# --- The waterfall --------------------------------------------------------------------------------------------------


def test_sound_quotes_are_all_observed(make):
    quotes = make()
    assert reasons(quotes) == {}
    assert quotes.observed.row.tolist() == list(range(quotes.size))
    np.testing.assert_allclose(quotes.observed.implied_vol, 0.6, rtol=1e-12)


FAULTS = [
    ({"bid": 0.0}, WeightReason.ONE_SIDED),
    ({"bid": np.nan}, WeightReason.ONE_SIDED),
    ({"ask": np.nan}, WeightReason.ONE_SIDED),
    ({"ask": 0.0}, WeightReason.ONE_SIDED),
    ({"bid": -0.01}, WeightReason.ONE_SIDED),
    ({"bid": np.nan, "ask": np.nan}, WeightReason.ONE_SIDED),
    ({"bid": 0.05, "ask": 0.0499}, WeightReason.CROSSED),
    ({"bid": 0.01, "ask": 0.0167}, WeightReason.WIDE),
    ({"forward": np.nan}, WeightReason.NO_FORWARD),
    ({"forward": 0.0}, WeightReason.NO_FORWARD),
    ({"forward": -5.0}, WeightReason.NO_FORWARD),
    ({"bid": 1.5, "ask": 1.5}, WeightReason.OUT_OF_BOUNDS),
    ({"strike": np.nan}, WeightReason.OUT_OF_BOUNDS),
    ({"forward": np.inf}, WeightReason.OUT_OF_BOUNDS),
    ({"is_call": True, "bid": 0.004, "ask": 0.004}, WeightReason.OUT_OF_BOUNDS),
]


@pytest.mark.parametrize(("values", "reason"), FAULTS, ids=str)
def test_one_planted_fault_takes_weight_from_one_quote_for_its_reason(make, values, reason):
    quotes = changed(make(), **values)
    assert reasons(quotes) == {reason: 1}
    assert ROW not in quotes.observed.row
    assert quotes.observed.size == quotes.size - 1


def test_every_reason_has_a_planted_quote():
    planted = {reason for _, reason in FAULTS} | {WeightReason.SHORT, WeightReason.IN_THE_MONEY, WeightReason.NO_MARK}
    assert planted == set(WeightReason)


def test_a_tenor_of_one_day_is_observed_and_one_second_less_is_not(make):
    assert make(tenors=(1.0, 30.0)).weight_reasons[WeightReason.SHORT] == 0
    quotes = make(tenors=(1.0, 30.0))
    expiry = quotes.expiry.copy()
    expiry[quotes.expiry - quotes.time == DAY] -= SECOND
    shorter = replace(quotes, expiry=expiry)
    assert reasons(shorter) == {WeightReason.SHORT: 15}


def test_the_other_side_of_each_strike_is_in_the_money(make):
    quotes = make()
    other = ~quotes.is_call
    price = black_price(
        quotes.strike / quotes.forward, (quotes.expiry - quotes.time) / (365.0 * DAY), np.full(quotes.size, 0.6), other
    )
    swapped = replace(quotes, is_call=other, bid=price, ask=price)
    with pytest.raises(DataError, match="in the money"):
        _ = swapped.observed
    one = changed(quotes, is_call=other[ROW], bid=price[ROW], ask=price[ROW])
    assert reasons(one) == {WeightReason.IN_THE_MONEY: 1}


def test_the_money_is_where_the_call_delta_is_a_half_and_not_at_the_forward(make):
    """At the forward the call's delta is above a half: the put is observed there and the call is not."""
    quotes = make()
    at = changed(quotes, row=2, strike=100.5, bid=0.028, ask=0.028)
    delta = call_delta(np.array([1.0]), np.array([5.0 / 365.0]), np.array([0.6]))
    assert delta[0] > 0.5
    assert 2 in at.observed.row
    assert 2 not in changed(at, row=2, is_call=True).observed.row


@pytest.mark.parametrize(("bid", "ask"), [(0.0003, 0.0005), (0.0006, 0.001), (0.03, 0.05), (0.006, 0.01), (0.3, 0.5)])
def test_a_relative_spread_of_exactly_a_half_is_not_above_a_half(make, bid, ask):
    """0.0003 to 0.0005 is what a tick of 0.0001 makes; the rounding of its binary fractions must not decide."""
    assert WeightReason.WIDE not in reasons(changed(make(), bid=bid, ask=ask))
    assert reasons(changed(make(), bid=bid, ask=ask * 1.001)).get(WeightReason.WIDE) == 1


@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 1.0])
def test_a_spread_of_exactly_the_largest_is_observed_and_a_wider_one_is_not(make, share):
    quotes, mid = make(), 0.01
    own = Filters(largest_relative_spread=share)
    exact = changed(quotes, bid=mid * (1 - share / 2), ask=mid * (1 + share / 2))
    wider = changed(quotes, bid=mid * (1 - share / 2), ask=1.001 * mid * (1 + share / 2))
    assert reasons(seen_under(exact, own)) == {}
    assert reasons(seen_under(wider, own)) == {WeightReason.WIDE: 1}


def test_a_tenor_of_exactly_the_shortest_is_observed_and_one_second_less_is_not(make):
    quotes = make(tenors=(7.0, 30.0))
    own = Filters(shortest_tenor_days=7.0)
    expiry = quotes.expiry.copy()
    expiry[quotes.expiry - quotes.time == 7 * DAY] -= SECOND
    assert reasons(seen_under(quotes, own)) == {}
    assert reasons(seen_under(replace(quotes, expiry=expiry), own)) == {WeightReason.SHORT: 15}


def test_other_filters_change_which_quotes_are_observed_and_nothing_of_those_that_stay(make):
    quotes = make(tenors=(2.0, 5.0, 30.0))
    fewer = seen_under(quotes, Filters(shortest_tenor_days=4.0))
    kept = np.isin(quotes.observed.row, fewer.observed.row)
    assert fewer.observed.size == 30
    for name in ("row", "cell", "log_moneyness", "standardised", "tenor", "implied_vol", "premium", "half_spread"):
        np.testing.assert_array_equal(getattr(fewer.observed, name), getattr(quotes.observed, name)[kept])
    np.testing.assert_array_equal(fewer.underlying().close, quotes.underlying().close)
    assert fewer.fingerprint == quotes.fingerprint
    assert fewer.bid is quotes.bid


def test_filters_stay_when_quotes_are_seen_another_way(make):
    own = Filters(0.3, 2.0)
    assert seen_under(make(), own).viewed(Target.MARK, Axis.DELTA).filters == own


def test_a_reason_is_said_with_the_number_that_decided():
    assert Filters().says(WeightReason.WIDE) == "relative spread above 0.5"
    assert Filters().says(WeightReason.SHORT) == "tenor below 1 day"
    assert Filters(0.25, 2.5).says(WeightReason.WIDE) == "relative spread above 0.25"
    assert Filters(0.25, 2.5).says(WeightReason.SHORT) == "tenor below 2.5 days"
    assert Filters().says(WeightReason.CROSSED) == WeightReason.CROSSED.value


def test_filters_that_leave_nothing_say_which_one_and_how_to_cure_it(make):
    with pytest.raises(DataError, match="most of them: tenor below 60 days; .* relax the filters"):
        _ = seen_under(make(), Filters(shortest_tenor_days=60.0)).observed


def test_the_first_reason_of_the_waterfall_counts(make):
    quotes = changed(make(), bid=0.0, forward=np.nan, strike=np.nan)
    assert reasons(quotes) == {WeightReason.ONE_SIDED: 1}


def test_every_quote_is_either_observed_or_has_one_reason(make):
    quotes = make(snapshots=20)
    random = np.random.default_rng(1)
    for name, chance in (("bid", 0.2), ("ask", 0.2), ("forward", 0.2), ("mark", 0.2)):
        column = getattr(quotes, name).copy()
        column[random.random(quotes.size) < chance] = random.choice([np.nan, 0.0, 1e9, -1.0])
        quotes = replace(quotes, **{name: column})
    for target in Target:
        seen = quotes.viewed(target, Axis.MONEYNESS)
        assert seen.observed.size + sum(seen.weight_reasons.values()) == seen.size
        assert np.isfinite(seen.observed.implied_vol).all()
        assert (seen.observed.half_spread >= 0).all()


def test_a_history_without_an_observation_is_refused_in_a_sentence(make):
    quotes = make()
    empty = replace(quotes, bid=np.zeros(quotes.size))
    with pytest.raises(DataError, match="found 30 of weight 0, most of them: one-sided.*; check the import report"):
        _ = empty.observed


# --- The observed price ---------------------------------------------------------------------------------------------


def test_the_mark_is_observed_where_it_is_the_target(make):
    quotes = make()
    marked = quotes.viewed(Target.MARK, Axis.MONEYNESS)
    assert np.array_equal(marked.observed.premium, quotes.mark)
    assert (marked.observed.implied_vol > quotes.observed.implied_vol).all()
    missing = changed(marked, mark=np.nan)
    assert reasons(missing) == {WeightReason.NO_MARK: 1}
    assert reasons(changed(marked, mark=0.0)) == {WeightReason.OUT_OF_BOUNDS: 1}
    assert reasons(changed(quotes, mark=np.nan)) == {}


def test_a_one_sided_quote_is_not_observed_by_its_mark_either(make):
    assert reasons(changed(make().viewed(Target.MARK, Axis.MONEYNESS), bid=0.0)) == {WeightReason.ONE_SIDED: 1}


def test_inverse_and_linear_premiums_of_one_market_are_one_market(make):
    inverse = make()
    usd = {name: getattr(inverse, name) * inverse.forward for name in ("bid", "ask", "mark")}
    linear = replace(inverse, settlement=Settlement.LINEAR, **usd)
    assert np.array_equal(inverse.observed.row, linear.observed.row)
    np.testing.assert_allclose(linear.observed.implied_vol, inverse.observed.implied_vol, rtol=1e-12)
    assert np.array_equal(linear.cell, inverse.cell)
    vols = np.full(inverse.observed.size, 0.7)
    for unit in (
        ErrorUnit.PRICE,
        ErrorUnit.COIN,
        ErrorUnit.PREMIUM_PERCENT,
        ErrorUnit.HALF_SPREADS,
        ErrorUnit.VOL_POINTS,
    ):
        errors = [
            (data.express(vols, unit.domain) - data.realised(unit.domain)) * data.scale(unit)
            for data in (inverse, linear)
        ]
        np.testing.assert_allclose(errors[1], errors[0], rtol=1e-9)


def test_premiums_are_expressed_for_a_choice_of_observations_as_for_all(make):
    quotes = make()
    vols = np.linspace(0.3, 0.9, quotes.observed.size)
    some = np.array([1, 5, 20])
    whole = quotes.express(vols, ScaleDomain.PREMIUM)
    assert np.array_equal(quotes.express(vols[some], ScaleDomain.PREMIUM, some), whole[some])
    assert quotes.express(vols, ScaleDomain.IMPLIED_VOL) is vols


def test_a_locked_market_has_no_half_spread_to_be_measured_in(make):
    quotes = make()
    scale = changed(quotes, ask=quotes.bid[ROW]).scale(ErrorUnit.HALF_SPREADS)
    assert np.isnan(scale).tolist() == [row == ROW for row in range(quotes.size)]


def test_a_unit_of_returns_is_refused(make):
    with pytest.raises(DataError, match="an option error is not stated in %"):
        make().scale(ErrorUnit.RETURN_PERCENT)


# --- Cells and slices -----------------------------------------------------------------------------------------------


def test_at_the_money_vol_is_linear_between_the_strikes_around_the_forward(make):
    quotes = make(snapshots=2, tenors=(30.0,))
    tenor = 30.0 / 365.0
    wing = np.where(quotes.strike < 100.5, 0.7, 0.5)
    price = black_price(quotes.strike / quotes.forward, np.full(quotes.size, tenor), wing, quotes.is_call)
    skewed = replace(quotes, bid=price, ask=price)
    low, high = np.log(100.0 / 100.5), np.log(110.0 / 100.5)
    expected = 0.7 + (0.5 - 0.7) * (0.0 - low) / (high - low)
    np.testing.assert_allclose(skewed.observed.slice_atm_vol, expected, rtol=1e-10)


def test_at_the_money_vol_is_flat_where_all_strikes_lie_on_one_side(make, part_of):
    quotes = make()
    above = part_of(quotes, quotes.strike > 105.0)
    np.testing.assert_allclose(above.observed.slice_atm_vol, 0.6, rtol=1e-10)


def test_slices_and_times_partition_the_observations(make):
    quotes = changed(make(snapshots=4), bid=0.0)
    seen = quotes.observed
    assert seen.slice_start[0] == 0
    assert seen.slice_start[-1] == seen.time_start[-1] == seen.size
    for i, (a, b) in enumerate(zip(seen.slice_start[:-1], seen.slice_start[1:], strict=True)):
        assert set(seen.time_index[a:b]) == {seen.slice_time[i]}
        assert np.ptp(seen.tenor[a:b]) == 0.0
    assert np.array_equal(np.bincount(seen.time_index, minlength=4), np.diff(seen.time_start))
    assert np.array_equal(np.bincount(seen.slice_time, minlength=4), np.diff(seen.time_slice))


def test_cells_over_delta_are_other_cells_of_the_same_quotes(make):
    quotes = make()
    by_delta = quotes.viewed(Target.MID, Axis.DELTA)
    assert np.array_equal(by_delta.observed.row, quotes.observed.row)
    assert not np.array_equal(by_delta.cell, quotes.cell)
    seen = by_delta.observed
    delta = call_delta(np.exp(seen.log_moneyness), seen.tenor, seen.implied_vol)
    assert np.array_equal(seen.cell, seen.grid.cell(delta, seen.tenor * 365.0))


def test_cells_do_not_depend_on_other_times(make):
    """They must never depend on the split, hence not on what a window holds."""
    whole, part = make(snapshots=5), make(snapshots=2)
    assert np.array_equal(whole.cell[: part.observed.size], part.cell)


# --- The underlying -------------------------------------------------------------------------------------------------


def test_the_underlying_is_the_median_index_of_each_snapshot(make):
    quotes = changed(make(), row=0, index=10_000.0)
    assert quotes.underlying().close.tolist() == [100.0, 100.0, 100.0]
    assert np.array_equal(quotes.underlying().time, quotes.times)


def test_where_no_index_is_known_the_forward_of_the_nearest_expiry_stands_in(make):
    quotes = make()
    second = quotes.time == quotes.times[1]
    index = np.where(second, np.nan, quotes.index)
    forward = np.where(quotes.expiry - quotes.time < 10 * DAY, 101.0, 105.0)
    assert replace(quotes, index=index, forward=forward).underlying().close.tolist() == [100.0, 101.0, 100.0]
    nowhere = replace(quotes, index=np.full(quotes.size, np.nan), forward=forward)
    assert nowhere.underlying().close.tolist() == [101.0, 101.0, 101.0]


def test_a_snapshot_without_any_level_is_left_out_of_the_underlying(make):
    quotes = make()
    second = quotes.time == quotes.times[1]
    gap = replace(quotes, index=np.where(second, np.nan, 100.0), forward=np.where(second, np.nan, 100.5))
    assert gap.underlying().time.tolist() == quotes.times[[0, 2]].tolist()


def test_one_snapshot_is_too_short_a_history_and_says_so(make):
    with pytest.raises(DataError, match="at least 2 bars, found 1; load a longer file"):
        _ = make(snapshots=1).observed
