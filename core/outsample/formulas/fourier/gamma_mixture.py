"""Puts under variance gamma, as means of Black prices over the gamma law of its clock.

Given the clock g the log price is normal: with ``m = theta + sigma^2 / 2`` and ``w = ln(1 - nu m) / nu`` a put is worth

    P(g) = k N(-d2) - f N(-d1),   f = exp(w T + m g),  v = sigma sqrt(g),  d1 = (ln f - x) / v + v / 2,  d2 = d1 - v.

Of put and call the one that is worth nothing when the clock stands still is taken, at ``x < w T`` the put. Its value is
analytic in ln g and falls at both ends: a few dozen points of the trapezoidal rule give twelve digits
(`outsample.formulas.fourier.gamma_clock`), also where the transform hardly falls and the density of the price has a
pole at ``w T``, as it does for ``T < nu / 2``.

Reference: Madan, Carr and Chang (1998), doi:10.1023/A:1009703431535, equation 24.
"""

import math
from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.formulas.elementary import exp_of_negative
from outsample.formulas.fourier.complex_functions import slope_of_log_1p_over
from outsample.formulas.fourier.gamma_clock import Clock, clock_of, clock_weight
from outsample.formulas.inlined import inlined
from outsample.formulas.mills import mills
from outsample.typing import Bools, Floats, Integers

__all__ = ["has_mixture", "mixture_puts"]

STEEPEST: Final = 500.0  # growth times the longest clock: beyond, thousands of points, and numbers that overflow
SUMS: Final = 5
BLOCK: Final = 64  # strikes side by side: their sums stay in the first cache
INVERSE_SQRT_2PI: Final = 1.0 / math.sqrt(2.0 * math.pi)
LEAST_RATE: Final = 1e-15  # nu over T: a price below it is that of Black to rounding
LEAST_RATE_OF_SLOPE: Final = 1e-7  # a derivative to nu below it would lose more digits than it is off there
OUT_OF_REACH: Final = 8.7  # deviations from which on an option has no time value in double precision


@kernel
def has_mixture(parameters: Floats, tenors: Floats, tolerance: float) -> Bools:
    """Return (m,) whether few points suffice: not where the drift is so strong that it all but sets the price."""
    vol, drift, rate = parameters[0], parameters[1], parameters[2]
    out = np.empty(tenors.size, np.bool_)
    for i in range(tenors.size):
        least = max(rate, LEAST_RATE * tenors[i])
        growth = growth_of(vol, drift) * tenors[i]
        still = math.log1p(-least * (drift + 0.5 * vol * vol))
        out[i] = growth * math.exp(clock_of(tenors[i] / least, growth, still, tolerance).high) <= STEEPEST
    return out


@inlined
def growth_of(vol: float, drift: float) -> float:
    """Return by how much the values of options may grow in the strip of `clock_of`, a year of the clock."""
    return drift * drift / (vol * vol) + abs(drift + 0.5 * vol * vol)


@kernel
def mixture_puts(
    parameters: Floats,
    tenors: Floats,
    starts: Integers,
    log_strike: Floats,
    tolerance: float,
    has_slopes: bool,
    chosen: Bools,
    out: Floats,
) -> None:
    """Fill in put prices over the forward, and their derivatives to the fields of `VarianceGamma`.

    Parameters
    ----------
    parameters : (3,) array
    tenors : (m,) array
    starts : (m + 1,) int array
        Where the strikes of each tenor begin, and their number.
    log_strike : (n,) array
        ``ln(K / F)``, tenor by tenor.
    tolerance : float
        Of the price, as a fraction of the forward plus the strike.
    has_slopes : bool
        Whether derivatives are wanted.
    chosen : (m,) bool array
        Tenors that are priced; the columns of others stay as they are.
    out : (1, n) or (4, n) array
    """
    vol, drift, rate = parameters[0], parameters[1], parameters[2]
    for i in range(tenors.size):
        if not chosen[i]:
            continue
        tenor, spoilt = tenors[i], has_slopes and rate < LEAST_RATE_OF_SLOPE * tenors[i]
        for start in range(starts[i], starts[i + 1], BLOCK):
            block = slice(start, min(start + BLOCK, starts[i + 1]))
            fill_block(vol, drift, max(rate, LEAST_RATE * tenor), tenor, tolerance, log_strike[block], 0, out[:, block])
            if spoilt:
                fill_block(
                    vol, drift, LEAST_RATE_OF_SLOPE * tenor, tenor, tolerance, log_strike[block], 3, out[:, block]
                )


