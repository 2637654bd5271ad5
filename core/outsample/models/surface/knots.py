"""Quoted surfaces of all times, laid out once per history for interpolation."""

from dataclasses import dataclass

import numpy as np

from outsample.datasets import ObservedQuotes, OptionQuotes
from outsample.formulas.interpolation import BUCKETS, index_knots, surface_by_slice
from outsample.prepared import prepared
from outsample.typing import Floats, Integers, frozen

__all__ = ["SurfaceKnots", "knots_of"]


@dataclass(frozen=True, eq=False, slots=True)
class SurfaceKnots:
    """Knots of r reference slices; see `outsample.formulas.interpolation`.

    Parameters
    ----------
    start : (r + 1,) int32 array
    index : (r, BUCKETS) int16 array
    x, w, slope : (q,) array
    tenor, atm_vol : (r,) array
        Years; fraction a year.
    """

    start: Integers
    index: Integers
    x: Floats
    w: Floats
    slope: Floats
    tenor: Floats
    atm_vol: Floats

    def part(self, slices: slice) -> "SurfaceKnots":
        """Return a copy of some consecutive slices, independent of the history they came from."""
        first, last = int(self.start[slices.start]), int(self.start[slices.stop])
        return SurfaceKnots(
            self.start[slices.start : slices.stop + 1] - first,
            self.index[slices].copy(),
            self.x[first:last].copy(),
            self.w[first:last].copy(),
            self.slope[first:last].copy(),
            self.tenor[slices].copy(),
            self.atm_vol[slices].copy(),
        )

    def vols(self, seen: ObservedQuotes, first: Integers, last: Integers) -> Floats:
        """Return the (k,) vols that the reference slices ``[first[t], last[t])`` give at each observation's time."""
        out = np.empty(seen.size)
        surface_by_slice(
            seen.log_moneyness,
            seen.slice_start,
            seen.slice_time,
            seen.slice_tenor,
            first,
            last,
            self.start,
            self.index,
            self.x,
            self.w,
            self.slope,
            self.tenor,
            self.atm_vol,
            out,
        )
        return frozen(out)


@prepared
def knots_of(data: OptionQuotes) -> SurfaceKnots:
    """Return the knots of every slice of the history; quotes at one x (a call and a put) are averaged in w."""
    seen = data.observed
    slices = np.repeat(np.arange(seen.slice_tenor.size, dtype=np.int32), np.diff(seen.slice_start))
    order = np.lexsort((seen.standardised, slices))
    x, owner = seen.standardised[order], slices[order]
    w = (seen.implied_vol**2 * seen.tenor)[order]
    first = np.flatnonzero(np.r_[True, (np.diff(x) != 0) | (np.diff(owner) != 0)])
    count = np.diff(np.r_[first, x.size])
    x, w, owner = x[first], np.add.reduceat(w, first) / count, owner[first]
    run = np.diff(x)
    inside = np.diff(owner) == 0
    slope = np.zeros(x.size)
    slope[:-1][inside] = np.diff(w)[inside] / run[inside]
    start = np.searchsorted(owner, np.arange(seen.slice_tenor.size + 1)).astype(np.int32)
    index = np.empty((seen.slice_tenor.size, BUCKETS), dtype=np.int16)
    index_knots(x, start, index)
    return SurfaceKnots(start, index, x, w, slope, seen.slice_tenor, seen.slice_atm_vol)
