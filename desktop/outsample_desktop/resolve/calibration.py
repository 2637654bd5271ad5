"""The calibration room: estimates day by day against the one estimate that a train window gives."""

from collections.abc import Callable
from typing import Final

import numpy as np

from outsample.calibration import (
    CalibrationLoss,
    CalibrationSettings,
    CalibrationStatus,
    bounds_of,
    parameter_names,
    ranges_of,
)
from outsample.calibration.tape import STATUSES, CalibrationTape
from outsample.datasets import OptionQuotes
from outsample.formulas.fourier import TransformModel
from outsample.prepared import prepared
from outsample.report.analysis import Analysis
from outsample.report.table import Table
from outsample.typing import Bools, Floats
from outsample_desktop.resolve.calibrated import LOSSES, Calibrated, calibrated
from outsample_desktop.resolve.calibration_estimates import Estimate, ParameterSet, message_of, name_of
from outsample_desktop.resolve.calibration_fits import quotes_table, slice_fit, smile_of
from outsample_desktop.resolve.calibration_tables import correlations_table, days_table, parameters_table
from outsample_desktop.resolve.calibration_views import (
    CalibrationView,
    Marks,
    MatrixView,
    PathsView,
    PathView,
    Standing,
)
from outsample_desktop.resolve.cuts import cursor_index
from outsample_desktop.resolve.numbers import significant
from outsample_desktop.resolve.panes import hue_of
from outsample_desktop.resolve.views import SliceView
from outsample_desktop.session import State

__all__ = ["FindTape", "calibration_view"]

FindTape = Callable[[OptionQuotes, type[TransformModel], CalibrationSettings], CalibrationTape | None]
_TWO_SIDED: Final = 1.959964  # 97.5 % quantile of the normal distribution
_EXACT: Final = "thick: exact, thin: pooled, over train; ± and bands: 95 %"
_ROUGH: Final = "thick: pooled over train, preview; ± and band: 95 %"
_MARKS: Final = ";  ▲▼ at bound  ✕ not converged  ◇ Feller violated"
_SETTLED: Final = (CalibrationStatus.CONVERGED, CalibrationStatus.AT_BOUND)
_NO_OPTIONS: Final = "a calibration needs option quotes, found prices; open an option history"
_NO_TABLE: Final = Table("calibration", ())


def calibration_view(state: State, analysis: Analysis, find: FindTape) -> CalibrationView:
    """Return what the calibration room shows.

    Parameters
    ----------
    state : State
    analysis : Analysis
        For its data and its split.
    find : callable
        From data, a kind of model and settings to the calibrations that there are, or None.
    """
    model, data = calibrated(state.calibration_model), analysis.data
    if not isinstance(data, OptionQuotes):
        return _nothing(Standing(model.title, _NO_OPTIONS))
    tape = find(data, model.kind, model.under(state.calibration_loss))
    if tape is None:
        return _nothing(_missing(model, state.calibration_loss, data))
    main = Estimate.of(analysis, model, tape)
    beside, compared = _beside(state, data, analysis, model, find)
    at = cursor_index(state, analysis)
    correlation = _correlation(main)
    fit = slice_fit(state, data, at, main, beside, hue_of(model.name))
    return CalibrationView(
        Standing(model.title),
        compared,
        *message_of(main),
        _paths(state, analysis, main, int(data.times[at])),
        _quality(state, analysis, main, int(data.times[at])),
        smile_of(fit),
        correlation,
        parameters_table(model, main, beside),
        days_table(model, main),
        quotes_table(fit),
        correlations_table(correlation),
    )


def _beside(
    state: State, data: OptionQuotes, analysis: Analysis, model: Calibrated, find: FindTape
) -> tuple[Estimate | None, Standing | None]:
    """Return the estimate under the other loss, and what stands in its way where there is none."""
    other = state.compared_loss
    if other is None or other is state.calibration_loss:
        return None, None
    tape = find(data, model.kind, model.under(other))
    if tape is None:
        return None, _missing(model, other, data)
    return Estimate.of(analysis, model, tape), None


def _missing(model: Calibrated, loss: CalibrationLoss, data: OptionQuotes) -> Standing:
    what, times = f"{model.title} under the loss {LOSSES[loss].brief}", f"{data.times.size:,} times to fit"
    takes = model.expected(data.observed.size)
    return Standing(
        model.title,
        f"no calibration yet for {what}: {times}, {takes} in the background",
        f"Calibrate {model.title}, {LOSSES[loss].brief}",
        f"calibrating {what}: {times}, {takes}; everything else goes on meanwhile",
    )


def _nothing(standing: Standing) -> CalibrationView:
    slice_view = SliceView("", "", "", None, ())
    matrix = MatrixView("Correlation", "", (), np.empty((0, 0)))
    return CalibrationView(standing, None, "", "", None, None, slice_view, matrix, *([_NO_TABLE] * 4))


