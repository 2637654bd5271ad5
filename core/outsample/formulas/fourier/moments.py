"""Moments of ``S_T / F`` of any real power, finite or not, and the cumulants of its logarithm."""

import math
from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.formulas.fourier.exponent import GAMMA, HULL_WHITE, KOU, VARIANCE, exponents
from outsample.formulas.fourier.parameters import TransformModel
from outsample.formulas.fourier.variance_exponent import SVCJ_SIZE, variance_loading
from outsample.formulas.inlined import inlined
from outsample.typing import Floats, frozen

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
    found = np.array(exponents(kind, parameters, power + 0.0j, tenor).real, dtype=np.float64)
    given, powers, years = (frozen(np.ascontiguousarray(one).view()) for one in (parameters, power, tenor))
    fill_infinite_moments(kind, given, powers, years, found)
    return found


@kernel
def fill_infinite_moments(  # pragma: no cover - compiled
    kind: int, parameters: Floats, power: Floats, tenor: Floats, found: Floats
) -> None:
    """Put infinity in `found` where there is no moment, and 0 at mass and forward, whatever rounding says."""
    for k in range(power.size):
        p = power[k]
        if p in (0.0, 1.0):
            found[k] = 0.0
            continue
        is_finite = np.isfinite(found[k])
        if kind in (VARIANCE, HULL_WHITE):
            is_finite &= tenor[k] < explosion_time(parameters, p)
            if parameters.size == SVCJ_SIZE:  # the joint jump has the moment whenever it comes, for D rises with time
                c = 1.0 - parameters[8] * parameters[9] * p
                loading = variance_loading(parameters, complex(p, 0.0), tenor[k]).real
                is_finite &= (c > 0.0) & (c > parameters[8] * loading)
        elif kind == KOU:
            is_finite &= (-parameters[4] < p) & (p < parameters[3])
        elif kind == GAMMA:
            is_finite &= parameters[2] * p * (parameters[1] + 0.5 * parameters[0] * parameters[0] * p) < 1.0
        if not is_finite:
            found[k] = np.inf


@inlined
def explosion_time(parameters: Floats, power: float) -> float:
    """Return when the moment of a square-root variance explodes (Andersen and Piterbarg 2007, prop. 3.1)."""
    speed, vol, correlation = parameters[1], parameters[3], parameters[4]
    beta, gap = speed - correlation * vol * power, power * power - power
    discriminant = beta * beta - vol * vol * gap
    root = math.sqrt(abs(discriminant))
    if gap <= 0.0:
        return math.inf
    if discriminant < 0.0:
        return 2.0 * math.atan2(root, -beta) / root
    if beta >= 0.0:
        return math.inf
    return math.log((root - beta) / (-root - beta)) / root if root > 0.0 else -2.0 / beta


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
