"""Quoted surfaces of all times, laid out once per history for interpolation."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.datasets import ObservedQuotes, OptionQuotes
from outsample.formulas.interpolation import join_slices, surface_by_slice
from outsample.prepared import prepared
from outsample.typing import Floats, Integers, frozen

__all__ = ["SurfaceKnots", "knots_of"]


_BUCKETS: Final = 512


@dataclass(frozen=True, eq=False, slots=True)
class SurfaceKnots:
    """Knots of r reference slices; see `outsample.formulas.interpolation`.

    Parameters
    ----------
    time : (r,) int32 array
        Index of the time of each slice.
    start : (r + 1,) int32 array
    x, w : (q,) array
    tenor, atm_vol : (r,) array
        Years; fraction a year.
    """

    time: Integers
    start: Integers
    x: Floats
    w: Floats
    tenor: Floats
    atm_vol: Floats

    def part(self, slices: slice) -> "SurfaceKnots":
        """Return a copy of some consecutive slices, independent of the history they came from."""
        first, last = int(self.start[slices.start]), int(self.start[slices.stop])
        return SurfaceKnots(
            self.time[slices].copy(),
            self.start[slices.start : slices.stop + 1] - first,
            self.x[first:last].copy(),
            self.w[first:last].copy(),
            self.tenor[slices].copy(),
            self.atm_vol[slices].copy(),
        )

    def vols(self, seen: ObservedQuotes, first: Integers, last: Integers) -> Floats:
        """Return the (k,) vols that the reference slices ``[first[t], last[t])`` give at each observation's time."""
        count, out = self.tenor.size, np.empty(seen.size)
        slices = np.arange(count, dtype=np.int32)
        partner = slices + np.r_[self.time[1:] == self.time[:-1], False]
        size = np.diff(self.start)
        joint_start = np.r_[0, np.cumsum(size + size[partner] + 1)]
        joint_stop = np.empty(count, np.int64)
        x, values = np.empty(joint_start[-1]), np.empty((joint_start[-1], 4))
        buckets = np.empty((count, _BUCKETS), np.int32)
        joints = (joint_start[:-1], joint_stop, x, values, buckets)
        join_slices(self.start, self.x, self.w, partner, *joints)
        slices_seen = (seen.slice_start, seen.slice_time, seen.slice_tenor)
        surface_by_slice(seen.log_moneyness, *slices_seen, first, last, self.tenor, self.atm_vol, *joints, out)
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
    start = np.searchsorted(owner, np.arange(seen.slice_tenor.size + 1)).astype(np.int32)
    return SurfaceKnots(seen.slice_time, start, x, w, seen.slice_tenor, seen.slice_atm_vol)
