"""What was planted in the sample market, so that a detector can be judged against it."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Self

from outsample.windows import Window

__all__ = ["PlantedJump", "PlantedRegime", "Truth"]


@dataclass(frozen=True, slots=True)
class PlantedRegime:
    """A spell of one regime: its first nanosecond (UTC) and the diffusive vol it reverts to, fraction a year."""

    start: int
    name: str
    vol: float


@dataclass(frozen=True, slots=True)
class PlantedJump:
    """A jump of the underlying: UTC nanoseconds of the first price that shows it, and its log return."""

    time: int
    log_return: float


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything planted; rows index the quotes of the same market, in their sorted order.

    Parameters
    ----------
    generator : int
        Version of the generator.
    recipe : str
        Key of the recipe, hex.
    regimes : tuple of PlantedRegime
    jumps : tuple of PlantedJump
    skew_change : int
        First nanosecond (UTC) of the second smile.
    outage : Window
        No snapshot was taken.
    stale_index : Window
        The quotes' index repeats its last value before the window; forwards and prices are right.
    stale_rows : tuple of int
        Bid and ask repeat those of the same instrument one snapshot earlier.
    crossed_rows : tuple of int
        Ask below bid.
    fat_finger_rows : tuple of int
        Bid and ask off by a factor of two or more.
    """

    generator: int
    recipe: str
    regimes: tuple[PlantedRegime, ...]
    jumps: tuple[PlantedJump, ...]
    skew_change: int
    outage: Window
    stale_index: Window
    stale_rows: tuple[int, ...]
    crossed_rows: tuple[int, ...]
    fat_finger_rows: tuple[int, ...]

    def to_json(self) -> str:
        """Return the truth as JSON text; times are integers, UTC nanoseconds."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the truth that `to_json` wrote."""
        fields: dict[str, Any] = json.loads(text)
        fields["regimes"] = tuple(PlantedRegime(**regime) for regime in fields["regimes"])
        fields["jumps"] = tuple(PlantedJump(**jump) for jump in fields["jumps"])
        for name in ("outage", "stale_index"):
            fields[name] = Window(**fields[name])
        for name in ("stale_rows", "crossed_rows", "fat_finger_rows"):
            fields[name] = tuple(fields[name])
        return cls(**fields)
