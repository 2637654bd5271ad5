"""What the Black-Scholes world takes for granted, and on which stretch of a history it is tested."""

from enum import Enum
from typing import Final

__all__ = ["Assumption", "Stretch"]


class Assumption(Enum):
    """One thing taken for granted; the value is its title."""

    NORMALITY = "normal returns"
    TAILS = "thin tails"
    CONSTANT_VOL = "constant volatility"
    INDEPENDENCE = "independent returns"
    CONTINUITY = "no jumps"
    KNOWN_VOL = "known volatility"
    CONSTANT_RATE = "constant rate"
    COSTLESS_HEDGING = "costless hedging"
    NO_MANIPULATION = "no manipulation"

    @property
    def meaning(self) -> str:
        """What must hold, in a few words."""
        return _MEANINGS[self]


class Stretch(Enum):
    """Where an assumption is tested; the value is what tables call it."""

    TRAIN = "train"
    TEST = "test"
    CARRIED = "train on test"  # what was learnt on train, held against test

    @property
    def meaning(self) -> str:
        """What is tested there."""
        return _STRETCHES[self]


_MEANINGS: Final = {
    Assumption.NORMALITY: "log returns of the underlying follow a normal law",
    Assumption.TAILS: "large moves are as rare as a normal law makes them",
    Assumption.CONSTANT_VOL: "the volatility is the same at all times",
    Assumption.INDEPENDENCE: "past returns say nothing about the next one",
    Assumption.CONTINUITY: "prices move without jumps",
    Assumption.KNOWN_VOL: "options are priced at the volatility that comes true",
    Assumption.CONSTANT_RATE: "the carry between spot and forward is one constant",
    Assumption.COSTLESS_HEDGING: "a hedge is traded without pause and without cost",
    Assumption.NO_MANIPULATION: "prices and volumes are made by trade alone",
}
_STRETCHES: Final = {
    Stretch.TRAIN: "the train window by itself",
    Stretch.TEST: "the test window by itself",
    Stretch.CARRIED: "the test window against what the train window says",
}
