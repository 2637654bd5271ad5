"""Implied vols of any number of quotes at one set of parameters, by the grid of vols that previews use.

A grid of vols over tenor and standardised moneyness is priced once, in milliseconds; each quote is then a look-up in
bicubic splines. `outsample.formulas.fourier.fourier_price` is the exact route, and takes as many times longer as the
chain has more quotes than the grid has knots.
"""

import math
from dataclasses import dataclass
from typing import Final, Self, cast

import numpy as np

from outsample.calibration.pooling import VolSurface
from outsample.datasets import ObservedQuotes
from outsample.errors import UsageError
from outsample.formulas.aligned import aligned
from outsample.formulas.fourier import TransformModel
from outsample.typing import Floats, Integers

__all__ = ["chain_vols"]

FEWEST_IN_A_RUN: Final = 8  # on average; below, sorting by tenor costs less than laying out so many slices


def chain_vols(
    model: TransformModel, strike_ratio: Floats, tenor: Floats, tenors: tuple[float, float] | None = None
) -> Floats:
    """Return the Black vols of a model's prices, looked up on a grid; those of calls and puts alike.

    Parameters
    ----------
    model : TransformModel
        `Heston`, `Bates`, `SVCJ`, `Merton`, `Kou` or `VarianceGamma`.
    strike_ratio : (n,) array
        ``K / F``. The arrays broadcast together.
    tenor : (n,) array
        Years, in any order; quickest where quotes of one tenor stand together.
    tenors : tuple of float, optional
        Shortest and longest tenor of the grid, above 0; by default those of the chain. Give them where the vol of a
        quote must not depend on which other quotes are looked up with it. A tenor outside takes the vol that the
        nearest end has at its standardised moneyness.

    Returns
    -------
    (n,) array
        Fraction a year. The error is below 1e-4 vol points where the out-of-the-money option is worth 1e-7 of the
        forward or more; a tenth of a point under variance gamma at tenors of a few times its ``nu`` and less, where the
        smile has a kink. Flat beyond 18 at-the-money standard deviations. NaN where strike ratio or tenor is not
        positive and finite, and where no quadrature settles. Never warns.

    Raises
    ------
    UsageError
        The ends are not two rising tenors above 0.

    See Also
    --------
    outsample.formulas.fourier.fourier_price : exact prices, from which `outsample.formulas.implied_vol` has exact vols.

    Examples
    --------
    >>> from outsample.formulas.fourier import Heston
    >>> heston = Heston(0.0175, 1.5768, 0.0398, 0.5751, -0.5711)
    >>> chain_vols(heston, np.array([0.8, 1.0, np.nan]), 1.0).round(4)
    array([0.2026, 0.1451,    nan])
    """
    if tenors is not None and not 0.0 < tenors[0] <= tenors[1] < math.inf:
        raise UsageError(
            f"the grid of a chain needs a shortest tenor above 0 and a longest one not below it, found {tenors[0]:g} "
            f"and {tenors[1]:g}; give both in years, or none for those of the chain"
        )
    shape, (strike, years) = aligned(strike_ratio, tenor)
    is_good = (strike > 0.0) & np.isfinite(strike) & (years > 0.0) & np.isfinite(years)
    if is_good.all():
        return _looked_up(model, strike, years, tenors).reshape(shape)
    out = np.full(strike.size, np.nan)
    out[is_good] = _looked_up(model, strike[is_good], years[is_good], tenors)
    return out.reshape(shape)


@dataclass(frozen=True, slots=True, eq=False)
class _Slices:
    """All that a grid of vols reads of quotes, so that they need no history: as of `outsample.datasets`."""

    log_moneyness: Floats
    slice_start: Integers
    slice_tenor: Floats

    @classmethod
    def of(cls, strike_ratio: Floats, tenor: Floats) -> Self:
        """Cut a chain where its tenor changes."""
        first = np.flatnonzero(np.diff(tenor, prepend=-1.0))
        return cls(np.log(strike_ratio), np.append(first, tenor.size), tenor[first])


def _looked_up(model: TransformModel, strike: Floats, tenor: Floats, tenors: tuple[float, float] | None) -> Floats:
    """Return the (n,) vols of quotes inside the domain."""
    if not strike.size:
        return np.empty(0)
    slices = _Slices.of(strike, tenor)
    ends = tenors or (float(slices.slice_tenor.min()), float(slices.slice_tenor.max()))
    surface = VolSurface.of(model, ends)
    if slices.slice_tenor.size * FEWEST_IN_A_RUN <= strike.size:
        return np.asarray(surface.at(cast("ObservedQuotes", slices))[0])
    order = np.argsort(tenor)
    out = np.empty(strike.size)
    out[order] = surface.at(cast("ObservedQuotes", _Slices.of(strike[order], tenor[order])))[0]
    return out
