"""Consistent scores: prediction and realised value in, one loss per observation out; lower is better.

References
----------
Gneiting (2011), Making and Evaluating Point Forecasts, JASA 106, doi:10.1198/jasa.2011.r10138.
Patton (2011), Volatility forecast comparison using imperfect volatility proxies, JoE 160,
doi:10.1016/j.jeconom.2010.03.034.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import numpy as np

from outsample.errors import UsageError
from outsample.scores.functional import Functional
from outsample.scores.units import ErrorUnit
from outsample.typing import Floats

__all__ = ["QLIKE", "AbsoluteError", "Pinball", "Score", "Shown", "SquaredError"]


class Shown(Enum):
    """How a mean loss is shown."""

    ROOT = "RMSE"
    MEAN = "mean"


class Score(Protocol):
    """A loss per observation, consistent for one functional."""

    @property
    def name(self) -> str:
        """Stable name, as typed on the command line."""

    @property
    def functional(self) -> Functional:
        """The functional this score is consistent for."""

    @property
    def level(self) -> float | None:
        """Level of a quantile, else None."""

    @property
    def unit(self) -> ErrorUnit:
        """Unit of the error inside the loss."""

    @property
    def shown(self) -> Shown:
        """Whether the square root of the mean is shown."""

    @property
    def error_power(self) -> int:
        """2 or 1 where the loss is that power of the absolute scaled error, formed by kernels in one pass; else 0."""

    def per_observation(self, prediction: Floats, realised: Floats, scale: Floats) -> Floats:
        """Return one loss per observation, shape (n,); NaN where any input is NaN."""


@dataclass(frozen=True, slots=True)
class SquaredError:
    """Squared scaled error ``((prediction - realised) scale)^2``, consistent for the mean; shown as RMSE."""

    unit: ErrorUnit = ErrorUnit.VOL_POINTS
    functional: Functional = Functional.MEAN
    level: float | None = None
    shown: Shown = Shown.ROOT
    error_power: int = 2

    @property
    def name(self) -> str:
        """Stable name, as typed on the command line."""
        return f"squared-{_slug(self.unit)}"

    def per_observation(self, prediction: Floats, realised: Floats, scale: Floats) -> Floats:
        """Return squared errors in `unit` squared, shape (n,)."""
        error = prediction - realised
        error *= scale
        error *= error
        return error


@dataclass(frozen=True, slots=True)
class AbsoluteError:
    """Absolute scaled error; consistent for the median, offered for option errors because desks read it."""

    unit: ErrorUnit = ErrorUnit.VOL_POINTS
    functional: Functional = Functional.MEAN
    level: float | None = None
    shown: Shown = Shown.MEAN
    error_power: int = 1

    @property
    def name(self) -> str:
        """Stable name, as typed on the command line."""
        return f"absolute-{_slug(self.unit)}"

    def per_observation(self, prediction: Floats, realised: Floats, scale: Floats) -> Floats:
        """Return absolute errors in `unit`, shape (n,)."""
        error = prediction - realised
        error *= scale
        return np.abs(error, out=error)


@dataclass(frozen=True, slots=True)
class Pinball:
    """Quantile score ``(1{y <= q} - level)(q - y)``, in percent of price for returns.

    Parameters
    ----------
    level : float
        Probability of the quantile, in (0, 1); 0.01 for a 99 % VaR stated as a return.
    """

    quantile: float = 0.01
    functional: Functional = Functional.QUANTILE
    shown: Shown = Shown.MEAN
    error_power: int = 0
    unit: ErrorUnit = ErrorUnit.RETURN_PERCENT

    def __post_init__(self) -> None:
        if not 0.0 < self.quantile < 1.0:
            raise UsageError(f"a quantile level must lie inside (0, 1), found {self.quantile}; type e.g. 0.01")

    @property
    def level(self) -> float | None:
        """Level of the quantile."""
        return self.quantile

    @property
    def name(self) -> str:
        """Stable name, as typed on the command line."""
        return f"pinball-{self.quantile:g}"

    def per_observation(self, prediction: Floats, realised: Floats, scale: Floats) -> Floats:
        """Return pinball losses in `unit`, shape (n,)."""
        gap = (prediction - realised) * scale
        below = np.where(gap >= 0.0, 1.0 - self.quantile, -self.quantile)
        return np.asarray(below * gap)


@dataclass(frozen=True, slots=True)
class QLIKE:
    """Quasi-likelihood of a variance forecast h: ``ln h + y^2 / h`` with y the realised return.

    The realised value enters squared, so that prediction is a variance and realised value a return, both per bar.
    """

    functional: Functional = Functional.VARIANCE
    level: float | None = None
    shown: Shown = Shown.MEAN
    error_power: int = 0
    unit: ErrorUnit = ErrorUnit.NATS

    @property
    def name(self) -> str:
        """Stable name, as typed on the command line."""
        return "qlike"

    def per_observation(self, prediction: Floats, realised: Floats, scale: Floats) -> Floats:
        """Return QLIKE losses in nats, shape (n,); NaN where the predicted variance is not positive."""
        del scale
        variance = np.where(prediction > 0.0, prediction, np.nan)
        return np.asarray(np.log(variance) + realised * realised / variance)


def _slug(unit: ErrorUnit) -> str:
    return unit.name.lower().replace("_", "-")
