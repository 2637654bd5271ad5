"""Normal equations of a least-squares problem whose residuals may be reweighted (Huber 1964)."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from outsample.compiled import kernel
from outsample.typing import Floats

__all__ = ["NormalEquations", "fill_equations", "normal_equations"]


@dataclass(frozen=True, slots=True, eq=False)
class NormalEquations:
    """What a step needs to know of n residuals and their derivatives to p parameters.

    Parameters
    ----------
    total : float
        Sum of the squares; beyond Huber's threshold h of ``2 h |r| - h^2``. Infinite where a residual is not finite.
    hessian : (p, p) array
        ``J' W J``, with the weights W of Huber, all 1 where there is no threshold.
    gradient : (p,) array
        ``J' W r``, half the derivative of `total`.
    residual : (n,) array
    jacobian : (n, p) array
    influence : (n,) array
        ``W r``: the residuals as far as they count.
    """

    total: float
    hessian: Floats
    gradient: Floats
    residual: Floats
    jacobian: Floats
    influence: Floats

    @classmethod
    def impossible(cls, residuals: int, parameters: int) -> Self:
        """Return what stands for parameters at which nothing can be evaluated."""
        none = np.zeros(residuals)
        square, jacobian = np.zeros((parameters, parameters)), np.zeros((residuals, parameters))
        return cls(math.inf, square, np.zeros(parameters), none, jacobian, none)


def normal_equations(residual: Floats, slope: Floats, gradient: Floats, threshold: float) -> NormalEquations:
    """Return the normal equations.

    Parameters
    ----------
    residual : (n,) array
    slope : (n,) array
        Derivative of each residual to what `gradient` is the derivative of.
    gradient : (n, p) array
        Its derivatives to the parameters.
    threshold : float
        Of Huber; infinite for plain squares.
    """
    count = gradient.shape[1]
    hessian, right = np.empty((count, count)), np.empty(count)
    jacobian, influence = np.empty(gradient.shape), np.empty(residual.size)
    total = fill_equations(residual, slope, gradient, threshold, hessian, right, jacobian, influence)
    return NormalEquations(total, hessian, right, residual, jacobian, influence)


@kernel
def fill_equations(
    residual: Floats,
    slope: Floats,
    gradient: Floats,
    threshold: float,
    hessian: Floats,
    right: Floats,
    jacobian: Floats,
    influence: Floats,
) -> float:
    """Fill J'WJ, J'Wr, J and Wr, and return the sum of what the residuals cost."""
    total = 0.0
    hessian[:] = 0.0
    right[:] = 0.0
    for i in range(residual.size):
        r = residual[i]
        size = abs(r)
        weight = 1.0 if size <= threshold else threshold / size
        cost = r * r if size <= threshold else threshold * (2.0 * size - threshold)
        total += cost
        influence[i] = weight * r
        for a in range(right.size):
            entry = slope[i] * gradient[i, a]
            jacobian[i, a] = entry
            right[a] += entry * influence[i]
            for b in range(a + 1):
                hessian[a, b] += weight * entry * jacobian[i, b]
    for a in range(right.size):
        for b in range(a):
            hessian[b, a] = hessian[a, b]
    is_finite = np.isfinite(total) and np.isfinite(np.sum(hessian)) and np.isfinite(np.sum(right))
    return total if is_finite else np.inf
