"""Option prices under a Gram-Charlier density: Corrado and Su's skewness and kurtosis in the log return.

The standardised log return has the density ``n(z) (1 + g1 He3(z) / 6 + g2 He4(z) / 24)``, where g1 is its skewness, g2
its kurtosis less 3, and ``He3 = z^3 - 3 z``, ``He4 = z^4 - 6 z^2 + 3``. With ``s = vol sqrt(T)``, ``d = d1``,
``n = n(d)`` and the Black price B over the forward, a call is worth

    B + g1 Q3 + g2 Q4,   Q3 = s ((2 s - d) n + s^2 N(d)) / 6,   Q4 = s ((d^2 - 1 - 3 s (d - s)) n + s^3 N(d)) / 24

and a put the same with ``-N(-d)`` in place of ``N(d)``: both are integrals over one density. Its mean is ``F (1 + w)``,
``w = g1 s^3 / 6 + g2 s^4 / 24``, so the plain form misses the forward by the share w. Divided by ``1 + w`` beforehand,
as Jurczenko, Maillet and Negrea propose, the density keeps the forward and parity holds.

The density is negative somewhere unless (g1, g2) lies in a small region: `is_gram_charlier_density`. Prices outside it
are still numbers, and may be negative, or above the forward for a call and the strike for a put; which of them have no
implied vol, and why, is what `outsample.formulas.domains.implied_vol_refusals` tells.

References: Corrado and Su (1996), J. Financial Research 19, 175-192, doi:10.1111/j.1475-6803.1996.tb00592.x; Brown and
Robinson (2002), J. Financial Research 25, 279-282, doi:10.1111/1475-6803.t01-1-00008; Jurczenko, Maillet and Negrea
(2004), Quantitative Finance 4, 479-488, doi:10.1080/14697680400020309; Barton and Dennis (1952), Biometrika 39,
425-427, for the region.
"""

import math
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from outsample.formulas.black import black_price
from outsample.formulas.domains import CORRADO_SU
from outsample.formulas.refusals import answered
from outsample.typing import Bools, Floats

__all__ = ["CorradoSu", "corrado_su_price", "gram_charlier_density", "is_gram_charlier_density"]


class CorradoSu(Enum):
    """Which form of the expansion."""

    MARTINGALE = "martingale"  # keeps the forward: Jurczenko, Maillet and Negrea
    PLAIN = "plain"  # Brown and Robinson's corrected sign
    AS_PRINTED = "as printed"  # Corrado and Su (1996): minus before s^2 N(d) in Q3, a price under no density


def corrado_su_price(
    strike_ratio: Floats,
    tenor: Floats,
    vol: Floats,
    skewness: ArrayLike,
    kurtosis: ArrayLike,
    is_call: Bools,
    form: CorradoSu = CorradoSu.MARTINGALE,
) -> Floats:
    """Return the undiscounted price divided by the forward.

    Parameters
    ----------
    strike_ratio, tenor, vol, is_call : (n,) array
        As in `outsample.formulas.black.black_price`. All parameters broadcast together.
    skewness : (n,) array
        Of the log return over the tenor.
    kurtosis : (n,) array
        Of the log return; 3 is the normal law.
    form : CorradoSu, optional

    Returns
    -------
    (n,) array
        Fraction of the forward; the Black price at skewness 0 and kurtosis 3. Call less put is ``1 - k`` in the
        martingale form, ``1 + w - k`` in the plain one. NaN outside the domain of `black_price`, and in the martingale
        form where ``1 + w`` is not positive.

    Examples
    --------
    >>> forward = 100.0 * np.exp(0.025)
    >>> price = corrado_su_price(np.array([100.0 / forward]), 0.5, 0.2, -0.5, 4.0, True)
    >>> (price * 100.0).round(4)
    array([6.6491])
    """
    numbers = (strike_ratio, tenor, vol, skewness, kurtosis)
    whole = np.broadcast_arrays(*numbers, is_call)
    k, years, sigma, g1, kurt, call = (np.atleast_1d(column) for column in whole)
    with np.errstate(all="ignore"):
        s, g2 = sigma * np.sqrt(years), kurt - 3.0
        if form is CorradoSu.MARTINGALE:
            scale = 1.0 + g1 * s**3 / 6.0 + g2 * s**4 / 24.0
            scale = np.where(scale > 0.0, scale, np.nan)
        else:
            scale = np.ones_like(s)
        ratio = k * scale
        correction = _correction(ratio, s, g1, g2, call, -1.0 if form is CorradoSu.AS_PRINTED else 1.0)
        found = np.asarray((black_price(ratio, years, sigma, call) + correction) / scale)
    domain, shape = CORRADO_SU, whole[0].shape
    return answered(found, shape, lambda: domain.refusals(found[0], **dict(zip(domain.ranges, numbers, strict=True))))