def _paths(state: State, analysis: Analysis, found: Estimate, cursor: int) -> PathsView:
    tape, times = found.tape, analysis.data.times
    model, exact = calibrated(state.calibration_model), found.exact.found
    paths = []
    for place, column in enumerate(_columns(tape)):
        level, _ = _reading(found.quick, place)
        value, error = _reading(exact, place)
        paths.append(PathView(*column, level, _level_text(found.best, place), value, error, hue_of(model.name)))
    return PathsView(
        f"{model.name} {state.calibration_loss.name}",
        f"{model.title} through time",
        found.sentence or (_ROUGH if exact is None else _EXACT) + _MARKS,
        tape.times,
        int(times[0]),
        int(times[-1]),
        tuple(paths),
        analysis.split,
        cursor,
    )


def _quality(state: State, analysis: Analysis, found: Estimate, cursor: int) -> PathsView:
    tape, times, unit = found.tape, analysis.data.times, LOSSES[state.calibration_loss].unit
    value, nothing, marks = _fit_quality(tape)
    rows = analysis.split.train.rows(tape.times)
    count = float(tape.count[rows].sum())
    level = float(np.sqrt(tape.sum_of_squares[rows].sum() / count)) if count else float("nan")
    text = f"train {significant(level)}" if count else ""
    path = PathView("RMSE of each time's own fit", unit, value, nothing, nothing, marks, level, text)
    flagged = [(marks.below, "at bound (▲▼)"), (marks.unsettled, "not converged (✕)")]
    if "vol_of_vol" in parameter_names(tape.kind):
        flagged.append((_feller_broken(tape), "violate Feller (◇)"))
    counts = ", ".join(f"{np.count_nonzero(flags):,} {words}" for flags, words in flagged)
    return PathsView(
        f"{state.calibration_model} {state.calibration_loss.name}",
        "Fit quality",
        f"{tape.times.size:,} times: {counts}",
        tape.times,
        int(times[0]),
        int(times[-1]),
        (path,),
        analysis.split,
        cursor,
    )


def _reading(found: ParameterSet | None, place: int) -> tuple[float, float]:
    """Return a parameter and half its 95 % interval; NaN for what there is not."""
    if found is None:
        return float("nan"), float("nan")
    return float(found.values[place]), _TWO_SIDED * float(found.errors[place])


def _level_text(found: ParameterSet | None, place: int) -> str:
    value, error = _reading(found, place)
    if found is None:
        return ""
    if found.at_bound[place]:
        return f"{significant(value)} at bound"
    return f"{significant(value)} ± {significant(error, 2)}" if np.isfinite(error) else significant(value)


@prepared
def _columns(tape: CalibrationTape) -> tuple[tuple[str, str, Floats, Floats, Floats, Marks], ...]:
    """Return title, unit, values, band and marks of every parameter; the same objects for the life of the tape.

    At a time that failed the tape holds the values of the last good one: there is nothing to be seen of them.
    """
    low, high = bounds_of(tape.kind)
    nearer_low = np.abs(tape.values - low) < np.abs(tape.values - high)
    unsettled, broken = _unsettled(tape), _feller_broken(tape)
    none = np.zeros(tape.times.size, np.bool_)
    made = []
    for place, (name, span) in enumerate(zip(parameter_names(tape.kind), ranges_of(tape.kind), strict=True)):
        at_bound, lower = tape.at_bound[:, place], nearer_low[:, place]
        marks = Marks(at_bound & lower, at_bound & ~lower, unsettled, broken if name == "vol_of_vol" else none)
        value = np.where(tape.is_used, tape.values[:, place], np.nan)
        error = _TWO_SIDED * tape.standard_errors[:, place]
        made.append((name_of(name), span.unit, value, value - error, value + error, marks))
    return tuple(made)


@prepared
def _fit_quality(tape: CalibrationTape) -> tuple[Floats, Floats, Marks]:
    """Return the root mean square of every time, nothing for its band, and the marks of doubt."""
    value, unknown = tape.root_mean_square, np.full(tape.times.size, np.nan)
    none = np.zeros(tape.times.size, np.bool_)
    return value, unknown, Marks(np.asarray(tape.at_bound.any(axis=1)), none, _unsettled(tape), none)


def _unsettled(tape: CalibrationTape) -> Bools:
    return np.asarray(~np.isin(tape.status, [STATUSES.index(one) for one in _SETTLED]))


def _feller_broken(tape: CalibrationTape) -> Bools:
    """Return where ``2 kappa theta < sigma^2``; nowhere for a model without a variance of its own."""
    names = parameter_names(tape.kind)
    if "vol_of_vol" not in names:
        return np.zeros(tape.times.size, np.bool_)
    speed, level, noise = (
        tape.values[:, names.index(one)] for one in ("mean_reversion", "long_run_variance", "vol_of_vol")
    )
    return np.asarray((2.0 * speed * level < noise**2) & tape.is_used)


def _correlation(found: Estimate) -> MatrixView:
    names = tuple(name_of(name) for name in parameter_names(found.tape.kind))
    if found.pooled is None:
        return MatrixView("Correlation", "", (), np.empty((0, 0)), found.sentence)
    value = found.pooled.correlation
    detail = "of the pooled estimates" if np.isfinite(value).all() else "pooled estimates; hatched: no error"
    return MatrixView("Correlation", detail, names, value)
