"""What American prices look like to whoever inverts them as European ones, at vols of a fixed lattice.

An American price costs some microseconds, and its implied vol is a smooth function of the vol it was made with. So
every quote is priced once at each vol of a lattice that is needed, and between these the vol that a quote shows is the
cubic through the four around. With c the four weights of a vol, the sum of squares of a window is
``c' G c - 2 c' g + s``, G, g and s from prefix sums of the products of the tables.
"""

import math
from typing import Any, Final

import numpy as np

from outsample.cumulative import Cumulative
from outsample.datasets import OptionQuotes
from outsample.formulas.american_kernel import american_slices
from outsample.formulas.implied_vol import implied_vol
from outsample.prepared import prepared
from outsample.typing import Bools, Floats, Integers, frozen

__all__ = [
    "HIGHEST",
    "LOWEST",
    "POINTS",
    "RATIO",
    "cubic",
    "place_of",
    "products",
    "products_of",
    "shown_vols",
    "table",
    "vol_of_place",
]

_LEAST_RATE: Final = 1e-6  # a year: at 0 a put with a positive carry has two boundaries, and no price by one of them
LOWEST: Final = 0.02
RATIO: Final = 1.1
INTERVALS: Final = 56
POINTS: Final = 4
HIGHEST: Final = LOWEST * RATIO**INTERVALS  # 4.2


def vol_of_place(place: int) -> float:
    """Return a vol of the lattice."""
    return LOWEST * RATIO**place


def place_of(vol: float) -> int:
    """Return the first of the four places around a vol; towards the ends the last four there are."""
    inside = min(max(vol, LOWEST), HIGHEST)
    return min(max(int(math.log(inside / LOWEST) / math.log(RATIO)) - 1, 0), INTERVALS + 1 - POINTS)


def cubic(first: int, vol: float) -> tuple[Floats, Floats]:
    """Return the (4,) weights of the places from `first` on at a vol, and their derivatives to it."""
    nodes = np.array([vol_of_place(first + i) for i in range(POINTS)])
    weights, slopes = np.empty(POINTS), np.empty(POINTS)
    for i in range(POINTS):
        others = np.delete(nodes, i)
        away = vol - others
        scale = float(np.prod(nodes[i] - others))
        weights[i] = float(np.prod(away)) / scale
        slopes[i] = float(away[1] * away[2] + away[0] * away[2] + away[0] * away[1]) / scale
    return weights, slopes


def shown_vols(
    data: OptionQuotes, rate: float, place: int, slices: slice, log_moneyness: Floats, is_call: Bools, start: Integers
) -> Floats:
    """Return the (n,) European vols of American prices at a vol of the lattice, for options on some slices.

    NaN where a slice has no spot, and where a price is no European one: below what exercise pays at expiry.

    Parameters
    ----------
    data : OptionQuotes
    rate : float
    place : int
        Of the vol.
    slices : slice
        Consecutive ones, s of them.
    log_moneyness, is_call : (n,) array
        Read-only, as columns of data are: others would be compiled for anew.
    start : (s + 1,) int array
        First option of each slice, and their number.
    """
    tenor, vol = data.observed.slice_tenor[slices], vol_of_place(place)
    prices = american_slices(log_moneyness, is_call, start, tenor, _carry_of(data)[slices], max(rate, _LEAST_RATE), vol)
    return implied_vol(prices, np.exp(log_moneyness), np.repeat(tenor, np.diff(start)), is_call)


@prepared
def table(data: OptionQuotes, rate: float, place: int) -> Floats:
    """Return the (k,) vols of `shown_vols` for all observations."""
    seen = data.observed
    quotes = (seen.log_moneyness, seen.is_call, seen.slice_start)
    return frozen(shown_vols(data, rate, place, slice(0, seen.slice_tenor.size), *quotes))


@prepared
def products(data: OptionQuotes, rate: float, first: int) -> Cumulative:
    """Return prefix sums over the times of G (4, 4), g (4,), s and the number of quotes, flattened in that order.

    Quotes without a vol at one of the four places have no part in them.
    """
    seen = data.observed
    columns = np.stack([table(data, rate, first + i) for i in range(POINTS)])
    return Cumulative.of(products_of(columns, seen.implied_vol, seen.time_index, data.times.size), centred=False)


def products_of(shown: Floats, vol: Floats, time_index: Integers, times: int) -> Floats:
    """Return (times, 22) the columns of `products`, not summed over times.

    Parameters
    ----------
    shown : (4, n) array
        What quotes show at the four places.
    vol : (n,) array
        What they are observed at.
    time_index : (n,) int array
        In ``0 .. times - 1``.
    times : int
    """
    columns = np.concatenate([shown, vol[np.newaxis]])
    is_priced = np.isfinite(columns).all(axis=0)
    columns = np.where(is_priced, columns, 0.0)
    sums = np.empty((times, POINTS * POINTS + POINTS + 2))

    def by_time(weights: Any) -> Floats:
        return np.asarray(np.bincount(time_index, weights=weights, minlength=times), dtype=np.float64)

    for i in range(POINTS):
        for j in range(i, POINTS):
            sums[:, POINTS * i + j] = sums[:, POINTS * j + i] = by_time(columns[i] * columns[j])
        sums[:, POINTS * POINTS + i] = by_time(columns[i] * columns[POINTS])
    sums[:, -2] = by_time(columns[POINTS] ** 2)
    sums[:, -1] = by_time(is_priced)
    return sums


@prepared
def _carry_of(data: OptionQuotes) -> Floats:
    """Return the (s,) carry ``ln(F / S) / T`` of each slice, the median over its quotes; NaN without a spot."""
    seen = data.observed
    spot = data.index[seen.row]
    with np.errstate(invalid="ignore", divide="ignore"):
        carry = np.where(spot > 0.0, np.log(seen.forward / spot), np.nan) / seen.tenor
    carry = np.where(np.isfinite(carry), carry, np.nan)
    edges = seen.slice_start.tolist()
    return frozen(np.array([_median(carry[a:b]) for a, b in zip(edges[:-1], edges[1:], strict=True)]))


def _median(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else math.nan
