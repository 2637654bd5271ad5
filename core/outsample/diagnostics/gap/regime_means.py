"""Mean losses by regime and what they are worth, the regimes taken as known.

A mean is as uncertain as the times of its regime, one after the other, make it by equal-weighted cosines; of fewer than
`FEWEST` times, as uncertain as the whole window says, as a bucket of a decay curve is. Means of different regimes and
windows count as independent: their variances add. Where times follow an autoregression of up to .65 and regimes last
15 to 60 of them, intervals of such sums cover 92 to 95 % at nominal 95 %, of rare regimes up to 98 %; residuals from
regime means, in one series, cover 63 to 93 %.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.inference import LongRun, MeanDifference, long_run
from outsample.typing import Floats

__all__ = ["FEWEST", "RegimeMean", "combined", "mean_in_regime"]

FEWEST: Final = 10  # times of a regime that say by themselves how uncertain their mean is


@dataclass(frozen=True, slots=True)
class RegimeMean:
    """The mean loss of the times of one regime in one window.

    Parameters
    ----------
    mean : float
        NaN when n = 0.
    variance : float
        Of that mean; NaN where nothing says.
    dof : float
    n : int
        Times.
    """

    mean: float
    variance: float
    dof: float
    n: int


def mean_in_regime(values: Floats, window: LongRun) -> RegimeMean:
    """Return the mean of the values of one regime, in time order, and what it is worth.

    Parameters
    ----------
    values : (n,) array
        Finite.
    window : LongRun
        Of all times of their window: what fewer than `FEWEST` of them are worth is taken from there.
    """
    own = long_run(values)
    if own.n >= FEWEST:
        return RegimeMean(own.mean, own.standard_error**2, own.dof, own.n)
    return RegimeMean(own.mean, window.long_run_variance / own.n if own.n else np.nan, window.dof, own.n)


def combined(pieces: Iterable[tuple[float, RegimeMean]], value: float) -> MeanDifference:
    """Return a weighted sum of means that count as independent of each other, and what it is worth.

    Parameters
    ----------
    pieces : iterable of (weight, mean)
        A weight of 0 has no say, whatever the mean.
    value : float
        The sum.

    Returns
    -------
    MeanDifference
        With the degrees of freedom of Welch and Satterthwaite; of error NaN where some mean is worth nobody knows what.
    """
    variances = [(weight**2 * mean.variance, mean.dof) for weight, mean in pieces if weight]
    total = float(sum(variance for variance, _ in variances))
    if not total > 0.0:  # nothing is uncertain, or nothing is known
        return MeanDifference(value, total, 1.0)
    return MeanDifference(value, float(np.sqrt(total)), total**2 / sum(one**2 / dof for one, dof in variances if one))
