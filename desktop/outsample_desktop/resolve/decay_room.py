"""The room of decay: the curve that follows a boundary, and what was worked out when it was let go."""

from dataclasses import replace
from typing import Final

import numpy as np

from outsample.diagnostics.staleness import Finding
from outsample.report.analysis import Analysis
from outsample.report.decay_findings import PENDING, DecayFindings
from outsample.report.decay_tables import decay_room_tables
from outsample.report.table import Table
from outsample.report.tables import decay_table
from outsample.test_result import NotTested
from outsample.typing import SECOND
from outsample_desktop.resolve.charts import Band, BarsView, ChartView, GridView, Level, Line, Stroke, Tabled
from outsample_desktop.resolve.cuts import cursor_index
from outsample_desktop.resolve.decay_charts import TITLES, fluctuation_chart, recalibration_chart, staleness_chart
from outsample_desktop.resolve.decay_gap import gap_bars
from outsample_desktop.resolve.decay_triangle import triangle_grid
from outsample_desktop.resolve.finding_views import NO_DIAGONALS, DecayRoomView
from outsample_desktop.resolve.found import WAITING, Found, standing_of
from outsample_desktop.resolve.numbers import number, ratio_text, significant
from outsample_desktop.resolve.panes import active_name, decay_view
from outsample_desktop.resolve.tests_shown import tests_shown
from outsample_desktop.session import State

__all__ = ["decay_room_view"]

_CHARTS: Final = ("staleness", "recalibration", "fluctuation")
_WHOLE: Final = 10.0  # days from which a half-life is written without decimals
_TESTED_ON: Final = "on the test window unless said otherwise; p two-sided, of this boundary alone"


def decay_room_view(state: State, analysis: Analysis, found: Found | None) -> DecayRoomView:
    """Return what the room of decay shows.

    Parameters
    ----------
    state : State
    analysis : Analysis
    found : Found, optional
        What was worked out last, for this state or for one before it.
    """
    name = active_name(state, analysis)
    standing, message = standing_of(found, state, name)
    result = None if found is None else found.result
    waits = message or WAITING
    if not isinstance(result, DecayFindings):
        return _without(standing, message, _horizon(state, analysis, None), decay_table(analysis), waits)
    tables = {"breakdown": Table("breakdown", ()), "horizon": decay_table(analysis), **decay_room_tables(result)}
    cursor = int(analysis.data.times[cursor_index(state, analysis)])
    moving = fluctuation_chart(result, waits)
    triangle, diagonals = triangle_grid(result, waits)
    return DecayRoomView(
        standing,
        message or _headline(result),
        _horizon(state, analysis, result),
        staleness_chart(result, waits),
        recalibration_chart(result, waits),
        replace(moving, cursor=cursor / SECOND) if moving.lines else moving,
        gap_bars(result, waits),
        replace(triangle, marked=diagonals.cells_at(cursor)),
        diagonals,
        tests_shown(tables["breakdown"], _TESTED_ON),
        tables,
    )


def _without(standing: str, message: str, horizon: ChartView, table: Table, note: str) -> DecayRoomView:
    """Return the room before anything was worked out, or where nothing could be."""
    none = np.empty((0, 0))
    stale, cost, moving = (ChartView(TITLES[name], "", is_time=name == "fluctuation", note=note) for name in _CHARTS)
    grid = GridView(TITLES["triangle"], "", (), (), "", "", "", none, none.astype(bool), True, 1.0, note=note)
    bars, tests = BarsView(TITLES["gap"], "", note=note), Tabled(Table("breakdown", ()), note)
    tables = {"horizon": table}
    return DecayRoomView(standing, message, horizon, stale, cost, moving, bars, grid, NO_DIAGONALS, tests, tables)


def _headline(found: DecayFindings) -> str:
    """Return what the room says in one line: how long the fit lasts, and whose fault the gap is."""
    known = [_life(found), "" if found.gap is PENDING else found.gap.sentence]
    return ". ".join(one for one in known if one)


def _life(found: DecayFindings) -> str:
    """Return the half-life with its interval, and the staleness of the oldest age; else why there is none."""
    life, curve = found.half_life, found.staleness
    if life is PENDING:
        return ""
    if isinstance(life, NotTested) or isinstance(curve, NotTested) or life.finding is not Finding.MEASURED:
        return life.sentence.removesuffix(".")
    low, high = (number(days, 0 if days >= _WHOLE else 1) for days in (life.low, life.high))
    ends = f"{low} … {high}" if np.isfinite(life.high) else f"{low} or more"
    oldest = int(np.flatnonzero(np.isfinite(curve.low_all))[-1])  # with enough dates
    value = float(curve.value[oldest])
    if curve.is_ratio:
        lost = f"{ratio_text(float(np.exp(found.judged.headline.ratio_power * value)))} a fresh fit"
    else:
        lost = f"{significant(value)} {curve.unit} more than a fresh fit"
    days = number(life.days, 0 if life.days >= _WHOLE else 1)
    return f"half-life {days} d ({ends}), at {curve.age[oldest]:.0f} d {lost}"


def _horizon(state: State, analysis: Analysis, found: DecayFindings | None) -> ChartView:
    """Return the decay curves as the overview has them, with where the test loss should lie if nothing changed."""
    view = decay_view(state, analysis)
    lines = [Line(one.title, one.hue, one.x, one.y, is_active=one.is_active) for one in view.curves]
    active = next((one for one in view.curves if one.is_active), None)
    band: Band | None = None
    if active is not None and view.low.size == active.x.size:
        band = Band(active.hue, active.x, view.low, view.high, view.hatched)
        if view.low_all.size == active.x.size:
            dots = [Line("", active.hue, active.x, end, Stroke.DOTTED) for end in (view.low_all, view.high_all)]
            lines += dots
    levels = [Level(view.level)] if np.isfinite(view.level) else []
    expected = () if found is None or state.relative else _expected(found)
    levels += [Level(end, "watch", Stroke.DOTTED) for end in expected]
    detail = f"{view.label}; yellow: expected if nothing changed" if expected else view.label
    return ChartView(TITLES["horizon"], detail, tuple(lines), band, tuple(levels), is_log_y=view.is_log, note=view.note)


def _expected(found: DecayFindings) -> tuple[float, ...]:
    """Return between what the mean test loss is expected, as it is shown; nothing where that is not known."""
    if isinstance(found.expected, NotTested):
        return ()
    ends = np.array([found.expected.interval.low, found.expected.interval.high])
    is_root = found.judged.headline.ratio_power == 0.5
    shown = np.sqrt(np.maximum(ends, 0.0)) if is_root else ends
    return tuple(shown.tolist()) if np.isfinite(shown).all() else ()
