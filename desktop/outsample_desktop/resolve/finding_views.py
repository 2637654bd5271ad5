"""What the rooms show whose numbers are worked out when nothing is held."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.report.table import Table
from outsample.typing import Integers
from outsample_desktop.resolve.charts import BarsView, ChartView, GridView, Tabled

__all__ = ["NO_DIAGONALS", "AssumptionsView", "DecayRoomView", "Diagonals", "RegimesView"]


@dataclass(frozen=True, slots=True, eq=False)
class RegimesView:
    """Everything in the room of regimes.

    Parameters
    ----------
    state, message : str
        Whether it belongs to the boundaries on screen; what it says, in a sentence.
    volatility : ChartView
        Daily volatility, its level in each segment, and the regimes, through time.
    penalty_path : ChartView
    regime_losses, transitions : GridView
    states, break_tests : Tabled
    marked : Tabled
        Spans whose regime the user has marked.
    tables : dict of str to Table
        The numbers of each pane.
    """

    state: str
    message: str
    volatility: ChartView
    penalty_path: ChartView
    regime_losses: GridView
    transitions: GridView
    states: Tabled
    break_tests: Tabled
    marked: Tabled
    tables: dict[str, Table]


@dataclass(frozen=True, slots=True, eq=False)
class Diagonals:
    """Where a date lies in a triangle of vintages and ages.

    Parameters
    ----------
    service : (r,) int64 array
        When the vintage of each row comes into service, UTC ns.
    start, stop : (c,) int64 array
        Ages of each column, ns, half-open.
    """

    service: Integers
    start: Integers
    stop: Integers

    def time_of(self, row: int, column: int) -> int:
        """Return the date in the middle of a cell, UTC ns."""
        return int(self.service[row] + (self.start[column] + self.stop[column]) // 2)

    def cells_at(self, time: int) -> tuple[tuple[int, int], ...]:
        """Return the (row, column) of each vintage that is in service at a date, UTC ns."""
        age = time - self.service[:, np.newaxis]
        inside = (self.start <= age) & (age < self.stop)
        return tuple((int(row), int(column)) for row, column in np.argwhere(inside))


NO_DIAGONALS: Final = Diagonals(*(np.empty(0, np.int64) for _ in range(3)))


@dataclass(frozen=True, slots=True, eq=False)
class DecayRoomView:
    """Everything in the room of decay, for the active model.

    Parameters
    ----------
    state, message : str
        Whether it belongs to the boundaries on screen; what it says, in a sentence.
    horizon, staleness, recalibration, fluctuation : ChartView
        Loss against days since the train end; paired staleness against age; cost against the days between two
        calibrations; the fluctuation statistic through time.
    gap : BarsView
        Optimism, mix of regimes, change within them, unseen state.
    triangle : GridView
        Rows are vintages, columns ages.
    diagonals : Diagonals
        The dates of its cells.
    breakdown : Tabled
    tables : dict of str to Table
    """

    state: str
    message: str
    horizon: ChartView
    staleness: ChartView
    recalibration: ChartView
    fluctuation: ChartView
    gap: BarsView
    triangle: GridView
    diagonals: Diagonals
    breakdown: Tabled
    tables: dict[str, Table]


@dataclass(frozen=True, slots=True, eq=False)
class AssumptionsView:
    """Everything in the room of assumptions.

    Parameters
    ----------
    state, message : str
        Whether it belongs to the boundaries on screen; what it says, in a sentence.
    assumptions : Tabled
    assumption_costs : BarsView
        In vol points.
    return_quantiles : ChartView
        Quantiles of standardised returns against those of the normal distribution, train and test.
    realised_implied : ChartView
    tables : dict of str to Table
    """

    state: str
    message: str
    assumptions: Tabled
    assumption_costs: BarsView
    return_quantiles: ChartView
    realised_implied: ChartView
    tables: dict[str, Table]
