"""What the truth records is what lies in the quotes and prices."""

import numpy as np
import pytest

from outsample.datasets import daily_closes
from outsample.formulas import implied_vol
from outsample.sample import SampleMarket
from outsample.typing import DAY, YEAR, Floats, Integers


@pytest.fixture(params=["small", "full"])
def market(request: pytest.FixtureRequest) -> SampleMarket:
    made: SampleMarket = request.getfixturevalue(f"{request.param}_market")
    return made


def rows_before(market: SampleMarket, rows: Integers) -> Integers:
    """Return for each row that of the same instrument one snapshot earlier."""
    quotes = market.quotes
    found = []
    for row in rows.tolist():
        previous = np.flatnonzero(quotes.time == quotes.times[np.searchsorted(quotes.times, quotes.time[row]) - 1])
        found.append(int(previous[quotes.instrument[previous] == quotes.instrument[row]][0]))
    return np.array(found)


def mid_vols(market: SampleMarket, rows: Integers) -> Floats:
    quotes = market.quotes
    middle = 0.5 * (quotes.bid[rows] + quotes.ask[rows])
    tenor = (quotes.expiry[rows] - quotes.time[rows]) / YEAR
    return implied_vol(middle, quotes.strike[rows] / quotes.forward[rows], tenor, quotes.is_call[rows])


def realised_vols(market: SampleMarket) -> list[float]:
    """Return the annualised vol of hourly returns in each planted regime, the boundary hours left out."""
    prices, vols = market.prices, []
    starts = [regime.start for regime in market.truth.regimes] + [int(prices.time[-1]) + 1]
    for start, stop in zip(starts[:-1], starts[1:], strict=True):
        inside = (prices.times > start + DAY) & (prices.times <= stop)
        vols.append(float(np.sqrt(np.mean(prices.returns[inside] ** 2) * YEAR / 3600e9)))
    return vols


def test_planted_regimes_show_in_realised_vol(market: SampleMarket) -> None:
    for regime, realised in zip(market.truth.regimes, realised_vols(market), strict=True):
        assert 0.8 * regime.vol < realised < 1.35 * regime.vol, regime.name


def test_neighbouring_regimes_differ_in_realised_vol(market: SampleMarket) -> None:
    realised = realised_vols(market)
    ratios = np.exp(np.abs(np.diff(np.log(realised))))
    assert ratios.min() > 1.25


def test_the_last_regime_lies_outside_all_earlier_ones(market: SampleMarket) -> None:
    *earlier, last = realised_vols(market)
    assert last > 1.15 * max(earlier)
    seen = market.quotes.observed
    month = (seen.slice_tenor > 20 / 365) & (seen.slice_tenor < 45 / 365)
    times = market.quotes.times[seen.slice_time]
    late = times > market.truth.regimes[-1].start + 10 * DAY
    assert np.median(seen.slice_atm_vol[month & late]) > np.quantile(
        seen.slice_atm_vol[month & (times < market.truth.regimes[-1].start)], 0.98
    )


def test_boundaries_stand_where_the_story_needs_them(full_market: SampleMarket) -> None:
    truth, times = full_market.truth, full_market.quotes.times
    names = [regime.name for regime in truth.regimes]
    assert {"calm", "normal", "stressed", "unseen"} == set(names)
    share = [(regime.start - times[0]) / (times[-1] - times[0]) for regime in truth.regimes]
    crash = max(place for place, name in zip(share, names, strict=True) if name == "stressed")
    assert 2 / 3 < crash < share[-1]
    assert names[-1] == "unseen"
    assert share[-1] > 0.8
    assert names.count("unseen") == 1


def test_the_skew_turns_at_its_planted_date(market: SampleMarket) -> None:
    quotes, seen = market.quotes, market.quotes.observed
    time = quotes.times[seen.time_index]
    near = (seen.tenor > 7 / 365) & (seen.tenor < 90 / 365)
    change = market.truth.skew_change
    before, after = (time < change) & (time > change - 25 * DAY), time >= change

    def skew(window: np.ndarray) -> float:
        place = near & window & (np.abs(seen.standardised) < 1.3) & (np.abs(seen.standardised) > 0.5)
        right = place & (seen.standardised > 0)
        return float(np.median(seen.implied_vol[right]) - np.median(seen.implied_vol[place & ~right]))

    assert skew(before) < -0.03
    assert skew(after) > 0.02


def test_planted_jumps_show_in_the_prices(market: SampleMarket) -> None:
    prices = market.prices
    jumps = [jump for jump in market.truth.jumps if abs(jump.log_return) > 0.05]
    assert jumps
    for jump in jumps:
        hour = np.searchsorted(prices.times, jump.time)
        assert abs(prices.returns[hour] - jump.log_return) < 0.05


