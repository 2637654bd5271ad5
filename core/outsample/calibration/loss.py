"""What a calibration makes small: residuals between a model's prices and the market's, in the unit of a loss."""

from enum import Enum
from typing import Final

import numpy as np

from outsample.calibration.quotes import ChainQuotes
from outsample.typing import Floats

__all__ = ["POINT", "CalibrationLoss"]

POINT: Final = 0.01  # of vol, a fraction a year


class CalibrationLoss(Enum):
    """Unit of the residuals whose squares are summed; a different loss has a different optimum."""

    VOL = "implied vol, vol points"
    VEGA_WEIGHTED = "price over the market's vega, vol points"
    PRICE = "price, USD"
    COIN = "price, fraction of the forward"
    RELATIVE = "price, percent of the market's"
    HALF_SPREADS = "price, half bid-ask spreads"

    def factor(self, chain: ChainQuotes) -> Floats:
        """Return (n,) residual per unit of price, a fraction of the forward; NaN where there is none.

        Of the loss `VOL` it is the slope at the market's price.
        """
        match self:
            case CalibrationLoss.VOL | CalibrationLoss.VEGA_WEIGHTED:
                return np.asarray(1.0 / (POINT * chain.vega))
            case CalibrationLoss.PRICE:
                return chain.forward
            case CalibrationLoss.COIN:
                return np.ones(chain.size)
            case CalibrationLoss.RELATIVE:
                return np.asarray(100.0 / chain.price)
            case CalibrationLoss.HALF_SPREADS:
                unknown = np.full(chain.size, np.nan)
                return np.asarray(np.divide(1.0, chain.half_spread, out=unknown, where=chain.half_spread > 0.0))

    def of_one_point(self, chain: ChainQuotes) -> float:
        """Return the mean squared residual if every vol were off by one point: what makes losses comparable."""
        return float(np.mean((POINT * chain.vega * self.factor(chain)) ** 2))
