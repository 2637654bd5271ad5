"""Residuals of a transform model on a chain, with their derivatives, under any loss."""

import math
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from outsample.calibration.loss import POINT, CalibrationLoss
from outsample.calibration.normal_equations import NormalEquations, normal_equations
from outsample.calibration.quotes import ChainQuotes
from outsample.compiled import kernel
from outsample.errors import FitError, UsageError
from outsample.formulas.black_kernels import vega_loop
from outsample.formulas.fourier import PricingPlan, TransformModel
from outsample.formulas.implied_vol_kernel import implied_vol_loop
from outsample.typing import Bools, Floats

__all__ = ["ChainResiduals", "vol_residuals"]

LEAST_VEGA: Final = 0.01  # of the market's: where the model's is less, its price is nearly nothing but rounding
LARGEST_VOL: Final = 8.0  # what a price at its upper bound counts as


@dataclass(frozen=True, slots=True, eq=False)
class ChainResiduals:
    """A chain, a loss, and what is the same at every evaluation.

    Parameters
    ----------
    chain : ChainQuotes
        Only quotes that the loss is defined for.
    loss : CalibrationLoss
    factor : (n,) array
        Residual per unit of price.
    threshold : float
        Of Huber, in the unit of the loss; infinite for plain squares.
    """

    chain: ChainQuotes
    loss: CalibrationLoss
    factor: Floats
    threshold: float

    @classmethod
    def of(cls, chain: ChainQuotes, loss: CalibrationLoss, huber: float | None) -> Self:
        """Leave out the quotes that the loss is not defined for.

        Raises
        ------
        FitError
            It is defined for none.
        """
        factor = loss.factor(chain)
        known = np.isfinite(factor)
        if not known.any():
            raise FitError(
                f"a calibration in {loss.value} needs quotes with a bid below their ask, found none of {chain.size:,}; "
                "choose another loss"
            )
        kept = chain if known.all() else chain.only(known)
        return cls(kept, loss, factor[known], math.inf if huber is None else huber)

    def plan(self, model: TransformModel, tolerance: float) -> PricingPlan:
        """Return how the chain is priced near a model."""
        return PricingPlan.of(model, self.chain.strike_ratio, self.chain.tenor, self.chain.is_call, tolerance)

    def noise(self, tolerance: float) -> float:
        """Return what prices off by their tolerance do to the residuals, root mean square."""
        return float(np.sqrt(np.mean((tolerance * (1.0 + self.chain.strike_ratio) * self.factor) ** 2)))

    def evaluate(self, kind: type[TransformModel], values: Floats, plan: PricingPlan) -> NormalEquations:
        """Return the normal equations at parameters of a model; the total is infinite outside its domain."""
        try:
            model = kind(*values.tolist())
        except UsageError:
            return NormalEquations.impossible(self.chain.size, values.size)
        found, chain = plan.price(model, gradient=True), self.chain
        assert found.gradient is not None  # it was asked for
        if self.loss is not CalibrationLoss.VOL:
            residual, slope = self.factor * (found.price - chain.price), self.factor
        else:
            residual, slope = vol_residuals(
                found.price, chain.strike_ratio, chain.tenor, chain.is_call, chain.implied_vol, chain.price, chain.vega
            )
        return normal_equations(residual, slope, found.gradient, self.threshold)


@kernel
def vol_residuals(
    price: Floats,
    strike_ratio: Floats,
    tenor: Floats,
    is_call: Bools,
    market_vol: Floats,
    market_price: Floats,
    market_vega: Floats,
) -> tuple[Floats, Floats]:
    """Return implied-vol residuals in vol points, and their slopes to the price.

    Parameters
    ----------
    price : (n,) array
        Of the model; one without a vol counts as a vol of 0, at its upper bound of `LARGEST_VOL`.
    strike_ratio, tenor, is_call : (n,) array
    market_vol, market_price, market_vega : (n,) array
    """
    vol = implied_vol_loop(price, strike_ratio, tenor, is_call)
    slope = vega_loop(strike_ratio, tenor, vol)
    for i in range(vol.size):
        if not np.isfinite(vol[i]):
            edge = LARGEST_VOL if price[i] > market_price[i] else 0.0
            vol[i] = edge if np.isfinite(price[i]) else np.nan
            slope[i] = market_vega[i]
        vol[i] = (vol[i] - market_vol[i]) / POINT
        slope[i] = 1.0 / (POINT * max(slope[i], LEAST_VEGA * market_vega[i]))
    return vol, slope
