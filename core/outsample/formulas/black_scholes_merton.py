"""Black-Scholes-Merton on spot with a rate r and a dividend yield q: Black-76 at ``F = S exp((r - q) T)``.

Units as in `outsample.formulas.black_greeks`: per unit of spot, per 1.00 of vol, of rate or of yield, per year of
calendar time. Everything is taken with the spot held, so that the forward moves with time and with both rates. With
``d1``, ``d2`` at that forward, ``n = n(d1)``, ``Q = exp(-q T)`` and w = 1 for a call, -1 for a put:

    delta = w Q N(w d1)               gamma = Q n / (S vol sqrt(T))    vega  = Q S n sqrt(T)
    rho   = w T K exp(-r T) N(w d2)   dividend rho = -T S delta        vanna = -Q n d2 / vol
    theta = -Q S n vol / (2 sqrt(T)) - r rho / T + q S delta           volga = vega d1 d2 / vol
    charm = q delta - Q n ((r - q) / (vol sqrt(T)) - d2 / (2 T))
    veta  = vega (q + d1 (r - q) / (vol sqrt(T)) - (1 + d1 d2) / (2 T))

With ``r = q`` it is Black-76 of a future, with q the foreign rate it is Garman and Kohlhagen's formula.

Domain: spot and strike above 0, tenor and vol not negative, all finite, rates finite. Outside it, and for NaN, every
answer is NaN. At ``vol sqrt(T) = 0``, see `outsample.formulas.black_greeks`.

References: Merton (1973), Bell J. Economics 4, 141-183, doi:10.2307/3003143; Haug (2007), The Complete Guide to Option
Pricing Formulas, 2nd ed., ch. 1-2.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from outsample.formulas.aligned import aligned
from outsample.formulas.black import black_price
from outsample.formulas.black_greeks import greeks_by_name
from outsample.formulas.domains import ON_SPOT
from outsample.formulas.refusals import Refusals, answered
from outsample.typing import Bools, Floats

__all__ = ["SpotGreeks", "bsm_greeks", "bsm_price"]


@dataclass(frozen=True, slots=True, eq=False)
class SpotGreeks:
    """Premium of each option and its derivatives with the spot held.

    Parameters
    ----------
    price : (n,) array
        Quote currency.
    delta, gamma : (n,) array
        First and second derivative to spot.
    vega, volga : (n,) array
        First and second derivative to vol, per 1.00.
    theta : (n,) array
        Derivative to passing time, a year.
    rho, dividend_rho : (n,) array
        Derivative to the rate and to the dividend yield, per 1.00.
    vanna : (n,) array
        Of delta to vol.
    charm, veta : (n,) array
        Of delta and of vega to passing time.
    """

    price: Floats
    delta: Floats
    gamma: Floats
    vega: Floats
    theta: Floats
    rho: Floats
    dividend_rho: Floats
    vanna: Floats
    volga: Floats
    charm: Floats
    veta: Floats


def bsm_price(
    spot: Floats,
    strike: Floats,
    tenor: Floats,
    vol: Floats,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    is_call: Bools,
) -> Floats:
    """Return the price of European options.

    Parameters
    ----------
    spot, strike : (n,) array
        Quote currency. All parameters broadcast together.
    tenor : (n,) array
        Years.
    vol : (n,) array
        Fraction a year.
    rate, dividend_yield : (n,) array
        Continuously compounded, a year.
    is_call : (n,) bool array

    Returns
    -------
    (n,) array
        Quote currency; call less put is ``S exp(-q T) - K exp(-r T)``. Absolute error below 1e-14 of the larger of
        the two, beside the rounding of the forward (2.2e-16 relative, times delta).

    Examples
    --------
    >>> bsm_price(np.array([42.0]), 40.0, 0.5, 0.2, 0.1, 0.0, np.array([True, False])).round(2)
    array([4.76, 0.81])
    """
    shape, columns = aligned(spot, strike, tenor, vol, np.asarray(is_call, dtype=np.bool_), rate, dividend_yield)
    level, _, years, _, _, rates, yields = columns
    with np.errstate(all="ignore"):
        forward = _forward(level, years, rates, yields)
        price = black_price(columns[1] / forward, years, columns[3], columns[4])
        found = np.asarray(price * forward * np.exp(-rates * years))
    return answered(found, shape, lambda: _refusals(columns))


def bsm_greeks(
    spot: Floats,
    strike: Floats,
    tenor: Floats,
    vol: Floats,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    is_call: Bools,
) -> SpotGreeks:
    """Return price and greeks of European options.

    Parameters
    ----------
    spot, strike, tenor, vol, rate, dividend_yield, is_call : (n,) array
        As in `bsm_price`.

    Returns
    -------
    SpotGreeks
        Quote currency.

    Examples
    --------
    >>> bsm_greeks(np.array([72.0]), 75.0, 1.0, 0.19, 0.09, 0.0, True).rho.round(4)
    array([38.7325])
    """
    shape, columns = aligned(spot, strike, tenor, vol, np.asarray(is_call, dtype=np.bool_), rate, dividend_yield)
    level, _, years, _, _, rates, yields = columns
    with np.errstate(all="ignore"):
        kept, carry = np.exp(-yields * years), rates - yields
        black = greeks_by_name(_forward(level, years, rates, yields), columns[1], years, *columns[3:5])
        delta, rest, vega = kept * black["delta"], kept * level * black["net_delta"], kept * level * black["vega"]
        found = {
            "price": kept * level * black["price"],
            "delta": delta,
            "gamma": kept * black["gamma"] / level,
            "vega": vega,
            "theta": kept * level * black["theta"] - rates * rest + yields * level * delta,
            "rho": years * rest,
            "dividend_rho": -years * level * delta,
            "vanna": kept * black["vanna"],
            "volga": kept * level * black["volga"],
            "charm": yields * delta + kept * (black["charm"] - carry * black["gamma"]),
            "veta": yields * vega + kept * level * (black["veta"] + carry * (black["vega"] - black["vanna"])),
        }
    answered(found["price"], shape, lambda: _refusals(columns))
    return SpotGreeks(**{name: column.reshape(shape) for name, column in found.items()})


def _refusals(columns: list[Floats]) -> Refusals:
    numbers = columns[:4] + columns[5:]
    return ON_SPOT.refusals(**dict(zip(ON_SPOT.ranges, numbers, strict=True)))


def _forward(spot: Floats, tenor: Floats, rate: Floats, dividend_yield: Floats) -> Floats:
    """Return ``S exp((r - q) T)``; NaN where the spot is not positive."""
    return np.where(spot > 0.0, spot * np.exp((rate - dividend_yield) * tenor), np.nan)
