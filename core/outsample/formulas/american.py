"""American options on an asset with a dividend yield, to about nine digits.

An American put is the European one plus what is earned by exercising below the boundary B:

    P = p + integral over 0 .. T of (r K exp(-r s) N(-d-(s, S / B(T - s))) - q S exp(-q s) N(-d+(s, S / B(T - s)))) ds

with B from `outsample.formulas.american_boundary`. A call is the put with spot and strike, rate and yield exchanged
(McDonald and Schroder 1998). Where waiting costs nothing, the price is the European one: a put with ``r <= 0`` and
``q >= r``, a call with ``q <= 0`` and ``r >= q``.

Domain: spot, strike and vol above 0, tenor not negative, all finite. Outside it, for NaN, and where exercise has two
boundaries or another shape (a put with ``q < r <= 0``, a call with ``r < q <= 0``), the answer is NaN. Dividends are
continuous; discrete ones are not covered.

References: Kim (1990), Review of Financial Studies 3, 547-572, doi:10.1093/rfs/3.4.547; Andersen, Lake and Offengenden
(2016), J. Computational Finance 20(1), 39-87, doi:10.21314/JCF.2016.312; McDonald and Schroder (1998), J. Computational
Finance 1(3), 5-13; Andersen and Lake (2021), "Fast American option pricing: the double-boundary case", Wilmott 116,
30-41, for what is not covered.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from outsample.formulas.aligned import aligned
from outsample.formulas.american_boundary import first_boundary, interpolation, put_boundary, quarter_turn
from outsample.formulas.black_scholes_merton import bsm_price
from outsample.formulas.domains import AMERICAN
from outsample.formulas.refusals import answered
from outsample.typing import Bools, Floats

__all__ = ["american_price", "exercise_boundary"]

BLOCK: Final = (
    16  # options at a time: their arrays stay in the cache, their products too small for BLAS to start threads
)
NO_PREMIUM: Final = 1e-16  # of the strike; the premium is at most 1 - exp(-r T) of it
ANGLES, ANGLE_WEIGHTS = quarter_turn(128)
TO_PAST: Final = interpolation(np.sin(ANGLES))


def american_price(
    spot: Floats,
    strike: Floats,
    tenor: Floats,
    vol: Floats,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    is_call: Bools,
) -> Floats:
    """Return the price of American options.

    Parameters
    ----------
    spot, strike, tenor, vol, rate, dividend_yield, is_call : (n,) array
        As in `outsample.formulas.black_scholes_merton.bsm_price`.

    Returns
    -------
    (n,) array
        Quote currency; not below the European price nor what exercise pays. Error below 1e-9 of the strike for tenors
        to two years, rates to .1 and vols from .1 to .8, below 5e-9 for tenors to twenty years, rates to .25 and vols
        from .03 to 2.5, and mostly below 2e-11. NaN outside the domain, and where the boundary's equations do not
        settle: some with ``r / vol^2`` above 1000, some negative yields with a rate near 0.

    Examples
    --------
    >>> american_price(np.array([36.0]), 40.0, 1.0, 0.2, 0.06, 0.0, False).round(4)
    array([4.4867])
    """
    shape, columns = aligned(spot, strike, tenor, vol, np.asarray(is_call, dtype=np.bool_), rate, dividend_yield)
    level, exercise, years, sigma, call, rates, yields = columns
    pays = np.where(call, level - exercise, exercise - level)
    with np.errstate(all="ignore"):
        european = bsm_price(level, exercise, years, sigma, rates, yields, call)
        # From here on every option is a put with strike 1.
        ratio = np.where(call, exercise / level, level / exercise)
        cost, gain = np.where(call, yields, rates), np.where(call, rates, yields)
        known = _has_one_boundary(sigma, cost, gain) | (_never_exercised(cost, gain) & (sigma > 0.0))
        price = np.where(known, np.maximum(european, pays), np.nan)
        rows = np.flatnonzero(np.isfinite(price) & (years * cost > NO_PREMIUM))
        for start in range(0, rows.size, BLOCK):
            chosen = rows[start : start + BLOCK]
            premium, exercised = _premium(*(column[chosen] for column in (ratio, cost, gain, sigma, years)))
            scale = np.where(call, level, exercise)[chosen]
            waiting = np.fmax(european[chosen] + scale * np.fmax(premium, 0.0), pays[chosen])
            waiting = np.where(np.isnan(premium), np.nan, waiting)
            price[chosen] = np.where(exercised, pays[chosen], waiting)
    return answered(
        price,
        shape,
        lambda: AMERICAN.refusals(
            price,
            spot=spot,
            strike=strike,
            tenor=tenor,
            vol=vol,
            rate=rate,
            dividend_yield=dividend_yield,
        ),
    )


def exercise_boundary(
    strike: Floats, tenor: Floats, vol: Floats, rate: ArrayLike, dividend_yield: ArrayLike, is_call: Bools
) -> Floats:
    """Return the spot at which an option with this much time left is exercised: a put at and below, a call above.

    Parameters
    ----------
    strike, tenor, vol, rate, dividend_yield, is_call : (n,) array
        As in `american_price`.

    Returns
    -------
    (n,) array
        Quote currency; 0 for a put and infinity for a call that are never exercised early; NaN outside the domain.

    Examples
    --------
    >>> exercise_boundary(np.array([40.0]), 1.0, 0.2, 0.06, 0.0, False).round(2)
    array([32.91])
    """
    shape, columns = aligned(strike, tenor, vol, np.asarray(is_call, dtype=np.bool_), rate, dividend_yield)
    exercise, years, sigma, call, rates, yields = columns
    cost, gain = np.where(call, yields, rates), np.where(call, rates, yields)
    with np.errstate(all="ignore"):
        good = (exercise > 0.0) & np.isfinite(exercise) & (years >= 0.0) & np.isfinite(years)
        good &= (sigma > 0.0) & np.isfinite(sigma)
        share = np.where(good & _never_exercised(cost, gain), 0.0, np.nan)
        rows = np.flatnonzero(good & _has_one_boundary(sigma, cost, gain))
        share[rows] = np.exp(first_boundary(cost[rows], gain[rows]))
        rows = rows[years[rows] > 0.0]
        for start in range(0, rows.size, BLOCK):
            chosen = rows[start : start + BLOCK]
            share[chosen] *= np.exp(-put_boundary(cost[chosen], gain[chosen], sigma[chosen], years[chosen])[:, 0])
        return np.where(call, exercise / share, exercise * share).reshape(shape)


def _never_exercised(rate: Floats, dividend_yield: Floats) -> Bools:
    """Return where holding a put costs nothing."""
    return np.asarray((rate <= 0.0) & (dividend_yield >= rate))


def _has_one_boundary(vol: Floats, rate: Floats, dividend_yield: Floats) -> Bools:
    return np.asarray((vol > 0.0) & (rate > 0.0) & np.isfinite(rate) & np.isfinite(dividend_yield))


def _premium(ratio: Floats, rate: Floats, dividend_yield: Floats, vol: Floats, tenor: Floats) -> tuple[Floats, Bools]:
    """Return the (m,) early exercise premiums of puts with strike 1 and spot `ratio`, and where exercise is now."""
    distance = put_boundary(rate, dividend_yield, vol, tenor)
    log_first = first_boundary(rate, dividend_yield)
    spot, r, q, sigma, years = (column[:, np.newaxis] for column in (ratio, rate, dividend_yield, vol, tenor))
    log_boundary = log_first[:, np.newaxis] - np.sqrt(np.maximum(distance**2 @ TO_PAST.T, 0.0))
    s = years * np.cos(ANGLES) ** 2
    measure = 2.0 * years * np.sin(ANGLES) * np.cos(ANGLES) * ANGLE_WEIGHTS
    deviation = sigma * np.sqrt(s)
    middle = (np.log(spot) - log_boundary + (r - q) * s) / deviation
    interest = r * np.exp(-r * s) * ndtr(0.5 * deviation - middle)
    dividends = q * spot * np.exp(-q * s) * ndtr(-0.5 * deviation - middle)
    premium = (measure * (interest - dividends)).sum(axis=1)
    return premium, np.log(ratio) <= log_first - distance[:, 0]
