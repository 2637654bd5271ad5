"""Bounded nonlinear least squares: Levenberg-Marquardt steps that are minima of the damped model inside the box.

Damping multiplies the diagonal of the Hessian, after Marquardt (1963), doi:10.1137/0111030, so that units do not
matter. It follows the gain as Nielsen proposed (1999), "Damping parameter in Marquardt's method", IMM-REP-1999-05.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final, Self

import numpy as np

from outsample.calibration.bounded_step import bounded_step
from outsample.calibration.normal_equations import NormalEquations
from outsample.typing import Floats

__all__ = ["Minimum", "Ridge", "StopReason", "minimise"]

FIRST_DAMPING: Final = 1e-3
LEAST_DAMPING: Final = 1e-12
MOST_DAMPING: Final = 1e8
LEAST_GAIN: Final = 1e-4  # share of the predicted decrease from which on a step is taken
SMALLEST_STEP: Final = 1e-12  # of the size of a parameter
TINY: Final = 1e-300  # keeps a parameter without any influence where it is
SMALL_STEPS: Final = 3  # in a row that hardly gain anything, after which there is nothing more to gain


class StopReason(Enum):
    """Why a search ended."""

    CONVERGED = "nothing more to gain"
    STEPS = "out of steps"
    STUCK = "no step goes down"
    LEFT = "left the region it was confined to"


@dataclass(frozen=True, slots=True, eq=False)
class Ridge:
    """A penalty ``sum of weight (values - centre)^2``.

    Parameters
    ----------
    centre, weight : (p,) array
    """

    centre: Floats
    weight: Floats

    @classmethod
    def none(cls, count: int) -> Self:
        """Return no penalty."""
        return cls(np.zeros(count), np.zeros(count))

    def penalty(self, values: Floats) -> float:
        """Return what is added to the sum of squares."""
        return float(self.weight @ (values - self.centre) ** 2)


@dataclass(frozen=True, slots=True, eq=False)
class Minimum:
    """Where a search ended.

    Parameters
    ----------
    values : (p,) array
    at : NormalEquations
        Of the data alone, without the penalty.
    reason : StopReason
    evaluations : int
    damping : float
        What a search that goes on from here begins with.
    """

    values: Floats
    at: NormalEquations
    reason: StopReason
    evaluations: int
    damping: float


def minimise(
    evaluate: Callable[[Floats], NormalEquations],
    start: Floats,
    low: Floats,
    high: Floats,
    *,
    tolerance: float = 1e-9,
    most_steps: int = 100,
    ridge: Ridge | None = None,
    damping: float = FIRST_DAMPING,
    is_inside: Callable[[Floats], bool] = lambda _: True,
) -> Minimum:
    """Return the minimum of the sum of squares in a box, near `start`.

    Parameters
    ----------
    evaluate : callable
        From (p,) values to the normal equations there; an infinite total says that they cannot be evaluated.
    start, low, high : (p,) array
        `start` inside the box.
    tolerance : float
        Relative decrease of the sum that is not worth a step.
    most_steps : int
    ridge : Ridge, optional
    damping : float
        Of the first step.
    is_inside : callable
        Whether values are in the region the search is confined to; it ends at the first that are not.
    """
    pull = ridge or Ridge.none(start.size)
    values, at = start, evaluate(start)
    total = at.total + pull.penalty(values)
    if not math.isfinite(total):
        return Minimum(values, at, StopReason.STUCK, 1, damping)
    growth, small = 2.0, 0
    for evaluations in range(1, most_steps + 1):
        matrix, gradient = at.hessian + np.diag(pull.weight), at.gradient + pull.weight * (values - pull.centre)
        damped = matrix + np.diag(damping * np.diag(matrix) + TINY)
        step = bounded_step(damped, gradient, low - values, high - values)
        predicted = -float(step @ (2.0 * gradient + matrix @ step))
        small = small + 1 if predicted <= tolerance * total else 0
        is_still = bool(np.all(np.abs(step) <= SMALLEST_STEP * (np.abs(values) + SMALLEST_STEP)))
        if is_still or small >= SMALL_STEPS or (small and damping <= FIRST_DAMPING):
            return Minimum(values, at, StopReason.CONVERGED, evaluations, damping)
        moved = np.clip(values + step, low, high)
        trial = evaluate(moved)
        reached = trial.total + pull.penalty(moved)
        gain = (total - reached) / predicted if predicted > 0.0 else 0.0  # rounding can eat a prediction
        if gain > LEAST_GAIN:
            values, at, total = moved, trial, reached
            damping = max(damping * max(1.0 / 3.0, 1.0 - (2.0 * gain - 1.0) ** 3), LEAST_DAMPING)
            growth = 2.0
            if not is_inside(values):
                return Minimum(values, at, StopReason.LEFT, evaluations + 1, damping)
        else:
            damping, growth = damping * growth, 2.0 * growth
            if damping > MOST_DAMPING or not math.isfinite(predicted):
                return Minimum(values, at, StopReason.STUCK, evaluations + 1, damping)
    return Minimum(values, at, StopReason.STEPS, most_steps + 1, damping)
