"""The planted implied surface: a term structure that follows the market's vol, and an SSVI smile."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.sample.randomness import autoregressive
from outsample.sample.recipe import SampleRecipe
from outsample.sample.underlying import Path
from outsample.typing import HOUR, Floats, Integers

__all__ = ["Surface", "simulate_surface"]

PERCEPTION_HALF_LIFE: Final = 30.0  # hours until the market has seen half of a change of vol
ANCHOR_HALF_LIFE: Final = 60.0 * 24.0  # hours, of the level to which long tenors revert
ANCHOR_VOL: Final = 0.55
REVERSION: Final = 9.0  # a year, of variance to the anchor
PREMIUM: Final = 1.05  # implied over expected vol
NODE_DAYS: Final = np.array([1.0, 7.0, 30.0, 90.0, 365.0])
NODE_NOISE: Final = np.array([0.05, 0.035, 0.025, 0.018, 0.012])  # stationary deviation of log vol
NODE_PERSISTENCE: Final = np.array([0.70, 0.82, 0.90, 0.94, 0.97])  # a day
BASIS_PERSISTENCE: Final = 0.90  # a day
BASIS_NOISE: Final = 0.012
SHAPE_PERSISTENCE: Final = 0.90  # a day, of tilt and curvature
SHAPE_NOISE: Final = 0.03


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """State of the option market at m snapshots.

    Parameters
    ----------
    vol : (m,) array
        What the market takes the present vol to be, fraction a year.
    anchor : (m,) array
        Vol to which long tenors revert.
    basis : (m,) array
        ``ln(F / S) / T``.
    node_noise : (m, 5) array
        Deviation of log vol at the tenors `NODE_DAYS`.
    correlation, curvature : (m,) array
        Of the SSVI smile.
    """

    vol: Floats
    anchor: Floats
    basis: Floats
    node_noise: Floats
    correlation: Floats
    curvature: Floats

    def at_the_money(self, snapshot: Integers, tenor: Floats) -> Floats:
        """Return the vol at ``K = F``: root of the expected mean variance to `tenor` (years), plus noise."""
        reverted = -np.expm1(-REVERSION * tenor) / (REVERSION * tenor)
        anchor = self.anchor[snapshot] ** 2
        variance = anchor + (self.vol[snapshot] ** 2 - anchor) * reverted
        place = np.interp(np.log(tenor * 365.0), np.log(NODE_DAYS), np.arange(NODE_DAYS.size))
        left = np.minimum(place.astype(np.int64), NODE_DAYS.size - 2)
        share = place - left
        noise = (1.0 - share) * self.node_noise[snapshot, left] + share * self.node_noise[snapshot, left + 1]
        return np.asarray(PREMIUM * np.sqrt(variance) * np.exp(noise))

    def smile(self, snapshot: Integers, tenor: Floats, standardised: Floats) -> Floats:
        """Return vol over at-the-money vol at ``z = ln(K/F) / (sigma_atm sqrt T)``.

        SSVI with ``phi = curvature / sqrt(theta)``, free of butterfly arbitrage while
        ``curvature^2 (1 + |correlation|) <= 4``: Gatheral and Jacquier (2014), doi:10.1080/14697688.2013.819986,
        theorem 4.2.
        """
        tilt = self.correlation[snapshot]
        bend = self.curvature[snapshot] * (tenor * 365.0 / 30.0) ** -0.05
        bent = bend * standardised
        variance = 0.5 * (1.0 + tilt * bent + np.sqrt((bent + tilt) ** 2 + 1.0 - tilt**2))
        return np.asarray(np.sqrt(variance))


def simulate_surface(recipe: SampleRecipe, path: Path, times: Integers, stream: np.random.Generator) -> Surface:
    """Simulate the option market of `recipe` at the snapshots `times`."""
    hour = (times - recipe.start) // HOUR
    perceived = _smoothed(path.vol**2, PERCEPTION_HALF_LIFE, path.vol[0] ** 2)
    anchor = _smoothed(path.vol**2, ANCHOR_HALF_LIFE, ANCHOR_VOL**2)
    step_days = 1.0 / recipe.snapshots_a_day
    nodes = _stationary(_node_shocks(times.size, stream), NODE_PERSISTENCE**step_days)
    keep = BASIS_PERSISTENCE**step_days
    target = np.array([spell.basis for spell in recipe.regimes])[path.regime[hour]]
    basis = autoregressive((1.0 - keep) * target, keep, float(target[0]))
    basis_noise = _stationary(stream.standard_normal(times.size), keep)
    wobble = SHAPE_NOISE * _stationary(stream.standard_normal((times.size, 2)), SHAPE_PERSISTENCE**step_days)
    shape = np.array([[s.correlation, s.curvature] for s in (recipe.smile, recipe.smile_after)])
    now = shape[(times >= recipe.midnight(recipe.skew_change_at)).astype(np.int64)]
    return Surface(
        vol=np.sqrt(perceived[hour]),
        anchor=np.sqrt(anchor[hour]),
        basis=basis + BASIS_NOISE * basis_noise,
        node_noise=NODE_NOISE * nodes,
        correlation=now[:, 0] + wobble[:, 0],
        curvature=now[:, 1] * np.exp(wobble[:, 1]),
    )


def _node_shocks(count: int, stream: np.random.Generator) -> Floats:
    """Return unit shocks of the tenor nodes; half their variance is common to all."""
    common = stream.standard_normal((count, 1))
    return np.asarray(np.sqrt(0.5) * (common + stream.standard_normal((count, NODE_DAYS.size))))


def _stationary(shocks: Floats, persistence: Floats | float) -> Floats:
    """Return the autoregression of unit shocks, scaled to unit variance in the long run."""
    return autoregressive(np.sqrt(1.0 - np.square(persistence)) * shocks, persistence)


def _smoothed(values: Floats, half_life: float, first: float) -> Floats:
    """Return the exponentially weighted mean of all values up to each, starting from `first`."""
    keep = 0.5 ** (1.0 / half_life)
    return autoregressive((1.0 - keep) * values, keep, first)
