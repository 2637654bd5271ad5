"""Exponents of the models with stochastic variance: Heston, Bates and SVCJ.

With ``x = ln(S_T / F)`` the transform ``E[exp(z x)]`` is ``exp(v_0 D + kappa theta C)`` times that of the jumps. D and
C solve ``D' = (z^2 - z) / 2 - beta D + sigma^2 D^2 / 2`` and ``C' = D`` with ``beta = kappa - rho sigma z``. By

    d = sqrt(beta^2 - sigma^2 (z^2 - z)),  Re d >= 0,    q = (z^2 - z) / (beta + d),
    S = (1 - exp(-d T)) / d,    w = q S / 2,

they are ``D = (z^2 - z) S / 2 / (1 + sigma^2 w)`` and ``C = q T - 2 ln(1 + sigma^2 w) / sigma^2``. This is the form
in which the logarithm stays on its principal branch ("the little Heston trap"), arranged so that it keeps its digits
as sigma or T go to 0.

A jump of the variance is exponential with mean ``mu``, so the transform of a price jump given D(t) has the factor
``1 / (c - mu D(t))`` with ``c = 1 - mu rho_J z``; its integral over t has a closed form as well.

References: Heston (1993), doi:10.1093/rfs/6.2.327; Bates (1996), doi:10.1093/rfs/9.1.69; Duffie, Pan and Singleton
(2000), doi:10.1111/1468-0262.00164; Albrecher, Mayer, Schoutens and Tistaert (2007), Wilmott, January, 83-92; Lord
and Kahl (2010), doi:10.1111/j.1467-9965.2010.00416.x.
"""

import math
from typing import Final, NamedTuple

from outsample.formulas.fourier.complex_functions import (
    Complexes,
    exponential,
    log_1p_over,
    mean_decay,
    quotient,
    slope_of_log_1p_over,
    slope_of_mean_decay,
    square_root,
)
from outsample.formulas.inlined import inlined
from outsample.typing import Floats

__all__ = ["variance_exponent", "variance_exponent_and_slopes", "variance_loading"]

BATES_SIZE: Final = 8  # number of parameters; Heston has five ...
SVCJ_SIZE: Final = 10


class Riccati(NamedTuple):
    """What the solution is made of, or a derivative of it: d, beta + d, q, S, w and ``ln(1 + sigma^2 w) / sigma^2``."""

    root: complex
    total: complex
    level: complex
    span: complex
    half: complex
    log: complex


@inlined
def riccati(beta: complex, square: float, gap: complex, tenor: float) -> Riccati:
    """Solve; `square` is sigma^2 and `gap` is ``z^2 - z``."""
    root = square_root(beta * beta - square * gap)
    if beta.real >= 0.0 or square == 0.0:
        total = beta + root
        level = quotient(gap, total)
    else:
        level = (beta - root) / square
        total = quotient(gap, level)
    span = tenor * mean_decay(root * tenor)
    half = 0.5 * level * span
    return Riccati(root, total, level, span, half, log_1p_over(complex(square, 0.0), half))


@inlined
def riccati_slopes(
    at: Riccati, beta: complex, square: float, gap: complex, tenor: float, beta_slope: float, square_slope: float
) -> Riccati:
    """Return the derivative of the solution in a direction of (beta, sigma^2)."""
    root = quotient(beta * beta_slope - 0.5 * gap * square_slope, at.root)
    total = beta_slope + root
    level = -quotient(at.level * total, at.total)
    span = tenor * tenor * slope_of_mean_decay(at.root * tenor, at.span / tenor) * root
    half = 0.5 * (level * at.span + at.level * span)
    log = quotient(half, 1.0 + square * at.half)
    if square_slope != 0.0:
        log += square_slope * slope_of_log_1p_over(complex(square, 0.0), at.half, at.log)
    return Riccati(root, total, level, span, half, log)


@inlined
def loading(at: Riccati, square: float, gap: complex) -> complex:
    """Return D, the loading of the exponent on the initial variance."""
    return 0.5 * gap * quotient(at.span, 1.0 + square * at.half)


@inlined
def loading_slope(at: Riccati, slope: Riccati, square: float, square_slope: float, value: complex) -> complex:
    """Return the derivative of D, given its value, in the direction of `slope`."""
    inner = quotient(square_slope * at.half + square * slope.half, 1.0 + square * at.half)
    return value * (quotient(slope.span, at.span) - inner)


@inlined
def time_in_jump(at: Riccati, square: float, tenor: float, mean: float, c: complex) -> complex:
    """Return the integral of ``1 / (c - mean D(t))`` over t in [0, T]."""
    log = log_1p_over(at.level * (square * c - mean * at.total), quotient(0.5 * at.span, c))
    return quotient(tenor - 2.0 * mean * at.level * log, c - mean * at.level)


@inlined
def time_in_jump_slope(
    at: Riccati,
    slope: Riccati,
    square: float,
    square_slope: float,
    mean: float,
    mean_slope: float,
    c: complex,
    c_slope: complex,
    value: complex,
) -> complex:
    """Return the derivative of `time_in_jump`, given its value, in the direction of the slopes."""
    factor, argument = square * c - mean * at.total, quotient(0.5 * at.span, c)
    factor_slope = square_slope * c + square * c_slope - mean_slope * at.total - mean * slope.total
    argument_slope = quotient(0.5 * slope.span - argument * c_slope, c)
    scale, scale_slope = at.level * factor, slope.level * factor + at.level * factor_slope
    log = log_1p_over(scale, argument)
    log_slope = quotient(argument_slope, 1.0 + scale * argument)
    log_slope += scale_slope * slope_of_log_1p_over(scale, argument, log)
    share, share_slope = mean * at.level, mean_slope * at.level + mean * slope.level
    return -quotient(2.0 * (share_slope * log + share * log_slope) + value * (c_slope - share_slope), c - share)


