"""Residuals of one set of parameters at every quote of a train window, with their derivatives, under any loss."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from outsample.calibration.loss import POINT, CalibrationLoss
from outsample.calibration.normal_equations import NormalEquations
from outsample.calibration.pooling.model_vols import ranges
from outsample.calibration.pooling.vol_surface import EXACT, Fineness, VolSurface, tenor_range
from outsample.calibration.settings import CalibrationSettings
from outsample.compiled import kernel
from outsample.datasets import ObservedQuotes, OptionQuotes, Settlement
from outsample.errors import UsageError
from outsample.formulas.black import black_price, black_vega
from outsample.formulas.fourier import TransformModel
from outsample.typing import Bools, Floats, Integers

__all__ = ["MOST_SLICES", "PooledResiduals"]

MOST_SLICES: Final = 8_000  # of a train window; a larger one is fitted on every second, third ... time


@dataclass(frozen=True, slots=True, eq=False)
class PooledResiduals:
    """Quotes of a train window and what is the same at every evaluation.

    Parameters
    ----------
    kind : type
    seen : ObservedQuotes
    tenors : tuple of float
        Of the grid of vols.
    slices : (c,) int array
        Those that are used.
    time_start : (t + 1,) int array
        First quote of each time that is used.
    in_vol : bool
        Whether residuals are differences of vols, otherwise of prices.
    target, factor : (q,) array
        Vols or prices of the quotes; residual per unit of them, 0 where the loss is not defined.
    columns : tuple of array
        Strike ratio, tenor and kind of option of each quote, for losses in prices.
    threshold : float
        Of Huber; infinite for plain squares.
    fineness : Fineness
        Of the grid of vols.
    """

    kind: type[TransformModel]
    seen: ObservedQuotes
    tenors: tuple[float, float]
    slices: Integers
    time_start: Integers
    in_vol: bool
    target: Floats
    factor: Floats
    columns: tuple[Floats, Floats, Bools]
    threshold: float
    fineness: Fineness = EXACT

    @classmethod
    def of(
        cls,
        data: OptionQuotes,
        rows: slice,
        is_used: Bools,
        kind: type[TransformModel],
        settings: CalibrationSettings,
        *,
        thinned: bool = True,
    ) -> Self:
        """Take the quotes of the times in `rows` that are used, or of every j-th of them counted from the first.

        Parameters
        ----------
        data : OptionQuotes
        rows : slice
            Times of the train window.
        is_used : (m,) bool array
            Times whose calibration counts.
        kind : type
        settings : CalibrationSettings
        thinned : bool
            Whether times may be left out where there are more than `MOST_SLICES` slices.
        """
        seen = data.observed
        times = np.arange(rows.start, rows.stop)[is_used[rows]]
        total = int(np.sum(seen.time_slice[times + 1] - seen.time_slice[times]))
        times = times[:: max(1, -(-total // MOST_SLICES)) if thinned else 1]
        slices = ranges(seen.time_slice[times], seen.time_slice[times + 1])
        quotes = ranges(seen.time_start[times], seen.time_start[times + 1])
        time_start = np.r_[0, np.cumsum(seen.time_start[times + 1] - seen.time_start[times])]
        strike, tenor, is_call = np.exp(seen.log_moneyness[quotes]), seen.tenor[quotes], seen.is_call[quotes]
        vol, in_vol = seen.implied_vol[quotes], settings.loss is CalibrationLoss.VOL
        target = vol if in_vol else black_price(strike, tenor, vol, is_call)
        unit = 1.0 if data.settlement is Settlement.INVERSE else seen.forward[quotes]
        half_spread = seen.half_spread[quotes] / unit
        factor = _factor(settings.loss, strike, tenor, vol, target, half_spread, seen.forward[quotes])
        threshold = math.inf if settings.huber is None else settings.huber
        columns = (strike, tenor, is_call)
        return cls(kind, seen, tenor_range(data), slices, time_start, in_vol, target, factor, columns, threshold)

    @property
    def size(self) -> int:
        """Number of quotes."""
        return self.target.size

    def evaluate(self, values: Floats) -> NormalEquations:
        """Return the normal equations; rows of `jacobian` are the ``J'Wr`` of the times, and there is no `residual`.

        The total is infinite outside the domain of the model, and where its transform hardly falls: there a search
        must not go, since pricing would take minutes.
        """
        none = np.empty(0)
        scores = np.zeros((self.time_start.size - 1, values.size))
        hessian = np.zeros((1, values.size, values.size))
        total = self._gathered(values, hessian, scores, np.zeros(scores.shape[0]))
        if not np.isfinite(total):
            return NormalEquations.impossible(0, values.size)
        return NormalEquations(total, hessian[0], scores.sum(axis=0), none, scores, none)

    def by_time(self, values: Floats, is_used: Bools) -> tuple[Floats, Floats, Floats]:
        """Return J'WJ, J'Wr and the sum of squares of every time, (m, ...); 0 at times that are not used."""
        count = self.time_start.size - 1
        hessian, scores = np.zeros((count, values.size, values.size)), np.zeros((count, values.size))
        totals = np.zeros(count)
        self._gathered(values, hessian, scores, totals)
        whole = [np.zeros((is_used.size, *part.shape[1:])) for part in (hessian, scores, totals)]
        for part, column in zip(whole, (hessian, scores, totals), strict=True):
            part[is_used] = column
        return whole[0], whole[1], whole[2]

    def _gathered(self, values: Floats, hessian: Floats, scores: Floats, totals: Floats) -> float:
        """Fill the arrays, and return the total; infinite where there is none."""
        try:
            model = self.kind(*values.tolist())
        except UsageError:
            return math.inf
        surface = VolSurface.quick(model, self.tenors, self.fineness, slopes=True)
        if surface is None:
            return math.inf
        found = surface.at(self.seen, self.slices)
        predicted, slope = found[0], self.factor
        if not self.in_vol:
            strike, tenor, is_call = self.columns
            slope = self.factor * black_vega(strike, tenor, predicted)
            predicted = black_price(strike, tenor, predicted, is_call)
        residual = self.factor * (predicted - self.target)
        gather(residual, slope, found[1:], self.time_start, self.threshold, hessian, scores, totals)
        return float(totals.sum())


def _factor(
    loss: CalibrationLoss,
    strike: Floats,
    tenor: Floats,
    vol: Floats,
    price: Floats,
    half_spread: Floats,
    forward: Floats,
) -> Floats:
    """Return residuals per unit of vol or price; 0 where the loss is not defined."""
    by_loss: dict[CalibrationLoss, Callable[[], Floats]] = {
        CalibrationLoss.VOL: lambda: np.full(vol.size, 1.0 / POINT),
        CalibrationLoss.VEGA_WEIGHTED: lambda: 1.0 / (POINT * black_vega(strike, tenor, vol)),
        CalibrationLoss.PRICE: lambda: forward,
        CalibrationLoss.COIN: lambda: np.ones(vol.size),
        CalibrationLoss.RELATIVE: lambda: 100.0 / price,
        CalibrationLoss.HALF_SPREADS: lambda: 1.0 / half_spread,
    }
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = by_loss[loss]()
    return np.where(np.isfinite(factor) & (factor > 0.0), factor, 0.0)


@kernel
def gather(  # pragma: no cover - compiled
    residual: Floats,
    slope: Floats,
    gradient: Floats,
    time_start: Integers,
    threshold: float,
    hessian: Floats,
    scores: Floats,
    totals: Floats,
) -> None:
    """Add up J'WJ, J'Wr and what residuals cost, time by time, as `fill_equations` does; one J'WJ may serve all."""
    size = scores.shape[1]
    entry = np.empty(size)
    for t in range(time_start.size - 1):
        place = t if hessian.shape[0] > 1 else 0
        for i in range(time_start[t], time_start[t + 1]):
            r = residual[i]
            far = abs(r)
            weight = 1.0 if far <= threshold else threshold / far
            totals[t] += r * r if far <= threshold else threshold * (2.0 * far - threshold)
            for a in range(size):
                entry[a] = slope[i] * gradient[a, i]
                scores[t, a] += weight * entry[a] * r
                for b in range(a + 1):
                    hessian[place, a, b] += weight * entry[a] * entry[b]
    for place in range(hessian.shape[0]):
        for a in range(size):
            for b in range(a):
                hessian[place, b, a] = hessian[place, a, b]
