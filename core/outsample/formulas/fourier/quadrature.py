"""Puts by one integral over the transform (Lewis 2001), for models whose cosine series would need too many terms.

With ``x = ln(K / F)`` and ``k = exp(x)`` a put is

    k - 1 / pi integral over u > 0 of Re[exp(Lambda(z) + (1 - z) x) / (z (1 - z)) dz / (i du)],  z = 1/2 + i u r.

The ray r is 1, that is straight up, but for variance gamma. Its transform falls like a power only, and there the ray
leans 30 degrees to the side on which ``exp(-z x)`` vanishes. Nothing stands in the way: its singularities are real.

Quadrature is adaptive, with the 7 and 15 points of Gauss and Kronrod, on intervals that double in length and are
halved until the two rules agree for every strike. Strikes share the nodes, and so the transforms.

References: Lewis (2001), A simple option formula for general jump-diffusion and other exponential Levy processes,
doi:10.2139/ssrn.282110; Piessens et al. (1983), QUADPACK, doi:10.1007/978-3-642-61786-7; Boyarchenko and Levendorskii
(2019), doi:10.1142/S0219024919500110, for contours that lean.
"""

import cmath
import math
from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.formulas.fourier.complex_functions import Complexes, exponential, quotient
from outsample.formulas.fourier.exponent import GAMMA, exponents, exponents_and_slopes
from outsample.typing import Bools, Floats, frozen

__all__ = ["lewis_puts", "rules_of_intervals"]

# Positive abscissae and weights of the rule qk15 of QUADPACK on [-1, 1]; the weights of the 7 points are 0 between.
HALF_NODES: Final = (
    0.991455371120812639206854697526329,
    0.949107912342758524526189684047851,
    0.864864423359769072789712788640926,
    0.741531185599394439863864773280788,
    0.586087235467691130294144838258730,
    0.405845151377397166906606412076961,
    0.207784955007898467600689403773245,
)
HALF_KRONROD: Final = (
    0.022935322010529224963732008058970,
    0.063092092629978553290700663189204,
    0.104790010322250183839876322541518,
    0.140653259715525918745189590510238,
    0.169004726639267902826583426598550,
    0.190350578064785409913256402421014,
    0.204432940075298892414161999234649,
)
HALF_GAUSS: Final = (
    0.0,
    0.129484966168869693270611432679082,
    0.0,
    0.279705391489276667901467771423780,
    0.0,
    0.381830050505118944950369775488975,
    0.0,
)
POINTS: Final = 15
NODES: Final = frozen(np.array([*(-np.array(HALF_NODES)), 0.0, *HALF_NODES[::-1]]))
KRONROD: Final = frozen(np.array([*HALF_KRONROD, 0.209482141084727828012999174891714, *HALF_KRONROD[::-1]]))
GAUSS: Final = frozen(np.array([*HALF_GAUSS, 0.417959183673469387755102040816327, *HALF_GAUSS[::-1]]))

FIRST_LENGTH: Final = 0.5  # the transform over 1/4 + u^2 does not change much on it
MOST_INTERVALS: Final = 8_192  # 0.2 s for 100 strikes; from then on the difference only counts as error
AT_A_TIME: Final = 512  # intervals
ROUNDING: Final = 2e-14  # the rules are never asked to agree better than this on one interval
LEAN: Final = math.pi / 6.0
HIGH_POWER: Final = 4.0  # tenor over variance rate


def lewis_puts(
    kind: int,
    parameters: Floats,
    tenor: float,
    end: float,
    tolerance: float,
    log_strike: Floats,
    has_slopes: bool,
) -> tuple[Floats, float]:
    """Return put prices over the forward with their derivatives to the parameters, and an estimate of the error.

    Parameters
    ----------
    kind, parameters
        As in `outsample.formulas.fourier.exponent.exponents_and_slopes`.
    tenor : float
        Years.
    end : float
        Where the integral ends, from `outsample.formulas.fourier.truncation.decay_frequency`.
    tolerance : float
        As a fraction of the larger of forward and strike; of a derivative, times its parameter. On each interval the
        two rules agree to a tenth of it.
    log_strike : (n,) array
        ``ln(K / F)``.
    has_slopes : bool
        Whether derivatives are wanted.

    Returns
    -------
    values : (1, n) or (1 + p, n) array
        Prices, and a row for each parameter.
    error : float
        By how much the two rules differ, summed over the intervals; the finer one is far closer than that.
    """
    out = np.zeros((1 + (parameters.size if has_slopes else 0), log_strike.size))
    out[0] = np.exp(log_strike)
    errors = [0.0]
    for ray, chosen in _rays(kind, parameters, tenor, log_strike):
        if chosen.any():
            stop = end if ray == 1.0 else 2.0 * end
            found, error = _integral(kind, parameters, tenor, ray, stop, tolerance, log_strike[chosen], has_slopes)
            out[:, chosen] -= found
            errors.append(error)
    return out, max(errors)


