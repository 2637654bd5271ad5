"""The tables of an analysis: what the panes show and what `evaluate` writes are these very objects."""

from typing import Final

import numpy as np

from outsample.datasets import OptionQuotes
from outsample.diagnostics import SPARSE_BELOW, error_surface
from outsample.regimes import MULTIPLIERS, Regime, regime_penalty_path
from outsample.report.analysis import Analysis, Judged, daily_volatility
from outsample.report.table import Column, Table, column, times
from outsample.study import Failure
from outsample.windows import Window, iso

__all__ = [
    "decay_table",
    "losses_table",
    "parameters_table",
    "quotes_table",
    "regimes_table",
    "studies_table",
    "surface_table",
]


def studies_table(analysis: Analysis) -> Table:
    """Return one row a model: every figure of the headline and the verdict; failures have their sentence."""
    rows = [_study_row(result) for result in analysis.results]
    headers = list(dict.fromkeys(key for row in rows for key in row))
    columns = []
    for header in headers:
        values = [row.get(header) for row in rows]
        is_text = any(isinstance(value, str) for value in values)
        filled = [("" if is_text else float("nan")) if value is None else value for value in values]
        columns.append(column(header, filled))
    return Table("studies", tuple(columns))


def _study_row(result: Judged | Failure) -> dict[str, float | int | str]:
    if isinstance(result, Failure):
        return {"model": result.model, "verdict": "Cannot be judged", "rule": result.sentence()}
    found, verdict, unit = result.headline, result.verdict, result.headline.unit
    contrast = "ln ratio" if found.is_ratio else unit
    return {
        "model": result.entry.name,
        "verdict": verdict.status.value,
        "rule": verdict.rule,
        "caveat": verdict.caveat,
        "benchmark": found.benchmark,
        f"in_sample [{unit}]": found.in_sample,
        f"out_of_sample [{unit}]": found.out_of_sample,
        "out_over_in": found.out_over_in,
        f"bias_in [{unit}]": found.bias_in,
        f"bias_out [{unit}]": found.bias_out,
        f"theta [{contrast}]": found.delta,
        f"low_95 [{contrast}]": found.low,
        f"high_95 [{contrast}]": found.high,
        f"lower_bound_95 [{contrast}]": found.lower_bound,
        f"upper_bound_95 [{contrast}]": found.upper_bound,
        f"limit [{contrast}]": verdict.limit.value,
        "limit_origin": verdict.limit.origin,
        f"headroom [{contrast}]": verdict.headroom,
        "p_nominal": found.p_value,
        f"regret [{contrast}]": found.regret,
        "times_train": found.times_train,
        "times_test": found.times_test,
        "times_missing": found.missing,
        "n_eff_train": found.effective_train,
        "n_eff_test": found.effective_test,
        f"minimum_detectable [{contrast}]": found.minimum_detectable,
        "coverage_test": found.coverage_test,
        "not_predicted": result.study.refused,
        "left_out": result.study.uncommon,
    }


def losses_table(analysis: Analysis) -> Table:
    """Return loss, contrast and regret of every model at every time, with window and regime."""
    at = analysis.data.times
    window = np.full(at.size, "", dtype="<U5")
    for name, part in (("train", analysis.split.train), ("test", analysis.split.test)):
        window[part.rows(at)] = name
    names = np.array([regime.name.lower() for regime in Regime])
    columns = [times("time", at), column("window", window), column("regime", names[analysis.regimes.at(at)])]
    for result in analysis.judged:
        study, unit = result.study, result.headline.unit
        squared = f"{unit}²" if study.score.shown.value == "RMSE" else unit
        contrast = "ln ratio" if study.is_ratio else unit
        columns.append(column(f"loss {result.entry.name} [{squared}]", study.loss))
        if study.differential is not None:
            columns.append(column(f"contrast {result.entry.name} [{contrast}]", study.differential))
        if study.regret is not None:
            columns.append(column(f"regret {result.entry.name} [{contrast}]", study.regret))
    return Table("losses", tuple(columns))


def surface_table(analysis: Analysis) -> Table:
    """Return loss, bias and count of every cell, model and window."""
    grid = analysis.data.observed.grid if isinstance(analysis.data, OptionQuotes) else None
    rows = grid.row_labels() if grid else ("all",)
    columns = grid.column_labels() if grid else ("all",)
    windows = {"train": analysis.split.train, "test": analysis.split.test}
    cells = [(row, col) for row in rows for col in columns]
    count = len(cells)
    found = [
        (result, name, error_surface(result.study, window))
        for result in analysis.judged
        for name, window in windows.items()
    ]
    unit = analysis.score.score.unit.value
    shown = analysis.score.score.shown.value.lower()
    counts = np.concatenate([surface.count for *_, surface in found]) if found else np.empty(0)
    return Table(
        "surface",
        (
            column("model", [result.entry.name for result, *_ in found for _ in range(count)]),
            column("window", [name for _, name, _ in found for _ in range(count)]),
            column("tenor", [row for _ in found for row, _ in cells]),
            column("moneyness", [col for _ in found for _, col in cells]),
            column("quotes", counts.astype(np.int64)),
            column(f"{shown} [{unit}]", np.concatenate([s.loss for *_, s in found]) if found else np.empty(0)),
            column(f"bias [{unit}]", np.concatenate([s.bias for *_, s in found]) if found else np.empty(0)),
            column("sparse", counts < SPARSE_BELOW),
        ),
    )


