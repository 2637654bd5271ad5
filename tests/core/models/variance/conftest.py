import numpy as np
import pytest

from outsample.datasets import Prices
from outsample.typing import DAY


def prices_of(returns):
    """Daily bars with these log returns."""
    close = 100.0 * np.exp(np.r_[0.0, np.cumsum(returns)])
    time = (20_000 + np.arange(close.size, dtype=np.int64)) * DAY
    return Prices(time, close.copy(), close.copy(), close.copy(), close, np.full(close.size, np.nan), "TEST")


def with_garbage_from(data, time):
    """The same bars with random closes at and after `time`."""
    close = data.close.copy()
    late = data.time >= time
    close[late] = np.random.default_rng(99).lognormal(3.0, 1.0, int(late.sum()))
    return Prices(
        data.time.copy(), close.copy(), close.copy(), close.copy(), close, np.full(close.size, np.nan), data.symbol
    )


@pytest.fixture(scope="session", name="prices_of")
def prices_of_fixture():
    return prices_of


@pytest.fixture(scope="session", name="with_garbage_from")
def with_garbage_from_fixture():
    return with_garbage_from


@pytest.fixture(scope="module")
def data():
    """Six hundred heavy-tailed returns whose volatility doubles half-way."""
    returns = 0.01 * np.random.default_rng(7).standard_t(4, 600)
    returns[300:] *= 2.0
    return prices_of(returns)
