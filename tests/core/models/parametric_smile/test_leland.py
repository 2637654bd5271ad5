"""Leland: nothing of an option price enters, and the cost that would explain options does explain them."""

import math
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.errors import FitError, UsageError
from outsample.model import RefitSchedule
from outsample.models.parametric_smile import Leland
from outsample.typing import YEAR


@pytest.fixture(scope="module")
def data(quotes_of):
    return quotes_of(lambda k, tenor, day: 0.5 + 0.1 * k**2 / tenor + 0.0 * day, days=40)


def named(fitted):
    return {one.name: one for one in fitted.parameters}


def realised_vol(data, first, last):
    """Return the vol of the underlying between two of its closes, written down a second time."""
    price, time = data.underlying().close[first:last], data.underlying().time[first:last]
    return math.sqrt(
        sum(math.log(b / a) ** 2 for a, b in zip(price, price[1:], strict=False)) * YEAR / (time[-1] - time[0])
    )


@given(st.integers(0, 15), st.integers(22, 24), st.floats(0.0, 500.0), st.floats(0.05, 60.0))
def test_the_vol_is_the_realised_one_with_lelands_number(data, window, first, length, cost, interval):
    found = Leland(cost, interval).fit(data, window(data, first, first + length))
    sigma = realised_vol(data, first, first + length)
    number = math.sqrt(2.0 / math.pi) * cost * 1e-4 / (sigma * math.sqrt(interval / 365.0))
    assert named(found)["realised vol"].value == pytest.approx(sigma, rel=1e-9)
    assert named(found)["Leland number (1 and above: no buyer can hedge)"].value == pytest.approx(number, rel=1e-9)
    assert named(found)["Leland number (1 and above: no buyer can hedge)"].at_bound == (number >= 1.0)
    np.testing.assert_allclose(found.predict(data).values, sigma * math.sqrt(1.0 + number), rtol=1e-9)
    assert found.predict(data).is_whole


def test_lelands_own_example():
    """A vol of 20 %, costs of 1 % and a weekly hedge: A is 0.288 (Leland 1985, section 2 with k of 1 %)."""
    adjusted = Leland(100.0, 365.0 / 52.0).adjusted(np.array(0.2))
    assert adjusted == pytest.approx(0.2 * math.sqrt(1.28768), rel=1e-5)


def test_option_prices_have_no_part_in_it(data, window):
    dear = replace(data, bid=1.3 * data.bid, ask=1.3 * data.ask)
    train = window(data, 0, 30)
    one, other = Leland().fit(data, train), Leland().fit(dear, train)
    assert one == other
    assert named(one)["mean implied vol of the train window"] != named(other)["mean implied vol of the train window"]


def test_the_cost_that_would_explain_the_options_does(data, window):
    train = window(data, 0, 30)
    told = named(Leland().fit(data, train))
    again = Leland(told["round-trip cost that would explain it"].value).fit(data, train)
    inside = data.observed.time_index < 30
    assert again.predict(data).values[0] == pytest.approx(data.observed.implied_vol[inside].mean(), rel=1e-9)


def test_cheap_options_need_no_explanation(quotes_of, window):
    cheap = quotes_of(lambda k, tenor, day: 0.05 + 0.0 * k * tenor * day, days=25)
    told = named(Leland().fit(cheap, window(cheap, 0, 25)))
    assert told["realised vol"].value > 0.05
    assert math.isnan(told["round-trip cost that would explain it"].value)


@pytest.mark.parametrize("schedule", [RefitSchedule(0), RefitSchedule(0, 25)], ids=["anchored", "rolling"])
def test_a_refit_is_a_fit_on_the_window_before(data, window, schedule):
    found = Leland().predict_refitted(data, schedule).values
    for time in (10, 20, 21, 30, 39):
        first = 0 if schedule.length is None else max(time - schedule.length, 0)
        mine = found[data.observed.time_index == time]
        if time - first - 1 < 20:
            assert np.isnan(mine).all()
        else:
            expected = Leland().fit(data, window(data, first, time)).predict(data).values[0]
            np.testing.assert_allclose(mine, expected, rtol=1e-12)


def test_a_refit_from_a_later_start_knows_nothing_before_it(data, window):
    schedule = RefitSchedule(int(data.times[12]))
    found = Leland().predict_refitted(data, schedule).values[data.observed.time_index == 38]
    np.testing.assert_allclose(found, Leland().fit(data, window(data, 12, 38)).predict(data).values[0], rtol=1e-12)


@pytest.mark.parametrize(("first", "last", "count"), [(0, 20, 19), (39, 40, 0)])
def test_too_few_returns_are_refused(data, window, first, last, count):
    with pytest.raises(FitError, match=f"Leland needs 20 returns of a moving underlying .* found {count}; widen"):
        Leland().fit(data, window(data, first, last))


def test_an_underlying_that_stands_still_is_refused(data, window):
    still = replace(data, index=np.full(data.size, 50_000.0))
    with pytest.raises(FitError, match="returns of a moving underlying"):
        Leland().fit(still, window(still, 0, 40))


def test_costs_out_of_bounds_are_refused():
    with pytest.raises(UsageError, match="round-trip cost of the hedge must be a number from 0 to 1000 bp, found -1"):
        Leland(-1.0)
    with pytest.raises(UsageError, match="time between two trades of the hedge must be a number from"):
        Leland(10.0, 0.0)


def test_a_fit_is_a_value(data, window):
    one = Leland().fit(data, window(data, 0, 30))
    assert one == Leland().fit(data, window(data, 0, 30)) == pickle.loads(pickle.dumps(one))
    assert one != Leland(20.0).fit(data, window(data, 0, 30))


def test_the_standard_error_is_that_of_a_mean_of_squares(data, window):
    price, time = data.underlying().close, data.underlying().time
    squares, years = np.diff(np.log(price)) ** 2, np.diff(time) / YEAR
    variance = squares.sum() / years.sum()
    error = math.sqrt(((squares - variance * years) ** 2).sum()) / years.sum() / (2.0 * math.sqrt(variance))
    assert named(Leland().fit(data, window(data, 0, 40)))["realised vol"].standard_error == pytest.approx(
        error, rel=1e-9
    )
