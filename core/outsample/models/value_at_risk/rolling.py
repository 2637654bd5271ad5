"""Historical simulation over the last bars: the benchmark of VaR models that update."""

from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np

from outsample.datasets import Prices
from outsample.datasets.window_losses import AskedLosses
from outsample.errors import FitError
from outsample.model import Parameter, Prediction, RefitSchedule, train_rows
from outsample.models.value_at_risk.level import Level, check_level
from outsample.models.value_at_risk.sample_quantile import quantiles_between, smallest_sample
from outsample.prepared import prepared
from outsample.scores import Functional
from outsample.typing import Bounds, Floats, Unit, frozen
from outsample.windows import Window

__all__ = ["FittedRollingHistoricalVaR", "RollingHistoricalVaR"]

_NEEDED: Final = 60


@dataclass(frozen=True, slots=True)
class RollingHistoricalVaR:
    """Empirical quantile of the last `window` returns strictly before each time, Weibull's definition.

    Parameters
    ----------
    level : float
        Probability of a return below the prediction; 0.01 for a 99 % VaR.
    window : int
        Bars; what there is is used until the window is full.
    """

    level: Level = 0.01
    window: Annotated[int, Unit("bars"), Bounds(60, 5000)] = 365

    def __post_init__(self) -> None:
        check_level(self.level)

    @property
    def needed(self) -> int:
        """Least number of returns: 60, and as many as make the worst of them rarer than `level`."""
        return max(_NEEDED, smallest_sample(self.level))

    def fit(self, data: Prices, train: Window) -> "FittedRollingHistoricalVaR":
        """Return the rule itself: nothing is estimated on the train window.

        Raises
        ------
        FitError
            `window` too short for `level`; fewer than 60 returns in `train`, or fewer than ``1 / level - 1``.
        """
        name = f"rolling historical VaR at {100 * self.level:g} %"
        if self.window < self.needed:
            raise FitError(f"{name} needs a window of {self.needed} bars, found {self.window}; lengthen its window")
        train_rows(data, train, self.needed, name)
        return FittedRollingHistoricalVaR(self)

    def predict_refitted(self, data: Prices, schedule: RefitSchedule) -> Prediction:
        """Predict as ever: this model is refitted at every time already."""
        del schedule
        return FittedRollingHistoricalVaR(self).predict(data)

    def vintage_losses(self, data: Prices, asked: AskedLosses) -> Floats:
        """Return the losses of many train windows at once."""
        is_fitted = (asked.stop - asked.start >= self.needed) & (self.window >= self.needed)
        path = _rolling(data, self.level, self.window, self.needed)[None, :]
        return asked.of_paths(data, path, np.where(is_fitted, 0, -1))


@dataclass(frozen=True, slots=True)
class FittedRollingHistoricalVaR:
    """The rolling quantile; equal for every train window."""

    model: RollingHistoricalVaR
    parameters: tuple[Parameter, ...] = ()

    def predict(self, data: Prices) -> Prediction:
        """Predict every return; NaN before the least number of returns is known."""
        values = _rolling(data, self.model.level, self.model.window, self.model.needed)
        return Prediction(values, Functional.QUANTILE, self.model.level)


@prepared
def _rolling(data: Prices, level: float, window: int, needed: int) -> Floats:
    last = np.arange(data.times.size)
    quantiles = quantiles_between(data.returns, np.maximum(last - window, 0), last, level)
    quantiles[: min(needed, last.size)] = np.nan
    return frozen(quantiles)
