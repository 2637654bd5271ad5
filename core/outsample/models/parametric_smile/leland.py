"""What hedging costs add to a vol: Leland's adjustment of the realised vol of the underlying.

    vol = sigma sqrt(1 + A),   A = sqrt(2 / pi) cost / (sigma sqrt(interval))

with sigma the realised vol of the train window, from the underlying of the quotes, and no option price at all. Fitted
to implied vols, a vol times a constant would be flat vol again and say nothing; so it says whether the costs of a hedge
explain why options cost more than the underlying has moved, and how high they had to be to do so.

Reference: Leland (1985), J. Finance 40, 1283-1301, doi:10.1111/j.1540-6261.1985.tb02383.x.
"""

import math
from dataclasses import dataclass, field
from typing import Annotated, Final

import numpy as np

from outsample.cumulative import Cumulative
from outsample.datasets import OptionQuotes
from outsample.errors import FitError
from outsample.formulas.transaction_costs import ROOT_TWO_OVER_PI, leland_number, leland_seller_vol
from outsample.model import Parameter, Prediction, RefitSchedule
from outsample.named_parameters import check_parameters
from outsample.prepared import prepared
from outsample.scores import Functional
from outsample.typing import YEAR, Bounds, Floats, Integers, Label, Unit, constant, frozen
from outsample.windows import Window

__all__ = ["FEWEST_RETURNS", "Leland", "LelandFit"]

FEWEST_RETURNS: Final = 20
BASIS_POINT: Final = 1e-4
DAY_OF_YEAR: Final = 1.0 / 365.0


@dataclass(frozen=True, slots=True)
class Leland:
    """Realised vol with the costs of the option seller's hedge: one vol for every strike and tenor.

    Parameters
    ----------
    round_trip_cost : float
        Of buying and selling the underlying again: the whole relative bid-ask spread and two fees.
    rebalancing_interval : float
        Between two trades of the hedge.

    Raises
    ------
    UsageError
        A value is no number or out of its bounds.
    """

    round_trip_cost: Annotated[
        float, Label("Round-trip cost of the hedge", "round trip {} bp"), Unit("bp"), Bounds(0.0, 1_000.0)
    ] = 10.0
    rebalancing_interval: Annotated[
        float,
        Label("Time between two trades of the hedge", "rebalanced every {} d"),
        Unit("days"),
        Bounds(0.001, 365.0),
    ] = 1.0

    def __post_init__(self) -> None:
        check_parameters(self)

    def fit(self, data: OptionQuotes, train: Window) -> "LelandFit":
        """Take the realised vol of the train window and add the costs.

        Raises
        ------
        FitError
            The underlying has fewer than 20 returns in the window, or does not move.
        """
        moves = _moves_of(data)
        rows = train.rows(moves.times)
        inside = slice(min(rows.start + 1, rows.stop), rows.stop)
        count = inside.stop - inside.start
        squares, years = moves.sums.total(inside).tolist()
        if count < FEWEST_RETURNS or not squares > 0.0:
            raise FitError(
                f"Leland needs {FEWEST_RETURNS} returns of a moving underlying in the train window, found {count}; "
                "widen the window"
            )
        variance = squares / years
        scores = moves.columns[inside, 0] - variance * moves.columns[inside, 1]
        error = float(np.sqrt(np.square(scores).sum())) / years / (2.0 * math.sqrt(variance))
        number, quoted = data.observed.vol_sums.total(train.rows(data.times)).tolist()
        return LelandFit(self, math.sqrt(variance), error, quoted / number if number else math.nan)

    def predict_refitted(self, data: OptionQuotes, schedule: RefitSchedule) -> Prediction:
        """Predict with the vol realised strictly before each time; NaN where that is fewer than 20 returns."""
        return Prediction(_refitted(data, self, schedule.windows()), Functional.MEAN)

    def adjusted(self, realised: Floats) -> Floats:
        """Return realised vols with the costs."""
        cost, interval = self.round_trip_cost * BASIS_POINT, self.rebalancing_interval * DAY_OF_YEAR
        return leland_seller_vol(realised, np.array(cost), np.array(interval))


@dataclass(frozen=True, slots=True)
class LelandFit:
    """The vol of the underlying in the train window, and what the hedge costs.

    Parameters
    ----------
    model : Leland
    realised_vol : float
        Fraction a year.
    standard_error : float
        Of it, returns taken as independent of each other.
    mean_implied_vol : float
        Of the quotes of the train window: shown for comparison, used nowhere in a prediction.
    """

    model: Leland
    realised_vol: float
    standard_error: float = field(compare=False)
    mean_implied_vol: float = field(compare=False)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The vols before and after costs, and the cost that would make them the mean implied vol.

        That cost is NaN where options cost less than the underlying moved. At a Leland number of 1 and above nobody
        who hedges as often can buy an option, and it is marked as at its bound.
        """
        interval = self.model.rebalancing_interval * DAY_OF_YEAR
        cost = self.model.round_trip_cost * BASIS_POINT
        number = float(leland_number(np.array(self.realised_vol), np.array(cost), np.array(interval)))
        wanted = (self.mean_implied_vol / self.realised_vol) ** 2 - 1.0
        explaining = wanted * self.realised_vol * math.sqrt(interval) / ROOT_TWO_OVER_PI / BASIS_POINT
        return (
            Parameter("realised vol", self.realised_vol, "a year", self.standard_error),
            Parameter("Leland number (1 and above: no buyer can hedge)", number, at_bound=number >= 1.0),
            Parameter("vol with costs", float(self.model.adjusted(np.array(self.realised_vol))), "a year"),
            Parameter("mean implied vol of the train window", self.mean_implied_vol, "a year"),
            Parameter("round-trip cost that would explain it", explaining if wanted >= 0.0 else math.nan, "bp"),
        )

    def predict(self, data: OptionQuotes) -> Prediction:
        """Predict the same vol for every observation."""
        vol = float(self.model.adjusted(np.array(self.realised_vol)))
        return Prediction(constant(vol, data.observed.size), Functional.MEAN, is_whole=True)


@dataclass(frozen=True, slots=True, eq=False)
class _Moves:
    """Squared log returns of the underlying and the years they took, (n, 2), each ending at one of n times."""

    times: Integers
    columns: Floats
    sums: Cumulative


@prepared
def _moves_of(data: OptionQuotes) -> _Moves:
    prices = data.underlying()
    years = np.diff(prices.time, prepend=prices.time[:1]) / YEAR
    squares = np.diff(np.log(prices.close), prepend=math.log(prices.close[0])) ** 2
    columns = np.column_stack([squares, years])
    return _Moves(prices.time, frozen(columns), Cumulative.of(columns, centred=False))


@prepared
def _refitted(data: OptionQuotes, model: Leland, windows: tuple[int, int]) -> Floats:
    start, length = windows
    moves, index = _moves_of(data), np.arange(data.times.size)
    first = data.times[np.maximum(index - length, 0)] if length else np.full(index.size, start)
    low = np.minimum(np.searchsorted(moves.times, first) + 1, moves.times.size)
    high = np.searchsorted(moves.times, data.times)
    squares, years = (moves.sums.sums[high] - moves.sums.sums[np.minimum(low, high)]).T
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = np.where((high - low >= FEWEST_RETURNS) & (squares > 0.0), squares / years, np.nan)
    return frozen(model.adjusted(np.sqrt(variance))[data.observed.time_index])
