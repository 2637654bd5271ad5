"""Test mean minus train mean: estimate, bounds, p-value, and the effect a window could have seen at all."""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from outsample.inference.long_run import Interval, LongRun, Side, student_quantile

__all__ = ["MeanDifference", "difference_of_means", "minimum_detectable_effect", "welch_dof"]


@dataclass(frozen=True, slots=True)
class MeanDifference:
    """Difference of two means from stretches of one series.

    Parameters
    ----------
    estimate : float
        Test mean minus train mean, in the unit of the series.
    standard_error : float
        ``sqrt(omega_1^2 / n_1 + omega_2^2 / n_2)``; NaN when either window has fewer than 3 times.
    dof : float
        Welch-Satterthwaite degrees of freedom of Student t, from the cosine terms of both windows; NaN as above.
    """

    estimate: float
    standard_error: float
    dof: float

    def interval(self, level: float = 0.95) -> Interval:
        """Return the two-sided interval at confidence `level`."""
        half = student_quantile(self.dof, 0.5 * (1.0 + level)) * self.standard_error
        return Interval(self.estimate - half, self.estimate + half)

    def bound(self, side: Side, level: float = 0.95) -> float:
        """Return the one-sided bound at confidence `level`."""
        reach = student_quantile(self.dof, level) * self.standard_error
        return self.estimate + reach if side is Side.UPPER else self.estimate - reach

    @property
    def p_value(self) -> float:
        """Two-sided p of no difference; 1 or 0 when both windows are constant and equal or not, NaN when short."""
        if self.standard_error == 0.0:
            return 1.0 if self.estimate == 0.0 else 0.0
        return float(2.0 * stdtr(self.dof, -abs(self.estimate) / self.standard_error))


def difference_of_means(train: LongRun, test: LongRun) -> MeanDifference:
    """Return test minus train.

    The two windows count as independent: dependence across the boundary between them is of order 1/n and left out.

    Parameters
    ----------
    train, test : LongRun
        Of the same series in two windows that do not overlap.
    """
    estimate = test.mean - train.mean
    first, second = train.standard_error**2, test.standard_error**2
    return MeanDifference(estimate, float(np.sqrt(first + second)), welch_dof(first, train.dof, second, test.dof))


def welch_dof(first: float, first_dof: float, second: float, second_dof: float) -> float:
    """Return the degrees of freedom of the sum of two squared standard errors, by Welch and Satterthwaite.

    Those of both where the sum is 0, NaN where it is NaN.
    """
    total = first + second
    if np.isnan(total):
        return float("nan")
    if total == 0.0:
        return float(first_dof + second_dof)
    share = first / total
    each = share**2 / first_dof + (1.0 - share) ** 2 / second_dof
    return float(1.0 / each) if each > 0.0 else float("inf")


def minimum_detectable_effect(standard_error: float, dof: float, power: float = 0.8, level: float = 0.05) -> float:
    """Return the effect that a one-sided test of size `level` finds with probability `power`.

    ``(t_{1 - level} + t_power) standard_error``, both quantiles of Student t with `dof`.

    Parameters
    ----------
    standard_error : float
        Of the estimate, in its unit.
    dof : float
        Degrees of freedom.
    power : float
        Probability of finding the effect, between 0 and 1.
    level : float
        Probability of a false alarm, between 0 and 1.

    Returns
    -------
    float
        In the unit of the estimate; NaN when `standard_error` or `dof` is.

    Raises
    ------
    UsageError
        `power` or `level` is not strictly between 0 and 1.
    """
    return (student_quantile(dof, 1.0 - level) + student_quantile(dof, power)) * standard_error
