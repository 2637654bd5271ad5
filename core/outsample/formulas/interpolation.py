"""Total-variance interpolation of quoted surfaces, slice by slice.

A surface is a list of slices of one time, ascending in tenor. A slice has knots of total variance ``w = sigma^2 T``
over standardised moneyness ``x = ln(K/F) / (sigma_atm sqrt T)``. Between knots and between slices w is linear at
constant x; outside the knots w is flat in x; outside the slices the vol is flat in T.
"""

import numpy as np

from outsample.compiled import kernel
from outsample.typing import Floats, Integers

__all__ = ["quadratic_by_slice", "surface_by_slice"]


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
        for i in range(slice_start[s], slice_start[s + 1]):
            value = a + variable[i] * (b + variable[i] * c)
            out[i] = floor if value < floor else value


@kernel
def _seek(knot_x: Floats, low: int, high: int, at: int, x: float) -> int:  # pragma: no cover - compiled
    """Move pointer `at` so that ``knot_x[at] <= x < knot_x[at + 1]`` as far as ``[low, high)`` allows."""
    while at + 1 < high and knot_x[at + 1] <= x:
        at += 1
    while at > low and knot_x[at] > x:
        at -= 1
    return at


@kernel
def _variance(  # pragma: no cover - compiled
    knot_x: Floats, knot_w: Floats, knot_slope: Floats, low: int, high: int, at: int, x: float
) -> float:
    if x <= knot_x[low]:
        return knot_w[low]
    if x >= knot_x[high - 1]:
        return knot_w[high - 1]
    return knot_w[at] + knot_slope[at] * (x - knot_x[at])


@kernel
def surface_by_slice(  # pragma: no cover - compiled
    log_moneyness: Floats,
    slice_start: Integers,
    slice_time: Integers,
    slice_tenor: Floats,
    first_reference: Integers,
    last_reference: Integers,
    knot_start: Integers,
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
        Of the quotes, ascending within a slice but for small disorder.
    slice_start, slice_time, slice_tenor : (s + 1,), (s,), (s,) array
        Slices of the quotes: first quote, time index, tenor in years.
    first_reference, last_reference : (m,) int array
        Per time, the half-open range of reference slices; an empty range means no surface.
    knot_start : (r + 1,) int array
        First knot of each reference slice.
    knot_x, knot_w, knot_slope : (q,) array
        Knots ascending in x within a slice, and the slope of w to the next knot.
    reference_tenor, reference_atm : (r,) array
        Years; at-the-money vol.
    out : (k,) array
    """
    for s in range(slice_start.size - 1):
        begin, end = slice_start[s], slice_start[s + 1]
        low, high = first_reference[slice_time[s]], last_reference[slice_time[s]]
        if high <= low:
            for i in range(begin, end):
                out[i] = np.nan
            continue
        tenor = slice_tenor[s]
        near = low
        while near + 1 < high and reference_tenor[near + 1] <= tenor:
            near += 1
        far = near
        near_share, far_share = tenor / reference_tenor[near], 0.0
        if reference_tenor[near] <= tenor and near + 1 < high:
            far = near + 1
            far_share = (tenor - reference_tenor[near]) / (reference_tenor[far] - reference_tenor[near])
            near_share = 1.0 - far_share
        atm = near_share * reference_atm[near] ** 2 * reference_tenor[near]
        atm += far_share * reference_atm[far] ** 2 * reference_tenor[far]
        to_x = 1.0 / np.sqrt(atm)
        near_at, far_at = knot_start[near], knot_start[far]
        for i in range(begin, end):
            x = log_moneyness[i] * to_x
            near_at = _seek(knot_x, knot_start[near], knot_start[near + 1], near_at, x)
            w = near_share * _variance(
                knot_x, knot_w, knot_slope, knot_start[near], knot_start[near + 1], near_at, x
            )
            if far_share > 0.0:
                far_at = _seek(knot_x, knot_start[far], knot_start[far + 1], far_at, x)
                w += far_share * _variance(
                    knot_x, knot_w, knot_slope, knot_start[far], knot_start[far + 1], far_at, x
                )
            out[i] = np.sqrt(w / tenor)
