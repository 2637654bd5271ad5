"""The variance of the train window, for ever: the frozen benchmark of variance models."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.datasets import Prices
from outsample.datasets.window_losses import AskedLosses
from outsample.errors import FitError
from outsample.formulas.recursions import WindowMoments, rows_before_each
from outsample.model import Parameter, Prediction, RefitSchedule, train_rows
from outsample.prepared import prepared
from outsample.scores import Functional
from outsample.typing import Floats, Integers, frozen
from outsample.windows import Window

__all__ = ["FittedSampleVariance", "SampleVariance", "variances_between"]

_NEEDED: Final = 30


@dataclass(frozen=True, slots=True)
class SampleVariance:
    """Sample variance of the train returns: ``sum (r - mean)^2 / (n - 1)``, squared log return per bar.

    The benchmark a variance model must beat; it does not move after the train end.
    """

    def fit(self, data: Prices, train: Window) -> "FittedSampleVariance":
        """Fit in two reads of prefix sums.

        Raises
        ------
        FitError
            Fewer than 30 returns in `train`, or a price that does not move.
        """
        rows = train_rows(data, train, _NEEDED, "sample variance")
        variance = float(variances_between(data, np.array([rows.start]), np.array([rows.stop]))[0])
        if not variance > 0.0:
            raise FitError(
                "sample variance needs a price that moves in the train window, found a constant one; widen the window"
            )
        return FittedSampleVariance(self, variance)

    def predict_refitted(self, data: Prices, schedule: RefitSchedule) -> Prediction:
        """Predict with the sample variance of the window before each time; NaN below 30 returns or without moves."""
        return Prediction(_refitted(data, *schedule.windows()), Functional.VARIANCE)

    def vintage_losses(self, data: Prices, asked: AskedLosses) -> Floats:
        """Return the losses of many train windows at once."""
        return asked.of_constants(data, variances_between(data, asked.start, asked.stop))


@dataclass(frozen=True, slots=True)
class FittedSampleVariance:
    """A train variance.

    Parameters
    ----------
    model : SampleVariance
    variance : float
        Squared log return per bar.
    """

    model: SampleVariance
    variance: float

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The variance; no standard error, as none holds for heavy tails and clustering alike."""
        return (Parameter("variance", self.variance, "squared log return"),)

    def predict(self, data: Prices) -> Prediction:
        """Predict the train variance for every return."""
        return Prediction(np.full(data.times.size, self.variance), Functional.VARIANCE)


@prepared
def _moments(data: Prices) -> WindowMoments:
    return WindowMoments.of(data.returns)


@prepared
def _refitted(data: Prices, start: int, length: int) -> Floats:
    return frozen(variances_between(data, *rows_before_each(data.times, start, length or None)))


def variances_between(data: Prices, first: Integers, last: Integers) -> Floats:
    """Return sample variances of the returns ``first <= j < last``; NaN below 30 rows or where the price stands."""
    _, variance = _moments(data).mean_and_variance(first, last)
    variance[(last - first < _NEEDED) | ~(variance > 0.0)] = np.nan
    return variance
