"""What a fit of few parameters to a train window found, by name and with what it is worth."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np

from outsample.calibration.tape_pooling import Sandwich
from outsample.model import Parameter
from outsample.typing import Bools, Floats, frozen

__all__ = ["Estimate", "ParameterBox"]


@dataclass(frozen=True, slots=True, eq=False)
class ParameterBox:
    """What is searched.

    Parameters
    ----------
    title : str
        Of the model, as it opens sentences.
    names, units : tuple of str
        Of the p parameters.
    low, high : (p,) array
        Bounds, inclusive.
    """

    title: str
    names: tuple[str, ...]
    units: tuple[str, ...]
    low: Floats
    high: Floats

    def is_held(self, values: Floats) -> Bools:
        """Return where values, p along the last axis, lie on a bound."""
        return np.asarray((values <= self.low) | (values >= self.high))


@dataclass(frozen=True, slots=True)
class Estimate:
    """Where a fit ended; two of the same values are equal.

    Parameters
    ----------
    values : tuple of float
    standard_errors : tuple of float
        Clustered by time; NaN at a bound and where the window does not determine a parameter.
    at_bound : tuple of bool
    covariance : (p, p) array
        Of the estimates; NaN with one that has no standard error.
    """

    values: tuple[float, ...]
    standard_errors: tuple[float, ...] = field(compare=False)
    at_bound: tuple[bool, ...] = field(compare=False)
    covariance: Floats = field(compare=False, repr=False)

    @classmethod
    def of_scores(cls, box: ParameterBox, values: Floats, curve: Floats, scores: Floats) -> Self:
        """Return an estimate with what it is worth.

        Parameters
        ----------
        box : ParameterBox
        values : (p,) array
        curve : (p, p) array
            Half the Hessian of the sum of squares there.
        scores : (t, p) array
            Half the gradient of each time.
        """
        is_held = box.is_held(values)
        is_free = ~is_held & (np.diag(curve) > 0.0)  # one that does nothing takes no error from the others
        worth = Sandwich.of_scores(curve, scores, is_free)
        errors, held = tuple(worth.standard_errors.tolist()), tuple(is_held.tolist())
        return cls(tuple(values.tolist()), errors, held, frozen(worth.covariance[0]))

    @property
    def correlation(self) -> Floats:
        """(p, p) correlation of the estimates; NaN with one that has no standard error."""
        errors = np.array(self.standard_errors)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.covariance / np.outer(errors, errors))

    def parameters(self, box: ParameterBox) -> tuple[Parameter, ...]:
        """Return the estimates by name."""
        columns = (box.names, self.values, box.units, self.standard_errors, self.at_bound)
        return tuple(Parameter(*one) for one in zip(*columns, strict=True))
