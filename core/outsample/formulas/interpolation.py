"""Total-variance interpolation of quoted surfaces, slice by slice.

A surface is a list of slices of one time, ascending in tenor. A slice has knots of total variance ``w = sigma^2 T``
over standardised moneyness ``x = ln(K/F) / (sigma_atm sqrt T)``. Between knots and between slices w is linear at
constant x; outside the knots w is flat in x; outside the slices the vol is flat in T.
"""

from typing import Any, Final

import numpy as np

from outsample.compiled import kernel
from outsample.typing import Floats, Integers

Kernel = Any  # arrays indexed by np.uint64, for which the stubs of numpy promise arrays and not elements

__all__ = ["BUCKETS", "index_knots", "quadratic_by_slice", "surface_by_slice"]

BUCKETS: Final = 256
_SLACK: Final = 1e-6  # of a bucket: rounding must never put a quote into a bucket that starts beyond its knot


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
        a, b, c = constant[s], linear[s], square[s]
        for i in range(np.uint64(slice_start[s]), np.uint64(slice_start[s + 1])):
            value = a + variable[i] * (b + variable[i] * c)
            out[i] = floor if value < floor else value


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
    """Fill `starts` (r, BUCKETS): the last knot below the left edge of each equal stretch of a slice's x range.

    A quote then finds its knots in one look-up and, rarely, one step: walking from knot to knot costs a
    mispredicted branch a quote, which is most of the time of an interpolation.
    """
    for s in range(starts.shape[0]):
        x = knot_x[knot_start[s] : knot_start[s + 1]]
        width = (x[-1] - x[0]) / starts.shape[1]
        at = 0
        for bucket in range(starts.shape[1]):
            edge = x[0] + (bucket - _SLACK) * width
            while at + 1 < x.size and x[at + 1] <= edge:
                at += 1
            starts[s, bucket] = at


@kernel
def _variance_at(  # pragma: no cover - compiled
    x: float,
    first: Kernel,
    final: Kernel,
    to_bucket: float,
    buckets: Kernel,
    knot_index: Kernel,
    knot_x: Kernel,
    knot_w: Kernel,
    knot_slope: Kernel,
) -> float:
    """Return the total variance of one slice at x; its knots are ``first .. final``, its buckets begin at `buckets`.

    Indices are unsigned, which spares the test for a negative one at every access: half of the time. The first step
    is taken without a branch, because no processor can guess it; a second one is rare.
    """
    one, top = np.uint64(1), np.uint64(BUCKETS - 1)
    x = min(max(x, knot_x[first]), knot_x[final])
    bucket = np.uint64(np.int64((x - knot_x[first]) * to_bucket))  # two steps: there is no quick way in one
    at = first + np.uint64(knot_index[buckets + (bucket if bucket < top else top)])
    after = at + one if at < final else final
    at = after if knot_x[after] <= x else at
    while at < final and knot_x[at + one] <= x:
        at += one
    variance: float = knot_w[at] + knot_slope[at] * (x - knot_x[at])
    return variance


@kernel
def _buckets_per_x(first: Kernel, final: Kernel, knot_x: Kernel) -> float:  # pragma: no cover - compiled
    width: float = knot_x[final] - knot_x[first]
    return BUCKETS / width if width > 0.0 else 0.0


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
    knot_start, knot_index : (r + 1,), (r, BUCKETS) int array
        First knot of each reference slice; what `index_knots` filled.
    knot_x, knot_w, knot_slope : (q,) array
        Knots ascending in x within a slice, and the slope of w to the next knot (0 at the last).
    reference_tenor, reference_atm : (r,) array
        Years; at-the-money vol.
    """
    one, per_slice = np.uint64(1), np.uint64(BUCKETS)
    buckets = knot_index.reshape(knot_index.size)
    for s in range(slice_start.size - 1):
        begin, end, tenor = np.uint64(slice_start[s]), np.uint64(slice_start[s + 1]), slice_tenor[s]
        near, far, near_share, far_share, to_x = _bracket(
            slice_time[s], tenor, first_reference, last_reference, reference_tenor, reference_atm
        )
        if near < 0:
            out[begin:end] = np.nan
            continue
        # Offsets, not sub-arrays: each of those would count references, which costs more than pricing its quotes.
        near_first, near_final = np.uint64(knot_start[near]), np.uint64(knot_start[near + 1]) - one
        far_first, far_final = np.uint64(knot_start[far]), np.uint64(knot_start[far + 1]) - one
        near_to, far_to = _buckets_per_x(near_first, near_final, knot_x), _buckets_per_x(far_first, far_final, knot_x)
        near_at, far_at, per_year = np.uint64(near) * per_slice, np.uint64(far) * per_slice, 1.0 / tenor
        for i in range(begin, end):
            x = log_moneyness[i] * to_x
            w = near_share * _variance_at(
                x, near_first, near_final, near_to, near_at, buckets, knot_x, knot_w, knot_slope
            )
            if far_share > 0.0:
                w += far_share * _variance_at(
                    x, far_first, far_final, far_to, far_at, buckets, knot_x, knot_w, knot_slope
                )
            out[i] = np.sqrt(w * per_year)
