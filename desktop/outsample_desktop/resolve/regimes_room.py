"""The room of regimes: days and their levels, what each model loses in which regime, and the choice of the penalty."""

from typing import Final

import numpy as np

from outsample.diagnostics import SPARSE_BELOW, shown
from outsample.prepared import prepared
from outsample.regimes import DailyVolatility, Regime, RegimeMethod
from outsample.report.analysis import Analysis, Judged, daily_volatility
from outsample.report.regime_findings import RegimeFindings
from outsample.report.regime_tables import (
    break_tests_table,
    marked_table,
    penalty_path_table,
    regime_losses_table,
    states_table,
    transition_shares,
    transitions_table,
    volatility_table,
)
from outsample.report.table import Table
from outsample.typing import SECOND, Floats
from outsample_desktop.resolve.bands import bands_of
from outsample_desktop.resolve.charts import ChartView, GridView, Level, Line, Tabled
from outsample_desktop.resolve.cuts import cursor_index, round_reach
from outsample_desktop.resolve.finding_views import RegimesView
from outsample_desktop.resolve.found import WAITING, Found, result_of, standing_of
from outsample_desktop.resolve.panes import log10_of
from outsample_desktop.resolve.tests_shown import tests_shown
from outsample_desktop.session import State

__all__ = ["regimes_view"]

_TRAILING: Final = 10  # days of the thin line of volatility
_VOLATILITY: Final = "Volatility and regimes"
_PATH: Final = "Penalty path"
_SAID_OF_TESTS: Final = (
    "of the level of ln r² up to the train end; clusters of volatility alone make them reject too often"
)


def regimes_view(state: State, analysis: Analysis, found: Found | None) -> RegimesView:
    """Return what the room of regimes shows; what a boundary moves is always of the boundaries on screen.

    Parameters
    ----------
    state : State
    analysis : Analysis
    found : Found, optional
        What was worked out last, for this state or for one before it.
    """
    standing, message = standing_of(found, state, "")
    result = result_of(found, RegimeFindings)
    daily = daily_volatility(analysis.data)
    tables = {
        "volatility": volatility_table(analysis),
        "states": states_table(analysis),
        "transitions": transitions_table(analysis),
        "marked": marked_table(analysis),
    }
    tests = Tabled(Table("break-tests", ()), message or WAITING)
    path = ChartView(_PATH, "", note=message or WAITING)
    if result is not None:
        found_tables, tests = _of_findings(result, daily)
        tables |= found_tables
        path = _path(analysis, result)
    online = None if result is None else result.online
    return RegimesView(
        standing,
        message or _headline(analysis),
        _volatility(state, analysis, daily, None if online is None else online.recent),
        path,
        _losses(analysis),
        _transitions(analysis),
        Tabled(tables["states"], _said_of_states(analysis)),
        tests,
        Tabled(tables["marked"], _said_of_marked(analysis)),
        tables,
    )


@prepared
def _of_findings(found: RegimeFindings, daily: DailyVolatility) -> tuple[dict[str, Table], Tabled]:
    """Return the tables that no boundary moves until there are other findings, and the tests as they are shown."""
    tests = break_tests_table(found, daily)
    tables = (penalty_path_table(found, daily), regime_losses_table(found), tests)
    return {table.name: table for table in tables}, tests_shown(tests, _SAID_OF_TESTS)


def _headline(analysis: Analysis) -> str:
    """Return how many stretches there are, whether train has seen those of the test window, and what is not found."""
    track = analysis.regimes
    count = len(track.drawn)
    marked = f"; {count} span{'s' if count != 1 else ''} marked by hand on top" if count else ""
    preview = "preview while a boundary is held: " if track.is_preview else ""
    return f"{preview}{_found(analysis)}{marked}"


def _found(analysis: Analysis) -> str:
    track = analysis.regimes
    if track.note:
        return track.note
    rows = analysis.split.test.rows(track.edge[:-1])
    label = track.label[rows]
    unseen = int(np.count_nonzero(label == Regime.UNSEEN))
    count = len(track.segments)
    parts = f"{count} stretch{'es' if count != 1 else ''} in train"
    if not label.size:
        return f"{parts}; the test window holds no whole day"
    return f"{parts}; {unseen} of {label.size} test days are of a regime that train has not seen"


def _said_of_marked(analysis: Analysis) -> str:
    if not analysis.regimes.drawn:
        return "none yet: Shift+drag in the chart above, “Mark…”, or drop a CSV of events here"
    return "what you know, not filtered: it overrides what is found, in train and in test; estimates stay"


def _said_of_states(analysis: Analysis) -> str:
    states = analysis.regimes.states
    if states is None:
        return "colours are thirds of the train days by volatility; in test they are filtered"
    settled = "" if states.is_settled else "; the search has not settled, or a state is of repeated values"
    fit = f", BIC {states.criterion:.0f}" if np.isfinite(states.criterion) else ""
    return f"{states.volatility.size} states{fit}; in test they are filtered{settled}"


