"""Exponents of the models with independent increments: Merton, Kou and variance gamma.

With ``x = ln(S_T / F)`` the transform ``E[exp(z x)]`` is ``exp(T psi(z))``:

    Merton           psi = vol^2 (z^2 - z) / 2 + lambda (exp(m z + s^2 z^2 / 2) - 1 - z (exp(m + s^2 / 2) - 1))
    Kou              psi = vol^2 (z^2 - z) / 2 + lambda (J(z) - 1 - z (J(1) - 1)),
                     J = p eta_up / (eta_up - z) + (1 - p) eta_down / (eta_down + z)
    variance gamma   psi = z L(1) - L(z),  L(z) = ln(1 - nu (theta z + vol^2 z^2 / 2)) / nu

References: Merton (1976), doi:10.1016/0304-405X(76)90022-2; Kou (2002), doi:10.1287/mnsc.48.8.1086.166; Madan, Carr and
Chang (1998), doi:10.1023/A:1009703431535.
"""

import math

from outsample.formulas.fourier.complex_functions import (
    Complexes,
    exponential,
    log_1p_over,
    quotient,
    slope_of_log_1p_over,
)
from outsample.formulas.inlined import inlined
from outsample.typing import Floats

__all__ = ["gamma_exponent_and_slopes", "kou_exponent_and_slopes", "merton_exponent_and_slopes"]


@inlined
def merton_exponent_and_slopes(parameters: Floats, z: complex, tenor: float, slopes: Complexes, k: int) -> complex:
    """Return ``ln E[(S_T / F)^z]``, and fill `slopes` with its derivatives to the fields of `Merton`."""
    vol, intensity, mean, deviation = parameters[0], parameters[1], parameters[2], parameters[3]
    gap = z * z - z
    jump = exponential(mean * z + 0.5 * deviation * deviation * z * z)
    growth = math.exp(mean + 0.5 * deviation * deviation)
    slopes[0, k] = tenor * vol * gap
    slopes[1, k] = tenor * (jump - 1.0 - z * (growth - 1.0))
    slopes[2, k] = tenor * intensity * z * (jump - growth)
    slopes[3, k] = tenor * intensity * deviation * z * (jump * z - growth)
    exponent: complex = 0.5 * vol * slopes[0, k] + intensity * slopes[1, k]
    return exponent


@inlined
def kou_exponent_and_slopes(parameters: Floats, z: complex, tenor: float, slopes: Complexes, k: int) -> complex:
    """Return ``ln E[(S_T / F)^z]``, and fill `slopes` with its derivatives to the fields of `Kou`."""
    vol, intensity, share = parameters[0], parameters[1], parameters[2]
    up_rate, down_rate = parameters[3], parameters[4]
    up, down = quotient(up_rate + 0.0j, up_rate - z), quotient(down_rate + 0.0j, down_rate + z)
    growth_up, growth_down = up_rate / (up_rate - 1.0), down_rate / (down_rate + 1.0)
    slopes[0, k] = tenor * vol * (z * z - z)
    jump, growth = share * up + (1.0 - share) * down, share * growth_up + (1.0 - share) * growth_down
    slopes[1, k] = tenor * (jump - 1.0 - z * (growth - 1.0))
    slopes[2, k] = tenor * intensity * (up - down - z * (growth_up - growth_down))
    rise, fall = up / up_rate, down / down_rate
    slopes[3, k] = tenor * intensity * share * z * (1.0 / (up_rate - 1.0) ** 2 - rise * rise)
    slopes[4, k] = tenor * intensity * (1.0 - share) * z * (fall * fall - 1.0 / (down_rate + 1.0) ** 2)
    exponent: complex = 0.5 * vol * slopes[0, k] + intensity * slopes[1, k]
    return exponent


@inlined
def gamma_exponent_and_slopes(parameters: Floats, z: complex, tenor: float, slopes: Complexes, k: int) -> complex:
    """Return ``ln E[(S_T / F)^z]``, and fill `slopes` with its derivatives to the fields of `VarianceGamma`."""
    vol, drift, rate = parameters[0], parameters[1], parameters[2]
    scale = complex(-rate, 0.0)
    here, one = drift * z + 0.5 * vol * vol * z * z, complex(drift + 0.5 * vol * vol, 0.0)
    log, log_one = log_1p_over(scale, here), log_1p_over(scale, one)  # each is less its L
    inner, inner_one = 1.0 - rate * here, 1.0 - rate * one
    slopes[0, k] = tenor * vol * z * (quotient(z, inner) - quotient(1.0 + 0.0j, inner_one))
    slopes[1, k] = tenor * z * (quotient(1.0 + 0.0j, inner) - quotient(1.0 + 0.0j, inner_one))
    slopes[2, k] = tenor * (z * slope_of_log_1p_over(scale, one, log_one) - slope_of_log_1p_over(scale, here, log))
    return tenor * (log - z * log_one)
