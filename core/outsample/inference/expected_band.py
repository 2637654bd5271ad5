"""Where the mean loss out of sample is expected if nothing changes: training loss, plus optimism, give or take.

With H the mean Hessian of half the loss and Omega the long-run variance of the scores of m train times, the loss in
training understates the loss of new times by ``optimism = 2 tr(H^-1 Omega) / m`` (Takeuchi 1976; Stone 1977,
doi:10.1111/j.2517-6161.1977.tb01603.x). For independent errors of least squares that is ``2 k s^2 / m``.

Scores at an estimate have lost some of the slow movement that the fit took up. With regressors of AR(1) .8 and errors
of .6 the estimate falls short of the truth by 23 % at 150 times, 14 % at 300, 5 % at 1,200; taking times as independent
falls short by 70 % at any length. With one AR(1) score and 337 times it is 95 % of the truth at .6, 83 % at .8, 58 % at
.9, 36 % at .95; cross-validation in five blocks has 108, 105, 95 and 82 %, with twice to four times the scatter.

That is the cost of times far from the train window. A time that comes `lead` times after its last one has errors in
common with the fit, and costs less: with ``c_j = E[s_{t - j}' H^-1 s_t]``, whose sum over all j is the trace,

    optimism(lead) = 2 (tr(H^-1 Omega) - sum_{j >= lead} c_j) / m,

which is ``(tr(H^-1 Omega) + c_0) / m`` for the next time.

`outsample.inference.fit_cost` makes up for both in part, and says by how much a cost varies around its mean.

Where losses are at least 0 the band is one of the ratio of two means. The standard error of a mean of squared errors
rises and falls with that mean, so that a symmetric band is too narrow just where the train loss happened to be low; for
the ratio it does not. With that, the corrected optimism and its spread, mean squared errors of 1 to 7 fitted
parameters are covered 90-97 % at nominal 95 %, from 90 times and errors and regressors of AR(1) up to .8, to within the
Monte Carlo error; the README has the figures. Symmetric losses of known optimism are covered 93-95 % (AR(1) up to .65).
"""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from outsample.errors import DataError, UsageError
from outsample.finite_series import checked_series
from outsample.inference.long_run import Interval, cosine_sums, long_run, needs_hatching, student_quantile
from outsample.inference.testable_series import FEWEST, obstacle, require_horizon, require_level
from outsample.test_result import NotTested
from outsample.typing import Bools, Floats

__all__ = [
    "ExpectedBand",
    "common_autocorrelation",
    "expected_band",
    "optimism",
    "score_persistence",
    "weighed_scores",
]

NAME: Final = "expected_band"
TITLE: Final = "Expected loss out of sample"
_SINGULAR: Final = 1e-14  # of the largest eigenvalue, after scaling to a diagonal of ones: below it is rounding
_FARTHEST: Final = 50.0  # log ratio, past any loss: a larger one says no more and would overflow
_INDEFINITE: Final = "Optimism needs a positive definite Hessian, found none; use purged block cross-validation"


@dataclass(frozen=True, slots=True)
class ExpectedBand:
    """The mean loss of a test window that is like the train window.

    Parameters
    ----------
    centre : float
        Mean train loss plus optimism.
    interval : Interval
        Two-sided, for the mean over the test times.
    optimism : float
    hatched : bool
        A window is too short, or the train losses are too persistent, for the band to be taken at its word.
    """

    centre: float
    interval: Interval
    optimism: float
    hatched: bool


