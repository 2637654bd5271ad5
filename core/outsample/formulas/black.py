"""Black-76 on the forward, undiscounted, with prices as a fraction of the forward.

A coin-settled (inverse) premium is this fraction itself: ``Black76(F, K, T, vol) / F``. Times the forward it is the
premium of a linear option in the quote currency; a discount factor is the caller's.

Domain, of every function here: strike ratio above 0, tenor and vol not negative, all finite. Outside it, and for NaN,
the answer is NaN and nothing is warned of; for numbers in place of arrays a `UsageError` says what is wrong with them.
`outsample.formulas.domains.BLACK` counts why answers are missing. At ``vol sqrt(T) = 0`` the answers are the limits,
that is the intrinsic value for the price.

With ``d1 = (ln(F / K) + vol^2 T / 2) / (vol sqrt(T))``, ``d2 = d1 - vol sqrt(T)`` and ``k = K / F``.
References: Black (1976), J. Financial Economics 3, 167-179, doi:10.1016/0304-405X(76)90024-6; Haug (2007), The Complete
Guide to Option Pricing Formulas, 2nd ed., ch. 1-2. Numerically: see `outsample.formulas.black_kernels`.
"""

import numpy as np

from outsample.formulas.aligned import aligned
from outsample.formulas.black_kernels import delta_loop, gamma_loop, net_delta_loop, price_loop, vega_loop
from outsample.formulas.domains import BLACK
from outsample.formulas.refusals import answered
from outsample.typing import Bools, Floats

__all__ = ["black_gamma", "black_price", "black_vega", "call_delta", "net_delta"]


def black_price(strike_ratio: Floats, tenor: Floats, vol: Floats, is_call: Bools) -> Floats:
    """Return the undiscounted price divided by the forward.

    Call ``N(d1) - k N(d2)``, put ``k N(-d2) - N(-d1)``; so call less put is ``1 - k``.

    Parameters
    ----------
    strike_ratio : (n,) array
        ``K / F``. All parameters broadcast together.
    tenor : (n,) array
        Years.
    vol : (n,) array
        Fraction a year (0.5 is 50 %).
    is_call : (n,) bool array

    Returns
    -------
    (n,) array
        Fraction of the forward: coin per coin for an inverse option. Never below intrinsic nor above the bound (1 for
        a call, k for a put). Absolute error below 1e-14 of the larger of 1 and k.

    Examples
    --------
    >>> black_price(np.array([1.1]), np.array([30 / 365]), np.array([0.55]), np.array([True])).round(6)
    array([0.027647])
    """
    shape, columns = aligned(strike_ratio, tenor, vol, np.asarray(is_call, dtype=np.bool_))
    return answered(
        price_loop(*columns), shape, lambda: BLACK.refusals(strike_ratio=strike_ratio, tenor=tenor, vol=vol)
    )


def call_delta(strike_ratio: Floats, tenor: Floats, vol: Floats) -> Floats:
    """Return the forward delta of the call, ``N(d1)``; the put's is this less 1.

    Parameters
    ----------
    strike_ratio, tenor, vol : (n,) array
        As in `black_price`.

    Returns
    -------
    (n,) array
        Between 0 and 1. At ``vol sqrt(T) = 0``: 1 below the forward, 0 above it, a half at it.
    """
    shape, columns = aligned(strike_ratio, tenor, vol)
    return answered(
        delta_loop(*columns), shape, lambda: BLACK.refusals(strike_ratio=strike_ratio, tenor=tenor, vol=vol)
    )


def net_delta(strike_ratio: Floats, tenor: Floats, vol: Floats, is_call: Bools) -> Floats:
    """Return the delta of a coin-settled option net of its premium: ``delta - price``.

    Call ``k N(d2)``, put ``-k N(-d2)``, computed in this form since the difference cancels. The coin price moves by
    this over the forward for each unit of the forward. Also called premium-adjusted delta.

    Parameters
    ----------
    strike_ratio, tenor, vol, is_call : (n,) array
        As in `black_price`.

    Returns
    -------
    (n,) array
        Coin per coin: between 0 and 1 for a call, between -k and 0 for a put.

    References
    ----------
    Wystup (2006), FX Options and Structured Products, section 1.2, "premium-adjusted delta".
    """
    shape, columns = aligned(strike_ratio, tenor, vol, np.asarray(is_call, dtype=np.bool_))
    return answered(
        net_delta_loop(*columns), shape, lambda: BLACK.refusals(strike_ratio=strike_ratio, tenor=tenor, vol=vol)
    )


def black_vega(strike_ratio: Floats, tenor: Floats, vol: Floats) -> Floats:
    """Return the derivative of the price to vol, ``n(d1) sqrt(T)``, of call and put alike.

    Parameters
    ----------
    strike_ratio, tenor, vol : (n,) array
        As in `black_price`.

    Returns
    -------
    (n,) array
        Fraction of the forward per unit of vol (1.00 a year); a hundredth of it is the vega of one vol point.
    """
    shape, columns = aligned(strike_ratio, tenor, vol)
    return answered(vega_loop(*columns), shape, lambda: BLACK.refusals(strike_ratio=strike_ratio, tenor=tenor, vol=vol))


def black_gamma(strike_ratio: Floats, tenor: Floats, vol: Floats) -> Floats:
    """Return gamma times the forward, ``n(d1) / (vol sqrt(T))``, of call and put alike.

    Parameters
    ----------
    strike_ratio, tenor, vol : (n,) array
        As in `black_price`.

    Returns
    -------
    (n,) array
        Change of the forward delta per relative change of the forward; divided by the forward it is the gamma per
        unit of quote currency. At ``vol sqrt(T) = 0``: 0 away from the forward, NaN at it, where there is no limit.
    """
    shape, columns = aligned(strike_ratio, tenor, vol)
    return answered(
        gamma_loop(*columns), shape, lambda: BLACK.refusals(strike_ratio=strike_ratio, tenor=tenor, vol=vol)
    )
