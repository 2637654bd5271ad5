"""The quotes of a history on a few tenors, so that a term structure of vol is fitted to any window at once.

A smooth function of the tenor is the polynomial through its values at n Chebyshev nodes, to an error that falls
exponentially with n. With l_n(T) Lagrange's polynomials, W_n the sum of l_n(T) over the quotes of a window and V_n the
sum of l_n(T) v, a term structure f misses the vols v by

    sum of (f - v)^2  =  sum over nodes of (W_n f_n^2 - 2 V_n f_n)  +  sum of v^2.

The nodes lie in ``x = ln(1 + T)``, T in years, from 0 to `LONGEST`: constants, because nodes that followed the data
would carry later quotes into an earlier fit. W and V of a window are differences of prefix sums.

Reference: Trefethen (2013), Approximation Theory and Approximation Practice, chapters 5 and 8.
"""

import math
from typing import Final

import numpy as np

from outsample.cumulative import Cumulative
from outsample.datasets import OptionQuotes
from outsample.formulas.barycentric import barycentric
from outsample.prepared import prepared
from outsample.typing import Floats, frozen

__all__ = ["COUNT", "NODES", "NODE_TENOR", "sums_by_tenor"]

NODES: Final = 32
LONGEST: Final = 10.0  # years; what lies beyond counts there
COUNT: Final = 2 * NODES  # column after those of W and V

_END: Final = math.log1p(LONGEST)
_ANGLES: Final = math.pi * (np.arange(NODES) + 0.5) / NODES
_PLACES: Final = frozen(0.5 * _END * (1.0 - np.cos(_ANGLES)))
NODE_TENOR: Final = frozen(np.expm1(_PLACES))


@prepared
def sums_by_tenor(data: OptionQuotes) -> Cumulative:
    """Return the prefix sums over the times of W (n,), V (n,), the number of quotes and the sum of ``v^2``."""
    seen = data.observed
    first = seen.slice_start[:-1]
    count = np.diff(seen.slice_start).astype(np.float64)
    vol, squares = (np.add.reduceat(column, first) for column in (seen.implied_vol, seen.implied_vol**2))
    basis = _lagrange(seen.slice_tenor)
    slices = np.column_stack([basis * count[:, np.newaxis], basis * vol[:, np.newaxis], count, squares])
    times = np.zeros((data.times.size, slices.shape[1]))
    np.add.at(times, seen.slice_time, slices)
    return Cumulative.of(times, centred=False)


def _lagrange(tenor: Floats) -> Floats:
    """Return the (s, n) weights of the nodes at (s,) tenors."""
    place = np.minimum(np.log1p(tenor), _END)
    return barycentric(place, _PLACES, np.where(np.arange(NODES) % 2, -1.0, 1.0) * np.sin(_ANGLES))
