"""Fits of whole stretches of a history, from each of which one step leads to any train window near it.

The optimum of a window is far from the optima of its times as soon as the market moves inside it, and quadratics
around those say little about the sum there. So all quotes from the beginning up to a time are fitted together, at
times that spread out, and the quadratics of every time are taken anew around each of these fits, the anchors. A window
starts from the anchor under which its own quotes cost least, among those that know nothing after its end; one
Gauss-Newton step leads to its own optimum.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from outsample.calibration.bounds import bounds_of
from outsample.calibration.levenberg_marquardt import minimise
from outsample.calibration.pooling import PooledResiduals
from outsample.calibration.settings import CalibrationSettings
from outsample.calibration.tape_pooling import Expansions
from outsample.cumulative import Cumulative
from outsample.datasets import OptionQuotes
from outsample.formulas.fourier import TransformModel
from outsample.typing import Bools, Floats, Integers, freeze_columns

__all__ = ["Anchors", "build_anchors"]

FIRST: Final = 20  # times of the shortest stretch
GROWTH: Final = 1.25
GAIN: Final = 1e-4  # relative decrease that is not worth a step: an anchor need not be exact, a step leads on from it
MOST_STEPS: Final = 12


@dataclass(frozen=True, eq=False)
class Anchors:
    """Columns over k anchors, and over the m times of a history.

    Parameters
    ----------
    since : (k,) int array
        Number of times an anchor was fitted on: a window may use it that ends there or later.
    values : (k, p) array
    hessian : (k, m, p, p) array
        J'J of each time at an anchor; 0 at a failed time.
    gradient : (k, m, p) array
        J'r.
    sum_of_squares : (k, m) array
    """

    since: Integers
    values: Floats
    hessian: Floats
    gradient: Floats
    sum_of_squares: Floats

    def __post_init__(self) -> None:
        freeze_columns(self)

    def best(self, rows: slice) -> int | None:
        """Return the anchor under which a window costs least, among those that know nothing after it."""
        known = int(np.searchsorted(self.since, rows.stop, side="right"))
        return int(np.argmin(self._costs.total(rows)[:known])) if known else None

    def expansions(self, kind: type[TransformModel], is_used: Bools, place: int) -> Expansions:
        """Return the quadratics around an anchor, made when they are first asked for."""
        if place not in self._expansions:
            origin = self.values[place]
            at = np.broadcast_to(origin, self.gradient[place].shape)
            columns = (self.hessian[place], self.gradient[place], self.sum_of_squares[place])
            self._expansions[place] = Expansions.of(kind, origin, at, *columns, is_used)
        return self._expansions[place]

    @cached_property
    def _costs(self) -> Cumulative:
        return Cumulative.of(self.sum_of_squares.T)

    @cached_property
    def _expansions(self) -> dict[int, Expansions]:
        return {}


def build_anchors(
    data: OptionQuotes,
    kind: type[TransformModel],
    settings: CalibrationSettings,
    values: Floats,
    is_used: Bools,
    step: Callable[[float], None],
) -> Anchors:
    """Fit the anchors of a history.

    Parameters
    ----------
    data : OptionQuotes
    kind : type
    settings : CalibrationSettings
    values : (m, p) array
        Calibrations of the times, whose medians are tried as starts.
    is_used : (m,) bool array
        Times whose calibration counts; the others have no part in anything.
    step : callable
        Called with the share done before every anchor; may raise.
    """
    times, since = data.times.size, []
    count = FIRST
    while count <= times:
        since.append(count)
        count = int(np.ceil(GROWTH * count))
    low, high = bounds_of(kind)
    everything = PooledResiduals.of(data, slice(0, times), is_used, kind, settings, thinned=False)
    found: list[tuple[int, Floats, Floats, Floats, Floats]] = []
    for i, stop in enumerate(since):
        step(i / len(since))
        used = is_used[:stop]
        if not used.any():
            continue
        part = PooledResiduals.of(data, slice(0, stop), is_used, kind, settings)
        starts = [np.median(values[:stop][used], axis=0)] + [one[1] for one in found[-1:]]
        start = min(starts, key=lambda one: part.evaluate(np.clip(one, low, high)).total)
        end = minimise(part.evaluate, np.clip(start, low, high), low, high, tolerance=GAIN, most_steps=MOST_STEPS)
        if np.isfinite(end.at.total):
            found.append((stop, end.values, *everything.by_time(end.values, is_used)))
    return _stacked(found, low.size, times)


def _stacked(found: list[tuple[int, Floats, Floats, Floats, Floats]], size: int, times: int) -> Anchors:
    if not found:
        curves, slopes, totals = (np.empty((0, times, *shape)) for shape in ((size, size), (size,), ()))
        return Anchors(np.empty(0, np.int64), np.empty((0, size)), curves, slopes, totals)
    since, *columns = zip(*found, strict=True)
    return Anchors(np.array(since), *(np.stack(column) for column in columns))
