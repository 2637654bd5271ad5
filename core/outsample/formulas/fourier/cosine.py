"""Puts by cosine series of the density of the log price (Fang and Oosterlee 2008, doi:10.1137/080718061).

On [a, b] let ``u_k = k pi / (b - a)`` and ``w_k = 2 / (b - a) Re[phi(u_k) exp(-i u_k a)] / (1 + u_k^2)``. A put with
``x = ln(K / F)`` is then

    (exp(x) (x - a - 1) + exp(a)) / (b - a) + sum over k >= 1 of w_k (exp(x) (sin(t_k) / u_k - cos(t_k)) + exp(a)),

where ``t_k = u_k (x - a)``. The weights are the same for all strikes of a tenor. Sine and cosine of ``t_k`` follow
from those before by a rotation, four at a time for a block of strikes side by side, so that LLVM vectorises it and
keeps them in registers.
"""

import math
from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.formulas.fourier.complex_functions import Complexes, exponential
from outsample.formulas.inlined import fused, inlined
from outsample.typing import Floats, Integers

__all__ = ["TERMS_AT_A_TIME", "cosine_nodes", "cosine_puts", "cosine_weights", "weighted_puts"]

BLOCK: Final = 64  # strikes side by side: their working space stays in the first cache
LANES: Final = 8  # numbers in the widest register
TERMS_AT_A_TIME: Final = 4


def cosine_nodes(low: Floats, high: Floats, terms: Integers) -> Complexes:
    """Return the arguments ``i u_k`` of the transform, from k = 1 on, tenor by tenor, (sum of terms,)."""
    first = np.repeat(np.cumsum(terms) - terms, terms)
    return 1j * (np.arange(1, first.size + 1) - first) * np.repeat(math.pi / (high - low), terms)


def cosine_puts(
    exponents: Complexes,
    slopes: Complexes,
    low: Floats,
    high: Floats,
    terms: Integers,
    starts: Integers,
    log_strike: Floats,
) -> Floats:
    """Return put prices over the forward, and their derivatives to the parameters.

    Parameters
    ----------
    exponents, slopes, low, high, terms
        As of `cosine_weights`.
    starts, log_strike
        As of `weighted_puts`.

    Returns
    -------
    (1 + p, n) array
        Prices, and a row for each parameter.
    """
    return weighted_puts(cosine_weights(exponents, slopes, low, high, terms), low, high, terms, starts, log_strike)


@kernel
def cosine_weights(exponents: Complexes, slopes: Complexes, low: Floats, high: Floats, terms: Integers) -> Floats:
    """Return the weights of the series, for any number of strikes.

    Parameters
    ----------
    exponents : (sum of terms,) complex array
        Of the model, at `cosine_nodes`.
    slopes : (p, sum of terms) complex array
        Their derivatives; p is 0 where none are wanted.
    low, high : (m,) array
        Range of ``ln(S_T / F)`` of each tenor, from `outsample.formulas.fourier.truncation.cosine_range`. A put of a
        strike below it is worth nothing, and neither is a call of one above.
    terms : (m,) int array
        Number of cosines, multiples of `TERMS_AT_A_TIME`.

    Returns
    -------
    (1 + p, sum of terms) array
        Of the prices, and of their derivatives.
    """
    out = np.empty((1 + slopes.shape[0], exponents.size))
    node = 0
    for i in range(low.size):
        stop = node + terms[i]
        fill_weights(exponents[node:stop], slopes[:, node:stop], low[i], high[i], out[:, node:stop])
        node = stop
    return out


