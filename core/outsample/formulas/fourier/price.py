"""Prices of any chain under a model known by its transform, in one call."""

from outsample.formulas.domains import TRANSFORM
from outsample.formulas.fourier.parameters import TransformModel
from outsample.formulas.fourier.plan import TOLERANCE, PricingPlan
from outsample.formulas.refusals import answered
from outsample.typing import Bools, Floats

__all__ = ["fourier_price"]


def fourier_price(
    model: TransformModel, strike_ratio: Floats, tenor: Floats, is_call: Bools, tolerance: float = TOLERANCE
) -> Floats:
    """Return the undiscounted price divided by the forward, under a model known by its transform.

    Parameters
    ----------
    model : TransformModel
        `Heston`, `Bates`, `SVCJ`, `Merton`, `Kou` or `VarianceGamma`.
    strike_ratio : (n,) array
        ``K / F``. The arrays broadcast together.
    tenor : (n,) array
        Years. Quotes of one tenor share the transform, so price a chain in one call.
    is_call : (n,) bool array
    tolerance : float
        Of the price, as a fraction of the forward plus the strike.

    Returns
    -------
    (n,) array
        Fraction of the forward: coin per coin for an inverse option. Never below intrinsic nor above the bound (1 for a
        call, ``K / F`` for a put). NaN where strike ratio or tenor is not positive and finite. Never warns.

    Raises
    ------
    UsageError
        All arguments are numbers, and there is no price.

    See Also
    --------
    PricingPlan : how a quote was priced, error bounds, and derivatives to the parameters.

    References
    ----------
    Fang and Oosterlee (2008), SIAM Journal on Scientific Computing 31, 826-848, doi:10.1137/080718061. Lewis (2001),
    doi:10.2139/ssrn.282110. How one of them is chosen: `outsample.formulas.fourier.layout`.

    Examples
    --------
    >>> from outsample.formulas.fourier import Heston
    >>> heston = Heston(0.0175, 1.5768, 0.0398, 0.5751, -0.5711)
    >>> fourier_price(heston, np.array([1.0]), np.array([1.0]), np.array([True])).round(9)
    array([0.057851554])
    """
    found = PricingPlan.of(model, strike_ratio, tenor, is_call, tolerance).price(model).price
    return answered(found, found.shape, lambda: TRANSFORM.refusals(found, strike_ratio=strike_ratio, tenor=tenor))
