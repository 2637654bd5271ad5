"""One small market, sound and with every fault planted, shared by the tests of studies."""

from dataclasses import replace

import numpy as np
import pytest

from outsample.datasets import Settlement
from outsample.sample import make_market, small_recipe
from outsample.typing import DAY


@pytest.fixture(scope="session")
def market():
    return make_market(small_recipe(days=90))


@pytest.fixture(scope="session")
def rough(market):
    """Quotes with a gap of nine days, locked markets, no forward on some rows, and a snapshot that nobody quoted."""
    quotes = market.quotes
    times = quotes.times
    keep = (quotes.time < times[30]) | (quotes.time >= times[30] + 9 * DAY)
    columns = {name: getattr(quotes, name)[keep] for name in COLUMNS}
    random = np.random.default_rng(5)
    size = columns["time"].size
    locked = random.random(size) < 0.02
    columns["ask"] = np.where(locked, columns["bid"], columns["ask"])
    columns["forward"] = np.where(random.random(size) < 0.01, np.nan, columns["forward"])
    columns["mark"] = np.where(random.random(size) < 0.01, np.nan, columns["mark"])
    columns["bid"] = np.where(columns["time"] == times[50], np.nan, columns["bid"])
    return replace(quotes, **columns)


@pytest.fixture(scope="session")
def linear(rough):
    """The rough quotes with premiums in USD."""
    premiums = {name: getattr(rough, name) * rough.forward for name in ("bid", "ask", "mark")}
    return replace(rough, settlement=Settlement.LINEAR, **premiums)


COLUMNS = ("time", "expiry", "instrument", "strike", "is_call", "forward", "index", "bid", "ask", "mark", "mark_vol")
COLUMNS += ("open_interest", "volume")
