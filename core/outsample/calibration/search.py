"""The search for a model's parameters on a chain: coarse ends from several starts, and the refined minimum.

The chain is priced by cosine series whose range and terms stay while the parameters move (`PricingPlan`). A search
ends where it has gone too far from where they were chosen, and goes on with new ones.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np

from outsample.calibration.bounds import bounds_of, sizes_around
from outsample.calibration.levenberg_marquardt import FIRST_DAMPING, Minimum, Ridge, StopReason, minimise
from outsample.calibration.loss import CalibrationLoss
from outsample.calibration.quotes import ChainQuotes
from outsample.calibration.residuals import ChainResiduals
from outsample.calibration.settings import CalibrationSettings
from outsample.calibration.starts import starting_values
from outsample.errors import FitError
from outsample.formulas.fourier import TransformModel
from outsample.typing import Floats

__all__ = ["Search"]

# Accuracy of prices, as a fraction of the forward plus the strike: bounds, the errors are far smaller.
COARSE, FINE, EXACT = 1e-6, 1e-8, 1e-12
STILL_FITS: Final = 100.0  # times that, at the end of a search
NOISE: Final = 0.01  # of the residuals, what prices may be off by before they are asked for exactly
COARSE_GAIN, FINE_GAIN = 1e-3, 1e-8  # relative decrease that is not worth a step; the latter some .002 standard errors
COARSE_STEPS: Final = 20
AGREE: Final = 1.01  # two ends whose costs are this close are one
REACH: Final = 0.5  # of the size of a parameter, how far it may move from where prices were planned


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What is made small, over which parameters.

    Parameters
    ----------
    kind : type
        Of the model.
    residuals : ChainResiduals
    low, high : (p,) array
        Bounds.
    ridge : Ridge
    """

    kind: type[TransformModel]
    residuals: ChainResiduals
    low: Floats
    high: Floats
    ridge: Ridge

    @classmethod
    def of(
        cls,
        kind: type[TransformModel],
        chain: ChainQuotes,
        settings: CalibrationSettings,
        previous: TransformModel | None,
    ) -> Self:
        """Prepare; parameters and errors as of `outsample.calibration.calibrate.calibrate`."""
        low, high = bounds_of(kind)
        residuals = ChainResiduals.of(chain, settings.loss, settings.huber)
        if residuals.chain.size < low.size:
            raise FitError(
                f"a calibration of {kind.__name__} needs at least {low.size} quotes, one for each parameter, "
                f"found {residuals.chain.size}; choose another time, relax the filters or choose a smaller model"
            )
        ridge = Ridge.none(low.size)
        if previous is not None and settings.ridge > 0.0:
            centre = previous.parameters
            unit = settings.loss.of_one_point(residuals.chain)
            ridge = Ridge(centre, settings.ridge * unit / sizes_around(kind, centre) ** 2)
        return cls(kind, residuals, low, high, ridge)

    def refined(self, starts: list[Floats], most_steps: int) -> tuple[Minimum, int]:
        """Return the lowest of the minima near these starts, and how often the chain was priced."""
        found = [self.descend(start, most_steps, FINE, FINE_GAIN) for start in starts]
        best, spent = min((end for end, _ in found), key=self.cost), sum(count for _, count in found)
        if math.sqrt(best.at.total / self.residuals.chain.size) * NOISE < self.residuals.noise(FINE):
            best, more = self.descend(best.values, most_steps, EXACT, FINE_GAIN)
            spent += more
        return best, spent

    def coarse_ends(self, starts: int) -> tuple[list[Floats], int]:
        """Return what is worth refining, and how often the chain was priced.

        Starts are tried until two of them agree on the best end; if none do, the best two are worth it. Prices over
        the market's vega stand for implied vols, which have no slope where a model's price is worthless.
        """
        loss = self.residuals.loss
        by_vega = CalibrationLoss.VEGA_WEIGHTED if loss is CalibrationLoss.VOL else loss
        easier = replace(self, residuals=replace(self.residuals, loss=by_vega))
        ends: list[Minimum] = []
        spent = 0
        for point in starting_values(self.kind, self.residuals.chain, starts):
            end, count = easier.descend(point, COARSE_STEPS, COARSE, COARSE_GAIN)
            ends = sorted([*ends, end], key=self.cost)[:2]
            spent += count
            if len(ends) > 1 and self.cost(ends[1]) <= AGREE * self.cost(ends[0]):
                return [ends[0].values], spent
        return [end.values for end in ends], spent

    def cost(self, end: Minimum) -> float:
        """Return what is made small: the sum of squares and the ridge's penalty."""
        return end.at.total + self.ridge.penalty(end.values)

    def descend(self, start: Floats, most_steps: int, accuracy: float, gain: float) -> tuple[Minimum, int]:
        """Return the minimum near `start`, and how often the chain was priced."""
        values, damping, spent = start, FIRST_DAMPING, 0
        while True:
            plan = self.residuals.plan(self.model(values), accuracy)
            found = minimise(
                lambda x, plan=plan: self.residuals.evaluate(self.kind, x, plan),  # type: ignore[misc]
                values,
                self.low,
                self.high,
                tolerance=gain,
                most_steps=most_steps - spent,
                ridge=self.ridge,
                damping=damping,
                is_inside=self._near(values),
            )
            spent += found.evaluations
            is_over = found.reason is StopReason.STEPS or spent >= most_steps or not math.isfinite(found.at.total)
            is_done = found.reason is not StopReason.LEFT and plan.fits(self.model(found.values), STILL_FITS * accuracy)
            if is_over or is_done:
                return found, spent
            values, damping = found.values, found.damping

    def model(self, values: Floats) -> TransformModel:
        """Return the model with these parameters."""
        return self.kind(*values.tolist())

    def _near(self, centre: Floats) -> Callable[[Floats], bool]:
        reach = REACH * sizes_around(self.kind, centre)
        return lambda values: bool(np.all(np.abs(values - centre) <= reach))
