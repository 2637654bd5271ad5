"""The calibration room: estimates day by day against the one estimate that a train window gives."""

from typing import Final

import numpy as np

from outsample.calibration.paths import find_paths
from outsample.datasets import OptionQuotes
from outsample.number_text import significant
from outsample.prepared import prepared
from outsample.report.analysis import Analysis
from outsample.report.table import Table
from outsample.typing import Floats
from outsample_desktop.resolve.calibrated import AnyFamily, Calibrated, FollowedState, family_of
from outsample_desktop.resolve.calibration_estimates import Estimate, ParameterSet, message_of
from outsample_desktop.resolve.calibration_fits import quotes_table, slice_fit, smile_of
from outsample_desktop.resolve.calibration_sources import FindPaths, FindTape, estimate_of
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
from outsample_desktop.resolve.daily_fits import DailyFits
from outsample_desktop.resolve.panes import hue_of
from outsample_desktop.resolve.views import SliceView
from outsample_desktop.session import State

__all__ = ["calibration_view"]

_TWO_SIDED: Final = 1.959964  # 97.5 % quantile of the normal distribution
_EXACT: Final = "thick: exact, thin: pooled, over train; ± and bands: 95 %"
_ROUGH: Final = "thick: pooled over train, preview; ± and band: 95 %"
_EXACT_ALONE: Final = "thick: exact over train; ± and bands: 95 %"
_EACH_ALONE: Final = "each time alone; band: 95 %"
_STATES: Final = "under the train structure; thick: calibrations' mean; band: 95 %"
_NO_CORRELATION: Final = "none is worked out for a structure whose states are left free"
_MARKS: Final = ";  ▲▼ at bound  ✕ not converged"
_FELLER: Final = "  ◇ Feller violated"
_NO_OPTIONS: Final = "a calibration needs option quotes, found prices; open an option history"
_NO_TABLE: Final = Table("calibration", ())


def calibration_view(
    state: State, analysis: Analysis, find_tape: FindTape, find_paths: FindPaths = find_paths
) -> CalibrationView:
    """Return what the calibration room shows.

    Parameters
    ----------
    state : State
    analysis : Analysis
        For its data and its split.
    find_tape, find_paths : callable
        From data, a model and its settings to the calibrations that there are, or None; from data and a model that
        needs none to its fits of each time.
    """
    family, data = family_of(state.calibration_model), analysis.data
    if not isinstance(data, OptionQuotes):
        return _nothing(Standing(family.title, _NO_OPTIONS))
    main = estimate_of(analysis, family, state.calibration_loss, find_tape, find_paths)
    if isinstance(main, Standing):
        return _nothing(main)
    beside, compared = _beside(state, analysis, family, find_tape, find_paths)
    at = cursor_index(state, analysis)
    correlation = _correlation(main)
    fit = slice_fit(state, data, at, main, beside, hue_of(family.name))
    return CalibrationView(
        Standing(family.title),
        compared,
        *message_of(main),
        _paths(analysis, main, int(data.times[at])),
        _quality(analysis, main, int(data.times[at])),
        smile_of(fit),
        correlation,
        parameters_table(main, beside),
        days_table(main.daily),
        quotes_table(fit),
        correlations_table(correlation),
    )


def _beside(
    state: State, analysis: Analysis, family: AnyFamily, find_tape: FindTape, find_paths: FindPaths
) -> tuple[Estimate | None, Standing | None]:
    """Return the estimate under the other loss, and what stands in its way where there is none."""
    other = state.compared_loss
    if other is None or other is state.calibration_loss or not isinstance(family, Calibrated):
        return None, None
    found = estimate_of(analysis, family, other, find_tape, find_paths)
    return (None, found) if isinstance(found, Standing) else (found, None)


def _nothing(standing: Standing) -> CalibrationView:
    slice_view = SliceView("", "", "", None, ())
    matrix = MatrixView("Correlation", "", (), np.empty((0, 0)))
    return CalibrationView(standing, None, "", "", None, None, slice_view, matrix, *([_NO_TABLE] * 4))


