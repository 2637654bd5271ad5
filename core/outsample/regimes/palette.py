"""Colours of levels of volatility: by the terciles of the train days, whatever found the levels."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from outsample.regimes.track import Regime
from outsample.typing import Bools, Floats, Integers

__all__ = ["Palette"]


@dataclass(frozen=True, slots=True, eq=False)
class Palette:
    """Train levels, ascending and distinct, and the colour of each.

    Terciles are of train *days*: a level belongs to the third in which the middle of its days falls, when days are
    sorted by level. With one level that is NORMAL, with two equal halves CALM and STRESSED; ties cannot be torn apart.

    Parameters
    ----------
    level : (k,) array
    code : (k,) int8 array
    """

    level: Floats
    code: Integers

    @classmethod
    def of(cls, levels: Floats, days: Integers) -> Self:
        """Build from levels, in any order and with repeats, and how many train days each holds."""
        level, group = np.unique(levels, return_inverse=True)
        weight = np.bincount(group, weights=days)
        middle = (np.cumsum(weight) - 0.5 * weight) / weight.sum()
        code = np.searchsorted((1.0 / 3.0, 2.0 / 3.0), middle, side="right").astype(np.int8)
        return cls(level, code)

    def colour(self, levels: Floats, always_seen: Bools | None = None) -> Integers:
        """Return the codes of `levels`: that of the nearest train level, UNSEEN outside them."""
        boundary = 0.5 * (self.level[:-1] + self.level[1:])
        code = self.code[np.searchsorted(boundary, levels)]
        unseen = (levels < self.level[0]) | (levels > self.level[-1])
        if always_seen is not None:
            unseen &= ~always_seen
        code[unseen] = Regime.UNSEEN
        return np.asarray(code)
