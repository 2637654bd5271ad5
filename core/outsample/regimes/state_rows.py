"""What models of states read of the daily returns; made once a data set.

Decisions
---------
- A jump model reads volatilities alone, since its states are coloured by volatility. By downside deviation and Sortino
  ratios, the features of Shu, Yu and Mulvey (2024), its states are trends: of planted volatilities of 20 and 60 % in
  turns of 30, 60 and 120 days (Student returns, 6 degrees of freedom, 12 paths of 450 days) such states hold 53,
  55 and 73 % of the days at their best penalty, volatilities over 2, 5 and 15 days 78, 87 and 96 % at a penalty of 10.
"""

from typing import Final

import numpy as np

from outsample.prepared import prepared
from outsample.regimes.daily_volatility import FLOOR, DailyVolatility
from outsample.regimes.jump_model.features import exponential_means
from outsample.typing import Floats, frozen

__all__ = ["HALF_LIVES", "PERCENT", "log_volatilities", "returns_in_percent", "volatility_features"]

PERCENT: Final = 100.0  # likelihoods of returns in percent are of numbers near 1
HALF_LIVES: Final = (2.0, 5.0, 15.0)  # days


@prepared
def returns_in_percent(daily: DailyVolatility) -> Floats:
    """Return the daily log returns, percent, (n,)."""
    return frozen(PERCENT * daily.log_return)


@prepared
def volatility_features(daily: DailyVolatility) -> Floats:
    """Return ``ln(m + FLOOR) / 2``, m exponentially weighted means of squared returns over `HALF_LIVES`, (n, 3).

    Each row is of returns up to its own; NaN in the first rows, until as many returns were seen as the longest
    half-life has days.
    """
    return frozen(log_volatilities(daily.log_return))


def log_volatilities(log_return: Floats) -> Floats:
    """Return the features of `volatility_features` of any daily log returns, (n, 3)."""
    squares = np.square(log_return)
    features = np.empty((squares.size, len(HALF_LIVES)))
    mean = np.empty(squares.size)
    for column, half_life in enumerate(HALF_LIVES):
        exponential_means(squares, half_life, mean)
        features[:, column] = 0.5 * np.log(mean + FLOOR)
    features[: int(max(HALF_LIVES)) - 1] = np.nan
    return features
