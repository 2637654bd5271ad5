"""Implied vol by fourth-order Householder steps on the logarithm of the normalised price, inside a bracket.

Every quote is reduced to the out-of-the-money option of its strike: with ``y = |ln(K / F)|`` and ``s = vol sqrt(T)``
its time value, divided by the smaller of 1 and ``K / F``, is ``c = N(-lower) - exp(y) N(-upper)``, where
``lower = y / s - s / 2`` and ``upper = y / s + s / 2``; ``0 < c < 1`` rises with `s`. The logarithm is what makes a
price of 1e-140 as easy as one of 0.1. With ``D = mills(lower) - mills(upper)`` and ``n`` the normal density,

    c = n(lower) D,   dc/ds = n(lower),   d ln c / ds = 1 / D,

so no step needs an exponential. Where ``lower < 0`` the complement ``1 - c`` is used in the same manner; close to the
upper bound it is the small number. At small `s`, where the difference ``D`` would cancel, it is summed as a series.
Two or three steps suffice everywhere.

Method: Jaeckel (2015), "Let's be rational", doi:10.1002/wilm.10395, with one objective in place of his four branches.
"""

import math
from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.formulas.inlined import inlined
from outsample.formulas.mills import mills, mills_slope
from outsample.typing import Bools, Floats

__all__ = ["implied_vol_loop"]

INVERSE_SQRT_2PI: Final = 1.0 / math.sqrt(2.0 * math.pi)
LOG_SQRT_2PI: Final = 0.5 * math.log(2.0 * math.pi)
SQRT_2PI: Final = math.sqrt(2.0 * math.pi)
SQRT_HALF_PI: Final = math.sqrt(0.5 * math.pi)
MOST_STEPS: Final = 60
CONVERGED: Final = 1e-5  # relative step after which a fourth-order step leaves less than one rounding error
LARGEST_DEVIATION: Final = 1e4  # at 150 the complement is below the smallest number for every strike
SMALLEST: Final = 2.2250738585072014e-308  # the smallest normal number
SERIES_DEVIATION: Final = 0.5  # the series of nine terms is exact to rounding below this s ...
SERIES_MONEYNESS: Final = 2.0  # ... and below this y, above which its recursion loses digits


@inlined
def mills_drop(z: float, deviation: float) -> float:
    """Return ``mills(z - s / 2) - mills(z + s / 2)`` by its Taylor series in ``s / 2``, whose terms are all positive.

    The n-th derivative ``M_n = integral of t^n exp(-t^2 / 2 - z t)`` follows ``M_n+1 = n M_n-1 - z M_n``.
    """
    half = 0.5 * deviation
    square = half * half
    even, odd = mills(z), mills_slope(z)
    total, factor = odd, 1.0
    for n in range(1, 17, 2):
        even = n * even - z * odd
        odd = (n + 1) * odd - z * even
        factor *= square / ((n + 1) * (n + 2))
        total += factor * odd
    return 2.0 * half * total


@inlined
def first_guess(y: float, price: float, complement: float, log_price: float) -> float:
    """Return a deviation within some ten per cent, from the limits of the price on three stretches.

    They meet where ``s = y`` (for ``y`` above 2: where ``lower = 0``) and where ``lower = 0``.
    """
    turn = math.sqrt(2.0 * y)
    price_at_turn = INVERSE_SQRT_2PI * (SQRT_HALF_PI - mills(turn))
    # The price at s = y is y times .0833 + .0436 y to 3 %; below it ln(price) falls by half of (y / s)^2.
    joint, square = (y * (0.0833 + 0.0436 * y), 1.0) if y < 2.0 else (price_at_turn, 0.5 * y)
    if price < joint:
        return y / math.sqrt(square + 2.0 * (math.log(joint) - log_price))
    if price < max(price_at_turn, 0.01):
        return SQRT_2PI * (price + 0.5 * y)  # near the money the price is s n(0) - y / 2
    # -2 N^-1(share / 2) by the inverse error function of Winitzki (2008), 0.2 % everywhere.
    share, covered = complement / (1.0 - price_at_turn), (price - price_at_turn) / (1.0 - price_at_turn)
    log_rest = math.log(share * (2.0 - share)) if share < 0.5 else math.log1p(-covered * covered)
    middle = 2.0 / (math.pi * 0.147) + 0.5 * log_rest
    inverse_error = math.sqrt(-log_rest / 0.147 / (math.sqrt(middle * middle - log_rest / 0.147) + middle))
    return turn + 2.0 * math.sqrt(2.0) * inverse_error


