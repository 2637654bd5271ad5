"""Tests of one break at an unknown date, by F statistics: supremum, average and exponential.

The supremum is best against one sharp break and dates it; the average against small breaks, the exponential against
large ones (Andrews and Ploberger 1994, doi:10.2307/2951753). All take residuals as uncorrelated and of one variance:
under persistence they reject too often.
"""

from collections.abc import Callable
from typing import Final

from outsample.regimes.breaks.f_limits import average_p_value, exponential_p_value, supremum_p_value
from outsample.regimes.breaks.f_statistics import FStatistics, f_statistics
from outsample.regimes.breaks.testable import reason_not_to_test
from outsample.test_result import NotTested, TestResult
from outsample.typing import Floats

__all__ = ["average_f_test", "exponential_f_test", "supremum_f_test"]

_Law = Callable[[float, int, float], float]
_SUPREMUM: Final = ("supremum-f", "Largest F of a break")
_AVERAGE: Final = ("average-f", "Average F of a break")
_EXPONENTIAL: Final = ("exponential-f", "Exponential F of a break")


def supremum_f_test(
    target: Floats, regressors: Floats | None = None, trim: float = 0.15, level: float = 0.05
) -> TestResult | NotTested:
    """Test by the largest F statistic whether all coefficients break once (Andrews 1993, doi:10.2307/2951764).

    Parameters
    ----------
    target : (n,) array
        Finite; 20 rows at least.
    regressors : (n, k) array, optional
        Finite, k <= 6; a constant is a column of ones. Without any, the mean breaks.
    trim : float
        Share of the observations at either end where no break is looked for; p depends on it.
    level : float
        At which the result rejects.

    Returns
    -------
    TestResult or NotTested
        The effect is the share of the residual sum of squares that the best break removes. `f_statistics` has the
        dates. Not tested where there are too few rows, or they fit exactly without a break.

    Raises
    ------
    DataError, UsageError
        As `f_statistics`.
    """
    return _test(_SUPREMUM, lambda f: f.supremum, supremum_p_value, (target, regressors, trim), level)


def average_f_test(
    target: Floats, regressors: Floats | None = None, trim: float = 0.15, level: float = 0.05
) -> TestResult | NotTested:
    """Test by the average F statistic whether all coefficients break once; everything else as `supremum_f_test`."""
    return _test(_AVERAGE, lambda f: f.average, average_p_value, (target, regressors, trim), level)


def exponential_f_test(
    target: Floats, regressors: Floats | None = None, trim: float = 0.15, level: float = 0.05
) -> TestResult | NotTested:
    """Test by ``ln mean exp(F / 2)`` whether all coefficients break once; everything else as `supremum_f_test`."""
    return _test(_EXPONENTIAL, lambda f: f.exponential, exponential_p_value, (target, regressors, trim), level)


def _test(
    names: tuple[str, str],
    statistic_of: Callable[[FStatistics], float],
    law: _Law,
    data: tuple[Floats, Floats | None, float],
    level: float,
) -> TestResult | NotTested:
    target, regressors, trim = data
    reason = reason_not_to_test(target, regressors, level)
    if reason:
        return NotTested(*names, reason)
    found = f_statistics(target, regressors, trim)
    statistic = statistic_of(found)
    p_value = law(statistic, found.coefficients, found.trim)
    what = "the mean" if regressors is None else "all coefficients"
    best = f"after {found.index} of {found.n} observations, removes {100.0 * found.gain:.1f} % of the residual squares"
    if p_value < level:
        sentence = f"A break of {what} shows: the best one, {best} (p {p_value:.2g})."
    else:
        sentence = f"No break of {what} shows: the best one, {best}, which chance explains (p {p_value:.2g})."
    none = float("nan")
    return TestResult(*names, statistic, p_value, level, found.gain, "", none, none, found.n, sentence)
