"""The underlying: regime-switching stochastic volatility with leverage and jumps, every five minutes."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.datasets import Prices
from outsample.sample.randomness import autoregressive
from outsample.sample.recipe import SampleRecipe
from outsample.typing import HOUR, YEAR, Floats, Integers

__all__ = ["Path", "simulate_path"]

STEPS_AN_HOUR: Final = 12
STEP: Final = HOUR // STEPS_AN_HOUR
VOL_HALF_LIFE: Final = 6 * 24  # hours, of a deviation of log vol from its regime
VOL_DEVIATION: Final = 0.10  # stationary deviation of log vol within a regime
LEVERAGE: Final = -0.45  # correlation of log vol with the return of the same hour
JUMP_SIZE: Final = 0.065  # deviation of a jump, per unit of the regime's vol
JUMP_MEAN: Final = -0.15  # mean of a jump, in deviations
EXCITEMENT: Final = 1.0  # rise of log vol per unit of absolute jump


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """The simulated underlying on a grid of five minutes.

    Parameters
    ----------
    time : (n + 1,) int64 array
        UTC nanoseconds.
    price : (n + 1,) array
        USD.
    vol : (hours,) array
        Diffusive vol during each hour, fraction a year.
    regime : (hours,) int array
        Which spell of the recipe each hour belongs to.
    jump_time : (j,) int64 array
        First grid time after each jump, UTC nanoseconds.
    jump_log_return : (j,) array
    """

    time: Integers
    price: Floats
    vol: Floats
    regime: Integers
    jump_time: Integers
    jump_log_return: Floats

    def price_at(self, time: Integers) -> Floats:
        """Return the last price at or before each time."""
        return np.asarray(self.price[(time - self.time[0]) // STEP])

    def hourly(self, symbol: str, volume_noise: Floats, source: dict[str, object]) -> Prices:
        """Return hourly bars; volume grows with the size of the hour's move."""
        steps = self.price[1:].reshape(-1, STEPS_AN_HOUR)
        before, close = self.price[:-1:STEPS_AN_HOUR].copy(), steps[:, -1].copy()
        move = np.abs(np.log(close / before)) / (self.vol * np.sqrt(HOUR / YEAR))
        return Prices(
            time=self.time[STEPS_AN_HOUR::STEPS_AN_HOUR].copy(),
            open=before,
            high=np.maximum(steps.max(axis=1), before),
            low=np.minimum(steps.min(axis=1), before),
            close=close,
            volume=np.round(400.0 * (0.5 + move) * self.vol * np.exp(0.5 * volume_noise), 2),
            symbol=symbol,
            source=source,
        )


def simulate_path(recipe: SampleRecipe, stream: np.random.Generator) -> Path:
    """Simulate the underlying of `recipe`, prices rounded to cents."""
    hours = recipe.days * 24
    hour_start = recipe.start + HOUR * np.arange(hours)
    regime = np.searchsorted(recipe.regime_starts, hour_start, side="right") - 1
    normals = stream.standard_normal((hours, STEPS_AN_HOUR))
    jumps, position = _jumps(recipe, regime, stream)
    vol = _vol(recipe, regime, normals, jumps, stream)
    drift = np.array([spell.drift for spell in recipe.regimes])[regime]
    years = STEP / YEAR
    log_returns = vol[:, None] * np.sqrt(years) * normals + (drift * years)[:, None]
    log_returns[np.arange(hours), position] += jumps
    log_price = np.log(recipe.first_price) + np.r_[0.0, np.cumsum(log_returns)]
    time = recipe.start + STEP * np.arange(hours * STEPS_AN_HOUR + 1)
    jumped = np.flatnonzero(jumps)
    jump_time = time[jumped * STEPS_AN_HOUR + position[jumped] + 1]
    return Path(time, np.round(np.exp(log_price), 2), vol, regime, jump_time, jumps[jumped])


def _jumps(recipe: SampleRecipe, regime: Integers, stream: np.random.Generator) -> tuple[Floats, Integers]:
    """Return the log jump of each hour (mostly 0) and the step of the hour in which it falls."""
    level = np.array([spell.vol for spell in recipe.regimes])[regime]
    intensity = np.array([spell.jumps_a_year for spell in recipe.regimes])[regime]
    happens = stream.random(regime.size) < intensity * HOUR / YEAR
    sizes = JUMP_SIZE * level * (JUMP_MEAN + stream.standard_normal(regime.size))
    jumps = np.where(happens, sizes, 0.0)
    for number, spell in enumerate(recipe.regimes):
        if spell.opening_jump:
            jumps[np.searchsorted(regime, number)] = spell.opening_jump
    return jumps, stream.integers(0, STEPS_AN_HOUR, regime.size)


def _vol(recipe: SampleRecipe, regime: Integers, normals: Floats, jumps: Floats, stream: np.random.Generator) -> Floats:
    """Return the vol of each hour: the regime's level times the exponential of a mean-reverting deviation."""
    persistence = 0.5 ** (1.0 / VOL_HALF_LIFE)
    hour_move = normals.sum(axis=1) / np.sqrt(STEPS_AN_HOUR)
    own = stream.standard_normal(regime.size)
    shocks = LEVERAGE * hour_move + np.sqrt(1.0 - LEVERAGE**2) * own
    shocks *= VOL_DEVIATION * np.sqrt(1.0 - persistence**2)
    shocks += EXCITEMENT * np.abs(jumps)
    deviation = autoregressive(shocks, persistence)
    level = np.array([spell.vol for spell in recipe.regimes])[regime]
    return np.asarray(level * np.exp(np.r_[0.0, deviation[:-1]]))
