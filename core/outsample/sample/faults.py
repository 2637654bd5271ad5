"""Faults planted in the quotes, and the rows where they lie."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.sample.quoting import FINE_TICK, tick_down, tick_up
from outsample.sample.recipe import FaultRates
from outsample.typing import Bools, Floats, Integers

__all__ = ["Faults", "plant_faults"]

STALE_RUN: Final = (3, 6)  # snapshots that one stale quote lasts, shortest and longest
FACTORS: Final = (0.4, 0.5, 2.0, 2.5)  # of a fat-finger quote


@dataclass(frozen=True, slots=True, eq=False)
class Faults:
    """Sorted rows of each kind of fault; the three never overlap."""

    stale: Integers
    crossed: Integers
    fat_finger: Integers


def plant_faults(
    rates: FaultRates,
    instrument: Integers,
    prominent: Bools,
    bid: Floats,
    ask: Floats,
    stream: np.random.Generator,
) -> Faults:
    """Plant faults in `bid` and `ask`, in place.

    Parameters
    ----------
    rates : FaultRates
    instrument : (n,) int array
        Rows sorted by time.
    prominent : (n,) bool array
        Rows on which a fault is worth planting: near the money, out of it, more than a day to expiry.
    bid, ask : (n,) array
        Coin; NaN where missing.
    stream : Generator
    """
    usable = prominent & (bid > 10.0 * FINE_TICK) & np.isfinite(ask)
    order = np.argsort(instrument, kind="stable")  # one instrument after the other, each by time
    run = _stale_runs(round(rates.stale * bid.size), instrument[order], usable[order], stream)
    sources, places = order[run[:, 0]], [order[start + 1 : start + 1 + length] for start, length in run]
    for source, rows in zip(sources, places, strict=True):
        bid[rows], ask[rows] = bid[source], ask[source]
    stale = np.sort(np.concatenate([*places, np.empty(0, dtype=np.int64)]))
    usable[stale] = usable[sources] = False
    free = stream.permutation(np.flatnonzero(usable))
    n_crossed, n_fat = round(rates.crossed * bid.size), round(rates.fat_finger * bid.size)
    crossed, fat = np.sort(free[:n_crossed]), np.sort(free[n_crossed : n_crossed + n_fat])
    bid[crossed], ask[crossed] = tick_up(ask[crossed] + 0.5 * FINE_TICK), tick_down(bid[crossed] - 0.5 * FINE_TICK)
    factor = np.asarray(FACTORS)[stream.integers(0, len(FACTORS), fat.size)]
    bid[fat], ask[fat] = tick_down(bid[fat] * factor), tick_up(ask[fat] * factor)
    return Faults(stale, crossed, fat)


def _stale_runs(rows: int, instrument: Integers, usable: Bools, stream: np.random.Generator) -> Integers:
    """Return (place of the source, number of repeats) of runs that together cover about `rows` rows.

    Places index the order in which instruments follow each other; a run stays within one instrument.
    """
    shortest, longest = STALE_RUN
    block = longest + 1  # one run at most in each block of places, so that runs never overlap
    length = stream.integers(shortest, longest + 1, instrument.size // block)
    start = block * np.arange(length.size)
    whole = instrument[start] == instrument[start + length]
    for step in range(longest + 1):
        whole &= usable[start + step] | (step > length)
    chosen = stream.permutation(np.flatnonzero(whole))
    chosen = chosen[: np.searchsorted(np.cumsum(length[chosen]), rows, side="right")]
    return np.column_stack([start[chosen], length[chosen]])
