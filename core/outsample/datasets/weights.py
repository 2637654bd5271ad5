"""Which quotes are observations: the filter waterfall that gives a quote weight 1 or 0, with its reason."""

from enum import Enum
from typing import TYPE_CHECKING, Final

import numpy as np

from outsample.formulas.black import call_delta
from outsample.formulas.implied_vol import implied_vol
from outsample.typing import YEAR, Bools, Floats

if TYPE_CHECKING:
    from outsample.datasets.option_quotes import OptionQuotes

__all__ = ["MAXIMUM_RELATIVE_SPREAD", "MINIMUM_TENOR_DAYS", "Target", "WeightReason", "weigh"]

MAXIMUM_RELATIVE_SPREAD: Final = 0.5
MINIMUM_TENOR_DAYS: Final = 1.0
_ROUNDING: Final = 1.0 + 1e-9  # 0.0003 / 0.0005 is a spread of exactly a half; its binary fractions are not


class Target(Enum):
    """The observed option price."""

    MID = "mid"
    MARK = "mark"


class WeightReason(Enum):
    """Why a quote has weight 0, in the order of the waterfall; the first that applies counts."""

    ONE_SIDED = "one-sided: bid or ask missing or zero"
    CROSSED = "crossed: ask below bid"
    WIDE = f"relative spread above {MAXIMUM_RELATIVE_SPREAD:g}"
    SHORT = f"tenor below {MINIMUM_TENOR_DAYS:g} day"
    NO_FORWARD = "no forward"
    NO_MARK = "mark missing"
    OUT_OF_BOUNDS = "price at or below intrinsic, or at or above the upper bound"
    IN_THE_MONEY = "in the money"


def weigh(quotes: "OptionQuotes") -> tuple[Bools, Floats, Floats, dict[WeightReason, int]]:
    """Return (weight is 1, observed premium, implied vol, waterfall), the first three over all rows.

    Implied vol is NaN where weight is 0. Premium is in premium currency, vol a fraction a year.
    """
    mid = 0.5 * (quotes.bid + quotes.ask)
    tenor = (quotes.expiry - quotes.time) / YEAR
    premium = mid if quotes.target is Target.MID else quotes.mark
    steps = {
        WeightReason.ONE_SIDED: ~((quotes.bid > 0) & (quotes.ask > 0)),
        WeightReason.CROSSED: quotes.ask < quotes.bid,
        WeightReason.WIDE: (quotes.ask - quotes.bid) > MAXIMUM_RELATIVE_SPREAD * mid * _ROUNDING,
        WeightReason.SHORT: tenor < MINIMUM_TENOR_DAYS / 365.0,
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
