"""The room of assumptions: the table of tests, what each broken one costs, and the returns behind it."""

from dataclasses import replace
from typing import Final

import numpy as np

from outsample.diagnostics.assumptions import Assumption, AssumptionRow, AssumptionTable, Stretch
from outsample.number_text import number
from outsample.prepared import prepared
from outsample.report.analysis import Analysis
from outsample.report.assumption_findings import (
    AssumptionFindings,
    normal_quantiles,
    quantiles_table,
    vols_table,
)
from outsample.report.assumptions import assumptions_table, outcome_word
from outsample.report.table import Table, column
from outsample.test_result import NotTested
from outsample.typing import SECOND
from outsample_desktop.resolve.charts import Bar, BarsView, ChartView, Line, Stroke, Tabled
from outsample_desktop.resolve.cuts import cursor_index
from outsample_desktop.resolve.finding_views import AssumptionsView
from outsample_desktop.resolve.found import WAITING, Found, result_of, standing_of
from outsample_desktop.resolve.numbers import p_text
from outsample_desktop.resolve.tests_shown import amount_text
from outsample_desktop.session import State

__all__ = ["assumptions_view"]

_MOST: Final = 8  # bars
_SHORT: Final = {
    Assumption.NORMALITY: "normality",
    Assumption.TAILS: "tails",
    Assumption.CONSTANT_VOL: "constant vol",
    Assumption.INDEPENDENCE: "independence",
    Assumption.CONTINUITY: "jumps",
    Assumption.KNOWN_VOL: "known vol",
    Assumption.CONSTANT_RATE: "carry",
    Assumption.COSTLESS_HEDGING: "hedging",
    Assumption.NO_MANIPULATION: "manipulation",
}
_STRETCHES: Final = {Stretch.TRAIN: "train", Stretch.TEST: "test", Stretch.CARRIED: "train→test"}
_HUES: Final = {Stretch.TRAIN: "muted", Stretch.TEST: "passed", Stretch.CARRIED: "watch"}
_QUANTILES: Final = "Returns against the normal law"
_VOLS: Final = "Implied and realised volatility"
_COSTS: Final = "What it costs"


def assumptions_view(state: State, analysis: Analysis, found: Found | None) -> AssumptionsView:
    """Return what the room of assumptions shows.

    Parameters
    ----------
    state : State
    analysis : Analysis
    found : Found, optional
        What was worked out last, for this state or for one before it.
    """
    standing, message = standing_of(found, state, "")
    result = result_of(found, AssumptionFindings)
    if result is None:
        return _without(standing, message, message or WAITING)
    still = _found_view(result)
    cursor = float(analysis.data.times[cursor_index(state, analysis)]) / SECOND
    vols = still.realised_implied
    moved = replace(vols, cursor=cursor) if vols.lines else vols
    return replace(still, state=standing, message=message or still.message, realised_implied=moved)


def _without(standing: str, message: str, note: str) -> AssumptionsView:
    """Return the room before anything was worked out, or where nothing could be."""
    charts = ChartView(_QUANTILES, "", note=note), ChartView(_VOLS, "", is_time=True, note=note)
    table = Tabled(Table("assumptions", ()), note)
    return AssumptionsView(standing, message, table, BarsView(_COSTS, "", note=note), *charts, {})


@prepared
def _found_view(found: AssumptionFindings) -> AssumptionsView:
    """Return what neither boundary nor cursor moves, until there are other findings."""
    whole = assumptions_table(found.table)
    tables = {
        "assumptions": whole,
        "assumption-costs": whole,
        "return-quantiles": quantiles_table(found),
        "realised-implied": vols_table(found),
    }
    tests, costs = _tests(found.table), _costs(found.table)
    return AssumptionsView("", _headline(found.table), tests, costs, _quantiles(found), _vols(found), tables)


def _headline(table: AssumptionTable) -> str:
    """Return which assumptions do not hold, in the order of the table."""
    broken = list(dict.fromkeys(row.assumption.value for row in table.discoveries))
    if not broken:
        return f"none of {table.tested} tests finds a departure that chance does not explain"
    return f"not as taken for granted: {', '.join(broken)}"


