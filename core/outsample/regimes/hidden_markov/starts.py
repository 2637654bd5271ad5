"""Where expectation-maximisation sets out from: parameters of rows that were sorted into states by simple rules."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.regimes.equal_shares import equal_shares
from outsample.typing import Floats, Integers

__all__ = ["WINDOWS", "StartingPoint", "starting_points"]

WINDOWS: Final = (21, 5, 63)  # rows over which squared deviations are averaged before they are ranked
_STAY: Final = 0.95  # probability of staying that every start assumes: visits of 20 rows
_BLOCKS: Final = 8  # random stretches for each state


@dataclass(frozen=True, slots=True, eq=False)
class StartingPoint:
    """Parameters to set out from; the arrays are the caller's to overwrite.

    Parameters
    ----------
    start, transition : (k,), (k, k) array
        Probabilities.
    mean, square : (k, d) array
        Location and squared scale.
    """

    start: Floats
    transition: Floats
    mean: Floats
    square: Floats


def starting_points(rows: Floats, states: int, count: int, seed: int, floor: Floats) -> list[StartingPoint]:
    """Return `count` starting points, the same for the same data, in this order.

    1. Rows ranked by their squared deviation from the median, each feature over its variance, averaged over 21 rows
       around, and cut into equal shares: states that differ in volatility.
    2. Rows ranked by their first feature, cut likewise, all with the same variance: states that differ in level.
    3. and 4. As 1, over 5 and over 63 rows.
    5. and on: random stretches, drawn with `seed`.

    Parameters
    ----------
    rows : (d, n) array
        NaN in all features of a missing row.
    states, count, seed : int
        At least 1.
    floor : (d,) array
        Least squared scale.
    """
    kept = rows[:, ~np.isnan(rows[0])]
    generator = np.random.default_rng(seed)
    spread = kept.var(axis=1)
    squares = (np.square(kept - np.median(kept, axis=1, keepdims=True)) / spread[:, np.newaxis]).sum(axis=0)
    found = []
    for number in range(count):
        if number == 1:
            found.append(_of_labels(kept, equal_shares(kept[0], states), states, floor, common=spread))
        elif number <= len(WINDOWS):
            window = WINDOWS[max(number - 1, 0)]
            found.append(_of_labels(kept, equal_shares(_averaged(squares, window), states), states, floor))
        else:
            found.append(_of_labels(kept, _stretches(kept.shape[1], states, generator), states, floor))
    return found


def _averaged(squares: Floats, window: int) -> Floats:
    """Return the mean of up to `window` rows around each."""
    sums = np.concatenate(([0.0], np.cumsum(squares)))
    row = np.arange(squares.size)
    low, high = np.maximum(row - window // 2, 0), np.minimum(row + window // 2 + 1, squares.size)
    return np.asarray((sums[high] - sums[low]) / (high - low))


def _stretches(rows: int, states: int, generator: np.random.Generator) -> Integers:
    """Return labels of random stretches; every state has one."""
    blocks = min(_BLOCKS * states, rows)
    cuts = np.sort(generator.choice(np.arange(1, rows), size=blocks - 1, replace=False))
    labels = np.concatenate((np.arange(states), generator.integers(states, size=blocks - states)))
    return np.repeat(generator.permutation(labels), np.diff(np.concatenate(([0], cuts, [rows]))))


def _of_labels(
    rows: Floats, labels: Integers, states: int, floor: Floats, common: Floats | None = None
) -> StartingPoint:
    """Return the moments of each group of rows; `common` is a variance for all of them."""
    mean = np.array([rows[:, labels == k].mean(axis=1) for k in range(states)])
    square = np.array([rows[:, labels == k].var(axis=1) if common is None else common for k in range(states)])
    transition = np.full((states, states), (1.0 - _STAY) / (states - 1))
    np.fill_diagonal(transition, _STAY)
    return StartingPoint(np.full(states, 1.0 / states), transition, mean, np.maximum(square, floor))
