"""The observations of an option history: quotes of weight 1, in slices of one time and one expiry."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from outsample.cumulative import Cumulative
from outsample.datasets.cells import Axis, Grid
from outsample.datasets.prices import Prices
from outsample.datasets.weights import WeightReason, weigh
from outsample.errors import DataError
from outsample.formulas.black import call_delta
from outsample.scores import ErrorUnit
from outsample.typing import YEAR, Bools, Floats, Integers, constant, frozen

if TYPE_CHECKING:
    from outsample.datasets.option_quotes import OptionQuotes

__all__ = ["ObservedQuotes", "observe"]


@dataclass(frozen=True, eq=False)
class ObservedQuotes:
    """Columns over the k observations, sorted by time, expiry, strike; over the s slices; over the m times.

    Parameters
    ----------
    row : (k,) int32 array
        Row of the history each observation came from.
    time_index : (k,) int32 array
    cell : (k,) int16 array
    log_moneyness : (k,) array
        ``ln(K / F)`` with the row's own forward.
    standardised : (k,) array
        ``ln(K / F) / (sigma_atm sqrt T)``.
    tenor : (k,) array
        Years, Act/365 to the second.
    strike, forward : (k,) array
        USD.
    is_call : (k,) bool array
    implied_vol : (k,) array
        Fraction a year, inverted from the observed premium.
    premium, half_spread : (k,) array
        Premium currency.
    slice_start : (s + 1,) int32 array
        First observation of each slice; one slice is one time and one expiry.
    slice_time : (s,) int32 array
        Index into the times.
    slice_tenor, slice_atm_vol : (s,) array
        Years; at-the-money vol of the slice at its own time, fraction a year.
    time_start : (m + 1,) int32 array
        First observation of each time.
    time_slice : (m + 1,) int32 array
        First slice of each time.
    grid : Grid
    underlying : Prices
    weight_reasons : dict
        Filter waterfall.
    """

    row: Integers
    time_index: Integers
    cell: Integers
    log_moneyness: Floats
    standardised: Floats
    tenor: Floats
    strike: Floats
    forward: Floats
    is_call: Bools
    implied_vol: Floats
    premium: Floats
    half_spread: Floats
    slice_start: Integers
    slice_time: Integers
    slice_tenor: Floats
    slice_atm_vol: Floats
    time_start: Integers
    time_slice: Integers
    grid: Grid
    underlying: Prices
    weight_reasons: dict[WeightReason, int]

    @property
    def size(self) -> int:
        """Number of observations."""
        return self.row.size

    @cached_property
    def strike_ratio(self) -> Floats:
        """(k,) ``K / F`` as pricing takes it, made when a premium is asked for."""
        return frozen(np.exp(self.log_moneyness))

    @cached_property
    def vol_sums(self) -> Cumulative:
        """Prefix sums over the times of the number of observations and of their implied vols, (m, 2)."""
        times = self.time_start.size - 1
        columns = [np.bincount(self.time_index, weights=one, minlength=times) for one in (None, self.implied_vol)]
        return Cumulative.of(np.column_stack(columns), centred=False)

    def scale(self, unit: ErrorUnit, inverse: bool) -> Floats:
        """Return the (k,) factor from an error in the unit's domain to `unit`; NaN where it is undefined."""
        match unit:
            case ErrorUnit.VOL_POINTS:
                return constant(100.0, self.size)
            case ErrorUnit.PRICE:
                return self.forward if inverse else constant(1.0, self.size)
            case ErrorUnit.COIN:
                return constant(1.0, self.size) if inverse else np.asarray(1.0 / self.forward)
            case ErrorUnit.PREMIUM_PERCENT:
                return np.asarray(100.0 / self.premium)
            case ErrorUnit.HALF_SPREADS:
                locked = np.full(self.size, np.nan)
                return np.asarray(np.divide(1.0, self.half_spread, out=locked, where=self.half_spread > 0))
            case _:
                raise DataError(f"an option error is not stated in {unit.value}; choose a vol or premium unit")


