"""The functions of the kernels in plain numpy, as their independent twins: textbook forms, nothing rearranged.

They agree where the textbook does not cancel: vol of vol from some 0.05, tenors from some days.
"""

import math
from typing import Final

import numpy as np

from outsample.formulas.fourier.complex_functions import Complexes
from outsample.formulas.fourier.exponent import HULL_WHITE, KOU, MERTON, VARIANCE
from outsample.formulas.fourier.quadrature import GAUSS, KRONROD, POINTS
from outsample.formulas.fourier.variance_exponent import BATES_SIZE, SVCJ_SIZE
from outsample.formulas.stochastic_rates import BILL_SPEED, BILL_VOL
from outsample.typing import Floats, Integers

__all__ = [
    "cosine_weights_plain",
    "exponents_and_slopes_plain",
    "exponents_plain",
    "rules_of_intervals_plain",
    "weighted_puts_plain",
]

ON_CIRCLE: Final = 8
RADIUS: Final = 0.002  # of a parameter; an error is the 8th power of radius over distance to the next singularity


def exponents_plain(kind: int, parameters: Floats | Complexes, z: Complexes, tenor: Floats) -> Complexes:
    """Return ``ln E[(S_T / F)^z]``, (n,) complex; the parameters may be complex, too."""
    if kind == VARIANCE:
        return _variance(parameters, z, tenor)
    if kind == HULL_WHITE:
        return np.asarray(_variance(parameters, z, tenor) + 0.5 * _rate_variance(tenor) * (z * z - z))
    one = np.ones(1, dtype=np.complex128)
    if kind == MERTON:
        vol, intensity = parameters[:2]
        jump, growth = _normal_jump(parameters[2:], z), _normal_jump(parameters[2:], one)
    elif kind == KOU:
        vol, intensity = parameters[:2]
        jump, growth = _two_sided_jump(parameters[2:], z), _two_sided_jump(parameters[2:], one)
    else:
        return np.asarray(tenor * (_gamma_clock(parameters, z) - z * _gamma_clock(parameters, one)))
    return np.asarray(tenor * (0.5 * vol**2 * (z * z - z) + intensity * (jump - 1.0 - z * (growth - 1.0))))


def _normal_jump(parameters: Floats | Complexes, z: Complexes) -> Complexes:
    mean, deviation = parameters
    return np.asarray(np.exp(mean * z + 0.5 * deviation**2 * z**2))


def _two_sided_jump(parameters: Floats | Complexes, z: Complexes) -> Complexes:
    share, up_rate, down_rate = parameters
    return np.asarray(share * up_rate / (up_rate - z) + (1.0 - share) * down_rate / (down_rate + z))


def _gamma_clock(parameters: Floats | Complexes, z: Complexes) -> Complexes:
    vol, drift, rate = parameters
    return np.asarray(-np.log(1.0 - rate * (drift * z + 0.5 * vol**2 * z**2)) / rate)


def _rate_variance(tenor: Floats) -> Floats:
    """Return ``eta^2`` times the integral of ``((1 - exp(-a t)) / a)^2``, multiplied out."""
    decay = np.exp(-BILL_SPEED * tenor)
    return np.asarray(
        (BILL_VOL / BILL_SPEED) ** 2 * (tenor - (2.0 * (1.0 - decay) - 0.5 * (1.0 - decay**2)) / BILL_SPEED)
    )


def _variance(parameters: Floats | Complexes, z: Complexes, tenor: Floats) -> Complexes:
    """Return the exponents of Heston in the form of Albrecher et al. (2007), with jumps as in Bates or Duffie et al."""
    start, speed, mean, vol, correlation = parameters[:5]
    beta = speed - correlation * vol * z
    root = np.sqrt(beta**2 + vol**2 * (z - z**2))
    ratio, decay = (beta - root) / (beta + root), np.exp(-root * tenor)
    loading = (beta - root) / vol**2 * (1.0 - decay) / (1.0 - ratio * decay)
    constant = (beta - root) * tenor - 2.0 * np.log((1.0 - ratio * decay) / (1.0 - ratio))
    found = start * loading + speed * mean / vol**2 * constant
    if len(parameters) < BATES_SIZE:
        return np.asarray(found)
    intensity, jump_mean, deviation = parameters[5:8]
    jump = np.exp(jump_mean * z + 0.5 * deviation**2 * z**2)
    growth, time = np.exp(jump_mean + 0.5 * deviation**2), tenor
    if len(parameters) == SVCJ_SIZE:
        size, coupling = parameters[8:]
        growth = growth / (1.0 - size * coupling)
        # Duffie, Pan and Singleton (2000), section 4.2, with a = z - z^2, b = -beta and gamma = root.
        a, c = z - z**2, 1.0 - size * coupling * z
        inner = 1.0 - ((root - beta) * c - size * a) / (2.0 * root * c) * (1.0 - decay)
        with np.errstate(invalid="ignore"):
            time = (root + beta) / ((root + beta) * c + size * a) * tenor
            time = time - 2.0 * size * a / ((root * c) ** 2 - (beta * c + size * a) ** 2) * np.log(inner)
        time = np.where(a == 0.0, tenor / c, time)  # the variance does not count at 0 and 1
    return np.asarray(found + intensity * (jump * time - tenor - z * (growth - 1.0) * tenor))


