"""Implied vols of what a model's transform prices: exactly, slice by slice."""

from typing import Final

import numpy as np

from outsample.calibration.pooling.series_layout import series_layout
from outsample.datasets import ObservedQuotes
from outsample.formulas.fourier import TransformModel
from outsample.formulas.fourier.tenor_cells import TenorCells
from outsample.formulas.implied_vol_kernel import implied_vol_loop
from outsample.typing import Floats, Integers

__all__ = ["LEAST_PRICE", "TOLERANCE", "exact_vols", "ranges", "vols_of_puts"]

TOLERANCE: Final = 1e-10
LEAST_PRICE: Final = 1e-9  # of the forward: a hundred thousandth of a tick of Deribit, less than any exchange quotes
RATIO: Final = 1.05  # of the tenors from which ranges are taken, where slices do not share their transforms


def exact_vols(model: TransformModel, seen: ObservedQuotes) -> Floats:
    """Return the (k,) implied vols of the observations under a model.

    Prices are right to `TOLERANCE` of the forward plus the strike. NaN only where the transform falls too slowly for
    any quadrature. No bit of a vol depends on what is observed at another time.
    """
    cells = TenorCells.of(model, seen.slice_tenor, TOLERANCE)
    puts = cells.puts(model, seen.slice_start, seen.log_moneyness)
    others = np.flatnonzero(~cells.has_series)
    if others.size:
        rows = ranges(seen.slice_start[others], seen.slice_start[others + 1])
        starts = np.append(0, np.cumsum(np.diff(seen.slice_start)[others]))
        layout = series_layout(model, seen.slice_tenor[others], starts, RATIO, TOLERANCE)
        puts[rows] = layout.puts(model, seen.log_moneyness[rows], False)[0][0]
    return vols_of_puts(puts, seen.log_moneyness, seen.tenor)[0]


def ranges(first: Integers, last: Integers) -> Integers:
    """Return the whole numbers of ranges, one range after the other."""
    size = last - first
    return np.asarray(np.arange(int(size.sum())) + np.repeat(first - (np.cumsum(size) - size), size))


def vols_of_puts(
    puts: Floats, log_strike: Floats, tenor: Floats, least_price: float = LEAST_PRICE
) -> tuple[Floats, Floats]:
    """Return the implied vols of put prices over the forward, and how much each price counts; (n,) each.

    The option that is out of the money is inverted: it alone knows its vol to many digits. Its price p counts as
    ``sqrt(p^2 + least_price^2)``: where it is next to nothing its vol would be made of what the series leaves out, and
    a price that is quoted is not changed by it in any digit. The second array is the derivative of that root to p.
    """
    strike, is_call = np.exp(log_strike), log_strike >= 0.0
    price = np.maximum(np.where(is_call, puts + 1.0 - strike, puts), 0.0)
    counted = np.sqrt(price * price + least_price * least_price)
    counted = np.minimum(counted, np.minimum(strike, 1.0) * (1.0 - LEAST_PRICE))
    return implied_vol_loop(counted, strike, tenor, is_call), price / counted
