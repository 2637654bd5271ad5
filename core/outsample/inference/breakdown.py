"""Forecast breakdown: whether the loss out of sample is what the loss in training announced.

The test of Giacomini and Rossi 2009, doi:10.1111/j.1467-937X.2009.00545.x. A surprise loss is ``SL_t = L_t - mean
in-sample loss of the model used at t``, and the statistic

    t = sqrt(n) (mean(SL) - b) / sqrt(lambda omega^2),

omega^2 being the long-run variance of the out-of-sample losses, lambda what the estimation of the in-sample mean adds,
and b the surprise that overfitting alone leads to (0 unless corrected for).
"""

import math
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from outsample.errors import DataError, UsageError
from outsample.inference.checked_series import FEWEST, checked_pair, checked_series, obstacle, require_level
from outsample.inference.loss_variance import LossVariance, spread_of, without_spread
from outsample.inference.sided_result import SidedResult, moved, sided
from outsample.test_result import NotTested
from outsample.typing import Floats

__all__ = ["Estimation", "Judged", "LeastSquares", "breakdown_test", "surprise_losses", "variance_factor"]

NAME: Final = "forecast_breakdown"


class Estimation(Enum):
    """How the model used at each test time was estimated."""

    FIXED = "once, on the train window"
    ROLLING = "again before each time, on as many times as the train window has"
    RECURSIVE = "again before each time, on all times before it"


class Judged(Enum):
    """What series the losses are; on raw option losses this test finds that volatility has changed, not the model."""

    CONTRAST = "contrast with the benchmark"
    SCORE = "raw score"


@dataclass(frozen=True, slots=True)
class LeastSquares:
    """What the overfitting correction needs to know of a least-squares fit judged by its squared error.

    Parameters
    ----------
    parameters : int
        k, regressors with the constant.
    residual_variance : float
        s^2 of the fit, in the squared unit of what is forecast.
    """

    parameters: int
    residual_variance: float

    def __post_init__(self) -> None:
        if self.parameters < 1 or not 0.0 < self.residual_variance < math.inf:
            raise UsageError(
                "the overfitting correction needs at least one parameter and a positive residual variance, found "
                f"{self.parameters} and {self.residual_variance:.4g}; take both from the least-squares fit"
            )

    def surprise(self, scheme: Estimation, train_count: int, test_count: int) -> float:
        """Return b, the mean surprise loss that the fit alone leads to.

        ``2 k s^2 / m`` for a fixed or rolling window of m times, ``2 k s^2 ln(1 + n / m) / n`` for a recursive one.
        That is the correction ``t - c / sigma``, ``c = 2 gamma k s^2``, gamma being ``sqrt(n) / m`` or
        ``ln(1 + n / m) / sqrt(n)``.
        """
        m, n = train_count, test_count
        share = math.log1p(n / m) / n if scheme is Estimation.RECURSIVE else 1.0 / m
        return 2.0 * self.parameters * self.residual_variance * share


def surprise_losses(train_losses: Floats, test_losses: Floats) -> Floats:
    """Return the surprise losses of a model fitted once: test losses less the mean train loss.

    Parameters
    ----------
    train_losses, test_losses : (m,), (n,) array
        Loss per time, finite, in one unit.

    Raises
    ------
    DataError
        A value is missing, or there is no train loss.
    """
    train = checked_series(train_losses, "train losses")
    if not train.size:
        raise DataError("surprise losses need a mean train loss, found no train loss; widen the train window")
    return np.asarray(checked_series(test_losses, "test losses") - train.mean())


def variance_factor(scheme: Estimation, train_count: int, test_count: int) -> float:
    """Return lambda for pi = n / m: fixed 1 + pi, recursive 1, rolling 1 - pi^2 / 3 below pi = 1, else 2 / (3 pi)."""
    pi = test_count / train_count
    match scheme:
        case Estimation.FIXED:
            return 1.0 + pi
        case Estimation.RECURSIVE:
            return 1.0
        case Estimation.ROLLING:
            return 1.0 - pi * pi / 3.0 if pi < 1.0 else 2.0 / (3.0 * pi)


def breakdown_test(
    surprise: Floats,
    test_losses: Floats,
    train_count: int,
    judged: Judged,
    *,
    scheme: Estimation = Estimation.FIXED,
    variance: LossVariance = LossVariance.COSINES,
    overfitting: LeastSquares | None = None,
    level: float = 0.05,
    unit: str = "",
) -> SidedResult | NotTested:
    """Test whether surprise losses have mean zero.

    Losses may well fall out of sample: then "better" may be significant, and "worse" is silent by right.

    Parameters
    ----------
    surprise, test_losses : (n,) array
        Surprise losses of the test times, which `surprise_losses` makes for a model fitted once, and their losses.
    train_count : int
        m, times that the first model was estimated on.
    judged : Judged
        What the losses are: contrasts for options, scores for forecasts.
    scheme : Estimation
    variance : LossVariance
    overfitting : LeastSquares, optional
        Subtracts the surprise that estimation leads to; for scores that are squared errors of least squares alone.
    level : float
    unit : str
        Of the losses.

    Returns
    -------
    SidedResult or NotTested
        The effect is the mean surprise loss after any correction. Not tested: windows below 20 times, constant losses.

    Raises
    ------
    DataError
        A value is NaN or infinite, or the lengths differ.
    UsageError
        A level outside (0, 1), or a correction of contrasts.
    """
    surprises, losses = checked_pair(surprise, test_losses, "surprise losses and test losses")
    require_level(level)
    title, n = f"Forecast breakdown of the {judged.value}", losses.size
    _require_score(judged, overfitting)
    what = f"Test losses of the {judged.value}"
    if message := _too_short(train_count) or obstacle(losses, what):
        return NotTested(NAME, title, message)
    spread = spread_of(losses, variance)
    if spread.variance == 0.0:
        return NotTested(NAME, title, without_spread(what, n, variance))
    fitted = overfitting.surprise(scheme, train_count, n) if overfitting else 0.0
    effect = float(surprises.mean()) - fitted
    error = math.sqrt(variance_factor(scheme, train_count, n) * spread.variance / n)
    words = f"The {judged.value} was on average {moved(effect, unit)} in the test window than in training"
    words += f", not counting {fitted:.3g} that overfitting leads to" if overfitting else ""
    return sided(NAME, title, effect, error, spread.dof, level=level, unit=unit, n=n, sentence=words)


def _require_score(judged: Judged, overfitting: LeastSquares | None) -> None:
    """Refuse a correction that is not about what is judged.

    Raises
    ------
    UsageError
        Contrasts with a benchmark are no squared errors.
    """
    if overfitting is not None and judged is Judged.CONTRAST:
        raise UsageError(
            "the overfitting correction needs squared errors of least squares, found contrasts with a benchmark; "
            "leave it out, or judge the raw score"
        )


def _too_short(train_count: int) -> str:
    if train_count >= FEWEST:
        return ""
    return f"A breakdown test needs {FEWEST} train times, found {train_count}; widen the train window"