def gram_charlier_density(z: Floats, skewness: ArrayLike, kurtosis: ArrayLike) -> Floats:
    """Return the density of the standardised log return, negative where the expansion is no law."""
    g1, g2 = np.asarray(skewness, dtype=np.float64), np.asarray(kurtosis, dtype=np.float64) - 3.0
    return np.asarray(_normal(z) * _polynomial(np.asarray(z, dtype=np.float64), g1, g2))


def is_gram_charlier_density(skewness: ArrayLike, kurtosis: ArrayLike) -> Bools:
    """Return where the density is nowhere negative: kurtosis from 3 to 7, and skewness at most 1.0493 in size.

    Exact: with ``c = g1 / g2`` the minima of the polynomial are roots of ``z^3 + 3 c z^2 - 3 z - 3 c``, which has three
    real ones, ``2 sqrt(1 + c^2) cos(..) - c``. False for NaN.

    Examples
    --------
    >>> is_gram_charlier_density(np.array([0.0, -0.5, -0.5, -0.3]), np.array([3.0, 4.0, 3.2, 7.5]))
    array([ True,  True, False, False])
    """
    g1, g2 = np.broadcast_arrays(np.asarray(skewness, dtype=np.float64), np.asarray(kurtosis, dtype=np.float64) - 3.0)
    with np.errstate(all="ignore"):
        c = g1 / g2
        size = np.hypot(1.0, c)
        angle = np.arccos(-((c / size) ** 3)) / 3.0
        turns = [2.0 * size * np.cos(angle + 2.0 * math.pi * j / 3.0) - c for j in range(3)]
        least = np.min([_polynomial(turn, g1, g2) for turn in turns], axis=0)
    return np.asarray(((g1 == 0.0) & (g2 == 0.0)) | ((g2 > 0.0) & (least >= 0.0)))


def _correction(strike_ratio: Floats, s: Floats, g1: Floats, g2: Floats, is_call: Bools, sign: float) -> Floats:
    """Return ``g1 Q3 + g2 Q4`` with `sign` before ``s^2 N(d)``; 0 at ``s = 0``."""
    d = -np.log(strike_ratio) / s + 0.5 * s
    density = _normal(d)
    tail = np.where(is_call, ndtr(d), -ndtr(-d))
    third = np.where(density > 0.0, (2.0 * s - d) * density, 0.0) + sign * s**2 * tail
    fourth = np.where(density > 0.0, (d**2 - 1.0 - 3.0 * s * (d - s)) * density, 0.0) + s**3 * tail
    return np.where(s == 0.0, 0.0, s * (g1 * third / 6.0 + g2 * fourth / 24.0))


def _polynomial(z: Floats, g1: Floats, g2: Floats) -> Floats:
    return np.asarray(1.0 + g1 * z * (z**2 - 3.0) / 6.0 + g2 * (z**4 - 6.0 * z**2 + 3.0) / 24.0)


def _normal(z: Floats) -> Floats:
    return np.asarray(np.exp(-0.5 * np.square(z)) / math.sqrt(2.0 * math.pi))
