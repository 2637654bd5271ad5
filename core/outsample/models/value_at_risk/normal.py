"""VaR of normal returns with the train mean and volatility."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtri

from outsample.datasets import Prices
from outsample.datasets.window_losses import AskedLosses
from outsample.errors import FitError
from outsample.formulas.recursions import WindowMoments, rows_before_each
from outsample.model import Parameter, Prediction, RefitSchedule, train_rows
from outsample.models.value_at_risk.level import Level, check_level
from outsample.prepared import prepared
from outsample.scores import Functional
from outsample.typing import Floats, Integers, frozen
from outsample.windows import Window

__all__ = ["FittedNormalVaR", "NormalVaR"]

_NEEDED: Final = 30


@dataclass(frozen=True, slots=True)
class NormalVaR:
    """Quantile of a normal distribution: ``mean + z sigma``, with sigma^2 the sample variance (divisor n - 1).

    Parameters
    ----------
    level : float
        Probability of a return below the prediction; 0.01 for a 99 % VaR.

    References
    ----------
    Jorion (2006), Value at Risk, 3rd ed., chapter 5.
    """

    level: Level = 0.01

    def __post_init__(self) -> None:
        check_level(self.level)

    def fit(self, data: Prices, train: Window) -> "FittedNormalVaR":
        """Fit in two reads of prefix sums.

        Raises
        ------
        FitError
            Fewer than 30 returns in `train`, or a price that does not move.
        """
        rows = train_rows(data, train, _NEEDED, "normal VaR")
        mean, volatility = _moments_between(data, np.array([rows.start]), np.array([rows.stop]))
        if not volatility[0] > 0.0:
            raise FitError(
                "normal VaR needs a price that moves in the train window, found a constant one; widen the window"
            )
        return FittedNormalVaR(self, float(mean[0]), float(volatility[0]), rows.stop - rows.start)

    def predict_refitted(self, data: Prices, schedule: RefitSchedule) -> Prediction:
        """Predict with moments of the window before each time; NaN below 30 returns or without moves."""
        return Prediction(_refitted(data, self.level, *schedule.windows()), Functional.QUANTILE, self.level)

    def vintage_losses(self, data: Prices, asked: AskedLosses) -> Floats:
        """Return the losses of many train windows at once."""
        mean, volatility = _moments_between(data, asked.start, asked.stop)
        return asked.of_constants(data, mean + float(ndtri(self.level)) * volatility)


@dataclass(frozen=True, slots=True)
class FittedNormalVaR:
    """Train mean and volatility.

    Parameters
    ----------
    model : NormalVaR
    mean, volatility : float
        Log return per bar.
    count : int
        Train returns.
    """

    model: NormalVaR
    mean: float
    volatility: float
    count: int

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Mean and volatility with the standard errors the model itself states, those of independent normals."""
        of_mean = self.volatility / math.sqrt(self.count)
        of_volatility = self.volatility / math.sqrt(2.0 * (self.count - 1))
        return (
            Parameter("mean", self.mean, "log return", of_mean),
            Parameter("volatility", self.volatility, "log return", of_volatility),
        )

    def predict(self, data: Prices) -> Prediction:
        """Predict the same quantile for every return."""
        quantile = self.mean + float(ndtri(self.model.level)) * self.volatility
        return Prediction(np.full(data.times.size, quantile), Functional.QUANTILE, self.model.level)


@prepared
def _moments(data: Prices) -> WindowMoments:
    return WindowMoments.of(data.returns)


@prepared
def _refitted(data: Prices, level: float, start: int, length: int) -> Floats:
    mean, volatility = _moments_between(data, *rows_before_each(data.times, start, length or None))
    return frozen(mean + float(ndtri(level)) * volatility)


def _moments_between(data: Prices, first: Integers, last: Integers) -> tuple[Floats, Floats]:
    """Return mean and volatility of the returns ``first <= j < last``; no volatility below 30 rows or 0."""
    mean, variance = _moments(data).mean_and_variance(first, last)
    variance[(last - first < _NEEDED) | ~(variance > 0.0)] = np.nan
    return mean, np.sqrt(variance)
