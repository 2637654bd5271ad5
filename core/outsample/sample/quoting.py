"""How the venue shows its surface: marks in coin, and two-sided quotes on ticks, some sides missing."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.formulas.black import black_price
from outsample.typing import DAY, Bools, Floats, Integers

__all__ = ["FINE_TICK", "OptionState", "activity", "mark", "tick_down", "tick_up", "two_sided"]

FINE_TICK: Final = 0.0001  # coin, for premiums below COARSE_FROM
COARSE_TICK: Final = 0.0005
COARSE_FROM: Final = 0.005
MARK_DECIMALS: Final = 8
MARK_VOL_DECIMALS: Final = 4
BASE_HALF_SPREAD: Final = 0.005  # vol, at the money, 30 days, vol 0.5
INTRINSIC_SPREAD: Final = 0.004  # half spread in coin per coin of intrinsic value
NO_ASK: Final = 0.006  # share of quotes
NO_BID: Final = 0.015  # share of quotes near the money; rises in the wings
FLOOR_VOL: Final = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class OptionState:
    """What decides the quotes of n options: strike over forward, years, ``ln(K/F) / (sigma sqrt T)``, exact vol."""

    strike_ratio: Floats
    tenor: Floats
    standardised: Floats
    vol: Floats
    is_call: Bools


def mark(state: OptionState) -> tuple[Floats, Floats]:
    """Return (mark in coin, mark vol as a fraction): the vol is rounded first, and the mark priced from it."""
    vol = np.round(state.vol, MARK_VOL_DECIMALS)
    price = black_price(state.strike_ratio, state.tenor, vol, state.is_call)
    return np.asarray(np.round(np.maximum(price, 0.0), MARK_DECIMALS)), np.asarray(vol)


def two_sided(state: OptionState, market_vol: Floats, stream: np.random.Generator) -> tuple[Floats, Floats]:
    """Return (bid, ask) in coin, on ticks; NaN where a side is missing.

    Spreads widen in the wings, at short tenors and with `market_vol`; the mid wanders inside the spread.
    """
    count = state.vol.size
    half = BASE_HALF_SPREAD * (1.0 + 0.35 * np.minimum(np.abs(state.standardised), 4.0) ** 2)
    half *= (1.0 + (7.0 / 365.0) / state.tenor) ** 0.4 * (market_vol / 0.5) ** 1.3
    half *= np.exp(0.3 * stream.standard_normal(count))
    middle = state.vol + 0.35 * half * stream.standard_normal(count)
    low, high = np.maximum(middle - half, FLOOR_VOL), np.maximum(middle + half, FLOOR_VOL)
    intrinsic = np.maximum(np.where(state.is_call, 1.0 - state.strike_ratio, state.strike_ratio - 1.0), 0.0)
    rest = INTRINSIC_SPREAD * intrinsic
    bid = tick_down(black_price(state.strike_ratio, state.tenor, low, state.is_call) - rest)
    ask = tick_up(black_price(state.strike_ratio, state.tenor, high, state.is_call) + rest)
    ask = np.maximum(ask, tick_up(bid + 0.5 * FINE_TICK))
    wing = np.clip(np.abs(state.standardised) - 1.5, 0.0, 2.0)
    no_bid = (bid < FINE_TICK) | (stream.random(count) < NO_BID + 0.12 * wing)
    no_ask = stream.random(count) < NO_ASK * (1.0 + 3.0 * wing)
    return np.where(no_bid, np.nan, bid), np.where(no_ask, np.nan, ask)


def tick_down(price: Floats) -> Floats:
    """Return the highest price on a tick at or below `price`, in coin."""
    tick = np.where(price < COARSE_FROM, FINE_TICK, COARSE_TICK)
    return np.asarray(np.round(np.floor(price / tick + 1e-9) * tick, 4))


def tick_up(price: Floats) -> Floats:
    """Return the lowest price on a tick at or above `price`, in coin."""
    tick = np.where(price < COARSE_FROM, FINE_TICK, COARSE_TICK)
    return np.asarray(np.round(np.ceil(price / tick - 1e-9) * tick, 4))


def activity(
    instrument: Integers, time: Integers, standardised: Floats, stream: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return (open interest, 24-hour volume) in coin: persistent by instrument, growing with age, thin in the wings."""
    first = np.empty(int(instrument.max()) + 1, dtype=np.int64)
    first[instrument[::-1]] = time[::-1]
    size = 60.0 * np.exp(1.2 * stream.standard_normal(first.size))
    age_days = (time - first[instrument]) / DAY
    interest = size[instrument] * (0.1 - np.expm1(-age_days / 5.0)) * np.exp(-0.12 * standardised**2)
    turnover = stream.exponential(0.12, instrument.size) - 0.06
    volume = np.maximum(interest * turnover, 0.0)
    return np.asarray(np.round(interest, 1)), np.asarray(np.round(volume, 1))
