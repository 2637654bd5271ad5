"""The tables of the calibration room: one row a parameter, one row a time."""

import numpy as np

from outsample.prepared import prepared
from outsample.report.table import Column, Table, column, times
from outsample_desktop.resolve.calibrated import LOSSES
from outsample_desktop.resolve.calibration_estimates import Estimate, ParameterSet
from outsample_desktop.resolve.calibration_views import MatrixView
from outsample_desktop.resolve.daily_fits import DailyFits

__all__ = ["correlations_table", "days_table", "parameters_table"]


def parameters_table(main: Estimate, beside: Estimate | None) -> Table:
    """Return exact fit and pooled estimate of each parameter, and beside them those under another loss."""
    family = main.family
    columns = [column("parameter", family.parameters), column("unit", family.units)]
    for found, prefix in ((main, ""), (beside, "" if beside is None else f"{LOSSES[beside.loss].short}: ")):
        if found is not None and not found.sentence:
            columns += _exact(found, f"{prefix}exact", is_explained=found is main)
            if found.is_pooled:
                columns += _estimates(found.pooled, f"{prefix}pooled", len(family.parameters))
    columns.append(column("model", [family.title] * len(family.parameters)))
    columns.append(column("loss", [LOSSES[main.loss].brief] * len(family.parameters)))
    return Table("calibration_parameters", tuple(columns) if len(columns) > 4 else ())


def _exact(found: Estimate, heading: str, is_explained: bool) -> tuple[Column, ...]:
    """Return the exact fit; the same columns without numbers while it is awaited; or why there is none."""
    exact, size = found.exact, len(found.family.parameters)
    if exact.found is not None or exact.is_awaited:
        return _estimates(exact.found, heading, size)
    return (column(heading, [exact.brief] + [""] * (size - 1)),) if is_explained else ()


def _estimates(one: ParameterSet | None, heading: str, size: int) -> tuple[Column, ...]:
    unknown = np.full(size, np.nan)
    return (
        column(heading, unknown if one is None else one.values, 4),
        column(f"{heading} s.e.", unknown if one is None else one.errors, 4),
        column(f"{heading} note", ["preview"] * size if one is None else one.notes()),
    )


def correlations_table(view: MatrixView) -> Table:
    """Return the correlations of the estimates, one row and one column each."""
    if not view.names:
        return Table("calibration_correlation", ())
    columns = [column(name, view.value[:, place], 3) for place, name in enumerate(view.names)]
    return Table("calibration_correlation", (column("parameter", view.names), *columns))


@prepared
def days_table(daily: DailyFits) -> Table:
    """Return every time's own estimates; empty where a time has none."""
    columns = [
        times("time", daily.times),
        column("model", np.full(daily.times.size, daily.family.title)),
        column(f"rmse [{daily.unit}]", daily.root_mean_square, 3),
        column("quotes", daily.count),
        column("status", list(daily.endings)),
    ]
    for place in daily.family.moving:
        name = daily.family.parameters[place]
        columns.append(column(name, daily.values[:, place], 4))
        columns.append(column(f"{name} standard error", daily.standard_errors[:, place], 4))
    return Table("calibration_days", tuple(columns))
