"""Surface and slices: cuts through the losses and predictions of one analysis."""

from collections.abc import Callable
from typing import Final

import numpy as np

from outsample.datasets import OptionQuotes, Prices
from outsample.diagnostics import SPARSE_BELOW, ErrorSurface, error_surface, shown
from outsample.regimes import Regime
from outsample.report.analysis import Analysis, Judged
from outsample.typing import SECOND, Bools, Floats
from outsample.windows import iso
from outsample_desktop.resolve.panes import active_model, hue_of
from outsample_desktop.resolve.views import Curve, SliceView, SurfaceView
from outsample_desktop.session import Measure, Side, State

__all__ = ["cursor_index", "round_reach", "slice_at", "smile_view", "surface_view", "term_view"]

_EMPTY: Final = np.empty((0, 0))
_FORECAST_BARS: Final = 250
_DEFAULT_TENOR_DAYS: Final = 30.0


def cursor_index(state: State, analysis: Analysis) -> int:
    """Return the observation time of the slices: the one chosen, or the last of the test window."""
    times = analysis.data.times
    if state.cursor is not None:
        return int(np.clip(np.searchsorted(times, state.cursor), 0, times.size - 1))
    return int(max(analysis.split.test.rows(times).stop - 1, 0))


def surface_view(state: State, analysis: Analysis) -> SurfaceView:
    """Return the error surface of the active model, or its losses by regime for price models."""
    active = active_model(state, analysis)
    if not isinstance(active, Judged):
        note = "no model to show" if active is None else active.sentence()
        none = np.empty((0, 0), dtype=bool)
        return SurfaceView(_EMPTY, _EMPTY, none, (), (), "Error surface", "", "", "", "", False, 1.0, None, note)
    if isinstance(analysis.data, OptionQuotes):
        return _error_surface(state, analysis, analysis.data, active)
    return _regime_losses(analysis, active)


def _error_surface(state: State, analysis: Analysis, data: OptionQuotes, active: Judged) -> SurfaceView:
    grid = data.observed.grid
    found = _side(state.side, active, analysis)
    is_bias = state.measure is Measure.BIAS
    shape = (grid.rows, grid.columns)
    value = (found.bias if is_bias else found.loss).reshape(shape)
    is_signed = is_bias or state.side is Side.DIFFERENCE
    kind = "bias" if is_bias else active.study.score.shown.value
    side = {Side.TRAIN: "train", Side.TEST: "test", Side.DIFFERENCE: "test − train"}[state.side]
    axis = "ln(K/F) / (σ√T)" if state.axis.value == "moneyness" else "call delta"
    return SurfaceView(
        value,
        found.count.reshape(shape),
        found.sparse.reshape(shape),
        grid.row_labels(),
        grid.column_labels(),
        active.entry.title,
        f"{kind} [{active.headline.unit}], {side}",
        active.headline.unit,
        "tenor",
        axis,
        is_signed,
        round_reach(value, found.sparse.reshape(shape)),
        state.cell,
    )


def _side(side: Side, active: Judged, analysis: Analysis) -> ErrorSurface:
    split = analysis.split
    if side is Side.DIFFERENCE:
        return error_surface(active.study, split.test).minus(error_surface(active.study, split.train))
    return error_surface(active.study, split.test if side is Side.TEST else split.train)


def round_reach(value: Floats, sparse: Bools | None = None) -> float:
    """Return a round end of the colour scale, so that it stands still while a boundary moves a little."""
    known = np.abs(value[np.isfinite(value) & (True if sparse is None else ~sparse)])
    top = float(known.max()) if known.size else 1.0
    if top <= 0.0:
        return 1.0
    unit = 10.0 ** np.floor(np.log10(top))
    return float(next(step * unit for step in (1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0) if step * unit >= top))


def _regime_losses(analysis: Analysis, active: Judged) -> SurfaceView:
    """Return mean losses by regime and window."""
    times = analysis.data.times
    label = analysis.regimes.at(times)
    value, count = np.full((len(Regime), 2), np.nan), np.zeros((len(Regime), 2))
    for column, window in enumerate((analysis.split.train, analysis.split.test)):
        rows = window.rows(times)
        for regime in Regime:
            part = active.study.loss[rows][label[rows] == regime]
            part = part[np.isfinite(part)]
            count[regime, column] = part.size
            if part.size:
                value[regime, column] = shown(active.study, part.mean())
    names = tuple(regime.name.lower() for regime in Regime)
    sparse = count < SPARSE_BELOW
    detail = f"mean loss by regime [{active.headline.unit}]"
    is_signed = bool((value[np.isfinite(value)] < 0).any())
    reach = round_reach(value, sparse)
    return SurfaceView(
        value,
        count,
        sparse,
        names,
        ("train", "test"),
        active.entry.title,
        detail,
        active.headline.unit,
        "regime",
        "window",
        is_signed,
        reach,
        None,
    )


