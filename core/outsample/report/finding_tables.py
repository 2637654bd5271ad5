"""The tables of the rooms of decay and assumptions for all models at once: what `outsample evaluate` can add."""

from collections.abc import Callable, Iterable

import numpy as np

from outsample.errors import DataError
from outsample.report.analysis import Analysis
from outsample.report.assumption_findings import find_assumptions, quantiles_table, vols_table
from outsample.report.assumptions import assumptions_table
from outsample.report.decay_findings import find_decay
from outsample.report.decay_tables import decay_room_tables
from outsample.report.table import Column, Table

__all__ = ["finding_tables"]


def finding_tables(
    analysis: Analysis, progress: Callable[[float, str], None] = lambda _share, _words: None
) -> tuple[Table, ...]:
    """Return every table that has a row: of decay for each model that has a benchmark, and of assumptions.

    Numbers are those of the rooms, except that no shuffle is left out for want of time.

    Parameters
    ----------
    analysis : Analysis
    progress : callable
        Called with (share done, what is being done).
    """
    contested = [one.entry for one in analysis.judged if one.entry.benchmark]
    by_name: dict[str, list[Table]] = {}
    for place, entry in enumerate(contested):
        first, words = place / len(contested), f"decay of {entry.title}"
        found = find_decay(analysis, entry.name, _within(progress, first, 1.0 / len(contested), words))
        for name, table in decay_room_tables(found).items():
            by_name.setdefault(name, []).append(table)
    decay = (_stacked(name, tables) for name, tables in by_name.items())
    return tuple(table for table in (*decay, *_of_assumptions(analysis)) if table.size)


def _within(progress: Callable[[float, str], None], first: float, share: float, words: str) -> Callable[[float], None]:
    return lambda done: progress(first + share * done, words)


def _of_assumptions(analysis: Analysis) -> tuple[Table, ...]:
    """Return the tables of assumptions; none where the data have no prices to test."""
    try:
        found = find_assumptions(analysis)
    except DataError:
        return ()
    return assumptions_table(found.table), quantiles_table(found), vols_table(found)


def _stacked(name: str, tables: Iterable[Table]) -> Table:
    """Return tables of equal columns as one; those without any are left out."""
    filled = [table for table in tables if table.columns]
    if not filled:
        return Table(name, ())
    columns = []
    for parts in zip(*(table.columns for table in filled), strict=True):
        values = np.concatenate([one.values for one in parts])
        columns.append(Column(parts[0].header, values, parts[0].decimals, parts[0].is_time))
    return Table(name, tuple(columns))
