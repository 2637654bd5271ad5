"""Relative performance through time: the fluctuation test of Giacomini and Rossi 2010, doi:10.1002/jae.1177.

``F_t = m^(-1/2) sum of the m differentials around t / omega``, omega^2 the long-run variance of all n differentials.
Where neither series is ever better, F stays within a band whose half-width depends on mu = m / n alone.

On Gaussian differentials, independent or AR(1) with .5, of 100 to 500 times the band of 5 % is left in 1.5 to 8 % of
histories when omega is taken by cosines, in 3 to 10 % by Bartlett weights, as the paper does: cosines are the default.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.cumulative import Cumulative
from outsample.errors import UsageError
from outsample.finite_series import checked_series
from outsample.inference.loss_variance import LossVariance, spread_of, without_spread
from outsample.inference.testable_series import obstacle
from outsample.test_result import NotTested
from outsample.typing import Bools, Floats, Integers, frozen

__all__ = ["LEVELS", "Fluctuation", "critical_band", "fluctuation_test"]

NAME: Final = "fluctuation"
TITLE: Final = "Fluctuation of relative performance"
LEVELS: Final = (0.05, 0.10)

# Giacomini and Rossi 2010, table I: mu, then the limit of |F| at 5 and 10 %, then that of F at 5 and 10 %.
_TABLE: Final = (
    (0.1, 3.393, 3.170, 3.176, 2.928),
    (0.2, 3.179, 2.948, 2.938, 2.676),
    (0.3, 3.012, 2.766, 2.770, 2.482),
    (0.4, 2.890, 2.626, 2.624, 2.334),
    (0.5, 2.779, 2.500, 2.475, 2.168),
    (0.6, 2.634, 2.356, 2.352, 2.030),
    (0.7, 2.560, 2.252, 2.248, 1.904),
    (0.8, 2.433, 2.130, 2.080, 1.740),
    (0.9, 2.248, 1.950, 1.975, 1.600),
)


@dataclass(frozen=True, slots=True, eq=False)
class Fluctuation:
    """A statistic through time with its band; the paper has no p-values.

    Parameters
    ----------
    centre : (w,) int array
        Index into the differentials of the time each window is centred at: first of the window + floor(m / 2). A
        centred window holds later times: this is history, not monitoring.
    statistic : (w,) array
        F, positive where the first series was larger.
    critical : float
        Half-width of the band; of a one-sided test, its upper end.
    level : float
    is_two_sided : bool
        Else only a large positive F counts.
    window : int
        m, times in each window.
    n : int
        Differentials.
    sentence : str
    """

    centre: Integers
    statistic: Floats
    critical: float
    level: float
    is_two_sided: bool
    window: int
    n: int
    sentence: str

    @property
    def is_outside(self) -> Bools:
        """(w,) whether F is outside the band."""
        return _outside(self.statistic, self.critical, self.is_two_sided)

    @property
    def rejects(self) -> bool:
        """Whether F leaves the band anywhere."""
        return bool(self.is_outside.any())


def critical_band(share: float, level: float = 0.05, is_two_sided: bool = True) -> float:
    """Return the half-width of the band for windows of a share mu of the times, linear between the table's values.

    Raises
    ------
    UsageError
        mu is outside 0.1 to 0.9, or the level is not one of the table.
    """
    if level not in LEVELS:
        raise UsageError(f"a fluctuation band needs a level of 0.05 or 0.1, found {level}; no other is tabulated")
    if not _TABLE[0][0] <= share <= _TABLE[-1][0]:
        raise UsageError(
            f"a fluctuation window needs 0.1 to 0.9 of the times, found {share:.3g}; choose another length"
        )
    table = np.array(_TABLE)
    column = 1 + LEVELS.index(level) + (0 if is_two_sided else len(LEVELS))
    return float(np.interp(share, table[:, 0], table[:, column]))


def fluctuation_test(
    differentials: Floats,
    window: int,
    *,
    level: float = 0.05,
    is_two_sided: bool = True,
    variance: LossVariance = LossVariance.COSINES,
    names: tuple[str, str] = ("the first", "the second"),
) -> Fluctuation | NotTested:
    """Return how the difference between two losses moves through time.

    Parameters
    ----------
    differentials : (n,) array
        Loss of the first less loss of the second, or contrasts with a benchmark.
    window : int
        m, between a tenth and nine tenths of n.
    level : float
        0.05 or 0.1.
    is_two_sided : bool
        Else the alternative is that the first is worse at some time.
    variance : LossVariance
        The paper takes Bartlett weights. The table is for a known omega, so the number of terms is not in the band.
    names : pair of str
        As in the sentence.

    Returns
    -------
    Fluctuation or NotTested
        Not tested: fewer than 20 times, or differentials that do not vary.

    Raises
    ------
    DataError
        A value is NaN or infinite.
    UsageError
        As of `critical_band`.
    """
    values = checked_series(differentials, "loss differentials")
    n = values.size
    what = "Loss differentials"
    if message := obstacle(values, what):
        return NotTested(NAME, TITLE, message)
    critical = critical_band(window / n, level, is_two_sided)
    spread = spread_of(values, variance)
    if spread.variance == 0.0:
        return NotTested(NAME, TITLE, without_spread(what, n, variance))
    prefix = Cumulative.of(values)
    total = prefix.sums[window:] - prefix.sums[:-window] + window * prefix.centre
    statistic = total / math.sqrt(window * spread.variance)
    centre = np.arange(statistic.size) + window // 2
    sentence = _sentence(statistic, critical, is_two_sided, window, names)
    return Fluctuation(frozen(centre), frozen(statistic), critical, level, is_two_sided, window, n, sentence)


def _outside(statistic: Floats, critical: float, is_two_sided: bool) -> Bools:
    return np.asarray((np.abs(statistic) if is_two_sided else statistic) > critical)


def _sentence(statistic: Floats, critical: float, is_two_sided: bool, window: int, names: tuple[str, str]) -> str:
    outside = _outside(statistic, critical, is_two_sided)
    if not outside.any():
        found = "no more than chance explains" if is_two_sided else f"no worse for {names[0]} than chance explains"
        return f"In every window of {window} times the difference between {names[0]} and {names[1]} was {found}."
    worse, better = int((outside & (statistic > 0.0)).sum()), int((outside & (statistic < 0.0)).sum())
    return (
        f"Of {statistic.size} windows of {window} times, {names[0]} was worse than {names[1]} by more than chance "
        f"explains in {worse} and better in {better}."
    )
