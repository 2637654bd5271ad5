"""Implied vols of what a model's transform prices: exactly, slice by slice, with one transform a slice."""

from typing import Final

import numpy as np

from outsample.calibration.pooling.series_layout import series_layout
from outsample.datasets import ObservedQuotes
from outsample.formulas.fourier import TransformModel
from outsample.formulas.implied_vol_kernel import implied_vol_loop
from outsample.typing import Floats

__all__ = ["LEAST_PRICE", "TOLERANCE", "exact_vols", "vols_of_puts"]

TOLERANCE: Final = 1e-10
LEAST_PRICE: Final = 1e-9  # of the forward: a hundred thousandth of a tick of Deribit, less than any exchange quotes
RATIO: Final = 1.05
SLICES_AT_A_TIME: Final = 256  # their transforms stay in the cache between two kernels


def exact_vols(model: TransformModel, seen: ObservedQuotes) -> Floats:
    """Return the (k,) implied vols of the observations under a model.

    Prices are right to `TOLERANCE` of the forward plus the strike. NaN only where the transform falls too slowly for
    any quadrature. No bit of a vol depends on what is observed at another time.
    """
    out = np.empty(seen.size)
    for first in range(0, seen.slice_tenor.size, SLICES_AT_A_TIME):
        last = min(first + SLICES_AT_A_TIME, seen.slice_tenor.size)
        start = seen.slice_start[first : last + 1]
        rows = slice(int(start[0]), int(start[-1]))
        layout = series_layout(model, seen.slice_tenor[first:last], start - start[0], RATIO, TOLERANCE)
        puts = layout.puts(model, seen.log_moneyness[rows], False)[0][0]
        out[rows] = vols_of_puts(puts, seen.log_moneyness[rows], seen.tenor[rows])[0]
    return out


def vols_of_puts(puts: Floats, log_strike: Floats, tenor: Floats) -> tuple[Floats, Floats]:
    """Return the implied vols of put prices over the forward, and how much each price counts; (n,) each.

    The option that is out of the money is inverted: it alone knows its vol to many digits. Its price p counts as
    ``sqrt(p^2 + LEAST_PRICE^2)``: where it is next to nothing its vol would be made of what the series leaves out, and
    a price that is quoted is not changed by it in any digit. The second array is the derivative of that root to p.
    """
    strike, is_call = np.exp(log_strike), log_strike >= 0.0
    price = np.maximum(np.where(is_call, puts + 1.0 - strike, puts), 0.0)
    counted = np.sqrt(price * price + LEAST_PRICE * LEAST_PRICE)
    counted = np.minimum(counted, np.minimum(strike, 1.0) * (1.0 - LEAST_PRICE))
    return implied_vol_loop(counted, strike, tenor, is_call), price / counted
