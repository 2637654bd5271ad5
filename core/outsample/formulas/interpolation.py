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

__all__ = ["join_slices", "quadratic_by_slice", "surface_by_slice"]

_SLACK: Final = 1e-6  # of a bucket: rounding must never put a quote into a bucket that starts beyond its joint


@kernel
def quadratic_by_slice(  # pragma: no cover - compiled
    variable: Floats,
    slice_start: Integers,
    slice_row: Integers,
    slice_tenor: Floats,
    coefficients: Floats,
    floor: float,
    out: Floats,
) -> None:
    """Fill `out` with ``max(floor, a + b u + c u^2)``; NaN coefficients stay NaN.

    Parameters
    ----------
    variable : (k,) array
        u of each quote.
    slice_start, slice_row, slice_tenor : (s + 1,), (s,), (s,) array
        First quote, row of `coefficients` and tenor in years of each slice.
    coefficients : (r, 8) array
        With T the tenor, ``a = c0 + c1 sqrt T + c2 T``, ``b = c3 + c4 T + c5 / sqrt T``, ``c = c6 + c7 / T``: every
        smile that is linear in its parameters and quadratic in one variable of the strike.
    """
    for s in range(slice_tenor.size):
        tenor, row = slice_tenor[s], coefficients[slice_row[s]]
        root = np.sqrt(tenor)
        a = row[0] + row[1] * root + row[2] * tenor
        b = row[3] + row[4] * tenor + row[5] / root
        c = row[6] + row[7] / tenor
        for i in range(np.uint64(slice_start[s]), np.uint64(slice_start[s + 1])):
            value = a + variable[i] * (b + variable[i] * c)
            out[i] = floor if value < floor else value


@kernel
def _bracket(  # pragma: no cover - compiled
    slice_time: int, tenor: float, first: Integers, last: Integers, reference_tenor: Floats, reference_atm: Floats
) -> tuple[int, float, float, float]:
    """Return the reference slice below a tenor, its share and the next one's of total variance, and k to x.

    The slice is -1 where the time has no reference surface.
    """
    low, high = first[slice_time], last[slice_time]
    if high <= low:
        return -1, 0.0, 0.0, 0.0
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
    return near, near_share, far_share, 1.0 / np.sqrt(atm)


@kernel
def join_slices(  # pragma: no cover - compiled
    knot_start: Integers,
    knot_x: Floats,
    knot_w: Floats,
    partner: Integers,
    joint_start: Integers,
    joint_stop: Integers,
    joint_x: Floats,
    joint_values: Floats,
    buckets: Integers,
) -> None:
    """Lay each slice and its partner on common knots, so that a quote between the two is looked up once.

    Parameters
    ----------
    knot_start : (r + 1,) int array
        First knot of each slice.
    knot_x, knot_w : (q,) array
        Knots ascending in x within a slice; total variance.
    partner : (r,) int array
        The slice of the next tenor at the same time; a slice without one is its own.
    joint_start : (r,) int array
        First joint of each slice; there must be room for the knots of both and one more.
    joint_stop : (r,) int array
        Filled with the end of the joints; one more follows, at infinity.
    joint_x : (j,) array
        Filled with the knots of both, ascending, none twice.
    joint_values : (j, 4) array
        Filled with w and its slope to the next joint, of the slice and of its partner; slope 0 at the last.
    buckets : (r, b) int array
        Filled with the last joint before each equal stretch of the range of x, counted from the first. A quote then
        finds its joint in one look-up and, rarely, one step more than one: walking from joint to joint costs a
        mispredicted branch a quote, which is most of the time of an interpolation.
    """
    for r in range(partner.size):
        own, own_end = knot_start[r], knot_start[r + 1]
        other, other_end = knot_start[partner[r]], knot_start[partner[r] + 1]
        own_first, other_first, at = own, other, joint_start[r]
        while own < own_end or other < other_end:
            x = min(knot_x[own] if own < own_end else np.inf, knot_x[other] if other < other_end else np.inf)
            joint_x[at] = x
            joint_values[at, 0] = _between(x, own, own_first, own_end, knot_x, knot_w)
            joint_values[at, 2] = _between(x, other, other_first, other_end, knot_x, knot_w)
            own += own < own_end and knot_x[own] == x
            other += other < other_end and knot_x[other] == x
            at += 1
        joint_stop[r], joint_x[at] = at, np.inf
        joint_values[at - 1, 1] = joint_values[at - 1, 3] = 0.0
        for i in range(joint_start[r], at - 1):
            run = joint_x[i + 1] - joint_x[i]
            joint_values[i, 1] = (joint_values[i + 1, 0] - joint_values[i, 0]) / run
            joint_values[i, 3] = (joint_values[i + 1, 2] - joint_values[i, 2]) / run
        _index(joint_x[joint_start[r] : at], buckets[r])


