"""Moments of ``S_T / F`` of any real power, finite or not, and the cumulants of its logarithm."""

import math
from typing import Final

import numpy as np

from outsample.formulas.fourier.exponent import GAMMA, KOU, SQUARE_ROOT, exponents, variance_loadings
from outsample.formulas.fourier.parameters import TransformModel
from outsample.formulas.fourier.variance_exponent import SVCJ_SIZE
from outsample.typing import Bools, Floats

__all__ = ["cumulants", "log_moments"]

FACTORIALS: Final = np.array([1.0, 2.0, 6.0, 24.0])
ON_CIRCLE: Final = 32  # points; what they miss of the exponent at four radii is divided by 4 to the 28th
AT_FOUR_RADII: Final = 10.0  # the exponent there; of order 1 on the circle itself, so that rounding does not show


def log_moments(kind: int, parameters: Floats, power: Floats, tenor: Floats) -> Floats:
    """Return ``ln E[(S_T / F)^power]``, infinite where the moment is.

    Parameters
    ----------
    kind, parameters
        As in `outsample.formulas.fourier.exponent.exponents_and_slopes`.
    power, tenor : (n,) array

    References
    ----------
    Andersen and Piterbarg (2007), Moment explosions in stochastic volatility models, Finance and Stochastics 11,
    29-50, doi:10.1007/s00780-006-0011-7.
    """
    found = exponents(kind, parameters, power + 0.0j, tenor).real
    is_finite = np.isfinite(found)
    if kind in SQUARE_ROOT:
        is_finite &= tenor < _explosion_time(parameters, power)
    elif kind == KOU:
        is_finite &= (-parameters[4] < power) & (power < parameters[3])
    elif kind == GAMMA:
        is_finite &= parameters[2] * power * (parameters[1] + 0.5 * parameters[0] ** 2 * power) < 1.0
    if parameters.size == SVCJ_SIZE:
        is_finite &= _jump_moment_is_finite(parameters, power, tenor)
    found = np.where(is_finite, found, np.inf)
    return np.where((power == 0.0) | (power == 1.0), 0.0, found)  # whatever rounding says: mass and forward


def _explosion_time(parameters: Floats, power: Floats) -> Floats:
    """Return when the moments of a square-root variance explode (Andersen and Piterbarg 2007, prop. 3.1)."""
    _, speed, _, vol, correlation = parameters[:5]
    beta, gap = speed - correlation * vol * power, power * power - power
    discriminant = beta * beta - vol * vol * gap
    root = np.sqrt(np.abs(discriminant))
    with np.errstate(all="ignore"):
        turning = 2.0 * np.arctan2(root, -beta) / root
        growing = np.where(root > 0.0, np.log((root - beta) / (-root - beta)) / root, -2.0 / beta)
    bursts = np.where(discriminant < 0.0, turning, np.where(beta < 0.0, growing, np.inf))
    return np.where(gap > 0.0, bursts, np.inf)


def _jump_moment_is_finite(parameters: Floats, power: Floats, tenor: Floats) -> Bools:
    """Return whether the joint jump has the moment, whenever it comes: ``c > mu_v D``, and D rises with time."""
    mean, coupling = parameters[8:]
    loading = variance_loadings(parameters, power + 0.0j, tenor).real
    c = 1.0 - mean * coupling * power
    return np.asarray((c > 0.0) & (c > mean * loading))


def cumulants(model: TransformModel, tenor: float) -> Floats:
    """Return the first four cumulants of ``ln(S_T / F)``, by Cauchy's integral of the exponent over a circle.

    Parameters
    ----------
    model : TransformModel
        `Heston`, `Bates`, `SVCJ`, `Merton`, `Kou` or `VarianceGamma`.
    tenor : float
        Years, above 0.

    Returns
    -------
    (4,) array
        Mean, variance, third and fourth cumulant; the fourth over the squared variance is the excess kurtosis.

    Examples
    --------
    >>> from outsample.formulas.fourier import VarianceGamma
    >>> cumulants(VarianceGamma(0.12, -0.14, 0.2), 1.0).round(7)
    array([-0.008933 ,  0.01832  , -0.0014291,  0.0002783])
    """
    kind, parameters = model.kind, model.parameters

    def is_small_at(radius: float) -> bool:
        powers = np.array([radius, -radius])
        return float(np.sum(log_moments(kind, parameters, powers, np.full(2, tenor)))) < AT_FOUR_RADII

    radius = 1.0
    while is_small_at(8.0 * radius):
        radius *= 2.0
    while not is_small_at(4.0 * radius):
        radius *= 0.5
    turns = np.exp(2j * math.pi / ON_CIRCLE * np.arange(ON_CIRCLE))
    found = exponents(kind, parameters, radius * turns, np.full(ON_CIRCLE, tenor))
    orders = np.arange(1, 5)
    coefficients = (turns ** -orders[:, np.newaxis] @ found).real / ON_CIRCLE
    return np.asarray(FACTORIALS * coefficients / radius**orders)
