"""Squared vol errors of many train windows at once: one quadratic form for each window and time.

With x the regressors of a quote, y its vol, a its share in the loss of its time and b0 coefficients of reference, a
window of coefficients ``b = b0 + d`` loses at a time

    sum a (y - x'b)^2 = sum a e^2 - 2 d' (sum a x e) + d' (sum a x x') d,    e = y - x'b0,

whose sums over the quotes of a time do not depend on the window: 28 products for six coefficients. The reference, the
first window that can be solved, keeps digits that raw sums of squared vols would lose. Vols below the floor are not
linear: where a bound on x'b cannot rule them out, the quotes of that time are summed one by one.
"""

from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.datasets import OptionQuotes
from outsample.datasets.window_losses import AskedLosses
from outsample.models.smile.normal_equations import Regressors, Weighting, columns_of, equations_of
from outsample.scores import ErrorUnit
from outsample.typing import Floats, Integers

__all__ = ["losses_by_window"]

_SLACK: Final = 1e-9  # of vol: rounding of the bound must not hide a quote at the floor


def losses_by_window(
    data: OptionQuotes, asked: AskedLosses, kind: tuple[Regressors, Weighting], floor: float
) -> Floats | None:
    """Return (o, r) the losses of o train windows at r times; None under another loss than squared vol error.

    Parameters
    ----------
    data : OptionQuotes
    asked : AskedLosses
    kind : tuple of Regressors and Weighting
    floor : float
        Of predicted vols.

    Returns
    -------
    (o, r) array
        NaN for a window of too few quotes; 0 at a time without observations.
    """
    score, rows = asked.score, asked.rows
    if score.error_power != 2 or score.unit is not ErrorUnit.VOL_POINTS:
        return None
    equations = equations_of(data, *kind)
    coefficients = equations.raw_coefficients_between(asked.start, asked.stop)
    out = np.full((coefficients.shape[0], rows.stop - rows.start), np.nan)
    solved = np.flatnonzero(np.isfinite(coefficients).all(axis=1))
    if not solved.size or not out.size:
        return out
    seen = data.observed
    start = seen.time_start[rows.start : rows.stop + 1].astype(np.int64)
    part = slice(int(start[0]), int(start[-1]))
    columns = np.stack([one[part] for one in columns_of(data, kind[0], equations.forward_unit)], axis=1)
    weight = asked.share[part] * data.scale(score.unit)[part] ** 2
    vols, start = np.array(seen.implied_vol[part]), start - start[0]
    reference = coefficients[solved[0]]
    size, times = reference.size, start.size - 1
    sums = np.zeros((1 + size + size * (size + 1) // 2, times))
    bounds = np.empty((1 + 2 * size, times))
    _compose(columns, vols, weight, start, reference, sums, bounds)
    _quadratic_forms(coefficients, reference, sums, bounds, columns, vols, weight, start, floor, out)
    return out


@kernel
def _compose(  # pragma: no cover - compiled
    columns: Floats,
    vols: Floats,
    weight: Floats,
    start: Integers,
    reference: Floats,
    sums: Floats,
    bounds: Floats,
) -> None:
    """Fill per time the parts of the quadratic, and what bounds its vols from below.

    `sums` holds ``a e^2``, the p of ``a x e``, the lower half of ``a x x'``; `bounds` the least vol of the reference,
    the middles of the p regressors and half their ranges, over what counts.
    """
    size = reference.size
    low, high = np.empty(size), np.empty(size)
    for t in range(start.size - 1):
        least = np.inf
        low[:], high[:] = np.inf, -np.inf
        for i in range(start[t], start[t + 1]):
            if weight[i] == 0.0:
                continue
            vol = 0.0
            for p in range(size):
                vol += columns[i, p] * reference[p]
                low[p], high[p] = min(low[p], columns[i, p]), max(high[p], columns[i, p])
            least, error = min(least, vol), vols[i] - vol
            sums[0, t] += weight[i] * error * error
            place = 1 + size
            for p in range(size):
                scaled = weight[i] * columns[i, p]
                sums[1 + p, t] += scaled * error
                for q in range(p + 1):
                    sums[place, t] += scaled * columns[i, q]
                    place += 1
        bounds[0, t] = least
        for p in range(size):
            bounds[1 + p, t] = 0.5 * (low[p] + high[p]) if low[p] <= high[p] else 0.0
            bounds[1 + size + p, t] = 0.5 * (high[p] - low[p]) if low[p] <= high[p] else 0.0


@kernel
def _quadratic_forms(  # pragma: no cover - compiled
    coefficients: Floats,
    reference: Floats,
    sums: Floats,
    bounds: Floats,
    columns: Floats,
    vols: Floats,
    weight: Floats,
    start: Integers,
    floor: float,
    out: Floats,
) -> None:
    """Fill `out` (o, r); rows of NaN coefficients stay as they are."""
    size, times = reference.size, start.size - 1
    least, change = np.empty(times), np.empty(size)
    for o in range(coefficients.shape[0]):
        if not np.isfinite(coefficients[o]).all():
            continue
        row = out[o]
        row[:], least[:] = sums[0], bounds[0]
        place = 1 + size
        for p in range(size):
            change[p] = coefficients[o, p] - reference[p]
            _add(row, -2.0 * change[p], sums[1 + p])
            _add(least, change[p], bounds[1 + p])
            _add(least, -abs(change[p]), bounds[1 + size + p])
            for q in range(p + 1):
                _add(row, change[p] * change[q] * (1.0 if p == q else 2.0), sums[place])
                place += 1
        for t in range(times):
            row[t] = max(row[t], 0.0)  # an exact fit leaves rounding of either sign
            if least[t] < floor + _SLACK:
                rows = slice(start[t], start[t + 1])
                row[t] = _floored(columns[rows], vols[rows], weight[rows], coefficients[o], floor)


@kernel
def _add(row: Floats, factor: float, other: Floats) -> None:  # pragma: no cover - compiled
    for t in range(row.size):
        row[t] += factor * other[t]


@kernel
def _floored(  # pragma: no cover - compiled
    columns: Floats, vols: Floats, weight: Floats, coefficients: Floats, floor: float
) -> float:
    """Return the loss of one time, quote by quote."""
    total = 0.0
    for i in range(vols.size):
        vol = 0.0
        for p in range(coefficients.size):
            vol += columns[i, p] * coefficients[p]
        error = max(vol, floor) - vols[i]
        total += weight[i] * error * error
    return total
