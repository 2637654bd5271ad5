"""Black-76 on the forward, undiscounted, with prices as a fraction of the forward.

A coin-settled (inverse) premium is this fraction itself: ``Black76(F, K, T, sigma) / F``.
"""

import numpy as np
from scipy.special import ndtr

from outsample.typing import Bools, Floats

__all__ = ["black_price", "call_delta"]


def black_price(strike_ratio: Floats, tenor: Floats, vol: Floats, is_call: Bools) -> Floats:
    """Return the undiscounted Black-76 price divided by the forward."""
    deviation = vol * np.sqrt(tenor)
    upper = -np.log(strike_ratio) / deviation + 0.5 * deviation
    sign = np.where(is_call, 1.0, -1.0)
    return np.asarray(sign * (ndtr(sign * upper) - strike_ratio * ndtr(sign * (upper - deviation))))


def call_delta(strike_ratio: Floats, tenor: Floats, vol: Floats) -> Floats:
    """Return the forward Black delta N(d1) of the call."""
    deviation = vol * np.sqrt(tenor)
    return np.asarray(ndtr(-np.log(strike_ratio) / deviation + 0.5 * deviation))
