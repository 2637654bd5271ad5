"""The whole table: its rows, what is planted is found, nothing leaks, and calendars are told apart."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from outsample.datasets import OptionQuotes, Prices
from outsample.diagnostics.assumptions import (
    Assumption,
    AssumptionSettings,
    AssumptionTable,
    Clock,
    Stretch,
    assess_assumptions,
)
from outsample.diagnostics.assumptions.bars import bars_of
from outsample.diagnostics.assumptions.normality import jarque_bera
from outsample.errors import UsageError
from outsample.io import open_files
from outsample.sample import SampleMarket, make_market, small_recipe
from outsample.sample.sp500 import sp500_prices
from outsample.test_result import NotTested, TestResult
from outsample.typing import DAY, HOUR
from outsample.windows import Split, Window, default_split

from .assumption_cases import MONDAY, outcome, prices_of, quotes_of

TRAIN, TEST, CARRIED = Stretch
NANOSECOND = 1


def assess(data: Prices | OptionQuotes, settings: AssumptionSettings | None = None) -> AssumptionTable:
    return assess_assumptions(data, default_split(data.times), settings)


def shocks(size, seed, deviation=0.03):
    return deviation * np.random.default_rng(seed).standard_normal(size)


@pytest.fixture(scope="module")
def year() -> SampleMarket:
    """A year, whose last part has a volatility that no earlier one has."""
    return make_market(small_recipe(days=365))


@pytest.fixture(scope="module")
def of_prices(year) -> AssumptionTable:
    return assess(year.prices)


@pytest.fixture(scope="module")
def of_quotes(year) -> AssumptionTable:
    return assess(year.quotes)


def test_both_kinds_of_data_give_the_same_rows(of_prices, of_quotes):
    rows = [
        sorted((row.assumption.name, row.stretch.name, row.outcome.name) for row in table.rows)
        for table in (of_prices, of_quotes)
    ]
    assert rows[0] == rows[1]
    assert len(set(rows[0])) == len(rows[0])
    order = [list(Assumption).index(row.assumption) for row in of_quotes.rows]
    assert order == sorted(order)
    for assumption in Assumption:
        assert {TRAIN, TEST} <= {row.stretch for row in of_quotes.about(assumption)}
    carried = {row.assumption for row in of_quotes.rows if row.stretch is CARRIED}
    assert carried == set(Assumption) - {Assumption.NO_MANIPULATION}


def test_every_row_has_a_sentence_and_numbers_that_make_sense(of_quotes, of_prices):
    for row in (*of_quotes.rows, *of_prices.rows):
        found = row.outcome
        assert found.sentence.endswith(".")
        assert found.sentence.count("nan") == 0
        assert (row.cost_volpoints is None) == (row.cost_source == "")
        if isinstance(found, NotTested):
            assert ": this needs " in found.sentence
            assert ", found " in found.sentence
            assert math.isnan(row.adjusted_p)
            assert not row.is_discovery
            assert row.cost_volpoints is None
        else:
            assert 0.0 <= found.p_value <= row.adjusted_p <= 1.0
            assert row.is_discovery == (row.adjusted_p < 0.05)
            assert math.isfinite(found.effect)
            assert math.isnan(found.low) or found.low <= found.effect <= found.high


def test_sentences_write_negative_numbers_with_a_true_minus(of_prices, of_quotes):
    said = [row.outcome.sentence for table in (of_prices, of_quotes) for row in table.rows]
    assert [one for one in said if re.search(r"(?<!\d)-\d", one)] == []  # between digits it is a date
    assert sum("−" in one for one in said) > 3


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_skewed_sample_is_told_with_its_sign(sign):
    returns = sign * 0.01 * np.random.default_rng(8).standard_exponential(400)
    centred = returns - returns.mean()
    skewness = np.mean(centred**3) / np.mean(centred**2) ** 1.5
    written = f"skewness {'−' if sign < 0.0 else ''}{abs(skewness):.2f} where"
    assert written in jarque_bera(returns).sentence


def test_what_was_planted_in_the_sample_market_is_found(of_prices, of_quotes, year):
    assert year.truth.regimes[-1].name == "unseen"
    for table in (of_prices, of_quotes):
        for name in ("carried-moments", "carried-probabilities", "brown-forsythe", "vol-shift", "exceedances-left"):
            assert outcome(table, name, CARRIED).is_discovery, name
        assert outcome(table, "vol-shift", CARRIED).outcome.low > 0.0
        assert outcome(table, "brown-forsythe", CARRIED).cost_volpoints > 10.0
    for stretch in (TRAIN, TEST):
        assert outcome(of_prices, "lee-mykland", stretch).is_discovery
        assert outcome(of_prices, "bipower", stretch).is_discovery
        assert outcome(of_prices, "bipower", stretch).cost_volpoints > 0.0
        assert outcome(of_quotes, "leland", stretch).is_discovery
        assert outcome(of_quotes, "leland", stretch).cost_volpoints > 0.5


def test_honest_prices_give_no_sign_of_manipulation(of_prices):
    found = [row.outcome for row in of_prices.about(Assumption.NO_MANIPULATION)]
    assert not any(one.rejects for one in found if isinstance(one, TestResult))
    assert all(row.caution.startswith("A sign, not a proof: ") for row in of_prices.about(Assumption.NO_MANIPULATION))


def autoregressive(size=900, slope=0.3):
    found, previous = [], 0.0
    for shock in shocks(size, 1):
        previous = slope * previous + shock
        found.append(previous)
    return np.array(found)


def clustered(size=900):
    found, variance = [], 1e-4
    for shock in np.random.default_rng(2).standard_normal(size):
        found.append(math.sqrt(variance) * shock)
        variance = 5e-6 + 0.25 * found[-1] ** 2 + 0.7 * variance
    return np.array(found)


def jumpy(size=900):
    returns = shocks(size, 3)
    returns[::90] -= 0.3
    return returns


def rounded(size=2_000):
    close = 100.0 * np.exp(np.concatenate(([0.0], np.cumsum(shocks(size, 4, 0.01)))))
    ticks = np.round(close / 0.01)
    ticks[::4] = np.round(ticks[::4] / 10.0) * 10.0
    return np.diff(np.log(ticks))


PLANTED = {
    "jarque-bera": 0.02 * np.random.default_rng(5).standard_t(4, 900),
    "anderson-darling": 0.02 * np.random.default_rng(5).standard_t(4, 900),
    "hill-left": 0.02 * np.random.default_rng(6).standard_t(2.5, 900),
    "hill-right": 0.02 * np.random.default_rng(6).standard_t(2.5, 900),
    "ljung-box": autoregressive(),
    "variance-ratio-2": autoregressive(),
    "variance-ratio-5": autoregressive(),
    "arch-lm": clustered(),
    "ljung-box-squares": clustered(),
    "bipower": jumpy(),
    "lee-mykland": jumpy(),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_in_returns_is_found_on_both_windows(name):
    table = assess(prices_of(PLANTED[name]))
    for stretch in (TRAIN, TEST):
        assert outcome(table, name, stretch).is_discovery, outcome(table, name, stretch).outcome.sentence


def test_what_train_taught_is_found_to_hold_or_to_fail_on_test():
    table = assess(prices_of(autoregressive()))
    carried = outcome(table, "carried-autocorrelation", CARRIED).outcome
    assert carried.rejects
    assert carried.effect == pytest.approx(0.3, abs=0.12)
    quiet = np.concatenate((jumpy(700)[:630], shocks(270, 7)))
    rate = outcome(assess(prices_of(quiet)), "jump-rate", CARRIED).outcome
    assert rate.effect < 0.0


def test_a_hedge_at_the_vol_of_train_fails_where_the_vol_moved():
    returns = shocks(900, 20) * np.where(np.arange(900) < 630, 1.0, 2.0)
    table = assess(prices_of(returns))
    for stretch, expected in ((TRAIN, False), (TEST, False), (CARRIED, True)):
        row = outcome(table, "discrete-hedging", stretch)
        assert row.is_discovery is expected
        vol = (0.06 if stretch is TEST else 0.03) * math.sqrt(365.0)
        assert row.cost_volpoints == pytest.approx(100.0 * math.sqrt(math.pi / 4.0 / 30.0) * vol, rel=0.1)


def test_volumes_made_up_and_prices_rounded_leave_signs():
    returns, stream = shocks(2_000, 8), np.random.default_rng(9)
    honest, made_up = np.exp(stream.normal(5.0, 1.5, 2_001)), 10.0 ** stream.uniform(0.3, 4.0, 2_001)
    made_up = np.where(stream.random(2_001) < 0.2, 5.0 * 10.0 ** np.floor(np.log10(made_up)), made_up)
    clean, forged = (assess(prices_of(returns, volume=volume)) for volume in (honest, made_up))
    for stretch in (TRAIN, TEST):
        assert not outcome(clean, "benford", stretch).outcome.rejects
        assert outcome(forged, "benford", stretch).is_discovery
    close = np.exp(np.concatenate(([0.0], np.cumsum(rounded())))) * 100.0
    bunched = replace(prices_of(returns), close=np.round(close, 2))
    assert outcome(assess(bunched), "round-prices", TRAIN).is_discovery
    assert not outcome(
        assess(replace(bunched, close=np.round(close * math.pi, 2))), "round-prices", TRAIN
    ).outcome.rejects


def test_volumes_of_options_are_counted_by_snapshot():
    stream = np.random.default_rng(10)
    quotes = quotes_of(shocks(500, 11), volume=np.exp(stream.normal(5.0, 1.5, 501)))
    found = outcome(assess(quotes), "benford", TRAIN).outcome
    assert isinstance(found, TestResult)
    assert found.n == default_split(quotes.times).train.rows(quotes.times).stop


# --- Nothing of the test window reaches a row of train ---------------------------------------------------------------


def told(table, stretch):
    """Return every digit of what was found on a stretch."""
    return repr([(row.outcome, row.cost_volpoints) for row in table.rows if row.stretch is stretch])


def test_train_rows_of_prices_are_bitwise_the_same_whatever_comes_after(year):
    split = default_split(year.prices.times)
    later = year.prices.time >= split.train.stop
    close, volume = year.prices.close.copy(), year.prices.volume.copy()
    close[later] *= np.exp(0.1 * np.random.default_rng(12).standard_normal(later.sum()))
    volume[later] = np.nan
    spoilt = assess_assumptions(replace(year.prices, close=close, volume=volume), split)
    table = assess_assumptions(year.prices, split)
    assert told(spoilt, TRAIN) == told(table, TRAIN)
    assert told(spoilt, TEST) != told(table, TEST)


def test_train_rows_of_options_are_bitwise_the_same_whatever_comes_after(year):
    quotes = year.quotes
    split = default_split(quotes.times)
    later = quotes.time >= split.train.stop
    table = assess_assumptions(quotes, split)
    scale = {"forward": 1.1, "index": 0.8, "bid": 1.7, "ask": 1.9, "volume": np.nan}
    for factor in (scale, dict.fromkeys(scale, np.nan)):
        columns = {
            name: np.where(later, one * getattr(quotes, name), getattr(quotes, name)) for name, one in factor.items()
        }
        spoilt = assess_assumptions(replace(quotes, **columns), split)
        assert told(spoilt, TRAIN) == told(table, TRAIN)
        assert told(spoilt, TEST) != told(table, TEST)


def test_the_same_split_gives_the_same_table(year, of_quotes):
    assert repr(assess(year.quotes)) == repr(of_quotes)


# --- Calendars and clocks --------------------------------------------------------------------------------------------


def test_bars_finer_than_a_day_are_tested_at_day_closes(year):
    prices = year.prices
    daily = bars_of(prices, Clock.DAILY)
    midnight, close = prices.daily()
    assert np.array_equal(daily.time, midnight)
    assert np.array_equal(daily.value, np.diff(np.log(close)))
    table, recorded = assess(prices), assess(prices, AssumptionSettings(clock=Clock.RECORDED))
    assert sum(recorded.returns) == prices.times.size
    assert sum(table.returns) == pytest.approx(sum(recorded.returns) / 24, abs=2)
    vol = [outcome(one, "vol-shift", CARRIED).outcome.effect for one in (table, recorded)]
    assert vol[0] == pytest.approx(vol[1], rel=0.35)


def test_daily_bars_stay_as_they_are_recorded():
    prices = prices_of(shocks(100, 13), start=MONDAY + 9 * HOUR)
    assert np.array_equal(bars_of(prices, Clock.DAILY).time, prices.time)


def test_a_return_over_an_outage_is_left_out_and_counted():
    prices = prices_of(shocks(400, 14))
    time = prices.time.copy()
    time[100:] += 3 * DAY
    split = Split(Window(int(time[0]), int(time[300])), Window(int(time[300]), int(time[-1]) + NANOSECOND))
    table = assess_assumptions(replace(prices, time=time), split)
    assert table.gaps == (1, 0)
    assert table.returns == (298, 101)
    assert table.trades_every_day
    assert table.caveat.endswith("1 return that spans a gap is left out; markets trade at week-ends.")


def test_week_ends_of_a_market_that_rests_are_no_gaps():
    days = np.arange(700)
    weekdays = days[days % 7 < 5]
    prices = prices_of(shocks(weekdays.size - 1, 15), time=MONDAY + DAY * weekdays + 21 * HOUR)
    table = assess(prices)
    assert table.gaps == (0, 0)
    assert not table.trades_every_day
    found = bars_of(prices, Clock.DAILY).within(Window(int(prices.time[0]), int(prices.time[-1]) + NANOSECOND))
    assert found.per_year == pytest.approx(365.0 * 5.0 / 7.0, rel=0.01)
    closed = (weekdays < 200) | (weekdays >= 210)
    shorter = replace(
        prices, **{name: getattr(prices, name)[closed] for name in ("time", "open", "high", "low", "close", "volume")}
    )
    assert sum(assess(shorter).gaps) == 1


def test_midnight_of_saturday_belongs_to_saturday():
    days = np.arange(200)
    prices = prices_of(shocks(199, 16), time=MONDAY + DAY * (days + 1))  # each day stamped at the midnight that ends it
    assert assess(prices).trades_every_day
    weekdays = days[days % 7 < 5]
    rests = prices_of(shocks(weekdays.size - 1, 16), time=MONDAY + DAY * (weekdays + 1))
    assert not assess(rests).trades_every_day


def test_the_index_of_a_stock_market_shows_what_it_is_known_for():
    table = assess(sp500_prices())
    assert not table.trades_every_day
    assert sum(table.gaps) == 1  # the exchange was closed from 11 to 14 September 2001
    for stretch in (TRAIN, TEST):
        for name in ("jarque-bera", "anderson-darling", "hill-left", "arch-lm", "ljung-box-squares"):
            assert outcome(table, name, stretch).is_discovery
        assert outcome(table, "hill-left", stretch).outcome.high < 4.5
        assert not outcome(table, "round-prices", stretch).outcome.rejects


@pytest.mark.data
def test_a_real_option_history_is_assessed_whole(real_data):
    quotes = open_files(real_data("deribit_btc_2026/btc_6h_20251230_20260430.parquet")).dataset
    table = assess(quotes)
    assert table.trades_every_day
    for stretch in (TRAIN, TEST):
        for name in ("carry-drift", "carry-slope", "leland", "bipower"):
            found = outcome(table, name, stretch)
            assert isinstance(found.outcome, TestResult)
            assert math.isfinite(found.cost_volpoints)
        assert not outcome(table, "round-prices", stretch).outcome.rejects  # medians of two indices are off the grid
    assert 0.0 < outcome(table, "leland", TRAIN).cost_volpoints < 5.0


# --- Bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("returns", "says"),
    [
        (np.zeros(120), "found a constant series; choose a window in which it moves"),
        (np.full(120, 0.01), "found a constant series; choose a window in which it moves"),
        (shocks(45, 17), "this needs 30 returns, found 20; widen the window"),
    ],
    ids=["still", "steady growth", "short"],
)
def test_what_cannot_be_tested_says_what_it_needs(returns, says):
    table = assess(prices_of(returns))
    found = outcome(table, "jarque-bera", TEST).outcome
    assert isinstance(found, NotTested)
    assert re.search(says, found.sentence)


@pytest.mark.parametrize("kind", ["one move", "two sizes", "mostly still", "huge", "alternating"])
def test_odd_series_neither_warn_nor_break(kind):
    size, stream = 300, np.random.default_rng(18)
    returns = {
        "one move": np.where(np.arange(size) == 20, 0.1, 0.0),
        "two sizes": np.where(stream.random(size) < 0.5, 0.01, -0.01),
        "mostly still": np.where(stream.random(size) < 0.03, shocks(size, 19), 0.0),
        "huge": np.where(np.arange(size) % 150 == 3, 300.0, 0.0) - np.where(np.arange(size) % 150 == 9, 300.0, 0.0),
        "alternating": np.where(np.arange(size) % 2, 0.01, -0.01),
    }[kind]
    for row in assess(prices_of(returns)).rows:
        if isinstance(row.outcome, TestResult):
            assert 0.0 <= row.outcome.p_value <= 1.0
            assert not math.isnan(row.outcome.statistic)
            assert not math.isnan(row.outcome.effect)


def test_settings_out_of_bounds_are_refused():
    with pytest.raises(
        UsageError, match="lags must be a whole number from 1 to 60 returns, found 0; the default is 10"
    ):
        AssumptionSettings(lags=0)


def test_the_level_decides_single_tests_and_discoveries(year, of_prices):
    strict = assess(year.prices, AssumptionSettings(level=0.001))
    assert 0 < len(strict.discoveries) < len(of_prices.discoveries)
    assert all(row.outcome.level == 0.001 for row in strict.rows if isinstance(row.outcome, TestResult))
    assert strict.tested == of_prices.tested
    assert of_prices.caveat.startswith(f"Of what is marked as found among {of_prices.tested} tests, 5 % may be false")
