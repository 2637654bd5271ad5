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
from outsample.typing import Floats, frozen

__all__ = ["HIGHEST", "LOWEST", "POINTS", "cubic", "place_of", "products", "table", "vol_of_place"]

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


@prepared
def table(data: OptionQuotes, rate: float, place: int) -> Floats:
    """Return the (k,) European vols of the American prices of all observations at a vol of the lattice.

    NaN where a slice has no spot, and where a price is no European one: below what exercise pays at expiry.
    """
    seen = data.observed
    prices = american_slices(
        seen.log_moneyness,
        seen.is_call,
        seen.slice_start,
        seen.slice_tenor,
        _carry_of(data),
        rate,
        vol_of_place(place),
    )
    return frozen(implied_vol(prices, np.exp(seen.log_moneyness), seen.tenor, seen.is_call))


@prepared
def products(data: OptionQuotes, rate: float, first: int) -> Cumulative:
    """Return prefix sums over the times of G (4, 4), g (4,), s and the number of quotes, flattened in that order.

    Quotes without a vol at one of the four places have no part in them.
    """
    seen = data.observed
    columns = np.stack([*(table(data, rate, first + i) for i in range(POINTS)), seen.implied_vol])
    is_priced = np.isfinite(columns).all(axis=0)
    columns = np.where(is_priced, columns, 0.0)
    sums = np.empty((data.times.size, POINTS * POINTS + POINTS + 2))

    def by_time(weights: Any) -> Floats:
        return np.asarray(np.bincount(seen.time_index, weights=weights, minlength=data.times.size), dtype=np.float64)

    for i in range(POINTS):
        for j in range(i, POINTS):
            sums[:, POINTS * i + j] = sums[:, POINTS * j + i] = by_time(columns[i] * columns[j])
        sums[:, POINTS * POINTS + i] = by_time(columns[i] * columns[POINTS])
    sums[:, -2] = by_time(columns[POINTS] ** 2)
    sums[:, -1] = by_time(is_priced)
    return Cumulative.of(sums, centred=False)


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
