"""All tests of constant coefficients on one series, as a table has them."""

from outsample.regimes.breaks.f_tests import average_f_test, exponential_f_test, supremum_f_test
from outsample.regimes.breaks.fluctuation_tests import (
    least_squares_cusum_test,
    moving_sum_test,
    recursive_cusum_test,
)
from outsample.test_result import NotTested, TestResult
from outsample.typing import Floats

__all__ = ["break_tests"]


def break_tests(
    target: Floats, regressors: Floats | None = None, trim: float = 0.15, level: float = 0.05
) -> tuple[TestResult | NotTested, ...]:
    """Return the three F tests, then the three fluctuation tests. They look at the same data: no six findings.

    Parameters
    ----------
    target : (n,) array
        Finite; residuals are taken as uncorrelated and of one variance.
    regressors : (n, k) array, optional
        Finite, k <= 6; a constant is a column of ones. Without any, the mean.
    trim : float
        Of the F tests: share of the observations at either end where no break is looked for.
    level : float
        At which each result rejects.

    Raises
    ------
    DataError, UsageError
        As `supremum_f_test`.
    """
    return (
        supremum_f_test(target, regressors, trim, level),
        average_f_test(target, regressors, trim, level),
        exponential_f_test(target, regressors, trim, level),
        recursive_cusum_test(target, regressors, level),
        least_squares_cusum_test(target, regressors, level),
        moving_sum_test(target, regressors, level),
    )
