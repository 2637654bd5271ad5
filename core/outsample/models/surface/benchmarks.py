"""The two surfaces every option model must beat: yesterday's, and the one frozen at the train end."""

from dataclasses import dataclass, field
from typing import Annotated, Final

import numpy as np

from outsample.datasets import OptionQuotes
from outsample.errors import FitError
from outsample.model import Parameter, Prediction, RefitSchedule
from outsample.models.surface.knots import SurfaceKnots, knots_of
from outsample.prepared import prepared
from outsample.scores import Functional
from outsample.typing import DAY, Bounds, Floats, Integers, Unit
from outsample.windows import Window, iso

__all__ = ["FrozenSurface", "RollingSurface"]

_NO_SURFACE: Final = "the {} surface needs a quoted surface in the train window, found none; widen the window"


@dataclass(frozen=True, slots=True)
class RollingSurface:
    """The last surface strictly before t, interpolated in total variance and carried by standardised moneyness.

    Parameters
    ----------
    oldest : float
        Days; without a surface that recent nothing is predicted.
    """

    oldest: Annotated[float, Unit("days"), Bounds(0.01, 365.0)] = 7.0

    def fit(self, data: OptionQuotes, train: Window) -> "RollingSurfaceFit":
        """Return the rule itself: it has no parameters. Needs one surface in the train window."""
        if not _slices_before(data, train.rows(data.times)):
            raise FitError(_NO_SURFACE.format("rolling"))
        return RollingSurfaceFit(self.oldest)

    def predict_refitted(self, data: OptionQuotes, schedule: RefitSchedule) -> Prediction:
        """Predict as ever: this benchmark is refitted at every time already."""
        del schedule
        return RollingSurfaceFit(self.oldest).predict(data)


@dataclass(frozen=True, slots=True)
class RollingSurfaceFit:
    """The rolling surface; equal for every train window."""

    oldest: float
    parameters: tuple[Parameter, ...] = ()

    def predict(self, data: OptionQuotes) -> Prediction:
        """Predict the vol of every observation; NaN before the first surface and after a gap."""
        return Prediction(rolling_vols(data, self.oldest), Functional.MEAN)


@dataclass(frozen=True, slots=True)
class FrozenSurface:
    """The last surface of the train window, carried by standardised moneyness ever after.

    At its own time it would be compared with the very quotes it is made of, with an error of nothing but rounding
    and a log ratio of about 70. No prediction may use the price of its time, so that there, and only there, the
    surface before it answers.
    """

    def fit(self, data: OptionQuotes, train: Window) -> "FrozenSurfaceFit":
        """Take the last surface of `train`.

        Raises
        ------
        FitError
            No time of the window has a quoted surface.
        """
        rows = train.rows(data.times)
        slices = _slices_before(data, rows)
        if slices is None:
            raise FitError(_NO_SURFACE.format("frozen"))
        index = int(data.observed.slice_time[slices.start])
        before = _slices_before(data, slice(rows.start, index))
        first = slices.start if before is None else before.start
        knots = knots_of(data).part(slice(first, slices.stop))
        return FrozenSurfaceFit(int(data.times[index]), slices.start - first, knots)

    def predict_refitted(self, data: OptionQuotes, schedule: RefitSchedule) -> Prediction:
        """Refitted before every time, the frozen surface is the last one strictly before it, however old."""
        del schedule
        return Prediction(rolling_vols(data, float("inf")), Functional.MEAN)


@dataclass(frozen=True, slots=True)
class FrozenSurfaceFit:
    """One quoted surface; two fits of the same times are equal.

    Parameters
    ----------
    time : int
        When it was quoted, UTC nanoseconds.
    earlier : int
        How many slices the surface before it in the train window has, which answers at `time`; 0 if there is none.
    knots : SurfaceKnots
        The earlier surface, then the surface itself.
    """

    time: int
    earlier: int
    knots: SurfaceKnots = field(compare=False)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The at-the-money vol of each slice."""
        tenors, vols = self.knots.tenor[self.earlier :] * 365.0, self.knots.atm_vol[self.earlier :] * 100.0
        return tuple(
            Parameter(f"at-the-money vol, {tenor:.3g} d, as of {iso(self.time)}", float(vol), "vol pts")
            for tenor, vol in zip(tenors, vols, strict=True)
        )

    def predict(self, data: OptionQuotes) -> Prediction:
        """Predict the vol of every observation; NaN at the surface's own time if the train window has none before."""
        count = data.times.size
        first = np.full(count, self.earlier, np.int32)
        last = np.full(count, self.knots.tenor.size, np.int32)
        own = data.times == self.time
        first[own], last[own] = 0, self.earlier
        return Prediction(self.knots.vols(data.observed, first, last), Functional.MEAN, is_whole=self.earlier > 0)


@prepared
def rolling_vols(data: OptionQuotes, oldest_days: float) -> Floats:
    """Return the (k,) vols of the last surface strictly before each time; NaN where it is older than allowed."""
    first, last = _last_surface_before(data, oldest_days)
    return knots_of(data).vols(data.observed, first, last)


def _last_surface_before(data: OptionQuotes, oldest_days: float) -> tuple[Integers, Integers]:
    """Return per time the range of slices of the last earlier time that has any."""
    starts = data.observed.time_slice
    has_surface = np.diff(starts) > 0
    index = np.where(has_surface, np.arange(has_surface.size), -1)
    latest = np.r_[-1, np.maximum.accumulate(index)[:-1]]
    age = data.times - data.times[np.maximum(latest, 0)]
    usable = (latest >= 0) & (age <= oldest_days * DAY)
    first = np.where(usable, starts[latest], 0).astype(np.int32)
    last = np.where(usable, starts[latest + 1], 0).astype(np.int32)
    return first, last


def _slices_before(data: OptionQuotes, times: slice) -> slice | None:
    """Return the slices of the last of `times` that has any, or None."""
    starts = data.observed.time_slice
    for time in range(times.stop - 1, times.start - 1, -1):
        if starts[time + 1] > starts[time]:
            return slice(int(starts[time]), int(starts[time + 1]))
    return None