def _tests(table: AssumptionTable) -> Tabled:
    """Return the columns that are read across, and below them what each row says, costs and leaves open."""
    rows = table.rows
    shown = Table(
        "assumptions",
        (
            column("assumption", [one.assumption.value for one in rows]),
            column("tested on", [one.stretch.value for one in rows]),
            column("test", [one.outcome.title for one in rows]),
            column("outcome", [outcome_word(one) for one in rows]),
            column("effect (interval)", [_effect(one) for one in rows]),
            column("p adjusted", [p_text(one.adjusted_p) for one in rows]),
            column("cost [vol pts]", [_cost(one) for one in rows], 2),
        ),
    )
    calendar = table.caveat.partition(". ")[2]
    share = f"{100.0 * table.level:g} % of these may be false on average"
    sentence = f"{len(table.discoveries)} of {table.tested} tests reject after adjustment; {share}. {calendar}"
    return Tabled(shown, sentence, tuple(_told(one) for one in rows))


def _effect(row: AssumptionRow) -> str:
    found = row.outcome
    if isinstance(found, NotTested):
        return "–"
    return amount_text(found.effect, found.low, found.high, found.effect_unit)


def _cost(row: AssumptionRow) -> float:
    return float("nan") if row.cost_volpoints is None else row.cost_volpoints


def _told(row: AssumptionRow) -> str:
    """Return everything about a row that no column has room for."""
    about = f"{row.outcome.title}, {row.stretch.value} ({row.assumption.meaning})"
    parts = [f"{about}: {row.outcome.sentence.rstrip('.')}."]
    if row.cost_volpoints is not None:
        parts.append(f"Cost {number(row.cost_volpoints, 2)} vol points: {row.cost_source.rstrip('.')}.")
    if row.caution:
        parts.append(f"Caution: {row.caution}")
    return " ".join(parts)


def _costs(table: AssumptionTable) -> BarsView:
    """Return the dearest departures, each at the stretch where it costs most."""
    known = [row for row in table.rows if row.cost_volpoints is not None]
    known.sort(key=lambda row: -abs(row.cost_volpoints or 0.0))
    bars = tuple(_bar(row) for row in known[:_MOST])
    note = "" if bars else "no departure with an honest figure in vol points"
    detail = "vol points; hatched: not found after adjustment"
    return BarsView(_COSTS, detail, bars, note)


def _bar(row: AssumptionRow) -> Bar:
    cost = row.cost_volpoints or 0.0
    title = f"{_SHORT[row.assumption]}, {_STRETCHES[row.stretch]}"
    nothing = float("nan")
    said = f"{row.assumption.value}, {row.stretch.value}, {row.outcome.title}: {row.cost_source}"
    return Bar(title, number(cost, 2), cost, nothing, nothing, _HUES[row.stretch], not row.is_discovery, said=said)


def _quantiles(found: AssumptionFindings) -> ChartView:
    sides = (("train", found.train, "muted"), ("test", found.test, "passed"))
    lines = [
        Line(name, hue, normal_quantiles(values.size), values, is_active=name == "test")
        for name, values, hue in sides
        if values.size
    ]
    note = "" if lines else "returns need a scale: the train window has none that move"
    ends = np.array([-3.5, 3.5])
    detail = "train sd; dotted: a normal law"
    normal = [Line("", "text", ends, ends, Stroke.DOTTED)] if lines else []
    return ChartView(_QUANTILES, detail, (*lines, *normal), note=note)


def _vols(found: AssumptionFindings) -> ChartView:
    vols = found.vols
    if vols is None or not vols.time.size:
        note = "implied volatility needs option quotes" if vols is None else "no option near the money lived to its end"
        return ChartView(_VOLS, "", is_time=True, note=note)
    x = vols.time / SECOND
    lines = (
        Line("implied", "price", x, 100.0 * vols.implied, is_active=True),
        Line("realised over its life", "watch", x, 100.0 * vols.realised),
    )
    detail = f"% a year, options of {vols.life_days:g} days"
    return ChartView(_VOLS, detail, lines, is_time=True)
