"""Premium and derivatives of Black-76, branch-free: one exponential and at most two Mills ratios an option and loop.

Everything is a fraction of the forward, undiscounted, and follows from ``n = n(d1)``, the two tails and ``d1``, ``d2``:
see `outsample.formulas.black_kernels` for the reduction and `outsample.formulas.black_greeks` for the formulas.
`black_greeks_plain` holds the same function in plain numpy and scipy.

Three loops and not one, because LLVM vectorises a loop that fills four rows and gives up on one that fills five: it
tests beforehand that no two rows overlap, and only so many tests. One loop over all rows takes three times as long.
"""

import math
from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.formulas.black_kernels import INVERSE_SQRT_2PI, in_domain, standardise
from outsample.formulas.inlined import inlined
from outsample.formulas.mills import mills
from outsample.typing import Bools, Floats

__all__ = ["NORMALISED_GREEKS", "normalised_greeks"]

# The rows of what `normalised_greeks` returns. Deltas have the sign of the option, so a put's tail keeps its digits.
NORMALISED_GREEKS: Final = ("price", "delta", "net_delta", "gamma", "vega", "theta", "vanna", "volga", "charm", "veta")


def normalised_greeks(strike_ratio: Floats, tenor: Floats, vol: Floats, is_call: Bools) -> Floats:
    """Return the (10, n) greeks over the forward, rows as in `NORMALISED_GREEKS`; NaN outside the domain.

    At ``vol sqrt(T) = 0`` price, deltas and vega are their limits; the others are 0 away from the forward and NaN at
    it, where they have no limit or one that depends on the path.
    """
    out = np.empty((len(NORMALISED_GREEKS), strike_ratio.size))
    fill_premiums(strike_ratio, tenor, vol, is_call, out[:4])
    fill_vol_greeks(strike_ratio, tenor, vol, out[4:8])
    fill_delta_decay(strike_ratio, tenor, vol, out[8:])
    return out


@inlined
def premium_and_deltas(
    strike_ratio: float, deviation: float, near: float, lower: float, upper: float, density: float, is_call: bool
) -> tuple[float, float, float]:
    """Return (price, delta, net delta) over the forward, each with the sign of the option."""
    above, inside, live = strike_ratio >= 1.0, lower < 0.0, deviation > 0.0
    lower_tail = density * mills(abs(lower)) if live else 0.0
    upper_tail = density * mills(upper) if live else 0.0
    value = near - (lower_tail + upper_tail) if inside else lower_tail - upper_tail
    exercise = 1.0 - strike_ratio if is_call else strike_ratio - 1.0
    price = (exercise if exercise > 0.0 else 0.0) + (value if live & (value > 0.0) else 0.0)
    tail, net_tail = lower_tail if above else upper_tail, upper_tail if above else lower_tail
    delta = tail if (above & ~inside) == is_call else 1.0 - tail
    net = net_tail if (above | inside) == is_call else strike_ratio - net_tail
    at_forward = (strike_ratio == 1.0) & ~live
    delta, net = (0.5, 0.5) if at_forward else (delta, net)
    return price, delta if is_call else -delta, net if is_call else -net


@kernel
def fill_premiums(strike_ratio: Floats, tenor: Floats, vol: Floats, is_call: Bools, out: Floats) -> None:
    """Fill the (4, n) rows price, delta, net delta and gamma."""
    for i in range(strike_ratio.size):
        k, deviation = strike_ratio[i], vol[i] * math.sqrt(tenor[i])
        good, live = in_domain(k, tenor[i], vol[i]), deviation > 0.0
        near, lower, upper, density = standardise(k, deviation)
        price, delta, net = premium_and_deltas(k, deviation, near, lower, upper, density, is_call[i])
        nothing = np.nan if k == 1.0 else 0.0
        out[0, i] = price if good else np.nan
        out[1, i] = delta if good else np.nan
        out[2, i] = net if good else np.nan
        out[3, i] = (density / deviation if live else nothing) if good else np.nan


@kernel
def fill_vol_greeks(strike_ratio: Floats, tenor: Floats, vol: Floats, out: Floats) -> None:
    """Fill the (4, n) rows vega, theta, vanna and volga."""
    for i in range(strike_ratio.size):
        k, sigma, root = strike_ratio[i], vol[i], math.sqrt(tenor[i])
        good, live = in_domain(k, tenor[i], sigma), sigma * root > 0.0
        _, lower, upper, density = standardise(k, sigma * root)
        nothing = np.nan if (k == 1.0) & ~live else 0.0
        at_expiry = INVERSE_SQRT_2PI * root if k == 1.0 else 0.0
        out[0, i] = (density * root if live else at_expiry) if good else np.nan
        live = live & (density > 0.0)  # where the density is 0, d1 and d2 may be infinite
        out[1, i] = (-density * sigma / (2.0 * root) if live else nothing) if good else np.nan
        out[2, i] = (-density * (-upper if k >= 1.0 else lower) / sigma if live else nothing) if good else np.nan
        out[3, i] = (density * root * (lower * upper) / sigma if live else nothing) if good else np.nan


@kernel
def fill_delta_decay(strike_ratio: Floats, tenor: Floats, vol: Floats, out: Floats) -> None:
    """Fill the (2, n) rows charm and veta."""
    for i in range(strike_ratio.size):
        k, root = strike_ratio[i], math.sqrt(tenor[i])
        good, live = in_domain(k, tenor[i], vol[i]), vol[i] * root > 0.0
        _, lower, upper, density = standardise(k, vol[i] * root)
        nothing = np.nan if (k == 1.0) & ~live else 0.0
        live = live & (density > 0.0)
        d2, rate = -upper if k >= 1.0 else lower, density / (2.0 * tenor[i])
        out[0, i] = (rate * d2 if live else nothing) if good else np.nan
        out[1, i] = (-rate * root * (1.0 + lower * upper) if live else nothing) if good else np.nan
