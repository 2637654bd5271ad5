"""What the sample market is made from: every planted fact is a parameter here."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Final

import numpy as np

from outsample.errors import UsageError
from outsample.typing import DAY, SECOND, Integers

__all__ = ["MINIMUM_DAYS", "FaultRates", "RegimeSpell", "SampleRecipe", "SmileShape", "small_recipe"]

MINIMUM_DAYS: Final = 60  # two windows of 20 times must remain after the planted outage


@dataclass(frozen=True, slots=True)
class RegimeSpell:
    """One spell of a volatility regime.

    Parameters
    ----------
    name : str
    starts_at : float
        Share of the history at which the spell begins, in [0, 1).
    vol : float
        Level around which diffusive vol reverts, fraction a year; jumps come on top.
    drift : float
        Expected log return a year.
    jumps_a_year : float
    basis : float
        Level around which the annualised basis ``ln(F / S) / T`` reverts.
    opening_jump : float
        Log return of the jump in the first hour of the spell; 0 for none.
    """

    name: str
    starts_at: float
    vol: float
    drift: float
    jumps_a_year: float
    basis: float
    opening_jump: float = 0.0


@dataclass(frozen=True, slots=True)
class SmileShape:
    """SSVI smile in standardised moneyness: `correlation` tilts it, `curvature` bends it."""

    correlation: float
    curvature: float


@dataclass(frozen=True, slots=True)
class FaultRates:
    """Faults to plant.

    Parameters
    ----------
    stale, crossed, fat_finger : float
        Share of all quotes.
    outage_at, stale_index_at : float
        Share of the history at which the episode begins.
    outage_days, stale_index_days : float
    """

    stale: float = 0.004
    crossed: float = 0.001
    fat_finger: float = 0.0005
    outage_at: float = 0.47
    outage_days: float = 2.0
    stale_index_at: float = 0.31
    stale_index_days: float = 4.0


def calm(starts_at: float) -> RegimeSpell:
    """Return a spell of low vol."""
    return RegimeSpell("calm", starts_at, vol=0.34, drift=0.20, jumps_a_year=8.0, basis=0.06)


def normal(starts_at: float) -> RegimeSpell:
    """Return a spell of ordinary vol."""
    return RegimeSpell("normal", starts_at, vol=0.48, drift=0.90, jumps_a_year=14.0, basis=0.10)


def stressed(starts_at: float) -> RegimeSpell:
    """Return a spell that opens with a crash."""
    return RegimeSpell("stressed", starts_at, 0.64, drift=-2.2, jumps_a_year=25.0, basis=-0.01, opening_jump=-0.09)


def extreme(starts_at: float) -> RegimeSpell:
    """Return a spell of a vol that no earlier spell has."""
    return RegimeSpell("unseen", starts_at, 0.88, drift=-1.0, jumps_a_year=35.0, basis=-0.04, opening_jump=-0.12)


def _two_years() -> tuple[RegimeSpell, ...]:
    return (
        normal(0.0),
        calm(140 / 730),
        stressed(255 / 730),
        normal(292 / 730),
        calm(420 / 730),
        stressed(532 / 730),
        normal(592 / 730),
        extreme(662 / 730),
    )


@dataclass(frozen=True, slots=True)
class SampleRecipe:
    """Everything that decides the sample market; the same recipe makes the same market, bit for bit.

    Parameters
    ----------
    seed : int
    days : int
        Length of the history, at least `MINIMUM_DAYS`.
    snapshots_a_day : int
        1 to 24.
    start : int
        Midnight, UTC nanoseconds.
    first_price : float
        USD.
    regimes : tuple of RegimeSpell
        In order; the first starts at 0.
    smile, smile_after : SmileShape
        Before and after the planted change of skew.
    skew_change_at : float
        Share of the history at which the smile changes.
    faults : FaultRates

    Raises
    ------
    UsageError
        A parameter lies outside what the generator can make.
    """

    seed: int = 14
    days: int = 730
    snapshots_a_day: int = 1
    start: int = 1_704_067_200 * SECOND  # 2024-01-01
    first_price: float = 60_000.0
    regimes: tuple[RegimeSpell, ...] = field(default_factory=_two_years)
    smile: SmileShape = SmileShape(correlation=-0.30, curvature=0.75)
    smile_after: SmileShape = SmileShape(correlation=0.12, curvature=0.95)
    skew_change_at: float = 620 / 730
    faults: FaultRates = FaultRates()

    def __post_init__(self) -> None:
        if self.days < MINIMUM_DAYS:
            raise UsageError(f"a sample market needs at least {MINIMUM_DAYS} days, found {self.days}; ask for more")
        if not 1 <= self.snapshots_a_day <= 24:
            raise UsageError(f"a sample day has 1 to 24 snapshots, found {self.snapshots_a_day}; choose one of those")
        if self.seed < 0:
            raise UsageError(f"a seed is a whole number of at least 0, found {self.seed}; choose another")
        if not self.first_price >= 1_000.0:
            raise UsageError(
                f"strikes are whole USD: a first price of 1,000 or more is needed, found {self.first_price}"
            )
        starts = [spell.starts_at for spell in self.regimes]
        if not starts or starts[0] != 0.0 or starts[-1] >= 1.0 or (np.diff(self.regime_starts) <= 0).any():
            raise UsageError(f"regimes must start at 0 and then in order on days of their own, found {starts}; reorder")

    @property
    def stop(self) -> int:
        """End of the history, UTC nanoseconds."""
        return self.start + self.days * DAY

    @property
    def regime_starts(self) -> Integers:
        """(r,) midnights at which the regimes begin, UTC nanoseconds."""
        return np.array([self.midnight(spell.starts_at) for spell in self.regimes], dtype=np.int64)

    @property
    def key(self) -> str:
        """SHA-256 over all parameters, hex: the name under which a made market is kept."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def midnight(self, share: float) -> int:
        """Return the midnight nearest to a share of the history, UTC nanoseconds."""
        return self.start + round(share * self.days) * DAY


def small_recipe(seed: int = 14, days: int = 120) -> SampleRecipe:
    """Return a recipe for a market that is made in a fraction of a second, all its boundaries planted inside."""
    regimes = (normal(0.0), calm(0.25), stressed(0.55), extreme(0.85))
    return SampleRecipe(seed=seed, days=days, regimes=regimes, skew_change_at=0.78)
