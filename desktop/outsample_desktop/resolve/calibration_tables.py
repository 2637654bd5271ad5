"""The tables of the calibration room: one row a parameter, one row a time."""

import numpy as np

from outsample.calibration import parameter_names, ranges_of
from outsample.calibration.tape import STATUSES, CalibrationTape
from outsample.prepared import prepared
from outsample.report.table import Column, Table, column, times
from outsample_desktop.resolve.calibrated import LOSSES, Calibrated
from outsample_desktop.resolve.calibration_estimates import Estimate, ParameterSet, name_of
from outsample_desktop.resolve.calibration_views import MatrixView

__all__ = ["correlations_table", "days_table", "parameters_table"]


def parameters_table(model: Calibrated, main: Estimate, beside: Estimate | None) -> Table:
    """Return exact fit and pooled estimate of each parameter, and beside them those under another loss."""
    names = [name_of(name) for name in parameter_names(model.kind)]
    columns = [column("parameter", names), column("unit", [one.unit for one in ranges_of(model.kind)])]
    for found, prefix in ((main, ""), (beside, "" if beside is None else f"{LOSSES[beside.loss].short}: ")):
        if found is not None and found.pooled is not None:
            columns += _exact(found, f"{prefix}exact", is_explained=found is main)
            columns += _estimates(found.quick, f"{prefix}pooled", len(names))
    columns.append(column("model", [model.title] * len(names)))
    columns.append(column("loss", [LOSSES[main.loss].brief] * len(names)))
    return Table("calibration_parameters", tuple(columns) if len(columns) > 4 else ())


def _exact(found: Estimate, heading: str, is_explained: bool) -> tuple[Column, ...]:
    """Return the exact fit; the same columns without numbers while it is awaited; or why there is none."""
    exact, size = found.exact, found.tape.values.shape[1]
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
    """Return the correlations of the pooled estimates, one row and one column each."""
    if not view.names:
        return Table("calibration_correlation", ())
    columns = [column(name, view.value[:, place], 3) for place, name in enumerate(view.names)]
    return Table("calibration_correlation", (column("parameter", view.names), *columns))


def days_table(model: Calibrated, found: Estimate) -> Table:
    """Return every time's own estimates."""
    return _days(found.tape, LOSSES[found.loss].unit, model.title)


@prepared
def _days(tape: CalibrationTape, unit: str, title: str) -> Table:
    columns = [
        times("time", tape.times),
        column("model", np.full(tape.times.size, title)),
        column(f"rmse [{unit}]", tape.root_mean_square, 3),
        column("quotes", tape.count),
        column("status", [STATUSES[code].value for code in tape.status.tolist()]),
    ]
    for place, name in enumerate(parameter_names(tape.kind)):
        words = name_of(name)
        columns.append(column(words, tape.values[:, place], 4))
        columns.append(column(f"{words} standard error", tape.standard_errors[:, place], 4))
    return Table("calibration_days", tuple(columns))
