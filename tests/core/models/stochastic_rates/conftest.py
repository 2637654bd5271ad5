"""Histories of quotes over years of tenor, whose every vol is given by a function of the tenor."""

from collections.abc import Callable

import numpy as np
import pytest

from outsample.datasets import OptionQuotes, Settlement
from outsample.formulas.black import black_price
from outsample.typing import DAY, YEAR, Floats

EXPIRIES = (70, 190, 400, 800, 1_500, 2_600)  # days after the first time
START = 1_700_000_000 * 10**9
STRIKES = 7


@pytest.fixture(scope="session")
def quotes_of(quoted: Callable[..., OptionQuotes]) -> Callable[..., OptionQuotes]:
    """Return a function from vols over (T, day) to a history of that many days, priced exactly at the mid."""

    def make(vols: Callable[[Floats, int], Floats], days: int = 25, noise: float = 0.0) -> OptionQuotes:
        random, rows = np.random.default_rng(7), []
        for day in range(days):
            time, forward = START + day * DAY, 4_000.0 + 10.0 * day
            for number, expiry_day in enumerate(EXPIRIES):
                expiry = START + expiry_day * DAY
                tenor = np.full(STRIKES, (expiry - time) / YEAR)
                k = 0.2 * np.sqrt(tenor) * np.linspace(-1.5, 1.5, STRIKES)
                vol = vols(tenor, day) + noise * random.normal(size=STRIKES)
                price = forward * black_price(np.exp(k), tenor, vol, k >= 0.0)
                whole = np.ones(STRIKES, np.int64)
                rows.append((time * whole, expiry * whole, number * whole, k, forward * np.ones(STRIKES), price))
        time, expiry, number, k, forward, price = (np.concatenate(column) for column in zip(*rows, strict=True))
        terms = (time, expiry, number, forward * np.exp(k), k >= 0.0, forward, price)
        return quoted(*terms, Settlement.LINEAR)

    return make
