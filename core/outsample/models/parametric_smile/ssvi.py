"""SSVI with a term structure of variance that cannot fall: a surface without static arbitrage, by construction.

    vol^2 T = theta / 2 (1 + rho phi k + sqrt((phi k + rho)^2 + 1 - rho^2)),   k = ln(K/F),   theta = T L(T),
    phi = eta theta^-gamma (1 + theta)^(gamma - 1)

with L(T) of `outsample.models.parametric_smile.term_structure`, ``gamma <= 1/2`` and ``eta (1 + |rho|) <= 2``: under
these no butterfly and no calendar spread of the surface has a negative price (Gatheral and Jacquier 2014, section 4,
doi:10.1080/14697688.2013.819986). Searched is eta as a share of its limit; at a share of 1 the quotes ask for more
curvature than a surface of this family can have without arbitrage.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.datasets import OptionQuotes
from outsample.model import HalfLossTerms, Parameter, Prediction
from outsample.models.parametric_smile import term_structure
from outsample.models.parametric_smile.arbitrage import arbitrage_of
from outsample.models.parametric_smile.estimate import Estimate, Shape, estimate, half_loss_terms
from outsample.models.parametric_smile.paths import ShapeFits
from outsample.models.parametric_smile.slices import raw_svi_prediction
from outsample.models.parametric_smile.term_structure import mean_variance
from outsample.typing import Floats
from outsample.windows import Window

__all__ = ["SSVI_SHAPE", "Ssvi", "SsviFit"]


@kernel
def ssvi_surface(values: Floats, moneyness: Floats, tenor: Floats) -> tuple[Floats, Floats]:
    """Return vols and their derivatives, as `Shape.surface`."""
    vols, gradient = np.empty(moneyness.size), np.empty((6, moneyness.size))
    rho, share, gamma = values[3], values[4], values[5]
    limit = 2.0 / (1.0 + abs(rho))
    for i in range(moneyness.size):
        level, by_short, by_long, by_speed = mean_variance(values[0], values[1], values[2], tenor[i])
        theta, k = level * tenor[i], moneyness[i] * math.sqrt(tenor[i])
        phi = limit * share * theta**-gamma * (1.0 + theta) ** (gamma - 1.0)
        far = phi * k
        root = math.sqrt((far + rho) ** 2 + (1.0 - rho) * (1.0 + rho))
        smile = 0.5 * (1.0 + rho * far + root)
        vols[i] = math.sqrt(level * smile)
        half = 0.5 / vols[i]
        by_far = 0.5 * level * (rho + (far + rho) / root)
        by_level = smile - by_far * far * (gamma / level + (1.0 - gamma) * tenor[i] / (1.0 + theta))
        gradient[0, i] = half * by_level * by_short
        gradient[1, i] = half * by_level * by_long
        gradient[2, i] = half * by_level * by_speed
        by_limit = -math.copysign(1.0, rho) / (1.0 + abs(rho))
        gradient[3, i] = half * (0.5 * level * far * (1.0 + 1.0 / root) + by_far * far * by_limit)
        gradient[4, i] = half * by_far * far / share
        gradient[5, i] = half * by_far * far * (math.log1p(theta) - math.log(theta))
    return vols, gradient


def _start(vol: float) -> Floats:
    return np.array([vol**2, vol**2, 4.0, 0.0, 0.5, 0.4])


SSVI_SHAPE: Final = Shape(
    title="SSVI",
    names=(*term_structure.NAMES, "correlation ρ", "share of the largest η without arbitrage", "exponent γ"),
    units=(*term_structure.UNITS, "", "", ""),
    low=np.array([*term_structure.LOW, -0.999, 1e-3, 0.0]),
    high=np.array([*term_structure.HIGH, 0.999, 1.0, 0.5]),
    start=_start,
    surface=ssvi_surface,
)


@dataclass(frozen=True, slots=True)
class Ssvi:
    """SSVI, fitted to the train window by the squared error of implied vol."""

    @property
    def each_time(self) -> ShapeFits:
        """How it is fitted to the quotes of a time alone."""
        return ShapeFits(SSVI_SHAPE)

    def fit(self, data: OptionQuotes, train: Window) -> "SsviFit":
        """Fit by least squares on the train window."""
        return SsviFit(estimate(data, train, SSVI_SHAPE))


@dataclass(frozen=True, slots=True)
class SsviFit:
    """SSVI with its parameters.

    Parameters
    ----------
    found : Estimate
        In the order of `SSVI_SHAPE`.
    """

    found: Estimate

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The estimates, η itself, and the same look for arbitrage as at the other smiles: it finds none."""
        rho, share = self.found.values[3:5]
        eta = Parameter("curvature η", 2.0 * share / (1.0 + abs(rho)))
        found = self.found.parameters(SSVI_SHAPE)
        return (*found, eta, *arbitrage_of(SSVI_SHAPE, np.array(self.found.values)))

    def predict(self, data: OptionQuotes) -> Prediction:
        """Predict the vol of every observation."""
        return raw_svi_prediction(data, self._slices(data.observed.slice_tenor))

    def half_loss_terms(self, data: OptionQuotes, train: Window, share: Floats) -> HalfLossTerms:
        """Return how the fit, and the loss that judges it, hang on each train time."""
        return half_loss_terms(data, train, SSVI_SHAPE, self.found, share)

    def _slices(self, tenor: Floats) -> Floats:
        """Return (r, 5) numbers for `raw_svi_prediction`."""
        short, long, speed, rho, share, gamma = self.found.values
        x = speed * tenor
        level = long - (short - long) * np.expm1(-x) / x
        theta = level * tenor
        phi = 2.0 * share / (1.0 + abs(rho)) * theta**-gamma * (1.0 + theta) ** (gamma - 1.0)
        tilt, shift, smoothness = 0.5 * level * rho * phi, -rho / phi, math.sqrt(1.0 - rho**2) / phi
        return np.column_stack(
            [0.5 * level * (1.0 - rho**2), tilt, 0.5 * level * phi, shift, np.broadcast_to(smoothness, tenor.shape)]
        )
