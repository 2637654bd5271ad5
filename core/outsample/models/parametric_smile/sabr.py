"""Lognormal SABR by Hagan's expansion, with a term structure of its level and of its vol of vol.

    vol = A z / chi(z) (1 + (rho nu A / 4 + (2 - 3 rho^2) nu^2 / 24) T),   z = -nu k / A,   k = ln(K/F),
    chi(z) = ln((sqrt(1 - 2 rho z + z^2) + z - rho) / (1 - rho)),   A^2 = L(T),   nu = nu* (T / T*)^-q,   T* = 30 days

with L(T) of `outsample.models.parametric_smile.term_structure`. One nu for all tenors would mean a vol without mean
reversion, whose smiles do not flatten in ``k / sqrt(T)``; the exponent q is what quotes say of that.

Reference: Hagan, Kumar, Lesniewski and Woodward (2002), "Managing smile risk", Wilmott Magazine, September, 84-108.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.datasets import OptionQuotes
from outsample.formulas.elementary import log_of_positive
from outsample.formulas.inlined import inlined
from outsample.model import HalfLossTerms, Parameter, Prediction
from outsample.models.parametric_smile import term_structure
from outsample.models.parametric_smile.arbitrage import arbitrage_of
from outsample.models.parametric_smile.estimate import LEAST_VARIANCE, Estimate, Shape, estimate, half_loss_terms
from outsample.models.parametric_smile.paths import ShapeFits
from outsample.models.parametric_smile.term_structure import mean_variance
from outsample.scores import Functional
from outsample.typing import Floats, Integers, frozen
from outsample.windows import Window

__all__ = ["SABR_SHAPE", "Sabr", "SabrFit"]

REFERENCE: Final = 30.0 / 365.0  # years, the tenor at which nu is nu*
NEAR: Final = 1e-3  # of z, within which z / chi(z) is its series to the third order
LEAST_VOL: Final = math.sqrt(LEAST_VARIANCE)


@inlined
def _stretch(z: float, rho: float) -> tuple[float, float, float]:
    """Return ``z / chi(z)`` and its derivatives to z and rho; chi is taken where its logarithm does not cancel."""
    size, tilt = abs(z), -rho if z < 0.0 else rho
    root = math.sqrt(1.0 - 2.0 * tilt * size + size * size)
    excess = size * (1.0 + (size - 2.0 * tilt) / (root + 1.0)) / (1.0 - tilt)
    chi = log_of_positive(1.0 + excess)
    bend = (2.0 - 3.0 * rho * rho) / 12.0
    far = size / chi
    by_rho_of_chi = 1.0 / (1.0 - tilt) - (1.0 + size / root) / (root + size - tilt)
    is_near = size < NEAR
    value = 1.0 + z * (bend * z - 0.5 * rho) if is_near else far
    sign = -1.0 if z < 0.0 else 1.0
    by_z = 2.0 * bend * z - 0.5 * rho if is_near else sign * (1.0 - far / root) / chi
    by_rho = -0.5 * z * (1.0 + rho * z) if is_near else -sign * far / chi * by_rho_of_chi
    return value, by_z, by_rho


@kernel
def sabr_surface(values: Floats, moneyness: Floats, tenor: Floats) -> tuple[Floats, Floats]:
    """Return vols and their derivatives, as `Shape.surface`."""
    vols, gradient = np.empty(moneyness.size), np.empty((6, moneyness.size))
    rho = values[3]
    for i in range(moneyness.size):
        level, by_short, by_long, by_speed = mean_variance(values[0], values[1], values[2], tenor[i])
        alpha, log_ratio = math.sqrt(level), math.log(tenor[i] / REFERENCE)
        nu = values[4] * math.exp(-values[5] * log_ratio)
        z = -nu * moneyness[i] * math.sqrt(tenor[i]) / alpha
        stretch, by_z, by_rho = _stretch(z, rho)
        curve = (2.0 - 3.0 * rho * rho) / 24.0
        drift = 1.0 + (0.25 * rho * nu * alpha + curve * nu * nu) * tenor[i]
        vol = alpha * stretch * drift
        if not vol > LEAST_VOL:
            vols[i], gradient[:, i] = LEAST_VOL, 0.0
            continue
        vols[i] = vol
        by_alpha = stretch * drift - by_z * z * drift + alpha * stretch * 0.25 * rho * nu * tenor[i]
        by_level = 0.5 * by_alpha / alpha
        gradient[0, i] = by_level * by_short
        gradient[1, i] = by_level * by_long
        gradient[2, i] = by_level * by_speed
        by_drift = alpha * stretch * tenor[i]
        gradient[3, i] = alpha * by_rho * drift + by_drift * (0.25 * nu * alpha - 0.25 * rho * nu * nu)
        by_log_nu = alpha * by_z * z * drift + by_drift * (0.25 * rho * nu * alpha + 2.0 * curve * nu * nu)
        gradient[4, i] = by_log_nu / values[4]
        gradient[5, i] = -by_log_nu * log_ratio
    return vols, gradient


def _start(vol: float) -> Floats:
    return np.array([vol**2, vol**2, 4.0, 0.0, 2.0, 0.4])


SABR_SHAPE: Final = Shape(
    title="SABR",
    names=(*term_structure.NAMES, "correlation ρ", "vol of vol at 30 days ν*", "exponent q of the vol of vol"),
    units=(*term_structure.UNITS, "", "a year", ""),
    low=np.array([*term_structure.LOW, -0.99, 0.01, -0.5]),
    high=np.array([*term_structure.HIGH, 0.99, 20.0, 1.5]),
    start=_start,
    surface=sabr_surface,
)


@dataclass(frozen=True, slots=True)
class Sabr:
    """Lognormal SABR, fitted to the train window by the squared error of implied vol."""

    @property
    def each_time(self) -> ShapeFits:
        """How it is fitted to the quotes of a time alone."""
        return ShapeFits(SABR_SHAPE)

    def fit(self, data: OptionQuotes, train: Window) -> "SabrFit":
        """Fit by least squares on the train window."""
        return SabrFit(estimate(data, train, SABR_SHAPE))


@dataclass(frozen=True, slots=True)
class SabrFit:
    """SABR with its parameters.

    Parameters
    ----------
    found : Estimate
        In the order of `SABR_SHAPE`.
    """

    found: Estimate

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The estimates, and how much of the surface admits arbitrage: the expansion does so far from the money."""
        return self.found.parameters(SABR_SHAPE) + arbitrage_of(SABR_SHAPE, np.array(self.found.values))

    def predict(self, data: OptionQuotes) -> Prediction:
        """Predict the vol of every observation; never below one vol point, where the expansion breaks down."""
        seen = data.observed
        out = np.empty(seen.size)
        _fill(np.array(self.found.values), seen.log_moneyness, seen.slice_start, seen.slice_tenor, out)
        return Prediction(frozen(out), Functional.MEAN, is_whole=True)

    def half_loss_terms(self, data: OptionQuotes, train: Window, share: Floats) -> HalfLossTerms:
        """Return how the fit, and the loss that judges it, hang on each train time."""
        return half_loss_terms(data, train, SABR_SHAPE, self.found, share)


@kernel
def _fill(  # pragma: no cover - compiled
    values: Floats, log_moneyness: Floats, slice_start: Integers, slice_tenor: Floats, out: Floats
) -> None:
    rho = values[3]
    for s in range(slice_tenor.size):
        tenor = slice_tenor[s]
        alpha = math.sqrt(mean_variance(values[0], values[1], values[2], tenor)[0])
        nu = values[4] * math.exp(-values[5] * math.log(tenor / REFERENCE))
        drift = 1.0 + (0.25 * rho * nu * alpha + (2.0 - 3.0 * rho * rho) / 24.0 * nu * nu) * tenor
        top, to_z = alpha * drift, -nu / alpha
        for j in range(np.uint64(slice_start[s]), np.uint64(slice_start[s + 1])):
            vol = top * _stretch(to_z * log_moneyness[j], rho)[0]
            out[j] = vol if vol > LEAST_VOL else LEAST_VOL