@kernel
def fill_block(
    vol: float, drift: float, rate: float, tenor: float, tolerance: float, log_strike: Floats, first: int, out: Floats
) -> None:
    """Fill in rows from `first` on for some strikes of one tenor; `rate` is nu, above 0."""
    mean = drift + 0.5 * vol * vol
    still = math.log1p(-rate * mean)  # w nu
    power, inner = tenor / rate, 1.0 - rate * mean
    clock = clock_of(power, growth_of(vol, drift) * tenor, still, tolerance)
    away = log_strike - power * still
    order = by_size(away)
    sums = clock_sums(clock, tenor, rate, vol, drift, power * still, away[order], np.exp(log_strike[order]))
    by_rate = slope_of_log_1p_over(complex(-rate, 0.0), complex(mean, 0.0), complex(-still / rate, 0.0)).real
    for j in range(order.size):
        at = order[j]
        if first == 0:
            out[0, at] = sums[0, j] + (math.exp(log_strike[at]) - 1.0 if away[at] > 0.0 else 0.0)
        if first == 0 and out.shape[0] > 1:
            out[2, at] = tenor / inner * sums[1, j] - sums[2, j]
            out[1, at] = vol * out[2, at] + sums[3, j]
        if out.shape[0] > 1:
            out[3, at] = sums[4, j] - tenor * by_rate * sums[1, j]


@inlined
def by_size(values: Floats) -> Integers:
    """Return the order of their absolute values; they are few."""
    order = np.arange(values.size)
    for i in range(1, values.size):
        moving, j = order[i], i
        while j > 0 and abs(values[order[j - 1]]) > abs(values[moving]):
            order[j] = order[j - 1]
            j -= 1
        order[j] = moving
    return order


@inlined
def clock_sums(
    clock: Clock, tenor: float, rate: float, vol: float, drift: float, shift: float, away: Floats, strike: Floats
) -> Floats:
    """Return the sums over the clock for strikes in the order of their distances `away` from the pole, (5, n).

    Of the option V that is worth nothing when the clock stands still, put or call; of B, its derivative to
    minus ``ln f``; of ``g B``; of ``sqrt(g) f n(d1)``; and of V times the derivative of the weight's logarithm to nu. A
    strike takes part as long as V is above rounding.
    """
    sums, mean, active = np.zeros((SUMS, away.size)), drift + 0.5 * vol * vol, away.size
    for point in range(int((clock.high - clock.low) / clock.step) + 1):
        s = clock.high - point * clock.step
        weight, slope = clock_weight(clock, s)
        years = tenor * math.exp(s)
        root = math.sqrt(years)
        deviation, forward = vol * root, math.exp(shift + mean * years)
        reach = OUT_OF_REACH * deviation + (abs(drift) + vol * vol) * years
        while active > 0 and abs(away[active - 1]) > reach:
            active -= 1
        if active == 0:
            break
        score = -weight * slope * clock.power / rate
        inverse = 1.0 / deviation
        for j in range(active):
            lower = (drift * years - away[j]) * inverse
            upper = lower + deviation
            density = strike[j] * INVERSE_SQRT_2PI * exp_of_negative(-0.5 * lower * lower)
            below, above, is_call = density * mills(abs(lower)), density * mills(abs(upper)), away[j] > 0.0
            below = strike[j] - below if (lower >= 0.0) == is_call else below
            above = forward - above if (upper >= 0.0) == is_call else above
            value, share = (above - below, -above) if is_call else (below - above, above)
            sums[0, j] += weight * value
            sums[1, j] += weight * share
            sums[2, j] += weight * years * share
            sums[3, j] += weight * root * density
            sums[4, j] += score * value
    return sums
