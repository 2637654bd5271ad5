"""Bonds and options when the short rate moves: Vasicek, Cox-Ingersoll-Ross, and Black-Scholes with Gaussian rates.

Vasicek's and Hull and White's rates have constant vol eta and reversion speed a, so that a bond of tenor t has vol
``eta B(t)``, ``B(t) = (1 - exp(-a t)) / a``. The forward of an asset correlated by rho with the short rate has the
total variance (Merton 1973, Rabinovitch 1989)

    vol^2 T + eta^2 (integral of B^2 over 0 .. T) + 2 rho vol eta (integral of B over 0 .. T)

and its options are Black's on that forward. Limits ``a -> 0`` and ``eta -> 0`` are exact.

Of Cox, Ingersoll and Ross there are bonds alone. Under their rate the forward has no deterministic variance, so that
Black's formula has no vol to be given and options have no closed form; hence no option model of it in the catalogue.

Domain: tenor, speed, vols not negative, correlation in [-1, 1], all finite; spot and strike above 0. Outside it, and
for NaN, every answer is NaN.

References: Vasicek (1977), J. Financial Economics 5, 177-188, doi:10.1016/0304-405X(77)90016-2; Cox, Ingersoll and Ross
(1985), Econometrica 53, 385-407, doi:10.2307/1911242; Rabinovitch (1989), J. Financial and Quantitative Analysis 24,
447-457; Hull and White (1990), Review of Financial Studies 3, 573-592, doi:10.1093/rfs/3.4.573; Chan, Karolyi,
Longstaff and Sanders (1992), J. Finance 47, 1209-1227, doi:10.1111/j.1540-6261.1992.tb04011.x, for `BILL_SPEED` and
`BILL_VOL`.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from outsample.formulas.black import black_price
from outsample.typing import Bools, Floats

__all__ = [
    "BILL_SPEED",
    "BILL_VOL",
    "bsm_hull_white_price",
    "bsm_vasicek_price",
    "cir_bond",
    "gaussian_rate_variance",
    "gaussian_rate_vol",
    "vasicek_bond",
]

# Vasicek's model on one-month US bills from 1964 to 1989, rounded: where a rate is wanted and nothing speaks of it.
BILL_SPEED: Final = 0.18
BILL_VOL: Final = 0.02

SERIES_BELOW: Final = 1.0  # a T below which the closed forms cancel and power series take over
SERIES_TERMS: Final = 30
FACTORIALS: Final = np.array([float(math.factorial(n)) for n in range(SERIES_TERMS + 3)])


def vasicek_bond(rate: ArrayLike, tenor: Floats, speed: ArrayLike, mean: ArrayLike, rate_vol: ArrayLike) -> Floats:
    """Return the price of a zero bond when ``dr = a (b - r) dt + eta dW``.

    ``exp(-r B(T) - b (T - B(T)) + eta^2 / 2 integral of B^2)``.

    Parameters
    ----------
    rate : (n,) array
        Short rate now, continuously compounded, a year. All parameters broadcast together.
    tenor : (n,) array
        Years.
    speed : (n,) array
        a, a year.
    mean : (n,) array
        b, the level to which the rate reverts under the pricing measure.
    rate_vol : (n,) array
        eta, in rate per square root of a year.

    Returns
    -------
    (n,) array
        Per unit of face value; above 1 where the convexity outweighs the rate.

    Examples
    --------
    >>> vasicek_bond(0.08, np.array([1.0]), 0.2, 0.09, 0.02).round(6)
    array([0.922305])
    """
    r, years, a, b, eta = _broadcast(rate, tenor, speed, mean, rate_vol)
    with np.errstate(all="ignore"):
        x = a * years
        exponent = -r * years * _first(x) - b * years * x * _second(x) + 0.5 * eta**2 * years**3 * _square(x)
        return np.where(_not_negative(years, a, eta), np.exp(exponent), np.nan)


def cir_bond(rate: ArrayLike, tenor: Floats, speed: ArrayLike, mean: ArrayLike, rate_vol: ArrayLike) -> Floats:
    """Return the price of a zero bond when ``dr = a (b - r) dt + eta sqrt(r) dW``.

    Parameters
    ----------
    rate, tenor, speed, mean, rate_vol : (n,) array
        As in `vasicek_bond`; rate and mean not negative, eta in square root of rate per square root of a year.

    Returns
    -------
    (n,) array
        Per unit of face value, in (0, 1].
    """
    r, years, a, b, eta = _broadcast(rate, tenor, speed, mean, rate_vol)
    with np.errstate(all="ignore"):
        gamma = np.sqrt(a**2 + 2.0 * eta**2)
        gap = 2.0 * eta**2 / np.where(gamma > 0.0, gamma + a, 1.0)  # gamma - a without cancellation
        covered = years * _first(gamma * years)
        duration = covered / (1.0 - 0.5 * gap * covered)
        growth = np.where(gap > 0.0, -np.log1p(-0.5 * gap * covered) / gap, 0.5 * covered)
        weight = np.where(gamma > 0.0, 4.0 * a * b / (gamma + a), 0.0)
        price = np.exp(weight * (growth - 0.5 * years) - r * duration)
        return np.where(_not_negative(r, years, a, b, eta), price, np.nan)


def gaussian_rate_variance(tenor: Floats, speed: ArrayLike, rate_vol: ArrayLike) -> Floats:
    """Return what the rate adds to the total variance of an uncorrelated forward, ``eta^2 integral of B^2``."""
    years, a, eta = _broadcast(tenor, speed, rate_vol)
    with np.errstate(all="ignore"):
        return np.where(_not_negative(years, a, eta), eta**2 * years**3 * _square(a * years), np.nan)


def gaussian_rate_vol(
    tenor: Floats, vol: Floats, speed: ArrayLike, rate_vol: ArrayLike, correlation: ArrayLike
) -> Floats:
    """Return the vol at which Black's formula prices an option under Vasicek or Hull-White rates.

    Parameters
    ----------
    tenor : (n,) array
        Years. All parameters broadcast together.
    vol : (n,) array
        Of the asset, fraction a year.
    speed, rate_vol : (n,) array
        a and eta, as in `vasicek_bond`.
    correlation : (n,) array
        Of asset and short rate.

    Returns
    -------
    (n,) array
        Fraction a year: root of the forward's total variance over the tenor. At tenor 0 it is `vol`.

    Examples
    --------
    >>> gaussian_rate_vol(np.array([7305 / 365]), 0.25, 0.00883, 0.00526, np.array([-0.75, 0.0, 0.75])).round(6)
    array([0.217065, 0.256403, 0.290461])
    """
    years, sigma, a, eta, rho = _broadcast(tenor, vol, speed, rate_vol, correlation)
    with np.errstate(all="ignore"):
        x = a * years
        variance = sigma**2 + (eta * years) ** 2 * _square(x) + 2.0 * rho * sigma * eta * years * _second(x)
        good = _not_negative(years, sigma, a, eta) & (np.abs(rho) <= 1.0)
        return np.where(good, np.sqrt(np.maximum(variance, 0.0)), np.nan)


def bsm_vasicek_price(
    spot: Floats,
    strike: Floats,
    tenor: Floats,
    vol: Floats,
    dividend_yield: ArrayLike,
    rate: ArrayLike,
    speed: ArrayLike,
    mean: ArrayLike,
    rate_vol: ArrayLike,
    correlation: ArrayLike,
    is_call: Bools,
) -> Floats:
    """Return the price of European options when the short rate is Vasicek's.

    Parameters
    ----------
    spot, strike, tenor, vol, dividend_yield, is_call : (n,) array
        As in `outsample.formulas.black_scholes_merton.bsm_price`.
    rate, speed, mean, rate_vol : (n,) array
        As in `vasicek_bond`.
    correlation : (n,) array
        Of asset and short rate.

    Returns
    -------
    (n,) array
        Quote currency.
    """
    bond = vasicek_bond(rate, tenor, speed, mean, rate_vol)
    return bsm_hull_white_price(spot, strike, tenor, vol, bond, dividend_yield, speed, rate_vol, correlation, is_call)


def bsm_hull_white_price(
    spot: Floats,
    strike: Floats,
    tenor: Floats,
    vol: Floats,
    discount_factor: ArrayLike,
    dividend_yield: ArrayLike,
    speed: ArrayLike,
    rate_vol: ArrayLike,
    correlation: ArrayLike,
    is_call: Bools,
) -> Floats:
    """Return the price of European options under a Hull-White rate fitted to today's bonds.

    Parameters
    ----------
    spot, strike, tenor, vol, dividend_yield, is_call : (n,) array
        As in `outsample.formulas.black_scholes_merton.bsm_price`.
    discount_factor : (n,) array
        Today's zero bond of each tenor, which the model reproduces; above 0.
    speed, rate_vol, correlation : (n,) array
        As in `gaussian_rate_vol`.

    Returns
    -------
    (n,) array
        Quote currency; call less put is ``S exp(-q T) - K P``.
    """
    level, exercise, years, bond, yields = _broadcast(spot, strike, tenor, discount_factor, dividend_yield)
    with np.errstate(all="ignore"):
        good = (level > 0.0) & (bond > 0.0) & np.isfinite(bond)
        forward = np.where(good, level * np.exp(-yields * years) / bond, np.nan)
        effective = gaussian_rate_vol(years, vol, speed, rate_vol, correlation)
        return np.asarray(bond * forward * black_price(exercise / forward, years, effective, is_call))


def _broadcast(*values: ArrayLike) -> tuple[Floats, ...]:
    return np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values))


def _not_negative(*values: Floats) -> Bools:
    good = np.isfinite(values[0]) & (values[0] >= 0.0)
    for value in values[1:]:
        good &= np.isfinite(value) & (value >= 0.0)
    return np.asarray(good)


def _first(x: Floats) -> Floats:
    """Return ``(1 - exp(-x)) / x``, so that ``B(T) = T first(a T)``."""
    return np.where(x == 0.0, 1.0, -np.expm1(-x) / np.where(x == 0.0, 1.0, x))


def _second(x: Floats) -> Floats:
    """Return ``(1 - first(x)) / x``, so that the integral of B over 0 .. T is ``T^2 second(a T)``."""
    return np.where(x < SERIES_BELOW, _series(x, 1.0 / FACTORIALS[2:]), (1.0 - _first(x)) / x)


def _square(x: Floats) -> Floats:
    """Return ``(2 x - 3 + 4 exp(-x) - exp(-2 x)) / (2 x^3)``, so that the integral of B^2 is ``T^3 square(a T)``."""
    closed = (2.0 * x + 4.0 * np.expm1(-x) - np.expm1(-2.0 * x)) / (2.0 * x**3)
    powers = 2.0 ** np.arange(3, SERIES_TERMS + 3)
    return np.where(x < SERIES_BELOW, _series(x, 0.5 * (powers - 4.0) / FACTORIALS[3:]), closed)


def _series(x: Floats, coefficients: Floats) -> Floats:
    """Return ``sum over n of c_n (-x)^n``."""
    total = np.zeros_like(x)
    for coefficient in coefficients[::-1]:
        total = coefficient - x * total
    return total