def optimism(
    hessian: Floats,
    scores: Floats,
    *,
    judged: Floats | None = None,
    at_bound: Bools | None = None,
    lead: int | None = None,
) -> float | NotTested:
    """Return ``2 tr(H^-1 Omega) / m``, by cosines: scores of neighbouring times move together.

    Parameters
    ----------
    hessian : (p, p) array
        H, mean over times of the Hessian of half the loss that the fit minimised, at the estimate.
    scores : (m, p) array
        Gradient of half that loss at each train time, in time order; they add up to about zero.
    judged : (m, p) array, optional
        Gradient of half the loss that judges, where it is another one than the fit minimised: then
        ``E[s_judged' H^-1 s_fit]`` stands in place of the trace.
    at_bound : (p,) bool array, optional
        Parameters at the edge of their range, where the formula does not hold.
    lead : int, optional
        How many times after the last train time the new one comes, 1 under refits before each; None: far from it. With
        another loss that judges, c_j and c_-j are taken as equal.

    Returns
    -------
    float or NotTested
        In the unit of the loss. Not tested: fewer than 20 times, not more times than parameters, a parameter at its
        bound, or a Hessian that is not positive definite.

    Raises
    ------
    DataError
        A value is NaN or infinite, or shapes do not fit.
    UsageError
        A lead below 1.
    """
    if lead is not None:
        require_horizon(lead)
    pair = weighed_scores(hessian, scores, judged, at_bound)
    if isinstance(pair, NotTested):
        return pair
    moved, judging = pair
    waves = [cosine_sums(each) for each in pair]
    far = float(np.multiply(*waves).sum()) / len(waves[0])
    in_common = 0.0 if lead is None else _in_common(moved, judging, far, lead)
    return float(2.0 * (far - in_common) / len(moved))


def weighed_scores(
    hessian: Floats, scores: Floats, judged: Floats | None = None, at_bound: Bools | None = None
) -> tuple[Floats, Floats] | NotTested:
    """Return (m, p) ``H^-1 s_fit`` and (m, p) ``s_judged`` in one basis, so that their products add up to the trace.

    Parameters
    ----------
    hessian, scores, judged, at_bound
        As of `optimism`, which says when there is none, and what is refused.
    """
    rows = np.asarray(scores, dtype=np.float64)
    other = rows if judged is None else np.asarray(judged, dtype=np.float64)
    matrix = np.asarray(hessian, dtype=np.float64)
    _check_shapes(matrix, rows, other)
    times, size = rows.shape
    if message := _why_not(times, size, 0 if at_bound is None else int(np.sum(at_bound))):
        return _not_tested(message)
    scale = np.sqrt(np.maximum(np.diag(matrix), 0.0))
    if not np.all(scale > 0.0):
        return _not_tested(_INDEFINITE)
    eigenvalues, vectors = np.linalg.eigh(matrix / np.outer(scale, scale))
    if eigenvalues[0] <= _SINGULAR * eigenvalues[-1]:
        return _not_tested(_INDEFINITE)
    return rows / scale @ vectors / eigenvalues, other / scale @ vectors


def _why_not(times: int, size: int, held: int) -> str:
    """Return why there is no optimism of so many times and parameters; empty where there may be one."""
    needed = max(FEWEST, size + 1)
    if times < needed:
        return f"Optimism needs {needed} train times, found {times}; widen the window"
    if not held:
        return ""
    return (
        f"Optimism needs parameters off their bounds, found {held} of {size} at one; use purged block cross-validation"
    )


def _in_common(moved: Floats, judging: Floats, total: float, lead: int) -> float:
    """Return ``sum_{j >= lead} c_j``, as what (m, p) moves and scores leave of half the total.

    From where that rest changes its sign there is nothing in common: sums of so many estimates say no more.
    """
    first, second = moved - moved.mean(axis=0), judging - judging.mean(axis=0)
    count = len(first)
    begun = rest = 0.5 * (total - float((first * second).sum()) / count)
    for j in range(1, lead):
        if j < count:
            rest -= float((first[: count - j] * second[j:]).sum()) / count
        if j >= count or rest * begun <= 0.0:
            return 0.0
    return rest


def score_persistence(hessian: Floats, scores: Floats, judged: Floats | None = None) -> float:
    """Return ``c_1 / c_0``, the first autocorrelation of what optimism is made of; NaN where c_0 is 0.

    Above .8 the optimism of a few hundred times falls far short of the truth.

    Parameters
    ----------
    hessian, scores, judged
        As of `optimism`, the first positive definite.
    """
    other = scores if judged is None else judged
    return common_autocorrelation(np.asarray(np.linalg.solve(hessian, scores.T).T, dtype=np.float64), other)


def common_autocorrelation(moved: Floats, judging: Floats) -> float:
    """Return the same for two (m, p) arrays whose products add up to the trace."""
    first, second = moved - moved.mean(axis=0), judging - judging.mean(axis=0)
    own = float((first * second).sum())
    next_one = float((first[:-1] * second[1:]).sum() + (first[1:] * second[:-1]).sum())
    return 0.5 * next_one / own if own != 0.0 else math.nan