def smile_view(state: State, analysis: Analysis) -> SliceView:
    """Return observed and predicted vols of one expiry at the cursor, or the forecast before the cursor for prices."""
    data, time = analysis.data, cursor_index(state, analysis)
    if isinstance(data, Prices):
        return _forecast_view(state, analysis, data, time)
    if not isinstance(data, OptionQuotes):
        return _nothing("no slice for this data")
    chosen = slice_at(state, data, time)
    if chosen is None:
        return _nothing(f"no usable quotes at {iso(int(data.times[time]))}")
    seen = data.observed
    rows = slice(int(seen.slice_start[chosen]), int(seen.slice_start[chosen + 1]))
    order = np.argsort(seen.log_moneyness[rows], kind="stable")
    x = 100.0 * np.exp(seen.log_moneyness[rows][order])
    market = Curve("observed", "observed mid", -1, x, 100.0 * seen.implied_vol[rows][order])
    curves = _predicted(state, analysis, x, lambda vols: 100.0 * vols[rows][order])
    tenor = 365.0 * float(seen.slice_tenor[chosen])
    title = f"Smile, {tenor:.1f} d, {_minute(int(data.times[time]))}"
    return SliceView(title, "strike / forward [%]", "implied vol [%]", market, curves)


def term_view(state: State, analysis: Analysis) -> SliceView:
    """Return observed and predicted at-the-money vols by tenor at the cursor."""
    data, time = analysis.data, cursor_index(state, analysis)
    if not isinstance(data, OptionQuotes):
        return _nothing("")
    seen = data.observed
    slices = range(int(seen.time_slice[time]), int(seen.time_slice[time + 1]))
    if not slices:
        return _nothing(f"no usable quotes at {iso(int(data.times[time]))}")
    nearest = []
    for one in slices:
        first, last = int(seen.slice_start[one]), int(seen.slice_start[one + 1])
        nearest.append(first + int(np.argmin(np.abs(seen.log_moneyness[first:last]))))
    rows = np.asarray(nearest)
    tenor = 365.0 * seen.slice_tenor[slices.start : slices.stop]
    market = Curve("observed", "observed mid", -1, np.log10(tenor), 100.0 * seen.implied_vol[rows])
    curves = _predicted(state, analysis, market.x, lambda vols: 100.0 * vols[rows])
    return SliceView("Term structure", "tenor [days]", "implied vol [%]", market, curves, is_log_x=True)


def slice_at(state: State, data: OptionQuotes, time: int) -> int | None:
    """Return the slice at a time whose tenor is nearest to the brushed cell's, or to 30 days."""
    seen = data.observed
    first, last = int(seen.time_slice[time]), int(seen.time_slice[time + 1])
    if last <= first:
        return None
    wanted = _DEFAULT_TENOR_DAYS
    if state.cell is not None:
        edges = (0.0, *seen.grid.tenor_edges, 1.5 * seen.grid.tenor_edges[-1])
        row = min(state.cell // seen.grid.columns, len(edges) - 2)
        wanted = 0.5 * (edges[row] + edges[row + 1])
    tenor = 365.0 * seen.slice_tenor[first:last]
    return first + int(np.argmin(np.abs(np.log(tenor / wanted))))


def _predicted(state: State, analysis: Analysis, x: Floats, read: Callable[[Floats], Floats]) -> tuple[Curve, ...]:
    """Return one curve a judged model: what is read from its predictions."""
    active = active_model(state, analysis)
    return tuple(
        Curve(
            result.entry.name,
            result.entry.title,
            hue_of(result.entry.name),
            x,
            read(result.study.prediction.values),
            result is active,
        )
        for result in analysis.judged
    )


def _forecast_view(state: State, analysis: Analysis, data: Prices, time: int) -> SliceView:
    rows = slice(max(0, time + 1 - _FORECAST_BARS), time + 1)
    x = data.times[rows] / SECOND
    is_variance = analysis.score.score.name == "qlike"
    observed = Curve("observed", "return", -1, x, 100.0 * data.returns[rows])

    def shown_as(values: Floats) -> Floats:
        return np.asarray(100.0 * (-np.sqrt(values[rows]) if is_variance else values[rows]))

    curves = _predicted(state, analysis, x, shown_as)
    what = "minus one sigma" if is_variance else "VaR"
    title = f"Returns and {what}, {rows.stop - rows.start} bars to {_minute(int(data.times[time]))}"
    return SliceView(title, "", "return [%]", observed, curves, is_time=True)


def _nothing(note: str) -> SliceView:
    return SliceView("", "", "", None, (), note=note)


def _minute(time: int) -> str:
    return str(np.datetime64(time, "ns").astype("datetime64[m]")).replace("T", " ")
