"""The room of decay: the curve that follows a boundary, and what was worked out when it was let go."""

from dataclasses import replace
from typing import Final

import numpy as np

from outsample.diagnostics.staleness import Finding
from outsample.number_text import number, significant
from outsample.prepared import prepared
from outsample.report.analysis import Analysis
from outsample.report.decay_findings import PENDING, DecayFindings
from outsample.report.decay_tables import decay_room_tables
from outsample.report.table import Table
from outsample.report.tables import decay_table
from outsample.test_result import NotTested
from outsample.typing import SECOND
from outsample_desktop.resolve.charts import Band, BarsView, ChartView, Level, Line, Stroke, Tabled
from outsample_desktop.resolve.cuts import cursor_index
from outsample_desktop.resolve.decay_charts import TITLES, fluctuation_chart, recalibration_chart, staleness_chart
from outsample_desktop.resolve.decay_gap import gap_bars
from outsample_desktop.resolve.decay_triangle import no_triangle, triangle_grid
from outsample_desktop.resolve.finding_views import NO_DIAGONALS, DecayRoomView
from outsample_desktop.resolve.found import WAITING, Found, result_of, standing_of
from outsample_desktop.resolve.numbers import ratio_text
from outsample_desktop.resolve.panes import active_name, decay_view
from outsample_desktop.resolve.tests_shown import tests_shown
from outsample_desktop.session import State

__all__ = ["decay_room_view"]

_EMPTY: Final = ChartView("", "")
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
    result = result_of(found, DecayFindings)
    waits = message or WAITING
    still = _without(waits) if result is None else _found_view(result, waits)
    cursor = int(analysis.data.times[cursor_index(state, analysis)])
    moving = still.fluctuation
    return replace(
        still,
        state=standing,
        message=message or still.message,
        horizon=_horizon(state, analysis, result),
        fluctuation=replace(moving, cursor=cursor / SECOND) if moving.lines else moving,
        triangle=replace(still.triangle, marked=still.diagonals.cells_at(cursor)),
        tables={**still.tables, "horizon": decay_table(analysis)},
    )


@prepared
def _found_view(found: DecayFindings, waits: str) -> DecayRoomView:
    """Return what neither boundary nor cursor moves, until there are other findings."""
    tables = {"breakdown": Table("breakdown", ()), **decay_room_tables(found)}
    return DecayRoomView(
        "",
        _headline(found),
        _EMPTY,
        staleness_chart(found, waits),
        recalibration_chart(found, waits),
        fluctuation_chart(found, waits),
        gap_bars(found, waits),
        *triangle_grid(found, waits),
        tests_shown(tables["breakdown"], _TESTED_ON),
        tables,
    )


def _without(note: str) -> DecayRoomView:
    """Return the room before anything was worked out, or where nothing could be."""
    stale, cost, moving = (ChartView(TITLES[name], "", is_time=name == "fluctuation", note=note) for name in _CHARTS)
    bars, tests = BarsView(TITLES["gap"], "", note=note), Tabled(Table("breakdown", ()), note)
    return DecayRoomView("", "", _EMPTY, stale, cost, moving, bars, no_triangle(note), NO_DIAGONALS, tests, {})


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
