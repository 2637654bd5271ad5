"""Prices of a set of quotes under any model known by its transform, by a layout that stays while parameters move."""

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from outsample.formulas.aligned import aligned
from outsample.formulas.fourier.layout import Layout
from outsample.formulas.fourier.parameters import TransformModel
from outsample.typing import Bools, Floats, Integers, frozen

__all__ = ["TOLERANCE", "FourierPrices", "PricingMethod", "PricingPlan"]

TOLERANCE: Final = 1e-12


class PricingMethod(IntEnum):
    """How a quote was priced."""

    NONE = 0  # it was not: its price is NaN
    COSINES = 1
    INTEGRAL = 2
    MIXTURE = 3  # a mean of Black prices


@dataclass(frozen=True, slots=True, eq=False)
class FourierPrices:
    """Prices and what is known of them; the arrays have the shape of the quotes.

    Parameters
    ----------
    price : (n,) array
        Undiscounted, fraction of the forward.
    error : (n,) array
        What the price may be off by, as a fraction of the forward plus the strike: of a cosine series a bound, of an
        integral an estimate from above. It holds for the model the plan was made for.
    method : (n,) int8 array
        Values of `PricingMethod`.
    gradient : (n, p) array or None
        Derivatives of the price to the fields of the model, where they were asked for. Times its parameter a derivative
        is off by ten to fifty times as much as the price.
    """

    price: Floats
    error: Floats
    method: NDArray[np.int8]
    gradient: Floats | None


@dataclass(frozen=True, slots=True, eq=False)
class PricingPlan:
    """How a set of quotes is priced: chosen once for a model, frozen while its parameters move.

    A range that followed the parameters would spoil the gradients of a calibration. Where they have moved far, `fits`
    tells whether the plan still does.

    Parameters
    ----------
    order : (m,) int array
        Which of the quotes are inside the domain, by tenor.
    strike, log_strike, is_call : (m,) array
        ``K / F``, its logarithm and the kind of option, in that order.
    layout : Layout
        Of the transform, for each tenor.
    method : (n,) int8 array
        How each quote is priced: values of `PricingMethod`, in the shape of the quotes.
    """

    order: Integers
    strike: Floats
    log_strike: Floats
    is_call: Bools
    layout: Layout
    method: NDArray[np.int8]

    @classmethod
    def of(
        cls, model: TransformModel, strike_ratio: Floats, tenor: Floats, is_call: Bools, tolerance: float = TOLERANCE
    ) -> Self:
        """Choose for a model; parameters as of `outsample.formulas.fourier.fourier_price`."""
        shape, (strike, years, calls) = aligned(strike_ratio, tenor, np.asarray(is_call, dtype=np.bool_))
        is_good = np.isfinite(strike) & (strike > 0.0) & np.isfinite(years) & (years > 0.0)
        order = np.flatnonzero(is_good)
        order = order[np.argsort(years[order], kind="stable")]
        tenors, starts = np.unique(years[order], return_index=True)
        strikes, log_strikes = frozen(strike[order]), frozen(np.log(strike[order]))
        layout = Layout.of(model, tenors, np.append(starts, order.size), log_strikes, tolerance)
        used = np.where(layout.terms > 0, PricingMethod.COSINES, PricingMethod.INTEGRAL)
        used[layout.is_mixture], used[np.isinf(layout.end)] = PricingMethod.MIXTURE, PricingMethod.NONE
        method = np.full(shape, PricingMethod.NONE, dtype=np.int8)
        method.flat[order] = np.repeat(used, np.diff(layout.starts))
        return cls(frozen(order), strikes, log_strikes, frozen(calls[order]), layout, frozen(method))

    def fits(self, model: TransformModel, tolerance: float) -> bool:
        """Return whether the plan prices another model to a tolerance; give a wider one than the plan's own."""
        return self.layout.serves(model, self.log_strike, tolerance)

    def price(self, model: TransformModel, *, gradient: bool = False) -> FourierPrices:
        """Return the prices under a model of the class of the plan's, with derivatives to its fields if wanted."""
        put, error = self.layout.puts(model, self.log_strike, gradient)
        exercise = np.where(self.is_call, 1.0 - self.strike, self.strike - 1.0)
        price = put[0] + np.where(self.is_call, exercise, 0.0)
        price = np.clip(price, np.maximum(exercise, 0.0), np.where(self.is_call, 1.0, self.strike))
        slopes = self._spread(put[1:].T) if gradient else None
        return FourierPrices(self._spread(price), self._spread(error), self.method, slopes)

    def _spread(self, column: Floats) -> Floats:
        """Return a column of the quotes inside the domain in the order and shape of all quotes, NaN elsewhere."""
        out = np.full((self.method.size, *column.shape[1:]), math.nan)
        out[self.order] = column
        return out.reshape((*self.method.shape, *column.shape[1:]))
