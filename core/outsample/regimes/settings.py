"""How regimes are found: by what method, and how readily."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import numpy as np

from outsample.errors import UsageError
from outsample.named_parameters import check_parameters
from outsample.regimes.daily_volatility import NOISE_VARIANCE
from outsample.regimes.drawn import DrawnRegime, check_drawn
from outsample.typing import Bounds, Label, Unit

__all__ = ["RegimeMethod", "RegimeSettings"]


class RegimeMethod(StrEnum):
    """What finds the regimes of daily returns; the value is what stands in a case."""

    CHANGE_POINTS = "change-points"
    GAUSSIAN_STATES = "hidden-markov-gaussian"
    STUDENT_STATES = "hidden-markov-student"
    JUMP_MODEL = "jump-model"

    @property
    def words(self) -> str:
        """Return what the method is called on screen."""
        return _TITLES[self]


_TITLES = {
    RegimeMethod.CHANGE_POINTS: "change points",
    RegimeMethod.GAUSSIAN_STATES: "hidden Markov model",
    RegimeMethod.STUDENT_STATES: "hidden Markov model with heavy tails",
    RegimeMethod.JUMP_MODEL: "jump model",
}


@dataclass(frozen=True, slots=True)
class RegimeSettings:
    """By what method regimes are found, and how readily a change of volatility is accepted.

    Parameters
    ----------
    multiplier : float
        How much a change must gain to be accepted: the larger, the fewer regimes. Lambda in the price of a change,
        ``lambda (pi^2 / 2) ln n`` with n the returns known at the train end.
    shortest_days : int
        Fewest daily returns of a segment. At 1, the plain definition, a single day almost without a move can be a
        regime of its own, since the log of a small square has a long lower tail; a week removes nearly all of that.
    states : int
        How many states a hidden Markov model or a jump model has. Change points have as many levels as they find.
    jump_penalty : float
        Price of one change of state in a jump model: the larger, the longer the states last.
    method : RegimeMethod
        What finds the regimes.
    drawn : tuple of DrawnRegime
        Spans whose colour the user knows better; of two that overlap the later in the list counts.

    Raises
    ------
    UsageError
        A value is no number or out of its bounds, no method, or no spans.
    """

    multiplier: Annotated[float, Label("Change-point penalty", "penalty {}×"), Unit("×"), Bounds(0.25, 16.0)] = 2.0
    shortest_days: Annotated[int, Label("Shortest regime", "regime ≥ {} d"), Unit("days"), Bounds(1, 60)] = 7
    states: Annotated[int, Label("States of a model", "{} states"), Unit("states"), Bounds(2, 4)] = 2
    jump_penalty: Annotated[float, Label("Jump penalty", "jump costs {}"), Unit("½ sd²"), Bounds(0.0, 1000.0)] = 10.0
    method: RegimeMethod = RegimeMethod.CHANGE_POINTS
    drawn: tuple[DrawnRegime, ...] = ()

    def __post_init__(self) -> None:
        check_parameters(self)
        if not isinstance(self.method, RegimeMethod):
            raise UsageError(f"method must be one of RegimeMethod, found {str(self.method)[:40]}; choose one of them")
        check_drawn(self.drawn)

    def penalty(self, known: int) -> float:
        """Return the price of one change when `known` returns are known at the train end."""
        return self.multiplier * NOISE_VARIANCE * float(np.log(known))
