"""Lognormal implied vol of the SABR model by Hagan's expansion.

``dF = alpha F^beta dW``, ``d alpha = nu alpha dZ``, ``dW dZ = rho dt``. With ``P = (F K)^((1 - beta) / 2)``,
``x = ln(F / K)``, ``z = nu P x / alpha`` and ``c = (1 - beta)^2``:

    vol = alpha / (P (1 + c x^2 / 24 + c^2 x^4 / 1920)) * z / chi(z)
          * (1 + (c alpha^2 / (24 P^2) + rho beta nu alpha / (4 P) + (2 - 3 rho^2) nu^2 / 24) T)
    chi(z) = ln((sqrt(1 - 2 rho z + z^2) + z - rho) / (1 - rho))

An expansion for small ``nu^2 T``: far from the money and at long tenors it implies negative densities.

Reference: Hagan, Kumar, Lesniewski and Woodward (2002), "Managing smile risk", Wilmott Magazine, September, 84-108,
equation 2.17a.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from outsample.formulas.domains import SABR
from outsample.formulas.refusals import answered
from outsample.typing import Floats

__all__ = ["sabr_vol"]

NO_STRETCH: Final = 1e-30  # of z, below which its stretch is 1 to rounding, and above which nothing is denormal


def sabr_vol(
    forward: Floats, strike: Floats, tenor: Floats, alpha: ArrayLike, beta: ArrayLike, rho: ArrayLike, nu: ArrayLike
) -> Floats:
    """Return the Black vol.

    Parameters
    ----------
    forward, strike : (n,) array
        Quote currency. All parameters broadcast together.
    tenor : (n,) array
        Years.
    alpha : (n,) array
        Start value of the vol process, in units of ``F^(1 - beta)`` a year; above 0.
    beta : (n,) array
        Exponent, 0 (normal) to 1 (lognormal).
    rho : (n,) array
        Correlation, inside (-1, 1).
    nu : (n,) array
        Vol of vol, fraction a year, not negative; at 0 the model is CEV, with beta 1 Black's.

    Returns
    -------
    (n,) array
        Fraction a year, to 1e-14 relatively. NaN outside the domain and where the expansion breaks down, that is
        where it is not positive. Never warns.

    Raises
    ------
    UsageError
        All arguments are numbers, and there is no vol.

    Examples
    --------
    >>> sabr_vol(60_000.0, np.array([50_000.0, 60_000.0, 80_000.0]), 0.25, 0.6, 1.0, -0.15, 1.8).round(4)
    array([0.6849, 0.6331, 0.6654])
    """
    level, exercise, years, start, exponent, correlation, vol_of_vol = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in (forward, strike, tenor, alpha, beta, rho, nu))
    )
    with np.errstate(all="ignore"):
        good = (level > 0.0) & (exercise > 0.0) & (years >= 0.0) & (start > 0.0) & (vol_of_vol >= 0.0)
        good &= (exponent >= 0.0) & (exponent <= 1.0) & (np.abs(correlation) < 1.0)
        x, rest = np.log(level / exercise), 1.0 - exponent
        power = np.exp(0.5 * rest * (np.log(level) + np.log(exercise)))
        near = start / power
        bend = (rest * x) ** 2
        drift = rest**2 * near**2 / 24.0 + correlation * exponent * vol_of_vol * near / 4.0
        drift += (2.0 - 3.0 * correlation**2) * vol_of_vol**2 / 24.0
        vol = near / (1.0 + bend / 24.0 + bend**2 / 1920.0) * _stretch(vol_of_vol * x / near, correlation)
        vol *= 1.0 + drift * years
        found = np.where(good & (vol > 0.0) & np.isfinite(vol), vol, np.nan)
    numbers = (forward, strike, tenor, alpha, beta, rho, nu)
    return answered(found, found.shape, lambda: SABR.refusals(found, **dict(zip(SABR.ranges, numbers, strict=True))))


def _stretch(z: Floats, rho: Floats) -> Floats:
    """Return ``z / chi(z)``, 1 at 0.

    ``chi(z; rho) = -chi(-z; -rho)``, so the logarithm is only taken of numbers above 1, where nothing cancels.
    """
    size, tilt = np.abs(z), np.where(z < 0.0, -rho, rho)
    root = np.sqrt(1.0 - 2.0 * tilt * size + size**2)
    chi = np.log1p(size * (1.0 + (size - 2.0 * tilt) / (root + 1.0)) / (1.0 - tilt))
    return np.where(size < NO_STRETCH, 1.0, size / chi)
