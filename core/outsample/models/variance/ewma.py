"""The exponentially weighted variance of RiskMetrics, its decay fitted by QLIKE."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.datasets import Prices
from outsample.datasets.window_losses import AskedLosses
from outsample.errors import FitError
from outsample.formulas.recursions import DECAYS, DecayLosses, ewma_variances, rows_before_each
from outsample.model import Parameter, Prediction, RefitSchedule, train_rows
from outsample.prepared import prepared
from outsample.scores import Functional
from outsample.typing import Floats, frozen
from outsample.windows import Window

__all__ = ["EwmaVariance", "FittedEwmaVariance"]

_NEEDED: Final = 60


@dataclass(frozen=True, slots=True)
class EwmaVariance:
    """Zero-mean exponentially weighted variance: ``h[t + 1] = decay h[t] + (1 - decay) r[t]^2``.

    The decay is the one of least mean QLIKE ``ln h + r^2 / h`` on the train window, out of .800, .805 ... .995.
    The recursion runs from the first row of the data whatever the train window, so h at the train start
    carries the history before it; each h uses returns before its time alone.

    References
    ----------
    J.P. Morgan/Reuters (1996), RiskMetrics Technical Document, 4th ed., section 5.3.
    """

    def fit(self, data: Prices, train: Window) -> "FittedEwmaVariance":
        """Fit the decay by comparing prefix sums of the losses.

        Raises
        ------
        FitError
            Fewer than 60 returns in `train`, or fewer than 60 with a forecast: the first 20 moves start the
            recursion.
        """
        rows = train_rows(data, train, _NEEDED, "EWMA variance")
        losses, first, last = _losses(data), np.array([rows.start]), np.array([rows.stop])
        forecasts = int(losses.count(first, last)[0])
        if forecasts < _NEEDED:
            raise FitError(
                f"EWMA variance needs {_NEEDED} observations in the train window after the 20 moves that start it, "
                f"found {forecasts}; widen the window"
            )
        return FittedEwmaVariance(self, float(DECAYS[losses.best(first, last)[0]]))

    def predict_refitted(self, data: Prices, schedule: RefitSchedule) -> Prediction:
        """Predict with the decay refitted before each time; NaN below 60 forecasts before it."""
        return Prediction(_refitted(data, *schedule.windows()), Functional.VARIANCE)

    def vintage_losses(self, data: Prices, asked: AskedLosses) -> Floats:
        """Return the losses of many train windows at once."""
        losses, paths = _losses(data), ewma_variances(data.returns, DECAYS).T
        is_fitted = losses.count(asked.start, asked.stop) >= _NEEDED
        return asked.of_paths(data, paths, np.where(is_fitted, losses.best(asked.start, asked.stop), -1))


@dataclass(frozen=True, slots=True)
class FittedEwmaVariance:
    """A decay.

    Parameters
    ----------
    model : EwmaVariance
    decay : float
        Weight of the last variance, per bar.
    """

    model: EwmaVariance
    decay: float

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The decay; a grid search states no standard error."""
        return (Parameter("decay", self.decay, "per bar", at_bound=self.decay in (DECAYS[0], DECAYS[-1])),)

    def predict(self, data: Prices) -> Prediction:
        """Predict every return; NaN over the rows that start the recursion."""
        return Prediction(ewma_variances(data.returns, np.array([self.decay]))[:, 0], Functional.VARIANCE)


@prepared
def _losses(data: Prices) -> DecayLosses:
    return DecayLosses.of(data.returns)


@prepared
def _refitted(data: Prices, start: int, length: int) -> Floats:
    first, last = rows_before_each(data.times, start, length or None)
    return frozen(_losses(data).refitted(data.returns, first, last, _NEEDED))
