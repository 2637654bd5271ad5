"""Tests of constant coefficients by how far cumulated residuals wander: two CUSUM tests and one moving sum.

All take residuals as uncorrelated and of one variance: under persistence they reject too often. They look for a shift
of the mean residual; a break of a coefficient whose regressor has mean zero goes unseen.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import kolmogorov, ndtr

from outsample.errors import DataError
from outsample.number_text import number
from outsample.regimes.breaks.testable import reason_not_to_test
from outsample.regimes.growing_regression import checked_regression, recursive_residuals
from outsample.test_result import NotTested, TestResult
from outsample.typing import Floats, frozen

__all__ = [
    "Fluctuation",
    "least_squares_cusum",
    "least_squares_cusum_test",
    "moving_sum",
    "moving_sum_test",
    "recursive_cusum",
    "recursive_cusum_test",
]

_RECURSIVE: Final = ("recursive-cusum", "CUSUM of one-step errors")
_LEAST_SQUARES: Final = ("least-squares-cusum", "CUSUM of residuals")
_MOVING: Final = ("moving-sum", "Moving sum of residuals, half the window")


@dataclass(frozen=True, slots=True, eq=False)
class Fluctuation:
    """A path of cumulated residuals, and the shape of the border that it is held against.

    Parameters
    ----------
    path : (d,) array
        In units of the residuals' standard deviation times the root of their number.
    border : (d,) array
        Positive. The null is rejected where ``|path|`` exceeds a critical value times it.
    residuals : int
        How many were cumulated, m.
    deviation : float
        Their standard deviation, unit of the target.
    """

    path: Floats
    border: Floats
    residuals: int
    deviation: float

    @property
    def peak(self) -> int:
        """Position where the path is furthest out."""
        return int(np.argmax(np.abs(self.path) / self.border))

    @property
    def statistic(self) -> float:
        """How far out the path is there, in borders."""
        return float(np.abs(self.path[self.peak]) / self.border[self.peak])


def recursive_cusum(target: Floats, regressors: Floats | None = None) -> Fluctuation:
    """Return the cumulated one-step residuals (m + 1 values from 0 on) and the border ``1 + 2 j / m``.

    Parameters
    ----------
    target : (n,) array
        Finite; must vary around its fit.
    regressors : (n, k) array, optional
        Finite, k <= 6; a constant is a column of ones. Without any, the mean.

    Raises
    ------
    DataError
        As `recursive_residuals`, or there are fewer than k + 2 rows.

    References
    ----------
    Brown, Durbin and Evans 1975, doi:10.1111/j.2517-6161.1975.tb01532.x, with the variance around the mean residual.
    """
    target, regressors = _long_enough(target, regressors)
    residual = recursive_residuals(target, regressors)
    residual = residual[np.isfinite(residual)]
    # errors that are all the same have no deviation, and no path that is further out
    deviation = max(float(residual.std(ddof=1)), np.finfo(np.float64).eps * float(np.abs(residual).max()))
    return _fluctuation(np.cumsum(residual), residual.size, deviation, slope=2.0)


def least_squares_cusum(target: Floats, regressors: Floats | None = None) -> Fluctuation:
    """Return the cumulated least-squares residuals (n + 1 values, from 0 to 0) and a border of 1.

    Parameters and errors as `recursive_cusum`. With a constant among the regressors, or none given.

    References
    ----------
    Ploberger and Kraemer 1992, doi:10.2307/2951597.
    """
    residual, deviation = _residuals(target, regressors)
    return _fluctuation(np.cumsum(residual), residual.size, deviation, slope=0.0)


def moving_sum(target: Floats, regressors: Floats | None = None) -> Fluctuation:
    """Return the sums of ``n // 2`` neighbouring least-squares residuals, and a border of 1.

    Parameters and errors as `recursive_cusum`. Position i is the sum over ``[i, i + n // 2)``.

    References
    ----------
    Chu, Hornik and Kuan 1995, doi:10.1093/biomet/82.3.603.
    """
    residual, deviation = _residuals(target, regressors)
    n, total = residual.size, np.concatenate(([0.0], np.cumsum(residual)))
    sums = (total[n // 2 :] - total[: n - n // 2 + 1]) / (deviation * np.sqrt(n))
    return Fluctuation(frozen(sums), frozen(np.ones(sums.size)), n, deviation)


def recursive_cusum_test(
    target: Floats, regressors: Floats | None = None, level: float = 0.05
) -> TestResult | NotTested:
    """Test by one-step errors whether coefficients are constant: a forecaster's view, strongest for early breaks.

    Parameters
    ----------
    target : (n,) array
        Finite; 20 rows at least.
    regressors : (n, k) array, optional
        Finite, k <= 6; a constant is a column of ones. Without any, the mean.
    level : float
        At which the result rejects.

    Returns
    -------
    TestResult or NotTested
        The effect is the mean of the one-step errors up to where the path is furthest out, in their standard
        deviations. p is the exact chance that a Brownian motion crosses either line.

    Raises
    ------
    DataError, UsageError
        As `supremum_f_test`.
    """
    reason = reason_not_to_test(target, regressors, level)
    if reason:
        return NotTested(*_RECURSIVE, reason)
    found = recursive_cusum(target, regressors)
    effect = float(found.path[found.peak]) * np.sqrt(found.residuals) / found.peak
    words = f"the first {found.peak} of {found.residuals} one-step errors average {_deviations(effect)}"
    return _result(_RECURSIVE, found, _line_crossing(found.statistic), level, effect, words)


def least_squares_cusum_test(
    target: Floats, regressors: Floats | None = None, level: float = 0.05
) -> TestResult | NotTested:
    """Test by cumulated residuals whether coefficients are constant: strongest for a break in the middle.

    As `recursive_cusum_test`; the effect is the mean residual after the peak less that before it, in standard
    deviations, and p the chance that a Brownian bridge goes further (Kolmogorov).
    """
    reason = reason_not_to_test(target, regressors, level)
    if reason:
        return NotTested(*_LEAST_SQUARES, reason)
    found = least_squares_cusum(target, regressors)
    peak, n = found.peak, found.residuals
    effect = -float(found.path[peak]) * n**1.5 / (peak * (n - peak))
    words = f"after {peak} of {n} observations the mean residual moves by {_deviations(effect)}"
    return _result(_LEAST_SQUARES, found, float(kolmogorov(found.statistic)), level, effect, words)


def moving_sum_test(target: Floats, regressors: Floats | None = None, level: float = 0.05) -> TestResult | NotTested:
    """Test by sums over half the window whether coefficients are constant: strongest for a passing change.

    As `recursive_cusum_test`; the effect is the mean residual in the half that stands out most, in standard
    deviations. The increments of a Brownian bridge over half its time are a bridge between two opposite values,
    whose chance to stay within a strip is a series in closed form.
    """
    reason = reason_not_to_test(target, regressors, level)
    if reason:
        return NotTested(*_MOVING, reason)
    found = moving_sum(target, regressors)
    half = found.residuals // 2
    effect = float(found.path[found.peak]) * np.sqrt(found.residuals) / half
    span = f"observations {found.peak} to {found.peak + half - 1}"
    words = f"residuals of {span} average {_deviations(effect)}"
    return _result(_MOVING, found, _half_window_excess(found.statistic), level, effect, words)


def _deviations(effect: float) -> str:
    return f"{number(effect, 2, is_signed=True)} standard deviations"


def _result(
    names: tuple[str, str], found: Fluctuation, p_value: float, level: float, effect: float, words: str
) -> TestResult:
    told = "Coefficients changed" if p_value < level else "No change of coefficients shows"
    sentence = f"{told}: {words}{'' if p_value < level else ', which chance explains'} (p {p_value:.2g})."
    none = float("nan")
    return TestResult(*names, found.statistic, p_value, level, effect, "sd", none, none, found.residuals, sentence)


def _fluctuation(sums: Floats, count: int, deviation: float, slope: float) -> Fluctuation:
    path = np.concatenate(([0.0], sums)) / (deviation * np.sqrt(count))
    return Fluctuation(frozen(path), frozen(1.0 + slope * np.arange(count + 1) / count), count, deviation)


def _long_enough(target: Floats, regressors: Floats | None) -> tuple[Floats, Floats]:
    target, regressors = checked_regression(target, regressors)
    n, columns = regressors.shape
    if n < columns + 2:
        raise DataError(f"cumulated residuals need {columns + 2} observations, found {n}; widen the window")
    return target, regressors


def _residuals(target: Floats, regressors: Floats | None) -> tuple[Floats, float]:
    target, regressors = _long_enough(target, regressors)
    n, columns = regressors.shape
    residual = target - regressors @ np.linalg.lstsq(regressors, target, rcond=None)[0]
    return residual, float(np.sqrt((residual**2).sum() / (n - columns)))


def _line_crossing(height: float) -> float:
    """Return the chance that a Brownian motion leaves ``+-height (1 + 2 t)`` before t = 1, by reflections."""
    if height < 0.02:  # the series would need hundreds of terms to say 1
        return 1.0
    k = np.arange(1, 2 + int(4.5 / height))
    images = np.exp(-4.0 * (k * height) ** 2) * (ndtr((3.0 + 2.0 * k) * height) - ndtr((2.0 * k - 3.0) * height))
    # in full: 2 ndtr(3 h) - 1 + 2 sum of the alternating images, taken from 1 without losing a small chance
    return float(np.clip(2.0 * ndtr(-3.0 * height) - 2.0 * ((-1.0) ** k * images).sum(), 0.0, 1.0))


def _half_window_excess(height: float) -> float:
    """Return the chance that an increment of a Brownian bridge over half its time exceeds `height`."""
    if height < 0.1:
        return 1.0
    k = np.arange(int(6.0 / height) + 1)
    series = np.exp(-2.0 * ((2.0 * k + 1.0) * height) ** 2).sum()
    return float(min(4.0 * height * np.sqrt(2.0 / np.pi) * series, 1.0))
