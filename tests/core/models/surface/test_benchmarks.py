"""The surfaces every option model must beat: what they carry, how far, and when they say nothing."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.datasets import OptionQuotes, Settlement
from outsample.errors import FitError
from outsample.formulas.black import black_price
from outsample.models.surface import FrozenSurface, RollingSurface
from outsample.typing import DAY, SECOND, YEAR
from outsample.windows import Window

START = 1_767_254_400 * SECOND
FLAT = 0.5


def history(vol, days=(0.0, 1.0, 2.0), tenors=(10.0, 30.0, 60.0), forward=100.0, expiries=None):
    """Quotes on 41 strikes whose vol is ``vol(log-moneyness, tenor in years, day)``."""
    rows = []
    for day in days:
        time = START + round(day * DAY)
        for expiry in expiries or [time + round(tenor * DAY) for tenor in tenors]:
            rows.extend((time, expiry, forward * np.exp(k), k, day) for k in np.linspace(-0.4, 0.4, 41))
    time, expiry, strike, k, day = (np.array(column) for column in zip(*rows, strict=True))
    tenor = (expiry - time) / YEAR
    is_call = k > 0.003
    price = black_price(strike / forward, tenor, np.vectorize(vol)(k, tenor, day), is_call)
    size = time.size
    nothing = np.full(size, np.nan)
    return OptionQuotes(
        time.astype(np.int64),
        expiry.astype(np.int64),
        np.zeros(size, np.int32),
        strike,
        is_call,
        np.full(size, forward),
        np.full(size, forward),
        price.copy(),
        price.copy(),
        price.copy(),
        *(nothing.copy() for _ in range(3)),
        Settlement.INVERSE,
        "BTC",
        "nowhere",
        ("I",),
    )


def smile(k, tenor, day):
    return FLAT + 0.4 * k * k - 0.1 * k + 0.05 * tenor


def at(data, day):
    """Observations of a day."""
    return data.time[data.observed.row] == START + round(day * DAY)


def window(first, last):
    return Window(START + round(first * DAY), START + round(last * DAY))


def rolling(data, **options):
    return RollingSurface(**options).fit(data, window(0, 3)).predict(data).values


def frozen(data, first=0, last=2):
    return FrozenSurface().fit(data, window(first, last)).predict(data).values


def test_a_market_that_stands_still_is_predicted_to_the_last_digit_at_its_own_quotes():
    data = history(smile, tenors=(10.0, 30.0))
    values = rolling(data)
    assert np.isnan(values[at(data, 0)]).all()
    for day in (1, 2):
        np.testing.assert_allclose(values[at(data, day)], data.observed.implied_vol[at(data, day)], rtol=1e-12)


def test_the_first_time_has_no_surface_before_it():
    data = history(smile)
    assert np.isnan(rolling(data)).tolist() == at(data, 0).tolist()


@given(st.floats(0.2, 1.5), st.floats(0.5, 2.0))
def test_between_tenors_total_variance_is_linear_and_outside_the_vol_is_flat(low, ratio):
    """Slices without a smile: the arithmetic of tenors alone."""
    near, far = low, low * ratio
    if far * far * 60 <= near * near * 10:
        return
    data = history(lambda k, tenor, day: near if tenor < 20 / 365 else far, days=(0.0, 1.0), tenors=(10.0, 60.0))
    wanted = {5.0: near, 10.0: near, 60.0: far, 100.0: far}
    share = (35.0 - 10.0) / 50.0
    wanted[35.0] = np.sqrt(((1 - share) * near**2 * 10 + share * far**2 * 60) / 35.0)
    first = data.time == START
    later = history(lambda *_: FLAT, days=(1.0,), tenors=tuple(sorted(wanted)))
    names = [name for name in vars(data) if isinstance(getattr(data, name), np.ndarray)]
    both = replace(data, **{name: np.r_[getattr(data, name)[first], getattr(later, name)] for name in names})
    values = rolling(both)
    for tenor, vol in wanted.items():
        chosen = at(both, 1) & (np.abs(both.observed.tenor * 365 - tenor) < 1e-9)
        np.testing.assert_allclose(values[chosen], vol, rtol=1e-9)


def test_beyond_the_quoted_strikes_total_variance_is_flat():
    wide = history(smile, tenors=(30.0,))
    k = np.log(wide.strike / wide.forward)
    keep = (wide.time > START) | (np.abs(k) < 0.1)
    names = [name for name in vars(wide) if isinstance(getattr(wide, name), np.ndarray)]
    narrow = replace(wide, **{name: getattr(wide, name)[keep] for name in names})
    values = rolling(narrow)
    seen = narrow.observed
    first = at(narrow, 0)
    for side, edge in ((-1, np.flatnonzero(first)[0]), (1, np.flatnonzero(first)[-1])):
        beyond = at(narrow, 1) & (side * seen.log_moneyness > 0.12)
        assert beyond.sum() > 5
        np.testing.assert_allclose(values[beyond], seen.implied_vol[edge], rtol=1e-10)


def test_the_surface_moves_with_the_forward():
    """Carried by moneyness: after a move of the forward the same moneyness has the same vol."""
    data = history(smile)
    second = data.time >= START + DAY
    moved = {name: np.where(second, 1.3 * getattr(data, name), getattr(data, name)) for name in ("strike", "forward")}
    np.testing.assert_allclose(rolling(replace(data, **moved)), rolling(data), rtol=1e-9)


def test_a_surface_older_than_allowed_is_not_carried():
    data = history(smile, days=(0.0, 7.0, 14.000_1))
    values = rolling(data)
    assert np.isfinite(values[at(data, 7.0)]).all()
    assert np.isnan(values[at(data, 14.000_1)]).all()
    assert np.isfinite(rolling(data, oldest=8.0)[at(data, 14.000_1)]).all()


def test_a_time_that_nobody_quoted_is_passed_over():
    data = history(smile, days=(0.0, 1.0, 2.0))
    silent = replace(data, bid=np.where(data.time == START + DAY, np.nan, data.bid))
    day_two = at(silent, 2)
    np.testing.assert_allclose(rolling(silent)[day_two], silent.observed.implied_vol[day_two], rtol=0.02)


def test_a_put_and_a_call_of_one_strike_are_averaged_in_total_variance():
    """Wide of the money only one is observed; at the strike whose own vols straddle a half, both are."""
    time = np.repeat([START, START + DAY], 3)
    expiry = time + 30 * DAY
    tenor = np.full(6, 30.0 / 365.0)
    strike = np.array([80.0, 101.0, 101.0, 80.0, 101.0, 120.0])
    is_call = np.array([False, False, True, False, False, True])
    vol = np.array([0.5, 0.55, 0.45, 0.5, 0.5, 0.5])
    price = black_price(strike / 100.0, tenor, vol, is_call)
    base = history(smile, days=(0.0, 1.0), tenors=(30.0,))
    names = [name for name in vars(base) if isinstance(getattr(base, name), np.ndarray)]
    columns = {name: getattr(base, name)[:6].copy() for name in names}
    columns |= {"time": time, "expiry": expiry, "strike": strike, "is_call": is_call, "bid": price, "ask": price}
    columns |= {"forward": np.full(6, 100.0)}
    data = replace(base, **columns)
    seen = data.observed
    assert seen.row.tolist() == [0, 1, 2, 3, 4, 5]
    values = rolling(data)
    assert values[4] == pytest.approx(np.sqrt((0.55**2 + 0.45**2) / 2), rel=1e-6)


# --- Frozen ---------------------------------------------------------------------------------------------------------


def test_the_frozen_surface_is_the_last_of_the_train_window_for_ever():
    data = history(lambda k, tenor, day: 0.3 + 0.1 * day, days=(0.0, 1.0, 2.0, 3.0, 50.0))
    values = frozen(data, last=3)
    for day in (0.0, 1.0, 3.0, 50.0):
        np.testing.assert_allclose(values[at(data, day)], 0.5, rtol=1e-9)


def test_at_its_own_time_the_surface_before_it_answers():
    data = history(lambda k, tenor, day: 0.3 + 0.1 * day, days=(0.0, 1.0, 2.0, 3.0))
    np.testing.assert_allclose(frozen(data, last=3)[at(data, 2)], 0.4, rtol=1e-9)


def test_at_its_own_time_without_one_before_it_nothing_is_predicted():
    data = history(smile)
    values = frozen(data, first=1, last=2)
    assert np.isnan(values).tolist() == at(data, 1).tolist()


def test_fits_are_equal_where_they_predict_alike_and_only_there():
    data = history(smile, days=(0.0, 1.0, 2.0, 3.0))
    one, same = (FrozenSurface().fit(data, window(first, 3)) for first in (0, 1))
    other, without = FrozenSurface().fit(data, window(0, 2)), FrozenSurface().fit(data, window(2, 3))
    assert one == same
    assert hash(one) == hash(same)
    assert np.array_equal(one.predict(data).values, same.predict(data).values, equal_nan=True)
    assert len({one, same, other, without}) == 3


def test_the_parameters_are_the_at_the_money_vols_of_the_surface_itself():
    data = history(lambda k, tenor, day: 0.3 + 0.1 * day, tenors=(10.0, 60.0))
    found = FrozenSurface().fit(data, window(0, 2)).parameters
    assert [one.value for one in found] == pytest.approx([40.0, 40.0])
    assert found[0].name == "at-the-money vol, 10 d, as of 2026-01-02T08:00:00Z"
    assert {one.unit for one in found} == {"vol pts"}


def test_a_frozen_surface_stands_without_the_history_it_came_from():
    data = history(smile, days=(0.0, 1.0, 2.0))
    fitted = FrozenSurface().fit(data, window(0, 2))
    back = pickle.loads(pickle.dumps(fitted))
    elsewhere = history(smile, days=(10.0, 11.0))
    assert np.array_equal(back.predict(elsewhere).values, fitted.predict(elsewhere).values)
    assert not np.shares_memory(fitted.knots.x, data.observed.standardised)


@pytest.mark.parametrize("model", [FrozenSurface(), RollingSurface()], ids=["frozen", "rolling"])
def test_a_train_window_without_a_surface_is_refused(model):
    data = history(smile)
    with pytest.raises(FitError, match="needs a quoted surface in the train window, found none; widen the window"):
        model.fit(data, window(5, 6))


def test_refitted_before_every_time_the_frozen_surface_is_the_rolling_one_of_any_age():
    from outsample.model import RefitSchedule

    data = history(smile, days=(0.0, 1.0, 30.0))
    refitted = FrozenSurface().predict_refitted(data, RefitSchedule(START)).values
    assert np.array_equal(refitted, rolling(data, oldest=365.0), equal_nan=True)
    again = RollingSurface().predict_refitted(data, RefitSchedule(START)).values
    assert np.array_equal(again, rolling(data), equal_nan=True)
