"""The kernels in plain numpy, as their independent twins."""

import itertools
import math

import numpy as np

from outsample.formulas.black_plain import vega_plain
from outsample.formulas.implied_vol_plain import implied_vol_plain
from outsample.typing import Bools, Floats

__all__ = ["bounded_step_plain", "fill_equations_plain", "vol_residuals_plain"]


def bounded_step_plain(matrix: Floats, gradient: Floats, low: Floats, high: Floats) -> Floats:
    """Return the minimum in the box: of all choices of coordinates on its sides, the least inside; for few only."""
    best, least = np.zeros(gradient.size), math.inf
    for sides in itertools.product((-1, 0, 1), repeat=gradient.size):
        side = np.array(sides)
        step = np.where(side < 0, low, high)
        free, fixed = np.flatnonzero(side == 0), np.flatnonzero(side)
        right = gradient[free] + matrix[np.ix_(free, fixed)] @ step[fixed]
        step[free] = -np.linalg.solve(matrix[np.ix_(free, free)], right)
        cost = float(gradient @ step + 0.5 * step @ matrix @ step)
        if np.all((low <= step) & (step <= high)) and cost < least:
            best, least = step, cost
    return best


def fill_equations_plain(
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
    size = np.abs(residual)
    is_large = size > threshold
    weight = np.divide(threshold, size, out=np.ones(size.size), where=is_large)
    jacobian[:] = slope[:, np.newaxis] * gradient
    influence[:] = weight * residual
    hessian[:] = jacobian.T @ (weight[:, np.newaxis] * jacobian)
    right[:] = jacobian.T @ influence
    total = float(np.sum(residual[~is_large] ** 2))
    if is_large.any():
        total += float(np.sum(threshold * (2.0 * size[is_large] - threshold)))
    return total if np.isfinite(total) and np.isfinite(hessian).all() and np.isfinite(right).all() else math.inf


def vol_residuals_plain(
    price: Floats,
    strike_ratio: Floats,
    tenor: Floats,
    is_call: Bools,
    market_vol: Floats,
    market_price: Floats,
    market_vega: Floats,
) -> tuple[Floats, Floats]:
    """Return implied-vol residuals in vol points, and their slopes to the price."""
    vol = implied_vol_plain(price, strike_ratio, tenor, is_call)
    has_vol = np.isfinite(vol)
    vega = np.where(has_vol, vega_plain(strike_ratio, tenor, np.where(has_vol, vol, 1.0)), market_vega)
    edge = np.where(price > market_price, 8.0, 0.0)
    vol = np.where(has_vol, vol, np.where(np.isfinite(price), edge, np.nan))
    return 100.0 * (vol - market_vol), 100.0 / np.maximum(vega, 0.01 * market_vega)
