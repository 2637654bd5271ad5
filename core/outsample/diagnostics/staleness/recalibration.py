"""What waiting costs: the mean staleness of a model that is refitted every K days, without simulating a refit."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.diagnostics.staleness.ages import NAME, PairedContrasts
from outsample.diagnostics.staleness.curve import FEWEST_DATES, LEVEL
from outsample.errors import UsageError
from outsample.inference import student_quantile
from outsample.test_result import NotTested
from outsample.typing import Floats, Integers, frozen

__all__ = ["RecalibrationCost", "RefitInterval", "recalibration_cost"]

TITLE: Final = "Cost of waiting"


@dataclass(frozen=True, slots=True)
class RefitInterval:
    """The cheapest time between two refits.

    Parameters
    ----------
    days : int
    cost : float
        ``C(days) + refit_cost / days``, in the unit of S(a).
    is_longest : bool
        It is the longest that the ages seen can judge: the cheapest may be longer.
    """

    days: int
    cost: float
    is_longest: bool


@dataclass(frozen=True, slots=True, eq=False)
class RecalibrationCost:
    """``C(K)``: the mean of S(a) over the ages below K days at which a model is used, S(0) = 0.

    Parameters
    ----------
    days : (k,) int array
        K, from 1 to the longest age of 20 dates or more.
    cost : (k,) array
        Mean staleness of a model that is refitted every K days, in `unit`.
    low, high : (k,) array
        Pointwise 95 % band, ages of one date being as dependent as they are.
    unit : str
    """

    days: Integers
    cost: Floats
    low: Floats
    high: Floats
    unit: str

    def total(self, refit_cost: float) -> Floats:
        """Return (k,) ``C(K) + refit_cost / K``, the cost of one refit being in `unit` times days.

        Raises
        ------
        UsageError
            `refit_cost` is negative or not finite.
        """
        if not 0.0 <= refit_cost < np.inf:
            raise UsageError(f"a refit costs 0 or more, found {refit_cost}; type its cost in {self.unit} times days")
        return np.asarray(self.cost + refit_cost / self.days)

    def cheapest(self, refit_cost: float) -> RefitInterval:
        """Return the K of least total cost, the longest of equal ones.

        Raises
        ------
        UsageError
            `refit_cost` is negative or not finite.
        """
        total = self.total(refit_cost)
        place = total.size - 1 - int(np.argmin(total[::-1]))
        return RefitInterval(int(self.days[place]), float(total[place]), place == total.size - 1)


def recalibration_cost(paired: PairedContrasts) -> RecalibrationCost | NotTested:
    """Return what refitting every K days costs, S(a) being linear between the ages seen and from 0 at age 0.

    A fit serves the times 0, s, 2 s ... before K, s being their usual spacing: with four times a day a model that is
    refitted daily is on average more than a third of a day old. Spacings above a day count as a day.

    Returns
    -------
    RecalibrationCost or NotTested
        The latter where no age of a day or more has 20 dates.
    """
    used = np.flatnonzero(paired.dates >= FEWEST_DATES)
    longest = int(paired.age[used].max()) if used.size else 0
    if longest < 1:
        return NotTested(
            NAME,
            TITLE,
            f"the cost of waiting needs an age of a day or more with {FEWEST_DATES} dates, found none; "
            "widen the test window",
        )
    oldest, step = float(paired.age[used].max()), min(paired.step, 1.0)
    days = np.arange(1, int(oldest + step) + 1)  # of these waits every age was seen
    served = np.maximum(np.round(days / step).astype(np.int64), 1)  # times that one fit serves
    ages = _interpolation(step * np.arange(int(served[-1]), dtype=np.float64), paired.age[used])
    weights = np.zeros((days.size, paired.age.size))
    weights[:, used] = np.cumsum(ages, axis=0)[served - 1] / served[:, None]
    cost = weights @ paired.mean
    errors, freedom = paired.standard_errors(weights)
    half = student_quantile(freedom, 0.5 * (1.0 + LEVEL)) * errors
    return RecalibrationCost(frozen(days), frozen(cost), frozen(cost - half), frozen(cost + half), paired.unit)


def _interpolation(at: Floats, age: Floats) -> Floats:
    """Return (k, b) weights by which values at `age` make values at `at`, linear between them and from 0 at age 0."""
    knots = np.concatenate([[0.0], age])
    return np.stack([np.interp(at, knots, one) for one in np.eye(knots.size)[1:]], axis=1)
