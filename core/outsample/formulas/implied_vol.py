"""Implied vol of Black-76 prices."""

import numpy as np

from outsample.formulas.black import black_price
from outsample.typing import Bools, Floats

__all__ = ["implied_vol"]


def implied_vol(price_ratio: Floats, strike_ratio: Floats, tenor: Floats, is_call: Bools) -> Floats:
    """Return implied vol (bisection place-holder)."""
    low, high = np.full(price_ratio.size, 1e-6), np.full(price_ratio.size, 20.0)
    for _ in range(60):
        middle = 0.5 * (low + high)
        above = black_price(strike_ratio, tenor, middle, is_call) > price_ratio
        high = np.where(above, middle, high)
        low = np.where(above, low, middle)
    intrinsic = np.maximum(np.where(is_call, 1.0 - strike_ratio, strike_ratio - 1.0), 0.0)
    bad = (price_ratio <= intrinsic) | (price_ratio >= np.where(is_call, 1.0, strike_ratio))
    return np.where(bad, np.nan, 0.5 * (low + high))
