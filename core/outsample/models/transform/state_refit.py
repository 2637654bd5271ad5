"""Heston with yesterday's variance: the structure of the train window, and a state that follows the market.

Mean reversion, long-run variance, vol of vol and correlation are those of the train window, frozen like the parameters
of every other model here. The initial variance is a state: the quotes of a time determine it, and it prices those of
the next. So a loss that comes of a level of vol which has moved on is told from one of a structure that does not hold.
"""

import math
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Final

from outsample.calibration import CalibrationLoss, CalibrationSettings, ranges_of
from outsample.calibration.tape_shelf import tape_of
from outsample.datasets import OptionQuotes
from outsample.formulas import fourier
from outsample.formulas.fourier import TransformModel
from outsample.model import Parameter, Prediction
from outsample.models.transform.facts import calibration_facts
from outsample.models.transform.profiled_structure import profiled_structure
from outsample.models.transform.state_path import StatePath, Structure, state_path
from outsample.scores import Functional
from outsample.typing import Bounds, Unit
from outsample.windows import Window

__all__ = ["HestonState", "HestonStateFit"]

TITLE: Final = "Heston, state refit"
NAMES: Final = (
    *("initial variance, mean over the train times", "mean reversion", "long run variance"),
    *("vol of vol", "correlation"),
)
FIRST_STRETCH: Final = 20  # times
GROWTH: Final = 1.25  # of the stretches of previews


@dataclass(frozen=True, slots=True)
class HestonState:
    """Heston with a frozen structure and the initial variance of the last time that has quotes.

    Parameters
    ----------
    oldest : float
        Days; without a state that recent nothing is predicted.
    """

    kind: ClassVar[type[TransformModel]] = fourier.Heston

    oldest: Annotated[float, Unit("days"), Bounds(0.01, 365.0)] = 7.0

    @property
    def calibration(self) -> CalibrationSettings:
        """How each time is calibrated: as for Heston itself, whose tape this is."""
        return CalibrationSettings(CalibrationLoss.VOL)

    def fit(self, data: OptionQuotes, train: Window) -> "HestonStateFit":
        """Pool the structure of the calibrations of the train window, the state of each time left free.

        Raises
        ------
        FitError
            There is no tape, or it has too little in the window.
        """
        return self._fitted(data, train.rows(data.times), is_preview=False)

    def preview(self, data: OptionQuotes, train: Window) -> "HestonStateFit":
        """Take the structure of all times up to a little before the train end.

        New states take longer than a frame. So the number of these times is one of 20, 25, 32 ..., and most moves of a
        boundary lead to a structure whose states are known.

        Raises
        ------
        FitError
            As `fit` does.
        """
        rows = train.rows(data.times)
        self._fitted(data, rows, is_preview=True)  # what has no fit has no preview
        stop = FIRST_STRETCH
        while math.ceil(GROWTH * stop) <= rows.stop:
            stop = math.ceil(GROWTH * stop)
        return self._fitted(data, slice(0, stop) if stop <= rows.stop else rows, is_preview=True)

    def _fitted(self, data: OptionQuotes, rows: slice, *, is_preview: bool) -> "HestonStateFit":
        tape = tape_of(data, self.kind, self.calibration, TITLE)
        found = profiled_structure(tape, rows, TITLE)
        kappa, theta, sigma, rho = found.values.tolist()
        return HestonStateFit(
            (kappa, theta, sigma, rho),
            self.oldest,
            is_preview,
            found.mean_first,
            (math.nan, *found.standard_errors.tolist()),
            (False, *found.at_bound.tolist()),
            calibration_facts(
                fourier.Heston(found.mean_first, kappa, theta, sigma, rho),
                found.times_used,
                found.times_at_bound,
                found.times_failed,
            ),
        )


@dataclass(frozen=True, slots=True)
class HestonStateFit:
    """The structure; two fits of the same structure are equal, for they predict the same.

    Parameters
    ----------
    structure : tuple of float
        Mean reversion, long-run variance, vol of vol, correlation.
    oldest : float
        Days.
    is_preview : bool
    mean_state : float
        Mean of the initial variances that the times of the train window were calibrated to, a year: to look at, it
        predicts nothing.
    standard_errors : tuple of float
        Of the mean state, of which there is none, and the structure; clustered by time, NaN at a bound.
    at_bound : tuple of bool
    facts : tuple of Parameter
        What else is known of the fit.
    """

    structure: Structure
    oldest: float
    is_preview: bool = field(compare=False)
    mean_state: float = field(compare=False)
    standard_errors: tuple[float, ...] = field(compare=False)
    at_bound: tuple[bool, ...] = field(compare=False)
    facts: tuple[Parameter, ...] = field(compare=False)

    @property
    def model(self) -> fourier.Heston:
        """Heston with the structure and the mean state of the train window."""
        return fourier.Heston(self.mean_state, *self.structure)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Mean state and structure with standard errors and bounds, Feller ratio and how the calibrations went."""
        columns = (ranges_of(fourier.Heston), self.standard_errors, self.at_bound)
        values = (self.mean_state, *self.structure)
        found = tuple(
            Parameter(name, value, one.unit, error, is_held)
            for name, value, one, error, is_held in zip(NAMES, values, *columns, strict=True)
        )
        return found + self.facts

    def predict(self, data: OptionQuotes) -> Prediction:
        """Predict with the state of the last time strictly before; NaN where there is none that is recent."""
        return Prediction(self.path(data).vols, Functional.MEAN)

    def path(self, data: OptionQuotes) -> StatePath:
        """Return the states of all times with what they are worth."""
        return state_path(data, self.structure, self.oldest)
