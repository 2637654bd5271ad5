"""Raw SVI in standardised moneyness, with one smile for all tenors and a variance at the money of each.

    vol^2 = c0 + c1 sqrt(T) + c2 T + (c - p) / 2 u + (p + c) / 2 (sqrt((u - m)^2 + s^2) - sqrt(m^2 + s^2)),
    u = y (T / T*)^-q,   y = ln(K/F) / sqrt(T),   T* = 30 days

In the strikes of one tenor that is raw SVI: the slopes p and c of its wings are b (1 - rho) and b (1 + rho). The first
three terms are the variance at the money. The exponent q says how fast the smile flattens with the tenor beyond what
standardised moneyness has done; at 0 not at all.

Reference: Gatheral and Jacquier (2014), doi:10.1080/14697688.2013.819986.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.datasets import OptionQuotes
from outsample.model import HalfLossTerms, Parameter, Prediction
from outsample.models.parametric_smile.arbitrage import arbitrage_of
from outsample.models.parametric_smile.estimate import LEAST_VARIANCE, Estimate, Shape, estimate, half_loss_terms
from outsample.models.parametric_smile.paths import ShapeFits
from outsample.models.parametric_smile.slices import raw_svi_prediction
from outsample.typing import Floats
from outsample.windows import Window

__all__ = ["SVI_SHAPE", "Svi", "SviFit"]

REFERENCE: Final = 30.0 / 365.0  # years, the tenor at which u is y


@kernel
def svi_surface(values: Floats, moneyness: Floats, tenor: Floats) -> tuple[Floats, Floats]:
    """Return vols and their derivatives, as `Shape.surface`."""
    vols, gradient = np.empty(moneyness.size), np.empty((8, moneyness.size))
    put, call, shift, smoothness, exponent = values[3], values[4], values[5], values[6], values[7]
    vertex = math.hypot(shift, smoothness)
    for i in range(moneyness.size):
        root, log_ratio = math.sqrt(tenor[i]), math.log(tenor[i] / REFERENCE)
        u = moneyness[i] * math.exp(-exponent * log_ratio)
        distance = math.hypot(u - shift, smoothness)
        bend = distance - vertex
        variance = values[0] + values[1] * root + values[2] * tenor[i]
        variance += 0.5 * (call - put) * u + 0.5 * (put + call) * bend
        if variance < LEAST_VARIANCE:
            vols[i], gradient[:, i] = math.sqrt(LEAST_VARIANCE), 0.0
            continue
        vols[i] = math.sqrt(variance)
        half = 0.5 / vols[i]
        gradient[0, i] = half
        gradient[1, i] = half * root
        gradient[2, i] = half * tenor[i]
        gradient[3, i] = half * 0.5 * (bend - u)
        gradient[4, i] = half * 0.5 * (bend + u)
        gradient[5, i] = half * 0.5 * (put + call) * ((shift - u) / distance - shift / vertex)
        gradient[6, i] = half * 0.5 * (put + call) * smoothness * (1.0 / distance - 1.0 / vertex)
        slope = 0.5 * (call - put) + 0.5 * (put + call) * (u - shift) / distance
        gradient[7, i] = -half * slope * u * log_ratio
    return vols, gradient


def _start(vol: float) -> Floats:
    return np.array([vol**2, 0.0, 0.0, 0.6 * vol, 0.6 * vol, 0.0, 2.0 * vol, 0.0])


SVI_SHAPE: Final = Shape(
    title="SVI",
    names=(
        *("variance at the money, constant", "variance at the money per √year", "variance at the money per year"),
        *("slope of the put wing p", "slope of the call wing c", "shift m", "smoothness s", "flattening exponent q"),
    ),
    units=("a year", "", "", "", "", "", "", ""),
    low=np.array([0.0, -16.0, -16.0, 0.0, 0.0, -4.0, 0.02, -0.5]),
    high=np.array([16.0, 16.0, 16.0, 4.0, 4.0, 4.0, 10.0, 0.5]),
    start=_start,
    surface=svi_surface,
)


@dataclass(frozen=True, slots=True)
class Svi:
    """Raw SVI over standardised moneyness, fitted to the train window by the squared error of implied vol."""

    @property
    def each_time(self) -> ShapeFits:
        """How it is fitted to the quotes of a time alone."""
        return ShapeFits(SVI_SHAPE)

    def fit(self, data: OptionQuotes, train: Window) -> "SviFit":
        """Fit by least squares on the train window."""
        return SviFit(estimate(data, train, SVI_SHAPE))


@dataclass(frozen=True, slots=True)
class SviFit:
    """SVI with its parameters.

    Parameters
    ----------
    found : Estimate
        In the order of `SVI_SHAPE`.
    """

    found: Estimate

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The estimates, and how much of the surface admits arbitrage: nothing in the formula excludes it."""
        return self.found.parameters(SVI_SHAPE) + arbitrage_of(SVI_SHAPE, np.array(self.found.values))

    def predict(self, data: OptionQuotes) -> Prediction:
        """Predict the vol of every observation."""
        return raw_svi_prediction(data, self._slices(data.observed.slice_tenor))

    def half_loss_terms(self, data: OptionQuotes, train: Window, share: Floats) -> HalfLossTerms:
        """Return how the fit, and the loss that judges it, hang on each train time."""
        return half_loss_terms(data, train, SVI_SHAPE, self.found, share)

    def _slices(self, tenor: Floats) -> Floats:
        """Return (r, 5) level, tilt, bend, shift and smoothness of the variance over ``ln(K/F)``."""
        c0, c1, c2, put, call, shift, smoothness, exponent = self.found.values
        to_moneyness = np.sqrt(tenor) * (tenor / REFERENCE) ** exponent
        level = c0 + c1 * np.sqrt(tenor) + c2 * tenor
        level -= 0.5 * (put + call) * math.hypot(shift, smoothness) - 0.5 * (call - put) * shift
        tilt, bend = 0.5 * (call - put) / to_moneyness, 0.5 * (put + call) / to_moneyness
        return np.column_stack([level, tilt, bend, shift * to_moneyness, smoothness * to_moneyness])
