"""The functions of `black_kernels` in plain numpy and scipy: the textbook formulas, as their independent twins."""

import math

import numpy as np
from scipy.special import ndtr

from outsample.typing import Bools, Floats

__all__ = ["delta_plain", "gamma_plain", "net_delta_plain", "price_plain", "vega_plain"]


def price_plain(strike_ratio: Floats, tenor: Floats, vol: Floats, is_call: Bools) -> Floats:
    """Return the (n,) prices as a fraction of the forward."""
    upper, deviation = _upper(strike_ratio, tenor, vol)
    sign = np.where(is_call, 1.0, -1.0)
    return _positive(sign * (ndtr(sign * upper) - strike_ratio * ndtr(sign * (upper - deviation))))


def delta_plain(strike_ratio: Floats, tenor: Floats, vol: Floats) -> Floats:
    """Return the (n,) forward deltas ``N(d1)``."""
    return np.asarray(ndtr(_upper(strike_ratio, tenor, vol)[0]))


def net_delta_plain(strike_ratio: Floats, tenor: Floats, vol: Floats, is_call: Bools) -> Floats:
    """Return the (n,) net deltas: ``k N(d2)`` of a call, ``-k N(-d2)`` of a put."""
    upper, deviation = _upper(strike_ratio, tenor, vol)
    sign = np.where(is_call, 1.0, -1.0)
    return np.asarray(sign * strike_ratio * ndtr(sign * (upper - deviation)))


def vega_plain(strike_ratio: Floats, tenor: Floats, vol: Floats) -> Floats:
    """Return the (n,) vegas ``n(d1) sqrt(T)``."""
    upper, _ = _upper(strike_ratio, tenor, vol)
    with np.errstate(invalid="ignore", over="ignore"):
        return _density(upper) * np.sqrt(tenor)


def gamma_plain(strike_ratio: Floats, tenor: Floats, vol: Floats) -> Floats:
    """Return the (n,) gammas times the forward, ``n(d1) / (vol sqrt(T))``."""
    upper, deviation = _upper(strike_ratio, tenor, vol)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        gamma = _density(upper) / deviation
    at_expiry = np.where(strike_ratio == 1.0, np.nan, 0.0)
    return np.where(deviation == 0.0, at_expiry, gamma)


def _upper(strike_ratio: Floats, tenor: Floats, vol: Floats) -> tuple[Floats, Floats]:
    """Return (d1, vol sqrt(T)); at deviation 0 d1 is infinite, or 0 at the forward; off the domain it is NaN."""
    finite = np.isfinite(strike_ratio) & np.isfinite(tenor) & np.isfinite(vol)
    good = finite & (strike_ratio > 0.0) & (tenor >= 0.0) & (vol >= 0.0)
    with np.errstate(all="ignore"):
        deviation = vol * np.sqrt(tenor)
        log_ratio = np.log(strike_ratio)
        upper = np.where(log_ratio == 0.0, 0.0, -log_ratio / deviation) + 0.5 * deviation
    return np.where(good, upper, np.nan), deviation


def _density(x: Floats) -> Floats:
    return np.asarray(np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi))


def _positive(price: Floats) -> Floats:
    return np.where(price < 0.0, 0.0, price)  # keeps NaN