def expected_band(
    train_losses: Floats,
    optimism: float,
    test_count: int,
    *,
    spread: float = 0.0,
    is_ratio: bool = False,
    level: float = 0.95,
) -> ExpectedBand | NotTested:
    """Return ``c +- t e`` with ``c = L_is + optimism`` and ``e^2 = omega^2 (1 / n + 1 / m) + spread^2``.

    omega is that of the train losses by cosines. A band of ratios goes from ``c exp(-t e / L_is)`` to
    ``c exp(t e / L_is)`` instead.

    Parameters
    ----------
    train_losses : (m,) array
        Loss per train time, in time order.
    optimism : float
        What a new time costs more than a train time: of `outsample.inference.fit_cost`, or of cross-validation.
    test_count : int
        n, at least 1.
    spread : float
        By how much that cost varies around the optimism, a standard deviation; 0 where it is known.
    is_ratio : bool
        Losses are at least 0 and their mean is a scale, as squared errors are. Where c is not above 0 the band is
        symmetric all the same, down to 0.
    level : float

    Returns
    -------
    ExpectedBand or NotTested
        Not tested: fewer than 20 train times, losses that do not vary, or no test time.

    Raises
    ------
    DataError
        A loss, the optimism or its spread is NaN or infinite, or a loss of a ratio is below 0.
    UsageError
        A level outside (0, 1), or a spread below 0.
    """
    losses = checked_series(train_losses, "train losses")
    require_level(level)
    _check_cost(losses, optimism, spread, is_ratio)
    if message := obstacle(losses, "Train losses"):
        return _not_tested(message)
    if test_count < 1:
        return _not_tested(f"An expected band needs a test time, found {test_count}; widen the test window")
    seen = long_run(losses)
    reach = student_quantile(seen.dof, 0.5 * (1.0 + level)) * math.sqrt(
        seen.long_run_variance * (1.0 / test_count + 1.0 / seen.n) + spread**2
    )
    centre = seen.mean + optimism
    hatched = needs_hatching(replace(seen, n=min(seen.n, test_count)))
    return ExpectedBand(centre, _ends(centre, reach, seen.mean, is_ratio), optimism, hatched)


def _ends(centre: float, reach: float, mean: float, is_ratio: bool) -> Interval:
    """Return the ends of a band, by how far it reaches where the train loss was `mean`."""
    if not is_ratio:
        return Interval(centre - reach, centre + reach)
    if centre <= 0.0:
        return Interval(0.0, max(centre + reach, 0.0))
    factor = math.exp(min(reach / mean, _FARTHEST))
    return Interval(centre / factor, centre * factor)


def _check_cost(losses: Floats, optimism: float, spread: float, is_ratio: bool) -> None:
    """Refuse what a band cannot be made of.

    Raises
    ------
    DataError, UsageError
        As of `expected_band`.
    """
    for name, one in (("optimism", optimism), ("spread", spread)):
        if not math.isfinite(one):
            raise DataError(f"an expected band needs a finite {name}, found {one}; leave the band out")
    if spread < 0.0:
        raise UsageError(f"a spread must be at least 0, found {spread}; it is a standard deviation")
    if is_ratio and losses.size and losses.min() < 0.0:
        raise DataError(
            f"a band of ratios needs losses of at least 0, found {losses.min():.4g}; take differences for these"
        )


def _not_tested(sentence: str) -> NotTested:
    return NotTested(NAME, TITLE, sentence)


def _check_shapes(hessian: Floats, scores: Floats, judged: Floats) -> None:
    """Refuse what does not fit together.

    Raises
    ------
    DataError
        As of `optimism`.
    """
    fits = scores.ndim == 2 and judged.shape == scores.shape and hessian.shape == (scores.shape[-1],) * 2
    if not fits or not scores.shape[1]:
        raise DataError(
            "optimism needs one score a time and parameter and a square Hessian, found shapes "
            f"{scores.shape}, {judged.shape} and {hessian.shape}; take all of one fit"
        )
    if not (np.isfinite(scores).all() and np.isfinite(judged).all() and np.isfinite(hessian).all()):
        raise DataError("optimism needs finite scores and a finite Hessian, found some that are not; drop those times")