@inlined
def residual(y: float, s: float, log_price: float, log_complement: float) -> tuple[float, float]:
    """Return (ln of model over target, its derivative to `s`), of the price or, past the turn, its complement."""
    z = y / s
    lower, upper = z - 0.5 * s, z + 0.5 * s
    if s < SERIES_DEVIATION and y < SERIES_MONEYNESS:
        drop, target, sign = mills_drop(z, s), log_price, 1.0
    elif lower >= 0.0:
        drop, target, sign = mills(lower) - mills(upper), log_price, 1.0
    else:
        drop, target, sign = mills(-lower) + mills(upper), log_complement, -1.0
    drop = max(drop, SMALLEST)  # a difference lost to rounding, possible far to the left of the root only
    return math.log(drop) - 0.5 * lower * lower - LOG_SQRT_2PI - target, sign / drop


@inlined
def householder_ratio(y: float, s: float, value: float, slope: float) -> float:
    """Return the third-order Householder correction of `s`, divided by `s`.

    With ``a = lower upper / s`` the second derivative over the slope is ``a - slope`` and the third
    ``a^2 + da/ds - 3 a slope + 2 slope^2``. Multiplied by powers of the Newton step nothing overflows at s = 1e-200.
    """
    z_squared, quarter = (y / s) ** 2, 0.25 * s * s
    newton = -value / (slope * s)
    bend = newton * (z_squared - quarter)
    second = bend + value
    third = bend * bend - newton * newton * (3.0 * z_squared + quarter) + value * (3.0 * bend + 2.0 * value)
    return newton * (1.0 + 0.5 * second) / (1.0 + second + third / 6.0)


@inlined
def deviation_of(y: float, price: float, complement: float) -> float:
    """Return the `s` at which the normalised out-of-the-money price is `price`, one less `complement`."""
    log_price, log_complement = math.log(price), math.log(complement)
    low, high = 0.0, LARGEST_DEVIATION
    s = first_guess(y, price, complement, log_price)
    for _ in range(MOST_STEPS):
        value, slope = residual(y, s, log_price, log_complement)
        if value * slope < 0.0:
            low = s
        else:
            high = s
        ratio = householder_ratio(y, s, value, slope)
        proposed = s + ratio * s
        if not low <= proposed <= high:
            proposed = 0.5 * (low + min(high, 4.0 * s))
        elif abs(ratio) <= CONVERGED:
            return proposed
        s = proposed
    return s


@kernel
def implied_vol_loop(price_ratio: Floats, strike_ratio: Floats, tenor: Floats, is_call: Bools) -> Floats:
    """Return the (n,) implied vols; NaN where a price is at or outside its bounds or an input outside the domain."""
    out = np.full(price_ratio.size, np.nan)
    for i in range(out.size):
        k, price = strike_ratio[i], price_ratio[i]
        exercise = max(1.0 - k if is_call[i] else k - 1.0, 0.0)
        near = min(1.0, k)
        above, below = price - exercise, (1.0 if is_call[i] else k) - price
        if k > 0.0 and k < math.inf and tenor[i] > 0.0 and tenor[i] < math.inf and above > 0.0 and below > 0.0:
            deviation = deviation_of(abs(math.log(k)), above / near, below / near)
            out[i] = deviation / math.sqrt(tenor[i])
    return out