@kernel
def weighted_puts(
    weights: Floats, low: Floats, high: Floats, terms: Integers, starts: Integers, log_strike: Floats
) -> Floats:
    """Return put prices over the forward, and their derivatives.

    Parameters
    ----------
    weights : (1 + p, sum of terms) array
        From `cosine_weights`.
    low, high, terms
        As there; NaN is returned where there are no terms.
    starts : (m + 1,) int array
        Where the strikes of each tenor begin, and their number.
    log_strike : (n,) array
        ``ln(K / F)``, tenor by tenor.

    Returns
    -------
    (1 + p, n) array
        Prices, and a row for each parameter.
    """
    out = np.full((weights.shape[0], log_strike.size), np.nan)
    node = 0
    for i in range(low.size):
        if terms[i] == 0:
            continue
        stop = node + terms[i]
        for start in range(starts[i], starts[i + 1], BLOCK):
            block = slice(start, min(start + BLOCK, starts[i + 1]))
            fill_block(weights[:, node:stop], low[i], high[i], log_strike[block], out[:, block])
        node = stop
    return out


@inlined
def fill_weights(exponents: Complexes, slopes: Complexes, low: float, high: float, out: Floats) -> None:
    """Fill `out`, (1 + p, terms), with the weights of one tenor."""
    for k in range(exponents.size):
        u = (k + 1) * math.pi / (high - low)
        term = 2.0 / ((high - low) * (1.0 + u * u)) * exponential(exponents[k] - complex(0.0, u * low))
        out[0, k] = term.real
        for row in range(1, out.shape[0]):
            out[row, k] = term.real * slopes[row - 1, k].real - term.imag * slopes[row - 1, k].imag


@inlined
def fill_block(weights: Floats, low: float, high: float, log_strike: Floats, out: Floats) -> None:
    """Fill `out`, (1 + p, n), for a block of strikes of one tenor."""
    sums = cosine_sums(weights, math.pi / (high - low), low, log_strike)
    edge = math.exp(low)
    for j in range(log_strike.size):
        x, strike = log_strike[j], math.exp(log_strike[j])
        is_inside = (x > low) & (x < high)
        first = (strike * (x - low - 1.0) + edge) / (high - low)
        out[0, j] = strike * sums[0, j] + first if is_inside else max(strike - 1.0, 0.0)
        for row in range(1, out.shape[0]):
            out[row, j] = strike * sums[row, j] if is_inside else 0.0


@inlined
def cosine_sums(weights: Floats, step: float, low: float, log_strike: Floats) -> Floats:
    """Return the sums of the module's docstring over ``exp(x)``, (1 + p, `BLOCK`), for a block of strikes."""
    rows, terms = weights.shape
    width = (log_strike.size + LANES - 1) // LANES * LANES
    turn_cosine, turn_sine, cosine, sine = np.ones(BLOCK), np.zeros(BLOCK), np.ones(BLOCK), np.zeros(BLOCK)
    for j in range(log_strike.size):
        turn = step * (log_strike[j] - low)
        turn_cosine[j], turn_sine[j] = math.cos(turn), math.sin(turn)
    shapes, total, edge = np.empty((TERMS_AT_A_TIME, BLOCK)), np.zeros((rows, BLOCK)), np.zeros(rows)
    for k in range(0, terms, TERMS_AT_A_TIME):
        inverse = 1.0 / ((k + 1) * step), 1.0 / ((k + 2) * step), 1.0 / ((k + 3) * step), 1.0 / ((k + 4) * step)
        for j in range(width):
            c, s, by_c, by_s = cosine[j], sine[j], turn_cosine[j], turn_sine[j]
            for i in range(TERMS_AT_A_TIME):
                c, s = fused(c, by_c, -s * by_s), fused(s, by_c, c * by_s)
                shapes[i, j] = fused(s, inverse[i], -c)
            cosine[j], sine[j] = c, s
        for row in range(rows):
            first, second = weights[row, k], weights[row, k + 1]
            third, fourth = weights[row, k + 2], weights[row, k + 3]
            edge[row] += (first + second) + (third + fourth)
            for j in range(width):
                early = fused(second, shapes[1, j], first * shapes[0, j])
                total[row, j] += early + fused(fourth, shapes[3, j], third * shapes[2, j])
    for row in range(rows):
        for j in range(log_strike.size):
            total[row, j] += edge[row] * math.exp(low - log_strike[j])
    return total
