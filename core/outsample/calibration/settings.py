"""How a calibration is done."""

import math
from dataclasses import dataclass
from typing import Annotated

from outsample.calibration.loss import CalibrationLoss
from outsample.errors import UsageError
from outsample.named_parameters import check_parameters
from outsample.typing import Bounds, Label, Unit

__all__ = ["CalibrationSettings"]


@dataclass(frozen=True, slots=True)
class CalibrationSettings:
    """What is made small, and how hard it is tried.

    Parameters
    ----------
    loss : CalibrationLoss
        Unit of the residuals.
    huber : float or None
        Residuals beyond it count by their size instead of their square (Huber 1964, doi:10.1214/aoms/1177703732); in
        the unit of the loss. None: all count by their square.
    ridge : float
        Pull towards the previous parameters. At 1 a parameter that moves by its own size costs as much as one quote
        that is off by one vol point. 0 is none.
    most_iterations : int
        Steps from each start, beyond which the best point so far is taken and said to be unfinished.
    starts : int
        Points a search may begin at where it is given none; it stops trying when two lead to the same end. They are the
        same in every run.

    Raises
    ------
    UsageError
        A value is no number or out of its bounds.
    """

    loss: CalibrationLoss = CalibrationLoss.VOL
    huber: float | None = None
    ridge: Annotated[
        float, Label("Ridge to the previous parameters", "ridge {}"), Unit("squared vol points"), Bounds(0.0, 1e9)
    ] = 0.0
    most_iterations: Annotated[int, Label("Most iterations", "≤ {} iterations"), Unit("steps"), Bounds(1, 10_000)] = 100
    starts: Annotated[int, Label("Starts", "{} starts"), Unit("points"), Bounds(1, 64)] = 8

    def __post_init__(self) -> None:
        check_parameters(self)
        if self.huber is not None and not (math.isfinite(self.huber) and self.huber > 0.0):
            raise UsageError(f"huber must be a number above 0 or None, found {self.huber}; None counts all by squares")
