"""Bicubic splines on an even grid, evaluated for quotes that come in slices.

A cubic spline is exact for cubics whatever the values at its ends: its third derivative does not jump at the second
and the last but one knot ("not a knot", de Boor 1978, A Practical Guide to Splines, chapter IV).
"""

import math
from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.formulas.inlined import inlined
from outsample.typing import Floats, Integers

__all__ = ["bend", "interpolate"]

_PIECE: Final = 256  # quotes at a time


@kernel
def bend(values: Floats, step: float) -> Floats:  # pragma: no cover - compiled
    """Return the second derivatives of splines through `values`, (n, r), along the first axis; n of at least 4."""
    knots, width = values.shape
    out, share = np.empty(values.shape), np.empty(knots)
    scale = 1.0 / (step * step)
    for i in range(1, knots - 1):
        for j in range(width):
            out[i, j] = scale * (values[i - 1, j] - 2.0 * values[i, j] + values[i + 1, j])
    share[1] = 0.0
    for i in range(2, knots - 2):
        share[i] = 1.0 / (4.0 - share[i - 1])
        for j in range(width):
            out[i, j] = (6.0 * out[i, j] - out[i - 1, j]) * share[i]
    for i in range(knots - 3, 1, -1):
        for j in range(width):
            out[i, j] -= share[i] * out[i + 1, j]
    for j in range(width):
        out[0, j] = 2.0 * out[1, j] - out[2, j]
        out[knots - 1, j] = 2.0 * out[knots - 2, j] - out[knots - 3, j]
    return out


@inlined
def shares(place: float, step: float, knots: int) -> tuple[int, float, float, float, float]:
    """Return the knot below a place counted in steps, and the shares of two values and two second derivatives."""
    below = min(max(int(place), 0), knots - 2)
    right = place - below
    left = 1.0 - right
    sixth = step * step / 6.0
    return below, left, right, sixth * left * (left * left - 1.0), sixth * right * (right * right - 1.0)


@inlined
def fill_cubics(row: Floats, step: float, out: Floats) -> None:
    """Fill `out`, (knots - 1, 4), with the powers of the distance from each knot; `row` are values and bends."""
    sixth = step * step / 6.0
    for i in range(out.shape[0]):
        here, there = sixth * row[1, i], sixth * row[1, i + 1]
        out[i, 0] = row[0, i]
        out[i, 1] = row[0, i + 1] - row[0, i] - 2.0 * here - there
        out[i, 2] = 3.0 * here
        out[i, 3] = there - here


@inlined
def fill_places(log_moneyness: Floats, scale: float, stretch: float, edge: float, step: float, out: Floats) -> None:
    """Fill `out` with where quotes lie among the knots: a loop of its own, for roots are taken four at a time."""
    last, per_step = 2.0 * edge / step, 1.0 / step
    for q in range(log_moneyness.size):
        x = log_moneyness[q] * scale
        out[q] = min(max((x / math.sqrt(stretch * stretch + x * x) + edge) * per_step, 0.0), last)


@inlined
def fill_values(cubic: Floats, where: Floats, out: Floats) -> None:
    """Fill `out` with the cubics of `fill_cubics` at places counted in knots."""
    last = np.uint64(cubic.shape[0] - 1)
    for q in range(where.size):
        below = min(np.uint64(where[q]), last)  # unsigned: it cannot count from the end
        powers, z = cubic[below], where[q] - below
        out[q] = ((powers[3] * z + powers[2]) * z + powers[1]) * z + powers[0]


@kernel
def interpolate(  # pragma: no cover - compiled
    log_moneyness: Floats,
    slice_start: Integers,
    slice_tenor: Floats,
    chosen: Integers,
    first_log_tenor: float,
    tenor_step: float,
    deviation: Floats,
    deviation_bend: Floats,
    stretch: float,
    edge: float,
    values: Floats,
    bends: Floats,
    out: Floats,
) -> None:
    """Fill `out` with surfaces at quotes.

    Parameters
    ----------
    log_moneyness : (k,) array
    slice_start, slice_tenor : (s + 1,), (s,) array
    chosen : (c,) int array
        Slices that are wanted; the columns of `out` are their quotes, one slice after the other.
    first_log_tenor, tenor_step : float
        Knots in ln T.
    deviation, deviation_bend : (t,) array
        What moneyness is divided by at each tenor knot, over the root of the tenor; its second derivatives.
    stretch, edge : float
        With ``x = k / (deviation sqrt T)`` the other variable is ``y = x / sqrt(stretch^2 + x^2)``, with knots from
        -edge to edge. Beyond them the surface is flat.
    values, bends : (t, 2, r, n) array
        Of r surfaces at the t x n knots: values and second derivatives in y; the second derivatives of both in ln T.
    out : (r, q) array
    """
    tenors, _, rows, knots = values.shape
    y_step = 2.0 * edge / (knots - 1)
    row, cubic, where = np.empty((2, knots)), np.empty((rows, knots - 1, 4)), np.empty(_PIECE)
    at = 0
    for s in chosen:
        place = (math.log(slice_tenor[s]) - first_log_tenor) / tenor_step
        place = min(max(place, 0.0), tenors - 1.0)
        j, left, right, left_bend, right_bend = shares(place, tenor_step, tenors)
        scale = left * deviation[j] + right * deviation[j + 1]
        scale += left_bend * deviation_bend[j] + right_bend * deviation_bend[j + 1]
        scale = 1.0 / (scale * math.sqrt(slice_tenor[s]))
        for r in range(rows):
            for part in range(2):
                for i in range(knots):
                    blend = left * values[j, part, r, i] + right * values[j + 1, part, r, i]
                    row[part, i] = blend + left_bend * bends[j, part, r, i] + right_bend * bends[j + 1, part, r, i]
            fill_cubics(row, y_step, cubic[r])
        first, stop = slice_start[s], slice_start[s + 1]
        while first < stop:
            count = min(stop - first, _PIECE)
            fill_places(log_moneyness[first : first + count], scale, stretch, edge, y_step, where)
            for r in range(rows):
                fill_values(cubic[r], where[:count], out[r, at : at + count])
            first, at = first + count, at + count