@prepared
def _trailing_volatility(daily: DailyVolatility) -> Line:
    """Return the root mean square of the last days' returns, log10 of percent a year; NaN before there are as many."""
    sums = np.concatenate(([0.0], np.cumsum(daily.log_return**2)))
    found = np.full(daily.log_return.size, np.nan)
    if found.size >= _TRAILING:
        found[_TRAILING - 1 :] = (sums[_TRAILING:] - sums[:-_TRAILING]) / _TRAILING
    y = log10_of(100.0 * np.sqrt(daily.days_a_year * found))
    return Line(f"last {_TRAILING} days", "muted", daily.time / SECOND, y)


def _volatility(state: State, analysis: Analysis, daily: DailyVolatility, recent: Floats | None) -> ChartView:
    track = analysis.regimes
    if not daily.time.size:
        return ChartView(_VOLATILITY, "", is_time=True, note="regimes need days, found fewer than two closes")
    edge = track.edge / SECOND
    steps_x, steps_y = np.repeat(edge, 2)[1:-1], np.repeat(100.0 * track.volatility, 2)
    trailing = _trailing_volatility(daily)
    level = Line("level", "price", steps_x, log10_of(steps_y), is_active=True)
    cursor = float(analysis.data.times[cursor_index(state, analysis)]) / SECOND
    detail = "% a year; the strip has the colours of the timeline"
    points = np.empty(0), np.empty(0)
    if recent is not None and recent.size == trailing.x.size:
        changed = np.flatnonzero(recent > 0.5)
        points = trailing.x[changed], trailing.y[changed]
        detail += "; dots: a change within days is likelier than not"
    return ChartView(
        _VOLATILITY,
        detail,
        (trailing, level),
        bands=bands_of(analysis),
        points_x=points[0],
        points_y=points[1],
        points_hue="watch",
        cursor=cursor,
        boundary=analysis.split.train.stop / SECOND,
        is_time=True,
        is_log_y=True,
    )


def _path(analysis: Analysis, found: RegimeFindings) -> ChartView:
    """Return segments by multiplier as a staircase; what is used stands where the dotted line crosses it."""
    path, settings = found.path, analysis.parameters.regimes
    x = np.log10(np.column_stack((path.low, path.high)).ravel() / found.unit)
    y = np.repeat(path.segments.astype(np.float64), 2)
    is_used = settings.method is RegimeMethod.CHANGE_POINTS
    used = float(np.log10(settings.multiplier))
    detail = "segments known at the train end, by multiplier of the penalty; click to choose"
    return ChartView(
        _PATH,
        detail,
        (Line("", "price", x, y, is_active=True),),
        levels=(Level(1.0, "muted"),),
        cursor=used if is_used else float("nan"),
        is_log_x=True,
        is_whole_y=True,
    )


def _losses(analysis: Analysis) -> GridView:
    """Return mean losses of all models by regime, train beside test."""
    track, times = analysis.regimes, analysis.data.times
    label = track.at(times)
    rows = {"train": analysis.split.train.rows(times), "test": analysis.split.test.rows(times)}
    labels = {name: label[side] for name, side in rows.items()}
    regimes = [regime for regime in Regime if any((one == regime).any() for one in labels.values())]
    cells = [(name, labels[name] == regime) for regime in regimes for name in rows]
    columns = tuple(f"{regime.name.lower()} {name}" for regime in regimes for name in rows)
    judged = analysis.judged
    value = np.full((len(judged), len(columns)), np.nan)
    count = np.zeros(value.shape)
    for row, one in enumerate(judged):
        for place, (name, is_here) in enumerate(cells):
            value[row, place], count[row, place] = _mean(one, one.study.loss[rows[name]][is_here])
    weak = count < SPARSE_BELOW
    unit = analysis.score.score.unit.value
    note = "" if judged else "no model to show: switch one on"
    return GridView(
        "Losses by regime",
        f"{analysis.score.score.shown.value} [{unit}]; hatched: fewer than {SPARSE_BELOW} times",
        tuple(one.entry.title for one in judged),
        columns,
        "model",
        "regime and window",
        unit,
        value,
        weak,
        bool((value[np.isfinite(value)] < 0.0).any()),
        round_reach(value, weak),
        1 if unit == "vol pts" else 3,
        note=note,
    )


def _mean(one: Judged, loss: Floats) -> tuple[float, int]:
    part = loss[np.isfinite(loss)]
    return (float(shown(one.study, part.mean())), part.size) if part.size else (float("nan"), 0)


def _transitions(analysis: Analysis) -> GridView:
    names, shares = transition_shares(analysis)
    is_model = analysis.regimes.states is not None
    detail = "chance of the next day's state (column)" if is_model else "share of train days followed by each regime"
    note = "" if names else "no day in the train window has a regime"
    return GridView(
        "Transitions",
        detail,
        names,
        names,
        "from",
        "to",
        "",
        shares,
        np.zeros(shares.shape, np.bool_),
        False,
        1.0,
        3,
        note=note,
    )