@kernel
def _between(  # pragma: no cover - compiled
    x: float, after: int, first: int, end: int, knot_x: Floats, knot_w: Floats
) -> float:
    """Return w at x, `after` being the first knot at x or beyond it; flat outside the knots."""
    if after in (end, first) or knot_x[after] == x:
        w: float = knot_w[min(after, end - 1)]
        return w
    share = (x - knot_x[after - 1]) / (knot_x[after] - knot_x[after - 1])
    between: float = knot_w[after - 1] + share * (knot_w[after] - knot_w[after - 1])
    return between


@kernel
def _index(x: Floats, buckets: Integers) -> None:  # pragma: no cover - compiled
    width, at = (x[-1] - x[0]) / buckets.size, 0
    for bucket in range(buckets.size):
        edge = x[0] + (bucket - _SLACK) * width
        while at + 1 < x.size and x[at + 1] <= edge:
            at += 1
        buckets[bucket] = at


@kernel
def surface_by_slice(  # pragma: no cover - compiled
    log_moneyness: Floats,
    slice_start: Integers,
    slice_time: Integers,
    slice_tenor: Floats,
    first_reference: Integers,
    last_reference: Integers,
    reference_tenor: Floats,
    reference_atm: Floats,
    joint_start: Kernel,
    joint_stop: Kernel,
    joint_x: Kernel,
    joint_values: Kernel,
    buckets: Kernel,
    out: Floats,
) -> None:
    """Fill `out` with the vol that each slice's reference surface gives, NaN where there is none.

    Indices are unsigned, which spares the test for a negative one at every access. The first step along the joints
    is taken without a branch, because no processor can guess it; a second one is rare.

    Parameters
    ----------
    log_moneyness, slice_start, slice_time, slice_tenor : (k,), (s + 1,), (s,), (s,) array
        Of the quotes; of their slices the first quote, time index, tenor in years.
    first_reference, last_reference : (m,) int array
        Per time, the half-open range of reference slices; an empty range means no surface.
    reference_tenor, reference_atm : (r,) array
        Years; at-the-money vol.
    joint_start ... buckets : as `join_slices` filled them
    """
    one, per_slice = np.uint64(1), np.uint64(buckets.shape[1])
    top, places = per_slice - one, buckets.reshape(buckets.size)
    for s in range(slice_start.size - 1):
        begin, end, tenor = np.uint64(slice_start[s]), np.uint64(slice_start[s + 1]), slice_tenor[s]
        near, near_share, far_share, to_x = _bracket(
            slice_time[s], tenor, first_reference, last_reference, reference_tenor, reference_atm
        )
        if near < 0:
            out[begin:end] = np.nan
            continue
        first, final, place = (
            np.uint64(joint_start[near]),
            np.uint64(joint_stop[near]) - one,
            np.uint64(near) * per_slice,
        )
        low, high = joint_x[first], joint_x[final]
        to_bucket = buckets.shape[1] / (high - low) if high > low else 0.0
        near_share, far_share = near_share / tenor, far_share / tenor
        for i in range(begin, end):
            x = min(max(log_moneyness[i] * to_x, low), high)
            bucket = np.uint64(np.int64((x - low) * to_bucket))  # two steps: there is no quick way in one
            at = first + np.uint64(places[place + (bucket if bucket < top else top)])
            at = at + one if joint_x[at + one] <= x else at
            while joint_x[at + one] <= x:
                at += one
            beyond = x - joint_x[at]
            near_w = joint_values[at, 0] + joint_values[at, 1] * beyond
            far_w = joint_values[at, 2] + joint_values[at, 3] * beyond
            out[i] = np.sqrt(near_share * near_w + far_share * far_w)
