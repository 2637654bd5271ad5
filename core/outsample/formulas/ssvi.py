"""SSVI: a surface of SVI slices over their at-the-money total variance theta.

    w(k, theta) = theta / 2 (1 + rho phi k + sqrt((phi k + rho)^2 + 1 - rho^2)),   phi = phi(theta)

Three functions phi are given, each with the slope ``d(theta phi) / d theta`` that the calendar condition needs:

    Heston-like           phi = (1 - (1 - exp(-x)) / x) / x,            x = lambda theta
    power law             phi = eta theta^-gamma
    bounded power law     phi = eta / (theta^gamma (1 + theta)^(1 - gamma))

Domain: ``theta > 0``, ``phi > 0``, ``|rho| < 1``, ``lambda > 0``, ``eta > 0``, ``0 <= gamma <= 1``. Outside it, and for
NaN, values are NaN and conditions are false.

Reference: Gatheral and Jacquier (2014), Quantitative Finance 14, 59-71, doi:10.1080/14697688.2013.819986, section 4.
"""

from typing import Final

import numpy as np

from outsample.formulas.svi_parameters import NaturalSvi, RawSvi, Value
from outsample.typing import Bools, Floats

__all__ = [
    "bounded_power_law_phi",
    "bounded_power_law_slope",
    "heston_like_phi",
    "heston_like_slope",
    "power_law_phi",
    "power_law_slope",
    "ssvi_has_no_butterfly_arbitrage",
    "ssvi_has_no_calendar_arbitrage",
    "ssvi_slice",
    "ssvi_total_variance",
]

SERIES_BELOW: Final = 0.5  # where the closed form of the Heston-like phi cancels, its power series takes over
SERIES_TERMS: Final = 16


def ssvi_total_variance(log_moneyness: Floats, theta: Value, rho: Value, phi: Value) -> Floats:
    """Return w(k, theta).

    Parameters
    ----------
    log_moneyness : (n,) array
        ``ln(K / F)``. All parameters broadcast together.
    theta : number or array
        At-the-money total variance.
    rho : number or array
        Correlation.
    phi : number or array
        Curvature at that theta, per unit of log-moneyness.

    Returns
    -------
    (n,) array
        ``theta`` at the money; NaN outside the domain.
    """
    with np.errstate(invalid="ignore"):
        good = (np.asarray(theta) > 0.0) & (np.asarray(phi) > 0.0) & (np.abs(rho) < 1.0)
        far = phi * log_moneyness
        root = np.sqrt((far + rho) ** 2 + (1.0 - rho) * (1.0 + rho))
        return np.where(good, 0.5 * theta * (1.0 + rho * far + root), np.nan)


def ssvi_slice(theta: Value, rho: Value, phi: Value) -> RawSvi:
    """Return the raw SVI slice of the surface at `theta`."""
    return NaturalSvi(0.0, 0.0, rho, theta, phi).to_raw()


def heston_like_phi(theta: Floats, decay: Value) -> Floats:
    """Return the Heston-like phi; `decay` is lambda, and ``lambda >= (1 + |rho|) / 4`` rules butterflies out."""
    x = _positive(decay) * _positive(theta)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        closed = (x + np.expm1(-x)) / x**2
    return np.where(x < SERIES_BELOW, _series(x, 2), closed)


def heston_like_slope(theta: Floats, decay: Value) -> Floats:
    """Return ``d(theta phi) / d theta`` of the Heston-like phi, ``(1 - (1 + x) exp(-x)) / x^2``."""
    x = _positive(decay) * _positive(theta)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        closed = (-np.expm1(-x) - x * np.exp(-x)) / x**2
    series = _series(x, 1) - _series(x, 2)
    return np.where(x < SERIES_BELOW, series, closed)


def power_law_phi(theta: Floats, eta: Value, gamma: Value) -> Floats:
    """Return ``eta theta^-gamma``; it admits butterflies at large theta, whatever eta is, unless gamma is 1."""
    return _positive(eta) * _positive(theta) ** -_share(gamma)


def power_law_slope(theta: Floats, eta: Value, gamma: Value) -> Floats:
    """Return ``d(theta phi) / d theta`` of the power law, ``(1 - gamma) phi``."""
    return (1.0 - _share(gamma)) * power_law_phi(theta, eta, gamma)


def bounded_power_law_phi(theta: Floats, eta: Value, gamma: Value) -> Floats:
    """Return ``eta / (theta^gamma (1 + theta)^(1 - gamma))``.

    With ``gamma <= 1/2``, ``eta (1 + |rho|) <= 2`` rules butterflies out.
    """
    good, share = _positive(theta), _share(gamma)
    return _positive(eta) * good**-share * (1.0 + good) ** (share - 1.0)


def bounded_power_law_slope(theta: Floats, eta: Value, gamma: Value) -> Floats:
    """Return ``d(theta phi) / d theta`` of the bounded power law, ``(1 - gamma) phi / (1 + theta)``."""
    return (1.0 - _share(gamma)) * bounded_power_law_phi(theta, eta, gamma) / (1.0 + _positive(theta))


def ssvi_has_no_butterfly_arbitrage(theta: Floats, rho: Value, phi: Floats) -> Bools:
    """Return where the sufficient condition holds: ``theta phi (1 + |rho|) < 4`` and ``theta phi^2 (1 + |rho|) <= 4``.

    The first, with equality allowed, is necessary; the second is not, so a false answer is a doubt: ask
    `outsample.formulas.svi_arbitrage.butterfly_arbitrage` of the slice.
    """
    product = _positive(theta) * _positive(phi) * (1.0 + np.abs(rho))
    with np.errstate(invalid="ignore"):
        return np.asarray((product < 4.0) & (product * phi <= 4.0) & (np.abs(rho) < 1.0))


def ssvi_has_no_calendar_arbitrage(rho: Value, phi: Floats, slope: Floats) -> Bools:
    """Return where ``0 <= d(theta phi) / d theta <= phi (1 + sqrt(1 - rho^2)) / rho^2``.

    Necessary and sufficient over all of the surface, if theta does not fall with the tenor.

    Parameters
    ----------
    rho : number or array
        Correlation.
    phi, slope : (n,) array
        phi and ``d(theta phi) / d theta`` at each theta.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        root = np.sqrt((1.0 - rho) * (1.0 + rho))
        return np.asarray((slope >= 0.0) & (np.square(rho) * slope <= (1.0 + root) * _positive(phi)))


def _series(x: Floats, shift: int) -> Floats:
    """Return ``sum over n >= 0 of (-x)^n / (n + shift)!``."""
    factor = 1.0 / np.cumprod(np.arange(1.0, SERIES_TERMS + shift + 1.0))[shift - 1 :]
    total = np.zeros_like(x)
    with np.errstate(over="ignore", invalid="ignore"):
        for coefficient in factor[::-1]:
            total = coefficient - x * total
    return total


def _positive(value: Value) -> Floats:
    numbers = np.asarray(value, dtype=np.float64)
    return np.where(numbers > 0.0, numbers, np.nan)


def _share(value: Value) -> Floats:
    numbers = np.asarray(value, dtype=np.float64)
    return np.where((numbers >= 0.0) & (numbers <= 1.0), numbers, np.nan)
