"""Units in which an error is stated, and the domain in which prediction and realised value are compared."""

from enum import Enum

__all__ = ["ErrorUnit", "ScaleDomain"]


class ScaleDomain(Enum):
    """What prediction and realised value are before they are subtracted."""

    IMPLIED_VOL = "implied vol"
    PREMIUM = "premium"
    RETURN = "return"


class ErrorUnit(Enum):
    """Unit of an error; the value is the symbol shown on screen and in CSV headers."""

    VOL_POINTS = "vol pts"
    PRICE = "USD"
    COIN = "coin"
    PREMIUM_PERCENT = "% of premium"
    HALF_SPREADS = "half-spreads"
    RETURN_PERCENT = "%"
    NATS = "nats"

    @property
    def domain(self) -> ScaleDomain:
        """Domain in which an error of this unit is formed."""
        match self:
            case ErrorUnit.VOL_POINTS:
                return ScaleDomain.IMPLIED_VOL
            case ErrorUnit.RETURN_PERCENT | ErrorUnit.NATS:
                return ScaleDomain.RETURN
            case _:
                return ScaleDomain.PREMIUM

    @property
    def needs_repricing(self) -> bool:
        """Whether a new parameter set needs option prices before this error is known."""
        return self.domain is ScaleDomain.PREMIUM
