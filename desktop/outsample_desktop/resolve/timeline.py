"""The timeline: price, regimes, losses through time, and the split."""

from typing import Final

import numpy as np

from outsample.datasets import OptionQuotes
from outsample.model import Dataset
from outsample.prepared import prepared
from outsample.report.analysis import Analysis, Judged, underlying_of
from outsample.scores import Shown
from outsample.typing import SECOND, Floats
from outsample_desktop.resolve.bands import bands_of
from outsample_desktop.resolve.cuts import cursor_index
from outsample_desktop.resolve.panes import active_model, hue_of, log10_of
from outsample_desktop.resolve.views import Curve, TimelineView
from outsample_desktop.session import State

__all__ = ["TRAILING_BARS", "timeline_view"]

TRAILING_BARS: Final = 30  # one price score says little; the strip shows the mean of the last so many
_EMPTY: Final = np.empty(0)


def timeline_view(state: State, analysis: Analysis) -> TimelineView:
    """Return what the timeline shows."""
    data, split = analysis.data, analysis.split
    is_log = analysis.score.score.unit.domain.value != "return"
    brushed, share = _brushed(state, analysis)
    active = active_model(state, analysis)
    unit = analysis.score.score.unit.value
    what = analysis.score.score.shown.value if is_log else "loss"
    trailing = "" if is_log else f", mean of {TRAILING_BARS} bars"
    return TimelineView(
        times=data.times,
        price=price_curve(data),
        price_label=underlying_of(data).symbol or "price",
        loss_label=f"{what}{trailing} [{unit}]",
        bands=bands_of(analysis),
        losses=tuple(_loss_curve(result, analysis, result is active, is_log) for result in analysis.judged),
        is_log=is_log,
        split=split,
        scheme=state.scheme,
        handle=state.handle,
        cursor=float(data.times[cursor_index(state, analysis)]) / SECOND,
        brushed=brushed,
        brushed_share=share,
    )


@prepared
def price_curve(data: Dataset) -> Curve:
    """Return the price of the underlying over UTC seconds; the same object for the life of the data."""
    history = underlying_of(data)
    return Curve("price", history.symbol, -1, history.time / SECOND, history.close)


@prepared
def seconds_of(data: Dataset) -> Floats:
    """Return observation times in UTC seconds."""
    return np.asarray(data.times / SECOND)


def _loss_curve(result: Judged, analysis: Analysis, is_active: bool, is_log: bool) -> Curve:
    study = result.study
    loss = study.loss
    x = seconds_of(analysis.data)
    if study.settings.stride > 1:
        kept = np.isfinite(loss)
        x, loss = x[kept], loss[kept]
    if is_log:
        power = 0.5 if study.score.shown is Shown.ROOT else 1.0
        y = power * log10_of(loss)
    else:
        y = trailing_mean(loss, TRAILING_BARS)
    return Curve(result.entry.name, result.entry.title, hue_of(result.entry.name), x, y, is_active)


def trailing_mean(values: Floats, bars: int) -> Floats:
    """Return the mean of the last `bars` finite values at each position; NaN before there are that many."""
    valid = np.isfinite(values)
    sums = np.concatenate([[0.0], np.cumsum(np.where(valid, values, 0.0))])
    counts = np.concatenate([[0], np.cumsum(valid)])
    stop = np.arange(1, values.size + 1)
    start = np.maximum(stop - bars, 0)
    n = counts[stop] - counts[start]
    full = (n == bars) & valid
    return np.asarray(np.divide(sums[stop] - sums[start], n, out=np.full(values.size, np.nan), where=full))


def _brushed(state: State, analysis: Analysis) -> tuple[Floats, Floats]:
    """Return the times at which the brushed cell has quotes, and their loss as a share of the largest."""
    active, cell = active_model(state, analysis), state.cell
    is_shown = isinstance(analysis.data, OptionQuotes) and cell in range(analysis.data.n_cells)
    if cell is None or not is_shown or not isinstance(active, Judged):
        return _EMPTY, _EMPTY
    means = active.study.losses.of_cell(cell)
    at = np.flatnonzero(active.study.losses.seen.counts[:, cell] > 0)
    top = float(means[at].max()) if at.size else 0.0
    return seconds_of(analysis.data)[at], means[at] / top if top > 0 else means[at]
