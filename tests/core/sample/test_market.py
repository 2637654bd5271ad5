"""The sample market is a plausible options market, and the same one every time."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from outsample.datasets import OptionQuotes
from outsample.errors import UsageError
from outsample.sample import (
    SampleMarket,
    SampleRecipe,
    SamplingCancelledError,
    Truth,
    make_market,
    small_recipe,
)
from outsample.typing import DAY, YEAR


@pytest.fixture(params=["small", "full"])
def market(request: pytest.FixtureRequest) -> SampleMarket:
    made: SampleMarket = request.getfixturevalue(f"{request.param}_market")
    return made


def mark_slices(quotes: OptionQuotes, is_call: bool) -> list[slice]:
    """Return the runs of one time, one expiry and one side, within the rows of that side."""
    rows = quotes.is_call == is_call
    edge = np.flatnonzero((np.diff(quotes.time[rows]) != 0) | (np.diff(quotes.expiry[rows]) != 0)) + 1
    bounds = [0, *edge.tolist(), int(rows.sum())]
    return [slice(a, b) for a, b in zip(bounds[:-1], bounds[1:], strict=True)]


def test_the_full_sample_has_several_hundred_thousand_quotes_over_two_years(full_market: SampleMarket) -> None:
    quotes = full_market.quotes
    assert 300_000 <= quotes.size <= 450_000
    assert 725 <= quotes.times.size <= 730
    assert quotes.times[-1] - quotes.times[0] > 728 * DAY
    assert full_market.prices.time.size == 730 * 24


def test_rows_are_sorted_and_no_instrument_is_quoted_twice_at_one_time(market: SampleMarket) -> None:
    quotes = market.quotes
    order = np.lexsort((quotes.is_call, quotes.strike, quotes.expiry, quotes.time))
    assert (order == np.arange(quotes.size)).all()
    keys = np.column_stack([quotes.time, quotes.instrument])
    assert np.unique(keys, axis=0).shape[0] == quotes.size
    assert (quotes.expiry > quotes.time).all()


def test_instrument_names_say_what_the_columns_say(small_market: SampleMarket) -> None:
    quotes = small_market.quotes
    for row in range(0, quotes.size, 997):
        coin, day, strike, side = quotes.instruments[quotes.instrument[row]].split("-")
        expiry = np.datetime64(int(quotes.expiry[row]), "ns").astype("datetime64[s]").item()
        assert (coin, strike, side) == ("SIM", f"{quotes.strike[row]:.0f}", "C" if quotes.is_call[row] else "P")
        assert day == f"{expiry.day}{expiry:%b}{expiry:%y}".upper()
        assert expiry.hour == 8


def test_an_instrument_stays_listed_until_it_expires(small_market: SampleMarket) -> None:
    quotes = small_market.quotes
    snapshot = np.searchsorted(quotes.times, quotes.time)
    order = np.lexsort((snapshot, quotes.instrument))
    instrument, snapshot = quotes.instrument[order], snapshot[order]
    same = np.diff(instrument) == 0
    assert (np.diff(snapshot)[same] == 1).all()
    last = np.flatnonzero(np.append(~same, True))
    expiry = quotes.expiry[order][last]
    following = np.append(quotes.times, np.iinfo(np.int64).max)[snapshot[last] + 1]
    assert (following >= expiry).all()


def test_the_grid_of_strikes_follows_the_price_and_widens_with_tenor(full_market: SampleMarket) -> None:
    quotes = full_market.quotes
    tenor = (quotes.expiry - quotes.time) / DAY
    reach = np.abs(np.log(quotes.strike / quotes.forward))
    assert np.quantile(reach[tenor < 3], 0.95) < np.quantile(reach[tenor > 90], 0.5)
    spot = quotes.index[np.searchsorted(quotes.time, quotes.times)]
    for time, level in zip(quotes.times[::30], spot[::30], strict=True):
        strike = quotes.strike[quotes.time == time]
        assert strike.min() < 0.8 * level
        assert strike.max() > 1.2 * level


def test_marks_reprice_from_the_mark_vol_at_act_365(market: SampleMarket) -> None:
    quotes = market.quotes
    deviation = quotes.mark_vol * np.sqrt((quotes.expiry - quotes.time) / YEAR)
    upper = np.log(quotes.forward / quotes.strike) / deviation + deviation / 2
    call = norm.cdf(upper) - quotes.strike / quotes.forward * norm.cdf(upper - deviation)
    price = np.where(quotes.is_call, call, call - 1 + quotes.strike / quotes.forward)
    assert np.abs(price - quotes.mark).max() < 1e-8
    assert np.abs(quotes.mark_vol * 1e4 - np.round(quotes.mark_vol * 1e4)).max() < 1e-6


@pytest.mark.parametrize("is_call", [True, False])
def test_marks_are_monotone_and_convex_in_strike_within_a_tick(market: SampleMarket, is_call: bool) -> None:
    quotes = market.quotes
    rows = quotes.is_call == is_call
    strike, mark = quotes.strike[rows], quotes.mark[rows]
    for part in mark_slices(quotes, is_call):
        slope = np.diff(mark[part])
        assert (slope <= 1e-4).all() if is_call else (slope >= -1e-4).all()
        left, right = strike[part][1:-1] - strike[part][:-2], strike[part][2:] - strike[part][1:-1]
        chord = (right * mark[part][:-2] + left * mark[part][2:]) / (left + right)
        assert (mark[part][1:-1] <= chord + 1e-4).all()


def test_total_variance_at_the_money_rises_with_expiry(small_market: SampleMarket) -> None:
    seen = small_market.quotes.observed
    variance = seen.slice_atm_vol**2 * seen.slice_tenor
    later = np.diff(seen.slice_time) == 0
    assert (np.diff(variance)[later] > 0).mean() > 0.98  # planted faults and noise may break the rest


def test_quotes_lie_on_ticks(market: SampleMarket) -> None:
    for side in (market.quotes.bid, market.quotes.ask):
        price = side[np.isfinite(side)]
        tick = np.where(price < 0.005, 0.0001, 0.0005)
        assert np.abs(price / tick - np.round(price / tick)).max() < 1e-6
        assert price.min() >= 0.0001 - 1e-12


def test_spreads_widen_in_the_wings_and_under_stress(full_market: SampleMarket) -> None:
    quotes, seen = full_market.quotes, full_market.quotes.observed
    relative = 2 * seen.half_spread / seen.premium
    month = (seen.tenor > 20 / 365) & (seen.tenor < 60 / 365)
    centre, wing = np.abs(seen.standardised) < 0.3, np.abs(seen.standardised) > 1.2
    assert np.median(relative[month & wing]) > 2 * np.median(relative[month & centre])
    spell = np.searchsorted([r.start for r in full_market.truth.regimes], quotes.times, side="right")[seen.time_index]
    calm, unseen = month & centre & (spell == 2), month & centre & (spell == len(full_market.truth.regimes))
    assert np.median(seen.half_spread[unseen]) > 2 * np.median(seen.half_spread[calm])


def test_a_plausible_share_of_quotes_can_be_observed(market: SampleMarket) -> None:
    quotes = market.quotes
    assert 0.35 < quotes.observed.size / quotes.size < 0.70
    assert all(count > 0 for reason, count in quotes.weight_reasons.items() if reason.name in ("ONE_SIDED", "WIDE"))


def test_at_the_money_vols_are_those_of_a_crypto_market(market: SampleMarket) -> None:
    seen = market.quotes.observed
    month = (seen.slice_tenor > 7 / 365) & (seen.slice_tenor < 180 / 365)
    low, high = np.quantile(seen.slice_atm_vol[month], [0.002, 0.998])  # the rest are planted faults
    assert 0.28 < low < 0.45
    assert 0.75 < high < 1.20


def test_forwards_carry_a_basis_that_varies(full_market: SampleMarket) -> None:
    quotes = full_market.quotes
    tenor = (quotes.expiry - quotes.time) / YEAR
    shown = quotes.time >= full_market.truth.stale_index.stop
    far = shown & (tenor > 0.2)
    basis = np.log(quotes.forward[far] / quotes.index[far]) / tenor[far]
    assert np.abs(basis).max() < 0.25
    assert basis.max() - basis.min() > 0.05


def test_the_same_seed_makes_the_same_market_bit_for_bit(small_market: SampleMarket) -> None:
    again = make_market(small_recipe())
    assert again.quotes.fingerprint == small_market.quotes.fingerprint
    assert again.prices.fingerprint == small_market.prices.fingerprint
    assert again.quotes.instruments == small_market.quotes.instruments
    assert (again.quotes.instrument == small_market.quotes.instrument).all()
    assert again.truth == small_market.truth


def test_another_seed_makes_another_market(small_market: SampleMarket) -> None:
    other = make_market(small_recipe(seed=99))
    assert other.quotes.fingerprint != small_market.quotes.fingerprint
    assert other.prices.fingerprint != small_market.prices.fingerprint
    assert other.truth.recipe != small_market.truth.recipe


def test_fault_rates_leave_the_clean_market_as_it_was(small_market: SampleMarket) -> None:
    recipe = small_recipe()
    clean = make_market(replace(recipe, faults=replace(recipe.faults, stale=0.0, crossed=0.0, fat_finger=0.0)))
    assert clean.prices.fingerprint == small_market.prices.fingerprint
    truth = small_market.truth
    touched = np.zeros(clean.quotes.size, dtype=bool)
    touched[[*truth.stale_rows, *truth.crossed_rows, *truth.fat_finger_rows]] = True
    np.testing.assert_array_equal(clean.quotes.bid[~touched], small_market.quotes.bid[~touched])
    np.testing.assert_array_equal(clean.quotes.ask[~touched], small_market.quotes.ask[~touched])
    assert clean.truth.stale_rows == clean.truth.crossed_rows == clean.truth.fat_finger_rows == ()


def test_several_snapshots_a_day_are_spread_over_the_day() -> None:
    recipe = replace(small_recipe(days=60), snapshots_a_day=4)
    quotes = make_market(recipe).quotes
    assert 4 * 57 <= quotes.times.size <= 4 * 60
    gaps = np.diff(quotes.times)
    assert (gaps > 4 * 3600 * 1_000_000_000).all()
    assert np.unique(gaps).size > 100


def test_progress_rises_from_0_to_1_and_says_what_is_done() -> None:
    reports: list[tuple[float, str]] = []
    make_market(small_recipe(days=60), lambda share, what: reports.append((share, what)))
    shares = [share for share, _ in reports]
    assert shares[0] == 0.0
    assert shares[-1] == 1.0
    assert (np.diff(shares) > 0).all()
    assert len(shares) >= 5
    assert all(what for _, what in reports)


def test_cancelling_stops_between_the_steps() -> None:
    shares: list[float] = []
    with pytest.raises(SamplingCancelledError, match="start it again"):
        make_market(small_recipe(days=60), lambda share, _: shares.append(share), lambda: len(shares) == 2)
    assert len(shares) == 2


@pytest.mark.parametrize(
    "fault",
    [
        {"days": 59},
        {"snapshots_a_day": 0},
        {"snapshots_a_day": 25},
        {"regimes": ()},
        {"seed": -1},
        {"first_price": 9.0},
    ],
)
def test_a_recipe_that_cannot_be_made_is_refused(fault: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        SampleRecipe(**fault)  # type: ignore[arg-type]


def test_regimes_out_of_order_are_refused() -> None:
    regimes = small_recipe().regimes
    with pytest.raises(UsageError, match="reorder"):
        SampleRecipe(regimes=(regimes[0], regimes[2], regimes[1]))


def test_truth_survives_json(small_market: SampleMarket) -> None:
    assert Truth.from_json(small_market.truth.to_json()) == small_market.truth
