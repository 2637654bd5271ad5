"""A small option history in which every quote is sound, to plant faults in."""

from collections.abc import Callable

import numpy as np
import pytest

from outsample.datasets import OptionQuotes, Settlement
from outsample.formulas.black import black_price
from outsample.typing import DAY, SECOND

START = 1_767_254_400 * SECOND  # 2026-01-01T08:00
STRIKES = (80.0, 90.0, 100.0, 110.0, 120.0)
FORWARD, VOL, HALF = 100.5, 0.6, 0.0005


def made(snapshots: int = 3, tenors: tuple[float, ...] = (5.0, 30.0), **changes: object) -> OptionQuotes:
    """Return out-of-the-money quotes, a put below the forward and a call above it."""
    time, day, strike = (column.ravel() for column in np.meshgrid(np.arange(snapshots), tenors, STRIKES, indexing="ij"))
    time = START + DAY * time.astype(np.int64)
    expiry = time + (day * DAY).astype(np.int64)
    is_call = strike > FORWARD
    size = time.size
    price = black_price(strike / FORWARD, day / 365.0, np.full(size, VOL), is_call)
    columns: dict[str, object] = {
        "time": time,
        "expiry": expiry,
        "instrument": np.arange(size, dtype=np.int32) % 10,
        "strike": strike,
        "is_call": is_call,
        "forward": np.full(size, FORWARD),
        "index": np.full(size, 100.0),
        "bid": price * (1.0 - HALF),
        "ask": price * (1.0 + HALF),
        "mark": price * 1.01,
        "mark_vol": np.full(size, VOL),
        "open_interest": np.ones(size),
        "volume": np.ones(size),
        "settlement": Settlement.INVERSE,
        "currency": "BTC",
        "venue": "nowhere",
        "instruments": tuple(f"I{i}" for i in range(10)),
    }
    return OptionQuotes(**(columns | changes))  # type: ignore[arg-type]


@pytest.fixture
def make() -> Callable[..., OptionQuotes]:
    return made