def exponents_and_slopes_plain(
    kind: int, parameters: Floats, z: Complexes, tenor: Floats
) -> tuple[Complexes, Complexes]:
    """Return the exponents, (n,), and their derivatives to the parameters, (p, n), by Cauchy's formula on circles."""
    turns = np.exp(2j * math.pi / ON_CIRCLE * np.arange(ON_CIRCLE))
    slopes = np.empty((parameters.size, z.size), dtype=np.complex128)
    for row, value in enumerate(parameters):
        radius = RADIUS * (abs(value) if value != 0.0 else 1.0)
        total = np.zeros(z.size, dtype=np.complex128)
        for turn in turns:
            moved = parameters.astype(np.complex128)
            moved[row] += radius * turn
            total += exponents_plain(kind, moved, z, tenor) / turn
        slopes[row] = total / (ON_CIRCLE * radius)
    return exponents_plain(kind, parameters, z, tenor), slopes


def cosine_weights_plain(exponents: Complexes, slopes: Complexes, low: Floats, high: Floats, terms: Integers) -> Floats:
    """Return the weights of the series, (1 + p, sum of terms), by terms of the density's own series over 1 + u^2."""
    width, first = np.repeat(high - low, terms), np.repeat(np.cumsum(terms) - terms, terms)
    u = (np.arange(exponents.size) - first + 1) * math.pi / width
    factor = 2.0 / width * np.exp(exponents - 1j * u * np.repeat(low, terms)) / (1.0 + u * u)
    return np.vstack([factor.real, (factor * slopes).real])


def weighted_puts_plain(
    weights: Floats, low: Floats, high: Floats, terms: Integers, starts: Integers, log_strike: Floats
) -> Floats:
    """Return put prices and their derivatives, (1 + p, n): equations 22, 23 and 29 of Fang and Oosterlee (2008)."""
    out = np.full((weights.shape[0], log_strike.size), np.nan)
    last = np.cumsum(terms)
    for i in np.flatnonzero(terms):
        nodes, quotes = slice(last[i] - terms[i], last[i]), slice(starts[i], starts[i + 1])
        x, strike, width = log_strike[quotes], np.exp(log_strike[quotes]), high[i] - low[i]
        u = np.arange(terms[i] + 1)[:, np.newaxis] * math.pi / width
        cosine, sine = np.cos(u * (x - low[i])), np.sin(u * (x - low[i]))
        chi = (cosine * strike - math.exp(low[i]) + u * sine * strike) / (1.0 + u * u)
        psi = np.vstack([x - low[i], sine[1:] / u[1:]])
        payoff = (1.0 + u * u) * (strike * psi - chi)
        payoff[0] /= width
        at_zero = np.zeros((weights.shape[0], 1))
        at_zero[0] = 1.0
        is_inside = (low[i] < x) & (x < high[i])
        outside = np.zeros((weights.shape[0], x.size))
        outside[0] = np.maximum(strike - 1.0, 0.0)
        out[:, quotes] = np.where(is_inside, np.hstack([at_zero, weights[:, nodes]]) @ payoff, outside)
    return out


def rules_of_intervals_plain(
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
    """Add the finer rule to `out` for the intervals on which both agree, and return their differences, (m,)."""
    factors = np.vstack([np.ones(z.size), slopes])
    grown = np.exp(exponents[:, np.newaxis] + (1.0 - z)[:, np.newaxis] * log_strike) / math.pi
    integrand = (ray * factors[:, :, np.newaxis] * grown / (z * (1.0 - z))[:, np.newaxis]).real
    by_interval = integrand.reshape(len(factors), half.size, POINTS, log_strike.size)
    fine = np.einsum("rmpn,p,m->mrn", by_interval, KRONROD, half)
    gap = np.einsum("rmpn,p,m->mrn", by_interval, KRONROD - GAUSS, half)
    worst = np.max(np.abs(gap) * scales, axis=(1, 2))
    out += np.sum(fine[worst <= allowed], axis=0)
    return np.asarray(worst)
