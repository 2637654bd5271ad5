"""Total-variance interpolation of quoted surfaces, slice by slice.

A surface is a list of slices of one time, ascending in tenor. A slice has knots of total variance ``w = sigma^2 T``
over standardised moneyness ``x = ln(K/F) / (sigma_atm sqrt T)``. Between knots and between slices w is linear at
constant x; outside the knots w is flat in x; outside the slices the vol is flat in T.
"""

from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.typing import Floats, Integers

__all__ = ["BUCKETS", "index_knots", "quadratic_by_slice", "surface_by_slice"]

BUCKETS: Final = 256


@kernel
def quadratic_by_slice(  # pragma: no cover - compiled
    variable: Floats,
    slice_start: Integers,
    constant: Floats,
    linear: Floats,
    square: Floats,
    floor: float,
    out: Floats,
) -> None:
    """Fill `out` with ``max(floor, a + b u + c u^2)``, coefficients per slice; NaN coefficients stay NaN."""
    for s in range(slice_start.size - 1):
        rows = slice(slice_start[s], slice_start[s + 1])
        a, b, c = constant[s], linear[s], square[s]
        u, part = variable[rows], out[rows]
        for i in range(u.size):
            value = a + u[i] * (b + u[i] * c)
            part[i] = floor if value < floor else value


@kernel
def _bracket(  # pragma: no cover - compiled
    slice_time: int, tenor: float, first: Integers, last: Integers, reference_tenor: Floats, reference_atm: Floats
) -> tuple[int, int, float, float, float]:
    """Return the two reference slices around a tenor, their shares of total variance, and the scale from k to x.

    The first is -1 where the time has no reference surface.
    """
    low, high = first[slice_time], last[slice_time]
    if high <= low:
        return -1, -1, 0.0, 0.0, 0.0
    near = low
    while near + 1 < high and reference_tenor[near + 1] <= tenor:
        near += 1
    far, near_share, far_share = near, tenor / reference_tenor[near], 0.0
    if reference_tenor[near] <= tenor and near + 1 < high:
        far = near + 1
        far_share = (tenor - reference_tenor[near]) / (reference_tenor[far] - reference_tenor[near])
        near_share = 1.0 - far_share
    atm = near_share * reference_atm[near] ** 2 * reference_tenor[near]
    atm += far_share * reference_atm[far] ** 2 * reference_tenor[far]
    return near, far, near_share, far_share, 1.0 / np.sqrt(atm)


@kernel
def index_knots(knot_x: Floats, knot_start: Integers, starts: Integers) -> None:  # pragma: no cover - compiled
    """Fill `starts` (r, BUCKETS): the last knot at or below the left edge of each equal stretch of a slice's x range.

    A quote then finds its knots in one look-up and, rarely, one step: walking from knot to knot costs a
    mispredicted branch a quote, which is most of the time of an interpolation.
    """
    for s in range(starts.shape[0]):
        x = knot_x[knot_start[s] : knot_start[s + 1]]
        width = (x[-1] - x[0]) / starts.shape[1]
        at = 0
        for bucket in range(starts.shape[1]):
            edge = x[0] + bucket * width
            while at + 1 < x.size and x[at + 1] <= edge:
                at += 1
            starts[s, bucket] = at


@kernel
def _add_variance(  # pragma: no cover - compiled
    log_moneyness: Floats,
    to_x: float,
    share: float,
    starts: Integers,
    knot_x: Floats,
    knot_w: Floats,
    knot_slope: Floats,
    out: Floats,
) -> None:
    """Add a share of one slice's total variance at every k.

    Indices are unsigned, which spares the test for a negative one at every access: half of the time.
    """
    one, final = np.uint64(1), np.uint64(knot_x.size - 1)
    top = np.uint64(starts.size - 1)
    low, high = knot_x[0], knot_x[final]
    to_bucket = starts.size / (high - low) if high > low else 0.0
    for i in range(log_moneyness.size):
        x = log_moneyness[i] * to_x
        x = low if x < low else x
        x = high if x > high else x
        bucket = np.uint64((x - low) * to_bucket)
        at = np.uint64(starts[bucket if bucket < top else top])
        after = at + one if at < final else final
        at = after if knot_x[after] <= x else at
        while at < final and knot_x[at + one] <= x:
            at += one
        while at > 0 and knot_x[at] > x:  # rounding at the edge of a bucket
            at -= one
        out[i] += share * (knot_w[at] + knot_slope[at] * (x - knot_x[at]))


@kernel
def surface_by_slice(  # pragma: no cover - compiled
    log_moneyness: Floats,
    slice_start: Integers,
    slice_time: Integers,
    slice_tenor: Floats,
    first_reference: Integers,
    last_reference: Integers,
    knot_start: Integers,
    knot_index: Integers,
    knot_x: Floats,
    knot_w: Floats,
    knot_slope: Floats,
    reference_tenor: Floats,
    reference_atm: Floats,
    out: Floats,
) -> None:
    """Fill `out` with the vol that each slice's reference surface gives, NaN where there is none.

    Parameters
    ----------
    log_moneyness : (k,) array
        Of the quotes.
    slice_start, slice_time, slice_tenor : (s + 1,), (s,), (s,) array
        Slices of the quotes: first quote, time index, tenor in years.
    first_reference, last_reference : (m,) int array
        Per time, the half-open range of reference slices; an empty range means no surface.
    knot_start : (r + 1,) int array
        First knot of each reference slice.
    knot_index : (r, BUCKETS) int array
        From `index_knots`.
    knot_x, knot_w, knot_slope : (q,) array
        Knots ascending in x within a slice, and the slope of w to the next knot (0 at the last).
    reference_tenor, reference_atm : (r,) array
        Years; at-the-money vol.
    out : (k,) array
    """
    for s in range(slice_start.size - 1):
        rows = slice(slice_start[s], slice_start[s + 1])
        tenor, part = slice_tenor[s], out[rows]
        near, far, near_share, far_share, to_x = _bracket(
            slice_time[s], tenor, first_reference, last_reference, reference_tenor, reference_atm
        )
        if near < 0:
            part[:] = np.nan
            continue
        part[:] = 0.0
        k = log_moneyness[rows]
        knots = slice(knot_start[near], knot_start[near + 1])
        _add_variance(k, to_x, near_share, knot_index[near], knot_x[knots], knot_w[knots], knot_slope[knots], part)
        if far_share > 0.0:
            knots = slice(knot_start[far], knot_start[far + 1])
            _add_variance(k, to_x, far_share, knot_index[far], knot_x[knots], knot_w[knots], knot_slope[knots], part)
        per_year = 1.0 / tenor
        for i in range(part.size):
            part[i] = np.sqrt(part[i] * per_year)
