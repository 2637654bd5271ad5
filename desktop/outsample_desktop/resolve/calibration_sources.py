"""Where fits of every time come from: tapes of calibrations, or the paths of a model that needs none.

Whatever is asked for is either there as an `Estimate`, or a `Standing` says what stands in its way.
"""

from collections.abc import Callable
from typing import Final, cast

import numpy as np

from outsample.calibration import CalibrationLoss, CalibrationSettings
from outsample.calibration.paths import FitsTimes, ParameterPaths, parameter_paths
from outsample.calibration.tape import CalibrationTape
from outsample.datasets import OptionQuotes
from outsample.errors import FitError
from outsample.formulas.fourier import TransformModel
from outsample.model import Dataset
from outsample.models.early_exercise import AmericanFit
from outsample.models.parametric_smile import CorradoSuFit, SabrFit, SsviFit, SviFit
from outsample.models.stochastic_rates import RabinovitchFit
from outsample.models.transform import HestonStateFit, TransformFit
from outsample.report.analysis import Analysis, Judged
from outsample_desktop.resolve.calibrated import (
    LOSSES,
    AnyFamily,
    Calibrated,
    FittedSmile,
    FollowedState,
    family_of,
)
from outsample_desktop.resolve.calibration_estimates import Estimate, ExactFit, ParameterSet
from outsample_desktop.resolve.calibration_views import Standing
from outsample_desktop.resolve.daily_fits import fits_of_paths, fits_of_states, fits_of_tape
from outsample_desktop.resolve.numbers import vol_text
from outsample_desktop.session import Room, State

__all__ = ["FindPaths", "FindTape", "estimate_of", "make_paths"]

FindTape = Callable[[OptionQuotes, type[TransformModel], CalibrationSettings], CalibrationTape | None]
FindPaths = Callable[[OptionQuotes, FitsTimes], ParameterPaths | None]

_AWAITED: Final = "pooled estimate, exact on release"
_SHORTER: Final = "structure of some of the train times, exact on release"


def estimate_of(
    analysis: Analysis,
    family: AnyFamily,
    loss: CalibrationLoss,
    find_tape: FindTape,
    find_paths: FindPaths,
) -> Estimate | Standing:
    """Return the fits of every time with what the train window of an analysis makes of them, or why not.

    Parameters
    ----------
    analysis : Analysis
        Of option quotes.
    family : AnyFamily
    loss : CalibrationLoss
        What calibrations make small; only a model that is calibrated knows more than one.
    find_tape, find_paths : callable
        From data and a model to what was made already, or None.
    """
    data = cast(OptionQuotes, analysis.data)
    if isinstance(family, FittedSmile):
        paths = find_paths(data, family.model)
        return _fitting(family, data) if paths is None else _of_paths(analysis, family, paths)
    if isinstance(family, FollowedState):
        needed = family.calibrated
        tape = find_tape(data, needed.kind, needed.settings)
        return (
            _missing(needed, needed.settings.loss, data, family.title) if tape is None else _of_states(analysis, family)
        )
    tape = find_tape(data, family.kind, family.under(loss))
    return _missing(family, loss, data) if tape is None else _of_tape(analysis, family, tape)


def make_paths(state: State, data: Dataset) -> None:
    """Fit a model to each time at once where that is what a state shows: for who may wait."""
    family = family_of(state.calibration_model)
    if state.room is Room.CALIBRATION and isinstance(family, FittedSmile) and isinstance(data, OptionQuotes):
        parameter_paths(data, family.model)


# --- Tapes ----------------------------------------------------------------------------------------------------------


def _of_tape(analysis: Analysis, family: Calibrated, tape: CalibrationTape) -> Estimate:
    """Pool a tape over the train window, and look for the exact fit in the analysis."""
    daily, exact = fits_of_tape(tape, family), _exact_transform(analysis, family, tape)
    try:
        one = tape.pooled(analysis.split.train)
    except FitError as error:
        return Estimate(daily, tape.settings.loss, True, None, exact, None, str(error))
    pooled = ParameterSet(family, one.values, one.standard_errors, one.at_bound)
    return Estimate(daily, tape.settings.loss, True, pooled, exact, one.correlation)


