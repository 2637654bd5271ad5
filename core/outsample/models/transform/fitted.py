"""From calibrations to a fitted model: at once by a step from an anchor, or polished on every quote of the window."""

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from outsample.calibration import CalibrationSettings, bounds_of, parameter_names, ranges_of
from outsample.calibration.judged_scores import judged_scores
from outsample.calibration.levenberg_marquardt import StopReason, minimise
from outsample.calibration.pooling import PREVIEW, ROUGH, PooledResiduals, VolSurface, exact_vols, tenor_range
from outsample.calibration.tape import CalibrationTape, Pooled
from outsample.calibration.tape_pooling import Sandwich
from outsample.calibration.tape_shelf import tape_of
from outsample.datasets import OptionQuotes
from outsample.errors import FitError
from outsample.formulas.fourier import TransformModel
from outsample.model import HalfLossTerms, Parameter, Prediction
from outsample.models.transform.facts import calibration_facts
from outsample.prepared import prepared
from outsample.scores import Functional
from outsample.typing import Bools, Floats, frozen
from outsample.windows import Window

__all__ = ["TransformFit", "polished_fit", "preview_fit"]

GAIN: Final = 1e-6  # relative decrease not worth a step: less than a tenth of a standard error
MOST_STEPS: Final = 24  # on the rough grid
POLISHES: Final = 4  # on the exact one from there: one or two where the search has ended
SHARES: Final = (1.0, 0.5, 0.25, 0.0)  # of the step from an anchor: the last is the anchor itself


@dataclass(frozen=True, slots=True)
class TransformFit:
    """One set of parameters for every time; two fits with the same parameters are equal.

    Parameters
    ----------
    model : TransformModel
    is_preview : bool
        Predict by a grid of vols.
    surface : VolSurface, optional
        That grid, for a preview.
    worth : Sandwich
        Of the estimates, with a row for each time of the train window.
    at_bound : tuple of bool
    facts : tuple of Parameter
        What else is known of the fit.
    """

    model: TransformModel
    is_preview: bool
    surface: VolSurface | None = field(compare=False)
    worth: Sandwich = field(compare=False)
    at_bound: tuple[bool, ...] = field(compare=False)
    facts: tuple[Parameter, ...] = field(compare=False)

    @property
    def standard_errors(self) -> tuple[float, ...]:
        """Clustered by time; NaN at a bound and where the window does not determine a parameter."""
        return tuple(self.worth.standard_errors.tolist())

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
            tenors, surface = tenor_range(data), self.surface
            if surface is None or surface.tenors != tenors:  # other data than those of the fit
                surface = VolSurface.of(self.model, tenors, PREVIEW)
            vols = surface.at(data.observed)[0]
        else:
            vols = frozen(exact_vols(self.model, data.observed))
        return Prediction(vols, Functional.MEAN, is_whole=bool(np.isfinite(vols).all()))

    def half_loss_terms(self, data: OptionQuotes, train: Window, share: Floats) -> HalfLossTerms | None:
        """Return how the fit, and the loss that judges it, hang on each train time; None where pricing takes minutes.

        A fit on every second or third time has scores of 0 at the others: summed they are those of the fit.
        """
        surface = VolSurface.quick(self.model, tenor_range(data), slopes=True)
        if surface is None:
            return None
        seen, rows = data.observed, train.rows(data.times)
        found = surface.at(seen, np.arange(seen.time_slice[rows.start], seen.time_slice[rows.stop]))
        judged = judged_scores(seen, rows, found[0], found[1:], share)
        mean = self.worth.matrix / (rows.stop - rows.start)
        return HalfLossTerms(mean, self.worth.scores, judged, np.array(self.at_bound))


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
    values, surface = _quick_start(pooled, tenor_range(data))
    flags = (pooled.at_bound if values is pooled.values else _at_bound(kind, values)).tolist()
    model = kind(*values.tolist())
    return TransformFit(model, True, surface, pooled.worth, tuple(flags), _facts(model, pooled))


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
    rows = train.rows(data.times)
    exact = PooledResiduals.of(data, rows, tape.is_used, kind, tape.settings)
    start, _ = _quick_start(pooled, exact.tenors)
    limits = bounds_of(kind)
    rough = minimise(replace(exact, fineness=ROUGH).evaluate, start, *limits, tolerance=GAIN, most_steps=MOST_STEPS)
    polishes = POLISHES if rough.reason is StopReason.CONVERGED else 1
    for share in SHARES:  # the rough grid may lead to where the exact one is too slow to follow
        values = pooled.origin + share * (rough.values - pooled.origin)
        found = minimise(exact.evaluate, values, *limits, tolerance=GAIN, most_steps=polishes)
        if np.isfinite(found.at.total):
            break
    else:
        raise FitError(
            f"{title} needs parameters near the calibrations of the train window that can be priced, found none; "
            "widen the window or choose another loss"
        )
    if tape.anchors is not None:  # who moves a boundary next must not wait for them
        for anchor in tape.anchors.values.tolist():
            VolSurface.prepare(kind(*anchor), exact.tenors)
    at_bound = _at_bound(kind, found.values)
    times = np.unique(data.observed.slice_time[exact.slices])
    scores = np.zeros((rows.stop - rows.start, found.values.size))
    scores[times - rows.start] = found.at.jacobian
    worth = Sandwich.of_scores(found.at.hessian, scores, ~at_bound, times.size)
    model = kind(*found.values.tolist())
    return TransformFit(model, False, None, worth, tuple(at_bound.tolist()), _facts(model, pooled))


def _quick_start(pooled: Pooled, tenors: tuple[float, float]) -> tuple[Floats, VolSurface | None]:
    """Return the pooled parameters, or as much of the step to them as keeps pricing quick, and their vols."""
    near = pooled.kind(*pooled.origin.tolist()) if pooled.is_anchored else None
    for share in SHARES:
        values = pooled.values if share == 1.0 else pooled.origin + share * (pooled.values - pooled.origin)
        model = pooled.kind(*values.tolist())
        # what is found of another origin than an anchor no other window would ask for
        surface = VolSurface.beside(model, near, tenors) if near else VolSurface.quick(model, tenors, PREVIEW)
        if surface is not None:
            return values, surface
    return pooled.origin, None


def _at_bound(kind: type[TransformModel], values: Floats) -> Bools:
    low, high = bounds_of(kind)
    return np.asarray((values <= low) | (values >= high))


def _facts(model: TransformModel, pooled: Pooled) -> tuple[Parameter, ...]:
    return calibration_facts(model, pooled.times_used, pooled.times_at_bound, pooled.times_failed)