@inlined
def variance_loading(parameters: Floats, z: complex, tenor: float) -> complex:
    """Return D; parameters as of `variance_exponent`."""
    square, gap = parameters[3] * parameters[3], z * z - z
    at = riccati(parameters[1] - parameters[4] * parameters[3] * z, square, gap, tenor)
    value: complex = loading(at, square, gap)
    return value


@inlined
def variance_exponent(parameters: Floats, z: complex, tenor: float) -> complex:
    """Return ``ln E[(S_T / F)^z]``.

    Parameters
    ----------
    parameters : (5,), (8,) or (10,) array
        The fields of `Heston`, `Bates` or `SVCJ`, in their order.
    z : complex
        Inside the strip of finite moments.
    tenor : float
        Years.
    """
    square, gap = parameters[3] * parameters[3], z * z - z
    beta = parameters[1] - parameters[4] * parameters[3] * z
    at = riccati(beta, square, gap, tenor)
    constant = parameters[1] * parameters[2] * (at.level * tenor - 2.0 * at.log)
    exponent: complex = parameters[0] * loading(at, square, gap) + constant
    if parameters.size >= BATES_SIZE:
        mean, deviation = parameters[6], parameters[7]
        jump = exponential(mean * z + 0.5 * deviation * deviation * z * z)
        growth, time = math.exp(mean + 0.5 * deviation * deviation), tenor + 0.0j
        if parameters.size == SVCJ_SIZE:
            coupling = parameters[8] * parameters[9]
            growth /= 1.0 - coupling
            time = time_in_jump(at, square, tenor, parameters[8], 1.0 - coupling * z)
        exponent += parameters[5] * (jump * time - tenor * (1.0 + (growth - 1.0) * z))
    return exponent


@inlined
def variance_exponent_and_slopes(parameters: Floats, z: complex, tenor: float, slopes: Complexes, k: int) -> complex:
    """Return what `variance_exponent` returns, and fill `slopes` with its derivatives to the parameters."""
    speed, mean, vol, correlation = parameters[1], parameters[2], parameters[3], parameters[4]
    square, gap = vol * vol, z * z - z
    beta = speed - correlation * vol * z
    at = riccati(beta, square, gap, tenor)
    by_beta = riccati_slopes(at, beta, square, gap, tenor, 1.0, 0.0)
    by_square = riccati_slopes(at, beta, square, gap, tenor, 0.0, 1.0)
    rise, constant = loading(at, square, gap), at.level * tenor - 2.0 * at.log
    beta_slope = parameters[0] * loading_slope(at, by_beta, square, 0.0, rise)
    beta_slope += speed * mean * (by_beta.level * tenor - 2.0 * by_beta.log)
    square_slope = parameters[0] * loading_slope(at, by_square, square, 1.0, rise)
    square_slope += speed * mean * (by_square.level * tenor - 2.0 * by_square.log)
    exponent: complex = parameters[0] * rise + speed * mean * constant
    if parameters.size >= BATES_SIZE:
        jumps, jumps_by_beta, jumps_by_square = jump_slopes(
            parameters, z, tenor, square, at, by_beta, by_square, slopes, k
        )
        exponent += jumps
        beta_slope += jumps_by_beta
        square_slope += jumps_by_square
    slopes[0, k] = rise
    slopes[1, k] = beta_slope + mean * constant
    slopes[2, k] = speed * constant
    slopes[3, k] = 2.0 * vol * square_slope - correlation * z * beta_slope
    slopes[4, k] = -vol * z * beta_slope
    return exponent


@inlined
def jump_slopes(
    parameters: Floats,
    z: complex,
    tenor: float,
    square: float,
    at: Riccati,
    by_beta: Riccati,
    by_square: Riccati,
    slopes: Complexes,
    k: int,
) -> tuple[complex, complex, complex]:
    """Return the exponent of the jumps and its derivatives to beta and sigma^2; fill `slopes` from the sixth on."""
    intensity, mean, deviation = parameters[5], parameters[6], parameters[7]
    jump = exponential(mean * z + 0.5 * deviation * deviation * z * z)
    growth, time = math.exp(mean + 0.5 * deviation * deviation), tenor + 0.0j
    time_by_beta, time_by_square = 0.0j, 0.0j
    if parameters.size == SVCJ_SIZE:
        size, coupling = parameters[8], parameters[9]
        c, still = 1.0 - size * coupling * z, Riccati(0.0j, 0.0j, 0.0j, 0.0j, 0.0j, 0.0j)
        growth /= 1.0 - size * coupling
        time = time_in_jump(at, square, tenor, size, c)
        time_by_beta = time_in_jump_slope(at, by_beta, square, 0.0, size, 0.0, c, 0.0j, time)
        time_by_square = time_in_jump_slope(at, by_square, square, 1.0, size, 0.0, c, 0.0j, time)
        by_size = time_in_jump_slope(at, still, square, 0.0, size, 1.0, c, -coupling * z, time)
        by_coupling = time_in_jump_slope(at, still, square, 0.0, size, 0.0, c, -size * z, time)
        tilt = growth * z * tenor / (1.0 - size * coupling)
        slopes[8, k] = intensity * (jump * by_size - coupling * tilt)
        slopes[9, k] = intensity * (jump * by_coupling - size * tilt)
    slopes[5, k] = jump * time - tenor * (1.0 + (growth - 1.0) * z)
    slopes[6, k] = intensity * z * (jump * time - tenor * growth)
    slopes[7, k] = intensity * deviation * z * (jump * time * z - tenor * growth)
    weight = intensity * jump
    return intensity * slopes[5, k], weight * time_by_beta, weight * time_by_square
