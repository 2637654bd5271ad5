"""Which long-run variance a test of a mean uses, and which distribution its statistic is compared with."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from outsample.inference.bartlett import bartlett_variance
from outsample.inference.long_run import long_run
from outsample.typing import Floats

__all__ = ["LossVariance", "Spread", "spread_of", "without_spread"]

_NOTHING: Final = 1e-20  # of the variance: a long-run variance below it is rounding


class LossVariance(Enum):
    """How the variance of a mean of dependent losses is estimated."""

    COSINES = "equal-weighted cosines"
    PLAIN = "plain variance"
    BARTLETT = "Bartlett weights"


@dataclass(frozen=True, slots=True)
class Spread:
    """How much one loss says about the mean.

    Parameters
    ----------
    variance : float
        omega^2, so that the variance of the mean is ``omega^2 / n``; 0 where none is left but rounding.
    dof : float
        Degrees of freedom of Student t; infinite for the normal distribution.
    """

    variance: float
    dof: float


def spread_of(values: Floats, kind: LossVariance) -> Spread:
    """Return omega^2 of a series with its degrees of freedom.

    Cosines with Student t are the standard of this project; the plain variance (divisor n) takes times as
    independent, Bartlett weights take the automatic bandwidth, both with the normal distribution.

    Parameters
    ----------
    values : (n,) array
        Finite, equally spaced, n >= 3.
    kind : LossVariance
    """
    plain = float(np.var(values))
    if kind is LossVariance.COSINES:
        series = long_run(values)
        found, dof = series.long_run_variance, float(series.dof)
    else:
        found, dof = plain if kind is LossVariance.PLAIN else bartlett_variance(values), float("inf")
    return Spread(found if found > _NOTHING * plain else 0.0, dof)


def without_spread(what: str, n: int, kind: LossVariance) -> str:
    """Return the sentence for a series that varies, but whose mean seems certain."""
    return (
        f"{what} need a positive long-run variance, found none by {kind.value} at {n} times; "
        "widen the window, or take another variance"
    )
