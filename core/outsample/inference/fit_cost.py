"""What one fit costs on new times, made good for what its own scores have lost, and how much that varies.

`outsample.inference.optimism` is too small where errors persist, for three reasons that the scores themselves show.

- The nu cosines average a spectrum that falls. For an AR(1) of rho they see the share

      seen = mean_j (1 - rho)^2 / (1 - 2 rho cos(pi j / m) + rho^2),  j = 1 ... nu,

  of its long-run variance. The trace is divided by it, as prewhitening does (Andrews and Monahan 1992,
  doi:10.2307/2951574, whose bound on rho stands here too).
- The fit took up a share ``a = p_0 tr / (m c_0)`` of the errors, slow movement above all, so that scores at the
  estimate have autocorrelations of about ``(rho - a) / (1 - a)``. c_0 is the plain trace, and
  ``p_0 = tr(G)^2 / tr(G^2)``, ``G = H^-1 E[s s']``, the number of parameters that count in it.
- Train errors are smaller than new ones for that same reason: for least squares as ``1 - a`` to ``1 + a``. The cost is
  divided by ``1 - 2 a``.

With that the mean of a series of .8 costs at 150 times 16 % more than is known in closed form, instead of 31 % less, a
regression of persistent errors 9 % less instead of 19 (tests/core/inference/test_fit_cost.py). Scores above .8 are
another matter: few hundred times hardly know rho then, and the correction multiplies that error.

The cost itself is a quadratic form of the mean score, and varies around its mean as chi-squared does with
``p_eff = tr(M)^2 / tr(M^2)`` degrees of freedom, ``M = H^-1 Omega``: with a variance of ``2 / p_eff`` times its square.
Its estimate from nu cosines adds ``1 / nu`` of that. Least squares of independent normal errors loses part of it again:
where a fit took up much, less is left of the noise in training. Under persistence nearly all of it shows. The share
``(1 + sqrt(w)) / 2``, w the share of the trace that persistence made, was chosen by simulation, not derived: all of it
covers more than 97 % of 7 parameters on 90 independent times, half of it less than 90 % of persistent ones.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.inference.expected_band import common_autocorrelation, weighed_scores
from outsample.inference.long_run import cosine_sums
from outsample.test_result import NotTested
from outsample.typing import Bools, Floats

__all__ = ["WIDEST", "FitCost", "fit_cost", "seen_share"]

WIDEST: Final = math.sqrt(2.0)  # spread over amount where one parameter makes all of the cost
_MOST_PERSISTENT: Final = 0.97  # Andrews and Monahan 1992
_MOST_TAKEN: Final = 0.4  # beyond it 1 / (1 - 2a) runs away: a larger bound widens bands and covers no more


@dataclass(frozen=True, slots=True)
class FitCost:
    """How much more a new time costs than a train time, far from the train window.

    Parameters
    ----------
    amount : float
        The optimism, corrected; in the unit of the loss.
    spread : float
        Standard deviation of the cost and its estimate around it, same unit.
    """

    amount: float
    spread: float


@dataclass(frozen=True, slots=True)
class _Traces:
    """What scores say: either trace and how many parameters count in it, first autocorrelation, times, cosines."""

    long_run: float
    plain: float
    long_run_rank: float
    plain_rank: float
    autocorrelation: float
    times: int
    terms: int


def fit_cost(
    hessian: Floats, scores: Floats, *, judged: Floats | None = None, at_bound: Bools | None = None
) -> FitCost | NotTested:
    """Return the corrected optimism and its spread.

    Parameters
    ----------
    hessian, scores, judged, at_bound
        As of `outsample.inference.optimism`, with all it says and refuses.

    Returns
    -------
    FitCost or NotTested
        Without correction, and with the widest spread, where either trace is not above 0: possible only with another
        loss that judges.
    """
    pair = weighed_scores(hessian, scores, judged, at_bound)
    if isinstance(pair, NotTested):
        return pair
    seen = _traces(*pair)
    if not (seen.long_run > 0.0 and seen.plain > 0.0):
        amount = 2.0 * seen.long_run / seen.times
        return FitCost(amount, WIDEST * abs(amount))
    trace, taken = _corrected(seen)
    amount = 2.0 * trace / seen.times / (1.0 - taken)
    persistent = min(max(1.0 - seen.plain / trace, 0.0), 1.0)
    share = 0.5 * (1.0 + math.sqrt(persistent)) + 1.0 / seen.terms
    return FitCost(amount, amount * math.sqrt(2.0 * share / seen.long_run_rank))


def _traces(moved: Floats, judging: Floats) -> _Traces:
    times, size = moved.shape
    first, second = moved - moved.mean(axis=0), judging - judging.mean(axis=0)
    plain = first.T @ second / times
    waves = cosine_sums(first), cosine_sums(second)
    terms = len(waves[0])
    slow = waves[0].T @ waves[1] / terms
    trace = float(np.trace(slow))
    # of a Wishart matrix with nu degrees of freedom: E tr(W^2) = tr(M^2) (1 + 1 / nu) + tr(M)^2 / nu
    square = (_of_square(slow) - trace**2 / terms) * terms**2 / ((terms - 1) * (terms + 2))
    return _Traces(
        trace,
        float(np.trace(plain)),
        _rank(trace, square, size),
        _rank(float(np.trace(plain)), _of_square(plain), size),
        common_autocorrelation(moved, judging),
        times,
        terms,
    )


def _of_square(matrix: Floats) -> float:
    return float((matrix * matrix.T).sum())


def _rank(trace: float, square: float, size: int) -> float:
    """Return ``tr(M)^2 / tr(M^2)``, between one and all parameters."""
    return trace**2 / min(max(square, trace**2 / size), trace**2) if trace != 0.0 else 1.0


def _corrected(seen: _Traces) -> tuple[float, float]:
    """Return the long-run trace, and ``2 a`` for it."""
    share = seen.plain_rank / (seen.times * seen.plain)
    taken = min(share * seen.long_run, 0.5)
    rho = min(max(seen.autocorrelation + (1.0 - seen.autocorrelation) * taken, 0.0), _MOST_PERSISTENT)
    trace = seen.long_run / seen_share(rho, seen.times, seen.terms)
    return trace, min(2.0 * share * trace, _MOST_TAKEN)


def seen_share(rho: float, times: int, terms: int) -> float:
    """Return which share of the long-run variance of an AR(1) so many cosines see.

    Parameters
    ----------
    rho : float
        At least 0, below 1.
    times, terms : int
        m and nu.
    """
    waves = np.cos(np.pi * np.arange(1, terms + 1) / times)
    return float(np.mean((1.0 - rho) ** 2 / (1.0 - 2.0 * rho * waves + rho**2)))
