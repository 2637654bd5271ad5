"""Histories of quotes whose every price comes from a known model."""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace

import numpy as np
import pytest

from outsample.datasets import OptionQuotes, Settlement
from outsample.datasets.option_quotes import COLUMNS
from outsample.formulas.fourier import TransformModel, fourier_price
from outsample.typing import DAY, YEAR

EXPIRIES = (44, 62, 98, 190, 372)  # days after the first time
START = 1_700_000_000 * 10**9


@pytest.fixture(scope="session")
def history_of() -> Callable[..., OptionQuotes]:
    """Return a function from one model a day to the quotes that it prices, out of the money, exactly at the mid."""

    def make(models: Sequence[TransformModel], strikes: int = 9, noise: float = 0.0, seed: int = 1) -> OptionQuotes:
        random, parts = np.random.default_rng(seed), []
        for day, model in enumerate(models):
            time = START + day * DAY
            forward = 50_000.0 * (1.0 + 0.01 * np.sin(day))
            for number, days in enumerate(EXPIRIES):
                expiry = START + days * DAY
                tenor = np.full(strikes, (expiry - time) / YEAR)
                ratio = np.exp(0.6 * np.sqrt(tenor) * np.linspace(-1.8, 1.8, strikes))
                is_call = ratio >= 1.0
                price = fourier_price(model, ratio, tenor, is_call) * np.exp(noise * random.normal(size=strikes))
                parts.append((time, expiry, number, ratio * forward, is_call, forward, price))
        return _quotes(parts, strikes)

    return make


def _quotes(parts: list, strikes: int) -> OptionQuotes:
    time, expiry, number, strike, is_call, forward, price = zip(*parts, strict=True)
    repeated = {"time": time, "expiry": expiry, "forward": forward}
    columns = {name: np.repeat(np.array(values), strikes) for name, values in repeated.items()}
    columns |= {"strike": np.concatenate(strike), "is_call": np.concatenate(is_call)}
    mid, none = np.concatenate(price), np.full(strikes * len(parts), np.nan)
    instrument = np.repeat(np.array(number, dtype=np.int32), strikes)
    quoted = {"bid": 0.99 * mid, "ask": 1.01 * mid, "mark": mid.copy(), "mark_vol": none.copy()}
    rest = {name: none.copy() for name in ("open_interest", "volume")}
    names = tuple(f"C-{days}" for days in EXPIRIES)
    return OptionQuotes(
        **columns,
        **quoted,
        **rest,
        instrument=instrument,
        index=columns["forward"].copy(),
        settlement=Settlement.INVERSE,
        currency="BTC",
        venue="made",
        instruments=names,
    )


@pytest.fixture(scope="session")
def spoilt() -> Callable[[OptionQuotes, int], OptionQuotes]:
    """Return a function that garbles every price from a time on, and keeps what was there before."""

    def spoil(data: OptionQuotes, index: int) -> OptionQuotes:
        first = int(np.searchsorted(data.time, data.times[index]))
        columns = {name: getattr(data, name).copy() for name in ("forward", "bid", "ask", "mark")}
        for name, column in columns.items():
            column[first:] *= 1.1 if name == "forward" else 1.7
        return replace(data, **columns)

    return spoil


@pytest.fixture(scope="session")
def part_of() -> Callable[[OptionQuotes, np.ndarray], OptionQuotes]:
    """Return a function that keeps some of the rows."""

    def keep(data: OptionQuotes, rows: np.ndarray) -> OptionQuotes:
        names = [one.name for one in fields(data) if one.name in COLUMNS and one.name != "settlement"]
        return replace(data, **{name: getattr(data, name)[rows] for name in names})

    return keep
