"""Implied vol of Black-76 prices."""

from functools import partial

import numpy as np

from outsample.formulas.aligned import aligned
from outsample.formulas.domains import implied_vol_refusals
from outsample.formulas.implied_vol_kernel import implied_vol_loop
from outsample.formulas.refusals import answered
from outsample.typing import Bools, Floats

__all__ = ["implied_vol"]


def implied_vol(price_ratio: Floats, strike_ratio: Floats, tenor: Floats, is_call: Bools) -> Floats:
    """Return the vol at which `outsample.formulas.black.black_price` gives `price_ratio`.

    Parameters
    ----------
    price_ratio : (n,) array
        Undiscounted price over forward; the coin premium of an inverse option. All parameters broadcast together.
    strike_ratio : (n,) array
        ``K / F``.
    tenor : (n,) array
        Years.
    is_call : (n,) bool array

    Returns
    -------
    (n,) array
        Fraction a year. NaN where the price is at or below intrinsic, or at or above its bound (1 for a call, ``K / F``
        for a put), where strike ratio or tenor is not positive and finite, and for NaN; why, is counted by
        `outsample.formulas.domains.implied_vol_refusals`. Never warns.

    Raises
    ------
    UsageError
        All arguments are numbers, and there is no vol.

    Notes
    -----
    The relative error is below 1e-13, beside what the price itself does not know: one rounding of it moves the vol by
    ``2.2e-16 price / vega``. An in-the-money price holds its vol in the excess over intrinsic, where the rounding of
    the whole price counts; prefer the out-of-the-money option of the strike.

    References
    ----------
    Jaeckel (2015), "Let's be rational", Wilmott 75, 40-53, doi:10.1002/wilm.10395.

    Examples
    --------
    >>> implied_vol(np.array([0.0276466516]), np.array([1.1]), np.array([30 / 365]), np.array([True])).round(6)
    array([0.55])
    """
    shape, columns = aligned(price_ratio, strike_ratio, tenor, np.asarray(is_call, dtype=np.bool_))
    why = partial(implied_vol_refusals, price_ratio, strike_ratio, tenor, is_call)
    return answered(implied_vol_loop(*columns), shape, why)
