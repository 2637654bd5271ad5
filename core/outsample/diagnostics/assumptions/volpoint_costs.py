"""What a broken assumption costs an option, in vol points, where that can be said.

First forms, each a formula and not a refit. They are no parts of one sum: several see the same tails.
"""

import math
from typing import Final

import numpy as np
from scipy.special import ndtr, ndtri

from outsample.diagnostics.assumptions.continuity import bipower_variance
from outsample.diagnostics.assumptions.products import sum_of_products
from outsample.formulas.expansions import corrado_su_price
from outsample.formulas.implied_vol import implied_vol
from outsample.formulas.transaction_costs import ROOT_QUARTER_PI, leland_seller_vol
from outsample.typing import Floats

__all__ = ["carry_cost", "dependence_cost", "frequency_cost", "jump_cost", "leland_cost", "shape_cost"]

_DELTA: Final = 0.1


def shape_cost(skewness: float, kurtosis: float, returns: int, vol: float, years: float) -> float:
    """Return how far skewness and kurtosis move the vol of a put of forward delta -0.1.

    Over a life of `returns` independent returns skewness shrinks by their root and excess kurtosis by their number;
    the put is priced by Corrado and Su's expansion that keeps the forward, and its vol implied from that.

    Parameters
    ----------
    skewness, kurtosis : float
        Of one return; kurtosis 3 is normal.
    returns : int
        In the life of the option.
    vol : float
        Fraction a year, without the shape.
    years : float

    Returns
    -------
    float
        Vol points; NaN where the expansion has no price.
    """
    deviation = vol * math.sqrt(years)
    with np.errstate(over="ignore"):  # a vol beyond any market has no such put, and so no cost
        strike_ratio = np.exp(np.array([0.5 * deviation**2 - float(ndtri(1.0 - _DELTA)) * deviation]))
    tenor, put = np.array([years]), np.array([False])
    skewness, kurtosis = skewness / math.sqrt(returns), 3.0 + (kurtosis - 3.0) / returns
    price = corrado_su_price(strike_ratio, tenor, np.array([vol]), np.array([skewness]), np.array([kurtosis]), put)
    return 100.0 * (float(implied_vol(price, strike_ratio, tenor, put)[0]) - vol)


def dependence_cost(ratio: float, vol: float) -> float:
    """Return how far the vol over a horizon with this variance ratio lies from that of single returns, vol points.

    ``100 vol (sqrt(ratio) - 1)``; Lo and Wang (1995), J. Finance 50, 87-129, doi:10.1111/j.1540-6261.1995.tb05167.x.
    NaN for a ratio below 0.
    """
    return 100.0 * vol * (math.sqrt(ratio) - 1.0) if ratio >= 0.0 else math.nan


def jump_cost(returns: Floats, per_year: float) -> float:
    """Return what jumps add to the vol of a window: root of the sum of squares less root of bipower variation."""
    unit = 100.0 * math.sqrt(per_year / returns.size)
    return unit * (math.sqrt(sum_of_products(returns, returns)) - math.sqrt(bipower_variance(returns)))


def carry_cost(carry: float, vol: float, years: float) -> float:
    """Return what a forward that is off by a carry does to the vol of an at-the-money call: delta over vega.

    ``carry sqrt(T) N(s / 2) / n(s / 2)``, s = vol sqrt(T): for whoever makes the forward from spot and one constant.

    Parameters
    ----------
    carry : float
        % a year.
    vol, years : float

    Returns
    -------
    float
        Vol points.
    """
    half = 0.5 * vol * math.sqrt(years)
    with np.errstate(over="ignore"):
        per_carry = math.sqrt(2.0 * math.pi * years) * float(ndtr(half) * np.exp(0.5 * half**2))
    return carry * per_carry


def frequency_cost(vol: float, trades: int) -> float:
    """Return the deviation of the error of a hedge of so many trades over vega, ``100 sqrt(pi / 4) vol / sqrt(N)``."""
    return 100.0 * ROOT_QUARTER_PI * vol / math.sqrt(trades)


def leland_cost(round_trip: Floats, vol: Floats, per_year: float) -> float:
    """Return the mean rise of the vol at which a sold option breaks even, Leland's ``100 vol (sqrt(1 + A) - 1)``."""
    return 100.0 * float(np.mean(leland_seller_vol(vol, round_trip, np.array(1.0 / per_year)) - vol))
