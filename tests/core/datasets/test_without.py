"""Leaving times out: what stays is what was there, and what is missing leaves no trace."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.datasets import Prices
from outsample.datasets.without import only_times
from outsample.errors import DataError, UsageError
from outsample.typing import DAY

from .conftest import START, made

SIZE = 30


def prices(seed=1, size=SIZE):
    random = np.random.default_rng(seed)
    close = 60_000.0 * np.exp(np.cumsum(0.03 * random.normal(size=size + 1)))
    time = START + DAY * np.arange(size + 1)
    missing = np.where(np.arange(size + 1) % 7 == 0, np.nan, 1.0)
    return Prices(time, close * 0.99 * missing, close * 1.02, close * 0.97, close, np.arange(size + 1.0), "X")


@given(st.lists(st.booleans(), min_size=SIZE, max_size=SIZE).filter(any))
def test_the_returns_that_stay_are_the_same_at_the_same_times(flags):
    data, keep = prices(), np.array(flags)
    part = only_times(data, keep)
    assert part.times.tolist() == data.times[keep].tolist()
    np.testing.assert_allclose(part.returns, data.returns[keep], rtol=0.0, atol=1e-13)


@given(st.lists(st.booleans(), min_size=SIZE, max_size=SIZE).filter(any))
def test_bars_keep_their_shape_and_volume(flags):
    data, keep = prices(), np.array(flags)
    part, bars = only_times(data, keep), np.flatnonzero(keep) + 1
    for name in ("open", "high", "low"):
        shape = (getattr(data, name) / data.close)[bars]
        np.testing.assert_allclose((getattr(part, name) / part.close)[1:], shape, rtol=1e-14)
    assert part.volume[1:].tolist() == data.volume[bars].tolist()


def test_prices_without_a_gap_keep_their_bits():
    data = prices()
    part = only_times(data, np.ones(SIZE, bool))
    for name in ("time", "open", "high", "low", "close", "volume"):
        assert getattr(part, name).tobytes() == getattr(data, name).tobytes()


@pytest.mark.parametrize(("first", "stop"), [(0, 5), (10, 14), (25, 30), (0, 29), (1, 30)])
def test_a_window_is_left_out_wherever_it_lies(first, stop):
    data = prices()
    kept = np.r_[np.arange(first), np.arange(stop, SIZE)]
    part = only_times(data, np.isin(np.arange(SIZE), kept))
    assert part.times.tolist() == data.times[kept].tolist()
    np.testing.assert_allclose(part.returns, data.returns[kept], atol=1e-13)


def test_no_part_of_a_move_over_the_gap_is_left():
    data = prices()
    close = data.close.copy()
    close[15:] *= 100.0  # the jump is the return at index 14, which is left out
    jumped = replace(data, close=close, open=close.copy(), high=close.copy(), low=close.copy())
    keep = np.arange(SIZE) != 14
    assert np.abs(jumped.returns).max() > 4.0
    assert np.abs(only_times(jumped, keep).returns).max() < 0.2


def test_quotes_of_other_times_are_untouched():
    data = made(6)
    part = only_times(data, np.array([True, True, False, False, True, True]))
    keep = (data.time < data.times[2]) | (data.time >= data.times[4])
    assert part.times.tolist() == [*data.times[:2].tolist(), *data.times[4:].tolist()]
    for one in fields(data):
        column = getattr(data, one.name)
        if isinstance(column, np.ndarray):
            assert getattr(part, one.name).tobytes() == column[keep].tobytes()
        else:
            assert getattr(part, one.name) == column
    seen = (data.observed.time_index < 2) | (data.observed.time_index >= 4)
    for name in ("implied_vol", "log_moneyness", "standardised", "cell", "tenor"):
        assert getattr(part.observed, name).tobytes() == getattr(data.observed, name)[seen].tobytes()


@pytest.mark.parametrize("data", [prices(), made(4)], ids=["prices", "quotes"])
def test_columns_are_copies_that_cannot_be_written_to(data):
    part = only_times(data, np.ones(data.times.size, bool))
    assert not np.shares_memory(part.time, data.time)
    assert not part.time.flags.writeable


@pytest.mark.parametrize("data", [prices(), made(4)], ids=["prices", "quotes"])
def test_leaving_everything_out_says_so(data):
    with pytest.raises(DataError, match="needs at least one time, found that all are left out"):
        only_times(data, np.zeros(data.times.size, bool))


def test_flags_of_another_history_are_refused():
    with pytest.raises(UsageError, match="for each of 30, found 3"):
        only_times(prices(), np.ones(3, bool))


def test_data_of_another_kind_need_a_method_of_their_own():
    class Other:
        times = np.arange(4)

        def only_times(self, keep):
            return self.times[keep].tolist()

    assert only_times(Other(), np.array([True, False, False, True])) == [0, 3]
    with pytest.raises(UsageError, match="found dict; give it that method"):
        only_times({}, np.ones(4, bool))
