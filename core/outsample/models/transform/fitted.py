"""From calibrations to a fitted model: at once by a step from an anchor, or polished on every quote of the window."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from outsample.calibration import CalibrationSettings, bounds_of, parameter_names, ranges_of
from outsample.calibration.levenberg_marquardt import minimise
from outsample.calibration.normal_equations import NormalEquations
from outsample.calibration.pooling import PooledResiduals, VolSurface, exact_vols, is_quick, tenor_range
from outsample.calibration.tape import CalibrationTape, Pooled
from outsample.calibration.tape_pooling import clustered_covariance
from outsample.calibration.tape_shelf import tape_of
from outsample.datasets import OptionQuotes
from outsample.errors import FitError
from outsample.formulas.fourier import TransformModel
from outsample.model import Parameter, Prediction
from outsample.prepared import prepared
from outsample.scores import Functional
from outsample.typing import Bools, Floats, frozen
from outsample.windows import Window

__all__ = ["TransformFit", "polished_fit", "preview_fit"]

GAIN: Final = (
    1e-6  # relative decrease not worth a step: a tenth of a standard error even if all quotes were independent
)
MOST_STEPS: Final = 12
SHARES: Final = (1.0, 0.5, 0.25, 0.0)  # of the step from an anchor: the last is the anchor itself


@dataclass(frozen=True, slots=True)
class TransformFit:
    """One set of parameters for every time; two fits with the same parameters are equal.

    Parameters
    ----------
    model : TransformModel
    is_preview : bool
        Predict by a grid of vols.
    standard_errors : tuple of float
        Clustered by time; NaN at a bound and where the window does not determine a parameter.
    at_bound : tuple of bool
    facts : tuple of Parameter
        What else is known of the fit.
    """

    model: TransformModel
    is_preview: bool
    standard_errors: tuple[float, ...] = field(compare=False)
    at_bound: tuple[bool, ...] = field(compare=False)
    facts: tuple[Parameter, ...] = field(compare=False)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The estimates with their standard errors and bounds, then the Feller ratio and how the calibrations went."""
        kind = type(self.model)
        columns = (parameter_names(kind), self.model.parameters.tolist(), ranges_of(kind))
        found = tuple(
            Parameter(name.replace("_", " "), value, one.unit, error, is_held)
            for name, value, one, error, is_held in zip(*columns, self.standard_errors, self.at_bound, strict=True)
        )
        return found + self.facts

    def predict(self, data: OptionQuotes) -> Prediction:
        """Predict the vol of every observation: its strike, tenor and forward are all that enters of its time."""
        if self.is_preview:
            vols = VolSurface.of(self.model, tenor_range(data)).at(data.observed)[0]
        else:
            vols = frozen(exact_vols(self.model, data.observed))
        return Prediction(vols, Functional.MEAN, is_whole=bool(np.isfinite(vols).all()))


def preview_fit(
    data: OptionQuotes, train: Window, kind: type[TransformModel], settings: CalibrationSettings, title: str
) -> TransformFit:
    """Pool the calibrations of the train window.

    Raises
    ------
    FitError
        There is no tape, or it has too little in the window.
    """
    pooled = tape_of(data, kind, settings, title).pooled(train)
    values = _quick_values(pooled, tenor_range(data))
    flags = (pooled.at_bound if values is pooled.values else _at_bound(kind, values)).tolist()
    return TransformFit(
        kind(*values.tolist()), True, tuple(pooled.standard_errors.tolist()), tuple(flags), _facts(kind, values, pooled)
    )


def polished_fit(
    data: OptionQuotes, train: Window, kind: type[TransformModel], settings: CalibrationSettings, title: str
) -> TransformFit:
    """Minimise the sum of squares of all quotes of the train window, from the pooled calibrations on.

    Raises
    ------
    FitError
        There is no tape, it has too little in the window, or no parameters near it can be priced.
    """
    tape = tape_of(data, kind, settings, title)
    return _polished(data, tape, train, title)


@prepared
def _polished(data: OptionQuotes, tape: CalibrationTape, train: Window, title: str) -> TransformFit:
    """Search; remembered, because every look at a split that stays fits it again."""
    kind, pooled = tape.kind, tape.pooled(train)
    residuals = PooledResiduals.of(data, train.rows(data.times), tape.is_used, kind, tape.settings)
    start = _quick_values(pooled, residuals.tenors)
    found = minimise(residuals.evaluate, start, *bounds_of(kind), tolerance=GAIN, most_steps=MOST_STEPS)
    if not np.isfinite(found.at.total):
        raise FitError(
            f"{title} needs parameters near the calibrations of the train window that can be priced, found none; "
            "widen the window or choose another loss"
        )
    at_bound = _at_bound(kind, found.values)
    errors = _standard_errors(found.at, ~at_bound)
    model = kind(*found.values.tolist())
    return TransformFit(model, False, tuple(errors), tuple(at_bound.tolist()), _facts(kind, found.values, pooled))


def _quick_values(pooled: Pooled, tenors: tuple[float, float]) -> Floats:
    """Return the pooled parameters, or as much of the step to them as keeps pricing quick."""
    for share in SHARES:
        values = pooled.values if share == 1.0 else pooled.origin + share * (pooled.values - pooled.origin)
        if is_quick(pooled.kind(*values.tolist()), tenors):
            return values
    return pooled.origin


def _at_bound(kind: type[TransformModel], values: Floats) -> Bools:
    low, high = bounds_of(kind)
    return np.asarray((values <= low) | (values >= high))


def _standard_errors(at: NormalEquations, is_free: Bools) -> list[float]:
    """Return standard errors from the scores of the times at the minimum."""
    times, size = at.jacobian.shape
    none = np.zeros((times, size, size))
    covariance, _ = clustered_covariance(at.hessian, none, -at.jacobian, np.zeros(size), is_free, times)
    return [float(one) for one in np.sqrt(np.maximum(np.diag(covariance), 0.0))]


def _facts(kind: type[TransformModel], values: Floats, pooled: Pooled) -> tuple[Parameter, ...]:
    total = pooled.times_used + pooled.times_failed
    found = [
        Parameter("train calibrations with a parameter at its bound", 100.0 * pooled.times_at_bound / total, "%"),
        Parameter("train times without a calibration", 100.0 * pooled.times_failed / total, "%"),
    ]
    ratio = getattr(kind(*values.tolist()), "feller_ratio", None)
    if ratio is not None and np.isfinite(ratio):
        found.insert(0, Parameter("Feller ratio (below 1 the variance reaches 0)", float(ratio)))
    return tuple(found)
