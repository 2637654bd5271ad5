"""Whether a larger model forecasts better than the smaller one inside it.

The test of Clark and West 2007, doi:10.1016/j.jeconom.2006.05.023. Under equality the larger model has the larger
squared error, since it estimates what is zero. The adjusted difference takes that noise out:
``f_t = (y - small)^2 - [(y - large)^2 - (small - large)^2]``.
"""

import math
from typing import Final

import numpy as np
from scipy.special import stdtr

from outsample.inference.long_run import student_quantile
from outsample.inference.loss_variance import LossVariance, spread_of, without_spread
from outsample.inference.sided_result import moved, said_p
from outsample.inference.testable_series import checked_pair, obstacle, require_level, size_of
from outsample.test_result import NotTested, TestResult
from outsample.typing import Floats

__all__ = ["clark_west", "clark_west_by_time"]

NAME: Final = "clark_west"
TITLE: Final = "Clark–West test of nested models"


def clark_west(
    realised: Floats,
    small: Floats,
    large: Floats,
    *,
    variance: LossVariance = LossVariance.COSINES,
    level: float = 0.05,
    unit: str = "",
) -> TestResult | NotTested:
    """Test whether the larger of two nested models forecasts better, by squared error.

    Parameters
    ----------
    realised, small, large : (n,) array
        What came true, and what the smaller and the larger model predicted for it: one number a time.
    variance, level, unit
        As of `clark_west_by_time`, as what is returned and raised.
    """
    _, fewer = checked_pair(realised, small, "predictions to compare")
    truth, more = checked_pair(realised, large, "predictions to compare")
    squares = np.square(np.stack((truth - fewer, truth - more, fewer - more)))
    return clark_west_by_time(*squares, variance=variance, level=level, unit=unit)


def clark_west_by_time(
    small: Floats,
    large: Floats,
    apart: Floats,
    *,
    variance: LossVariance = LossVariance.COSINES,
    level: float = 0.05,
    unit: str = "",
) -> TestResult | NotTested:
    """Do the same where a time has many observations, from means over each time.

    Parameters
    ----------
    small, large : (n,) array
        Mean squared error of the smaller and of the larger model.
    apart : (n,) array
        Mean square of the difference between their predictions, with the same weights.
    variance : LossVariance
        Of the adjusted difference. The paper takes the plain one for the next time.
    level : float
    unit : str
        Of squared errors.

    Returns
    -------
    TestResult or NotTested
        One-sided: p is of the alternative that the larger model is better. The effect is the mean of
        ``small - large + apart``, with its one-sided interval. Not tested: fewer than 20 times, or predictions that
        never differ.

    Raises
    ------
    DataError
        A value is NaN or infinite, or lengths differ.
    UsageError
        A level outside (0, 1).
    """
    fewer, more = checked_pair(small, large, "squared errors to compare")
    _, between = checked_pair(small, apart, "squared errors to compare")
    require_level(level)
    adjusted = fewer - more + between
    n, what = adjusted.size, "Adjusted differences of squared errors"
    if message := obstacle(adjusted, what, size_of(fewer, more, between)):
        return NotTested(NAME, TITLE, message)
    spread = spread_of(adjusted, variance)
    if spread.variance == 0.0:
        return NotTested(NAME, TITLE, without_spread(what, n, variance))
    effect, error = float(adjusted.mean()), math.sqrt(spread.variance / n)
    p_value = float(stdtr(spread.dof, -effect / error))
    low = effect - student_quantile(spread.dof, 1.0 - level) * error
    verdict = "more than chance explains" if p_value < level else "which chance explains or which is no gain"
    sentence = (
        "Without the noise of what it estimates, the squared error of the larger model was on average "
        f"{moved(-effect, unit)} than that of the smaller, {verdict} ({said_p(p_value)})."
    )
    return TestResult(NAME, TITLE, effect / error, p_value, level, effect, unit, low, math.inf, n, sentence)