def _rays(kind: int, parameters: Floats, tenor: float, log_strike: Floats) -> list[tuple[complex, Bools]]:
    """Return the rays and which strikes each of them serves.

    On the leaning ray the base of the power is at least half of what it is on the straight one at the same u, and twice
    of it at twice the u. Where the power is high the straight ray is the better one.
    """
    if kind != GAMMA or tenor > HIGH_POWER * parameters[2]:
        return [(1.0 + 0.0j, np.full(log_strike.shape, True))]
    vol, drift, rate = parameters
    is_above = log_strike >= tenor * math.log1p(-rate * (drift + 0.5 * vol * vol)) / rate
    return [(cmath.exp(-1j * LEAN), is_above), (cmath.exp(1j * LEAN), ~is_above)]


def _integral(
    kind: int,
    parameters: Floats,
    tenor: float,
    ray: complex,
    end: float,
    tolerance: float,
    log_strike: Floats,
    has_slopes: bool,
) -> tuple[Floats, float]:
    """Return the integral along one ray for all strikes, (rows, n), and the sum of the differences of the rules."""
    scale = np.ones(1 + (parameters.size if has_slopes else 0))
    scale[1:] = np.where(parameters == 0.0, 1.0, np.abs(parameters))[: scale.size - 1]
    scales = scale[:, np.newaxis] / np.maximum(1.0, np.exp(log_strike))
    out, error, done = np.zeros(scales.shape), 0.0, 0
    doubling = FIRST_LENGTH * 2.0 ** np.arange(math.ceil(math.log2(max(end / FIRST_LENGTH, 1.0))))
    edges = np.array([0.0, *doubling, end])
    start, stop = edges[:-1], edges[1:]
    while start.size:
        done += start.size
        allowed = max(0.1 * tolerance, ROUNDING) if done < MOST_INTERVALS else math.inf
        split = np.empty(start.size, dtype=np.bool_)
        for first in range(0, start.size, AT_A_TIME):
            part = slice(first, first + AT_A_TIME)
            half = 0.5 * (stop[part] - start[part])
            z = (0.5 + 1j * (start[part, np.newaxis] + half[:, np.newaxis] * (1.0 + NODES)) * ray).ravel()
            found, slopes = _sampled(kind, parameters, z, tenor, has_slopes)
            worst = rules_of_intervals(found, slopes, z, half, ray, log_strike, scales, allowed, out)
            split[part] = worst > allowed
            error += float(np.sum(worst[~split[part]]))
        middle = 0.5 * (start + stop)[split]
        start, stop = np.append(start[split], middle), np.append(middle, stop[split])
    return out, error


def _sampled(
    kind: int, parameters: Floats, z: Complexes, tenor: float, has_slopes: bool
) -> tuple[Complexes, Complexes]:
    years = np.full(z.size, tenor)
    if has_slopes:
        return exponents_and_slopes(kind, parameters, z, years)
    return exponents(kind, parameters, z, years), np.empty((0, z.size), np.complex128)


@kernel
def rules_of_intervals(
    exponents: Complexes,
    slopes: Complexes,
    z: Complexes,
    half: Floats,
    ray: complex,
    log_strike: Floats,
    scales: Floats,
    allowed: float,
    out: Floats,
) -> Floats:
    """Apply both rules to each interval, and add the finer one to `out` where they agree.

    Parameters
    ----------
    exponents, z : (15 m,) complex array
        The model's exponents and where they were taken, interval by interval.
    slopes : (p, 15 m) complex array
    half : (m,) array
        Half the lengths.
    ray : complex
        Direction of the contour.
    log_strike : (n,) array
    scales : (1 + p, n) array
        What differences are multiplied with to be compared with `allowed`.
    allowed : float
    out : (1 + p, n) array
        Added to.

    Returns
    -------
    (m,) array
        The largest difference of the two rules.
    """
    worst = np.zeros(half.size)
    fine, gap = np.empty(out.shape), np.empty(out.shape)
    for i in range(half.size):
        fine[:] = 0.0
        gap[:] = 0.0
        for point in range(POINTS):
            k = POINTS * i + point
            kronrod, excess = KRONROD[point], KRONROD[point] - GAUSS[point]
            factor = half[i] / math.pi * quotient(ray, z[k] * (1.0 - z[k]))
            for j in range(log_strike.size):
                term = factor * exponential(exponents[k] + (1.0 - z[k]) * log_strike[j])
                fine[0, j] += kronrod * term.real
                gap[0, j] += excess * term.real
                for row in range(1, out.shape[0]):
                    value = term.real * slopes[row - 1, k].real - term.imag * slopes[row - 1, k].imag
                    fine[row, j] += kronrod * value
                    gap[row, j] += excess * value
        worst[i] = np.max(np.abs(gap) * scales)
        if worst[i] <= allowed:
            out += fine
    return worst
