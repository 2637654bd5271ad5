"""VaR of normal returns with the exponentially weighted variance of RiskMetrics."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtri

from outsample.datasets import Prices
from outsample.datasets.window_losses import AskedLosses
from outsample.errors import FitError
from outsample.formulas.recursions import DECAYS, DecayLosses, ewma_variances, rows_before_each
from outsample.model import Parameter, Prediction, RefitSchedule, train_rows
from outsample.models.value_at_risk.level import Level, check_level
from outsample.prepared import prepared
from outsample.scores import Functional
from outsample.typing import Floats, frozen
from outsample.windows import Window

__all__ = ["EwmaVaR", "FittedEwmaVaR"]

_NEEDED: Final = 60


@dataclass(frozen=True, slots=True)
class EwmaVaR:
    """Quantile of a zero-mean normal: ``z sqrt(h[t])``, ``h[t + 1] = decay h[t] + (1 - decay) r[t]^2``.

    The decay is the one of least mean QLIKE ``ln h + r^2 / h`` on the train window, out of .800, .805 ... .995;
    it is therefore fitted to the variance and judged on the quantile. The recursion runs from the first row of
    the data whatever the train window; each h uses returns before its time alone.

    Parameters
    ----------
    level : float
        Probability of a return below the prediction; 0.01 for a 99 % VaR.

    References
    ----------
    J.P. Morgan/Reuters (1996), RiskMetrics Technical Document, 4th ed., sections 5.2 and 5.3.
    """

    level: Level = 0.01

    def __post_init__(self) -> None:
        check_level(self.level)

    def fit(self, data: Prices, train: Window) -> "FittedEwmaVaR":
        """Fit the decay by comparing prefix sums of the losses.

        Raises
        ------
        FitError
            Fewer than 60 returns in `train`, or fewer than 60 with a forecast: the first 20 moves start the
            recursion.
        """
        rows = train_rows(data, train, _NEEDED, "EWMA VaR")
        losses, first, last = _losses(data), np.array([rows.start]), np.array([rows.stop])
        forecasts = int(losses.count(first, last)[0])
        if forecasts < _NEEDED:
            raise FitError(
                f"EWMA VaR needs {_NEEDED} observations in the train window after the 20 moves that start it, "
                f"found {forecasts}; widen the window"
            )
        return FittedEwmaVaR(self, float(DECAYS[losses.best(first, last)[0]]))

    def predict_refitted(self, data: Prices, schedule: RefitSchedule) -> Prediction:
        """Predict with the decay refitted before each time; NaN below 60 forecasts before it."""
        return Prediction(_refitted(data, self.level, *schedule.windows()), Functional.QUANTILE, self.level)

    def vintage_losses(self, data: Prices, asked: AskedLosses) -> Floats:
        """Return the losses of many train windows at once."""
        losses = _losses(data)
        paths = float(ndtri(self.level)) * np.sqrt(ewma_variances(data.returns, DECAYS)).T
        is_fitted = losses.count(asked.start, asked.stop) >= _NEEDED
        return asked.of_paths(data, paths, np.where(is_fitted, losses.best(asked.start, asked.stop), -1))


@dataclass(frozen=True, slots=True)
class FittedEwmaVaR:
    """A decay.

    Parameters
    ----------
    model : EwmaVaR
    decay : float
        Weight of the last variance, per bar.
    """

    model: EwmaVaR
    decay: float

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The decay; a grid search states no standard error."""
        return (Parameter("decay", self.decay, "per bar", at_bound=self.decay in (DECAYS[0], DECAYS[-1])),)

    def predict(self, data: Prices) -> Prediction:
        """Predict every return; NaN over the rows that start the recursion."""
        variance = ewma_variances(data.returns, np.array([self.decay]))[:, 0]
        return Prediction(float(ndtri(self.model.level)) * np.sqrt(variance), Functional.QUANTILE, self.model.level)


@prepared
def _losses(data: Prices) -> DecayLosses:
    return DecayLosses.of(data.returns)


@prepared
def _refitted(data: Prices, level: float, start: int, length: int) -> Floats:
    first, last = rows_before_each(data.times, start, length or None)
    variance = _losses(data).refitted(data.returns, first, last, _NEEDED)
    return frozen(float(ndtri(level)) * np.sqrt(variance))
