"""Merton, Kou, variance gamma and the models with a variance, with one set of parameters for a whole train window.

All are fitted alike and differ in the transform of their log price alone: `fit` minimises the sum of squares of all
train quotes, `preview` pools the calibrations of the train times and predicts by a grid, within a frame. Both need the
calibrations of the data (`outsample.calibration.tape_shelf`) and raise a `FitError` without them. None says what it
would predict if it were refitted before every time, which takes one set of parameters, and one surface, for each of
them: regret is missing.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from outsample.calibration import CalibrationLoss, CalibrationSettings
from outsample.datasets import OptionQuotes
from outsample.formulas import fourier
from outsample.formulas.fourier import TransformModel
from outsample.models.transform.fitted import TransformFit, polished_fit, preview_fit
from outsample.typing import Bounds, Unit
from outsample.windows import Window

__all__ = ["SVCJ", "Bates", "Heston", "HestonHullWhite", "Kou", "Merton", "VarianceGamma"]

Ridge = Annotated[float, Unit("squared vol points"), Bounds(0.0, 1e9)]


@dataclass(frozen=True, slots=True)
class _Transform:
    """What they share, which is everything but the transform.

    Parameters
    ----------
    loss : CalibrationLoss
        What the fit makes small.
    huber : float or None
        Residuals beyond it count by their size, in the unit of the loss; None: all count by their square.
    ridge : float
        Pull of the calibration of each time to the one before it.
    """

    kind: ClassVar[type[TransformModel]]
    title: ClassVar[str]

    loss: CalibrationLoss = CalibrationLoss.VOL
    huber: float | None = None
    ridge: Ridge = 0.0

    @property
    def calibration(self) -> CalibrationSettings:
        """How each time is calibrated."""
        return CalibrationSettings(self.loss, self.huber, self.ridge)

    def fit(self, data: OptionQuotes, train: Window) -> TransformFit:
        """Fit all quotes of the train window."""
        return polished_fit(data, train, self.kind, self.calibration, self.title)

    def preview(self, data: OptionQuotes, train: Window) -> TransformFit:
        """Pool the calibrations of the train window."""
        return preview_fit(data, train, self.kind, self.calibration, self.title)


class Merton(_Transform):
    """Constant vol and normal jumps of the log price."""

    __slots__ = ()
    kind = fourier.Merton
    title = "Merton"


class Kou(_Transform):
    """Constant vol and jumps of the log price that are exponential on either side."""

    __slots__ = ()
    kind = fourier.Kou
    title = "Kou"


class VarianceGamma(_Transform):
    """Brownian motion on a random clock: a process of jumps alone."""

    __slots__ = ()
    kind = fourier.VarianceGamma
    title = "Variance gamma"


class Heston(_Transform):
    """Square-root variance, correlated with the price."""

    __slots__ = ()
    kind = fourier.Heston
    title = "Heston"


class HestonHullWhite(_Transform):
    """Heston with an independent Gaussian short rate, whose speed and vol are given."""

    __slots__ = ()
    kind = fourier.HestonHullWhite
    title = "Heston with stochastic rates"


class Bates(_Transform):
    """Heston and independent normal jumps of the log price."""

    __slots__ = ()
    kind = fourier.Bates
    title = "Bates"


class SVCJ(_Transform):
    """Stochastic variance with jumps of price and variance at the same times."""

    __slots__ = ()
    kind = fourier.SVCJ
    title = "SVCJ"
