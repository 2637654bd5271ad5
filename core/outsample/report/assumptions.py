"""The tests of assumptions as a table: one row a test and stretch, p beside effect, cost and what it says."""

import numpy as np

from outsample.diagnostics.assumptions import AssumptionRow, AssumptionTable
from outsample.report.table import Table, column
from outsample.test_result import NotTested, TestResult

__all__ = ["assumptions_table", "outcome_word"]


def assumptions_table(found: AssumptionTable) -> Table:
    """Return one row a test and stretch.

    ``found`` marks what stays rejected when the false discovery rate of the whole table is held at the level.
    Where a test could not be carried out, its numbers are empty and ``says`` has what it needs.

    Parameters
    ----------
    found : AssumptionTable

    Returns
    -------
    Table
        ``effect`` is in ``effect unit``; empty there for a pure number.
    """
    rows = [(one, one.outcome) for one in found.rows]
    tested = [outcome if isinstance(outcome, TestResult) else None for _, outcome in rows]

    def numbers(name: str) -> list[float]:
        return [float("nan") if result is None else float(getattr(result, name)) for result in tested]

    return Table(
        "assumptions",
        (
            column("assumption", [one.assumption.value for one, _ in rows]),
            column("tested on", [one.stretch.value for one, _ in rows]),
            column("test", [outcome.title for _, outcome in rows]),
            column("outcome", [outcome_word(one) for one, _ in rows]),
            column("effect", numbers("effect"), 3),
            column("effect unit", ["" if result is None else result.effect_unit for result in tested]),
            column("effect: low", numbers("low"), 3),
            column("effect: high", numbers("high"), 3),
            column("p", numbers("p_value"), 4),
            column("p adjusted", [one.adjusted_p for one, _ in rows], 4),
            column("found", [one.is_discovery for one, _ in rows]),
            column("cost [vol pts]", [_cost(one) for one, _ in rows], 2),
            column("cost from", [one.cost_source for one, _ in rows]),
            column("statistic", numbers("statistic"), 3),
            column("n", [0 if result is None else result.n for result in tested]),
            column("says", [outcome.sentence for _, outcome in rows]),
            column("caution", [one.caution for one, _ in rows]),
        ),
    )


def outcome_word(row: AssumptionRow) -> str:
    """Return the verdict on a row in a word."""
    if isinstance(row.outcome, NotTested):
        return "not tested"
    if row.is_discovery:
        return "rejected"
    return "rejected alone" if row.outcome.rejects else "not rejected"


def _cost(row: AssumptionRow) -> float:
    return float(np.nan) if row.cost_volpoints is None else row.cost_volpoints
