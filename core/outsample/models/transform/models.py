"""Merton, Kou, variance gamma, Heston, Bates and SVCJ with one set of parameters for a whole train window.

All six are fitted alike and differ in the transform of their log price alone: `fit` minimises the sum of squares of all
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

__all__ = ["SVCJ", "Bates", "Heston", "Kou", "Merton", "VarianceGamma"]

Ridge = Annotated[float, Unit("squared vol points"), Bounds(0.0, 1e9)]


@dataclass(frozen=True, slots=True)
class Merton:
    """Constant vol and normal jumps of the log price.

    Parameters
    ----------
    loss : CalibrationLoss
        What the fit makes small.
    huber : float or None
        Residuals beyond it count by their size, in the unit of the loss; None: all count by their square.
    ridge : float
        Pull of the calibration of each time to the one before it.
    """

    kind: ClassVar[type[TransformModel]] = fourier.Merton
    title: ClassVar[str] = "Merton"

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


@dataclass(frozen=True, slots=True)
class Kou:
    """Constant vol and jumps of the log price that are exponential on either side.

    Parameters
    ----------
    loss, huber, ridge
        As of `Merton`.
    """

    kind: ClassVar[type[TransformModel]] = fourier.Kou
    title: ClassVar[str] = "Kou"

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


@dataclass(frozen=True, slots=True)
class VarianceGamma:
    """Brownian motion on a random clock: a process of jumps alone.

    Parameters
    ----------
    loss, huber, ridge
        As of `Merton`.
    """

    kind: ClassVar[type[TransformModel]] = fourier.VarianceGamma
    title: ClassVar[str] = "Variance gamma"

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


@dataclass(frozen=True, slots=True)
class Heston:
    """Square-root variance, correlated with the price.

    Parameters
    ----------
    loss, huber, ridge
        As of `Merton`.
    """

    kind: ClassVar[type[TransformModel]] = fourier.Heston
    title: ClassVar[str] = "Heston"

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


@dataclass(frozen=True, slots=True)
class Bates:
    """Heston and independent normal jumps of the log price.

    Parameters
    ----------
    loss, huber, ridge
        As of `Merton`.
    """

    kind: ClassVar[type[TransformModel]] = fourier.Bates
    title: ClassVar[str] = "Bates"

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


@dataclass(frozen=True, slots=True)
class SVCJ:
    """Stochastic variance with jumps of price and variance at the same times.

    Parameters
    ----------
    loss, huber, ridge
        As of `Merton`.
    """

    kind: ClassVar[type[TransformModel]] = fourier.SVCJ
    title: ClassVar[str] = "SVCJ"

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
