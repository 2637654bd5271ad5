"""The name of a test, what it needs before it is carried out, and the form of its answer."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.inference import MeanDifference, long_run
from outsample.test_result import NotTested, TestResult
from outsample.typing import Floats

__all__ = ["FEWEST_RETURNS", "Answer", "Question", "against_zero", "varies"]

FEWEST_RETURNS: Final = 30
_ROUNDING: Final = 1e-12  # relative: a constant growth of prices leaves returns that differ by less

Answer = TestResult | NotTested


def varies(values: Floats) -> bool:
    """Whether values differ by more than rounding."""
    return bool(values.size) and float(np.ptp(values)) > _ROUNDING * float(np.abs(values).max())


def against_zero(values: Floats) -> MeanDifference:
    """Return how far the mean of a series in order of time is from 0."""
    series = long_run(values)
    return MeanDifference(series.mean, series.standard_error, series.dof)


@dataclass(frozen=True, slots=True)
class Question:
    """A test by name.

    Parameters
    ----------
    name, title : str
        As in `TestResult`.
    needs : int
        Fewest observations, in each sample where there are two.
    noun : str
        What the observations are, in the plural.
    """

    name: str
    title: str
    needs: int = FEWEST_RETURNS
    noun: str = "returns"

    def refusal(self, *samples: Floats) -> NotTested | None:
        """Return why samples cannot be tested: too few, not finite, or constant; None where they can."""
        for values in samples:
            missing = values.size - int(np.count_nonzero(np.isfinite(values)))
            if missing:
                return self.refused(f"finite {self.noun}", f"{missing} of {values.size} that are not", "reject those")
            if values.size < self.needs:
                return self.too_few(values.size)
            if not varies(values):
                return self.refused(
                    f"{self.noun} that differ", "a constant series", "choose a window in which it moves"
                )
        return None

    def without_law(self, deviation: float) -> NotTested | None:
        """Return that the train window has no law to hold a test window against; None where it has."""
        if deviation > 0.0:
            return None
        return self.refused("a train law with a deviation above 0", f"{deviation}", "widen the train window")

    def too_few(self, found: int) -> NotTested:
        """Return that there are too few observations."""
        return self.refused(f"{self.needs} {self.noun}", str(found), "widen the window")

    def refused(self, required: str, found: str, cure: str) -> NotTested:
        """Return why the test was not carried out, in one sentence."""
        return NotTested(self.name, self.title, f"{self.title}: this needs {required}, found {found}; {cure}.")

    def answer(
        self,
        statistic: float,
        p_value: float,
        level: float,
        n: int,
        sentence: str,
        effect: float,
        unit: str = "",
        low: float = float("nan"),
        high: float = float("nan"),
    ) -> TestResult:
        """Return what the test says; `low` and `high` close the interval of `effect` at confidence ``1 - level``."""
        return TestResult(
            name=self.name,
            title=self.title,
            statistic=float(statistic),
            p_value=float(min(max(p_value, 0.0), 1.0)),
            level=level,
            effect=float(effect),
            effect_unit=unit,
            low=float(low),
            high=float(high),
            n=n,
            sentence=sentence,
        )

    def answer_of_mean(
        self, found: MeanDifference, level: float, n: int, sentence: str, unit: str = "", scale: float = 1.0
    ) -> TestResult:
        """Return what the difference of a mean from 0 or from another one says; `scale` turns it into `unit`."""
        interval, effect = found.interval(1.0 - level), scale * found.estimate
        statistic = _in_errors(found.estimate, found.standard_error)
        low, high = scale * interval.low, scale * interval.high
        return self.answer(statistic, found.p_value, level, n, sentence, effect, unit, low, high)


def _in_errors(estimate: float, standard_error: float) -> float:
    """Return an estimate in standard errors; without an error 0 for 0, else infinite."""
    if standard_error > 0.0:
        return estimate / standard_error
    return math.copysign(math.inf, estimate) if estimate else 0.0
