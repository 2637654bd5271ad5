"""Histories of quotes whose every vol is given by a function."""

from collections.abc import Callable

import numpy as np
import pytest

from outsample.datasets import OptionQuotes, Settlement
from outsample.formulas.black import black_price
from outsample.typing import DAY, YEAR, Floats
from outsample.windows import Window

EXPIRIES = (42, 52, 70, 101, 190, 372)  # days after the first time
START = 1_700_000_000 * 10**9
STRIKES = 15


@pytest.fixture(scope="session")
def quotes_of() -> Callable[..., OptionQuotes]:
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
        return _quotes(*(np.concatenate(column) for column in zip(*rows, strict=True)))

    return make


def _quotes(time, expiry, number, k, forward, price) -> OptionQuotes:
    none = np.full(k.size, np.nan)
    return OptionQuotes(
        time=time,
        expiry=expiry,
        instrument=number.astype(np.int32),
        strike=forward * np.exp(k),
        is_call=k >= 0.0,
        forward=forward,
        index=forward.copy(),
        bid=0.99 * price,
        ask=1.01 * price,
        mark=price.copy(),
        mark_vol=none.copy(),
        open_interest=none.copy(),
        volume=none.copy(),
        settlement=Settlement.INVERSE,
        currency="BTC",
        venue="made",
        instruments=tuple(f"C-{days}" for days in EXPIRIES),
    )


@pytest.fixture(scope="session")
def window() -> Callable[[OptionQuotes, int, int], Window]:
    """Return a function from the first time and the number of those up to the end to the window."""

    def make(data: OptionQuotes, first: int, last: int) -> Window:
        after = np.append(data.times, data.times[-1] + DAY)
        return Window(int(after[first]), int(after[last]))

    return make
