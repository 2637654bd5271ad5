"""What it takes to turn vols into premiums, laid out once for all models."""

from dataclasses import dataclass

from outsample.formulas.black import black_price
from outsample.typing import Bools, Floats, freeze_columns

__all__ = ["PricingTerms"]


@dataclass(frozen=True, eq=False, slots=True)
class PricingTerms:
    """Everything in Black-76 but the vol, over j observations; read-only.

    Parameters
    ----------
    strike_ratio : (j,) array
        ``K / F`` with the row's own forward.
    tenor : (j,) array
        Years.
    is_call : (j,) bool array
    forward : (j,) array
        USD.
    is_linear : bool
        Whether a premium is in USD; otherwise in coin.
    """

    strike_ratio: Floats
    tenor: Floats
    is_call: Bools
    forward: Floats
    is_linear: bool

    def __post_init__(self) -> None:
        freeze_columns(self)

    def premiums(self, vols: Floats) -> Floats:
        """Return the (j,) premiums at (j,) vols, fraction a year; NaN where a vol is missing or negative."""
        price = black_price(self.strike_ratio, self.tenor, vols, self.is_call)
        return price * self.forward if self.is_linear else price
