"""Implied vol in plain numpy and scipy, the independent twin of `implied_vol_kernel`: bisection, then Newton steps.

Slow and sure. It shares the reduction to the normalised out-of-the-money price, and neither the functions (scipy's
`erfcx`, Gauss-Legendre quadrature in place of the series), nor the guess, nor the iteration.
"""

import math
from typing import Final

import numpy as np
from scipy.special import erfcx, erfinv

from outsample.typing import Bools, Floats

__all__ = ["implied_vol_plain"]

NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)
BISECTIONS: Final = 60
NEWTON_STEPS: Final = 3


def implied_vol_plain(price_ratio: Floats, strike_ratio: Floats, tenor: Floats, is_call: Bools) -> Floats:
    """Return the (n,) implied vols; NaN where a price is at or outside its bounds or an input outside the domain."""
    exercise = np.maximum(np.where(is_call, 1.0 - strike_ratio, strike_ratio - 1.0), 0.0)
    near = np.minimum(1.0, strike_ratio)
    with np.errstate(invalid="ignore"):
        above, below = price_ratio - exercise, np.where(is_call, 1.0, strike_ratio) - price_ratio
        known = (strike_ratio > 0.0) & (strike_ratio < np.inf) & (tenor > 0.0) & (tenor < np.inf)
        known &= (above > 0.0) & (below > 0.0)
    out = np.full(known.shape, np.nan)
    y = np.abs(np.log(strike_ratio[known]))
    deviation = _deviation(y, above[known] / near[known], below[known] / near[known])
    out[known] = deviation / np.sqrt(tenor[known])
    return out


def _deviation(y: Floats, price: Floats, complement: Floats) -> Floats:
    """Return ``vol sqrt(T)``: bisection of its logarithm, then Newton steps on the logarithm of the price."""
    log_price, log_complement = np.log(price), np.log(complement)
    low, high = np.log(np.maximum(y, 1e-18) / 50.0), np.full(y.shape, math.log(300.0))
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        value, slope = _residual(y, np.exp(middle), log_price, log_complement)
        rises = value * slope < 0.0
        low, high = np.where(rises, middle, low), np.where(rises, high, middle)
    deviation = np.exp(0.5 * (low + high))
    for _ in range(NEWTON_STEPS):
        value, slope = _residual(y, deviation, log_price, log_complement)
        deviation = deviation - value / slope
    at_the_money = math.sqrt(8.0) * erfinv(np.where(y == 0.0, price, 0.5))
    return np.where((y == 0.0) & (price < 0.5), at_the_money, deviation)


def _residual(y: Floats, s: Floats, log_price: Floats, log_complement: Floats) -> tuple[Floats, Floats]:
    """Return (ln of model over target, its derivative to `s`): of the price, or for a large `s` of its complement."""
    z = y / s
    lower, upper = z - 0.5 * s, z + 0.5 * s
    past = (lower < 0.0) & (s >= 1.0)
    points = z + 0.5 * s * NODES[:, np.newaxis]
    with np.errstate(over="ignore", invalid="ignore"):  # branches that are not taken
        narrow = 0.5 * s * (WEIGHTS @ np.maximum(1.0 - points * _mills(points), 1e-300))
        wide = _mills(lower) - _mills(upper)
    drop = np.where(past, _mills(np.abs(lower)) + _mills(upper), np.where(s < 1.0, narrow, wide))
    drop = np.maximum(drop, 1e-300)
    value = np.log(drop) - 0.5 * lower * lower - 0.5 * math.log(2.0 * math.pi)
    return value - np.where(past, log_complement, log_price), np.where(past, -1.0, 1.0) / drop


def _mills(z: Floats) -> Floats:
    return np.asarray(math.sqrt(0.5 * math.pi) * erfcx(z / math.sqrt(2.0)))
