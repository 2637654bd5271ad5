"""Price histories."""

from dataclasses import replace

import numpy as np
import pytest

from outsample.datasets import Prices, daily_closes
from outsample.errors import DataError
from outsample.scores import ErrorUnit, ScaleDomain
from outsample.typing import DAY, HOUR, SECOND

START = 1_767_225_600 * SECOND  # 2026-01-01
COLUMNS = ("open", "high", "low", "close", "volume")


def prices(count=50, spacing=HOUR):
    close = 100.0 * np.exp(np.cumsum(np.random.default_rng(1).normal(0.0, 0.01, count)))
    return Prices(
        START + spacing * np.arange(1, count + 1, dtype=np.int64),
        close * 0.99,
        close * 1.01,
        close * 0.98,
        close,
        np.full(count, 5.0),
        "BTC",
    )


def test_a_return_is_known_at_its_later_close():
    data = prices()
    assert np.array_equal(data.times, data.time[1:])
    np.testing.assert_allclose(data.returns, np.log(data.close[1:] / data.close[:-1]))
    assert data.time_index.tolist() == list(range(49))
    assert set(data.cell.tolist()) == {0}
    assert data.n_cells == 1
    assert data.realised(ScaleDomain.RETURN) is data.returns


def test_predictions_are_left_in_the_unit_they_are_made_in():
    data = prices()
    values = np.ones(49)
    assert data.express(values, ScaleDomain.RETURN) is values
    assert data.scale(ErrorUnit.NATS).tolist() == [1.0] * 49


def test_too_short_disordered_and_impossible_prices_are_refused():
    data = prices()
    with pytest.raises(DataError, match="at least 2 bars, found 1"):
        Prices(*(getattr(data, name)[:1] for name in ("time", *COLUMNS)), "BTC")
    for time in (data.time[::-1].copy(), np.full(50, START)):
        with pytest.raises(DataError, match="strictly increasing"):
            replace(data, time=time)
    for bad in (np.nan, 0.0, -1.0, np.inf):
        close = data.close.copy()
        close[7] = bad
        with pytest.raises(DataError, match="finite and positive"):
            replace(data, close=close)
    with pytest.raises(DataError, match="one length, found .*'volume': 49"):
        replace(data, volume=np.ones(49))


def test_columns_cannot_be_written_to():
    data = prices()
    for column in (data.time, data.close, data.volume, data.returns, data.times):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1


@pytest.mark.parametrize("name", ["time", *COLUMNS])
@pytest.mark.parametrize("row", [0, 20, 49])
def test_the_fingerprint_changes_with_any_cell(name, row):
    data = prices()
    column = getattr(data, name).copy()
    column[row] += 1
    assert replace(data, **{name: column}).fingerprint != data.fingerprint
    assert replace(data, symbol="ETH").fingerprint != data.fingerprint
    assert prices().fingerprint == data.fingerprint


def test_a_day_closes_with_the_last_price_at_or_before_the_midnight_that_ends_it():
    time = START + np.array([HOUR, 23 * HOUR, DAY, DAY + 1, 3 * DAY + HOUR])
    midnight, close = daily_closes(time, np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    assert ((midnight - START) // DAY).tolist() == [1, 2, 4]
    assert close.tolist() == [3.0, 4.0, 5.0]


def test_a_daily_close_never_uses_a_later_price():
    data = prices(200)
    midnight, close = data.daily()
    for at, value in zip(midnight, close, strict=True):
        assert value == data.close[data.time <= at][-1]


def test_missing_prices_are_passed_over():
    time = START + np.array([HOUR, 2 * HOUR])
    assert daily_closes(time, np.array([1.0, np.nan]))[1].tolist() == [1.0]
    assert daily_closes(time, np.full(2, np.nan))[0].size == 0
