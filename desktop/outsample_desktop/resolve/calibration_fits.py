"""The smile at the cursor: quotes against the fit of their own time and those of the train window."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from outsample.datasets import OptionQuotes
from outsample.number_text import significant
from outsample.prepared import prepared
from outsample.report.table import Table, column
from outsample.typing import Floats, Integers
from outsample.windows import iso
from outsample_desktop.resolve.calibrated import LOSSES
from outsample_desktop.resolve.calibration_estimates import Estimate, ParameterSet
from outsample_desktop.resolve.cuts import slice_at
from outsample_desktop.resolve.daily_fits import DailyFits
from outsample_desktop.resolve.views import Curve, SliceView
from outsample_desktop.session import State

__all__ = ["SliceFit", "quotes_table", "slice_fit", "smile_of"]

_POINTS: Final = 33  # strikes between the outermost quotes at which a smile is drawn
_DAILY, _POOLED, _BESIDE = 0, 2, 3  # hues


@dataclass(frozen=True, slots=True, eq=False)
class SliceFit:
    """Quotes of one expiry with every fit of them.

    Parameters
    ----------
    title, when, note : str
        The tenor; the time; why there is nothing, and then the other fields are empty.
    strike : (n,) array
        Percent of the forward, ascending: quotes and the points between them.
    observed : (n,) array
        Vol points; NaN between quotes.
    curves : tuple of Curve
        Over `strike`.
    """

    title: str
    when: str
    strike: Floats
    observed: Floats
    curves: tuple[Curve, ...]
    note: str = ""


def slice_fit(
    state: State, data: OptionQuotes, time: int, main: Estimate, beside: Estimate | None, hue: int
) -> SliceFit:
    """Return one expiry at a time, as the overview chooses it, under the estimates that there are.

    Parameters
    ----------
    hue : int
        Of the model, in which its exact fit is drawn here as in the overview.
    """
    chosen = slice_at(state, data, time)
    when = iso(int(data.times[time]))[:16].replace("T", " ")
    if chosen is None:
        return SliceFit("Smile", when, np.empty(0), np.empty(0), (), f"no usable quotes at {when}")
    strike, vol = _points(data, chosen)
    curves = []
    if data.times[time] in main.daily.times:
        curves.append(_daily(data, chosen, main.daily, int(data.times[time])))
    exact = main.predicting(time)
    if main.pooled is not None:
        vols = _vols(data, chosen, main.pooled)
        curves.append(Curve("pooled", "pooled", _POOLED, strike, vols, exact is None))
    if exact is not None or main.exact.is_awaited:
        vols = np.full(strike.size, np.nan) if exact is None else _vols(data, chosen, exact)
        curves.append(Curve("exact", "exact", hue, strike, vols, True))
    if beside is not None and beside.pooled is not None:
        words = LOSSES[beside.loss].brief
        curves.append(Curve("beside", words, _BESIDE, strike, _vols(data, chosen, beside.pooled)))
    tenor = 365.0 * float(data.observed.slice_tenor[chosen])
    return SliceFit(f"Smile, {tenor:.1f} d", when, strike, vol, tuple(curves))


@prepared
def _points(data: OptionQuotes, chosen: int) -> tuple[Floats, Floats]:
    """Return the strikes of a slice with points between them, percent of the forward, and the vols observed there."""
    seen = data.observed
    rows = slice(int(seen.slice_start[chosen]), int(seen.slice_start[chosen + 1]))
    quoted = 100.0 * np.exp(seen.log_moneyness[rows])
    strike = np.concatenate([quoted, np.linspace(quoted.min(), quoted.max(), _POINTS)])
    vol = np.concatenate([100.0 * seen.implied_vol[rows], np.full(_POINTS, np.nan)])
    order = np.argsort(strike, kind="stable")
    return strike[order], vol[order]


@prepared
def _daily(data: OptionQuotes, chosen: int, daily: DailyFits, time: int) -> Curve:
    """Return the smile of a time's own fit, NaN where that failed: no boundary moves it."""
    strike, place = _points(data, chosen)[0], daily.place_of(time)
    vols = np.full(strike.size, np.nan)
    if place is not None:
        vols = daily.family.vols(daily.values[place], 0.01 * strike, data, chosen)
    return Curve("daily", "this time", _DAILY, strike, vols)


def _vols(data: OptionQuotes, chosen: int, found: ParameterSet) -> Floats:
    strike = 0.01 * _points(data, chosen)[0]
    if not np.isfinite(found.values).all():  # no state is carried to this time
        return np.full(strike.size, np.nan)
    return found.vols(strike, data, chosen)


def smile_of(fit: SliceFit) -> SliceView:
    """Return the slice as a pane draws it; the title of each curve says how far it is off, in vol points."""
    if fit.note:
        return SliceView(fit.title, "", "", None, (), note=fit.note)
    quoted = np.isfinite(fit.observed)
    curves = tuple(
        replace(curve, title=f"{curve.title} {_error(curve.y[quoted] - fit.observed[quoted])}") for curve in fit.curves
    )
    market = Curve("observed", "observed mid", -1, fit.strike[quoted], fit.observed[quoted])
    return SliceView(fit.title, f"K/F [%], {fit.when}", "vol [%]", market, curves)


def _error(residual: Floats) -> str:
    known = residual[np.isfinite(residual)]
    return significant(float(np.sqrt(np.mean(known**2)))) if known.size else "–"


def quotes_table(fit: SliceFit) -> Table:
    """Return the quotes of the slice with the vols that each fit gives them."""
    if fit.note:
        return Table("calibration_smile", ())
    rows: Integers = np.flatnonzero(np.isfinite(fit.observed))
    columns = [column("strike / forward [%]", fit.strike[rows], 2), column("observed [%]", fit.observed[rows], 2)]
    for curve in fit.curves:
        columns.append(column(f"{curve.title} [%]", curve.y[rows], 2))
        columns.append(column(f"{curve.title} − observed [vol pts]", curve.y[rows] - fit.observed[rows], 2))
    return Table("calibration_smile", tuple(columns))
