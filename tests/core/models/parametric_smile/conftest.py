"""Histories of quotes whose every vol is given by a function."""

from collections.abc import Callable

import numpy as np
import pytest

from outsample.datasets import OptionQuotes, Settlement
from outsample.formulas.black import black_price
from outsample.typing import DAY, YEAR, Floats

EXPIRIES = (42, 52, 70, 101, 190, 372)  # days after the first time
START = 1_700_000_000 * 10**9
STRIKES = 15


@pytest.fixture(scope="session")
def quotes_of(quoted: Callable[..., OptionQuotes]) -> Callable[..., OptionQuotes]:
    """Return a function from vols over (ln(K/F), T, day) to a history of that many days, priced exactly at the mid."""

    def make(vols: Callable[[Floats, Floats, int], Floats], days: int = 25, noise: float = 0.0) -> OptionQuotes:
        random, rows = np.random.default_rng(5), []
        for day in range(days):
            time, forward = START + day * DAY, 50_000.0 * np.exp(0.02 * np.sin(1.7 * day))
            level = noise * random.normal()  # common to a time, as real errors are
            for number, expiry_day in enumerate(EXPIRIES):
                expiry = START + expiry_day * DAY
                tenor = np.full(STRIKES, (expiry - time) / YEAR)
                k = 0.5 * np.sqrt(tenor) * (np.linspace(-2.2, 2.2, STRIKES) + 0.1 * random.random(STRIKES))
                vol = vols(k, tenor, day) + level + noise * random.normal(size=STRIKES)
                price = black_price(np.exp(k), tenor, vol, k >= 0.0)
                whole = np.full(STRIKES, 1)
                rows.append((time * whole, expiry * whole, number * whole, k, forward * np.ones(STRIKES), price))
        time, expiry, number, k, forward, price = (np.concatenate(column) for column in zip(*rows, strict=True))
        terms = (time, expiry, number, forward * np.exp(k), k >= 0.0, forward, price)
        return quoted(*terms, Settlement.INVERSE, forward.copy())

    return make