def parameters_table(analysis: Analysis) -> Table:
    """Return the estimates of every model with standard errors and bound flags; each row has a unit of its own."""
    found = [(result.entry.name, one) for result in analysis.judged for one in result.study.fitted.parameters]
    return Table(
        "parameters",
        (
            column("model", [name for name, _ in found]),
            column("parameter", [one.name for _, one in found]),
            column("value [its unit]", np.array([one.value for _, one in found], dtype=float), 6),
            column("standard error [its unit]", np.array([one.standard_error for _, one in found], dtype=float), 6),
            column("unit", [one.unit for _, one in found]),
            column("at a bound", np.array([one.at_bound for _, one in found], dtype=bool)),
        ),
    )


_BANDS: Final = {
    "value": "value",
    "low_95": "low",
    "high_95": "high",
    "low_95_simultaneous": "low_all",
    "high_95_simultaneous": "high_all",
}


def decay_table(analysis: Analysis) -> Table:
    """Return the decay curves with their pointwise 95 % bands."""
    parts: dict[str, list[object]] = {}

    def add(header: str, values: object) -> None:
        parts.setdefault(header, []).append(values)

    unit = analysis.score.score.unit.value
    for result in analysis.judged:
        decay = result.decay
        nothing = np.full(decay.start.size, np.nan)
        relative = decay.relative
        add("model", np.full(decay.start.size, result.entry.name))
        add("from [days]", decay.start)
        add("to [days]", decay.stop)
        add("times", decay.times)
        for name, of in _BANDS.items():
            add(f"{name} [{unit}]", getattr(decay.raw, of))
        for name, of in _BANDS.items():
            add(f"relative_{name}", nothing if relative is None else getattr(relative, of))
        add("hatched", np.full(decay.start.size, decay.raw.hatched))
    return Table("decay", tuple(column(header, np.concatenate(values)) for header, values in parts.items()))  # type: ignore[arg-type]


def regimes_table(analysis: Analysis) -> Table:
    """Return the segments known at the train end, then the number of segments under each penalty multiplier."""
    track, daily = analysis.regimes, daily_volatility(analysis.data)
    path = regime_penalty_path(daily, analysis.split.train, analysis.parameters.regimes)
    labels = [one.label.name.lower() for one in track.segments]
    vols = [100.0 * one.volatility for one in track.segments]
    return Table(
        "regimes",
        (
            column("what", ["segment"] * len(labels) + ["penalty path"] * len(path.penalty)),
            column("from", [iso(one.start) for one in track.segments] + [""] * len(path.penalty)),
            column("to", [iso(one.stop) for one in track.segments] + [""] * len(path.penalty)),
            column("regime", labels + [""] * len(path.penalty)),
            column("vol [% a year]", vols + [np.nan] * len(path.penalty), 1),
            column("multiplier", [np.nan] * len(labels) + list(MULTIPLIERS), 2),
            column("segments", [np.nan] * len(labels) + path.segments.astype(float).tolist(), 0),
        ),
    )


def quotes_table(analysis: Analysis, cell: int, window: Window, model: str) -> Table:
    """Return the quotes of one cell in a window, worst loss of `model` first.

    Parameters
    ----------
    cell : int
        Cell of the error surface.
    window : Window
    model : str
        Its prediction, error and loss are listed; unknown or failed models leave those columns out.
    """
    data = analysis.data
    if not isinstance(data, OptionQuotes):
        return Table("quotes", ())
    seen = data.observed
    first, last = seen.time_start[window.rows(data.times).start], seen.time_start[window.rows(data.times).stop]
    at = np.flatnonzero(seen.cell[first:last] == cell) + first
    extra: list[Column] = []
    result = analysis.find(model)
    if result is not None and result.study.is_exact:
        losses, unit = result.study.losses, result.headline.unit
        loss = losses.values()[at]
        order = np.argsort(-np.nan_to_num(loss, nan=-1.0), kind="stable")
        at = at[order]
        extra = [
            column("predicted vol [%]", 100.0 * result.study.prediction.values[at], 2),
            column(f"error [{unit}]", losses.errors()[at], 3),
        ]
    row = seen.row[at]
    names = np.asarray(data.instruments, dtype=object)
    return Table(
        "quotes",
        (
            times("time", data.time[row]),
            column("instrument", names[data.instrument[row]]),
            column("bid", data.bid[row], 4),
            column("ask", data.ask[row], 4),
            column("forward [USD]", data.forward[row], 2),
            column("tenor [days]", 365.0 * seen.tenor[at], 2),
            column("observed vol [%]", 100.0 * seen.implied_vol[at], 2),
            *extra,
        ),
    )
