"""What a user may set about the tests of assumptions."""

from dataclasses import dataclass
from enum import Enum
from typing import Annotated

from outsample.named_parameters import check_parameters
from outsample.typing import Bounds, Label, Unit

__all__ = ["AssumptionSettings", "Clock"]


class Clock(Enum):
    """At which spacing returns are tested; jumps are always looked for in the bars as recorded."""

    DAILY = "day closes at 00:00 UTC, where bars are finer than a day"
    RECORDED = "bars as recorded"


@dataclass(frozen=True, slots=True)
class AssumptionSettings:
    """How assumptions are tested.

    Parameters
    ----------
    level : float
        Of every single test, and the false discovery rate over the table.
    lags : int
        Of tests for dependence; at most a fifth of the returns are used.
    tail_share : float
        Share of all returns that makes up one tail; at least 10 returns do.
    tenor_days : float
        Life of the at-the-money option that costs and hedges are stated for.
    life_days : float
        Life of the options whose implied variance is held against what came.
    clock : Clock

    Raises
    ------
    UsageError
        A value is no number or out of its bounds.
    """

    level: Annotated[float, Label("Level of tests", "level {}"), Unit("of true assumptions"), Bounds(0.001, 0.2)] = 0.05
    lags: Annotated[int, Label("Lags", "{} lags"), Unit("returns"), Bounds(1, 60)] = 10
    tail_share: Annotated[float, Label("Share in a tail", "tail {}"), Unit("of returns"), Bounds(0.005, 0.1)] = 0.05
    tenor_days: Annotated[float, Label("Tenor of costs", "costs at {} d"), Unit("days"), Bounds(2.0, 365.0)] = 30.0
    life_days: Annotated[float, Label("Life of options", "lives of {} d"), Unit("days"), Bounds(2.0, 180.0)] = 7.0
    clock: Clock = Clock.DAILY

    def __post_init__(self) -> None:
        check_parameters(self)
