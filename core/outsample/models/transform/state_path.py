"""The state of every time under one structure of Heston's model, and what it predicts for the next time.

The state of a time is the initial variance under which its own quotes are missed least, in squared implied vol. Vols of
all quotes are laid out at states whose vols are `STEP` apart in logarithm, by `VolSurface`; between four of these they
are a cubic. A time searches downhill from its own vol at the money and looks at no other time.
"""

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from outsample.calibration.pooling import VolSurface, tenor_range
from outsample.compiled import kernel
from outsample.datasets import ObservedQuotes, OptionQuotes
from outsample.formulas.fourier import Heston
from outsample.formulas.inlined import inlined
from outsample.prepared import prepared
from outsample.typing import DAY, Bools, Floats, Integers, freeze_columns

__all__ = ["StatePath", "Structure", "state_path"]

STEP: Final = 0.3  # of the logarithm of the vol of a state, between two that are priced
LOWEST, HIGHEST = -10, 4  # places: vols of 5 % and of 330 %
STENCIL: Final = 4
MOST_MOVES: Final = HIGHEST - LOWEST
STEPS: Final = 12  # Gauss-Newton, in a bracket of two places: more than it takes
INSIDE: Final = 1e-9  # of a place: what is not worth a step, and how far a state stays below the bracket's end

Structure = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class StatePath:
    """A history under one structure.

    Parameters
    ----------
    variance : (m,) array
        State of each time by its own quotes, a year; NaN at a time without quotes.
    standard_error : (m,) array
        Of it under the structure as it is, a year: clustered by tenor where there are several, else by quote, as of a
        calibration of one time; NaN at a bound and where its quotes do not determine it.
    is_at_bound : (m,) bool array
        Whether it is as low, or as high, as states go.
    sum_of_squares : (m,) array
        What it misses the vols of its own quotes by, squared.
    carried : (m,) array
        State that predicts each time: that of the last time before; NaN where there is none that is recent.
    vols : (k,) array
        What it predicts.
    """

    variance: Floats
    standard_error: Floats
    is_at_bound: Bools
    sum_of_squares: Floats
    carried: Floats
    vols: Floats

    def __post_init__(self) -> None:
        freeze_columns(self)


