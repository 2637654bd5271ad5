"""How well a break is dated: confidence intervals from the law of the estimated date (Bai 1997).

For a break whose size shrinks slowly with n, the estimated date, in units of ``sigma_1^2 / (d' Q_1 d)``, is where

    V(s) = W_1(-s) - |s| / 2            for s <= 0,
    V(s) = sqrt(xi) (sigma_2 / sigma_1) W_2(s) - xi |s| / 2    for s > 0

is greatest; d is the change of the coefficients, Q_i the mean of ``x x'`` and sigma_i^2 the residual variance on side
i, ``xi = d' Q_2 d / d' Q_1 d``, W_1 and W_2 independent Brownian motions. The greatest value of each side is
exponential and independent of the other's, of rates 1 and ``r = (sigma_1 / sigma_2)^2``; integrating the joint law of
a side's greatest value and its place over "the other side stays below" gives the tail in closed form.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import log_ndtr, ndtr

from outsample.errors import DataError, UsageError
from outsample.regimes.growing_regression import checked_regression, rounding_squares
from outsample.typing import Floats, Integers

__all__ = ["BreakDate", "break_dates", "date_law"]

_MOST_UNEQUAL: Final = 1e6  # of two variances; beyond it the closed form loses its digits


@dataclass(frozen=True, slots=True)
class BreakDate:
    """One break and the interval of its date.

    Parameters
    ----------
    index : int
        First observation of the new segment, 0-based.
    low, high : int
        The true first observation of the new segment lies between them, both included, at the confidence asked for.
        Clipped to the rows there are.
    """

    index: int
    low: int
    high: int


def break_dates(
    target: Floats,
    regressors: Floats | None,
    starts: Integers,
    confidence: float = 0.95,
    sides_differ: bool = True,
) -> tuple[BreakDate, ...]:
    """Return the confidence interval of every break of a segmentation.

    Parameters
    ----------
    target : (n,) array
        Finite. Residuals are taken as uncorrelated; where they are not, the intervals are too narrow.
    regressors : (n, k) array or None
        Finite, k <= 6, with no trend; without any, the mean breaks.
    starts : (m + 1,) int array
        First observation of each segment, beginning with 0, as in `BreakModel.starts`.
    confidence : float
        Of each interval by itself.
    sides_differ : bool
        Residual variance and regressor moments of the segment on either side, each from its own rows; otherwise those
        of the whole series on both, which are better determined where nothing but the coefficients changes.

    Returns
    -------
    tuple of m BreakDate
        Ends are rounded outwards.

    Raises
    ------
    DataError
        As `checked_regression`, or a segment has too few rows for its coefficients.
    UsageError
        The starts do not ascend from 0, or the confidence is not inside (0, 1).

    References
    ----------
    Bai 1997, Review of Economics and Statistics 79, 551-563, doi:10.1162/003465397557132.
    """
    target, regressors = checked_regression(target, regressors)
    n, columns = regressors.shape
    edges = np.array([*starts, n], dtype=np.int64)
    if not 0.0 < confidence < 1.0 or edges[0] != 0 or (np.diff(edges) <= 0).any():
        raise UsageError(
            f"dates need starts that ascend from 0 and stay below {n}, and a confidence inside (0, 1), found "
            f"{edges[:-1].tolist()} and {confidence}; hand over the starts of a segmentation"
        )
    if np.diff(edges).min() < columns:
        raise DataError(
            f"dates need {columns} rows in every segment, found {np.diff(edges).min()}; ask for longer segments"
        )
    sides = [_Side.of(target[i:j], regressors[i:j]) for i, j in zip(edges[:-1], edges[1:], strict=True)]
    if not sides_differ:
        moments, variance = regressors.T @ regressors / n, sum(one.square for one in sides) / n
        sides = [_Side(one.coefficients, moments, one.square, variance) for one in sides]
    tail = 0.5 * (1.0 - confidence)
    return tuple(
        _dated(int(edge), one, two, tail, n) for edge, one, two in zip(edges[1:-1], sides[:-1], sides[1:], strict=True)
    )


def date_law(place: Floats, moments_ratio: float = 1.0, variance_ratio: float = 1.0) -> Floats:
    """Return the probability that V is greatest at or before `place`.

    Parameters
    ----------
    place : (...) array
        s above, negative before the break.
    moments_ratio : float
        xi.
    variance_ratio : float
        ``r = (sigma_1 / sigma_2)^2``, between 1e-6 and 1e6.
    """
    place = np.asarray(place, dtype=np.float64)
    before = _tail(np.maximum(-place, 0.0), variance_ratio)
    after = _tail(np.maximum(place, 0.0) * moments_ratio * variance_ratio, 1.0 / variance_ratio)
    return np.where(place <= 0.0, before, 1.0 - after)


def _tail(distance: Floats, rate: float) -> Floats:
    """Return the probability that the greatest value is on a side with unit drift, further than `distance` away.

    The other side's greatest value is exponential of `rate`.
    """
    slope, growth = rate + 0.5, 0.5 * rate * (rate + 1.0)
    root = np.sqrt(distance)
    half = ndtr(-0.5 * root)
    other = np.exp(growth * distance + log_ndtr(-slope * root))
    density = np.exp(-distance / 8.0) / np.sqrt(2.0 * np.pi)
    return np.asarray(slope * (2.0 * slope * half - other) / growth - (2.0 - 0.5 * distance) * half - root * density)


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    coefficients: Floats
    moments: Floats
    square: float
    variance: float

    @classmethod
    def of(cls, target: Floats, regressors: Floats) -> "_Side":
        coefficients = np.asarray(np.linalg.lstsq(regressors, target, rcond=None)[0], dtype=np.float64)
        square = float(((target - regressors @ coefficients) ** 2).sum())
        square *= square > rounding_squares(target)
        return cls(coefficients, regressors.T @ regressors / target.size, square, square / target.size)


def _dated(index: int, before: _Side, after: _Side, tail: float, n: int) -> BreakDate:
    change = after.coefficients - before.coefficients
    size, size_after = float(change @ before.moments @ change), float(change @ after.moments @ change)
    if before.variance + after.variance == 0.0 or min(size, size_after) <= 0.0:
        exact = size > 0.0 and before.variance + after.variance == 0.0
        return BreakDate(index, index if exact else 0, index if exact else n)
    least = max(before.variance, after.variance) / _MOST_UNEQUAL
    variance, ratio = max(before.variance, least), max(before.variance, least) / max(after.variance, least)
    first, last = (_quantile(level, size_after / size, ratio) * variance / size for level in (tail, 1.0 - tail))
    # the estimate minus the truth lies between the two
    return BreakDate(index, max(index - int(np.ceil(min(last, n))), 0), min(index - int(np.floor(max(first, -n))), n))


def _quantile(level: float, moments_ratio: float, variance_ratio: float) -> float:
    """Return where `date_law` reaches `level`, by bisection."""
    low, high = -1.0, 1.0
    while date_law(np.array(low), moments_ratio, variance_ratio) > level:
        low *= 2.0
    while date_law(np.array(high), moments_ratio, variance_ratio) < level:
        high *= 2.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        is_below = date_law(np.array(middle), moments_ratio, variance_ratio) < level
        low, high = (middle, high) if is_below else (low, middle)
    return 0.5 * (low + high)
