"""Raw SVI: total variance of one expiry over log-moneyness, its derivatives, and what they say about arbitrage.

    w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2)),   k = ln(K / F)

Domain: ``b >= 0``, ``|rho| < 1``, ``sigma > 0`` and no negative variance, ``a + b sigma sqrt(1 - rho^2) >= 0``. Outside
it, and for NaN, every answer is NaN.

The slice has no butterfly arbitrage if and only if Durrleman's function

    g(k) = (1 - k w' / (2 w))^2 - w'^2 (1 / w + 1 / 4) / 4 + w'' / 2

is nowhere negative and the call vanishes at infinite strikes, for which Lee's bound ``b (1 + |rho|) <= 2`` is
necessary and, taken strictly, enough.

References: Gatheral and Jacquier (2014), Quantitative Finance 14, 59-71, doi:10.1080/14697688.2013.819986; Lee (2004),
Mathematical Finance 14, 469-480, doi:10.1111/j.0960-1627.2004.00200.x. Where the slices fail:
`outsample.formulas.svi_arbitrage`.
"""

from typing import Final

import numpy as np

from outsample.formulas.svi_parameters import RawSvi
from outsample.typing import Bools, Floats

__all__ = [
    "durrleman",
    "lee_bound_holds",
    "svi_curvature",
    "svi_slope",
    "svi_total_variance",
    "wing_slopes",
]

LEE_BOUND: Final = 2.0


def svi_total_variance(log_moneyness: Floats, svi: RawSvi) -> Floats:
    """Return w(k), the vol squared times the tenor.

    Parameters
    ----------
    log_moneyness : (n,) array
        ``ln(K / F)``.
    svi : RawSvi
        Broadcasts with `log_moneyness`.

    Returns
    -------
    (n,) array
        At least 0 (rounding apart); NaN outside the domain.

    Examples
    --------
    >>> vogt = RawSvi(-0.041, 0.1331, 0.306, 0.3586, 0.4153)
    >>> svi_total_variance(np.array([-1.0, 0.0, 0.8]), vogt).round(6)
    array([0.092756, 0.017426, 0.057644])
    """
    away = log_moneyness - svi.m
    with np.errstate(invalid="ignore"):
        total = svi.a + svi.b * (svi.rho * away + np.hypot(away, svi.sigma))
        return np.where(_in_domain(svi) & np.isfinite(total), total, np.nan)


def svi_slope(log_moneyness: Floats, svi: RawSvi) -> Floats:
    """Return w'(k), total variance per unit of log-moneyness."""
    away = log_moneyness - svi.m
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(_in_domain(svi), svi.b * (svi.rho + away / np.hypot(away, svi.sigma)), np.nan)


def svi_curvature(log_moneyness: Floats, svi: RawSvi) -> Floats:
    """Return w''(k), never negative."""
    distance = np.hypot(log_moneyness - svi.m, svi.sigma)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(_in_domain(svi), svi.b * svi.sigma**2 / distance**3, np.nan)


def durrleman(log_moneyness: Floats, svi: RawSvi) -> Floats:
    """Return g(k), which is the risk-neutral density in k times a positive function.

    Parameters
    ----------
    log_moneyness, svi
        As in `svi_total_variance`.

    Returns
    -------
    (n,) array
        Negative where a butterfly costs less than nothing; NaN outside the domain and where w is 0.

    Examples
    --------
    >>> durrleman(np.array([0.5, 0.8, 1.0]), RawSvi(-0.041, 0.1331, 0.306, 0.3586, 0.4153)).round(5)
    array([ 0.06938, -0.02982, -0.02774])
    """
    total, slope = svi_total_variance(log_moneyness, svi), svi_slope(log_moneyness, svi)
    with np.errstate(invalid="ignore", divide="ignore"):
        tilt = (1.0 - log_moneyness * slope / (2.0 * total)) ** 2
        g = tilt - 0.25 * slope**2 * (1.0 / total + 0.25) + 0.5 * svi_curvature(log_moneyness, svi)
    return np.where(total > 0.0, g, np.nan)


def wing_slopes(svi: RawSvi) -> tuple[Floats, Floats]:
    """Return the slopes of the put and of the call wing, ``b (1 - rho)`` and ``b (1 + rho)``."""
    good = _in_domain(svi)
    return np.where(good, svi.b * (1.0 - svi.rho), np.nan), np.where(good, svi.b * (1.0 + svi.rho), np.nan)


def lee_bound_holds(svi: RawSvi) -> Bools:
    """Return whether ``b (1 + |rho|) <= 2``, without which a wing is steeper than any law permits; false for NaN."""
    return np.asarray(np.maximum(*wing_slopes(svi)) <= LEE_BOUND)


def _in_domain(svi: RawSvi) -> Bools:
    with np.errstate(invalid="ignore"):
        least = svi.a + svi.b * svi.sigma * np.sqrt((1.0 - svi.rho) * (1.0 + svi.rho))
        return np.asarray((svi.b >= 0.0) & (np.abs(svi.rho) < 1.0) & (svi.sigma > 0.0) & (least >= 0.0))
