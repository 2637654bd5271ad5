"""The vol of least squares from products of tables: Gauss-Newton steps between places of the lattice."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.models.early_exercise.vol_lattice import HIGHEST, POINTS, cubic, place_of, vol_of_place
from outsample.typing import Floats

__all__ = ["Least", "least_between", "least_squares", "parts"]

MOST_STEPS: Final = 60
SETTLED: Final = 1e-12  # relative step


@dataclass(frozen=True, slots=True)
class Least:
    """Where a sum of squares is least: the vol, the first of the four places around it, and whether a search ended."""

    vol: float
    first: int
    is_settled: bool


def least_squares(sums: Callable[[int], Floats], vol: float) -> Least:
    """Return the least sum of squares near a vol, from the products of the quotes with four tables, by their first."""
    first = place_of(vol)
    found = Least(vol_of_place(first + 1), first, False)
    for _ in range(MOST_STEPS):  # as often as the search leads to other places, which it hardly does
        high = min(vol_of_place(first + POINTS - 1), HIGHEST)
        found = least_between(sums(first), first, found.vol, vol_of_place(first), high)
        nearer = place_of(found.vol)
        if nearer == first:
            break
        first += 1 if nearer > first else -1
    return found


def least_between(sums: Floats, first: int, vol: float, low: float, high: float) -> Least:
    """Return the least sum of squares in a range by Gauss-Newton steps."""
    (gram,), (right,) = parts(sums[np.newaxis])
    is_settled = False
    for _ in range(MOST_STEPS):
        weights, slopes = cubic(first, vol)
        curve = float(slopes @ gram @ slopes)
        step = -float(slopes @ (gram @ weights - right)) / curve if curve > 0.0 else 0.0
        moved = min(max(vol + step, low), high)
        is_settled = abs(moved - vol) <= SETTLED * vol
        vol = moved
        if is_settled:
            break
    return Least(vol, first, is_settled)


def parts(sums: Floats) -> tuple[Floats, Floats]:
    """Return (t, 4, 4) G and (t, 4) g of rows of `products`."""
    square = POINTS * POINTS
    return sums[:, :square].reshape(-1, POINTS, POINTS), sums[:, square : square + POINTS]
