"""The trapezoidal rule for means over a gamma clock: where it begins, its step, and its weights.

With ``s = ln(g / T)`` and ``a = T / nu`` the law of a gamma clock g of mean T and variance nu T has the density

    c exp(a (s + 1 - exp(s))),  c = a^a exp(-a) / Gamma(a).

For a function of s that is bounded by ``cos(y)^-1/2 exp(q (1 - cos y))`` at ``Im s = y`` and by ``exp(s / 2)`` on the
left, the rule with step h errs by ``exp(-2 pi y / h)`` times the bound of the whole integrand, for every y below pi / 2
(Trefethen and Weideman 2014, doi:10.1137/130932132).
"""

import math
from typing import Final, NamedTuple

from outsample.formulas.inlined import inlined, polynomial

__all__ = ["Clock", "clock_of", "clock_weight"]

TRIED: Final = 12  # half widths of the strip; the best of more is 1 % wider
SPARE: Final = 2.0  # of the exponent: the two sides of a sum, and what a bound at the ends leaves out
HIGH_POWER: Final = 16.0  # from which on Stirling's series are exact to rounding
# Of ln Gamma, and of its derivative: Abramowitz and Stegun (1964), 6.1.41 and 6.3.18; highest power of 1 / a^2 first.
STIRLING: Final = (1.0 / 1188.0, -1.0 / 1680.0, 1.0 / 1260.0, -1.0 / 360.0, 1.0 / 12.0)
STIRLING_SLOPE: Final = (1.0 / 132.0, -1.0 / 240.0, 1.0 / 252.0, -1.0 / 120.0, 1.0 / 12.0)
SMALL: Final = 0.1  # below it the series of nine terms is exact to rounding
INVERSE_FACTORIALS: Final = tuple(1.0 / math.factorial(k) for k in range(10, 1, -1))


class Clock(NamedTuple):
    """A rule: a; the least and the largest s and the step between; c, and the derivative of ln c to a."""

    power: float
    low: float
    high: float
    step: float
    constant: float
    slope: float


@inlined
def clock_of(power: float, growth: float, turn: float, tolerance: float) -> Clock:
    """Return the rule.

    Parameters
    ----------
    power : float
        a, above 0.
    growth : float
        q of the module's docstring for a function that is bounded on clocks up to 1 in units of their mean; it counts
        as many times as the longest clock of the rule is longer.
    turn : float
        The function may be as large as that by which the law of the clock becomes one with a mean ``exp(-turn)`` times
        as long: what is in money is worth more in shares, whose clock is another.
    tolerance : float
        Of the mean, for a function of size 1.
    """
    needed = SPARE - math.log(tolerance)
    share = needed / power
    longest = 1.0 + share + math.sqrt(2.0 * share)  # exp(s) - 1 - s >= share there, as the series of exp shows
    by_width = 0.5 * (share + math.sqrt(share * (share + 8.0)))  # and here, by exp(-t) - 1 + t >= t^2 / (2 + t)
    by_tail = (needed + power) / (power + 0.5)
    low, high = -min(by_width, by_tail) - max(turn, 0.0), math.log(longest) - min(turn, 0.0)
    grown, step = growth * math.exp(high), 0.0
    widest = min(0.5 * math.pi, 2.0 * math.sqrt(2.0 * needed / (power + 0.5 + grown)))  # twice the best if all is small
    for i in range(TRIED):
        y = widest * (i + 0.5) / TRIED
        bound = 2.0 * grown * math.sin(0.5 * y) ** 2 - (power + 0.5) * math.log(math.cos(y))
        step = max(step, 2.0 * math.pi * y / (needed + bound))
    if power >= HIGH_POWER:
        square = 1.0 / (power * power)
        constant = math.sqrt(0.5 * power / math.pi) * math.exp(-polynomial(STIRLING, square) / power)
        slope = 0.5 / power + square * polynomial(STIRLING_SLOPE, square)
    else:
        constant = math.exp(power * math.log(power) - power - math.lgamma(power))
        slope, raised = math.log(power), power
        while raised < HIGH_POWER:
            slope += 1.0 / raised
            raised += 1.0
        square = 1.0 / (raised * raised)
        slope += 0.5 / raised + square * polynomial(STIRLING_SLOPE, square) - math.log(raised)
    return Clock(power, low, high, step, constant, slope)


@inlined
def clock_weight(clock: Clock, s: float) -> tuple[float, float]:
    """Return the weight of a point, and the derivative of its logarithm to a."""
    bend = -s * s * polynomial(INVERSE_FACTORIALS, s) if abs(s) < SMALL else s - math.expm1(s)
    return clock.step * clock.constant * math.exp(clock.power * bend), clock.slope + bend
