"""Least squares that grows by one row at a time: the one kernel behind all that is asked about coefficients.

A triangle holds the factor R of the regressors seen so far and beside it the rotated target, (k, k + 1). A row is
rotated into it (Givens; Golub and Van Loan 2013, section 5.1.8). What is left of its target is the recursive residual
``(y - x' b) / sqrt(1 + x' (X'X)^-1 x)`` with b fitted before it, and the residual sum of squares grows by its square
(Brown, Durbin and Evans 1975, doi:10.1111/j.2517-6161.1975.tb01532.x). No sums of products, whose digits a large level
would eat; nothing needs centring.
"""

from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.errors import DataError
from outsample.finite_series import SQUARABLE, checked_series
from outsample.typing import Floats, frozen

__all__ = [
    "MOST_REGRESSORS",
    "absorb_row",
    "checked_regression",
    "recursive_residuals",
    "rounding_squares",
    "solve_triangle",
]

MOST_REGRESSORS: Final = 6
_SMALLEST: Final = 1e-150  # below this a square underflows
_COLLINEAR: Final = 1e-10  # of a regressor: less than that left of it after the others is rounding, not information


def checked_regression(target: Floats, regressors: Floats | None) -> tuple[Floats, Floats]:
    """Return target (n,) and regressors (n, k) as contiguous float64; without regressors, a column of ones.

    Raises
    ------
    DataError
        Wrong shapes, more than `MOST_REGRESSORS` columns or none, or values that are not finite.
    """
    target = checked_series(target, "targets of a regression", largest=SQUARABLE)
    if regressors is None:
        return target, frozen(np.ones((target.size, 1)))
    regressors = checked_series(regressors, "regressors", is_table=True, largest=SQUARABLE)
    rows, columns = regressors.shape
    if rows != target.size or not 1 <= columns <= MOST_REGRESSORS:
        raise DataError(
            f"a regression needs one row of 1 to {MOST_REGRESSORS} regressors for each of {target.size} targets, "
            f"found {rows} x {columns}; align the rows and leave columns out"
        )
    return target, regressors


def recursive_residuals(target: Floats, regressors: Floats | None = None) -> Floats:
    """Return the standardised one-step residuals: each row against the least-squares fit on all rows before it.

    Parameters
    ----------
    target : (n,) array
        Finite.
    regressors : (n, k) array, optional
        Finite, k <= 6; a constant is a column of ones. Without any, the mean.

    Returns
    -------
    (n,) array
        Unit of the target; NaN for the rows that a coefficient needs to be determined, mostly the first k. The sum of
        the squares of the others up to a row is the residual sum of squares of the fit up to there.

    Raises
    ------
    DataError
        As `checked_regression`.
    """
    return frozen(_recursive_residuals(*checked_regression(target, regressors)))


def rounding_squares(target: Floats) -> float:
    """Return the residual sum of squares below which a fit is exact but for rounding."""
    return target.size * (16.0 * np.finfo(np.float64).eps * float(np.abs(target).max(initial=0.0))) ** 2


@kernel
def _recursive_residuals(target: Floats, regressors: Floats) -> Floats:  # pragma: no cover - compiled
    n, columns = regressors.shape
    triangles, row, residual = np.zeros((1, columns, columns + 1)), np.empty(columns + 1), np.empty(n)
    for t in range(n):
        residual[t] = absorb_row(triangles, 0, regressors, target, t, row)
    return residual


@kernel
def absorb_row(  # pragma: no cover - compiled
    triangles: Floats, place: int, regressors: Floats, target: Floats, t: int, row: Floats
) -> float:
    """Rotate row `t` of `regressors` (n, k) and `target` (n,) into ``triangles[place]``; return the recursive residual.

    NaN where the row was spent on determining a coefficient. Regressors that are linear combinations of the others
    in all rows so far determine nothing and spend nothing. `row` (k + 1,) is space to work in. Whole arrays and
    positions are handed over, for a slice inside a kernel costs as much as the rotation.
    """
    columns = regressors.shape[1]
    for j in range(columns):
        row[j] = regressors[t, j]
    row[columns] = target[t]
    for j in range(columns):
        if np.abs(row[j]) <= max(_COLLINEAR * np.abs(regressors[t, j]), _SMALLEST):
            continue
        pivot = triangles[place, j, j]
        if pivot == 0.0:
            sign = np.sign(row[j])
            for i in range(j, columns + 1):
                triangles[place, j, i] = sign * row[i]
            return np.nan
        length = np.sqrt(pivot * pivot + row[j] * row[j])
        cosine, sine = pivot / length, row[j] / length
        triangles[place, j, j] = length
        for i in range(j + 1, columns + 1):
            above = triangles[place, j, i]
            triangles[place, j, i] = cosine * above + sine * row[i]
            row[i] = cosine * row[i] - sine * above
    return float(row[columns])


@kernel
def solve_triangle(triangle: Floats, coefficients: Floats) -> None:  # pragma: no cover - compiled
    """Fill `coefficients` (k,); 0 for a regressor that nothing is known about."""
    columns = triangle.shape[0]
    for j in range(columns - 1, -1, -1):
        coefficients[j] = 0.0
        if triangle[j, j] > 0.0:
            value = triangle[j, columns]
            for i in range(j + 1, columns):
                value -= triangle[j, i] * coefficients[i]
            coefficients[j] = value / triangle[j, j]
