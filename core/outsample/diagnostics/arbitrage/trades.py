"""Trades of up to four options: what each must be worth at least, and what it costs at mids or across the spread."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from outsample.compiled import kernel
from outsample.diagnostics.arbitrage.market import Side
from outsample.typing import Bools, Floats, Integers

__all__ = ["LEGS", "Trades", "joined_trades"]

LEGS: Final = 4  # of a box, which has the most


@dataclass(frozen=True, slots=True, eq=False)
class Trades:
    """One trade a row; what it gains is ``worth`` less its cost.

    Parameters
    ----------
    row : (v, legs) int64 array
        Quote of each leg, -1 where there is none. The first leg is the option that the trade is about.
    quantity : (v, legs) array
        Bought above 0, sold below; 0 where there is no leg.
    worth : (v,) array
        The least that the legs are worth together, in premium currency.
    """

    row: Integers
    quantity: Floats
    worth: Floats

    @classmethod
    def of(cls, legs: Sequence[tuple[Integers, Floats | float]], worth: Floats | None = None) -> Self:
        """Return trades from the rows and the quantities of each leg."""
        size = legs[0][0].size
        row, quantity = np.empty((len(legs), size), dtype=np.int64), np.empty((len(legs), size))
        for i, (rows, quantities) in enumerate(legs):
            row[i], quantity[i] = rows, quantities
        return cls(row.T, quantity.T, np.zeros(size) if worth is None else worth)

    @property
    def size(self) -> int:
        """Number of trades."""
        return self.worth.size

    def taken(self, which: Integers | Bools) -> "Trades":
        """Return some of the trades."""
        return Trades(self.row[which], self.quantity[which], self.worth[which])

    def gain(self, side: Side) -> Floats:
        """Return (v,) what each trade gains, in premium currency; NaN where a leg cannot be dealt."""
        gain = self.worth.copy()
        for row, quantity in zip(self.row.T, self.quantity.T, strict=True):
            _pay(np.ascontiguousarray(row), np.ascontiguousarray(quantity), side.sell, side.buy, gain)
        return gain


@kernel
def _pay(row: Integers, quantity: Floats, sell: Floats, buy: Floats, gain: Floats) -> None:  # pragma: no cover
    """Take from each gain what one leg costs."""
    for v in range(gain.size):
        if quantity[v] > 0.0:
            gain[v] -= quantity[v] * buy[row[v]]
        elif quantity[v] < 0.0:
            gain[v] -= quantity[v] * sell[row[v]]


def joined_trades(parts: Sequence[Trades]) -> Trades:
    """Return the trades of several lists, one after the other, all with room for `LEGS` legs."""
    row = [np.pad(one.row, ((0, 0), (0, LEGS - one.row.shape[1])), constant_values=-1) for one in parts]
    quantity = [np.pad(one.quantity, ((0, 0), (0, LEGS - one.row.shape[1]))) for one in parts]
    return Trades(np.concatenate(row), np.concatenate(quantity), np.concatenate([one.worth for one in parts]))