def _exact_transform(analysis: Analysis, family: Calibrated, tape: CalibrationTape) -> ExactFit:
    """Look for the exact fit: it must have been made under the settings of the tape."""
    if tape.settings != family.settings:
        theirs, ours = (LOSSES[one.loss].brief for one in (family.settings, tape.settings))
        sentence = f"no exact fit under {ours}: {family.title} is judged by its fit to {theirs}"
        return ExactFit(None, sentence, "none under this loss")
    judged = analysis.find(family.name)
    if judged is None:
        return _no_exact(analysis, family)
    fitted = cast(TransformFit, judged.study.fitted)
    if fitted.is_preview:
        return ExactFit(None, _AWAITED, is_awaited=True)
    values, errors = fitted.model.parameters, np.array(fitted.standard_errors)
    return ExactFit(ParameterSet(family, values, errors, np.array(fitted.at_bound)), _figures(judged))


def _missing(family: Calibrated, loss: CalibrationLoss, data: OptionQuotes, title: str = "") -> Standing:
    what, times = f"{family.title} under the loss {LOSSES[loss].brief}", f"{data.times.size:,} times to fit"
    takes, use = family.expected(data.observed.size), f"{title} is made of calibrations: " if title else ""
    return Standing(
        title or family.title,
        f"{use}no calibration yet for {what}: {times}, {takes} in the background",
        f"Calibrate {family.title}, {LOSSES[loss].brief}",
        f"calibrating {what}: {times}, {takes}; everything else goes on meanwhile",
    )


# --- Models that need no calibration --------------------------------------------------------------------------------


def _of_paths(analysis: Analysis, family: FittedSmile, paths: ParameterPaths) -> Estimate | Standing:
    """Take the fit of the train window from the analysis: it takes milliseconds and needs no stand-in."""
    if paths.refusal:
        return Standing(family.title, paths.refusal)
    daily, judged = fits_of_paths(paths, family), analysis.find(family.name)
    if judged is None:
        exact = _no_exact(analysis, family)
        failed = "" if _failure(analysis, family) is None else exact.sentence
        return Estimate(daily, CalibrationLoss.VOL, False, None, exact, None, failed)
    fitted = cast(SviFit | SsviFit | SabrFit | CorradoSuFit | RabinovitchFit | AmericanFit, judged.study.fitted)
    found, is_quicker = fitted.found, not judged.study.is_exact
    one = ParameterSet(family, *(np.array(each) for each in (found.values, found.standard_errors, found.at_bound)))
    text = f"{_figures(judged)}{' (preview)' if is_quicker else ''}"
    # A preview of the others has their exact parameters, and reads predictions off in a quicker way.
    exact = ExactFit(one, text, is_awaited=is_quicker and isinstance(fitted, AmericanFit))
    return Estimate(daily, CalibrationLoss.VOL, False, None, exact, found.correlation)


def _fitting(family: FittedSmile, data: OptionQuotes) -> Standing:
    return Standing(
        family.title, f"fitting each time: {family.title} to the quotes of each of {data.times.size:,} times alone …"
    )


# --- States that are followed ---------------------------------------------------------------------------------------


def _of_states(analysis: Analysis, family: FollowedState) -> Estimate | Standing:
    """Take structure and states from the analysis: no structure, no states."""
    judged = analysis.find(family.name)
    if judged is None:
        why = f"its structure is that of the train window: switch {family.title} on to see the variance of each time"
        return Standing(family.title, _failure(analysis, family) or why)
    fitted = cast(HestonStateFit, judged.study.fitted)
    daily = fits_of_states(cast(OptionQuotes, analysis.data), fitted, family)
    exact = ExactFit(None, _SHORTER, is_awaited=True)
    if not fitted.is_preview:
        errors, at_bound = np.array(fitted.standard_errors), np.array(fitted.at_bound)
        exact = ExactFit(ParameterSet(family, fitted.model.parameters, errors, at_bound), _figures(judged))
    return Estimate(daily, CalibrationLoss.VOL, False, None, exact, None)


# --- All ------------------------------------------------------------------------------------------------------------


def _no_exact(analysis: Analysis, family: AnyFamily) -> ExactFit:
    failed, cure = _failure(analysis, family), f"switch {family.title} on for the exact fit"
    return ExactFit(None, cure, cure) if failed is None else ExactFit(None, failed, "cannot be judged")


def _failure(analysis: Analysis, family: AnyFamily) -> str | None:
    """Return why a model that is on could not be judged; None where it is off."""
    return next((one.sentence() for one in analysis.failures if one.model == family.name), None)


def _figures(judged: Judged) -> str:
    head = judged.headline
    inside, outside = (vol_text(one, head.unit) for one in (head.in_sample, head.out_of_sample))
    return f"in sample {inside}, out {outside} {head.unit}"