def observe(quotes: "OptionQuotes") -> ObservedQuotes:
    """Select the observations of `quotes` and lay them out in slices."""
    keep, premium, vol, waterfall = weigh(quotes)
    row = np.flatnonzero(keep).astype(np.int32)
    if not row.size:
        worst = max(waterfall, key=lambda reason: waterfall[reason])
        raise DataError(
            f"an option history needs quotes that can be observed, found {quotes.size:,} of weight 0, "
            f"most of them: {quotes.filters.says(worst)}; check the import report or relax the filters"
        )
    time, expiry = quotes.time[row], quotes.expiry[row]
    tenor = (expiry - time) / YEAR
    log_moneyness = np.log(quotes.strike[row] / quotes.forward[row])
    first = np.flatnonzero(np.r_[True, (np.diff(time) != 0) | (np.diff(expiry) != 0)])
    start = np.r_[first, row.size].astype(np.int32)
    time_index = np.searchsorted(quotes.times, time).astype(np.int32)
    atm_vol = _at_the_money(log_moneyness, vol[row], start)
    spread_of_slice = np.diff(start)
    standardised = log_moneyness / (np.repeat(atm_vol, spread_of_slice) * np.sqrt(tenor))
    grid = Grid(quotes.axis)
    coordinate = standardised
    if quotes.axis is Axis.DELTA:
        coordinate = call_delta(np.exp(log_moneyness), tenor, vol[row])
    bounds = np.arange(quotes.times.size + 1)
    return ObservedQuotes(
        row=frozen(row),
        time_index=frozen(time_index),
        cell=frozen(grid.cell(coordinate, tenor * 365.0)),
        log_moneyness=frozen(log_moneyness),
        standardised=frozen(standardised),
        tenor=frozen(tenor),
        strike=frozen(quotes.strike[row]),
        forward=frozen(quotes.forward[row]),
        is_call=frozen(quotes.is_call[row]),
        implied_vol=frozen(vol[row]),
        premium=frozen(premium[row]),
        half_spread=frozen(0.5 * (quotes.ask[row] - quotes.bid[row])),
        slice_start=frozen(start),
        slice_time=frozen(time_index[first]),
        slice_tenor=frozen(tenor[first]),
        slice_atm_vol=frozen(atm_vol),
        time_start=frozen(np.searchsorted(time_index, bounds).astype(np.int32)),
        time_slice=frozen(np.searchsorted(time_index[first], bounds).astype(np.int32)),
        grid=grid,
        underlying=_underlying(quotes),
        weight_reasons=waterfall,
    )


def _at_the_money(log_moneyness: Floats, vol: Floats, start: Integers) -> Floats:
    """Return each slice's vol at ``K = F``: linear between the nearest strikes, flat if all lie on one side."""
    atm = np.empty(start.size - 1)
    for i, (a, b) in enumerate(zip(start[:-1].tolist(), start[1:].tolist(), strict=True)):
        order = np.argsort(log_moneyness[a:b], kind="stable")
        atm[i] = np.interp(0.0, log_moneyness[a:b][order], vol[a:b][order])
    return atm


def _underlying(quotes: "OptionQuotes") -> Prices:
    """Return the median spot index of each snapshot; the nearest expiry's forward where no index is known."""
    bounds = np.r_[np.searchsorted(quotes.time, quotes.times), quotes.size].tolist()
    price = np.array([_level(quotes, slice(a, b)) for a, b in zip(bounds[:-1], bounds[1:], strict=True)])
    known = np.isfinite(price) & (price > 0)
    time, price = quotes.times[known], price[known]
    missing = np.full(price.size, np.nan)
    return Prices(time.copy(), price.copy(), price.copy(), price.copy(), price, missing, quotes.currency, quotes.source)


def _level(quotes: "OptionQuotes", rows: slice) -> float:
    index = _median(quotes.index[rows])
    if np.isfinite(index):
        return index
    forward, expiry = quotes.forward[rows], quotes.expiry[rows]
    known = np.isfinite(forward)
    return _median(forward[known & (expiry == expiry[known].min())]) if known.any() else float("nan")


def _median(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if finite.size else float("nan")
