"""The tables of the calibration room: one row a parameter, one row a time."""

import numpy as np

from outsample.calibration import parameter_names, ranges_of
from outsample.calibration.tape import STATUSES, CalibrationTape
from outsample.prepared import prepared
from outsample.report.table import Column, Table, column, times
from outsample_desktop.resolve.calibrated import LOSSES, Calibrated
from outsample_desktop.resolve.calibration_fits import Estimate
from outsample_desktop.resolve.calibration_views import MatrixView

__all__ = ["correlations_table", "days_table", "parameters_table"]


def parameters_table(model: Calibrated, main: Estimate, beside: Estimate | None) -> Table:
    """Return the pooled estimates, and beside them those under another loss."""
    names = [name.replace("_", " ") for name in parameter_names(model.kind)]
    columns = [
        column("model", [model.title] * len(names)),
        column("parameter", names),
        column("unit", [one.unit for one in ranges_of(model.kind)]),
    ]
    for found in (main, beside):
        if found is not None and found.pooled is not None:
            columns += _estimates(found, LOSSES[found.loss].short)
    return Table("calibration_parameters", tuple(columns) if len(columns) > 3 else ())


def _estimates(found: Estimate, loss: str) -> tuple[Column, ...]:
    assert found.pooled is not None
    at_bound = ["at bound" if held else "" for held in found.pooled.at_bound.tolist()]
    return (
        column(f"{loss}: pooled", found.pooled.values, 4),
        column(f"{loss}: s.e.", found.pooled.standard_errors, 4),
        column(f"{loss}: bound", at_bound),
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
        words = name.replace("_", " ")
        columns.append(column(words, tape.values[:, place], 4))
        columns.append(column(f"{words} standard error", tape.standard_errors[:, place], 4))
    return Table("calibration_days", tuple(columns))