@prepared
def state_path(data: OptionQuotes, structure: Structure, oldest: float) -> StatePath:
    """Find the states of all times, and predict every time by the last state before it.

    Parameters
    ----------
    data : OptionQuotes
    structure : tuple of float
        Mean reversion, long-run variance, vol of vol, correlation.
    oldest : float
        Days; an older state predicts nothing.
    """
    seen, priced = data.observed, _Priced(data, structure)
    place = _nearest_places(seen, priced)
    rows = priced.rows(place)
    _refine(place, rows.first, rows.vols, seen.implied_vol, seen.time_start)
    error, squares = np.full(place.size, np.nan), np.zeros(place.size)
    _judge(place, rows.first, rows.vols, seen.implied_vol, seen.time_slice, seen.slice_start, error, squares)
    is_at_bound = (place <= LOWEST) | (place >= HIGHEST - 2.0 * INSIDE)
    index = np.arange(place.size)
    latest = np.r_[-1, np.maximum.accumulate(np.where(np.isfinite(place), index, -1))[:-1]]
    is_recent = (latest >= 0) & (data.times - data.times[np.maximum(latest, 0)] <= oldest * DAY)
    before = np.where(is_recent, place[np.maximum(latest, 0)], np.nan)
    out = np.empty(seen.size)
    _blend(before, rows.first, rows.vols, seen.time_start, out)
    variance = np.exp(2.0 * STEP * place)
    error = np.where(is_at_bound, np.nan, 2.0 * STEP * variance * error)
    return StatePath(variance, error, is_at_bound, squares, np.exp(2.0 * STEP * before), out)


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Vols of all k quotes at n consecutive places, (n, k), from the place `first` on."""

    first: int
    vols: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Priced:
    """Vols of all quotes at whole places, made when they are first asked for."""

    data: OptionQuotes
    structure: Structure
    vols: dict[int, Floats] = field(default_factory=dict)

    def at(self, place: int) -> Floats:
        """Return the (k,) vols at the state of one place."""
        if place not in self.vols:
            model = Heston(math.exp(2.0 * STEP * place), *self.structure)
            self.vols[place] = VolSurface.of(model, tenor_range(self.data)).at(self.data.observed)[0]
        return self.vols[place]

    def costs(self, place: int) -> Floats:
        """Return the (m,) sums of squared errors of the times at one place."""
        seen = self.data.observed
        errors = np.square(self.at(place) - seen.implied_vol)
        return np.bincount(seen.time_index, weights=errors, minlength=self.data.times.size).astype(
            np.float64, copy=False
        )

    def rows(self, place: Floats) -> _Rows:
        """Return what the neighbourhood of all these places needs."""
        first = max(min(int(np.nanmin(place)) - 2, HIGHEST - STENCIL + 1), LOWEST)
        last = min(max(int(np.nanmax(place)) + 2, LOWEST + STENCIL - 1), HIGHEST)
        return _Rows(first, np.stack([self.at(one) for one in range(first, last + 1)]))


def _nearest_places(seen: ObservedQuotes, priced: _Priced) -> Floats:
    """Return the whole place at which each time costs less than at its two neighbours; NaN without quotes."""
    has_quotes = np.diff(seen.time_slice) > 0
    nearest = seen.slice_atm_vol[seen.time_slice[:-1][has_quotes]]  # of the shortest tenor of each time
    place = np.clip(np.rint(np.log(nearest) / STEP), LOWEST, HIGHEST).astype(np.int64)
    for _ in range(MOST_MOVES):
        low, high = max(int(place.min()) - 1, LOWEST), min(int(place.max()) + 1, HIGHEST)
        table = np.stack([priced.costs(at)[has_quotes] for at in range(low, high + 1)], axis=1)
        around = np.clip(place[:, np.newaxis] + np.array([0, -1, 1]), LOWEST, HIGHEST)
        least = np.argmin(np.take_along_axis(table, around - low, axis=1), axis=1)
        moved = np.take_along_axis(around, least[:, np.newaxis], axis=1)[:, 0]
        if np.array_equal(moved, place):
            break
        place = moved
    out = np.full(has_quotes.size, np.nan)
    out[has_quotes] = place
    return out


@inlined
def _stencil(place: float, weights: Floats, slopes: Floats) -> int:
    """Fill the weights of a cubic through four places and their derivatives, and return the first of the places."""
    first = min(max(math.floor(place) - 1, LOWEST), HIGHEST - STENCIL + 1)
    for a in range(STENCIL):
        weight, slope = 1.0, 0.0
        for b in range(STENCIL):
            if b != a:
                slope = (slope * (place - first - b) + weight) / (a - b)
                weight *= (place - first - b) / (a - b)
        weights[a], slopes[a] = weight, slope
    return first


@kernel
def _refine(  # pragma: no cover - compiled
    place: Floats, first: int, vols: Floats, observed: Floats, time_start: Integers
) -> None:
    """Move each place, a whole number or NaN, to the least sum of squares between its neighbours."""
    weights, slopes = np.empty(STENCIL), np.empty(STENCIL)
    for t in range(place.size):
        if np.isnan(place[t]):
            continue
        low, high = max(place[t] - 1.0, LOWEST), min(place[t] + 1.0, HIGHEST) - INSIDE
        here = place[t]
        for _ in range(STEPS):
            row = _stencil(here, weights, slopes) - first
            curve, gradient = 0.0, 0.0
            for i in range(time_start[t], time_start[t + 1]):
                vol, slope = 0.0, 0.0
                for a in range(STENCIL):
                    vol += weights[a] * vols[row + a, i]
                    slope += slopes[a] * vols[row + a, i]
                curve += slope * slope
                gradient += slope * (vol - observed[i])
            moved = min(max(here - gradient / curve, low), high) if curve > 0.0 else here
            is_still = abs(moved - here) < INSIDE
            here = moved
            if is_still:
                break
        place[t] = here


@kernel
def _judge(  # pragma: no cover - compiled
    place: Floats,
    first: int,
    vols: Floats,
    observed: Floats,
    time_slice: Integers,
    slice_start: Integers,
    error: Floats,
    squares: Floats,
) -> None:
    """Fill the standard error of each place and the sum of squares at it, as of one parameter that is free."""
    weights, slopes = np.empty(STENCIL), np.empty(STENCIL)
    for t in range(place.size):
        if np.isnan(place[t]):
            continue
        row = _stencil(place[t], weights, slopes) - first
        curve, scores = 0.0, 0.0
        for s in range(time_slice[t], time_slice[t + 1]):
            score = 0.0
            for i in range(slice_start[s], slice_start[s + 1]):
                vol, slope = 0.0, 0.0
                for a in range(STENCIL):
                    vol += weights[a] * vols[row + a, i]
                    slope += slopes[a] * vols[row + a, i]
                curve += slope * slope
                score += slope * (vol - observed[i])
                squares[t] += (vol - observed[i]) ** 2
            scores += score * score
        tenors, quotes = time_slice[t + 1] - time_slice[t], slice_start[time_slice[t + 1]] - slice_start[time_slice[t]]
        if curve > 0.0 and quotes > 1:
            by_quote = squares[t] * curve / (quotes - 1)
            error[t] = math.sqrt(scores * tenors / (tenors - 1) if tenors > 1 else by_quote) / curve


@kernel
def _blend(  # pragma: no cover - compiled
    place: Floats, first: int, vols: Floats, time_start: Integers, out: Floats
) -> None:
    """Fill `out` with the vols of each time's quotes at a place; NaN where it has none."""
    weights, slopes = np.empty(STENCIL), np.empty(STENCIL)
    for t in range(place.size):
        if np.isnan(place[t]):
            out[time_start[t] : time_start[t + 1]] = np.nan
            continue
        row = _stencil(place[t], weights, slopes) - first
        for i in range(time_start[t], time_start[t + 1]):
            vol = 0.0
            for a in range(STENCIL):
                vol += weights[a] * vols[row + a, i]
            out[i] = vol
