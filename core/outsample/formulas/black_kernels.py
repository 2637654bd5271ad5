"""Black-76 loops, branch-free so that LLVM vectorises them: one exponential and two Mills ratios an option.

With ``s = vol sqrt(T)``, ``z = |ln(K / F)| / s``, ``lower = z - s / 2`` and ``upper = z + s / 2`` the out-of-the-money
option of the pair is worth ``near N(-lower) - far N(-upper)``, `near` and `far` being the smaller and the larger of 1
and ``K / F``. Because ``near n(lower) = far n(upper)``, that is ``density (mills(lower) - mills(upper))``. Its
in-the-money partner is worth the intrinsic value more, so parity holds by construction.

Every argument is a contiguous read-only array; `black_plain` holds the same functions in plain numpy and scipy.
"""

import math
from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.formulas.elementary import exp_of_negative, log_of_positive
from outsample.formulas.inlined import inlined
from outsample.formulas.mills import mills
from outsample.typing import Bools, Floats

__all__ = ["delta_loop", "distance_of", "gamma_loop", "net_delta_loop", "price_from", "price_loop", "vega_loop"]

INVERSE_SQRT_2PI: Final = 1.0 / math.sqrt(2.0 * math.pi)
SMALLEST: Final = 2.2250738585072014e-308  # the smallest normal number
LARGEST: Final = 1.7976931348623157e308


@inlined
def in_domain(strike_ratio: float, tenor: float, vol: float) -> bool:
    """Return whether the inputs are finite, the strike positive, tenor and vol not negative (false for NaN)."""
    strike_is_good = (strike_ratio >= SMALLEST) & (strike_ratio <= LARGEST)
    return strike_is_good & (tenor >= 0.0) & (tenor <= LARGEST) & (vol >= 0.0) & (vol <= LARGEST)


@inlined
def standardise(strike_ratio: float, deviation: float) -> tuple[float, float, float, float]:
    """Return (near, lower, upper, density) as in the module's docstring; meaningless at ``deviation == 0``."""
    return standardise_from(strike_ratio, distance_of(strike_ratio), deviation)


@inlined
def distance_of(strike_ratio: float) -> float:
    """Return ``|ln(K / F)|``; meaningless outside the domain."""
    return abs(log_of_positive(strike_ratio))


@inlined
def standardise_from(strike_ratio: float, distance: float, deviation: float) -> tuple[float, float, float, float]:
    """Return what `standardise` does, of a strike whose distance is known."""
    z = distance / deviation
    lower, upper = z - 0.5 * deviation, z + 0.5 * deviation
    near = strike_ratio if strike_ratio < 1.0 else 1.0
    return near, lower, upper, near * INVERSE_SQRT_2PI * exp_of_negative(-0.5 * lower * lower)


@inlined
def time_value(strike_ratio: float, distance: float, deviation: float) -> float:
    """Return the value of the out-of-the-money option of the pair, a fraction of the forward."""
    near, lower, upper, density = standardise_from(strike_ratio, distance, deviation)
    lower_tail, upper_tail = density * mills(abs(lower)), density * mills(upper)
    value = lower_tail - upper_tail if lower >= 0.0 else near - (lower_tail + upper_tail)
    return value if (deviation > 0.0) & (value > 0.0) else 0.0


@inlined
def price_from(strike_ratio: float, distance: float, tenor: float, root: float, vol: float, is_call: bool) -> float:
    """Return the price as a fraction of the forward; `distance_of` and ``root = sqrt(T)`` serve any number of vols."""
    exercise = 1.0 - strike_ratio if is_call else strike_ratio - 1.0
    price = (exercise if exercise > 0.0 else 0.0) + time_value(strike_ratio, distance, vol * root)
    return price if in_domain(strike_ratio, tenor, vol) else np.nan


@kernel
def price_loop(strike_ratio: Floats, tenor: Floats, vol: Floats, is_call: Bools) -> Floats:
    """Return the (n,) prices as a fraction of the forward."""
    out = np.empty(strike_ratio.size)
    for i in range(out.size):
        k = strike_ratio[i]
        out[i] = price_from(k, distance_of(k), tenor[i], math.sqrt(tenor[i]), vol[i], is_call[i])
    return out


@kernel
def delta_loop(strike_ratio: Floats, tenor: Floats, vol: Floats) -> Floats:
    """Return the (n,) forward deltas ``N(d1)``."""
    out = np.empty(strike_ratio.size)
    for i in range(out.size):
        k, deviation = strike_ratio[i], vol[i] * math.sqrt(tenor[i])
        _, lower, upper, density = standardise(k, deviation)
        above = k >= 1.0
        tail = density * mills(abs(lower) if above else upper)
        delta = tail if above & (lower >= 0.0) else 1.0 - tail
        at_expiry = 0.5 if k == 1.0 else (0.0 if above else 1.0)
        delta = delta if deviation > 0.0 else at_expiry
        out[i] = delta if in_domain(k, tenor[i], vol[i]) else np.nan
    return out


@kernel
def net_delta_loop(strike_ratio: Floats, tenor: Floats, vol: Floats, is_call: Bools) -> Floats:
    """Return the (n,) net deltas: ``k N(d2)`` of a call, ``-k N(-d2)`` of a put."""
    out = np.empty(strike_ratio.size)
    for i in range(out.size):
        k, deviation = strike_ratio[i], vol[i] * math.sqrt(tenor[i])
        _, lower, upper, density = standardise(k, deviation)
        above = k >= 1.0
        tail = density * mills(upper if above else abs(lower))
        call_is_tail = above | (lower < 0.0)
        at_expiry = 0.5 * k if k == 1.0 else (0.0 if above else k)
        call = tail if call_is_tail else k - tail
        put = k - tail if call_is_tail else tail
        call = call if deviation > 0.0 else at_expiry
        put = put if deviation > 0.0 else k - at_expiry
        net = call if is_call[i] else -put
        out[i] = net if in_domain(k, tenor[i], vol[i]) else np.nan
    return out


@kernel
def vega_loop(strike_ratio: Floats, tenor: Floats, vol: Floats) -> Floats:
    """Return the (n,) vegas ``n(d1) sqrt(T)``."""
    out = np.empty(strike_ratio.size)
    for i in range(out.size):
        k, root = strike_ratio[i], math.sqrt(tenor[i])
        density = standardise(k, vol[i] * root)[3]
        at_expiry = INVERSE_SQRT_2PI if k == 1.0 else 0.0
        vega = root * (density if vol[i] * root > 0.0 else at_expiry)
        out[i] = vega if in_domain(k, tenor[i], vol[i]) else np.nan
    return out


@kernel
def gamma_loop(strike_ratio: Floats, tenor: Floats, vol: Floats) -> Floats:
    """Return the (n,) gammas times the forward, ``n(d1) / (vol sqrt(T))``."""
    out = np.empty(strike_ratio.size)
    for i in range(out.size):
        k, deviation = strike_ratio[i], vol[i] * math.sqrt(tenor[i])
        at_expiry = np.nan if k == 1.0 else 0.0
        gamma = standardise(k, deviation)[3] / deviation if deviation > 0.0 else at_expiry
        out[i] = gamma if in_domain(k, tenor[i], vol[i]) else np.nan
    return out