def _paths(analysis: Analysis, found: Estimate, cursor: int) -> PathsView:
    daily, times = found.daily, analysis.data.times
    family, exact = found.family, found.exact.found
    hue, (least, most) = hue_of(family.name), family.bounds
    paths = []
    for place, column in zip(family.moving, _columns(daily), strict=True):
        level, _ = _reading(found.pooled, place)
        value, error = _reading(exact, place)
        text, reach = _level_text(found.best, place), (float(least[place]), float(most[place]))
        paths.append(PathView(*column, level, text, value, error, hue, *reach))
    return PathsView(
        f"{family.name} {found.loss.name}",
        f"{family.title} through time",
        found.sentence or _legend(found),
        daily.times,
        int(times[0]),
        int(times[-1]),
        tuple(paths),
        analysis.split,
        cursor,
    )


def _legend(found: Estimate) -> str:
    """Return what lines, bands and marks stand for."""
    if isinstance(found.family, FollowedState):
        return _STATES + _MARKS
    kinds = (_ROUGH, _EXACT) if found.is_pooled else (_EACH_ALONE, _EXACT_ALONE)
    return kinds[found.exact.found is not None] + _MARKS + ("" if found.family.noise is None else _FELLER)


def _quality(analysis: Analysis, found: Estimate, cursor: int) -> PathsView:
    daily, times = found.daily, analysis.data.times
    value, nothing, marks = _fit_quality(daily)
    rows = analysis.split.train.rows(daily.times)
    count = float(daily.count[rows].sum())
    level = float(np.sqrt(daily.sum_of_squares[rows].sum() / count)) if count else float("nan")
    text = f"train {significant(level)}" if count else ""
    path = PathView("RMSE of each time's own fit", daily.unit, value, nothing, nothing, marks, level, text)
    flagged = [(marks.below, "at bound (▲▼)"), (marks.unsettled, "not converged (✕)")]
    if found.family.noise in found.family.moving:
        flagged.append((daily.breaks_feller, "violate Feller (◇)"))
    counts = ", ".join(f"{np.count_nonzero(flags):,} {words}" for flags, words in flagged)
    return PathsView(
        f"{found.family.name} {found.loss.name}",
        "Fit quality",
        f"{daily.times.size:,} times: {counts}",
        daily.times,
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
def _columns(daily: DailyFits) -> tuple[tuple[str, str, Floats, Floats, Floats, Marks], ...]:
    """Return title, unit, values, band and marks of every parameter; the same objects for the life of the fits."""
    low, high = daily.family.bounds
    nearer_low = np.abs(daily.values - low) < np.abs(daily.values - high)
    unsettled, broken = daily.is_unsettled, daily.breaks_feller
    none = np.zeros(daily.times.size, np.bool_)
    made = []
    for place in daily.family.moving:
        name, unit = daily.family.parameters[place], daily.family.units[place]
        at_bound, lower = daily.at_bound[:, place], nearer_low[:, place]
        feller = broken if place == daily.family.noise else none
        marks = Marks(at_bound & lower, at_bound & ~lower, unsettled, feller)
        value, error = daily.values[:, place], _TWO_SIDED * daily.standard_errors[:, place]
        made.append((name, unit, value, value - error, value + error, marks))
    return tuple(made)


@prepared
def _fit_quality(daily: DailyFits) -> tuple[Floats, Floats, Marks]:
    """Return the root mean square of every time, nothing for its band, and the marks of doubt."""
    value, unknown = daily.root_mean_square, np.full(daily.times.size, np.nan)
    none = np.zeros(daily.times.size, np.bool_)
    return value, unknown, Marks(np.asarray(daily.at_bound.any(axis=1)), none, daily.is_unsettled, none)


def _correlation(found: Estimate) -> MatrixView:
    value = found.correlation
    if value is None:
        note = found.sentence or (_NO_CORRELATION if found.exact.found is not None else found.exact.sentence)
        return MatrixView("Correlation", "", (), np.empty((0, 0)), note)
    kind = "pooled" if found.is_pooled else "exact"
    detail = f"of the {kind} estimates" if np.isfinite(value).all() else f"{kind} estimates; hatched: no error"
    return MatrixView("Correlation", detail, found.family.parameters, value)
