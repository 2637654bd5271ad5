"""Forecast breakdown: whether the loss out of sample is what the loss in training announced.

The test of Giacomini and Rossi 2009, doi:10.1111/j.1467-937X.2009.00545.x. A surprise loss is ``SL_t = L_t - mean
in-sample loss of the model used at t``, and the statistic

    t = sqrt(n) (mean(SL) - b) / sqrt(lambda omega^2),

omega^2 being the long-run variance of the out-of-sample losses, lambda what the estimation of the in-sample mean adds,
and b the surprise that overfitting alone leads to (0 unless corrected for). One fit on m times costs the optimism o on
new ones, so that b is o for a fixed and a rolling window, and ``o m ln(1 + n / m) / n`` for windows that grow from m to
m + n times. For independent errors of least squares o is ``2 k s^2 / m``. Where errors and regressors persist it is
several times that for times far from the train window, and little more than half of those times for the next one, which
is what refits are judged at.

For a fixed window ``lambda omega^2 / n`` is ``omega^2 (1 / n + 1 / m)``: the test losses stand for the train losses as
well, and where those vary twice as much the test rejects 14-15 % at nominal 5 % (240 and 120 times). Given the train
losses it takes ``omega_test^2 / n + omega_train^2 / m`` instead, with Welch's degrees of freedom.
"""

import math
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from outsample.errors import DataError, UsageError
from outsample.finite_series import checked_series
from outsample.inference.difference import welch_dof
from outsample.inference.loss_variance import LossVariance, Spread, spread_of, without_spread
from outsample.inference.sided_result import SidedResult, moved, sided
from outsample.inference.testable_series import FEWEST, checked_pair, obstacle, require_level
from outsample.number_text import significant
from outsample.test_result import NotTested
from outsample.typing import Floats

__all__ = [
    "Estimation",
    "Judged",
    "LeastSquares",
    "Optimism",
    "breakdown_test",
    "breakdown_title",
    "surprise_losses",
    "variance_factor",
]

NAME: Final = "forecast_breakdown"


class Estimation(Enum):
    """How the model used at each test time was estimated."""

    FIXED = "once, on the train window"
    ROLLING = "again before each time, on as many times as the train window has"
    RECURSIVE = "again before each time, on all times before it"


_ESTIMATED: Final = {
    Estimation.FIXED: "fitted once",
    Estimation.ROLLING: "rolling refits",
    Estimation.RECURSIVE: "growing refits",
}


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
        of_one_fit = 2.0 * self.parameters * self.residual_variance / train_count
        return of_one_fit * _share_of_first(scheme, train_count, test_count)


@dataclass(frozen=True, slots=True)
class Optimism:
    """How much more a new time costs than a train time because of the fit alone, of any model and loss.

    Parameters
    ----------
    amount : float
        Of one fit on the m times of the first train window, in the unit of the loss: of `outsample.inference.optimism`,
        or of cross-validation. It is taken as known.
    source : str
        How it was found, as it ends a clause.
    of_refits : float, optional
        The same for the times that a refitted model is judged at, soon after its train window; without it `amount`,
        which is too much where errors persist.
    """

    amount: float
    source: str = ""
    of_refits: float | None = None

    def __post_init__(self) -> None:
        for one in (self.amount, self.of_refits):
            if one is not None and not math.isfinite(one):
                raise UsageError(
                    f"the overfitting correction needs a finite optimism, found {one}; leave the correction out"
                )

    def surprise(self, scheme: Estimation, train_count: int, test_count: int) -> float:
        """Return b, the mean surprise loss that estimation alone leads to."""
        of_first = self.amount if scheme is Estimation.FIXED or self.of_refits is None else self.of_refits
        return of_first * _share_of_first(scheme, train_count, test_count)


