"""Option chains quote by quote, to plant mispricing in."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from outsample.datasets import OptionQuotes, Settlement
from outsample.typing import DAY, SECOND

START = 1_767_254_400 * SECOND  # 2026-01-01T08:00
Quote = tuple[float, float, bool, float, float]  # days to expiry, strike, is it a call, bid, ask


def chain(
    quotes: Sequence[Quote],
    settlement: Settlement = Settlement.INVERSE,
    forward: float | Sequence[float] = 100.0,
    snapshot: Sequence[int] | int = 0,
) -> OptionQuotes:
    """Return quotes as a history, `snapshot` counting days; a bid or ask of NaN is missing."""
    days, strike, is_call, bid, ask = (np.array(column) for column in zip(*quotes, strict=True))
    size = strike.size
    time = START + DAY * np.broadcast_to(np.asarray(snapshot, dtype=np.int64), size)
    expiry = START + (days * DAY).astype(np.int64)
    forwards = np.broadcast_to(np.asarray(forward, dtype=float), size)
    names = [f"{d:g}-{k:g}-{'C' if c else 'P'}" for d, k, c in zip(days, strike, is_call, strict=True)]
    order = np.lexsort((is_call, strike, expiry, time))
    listed = sorted(set(names))
    missing = np.full(size, np.nan)
    return OptionQuotes(
        time=time[order],
        expiry=expiry[order],
        instrument=np.array([listed.index(names[i]) for i in order], dtype=np.int32),
        strike=strike.astype(float)[order],
        is_call=is_call.astype(bool)[order],
        forward=forwards[order],
        index=missing.copy(),
        bid=bid.astype(float)[order],
        ask=ask.astype(float)[order],
        mark=missing.copy(),
        mark_vol=missing.copy(),
        open_interest=missing.copy(),
        volume=missing.copy(),
        settlement=settlement,
        currency="BTC",
        venue="nowhere",
        instruments=tuple(listed),
    )


@pytest.fixture
def make() -> Callable[..., OptionQuotes]:
    return chain
