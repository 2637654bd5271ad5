"""Which quotes are observations: the filter waterfall that gives a quote weight 1 or 0, with its reason."""

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Final

import numpy as np

from outsample.formulas.black import call_delta
from outsample.formulas.implied_vol import implied_vol
from outsample.named_parameters import check_parameters, number_text
from outsample.typing import YEAR, Bools, Bounds, Floats, Label, Unit

if TYPE_CHECKING:
    from outsample.datasets.option_quotes import OptionQuotes

__all__ = ["Filters", "Target", "WeightReason", "weigh"]

_ROUNDING: Final = 1.0 + 1e-9  # 0.0003 / 0.0005 is a spread of exactly a half; its binary fractions are not


class Target(Enum):
    """The observed option price."""

    MID = "mid"
    MARK = "mark"


class WeightReason(Enum):
    """Why a quote has weight 0, in the order of the waterfall; the first that applies counts."""

    ONE_SIDED = "one-sided: bid or ask missing or zero"
    CROSSED = "crossed: ask below bid"
    WIDE = "relative spread above the largest"
    SHORT = "tenor below the shortest"
    NO_FORWARD = "no forward"
    NO_MARK = "mark missing"
    OUT_OF_BOUNDS = "price at or below intrinsic, or at or above the upper bound"
    IN_THE_MONEY = "in the money"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which sound quotes are observations.

    Parameters
    ----------
    largest_relative_spread : float
        Quotes whose ask minus bid is a larger share of the mid have weight 0. At 2 no two-sided quote is too wide.
    shortest_tenor_days : float
        Quotes with less time to expiry have weight 0.

    Raises
    ------
    UsageError
        A value is no number or out of its bounds.
    """

    largest_relative_spread: Annotated[
        float, Label("Largest relative spread", "spread ≤ {} of mid"), Unit("of the mid"), Bounds(0.01, 2.0)
    ] = 0.5
    shortest_tenor_days: Annotated[float, Label("Shortest tenor", "tenor ≥ {} d"), Unit("days"), Bounds(0.0, 365.0)] = (
        1.0
    )

    def __post_init__(self) -> None:
        check_parameters(self)

    def says(self, reason: WeightReason) -> str:
        """Return why quotes have weight 0, with the number that decided."""
        match reason:
            case WeightReason.WIDE:
                return f"relative spread above {number_text(self.largest_relative_spread)}"
            case WeightReason.SHORT:
                days = self.shortest_tenor_days
                return f"tenor below {number_text(days)} day{'' if days == 1 else 's'}"
            case _:
                return str(reason.value)


def weigh(quotes: "OptionQuotes") -> tuple[Bools, Floats, Floats, dict[WeightReason, int]]:
    """Return (weight is 1, observed premium, implied vol, waterfall), the first three over all rows.

    Implied vol is NaN where weight is 0. Premium is in premium currency, vol a fraction a year.
    """
    mid = 0.5 * (quotes.bid + quotes.ask)
    tenor = (quotes.expiry - quotes.time) / YEAR
    filters = quotes.filters
    premium = mid if quotes.target is Target.MID else quotes.mark
    steps = {
        WeightReason.ONE_SIDED: ~((quotes.bid > 0) & (quotes.ask > 0)),
        WeightReason.CROSSED: quotes.ask < quotes.bid,
        WeightReason.WIDE: (quotes.ask - quotes.bid) > filters.largest_relative_spread * mid * _ROUNDING,
        WeightReason.SHORT: tenor < filters.shortest_tenor_days / 365.0,
        WeightReason.NO_FORWARD: ~(quotes.forward > 0),
        WeightReason.NO_MARK: ~np.isfinite(premium),
    }
    alive = np.ones(quotes.size, dtype=bool)
    waterfall: dict[WeightReason, int] = {}
    for reason, failed in steps.items():
        waterfall[reason] = int(np.count_nonzero(alive & failed))
        alive &= ~failed
    vol = np.full(quotes.size, np.nan)
    vol[alive] = _implied(quotes, premium, tenor, alive)
    priced = np.isfinite(vol)
    waterfall[WeightReason.OUT_OF_BOUNDS] = int(np.count_nonzero(alive & ~priced))
    alive &= priced
    delta = np.full(quotes.size, np.nan)
    delta[alive] = call_delta(quotes.strike[alive] / quotes.forward[alive], tenor[alive], vol[alive])
    inside = alive & np.where(quotes.is_call, delta > 0.5, delta < 0.5)
    waterfall[WeightReason.IN_THE_MONEY] = int(np.count_nonzero(inside))
    alive &= ~inside
    vol[~alive] = np.nan
    return alive, premium, vol, waterfall


def _implied(quotes: "OptionQuotes", premium: Floats, tenor: Floats, rows: Bools) -> Floats:
    forward = quotes.forward[rows]
    ratio = premium[rows] if quotes.settlement.value == "inverse" else premium[rows] / forward
    return implied_vol(ratio, quotes.strike[rows] / forward, tenor[rows], quotes.is_call[rows])
