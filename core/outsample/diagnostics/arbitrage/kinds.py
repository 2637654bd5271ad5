"""The kinds of arbitrage that are looked for, and how large one must be to be listed."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Final

from outsample.named_parameters import check_parameters
from outsample.typing import Bounds, Label, Unit

__all__ = ["Kind", "Thresholds"]

_BASIS_POINT: Final = 1e-4
_ROUNDING: Final = 1e-9  # of the forward: thousands of times what a sum of four premiums loses, far below any tick


class Kind(IntEnum):
    """Which relation between premiums is broken; the number is the column of every table of counts."""

    CROSSED = 0
    LOWER_BOUND = 1
    UPPER_BOUND = 2
    VERTICAL = 3
    BUTTERFLY = 4
    CALENDAR = 5
    PARITY = 6
    BOX = 7

    @property
    def title(self) -> str:
        """Name on screen and in files."""
        return self.name.lower().replace("_", " ")

    @property
    def meaning(self) -> str:
        """What is broken, in a few words."""
        return _MEANINGS[self]

    @property
    def is_equality(self) -> bool:
        """Whether the relation is an equation, which mids on ticks never fulfil exactly."""
        return self in (Kind.PARITY, Kind.BOX)


_MEANINGS: Final = {
    Kind.CROSSED: "an option is bid above its own ask",
    Kind.LOWER_BOUND: "an option is cheaper than its intrinsic value",
    Kind.UPPER_BOUND: "an option is dearer than what it can pay at most",
    Kind.VERTICAL: "a spread of two strikes costs less than nothing, or more than it can pay",
    Kind.BUTTERFLY: "the premium is not convex in the strike",
    Kind.CALENDAR: "a nearer expiry is dearer than a later one at the same moneyness",
    Kind.PARITY: "call less put is not forward less strike",
    Kind.BOX: "two strikes imply different forwards of one expiry",
}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From what size on a violation is listed.

    Parameters
    ----------
    smallest_size_bps : float
        Basis points of the forward, on mids and across the spread. At 0 everything beyond rounding is listed; the
        taker fees of a trade's legs are a sensible choice.
    smallest_gap_bps : float
        Basis points of the forward that put-call parity must be off on mids; a box, which holds two parities, twice
        that. The default is what two mids can be off when premiums move in ticks of 5 basis points of the coin.

    Raises
    ------
    UsageError
        A value is no number or out of its bounds.
    """

    smallest_size_bps: Annotated[
        float, Label("Smallest arbitrage", "arbitrage ≥ {} bps"), Unit("bps of the forward"), Bounds(0.0, 1_000.0)
    ] = 0.0
    smallest_gap_bps: Annotated[
        float, Label("Smallest parity gap", "parity gap ≥ {} bps"), Unit("bps of the forward"), Bounds(0.0, 1_000.0)
    ] = 5.0

    def __post_init__(self) -> None:
        check_parameters(self)

    def executable(self) -> float:
        """Return the fraction of the forward that a trade across the spread must exceed."""
        return max(_ROUNDING, self.smallest_size_bps * _BASIS_POINT)

    def on_mids(self, kind: Kind) -> float:
        """Return the fraction of the forward that a trade at mids must exceed."""
        pairs = {Kind.PARITY: 1.0, Kind.BOX: 2.0}.get(kind, 0.0)
        return max(self.executable(), pairs * self.smallest_gap_bps * _BASIS_POINT)
