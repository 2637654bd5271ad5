"""What each formula demands of its numbers: one explicit table, held to the formulas by tests.

Ask a row of it why quotes have no answer: ``BLACK.refusals(strike_ratio=k, tenor=t, vol=v).counts``. An implied vol
also depends on where its price lies: `implied_vol_refusals`.
"""

from typing import Final

import numpy as np

from outsample.formulas.aligned import aligned
from outsample.formulas.refusals import ABOVE_0, FINITE, FROM_0, Demand, Domain, Range, Refusals, refusals
from outsample.typing import Bools, Floats

__all__ = [
    "AMERICAN",
    "BLACK",
    "CORRADO_SU",
    "IMPLIED_VOL",
    "LELAND",
    "ON_FORWARD",
    "ON_SPOT",
    "SABR",
    "SSVI",
    "SVI",
    "TRANSFORM",
    "implied_vol_refusals",
]

CORRELATION: Final = Range(-1.0, 1.0, is_open=True)

BLACK: Final = Domain("Black's formula", {"strike_ratio": ABOVE_0, "tenor": FROM_0, "vol": FROM_0})
IMPLIED_VOL: Final = Domain("an implied vol", {"price_ratio": FINITE, "strike_ratio": ABOVE_0, "tenor": ABOVE_0})
TRANSFORM: Final = Domain(
    "a transform model", {"strike_ratio": ABOVE_0, "tenor": ABOVE_0}, "no series or quadrature settles"
)
ON_FORWARD: Final = Domain("Black's formula", {"forward": ABOVE_0, "strike": ABOVE_0, "tenor": FROM_0, "vol": FROM_0})
ON_SPOT: Final = Domain(
    "the Black-Scholes-Merton formula",
    {"spot": ABOVE_0, "strike": ABOVE_0, "tenor": FROM_0, "vol": FROM_0, "rate": FINITE, "dividend_yield": FINITE},
)
AMERICAN: Final = Domain(
    "an American option",
    {"spot": ABOVE_0, "strike": ABOVE_0, "tenor": FROM_0, "vol": ABOVE_0, "rate": FINITE, "dividend_yield": FINITE},
    "exercise has two boundaries or its equations do not settle",
)
SABR: Final = Domain(
    "SABR",
    {
        "forward": ABOVE_0,
        "strike": ABOVE_0,
        "tenor": FROM_0,
        "alpha": ABOVE_0,
        "beta": Range(0.0, 1.0),
        "rho": CORRELATION,
        "nu": FROM_0,
    },
    "the expansion breaks down",
)
SVI: Final = Domain(
    "SVI",
    {"a": FINITE, "b": FROM_0, "rho": CORRELATION, "m": FINITE, "sigma": ABOVE_0},
    "total variance is negative somewhere",
)
SSVI: Final = Domain("SSVI", {"theta": ABOVE_0, "rho": CORRELATION, "phi": ABOVE_0})
CORRADO_SU: Final = Domain(
    "the Corrado-Su expansion",
    {**BLACK.ranges, "skewness": FINITE, "kurtosis": FINITE},
    "the mean of the density is not positive",
)
LELAND: Final = Domain(
    "Leland's vol",
    {"vol": ABOVE_0, "round_trip_cost": FROM_0, "interval": ABOVE_0},
    "a Leland number of 1 or more leaves the buyer no variance",
)


def implied_vol_refusals(price_ratio: Floats, strike_ratio: Floats, tenor: Floats, is_call: Bools) -> Refusals:
    """Return which prices have no implied vol, and why: exactly those for which `implied_vol` answers NaN.

    Parameters
    ----------
    price_ratio, strike_ratio, tenor, is_call : (n,) array
        As in `outsample.formulas.implied_vol.implied_vol`.

    Examples
    --------
    >>> price, strike = np.array([0.3, 0.2, 1.0, 0.1]), np.array([0.75, 0.75, 1.5, 1.5])
    >>> found = implied_vol_refusals(price, strike, np.array([0.5, 0.5, 0.5, 0.0]), True)
    >>> found.counts
    {'tenor not above 0': 1, 'price at or below intrinsic': 1, 'price at or above its bound': 1}
    """
    shape, columns = aligned(price_ratio, strike_ratio, tenor, np.asarray(is_call, dtype=np.bool_))
    price, strike, _, call = columns
    with np.errstate(invalid="ignore"):
        exercise = np.maximum(np.where(call, 1.0 - strike, strike - 1.0), 0.0)
        is_low, is_high = ~(price - exercise > 0.0), ~(np.where(call, 1.0, strike) - price > 0.0)
    demands = [
        demand
        for (name, limits), values in zip(IMPLIED_VOL.ranges.items(), columns[:3], strict=True)
        for demand in limits.demands(name.replace("_", " "), values)
    ]
    demands += [
        Demand("price at or below intrinsic", "price to be above intrinsic", is_low, price),
        Demand(
            "price at or above its bound",
            "price to be below its bound, 1 for a call and K / F for a put",
            is_high,
            price,
        ),
    ]
    return refusals(IMPLIED_VOL.formula, demands, shape)
