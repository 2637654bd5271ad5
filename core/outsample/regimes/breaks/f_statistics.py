"""F statistics of one break of all coefficients, at every date that trimming leaves."""

from dataclasses import dataclass

import numpy as np

from outsample.errors import DataError, UsageError
from outsample.regimes.growing_regression import checked_regression, recursive_residuals, rounding_squares
from outsample.typing import Floats, frozen

__all__ = ["FStatistics", "f_statistics"]


@dataclass(frozen=True, slots=True, eq=False)
class FStatistics:
    """How much better two regressions fit than one, by the date of the break.

    Parameters
    ----------
    values : (d,) array
        Wald scale: ``(RSS_0 - RSS_1) / (RSS_1 / (n - 2 k))``, not divided by k; infinite where two fit exactly.
    first : int
        First observation of the new segment behind ``values[0]``, 0-based; the next one follows for each value.
    n, coefficients : int
        Observations, and how many coefficients break.
    trim : float
        Share of the observations on either side that is left out.
    """

    values: Floats
    first: int
    n: int
    coefficients: int
    trim: float

    @property
    def index(self) -> int:
        """First observation of the new segment of the best break, 0-based."""
        return self.first + int(np.argmax(self.values))

    @property
    def supremum(self) -> float:
        """Greatest value (Andrews 1993)."""
        return float(self.values.max())

    @property
    def average(self) -> float:
        """Mean value (Andrews and Ploberger 1994)."""
        return float(self.values.mean())

    @property
    def exponential(self) -> float:
        """``ln mean exp(F / 2)`` (Andrews and Ploberger 1994)."""
        top = self.supremum
        return 0.5 * top + float(np.log(np.exp(0.5 * (self.values - top)).mean())) if np.isfinite(top) else np.inf

    @property
    def gain(self) -> float:
        """Share of the residual sum of squares that the best break removes, 0 to 1."""
        return 1.0 / (1.0 + (self.n - 2 * self.coefficients) / self.supremum) if self.supremum > 0.0 else 0.0


def f_statistics(target: Floats, regressors: Floats | None = None, trim: float = 0.15) -> FStatistics:
    """Return the F statistic of every admissible break: two passes of growing regressions, O(n k^2).

    Parameters
    ----------
    target : (n,) array
        Finite.
    regressors : (n, k) array, optional
        Finite, k <= 6, all of whose coefficients break; a constant is a column of ones. Without any, the mean breaks.
    trim : float
        Share of the observations at either end where no break is looked for, at least 0.01 and below 0.5. More is
        left out where it would leave fewer than k + 1 observations on a side.

    Raises
    ------
    DataError
        Shapes do not fit, values are not finite, or there are fewer than 2 k + 2 rows.
    UsageError
        `trim` is out of bounds.
    """
    target, regressors = checked_regression(target, regressors)
    n, columns = regressors.shape
    if not 0.01 <= trim < 0.5:
        raise UsageError(
            f"trimming must leave out 0.01 to below 0.5 of the observations a side, found {trim}; use 0.15"
        )
    if n < 2 * columns + 2:
        raise DataError(f"a break needs {2 * columns + 2} observations, found {n}; widen the window")
    first = max(int(trim * n + 1e-9), columns + 1)
    dates = np.arange(first, n - first + 1)
    before = _residual_squares(target, regressors)
    after = _residual_squares(target[::-1], regressors[::-1])
    broken = before[dates] + after[n - dates]
    broken[broken <= rounding_squares(target)] = 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.maximum(before[n] - broken, 0.0) / (broken / (n - 2 * columns))
    if before[n] <= rounding_squares(target):
        values = np.zeros(dates.size)  # one regression fits exactly, and so do two
    return FStatistics(frozen(values), first, n, columns, max(trim, first / n))


def _residual_squares(target: Floats, regressors: Floats) -> Floats:
    """Return the residual sum of squares of the first t rows, t = 0..n."""
    residual = recursive_residuals(target, regressors)
    return np.concatenate(([0.0], np.cumsum(np.nan_to_num(residual) ** 2)))