def test_the_outage_has_no_snapshot_and_its_ends_have(market: SampleMarket) -> None:
    outage, times = market.truth.outage, market.quotes.times
    assert outage.length == 2 * DAY
    assert outage.rows(times).start == outage.rows(times).stop
    assert times[0] < outage.start < outage.stop < times[-1]
    assert np.diff(times).max() > 2.5 * DAY
    assert (np.diff(times) > 1.5 * DAY).sum() == 1


def test_stale_rows_repeat_the_quote_of_one_snapshot_earlier(small_market: SampleMarket) -> None:
    quotes, stale = small_market.quotes, np.array(small_market.truth.stale_rows)
    before = rows_before(small_market, stale)
    np.testing.assert_array_equal(quotes.bid[stale], quotes.bid[before])
    np.testing.assert_array_equal(quotes.ask[stale], quotes.ask[before])
    assert np.isfinite(quotes.bid[stale]).all()
    assert (quotes.mark[stale] != quotes.mark[before]).all()
    assert (quotes.ask[stale] >= quotes.bid[stale]).all()


def test_stale_runs_last_several_snapshots(small_market: SampleMarket) -> None:
    stale = np.array(small_market.truth.stale_rows)
    repeats = np.bincount(small_market.quotes.instrument[stale])
    assert repeats[repeats > 0].min() >= 3
    assert stale.size / small_market.quotes.size == pytest.approx(0.004, rel=0.1)


def test_stale_rows_stand_out_from_the_mark(full_market: SampleMarket) -> None:
    rows = np.array(full_market.truth.stale_rows)
    error = np.abs(mid_vols(full_market, rows) - full_market.quotes.mark_vol[rows])
    seen = full_market.quotes.observed
    usual = np.abs(seen.implied_vol - full_market.quotes.mark_vol[seen.row])
    assert np.nanmedian(error) > 3 * np.median(usual)


def test_crossed_rows_are_all_crossed_rows(market: SampleMarket) -> None:
    quotes = market.quotes
    assert tuple(np.flatnonzero(quotes.ask < quotes.bid)) == market.truth.crossed_rows
    assert len(market.truth.crossed_rows) == round(0.001 * quotes.size)


def test_fat_finger_rows_are_far_from_the_mark_and_two_sided(market: SampleMarket) -> None:
    quotes, rows = market.quotes, np.array(market.truth.fat_finger_rows)
    assert len(rows) == round(0.0005 * quotes.size)
    ratio = 0.5 * (quotes.bid[rows] + quotes.ask[rows]) / quotes.mark[rows]
    assert (np.abs(np.log(ratio)) > np.log(1.5)).all()
    assert (quotes.bid[rows] > 0).all()
    assert (quotes.ask[rows] > quotes.bid[rows]).all()


def test_faults_never_overlap_and_their_rows_are_sorted(market: SampleMarket) -> None:
    truth = market.truth
    for rows in (truth.stale_rows, truth.crossed_rows, truth.fat_finger_rows):
        assert rows == tuple(sorted(set(rows)))
    together = [*truth.stale_rows, *truth.crossed_rows, *truth.fat_finger_rows]
    assert len(set(together)) == len(together)


def test_the_index_stands_still_in_the_stale_window_only(market: SampleMarket) -> None:
    quotes = market.quotes
    first = np.searchsorted(quotes.time, quotes.times)
    index, window = quotes.index[first], market.truth.stale_index.rows(quotes.times)
    assert window.stop - window.start == 4
    still = np.flatnonzero(np.diff(index) == 0) + 1
    assert still.tolist() == list(range(window.start, window.stop))
    assert (np.diff(quotes.forward[first])[window.start - 1 : window.stop - 1] != 0).all()


def test_the_index_is_the_price_of_the_hour(market: SampleMarket) -> None:
    quotes, prices = market.quotes, market.prices
    first = np.searchsorted(quotes.time, quotes.times)
    bar = np.searchsorted(prices.time, quotes.times)  # the bar in which the snapshot lies
    inside = (quotes.index[first] <= prices.high[bar]) & (quotes.index[first] >= prices.low[bar])
    window = market.truth.stale_index.rows(quotes.times)
    inside[window] = True
    assert inside.all()


def test_hourly_bars_are_consistent(market: SampleMarket) -> None:
    prices = market.prices
    assert (np.diff(prices.time) == 3600 * 1_000_000_000).all()
    assert (prices.high >= np.maximum(prices.open, prices.close)).all()
    assert (prices.low <= np.minimum(prices.open, prices.close)).all()
    assert (prices.open[1:] == prices.close[:-1]).all()
    assert (prices.volume > 0).all()


def test_returns_have_the_fat_tails_of_crypto(full_market: SampleMarket) -> None:
    _, close = daily_closes(full_market.prices.time, full_market.prices.close)
    returns = np.diff(np.log(close))
    standard = (returns - returns.mean()) / returns.std()
    assert 4 < np.mean(standard**4) < 20
