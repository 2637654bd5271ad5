"""The minimum of a convex quadratic in a box, by its active set: the step of a bounded Levenberg-Marquardt search.

    least  gradient' d + d' matrix d / 2   with  low <= d <= high

From 0 it goes to the minimum over the free coordinates, as far as the box permits; the coordinate that stops it is
fixed on its side. At such a minimum the fixed coordinate that pulls inside the most is freed. The value falls all the
time, so no set comes twice. Method: Nocedal and Wright (2006), Numerical Optimization, 2nd ed., algorithm 16.3.
"""

import math
from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.typing import Floats, Integers

__all__ = ["bounded_step"]

ROUNDS_A_PARAMETER: Final = 4


@kernel
def bounded_step(matrix: Floats, gradient: Floats, low: Floats, high: Floats) -> Floats:
    """Return the (p,) step; NaN if the matrix is not positive definite on the free coordinates.

    Parameters
    ----------
    matrix : (p, p) array
        Symmetric.
    gradient : (p,) array
    low, high : (p,) array
        Box of the step: `low` not above 0, `high` not below it.
    """
    count = gradient.size
    side = np.zeros(count, np.int64)  # -1 on the lower side of the box, 1 on the upper, 0 free
    step = np.zeros(count)
    for _ in range(ROUNDS_A_PARAMETER * count):
        target = step.copy()
        solve_free(matrix, gradient, side, target)
        share, blocking = 1.0, -1
        for i in range(count):
            room = max(high[i] - step[i], 0.0) if target[i] > step[i] else min(low[i] - step[i], 0.0)
            if side[i] == 0 and abs(target[i] - step[i]) * share > abs(room):
                share, blocking = room / (target[i] - step[i]), i
        step += share * (target - step)
        if blocking >= 0:
            side[blocking] = 1 if target[blocking] > step[blocking] else -1
            step[blocking] = high[blocking] if side[blocking] > 0 else low[blocking]
        else:
            freed = strongest_pull(matrix, gradient, side, step)
            if freed < 0:
                break
            side[freed] = 0
    return step


@kernel
def strongest_pull(matrix: Floats, gradient: Floats, side: Integers, step: Floats) -> int:
    """Return the fixed coordinate whose return inside lowers the value at the highest rate; -1 if none does."""
    found, most = -1, 0.0
    for i in range(step.size):
        pull = gradient[i]
        for j in range(step.size):
            pull += matrix[i, j] * step[j]
        if side[i] * pull > most:
            found, most = i, side[i] * pull
    return found


@kernel
def solve_free(matrix: Floats, gradient: Floats, side: Integers, step: Floats) -> None:
    """Fill the free coordinates of `step` so that the gradient vanishes there."""
    free = np.flatnonzero(side == 0)
    inner, right = np.empty((free.size, free.size)), np.empty(free.size)
    for a in range(free.size):
        right[a] = -gradient[free[a]]
        for j in range(step.size):
            if side[j] != 0:
                right[a] -= matrix[free[a], j] * step[j]
        for b in range(free.size):
            inner[a, b] = matrix[free[a], free[b]]
    solve_definite(inner, right)
    for a in range(free.size):
        step[free[a]] = right[a]


@kernel
def solve_definite(matrix: Floats, right: Floats) -> None:
    """Solve in place by Cholesky's factors; NaN if the matrix is not positive definite."""
    for a in range(right.size):
        for b in range(a):
            for c in range(b):
                matrix[a, b] -= matrix[a, c] * matrix[b, c]
            matrix[a, b] /= matrix[b, b]
            matrix[a, a] -= matrix[a, b] * matrix[a, b]
            right[a] -= matrix[a, b] * right[b]
        matrix[a, a] = math.sqrt(matrix[a, a]) if matrix[a, a] > 0.0 else np.nan
        right[a] /= matrix[a, a]
    for a in range(right.size - 1, -1, -1):
        for c in range(a + 1, right.size):
            right[a] -= matrix[c, a] * right[c]
        right[a] /= matrix[a, a]
