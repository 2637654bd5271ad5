"""The variance of the last bars: the benchmark of variance models that update."""

from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np

from outsample.datasets import Prices
from outsample.datasets.window_losses import AskedLosses
from outsample.errors import UsageError
from outsample.model import Parameter, Prediction, RefitSchedule, train_rows
from outsample.models.variance.sample import variances_between
from outsample.prepared import prepared
from outsample.scores import Functional
from outsample.typing import Bounds, Floats, Unit, frozen
from outsample.windows import Window

__all__ = ["FittedRollingVariance", "RollingVariance"]

_NEEDED: Final = 30


@dataclass(frozen=True, slots=True)
class RollingVariance:
    """Sample variance of the last `window` returns strictly before each time.

    Parameters
    ----------
    window : int
        Bars; from 30 bars on, what there is is used until the window is full.
    """

    window: Annotated[int, Unit("bars"), Bounds(30, 5000)] = 90

    def __post_init__(self) -> None:
        if not self.window >= _NEEDED:
            raise UsageError(f"rolling variance needs a window of {_NEEDED} bars or more, found {self.window}; type 90")

    def fit(self, data: Prices, train: Window) -> "FittedRollingVariance":
        """Return the rule itself: nothing is estimated on the train window.

        Raises
        ------
        FitError
            Fewer than 30 returns in `train`.
        """
        train_rows(data, train, _NEEDED, "rolling variance")
        return FittedRollingVariance(self)

    def predict_refitted(self, data: Prices, schedule: RefitSchedule) -> Prediction:
        """Predict as ever: this model is refitted at every time already."""
        del schedule
        return FittedRollingVariance(self).predict(data)

    def vintage_losses(self, data: Prices, asked: AskedLosses) -> Floats:
        """Return the losses of many train windows at once."""
        is_fitted = asked.stop - asked.start >= _NEEDED
        return asked.of_paths(data, _rolling(data, self.window)[None, :], np.where(is_fitted, 0, -1))


@dataclass(frozen=True, slots=True)
class FittedRollingVariance:
    """The rolling variance; equal for every train window."""

    model: RollingVariance
    parameters: tuple[Parameter, ...] = ()

    def predict(self, data: Prices) -> Prediction:
        """Predict every return; NaN before 30 returns are known and where the price stood still."""
        return Prediction(_rolling(data, self.model.window), Functional.VARIANCE)


@prepared
def _rolling(data: Prices, window: int) -> Floats:
    last = np.arange(data.times.size)
    return frozen(variances_between(data, np.maximum(last - window, 0), last))
