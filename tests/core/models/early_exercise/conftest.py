"""Histories of American options on a share that pays out: priced at nine digits, at one vol or a vol of each day."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from outsample.datasets import OptionQuotes, Settlement
from outsample.formulas.american import american_price
from outsample.typing import DAY, YEAR

EXPIRIES = (40, 100, 280, 600)  # days after the first time
INCOMES = (0.0, 0.01, 0.03, 0.06)  # yield up to each expiry
START = 1_700_000_000 * 10**9
STRIKES = 9
RATE = 0.05


@pytest.fixture(scope="session")
def shares(quoted: Callable[..., OptionQuotes]) -> Callable[..., OptionQuotes]:
    """Return a function from one vol a day to American quotes, exactly at the mid."""

    def make(vols: Sequence[float], rate: float = RATE, noise: float = 0.0) -> OptionQuotes:
        random, parts = np.random.default_rng(11), []
        for day, vol in enumerate(vols):
            time, spot = START + day * DAY, 100.0 + 0.5 * day
            for number, (days, income) in enumerate(zip(EXPIRIES, INCOMES, strict=True)):
                expiry = START + days * DAY
                tenor = (expiry - time) / YEAR
                forward = spot * np.exp((rate - income) * tenor)
                strike = forward * np.exp(vol * np.sqrt(tenor) * np.linspace(-1.6, 1.6, STRIKES))
                is_call = strike >= forward
                own = vol + noise * random.normal(size=STRIKES)
                price = american_price(np.full(STRIKES, spot), strike, tenor, own, rate, income, is_call)
                parts.append((time, expiry, number, strike, is_call, forward, spot, price))
        time, expiry, number, strike, is_call, forward, spot, price = zip(*parts, strict=True)
        when, until, which, ahead, now = (
            np.repeat(np.array(one), STRIKES) for one in (time, expiry, number, forward, spot)
        )
        columns = (np.concatenate(one) for one in (strike, is_call))
        return quoted(when, until, which, *columns, ahead, np.concatenate(price), Settlement.LINEAR, now)

    return make
