"""How far and how finely a transform must be sampled: bounds on what is left out, from the model's own moments.

A cosine series on [a, b] whose coefficients are taken over the whole line prices the density folded back into [a, b]
at both ends. Of a put with strike ratio ``k = exp(x)`` this changes at most

    at the right end   k P(X > 2 b - x)  <=  k exp(-(2 b - x) p + ln E[exp(p X)])            for any p >= 1,
    at the left end    E[min(k, exp(2 a - X)); X < a]  <=  exp(a + p a + ln E[exp(-p X)])    for any p >= 1,

and for p below 1 the latter with ``k^(1 - p) exp(2 p a + ...)``. Both are Markov's inequality; the p that makes the
range shortest is searched for. The terms from N on contribute at most ``2 / pi (1 + k) |phi(u)| (1 + 1 / u) / u`` with
``u = N pi / (b - a)``, as long as ``|phi|`` falls; the transform of the diffusion alone bounds that of diffusion and
jumps, and does fall.

References: Junike and Pankrashkin (2022), Applied Mathematics and Computation 421, 126935,
doi:10.1016/j.amc.2022.126935, who take the range from Markov's inequality and show that cumulants may mislead.
"""

import math
from collections.abc import Callable
from typing import Final

import numpy as np

from outsample.formulas.fourier.exponent import GAMMA, MERTON, SQUARE_ROOT, exponents
from outsample.formulas.fourier.moments import log_moments
from outsample.typing import Floats, frozen

__all__ = ["POWERS_LEFT", "POWERS_RIGHT", "cosine_range", "decay_frequency", "left_reach", "right_reach"]

POWERS_LEFT: Final = frozen(np.geomspace(1e-3, 1e7, 40))
POWERS_RIGHT: Final = frozen(np.geomspace(1.0, 1e7, 28))
BETWEEN: Final = frozen(np.linspace(0.0, 1.0, 16))  # tried second, from one neighbour of the best to the other
FREQUENCIES: Final = frozen(4.0 ** np.arange(30))
BELOW: Final = frozen(np.geomspace(0.25, 1.0, 32))  # tried second, as a share of the first that is high enough
HESTON_SIZE: Final = 5  # number of its parameters


def cosine_range(kind: int, parameters: Floats, tenor: Floats, tolerance: float, top: Floats) -> tuple[Floats, Floats]:
    """Return (a, b) beyond which nothing counts for puts with ``ln(K / F)`` up to `top`, at least 0.

    Parameters
    ----------
    kind, parameters
        As in `outsample.formulas.fourier.exponent.exponents_and_slopes`.
    tenor, top : (m,) array
    tolerance : float
        Of the price, as a fraction of the forward plus the strike.

    Returns
    -------
    low, high : (m,) array
    """
    given = kind, parameters, tenor, tolerance
    reached = _least(lambda power: right_reach(*given, power), tenor.size, POWERS_RIGHT)
    left = _least(lambda power: left_reach(*given, top, power), tenor.size, POWERS_LEFT)
    return -left, 0.5 * (reached + np.minimum(reached, top))


def left_reach(kind: int, parameters: Floats, tenor: Floats, tolerance: float, top: Floats, power: Floats) -> Floats:
    """Return how far below 0 the range must begin by each of (m, g) powers."""
    weight = np.minimum(power, 1.0)
    excess = _excess(kind, parameters, -power, tenor, tolerance)
    return np.asarray((excess + (1.0 - weight) * top[:, np.newaxis]) / (power + weight))


def right_reach(kind: int, parameters: Floats, tenor: Floats, tolerance: float, power: Floats) -> Floats:
    """Return how far above 0 a forward must reach by each of (m, g) powers, all at least 1."""
    return np.asarray(_excess(kind, parameters, power, tenor, tolerance) / power)


def _excess(kind: int, parameters: Floats, power: Floats, tenor: Floats, tolerance: float) -> Floats:
    """Return the logarithm of moments over tolerance, (m, g) as `power` is."""
    years = np.repeat(tenor, power.shape[1])
    excess: Floats = log_moments(kind, parameters, power.ravel(), years) - math.log(tolerance)
    return np.reshape(excess, power.shape)


def _least(reach: Callable[[Floats], Floats], count: int, powers: Floats) -> Floats:
    """Return the least of what (m, g) powers reach, for each of m tenors."""
    best = np.argmin(reach(np.broadcast_to(powers, (count, powers.size))), axis=1)[:, np.newaxis]
    low, high = powers[np.maximum(best - 1, 0)], powers[np.minimum(best + 1, powers.size - 1)]
    return np.asarray(np.min(reach(low * (high / low) ** BETWEEN), axis=1))


def decay_frequency(kind: int, parameters: Floats, tenor: Floats, real: float, tolerance: float) -> Floats:
    """Return from which frequency on the transform no longer counts, (m,); infinite if beyond 1e17.

    The least u, to 5 %, with ``|E[exp((real + i u) X)]| (1 + 1 / u) / u <= tolerance``.
    """
    diffusion, kind_of_it = parameters, kind
    if kind in SQUARE_ROOT:
        diffusion = parameters[:HESTON_SIZE].copy()
    elif kind != GAMMA:
        diffusion, kind_of_it = np.array([parameters[0], 0.0, 0.0, 0.0]), MERTON

    def first(u: Floats) -> Floats:
        years = np.repeat(tenor, u.shape[1])
        with np.errstate(divide="ignore", invalid="ignore"):  # where u is infinite already
            size = exponents(kind_of_it, diffusion, real + 1j * u.ravel(), years).real.reshape(u.shape)
            is_small = size + np.log((1.0 + 1.0 / u) / u) <= math.log(tolerance)
        return np.where(is_small.any(axis=1), u[np.arange(tenor.size), np.argmax(is_small, axis=1)], np.inf)

    rough = first(np.broadcast_to(FREQUENCIES, (tenor.size, FREQUENCIES.size)))
    return first(rough[:, np.newaxis] * BELOW)
