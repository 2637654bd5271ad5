"""Daily volatility: constants against special functions, midnights, and what is left out."""

import numpy as np
import pytest
from scipy.special import polygamma

from outsample.errors import DataError
from outsample.regimes import DailyVolatility
from outsample.regimes.daily_volatility import FLOOR, NOISE_VARIANCE
from outsample.typing import DAY, HOUR


def test_the_noise_of_a_log_square_is_that_of_log_chi_square():
    assert abs(NOISE_VARIANCE - polygamma(1, 0.5)) < 2e-15


@pytest.mark.parametrize("kind", ["gaussian", "heavy tails", "many days without a move"])
def test_the_volatility_of_a_stretch_is_that_of_its_returns_whatever_their_shape(kind):
    random, days = np.random.default_rng(1), 20_000
    shapes = {
        "gaussian": random.normal(size=days),
        "heavy tails": random.standard_t(4, size=days) / np.sqrt(2.0),
        "many days without a move": random.normal(size=days) * (random.random(days) > 0.1) / np.sqrt(0.9),
    }
    close = 100.0 * np.exp(np.concatenate(([0.0], np.cumsum(0.6 / np.sqrt(365.0) * shapes[kind]))))
    daily = DailyVolatility.of(np.arange(days + 1) * DAY, close)
    assert daily.annual(daily.log_variance(0, np.array([days])))[0] == pytest.approx(0.6, rel=0.04)


def test_a_year_of_business_days_has_fewer_of_them():
    monday = 4 * DAY  # 1970-01-05
    days = np.array([monday + day * DAY for day in range(200) if day % 7 < 5]) + 20 * HOUR
    every = DailyVolatility.of(np.arange(200) * DAY, np.exp(0.01 * np.arange(200.0)))
    business = DailyVolatility.of(days, np.exp(0.01 * np.arange(float(days.size))))
    assert (every.days_a_year, business.days_a_year) == (365.0, 252.0)


def test_a_return_that_is_garbage_does_not_take_the_digits_of_what_follows():
    close = np.concatenate(([1e-300, 1e300], 1e300 * np.exp(0.01 * (-1.0) ** np.arange(50))))
    daily = DailyVolatility.of(np.arange(close.size) * DAY, close)
    steady = daily.log_variance(np.array([10]), np.array([40]))
    assert steady[0] == pytest.approx(np.log(0.02**2 + FLOOR), rel=1e-6)


def test_rows_adjoin_and_carry_the_log_of_the_squared_return():
    daily = DailyVolatility.of(np.arange(100, 104) * DAY, np.array([100.0, 110.0, 110.0, 99.0]))
    assert daily.time.tolist() == [101 * DAY, 102 * DAY, 103 * DAY]
    assert daily.begin.tolist() == [100 * DAY, 101 * DAY, 102 * DAY]
    np.testing.assert_allclose(daily.log_square, np.log([np.log(1.1) ** 2 + FLOOR, FLOOR, np.log(0.9) ** 2 + FLOOR]))


def test_prices_within_the_day_give_the_same_rows_as_their_daily_closes():
    hours = np.arange(1, 24 * 30 + 1) * HOUR + 1000 * DAY
    price = 100 * np.exp(np.random.default_rng(2).normal(scale=0.01, size=hours.size).cumsum())
    hourly, daily = DailyVolatility.of(hours, price), DailyVolatility.of(hours[23::24], price[23::24])
    np.testing.assert_array_equal(hourly.time, daily.time)
    np.testing.assert_array_equal(hourly.log_square, daily.log_square)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0, -5.0])
def test_a_close_without_meaning_is_left_out_and_the_return_spans_the_gap(bad):
    daily = DailyVolatility.of(np.arange(4) * DAY, np.array([100.0, bad, 121.0, 121.0]))
    assert daily.begin.tolist() == [0, 2 * DAY]
    assert daily.log_square[0] == pytest.approx(np.log(np.log(1.21) ** 2 + FLOOR))


def test_a_return_is_known_at_the_midnight_that_ends_its_day_and_not_before():
    daily = DailyVolatility.of(np.arange(5) * DAY, np.full(5, 100.0))
    assert [daily.known(t) for t in (0, DAY - 1, DAY, 4 * DAY, 9 * DAY)] == [0, 0, 1, 4, 4]


@pytest.mark.parametrize(
    ("time", "close"),
    [([0, DAY], [1.0]), ([DAY, 0], [1.0, 1.0]), ([0, 0], [1.0, 1.0])],
    ids=["lengths", "backwards", "repeat"],
)
def test_rows_that_do_not_pair_or_run_backwards_are_refused(time, close):
    with pytest.raises(DataError, match="sort the rows"):
        DailyVolatility.of(np.array(time), np.array(close))


@pytest.mark.parametrize("count", [0, 1])
def test_without_two_closes_there_is_no_row(count):
    daily = DailyVolatility.of(np.arange(count) * DAY, np.ones(count))
    assert daily.time.size == daily.begin.size == daily.log_square.size == 0
