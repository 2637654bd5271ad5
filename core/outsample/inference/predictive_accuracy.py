"""Whether one loss is larger than another on average: Diebold and Mariano, corrected for small samples.

``DM = mean(d) / sqrt(V / n)``, ``d_t = first_t - second_t``, V = gamma_0 + 2 (gamma_1 + ... + gamma_{h-1}) for
forecasts h times ahead (Diebold and Mariano 1995, doi:10.2307/1392185); times
``sqrt((n + 1 - 2 h + h (h - 1) / n) / n)`` and compared with Student t of n - 1 degrees of freedom (Harvey, Leybourne
and Newbold 1997, doi:10.1016/S0169-2070(96)00719-4).
"""

import math
from typing import Final

from outsample.inference.sided_result import SidedResult, moved, sided
from outsample.inference.testable_series import FEWEST, checked_pair, obstacle, require_horizon, require_level, size_of
from outsample.test_result import NotTested
from outsample.typing import Floats

__all__ = ["diebold_mariano"]

NAME: Final = "diebold_mariano"
TITLE: Final = "Diebold–Mariano test of equal loss"
_NOTHING: Final = 1e-12  # of gamma_0: a sum of autocovariances below it is rounding


def diebold_mariano(
    first: Floats,
    second: Floats,
    *,
    horizon: int = 1,
    level: float = 0.05,
    unit: str = "",
    names: tuple[str, str] = ("the first", "the second"),
) -> SidedResult | NotTested:
    """Test whether two losses are equal on average.

    Errors of h-step forecasts may be correlated up to lag h - 1 only. Where d stays correlated beyond, the test rejects
    too often (120 times, h = 1, nominal 5 %: 15 % under AR(1) .3, 26 % under .5), and the cosine interval of the mean
    of d is the one to read.

    Parameters
    ----------
    first, second : (n,) array
        Losses at the same times, lower is better.
    horizon : int
        h, in times, at least 1.
    level : float
    unit : str
        Of the losses.
    names : pair of str
        As in the sentence.

    Returns
    -------
    SidedResult or NotTested
        "Worse" is the first. The effect is the mean of d. Not tested: fewer than 20 times, fewer than twice the
        horizon, a constant d, or a V that is not positive, as truncated sums can be.

    Raises
    ------
    DataError
        A value is NaN or infinite, or the lengths differ.
    UsageError
        A horizon below 1, or a level outside (0, 1).
    """
    one, other = checked_pair(first, second, "losses to compare")
    require_horizon(horizon)
    require_level(level)
    difference = one - other
    n, what = difference.size, "Differences of two losses"
    if message := obstacle(difference, what, size_of(one, other), max(FEWEST, 2 * horizon)):
        return NotTested(NAME, TITLE, message)
    variance = _truncated_variance(difference, horizon)
    if variance == 0.0:
        message = (
            f"{what} need autocovariances with a positive sum up to lag {horizon - 1}, found none; "
            "widen the window, or read the interval of the mean difference"
        )
        return NotTested(NAME, TITLE, message)
    effect = float(difference.mean())
    corrected = (n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n
    error = math.sqrt(variance / n / corrected)
    words = f"The loss of {names[0]} was on average {moved(effect, unit)} than that of {names[1]}"
    return sided(NAME, TITLE, effect, error, n - 1.0, level=level, unit=unit, n=n, sentence=words)


def _truncated_variance(difference: Floats, horizon: int) -> float:
    """Return V, or 0 where it is not positive."""
    n, deviation = difference.size, difference - difference.mean()
    gamma = [float(deviation[lag:] @ deviation[: n - lag]) / n for lag in range(horizon)]
    variance = gamma[0] + 2.0 * sum(gamma[1:])
    return variance if variance > _NOTHING * gamma[0] else 0.0
