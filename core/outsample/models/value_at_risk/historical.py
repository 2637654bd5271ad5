"""Historical simulation over the train window: the frozen benchmark of VaR models."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.datasets import Prices
from outsample.datasets.window_losses import AskedLosses
from outsample.formulas.recursions import rows_before_each
from outsample.model import Parameter, Prediction, RefitSchedule, train_rows
from outsample.models.value_at_risk.level import Level, check_level
from outsample.models.value_at_risk.sample_quantile import quantiles_between, sample_quantile, smallest_sample
from outsample.prepared import prepared
from outsample.scores import Functional
from outsample.typing import Floats, frozen
from outsample.windows import Window

__all__ = ["FittedHistoricalVaR", "HistoricalVaR"]

_NEEDED: Final = 30


@dataclass(frozen=True, slots=True)
class HistoricalVaR:
    """Empirical quantile of the train returns, Weibull's definition (`sample_quantile`).

    Parameters
    ----------
    level : float
        Probability of a return below the prediction; 0.01 for a 99 % VaR.

    References
    ----------
    Hyndman, Fan (1996), Sample Quantiles in Statistical Packages, Am. Stat. 50, doi:10.1080/00031305.1996.10473566.
    """

    level: Level = 0.01

    def __post_init__(self) -> None:
        check_level(self.level)

    @property
    def needed(self) -> int:
        """Least number of returns: 30, and as many as make the worst of them rarer than `level`."""
        return max(_NEEDED, smallest_sample(self.level))

    def fit(self, data: Prices, train: Window) -> "FittedHistoricalVaR":
        """Take the quantile of the train returns.

        Raises
        ------
        FitError
            Fewer than 30 returns in `train`, or fewer than ``1 / level - 1``.
        """
        rows = train_rows(data, train, self.needed, f"historical VaR at {100 * self.level:g} %")
        return FittedHistoricalVaR(self, sample_quantile(data.returns[rows], self.level))

    def predict_refitted(self, data: Prices, schedule: RefitSchedule) -> Prediction:
        """Predict with the quantile of the window before each time; NaN below the least number of returns."""
        values = _refitted(data, self.level, self.needed, *schedule.windows())
        return Prediction(values, Functional.QUANTILE, self.level)

    def vintage_losses(self, data: Prices, asked: AskedLosses) -> Floats:
        """Return the losses of many train windows at once."""
        quantile = quantiles_between(data.returns, asked.start, asked.stop, self.level)
        quantile[asked.stop - asked.start < self.needed] = np.nan
        return asked.of_constants(data, quantile)


@dataclass(frozen=True, slots=True)
class FittedHistoricalVaR:
    """A train quantile.

    Parameters
    ----------
    model : HistoricalVaR
    quantile : float
        Log return.
    """

    model: HistoricalVaR
    quantile: float

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The quantile; no standard error, as it needs a density where returns are few."""
        return (Parameter("return quantile", self.quantile, "log return"),)

    def predict(self, data: Prices) -> Prediction:
        """Predict the train quantile for every return."""
        return Prediction(np.full(data.times.size, self.quantile), Functional.QUANTILE, self.model.level)


@prepared
def _refitted(data: Prices, level: float, needed: int, start: int, length: int) -> Floats:
    first, last = rows_before_each(data.times, start, length or None)
    quantiles = quantiles_between(data.returns, first, last, level)
    quantiles[last - first < needed] = np.nan
    return frozen(quantiles)
