"""What a calibration found, and everything that says how far it can be trusted."""

import math
from dataclasses import dataclass
from enum import Enum

from outsample.formulas.fourier import TransformModel
from outsample.typing import Bools, Floats, freeze_columns

__all__ = ["Calibration", "CalibrationStatus", "ErrorKind", "Fit"]


class CalibrationStatus(Enum):
    """How a calibration ended; the first that applies, from the bottom up."""

    CONVERGED = "converged"
    AT_BOUND = "a parameter is at its bound"
    ILL_CONDITIONED = "the quotes do not tell the parameters apart"
    ITERATION_LIMIT = "out of iterations"
    FAILED = "no start could be priced"


class ErrorKind(Enum):
    """What standard errors assume."""

    BY_SLICE = "residuals of one tenor move together"
    BY_QUOTE = "residuals are independent"


@dataclass(frozen=True, eq=False, kw_only=True)
class Fit:
    """What a search in a box found, and what it is worth; columns are read-only.

    Parameters
    ----------
    names : tuple of str
        Of the parameters that were searched, each in a range of its own.
    values : (p,) array
        Always finite.
    standard_errors : (p,) array
        NaN at a bound, and where the quotes do not determine the parameter.
    error_kind : ErrorKind
    hessian : (p, p) array
        J'J of the residuals, in the unit of the loss; weighted by Huber's weights where he was asked for.
    gradient : (p,) array
        J'r. Not 0 where a bound or a ridge holds a parameter back.
    sum_of_squares : float
        Without a ridge; with Huber's costs in place of the squares where he was asked for. Infinite if it failed.
    count : int
        Quotes used.
    status : CalibrationStatus
    at_bound : (p,) bool array
    condition_number : float
        Of J'J with the ridge, over the parameters off their bounds, scaled to a diagonal of ones so that units do not
        matter; infinite if singular.
    correlation : (p, p) array
        Of the estimates; NaN with one that has no standard error.
    evaluations : int
        How often the chain was priced, over all starts.
    """

    names: tuple[str, ...]
    values: Floats
    standard_errors: Floats
    error_kind: ErrorKind
    hessian: Floats
    gradient: Floats
    sum_of_squares: float
    count: int
    status: CalibrationStatus
    at_bound: Bools
    condition_number: float
    correlation: Floats
    evaluations: int

    def __post_init__(self) -> None:
        freeze_columns(self)

    @property
    def root_mean_square(self) -> float:
        """Of the residuals, in the unit of the loss."""
        return math.sqrt(self.sum_of_squares / self.count)


@dataclass(frozen=True, eq=False, kw_only=True)
class Calibration(Fit):
    """Parameters of one model on the quotes of one time.

    Parameters
    ----------
    model : TransformModel
        With the fitted parameters; `names` and `values` are those of its fields.
    feller : bool or None
        Whether ``2 kappa theta >= sigma^2``; None for a model without such a condition.
    """

    model: TransformModel
    feller: bool | None
