"""Histories in which what the tests of assumptions look for is planted, or is certainly absent."""

import numpy as np

from outsample.datasets import OptionQuotes, Prices, Settlement
from outsample.formulas.black import black_price
from outsample.typing import DAY, HOUR, YEAR

MONDAY = 1_704_067_200 * 10**9  # 2024-01-01
CLOCK = 9 * HOUR  # of a snapshot
EXPIRY_CLOCK = 8 * HOUR
WEEKS_LISTED = 5
STRIKE_RATIOS = np.array([0.9, 0.96, 1.0, 1.04, 1.1])


def prices_of(returns, step=DAY, time=None, volume=None, start=MONDAY):
    """Return a price history with these log returns, one every `step` unless times are given."""
    close = 100.0 * np.exp(np.concatenate(([0.0], np.cumsum(returns))))
    time = start + step * np.arange(close.size) if time is None else time
    unknown = np.full(close.size, np.nan)
    volume = unknown.copy() if volume is None else volume
    return Prices(time, unknown.copy(), unknown.copy(), unknown.copy(), close, volume, "made")


def quotes_of(returns, vol=0.6, carry=0.05, spread=0.0005, settlement=Settlement.INVERSE, volume=np.nan):
    """Return one snapshot a day of weekly expiries, listed five weeks ahead, on a spot with these daily log returns.

    `vol`, `carry` (fractions a year) and `spread` (of the forward, of each option) are one number or one a snapshot.
    """
    spot = 60_000.0 * np.exp(np.concatenate(([0.0], np.cumsum(returns))))
    days = np.arange(spot.size)
    vol, carry, spread, volume = (np.broadcast_to(one, spot.shape) for one in (vol, carry, spread, volume))
    columns = {
        name: [] for name in ("time", "expiry", "strike", "is_call", "forward", "index", "mid", "half", "volume")
    }
    for day in days.tolist():
        time = MONDAY + day * DAY + CLOCK
        fridays = [7 * week + 4 for week in range(day // 7, day // 7 + WEEKS_LISTED + 1)]
        for friday in fridays:
            expiry = MONDAY + friday * DAY + EXPIRY_CLOCK
            if not DAY < expiry - time <= WEEKS_LISTED * 7 * DAY:
                continue
            tenor = (expiry - time) / YEAR
            forward = spot[day] * np.exp(carry[day] * tenor)
            ratio, is_call = np.repeat(STRIKE_RATIOS, 2), np.tile([False, True], STRIKE_RATIOS.size)
            unit = 1.0 if settlement is Settlement.INVERSE else forward
            size = ratio.size
            columns["time"].append(np.full(size, time))
            columns["expiry"].append(np.full(size, expiry))
            columns["strike"].append(ratio * forward)
            columns["is_call"].append(is_call)
            columns["forward"].append(np.full(size, forward))
            columns["index"].append(np.full(size, spot[day]))
            price = black_price(ratio, np.full(size, tenor), np.full(size, vol[day]), is_call)
            columns["mid"].append(unit * price)
            columns["half"].append(np.full(size, 0.5 * unit * spread[day]))
            columns["volume"].append(np.full(size, volume[day] / size))
    table = {name: np.concatenate(parts) for name, parts in columns.items()}
    mid, half = table.pop("mid"), table.pop("half")
    unknown = np.full(mid.size, np.nan)
    return OptionQuotes(
        **table,
        instrument=np.zeros(mid.size, dtype=np.int32),
        bid=mid - half,
        ask=mid + half,
        mark=mid.copy(),
        mark_vol=unknown.copy(),
        open_interest=unknown.copy(),
        settlement=settlement,
        currency="BTC",
        venue="made",
        instruments=("all",),
    )


def outcome(table, name, stretch):
    """Return what one test said on one stretch."""
    (found,) = (row for row in table.rows if row.outcome.name == name and row.stretch is stretch)
    return found