def _share_of_first(scheme: Estimation, train_count: int, test_count: int) -> float:
    """Return the mean optimism of the fits of a test window, over that of the first: it falls as one over the times."""
    if scheme is not Estimation.RECURSIVE:
        return 1.0
    return train_count * math.log1p(test_count / train_count) / test_count


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
    overfitting: LeastSquares | Optimism | None = None,
    train_losses: Floats | None = None,
    level: float = 0.05,
    unit: str = "",
) -> SidedResult | NotTested:
    """Test whether surprise losses have mean zero.

    Losses may well fall out of sample: then "better" may be significant, and "worse" is silent by right.

    Parameters
    ----------
    surprise, test_losses : (n,) array
        By the model used at each test time; for a model fitted once as of `surprise_losses`.
    train_count : int
        m, times that the first model was estimated on.
    judged : Judged
        What the losses are: contrasts for options, scores for forecasts.
    scheme : Estimation
    variance : LossVariance
    overfitting : LeastSquares or Optimism, optional
        Subtracts the surprise that estimation leads to.
    train_losses : (train_count,) array, optional
        Of a model fitted once: the standard error of their mean is then their own.
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
        A level outside (0, 1), a correction of contrasts, or train losses of a refitted model.
    """
    surprises, losses = checked_pair(surprise, test_losses, "surprise losses and test losses")
    require_level(level)
    _require_score(judged, overfitting)
    title, n = breakdown_title(judged, scheme, is_corrected=overfitting is not None), losses.size
    spread = _spread(losses, f"Test losses of the {judged.value}", train_count, variance)
    if isinstance(spread, str):
        return NotTested(NAME, title, spread)
    fitted = overfitting.surprise(scheme, train_count, n) if overfitting else 0.0
    effect = float(surprises.mean()) - fitted
    own = None if train_losses is None else _own_spread(train_losses, train_count, scheme, variance)
    error, dof = _standard_error(spread, n, scheme, train_count, own)
    words = _found(judged, scheme, moved(effect, unit)) + _left_out(overfitting, fitted)
    return sided(NAME, title, effect, error, dof, level=level, unit=unit, n=n, sentence=words)


def _spread(losses: Floats, what: str, train_count: int, variance: LossVariance) -> Spread | str:
    """Return how much one test loss says about their mean, or why there is no test."""
    if train_count < FEWEST:
        return f"A breakdown test needs {FEWEST} train times, found {train_count}; widen the train window"
    if message := obstacle(losses, what):
        return message
    found = spread_of(losses, variance)
    return found if found.variance > 0.0 else without_spread(what, losses.size, variance)


def _standard_error(test: Spread, n: int, scheme: Estimation, m: int, train: Spread | None) -> tuple[float, float]:
    """Return the standard error of the mean surprise, and its degrees of freedom."""
    if train is None:
        return math.sqrt(variance_factor(scheme, m, n) * test.variance / n), test.dof
    squares = train.variance / m, test.variance / n
    return math.sqrt(sum(squares)), welch_dof(squares[0], train.dof, squares[1], test.dof)


def _found(judged: Judged, scheme: Estimation, effect: str) -> str:
    """Return what was found, as a sentence begins."""
    if scheme is Estimation.FIXED:
        return f"The {judged.value} was on average {effect} in the test window than in training"
    return f"Refitted as time went on, the {judged.value} was on average {effect} than in training"


def _left_out(overfitting: LeastSquares | Optimism | None, amount: float) -> str:
    if overfitting is None:
        return ""
    source = f" ({overfitting.source})" if isinstance(overfitting, Optimism) and overfitting.source else ""
    return f", not counting {significant(amount)} that overfitting leads to{source}"


def breakdown_title(judged: Judged, scheme: Estimation, *, is_corrected: bool = False) -> str:
    """Return what a breakdown test is called: what it judges, how models were estimated, and any correction."""
    ending = ", less overfitting" if is_corrected else ""
    return f"Forecast breakdown of the {judged.value}, {_ESTIMATED[scheme]}{ending}"


def _require_score(judged: Judged, overfitting: LeastSquares | Optimism | None) -> None:
    """Refuse a correction that is not about what is judged.

    Raises
    ------
    UsageError
        What a fit costs is known of scores, not of contrasts with a benchmark.
    """
    if overfitting is not None and judged is Judged.CONTRAST:
        raise UsageError(
            "the overfitting correction needs a raw score, found contrasts with a benchmark; leave it out, or judge "
            "the raw score"
        )


def _own_spread(losses: Floats, train_count: int, scheme: Estimation, variance: LossVariance) -> Spread:
    """Return how much one train loss says about their mean.

    Raises
    ------
    UsageError
        The model is refitted, so that it has many train windows, or there are more or fewer losses than said.
    """
    if scheme is not Estimation.FIXED:
        raise UsageError(
            f"train losses of their own need a model fitted once, found one fitted {scheme.value}; leave them out"
        )
    if len(losses) != train_count:
        raise UsageError(f"a breakdown test needs the {train_count} train losses, found {len(losses)}; pass them all")
    return spread_of(checked_series(losses, "train losses"), variance)
