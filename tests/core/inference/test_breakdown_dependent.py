"""The breakdown test of fits whose errors persist: only the optimism of dependent errors brings it to its size.

Regressors have an AR(1) of .8, errors of .6, nothing changes. Least squares of k = 7 parameters on 250 times, judged on
250 more. What overfitting leads to follows from the autocovariances of the scores, ``.48^j`` for a regressor, ``.6^j``
for the constant, all of variance 1. With ``tr(H^-1 Omega) = (k - 1) 1.48 / .52 + 1.6 / .4`` it is ``2 tr / m`` once,
and ``(tr + k) / m`` one time after each window.
"""

from typing import NamedTuple

import numpy as np
import pytest
from scipy.signal import lfilter

from outsample.inference import Estimation, Judged, LeastSquares, Optimism, breakdown_test, optimism
from outsample.inference.fit_cost import fit_cost

M, N, K = 250, 250, 7
RUN_IN = 150
TRACE = (K - 1) * 1.48 / 0.52 + 1.6 / 0.4


class Fits(NamedTuple):
    """Losses and surprise losses of the test times, s^2 of the first fit, its optimism, far and next, and its cost."""

    loss: np.ndarray
    surprise: np.ndarray
    residual_variance: float
    far: float
    near: float
    cost: float


def history(generator):
    """Return regressors and target."""
    x = np.ones((M + N, K))
    shocks = generator.normal(size=(RUN_IN + M + N, K - 1))
    x[:, 1:] = lfilter([0.6], [1.0, -0.8], shocks, axis=0)[RUN_IN:]
    return x, lfilter([0.8], [1.0, -0.6], generator.normal(size=RUN_IN + M + N))[RUN_IN:]


def prefix(rows):
    return np.concatenate((np.zeros_like(rows[:1]), np.cumsum(rows, axis=0)))


def fits(generator, scheme):
    """Fit as the scheme says, from prefix sums."""
    x, y = history(generator)
    gram, moment, square = prefix(x[:, :, None] * x[:, None, :]), prefix(x * y[:, None]), prefix(y**2)
    stop = np.full(N, M) if scheme is Estimation.FIXED else np.arange(M, M + N)
    start = stop - M if scheme is Estimation.ROLLING else np.zeros(N, dtype=int)
    against = moment[stop] - moment[start]
    beta = np.linalg.solve(gram[stop] - gram[start], against[..., None])[..., 0]
    inside = (square[stop] - square[start] - (beta * against).sum(axis=1)) / (stop - start)
    loss = (y[M:] - (x[M:] * beta).sum(axis=1)) ** 2
    terms = gram[M] / M, -x[:M] * (y[:M] - x[:M] @ beta[0])[:, None]
    spread = float(inside[0]) * M / (M - K)
    return Fits(loss, loss - inside, spread, *_optimisms(*terms))


def _optimisms(hessian, scores):
    return optimism(hessian, scores), optimism(hessian, scores, lead=1), fit_cost(hessian, scores).amount


def rejections(scheme, count, seed=1):
    """Return the shares of one-sided rejections at 5 %.

    As it is, less independent overfitting, less dependent by the scatter of the fit, and less what a fit costs, half of
    what that adds counting for refits.
    """
    generator, found = np.random.default_rng(seed), np.zeros(4)
    for _ in range(count):
        one = fits(generator, scheme)
        known = Optimism(one.far, of_refits=one.near)
        cost = Optimism(one.cost, of_refits=one.near + 0.5 * (one.cost - one.far))
        for place, correction in enumerate((None, LeastSquares(K, one.residual_variance), known, cost)):
            tested = breakdown_test(one.surprise, one.loss, M, Judged.SCORE, scheme=scheme, overfitting=correction)
            found[place] += tested.p_worse < 0.05
    return found / count


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scheme", "least_uncorrected", "least_independent"),
    [(Estimation.FIXED, 0.1, 0.06), (Estimation.ROLLING, 0.2, 0.08), (Estimation.RECURSIVE, 0.07, 0.035)],
)
def test_the_breakdown_test_keeps_its_size_under_persistent_errors(scheme, least_uncorrected, least_independent):
    uncorrected, independent, dependent, by_cost = rejections(scheme, 2000)
    assert uncorrected > least_uncorrected
    assert independent > least_independent
    assert independent > dependent
    assert 0.03 < dependent < 0.07  # a Monte Carlo error of .005
    assert 0.02 < by_cost < 0.06


@pytest.mark.slow
@pytest.mark.parametrize("scheme", Estimation)
def test_the_mean_surprise_of_persistent_errors_is_what_the_correction_takes_off(scheme):
    of_first = 2.0 * TRACE / M if scheme is Estimation.FIXED else (TRACE + K) / M
    generator = np.random.default_rng(2)
    found = np.mean([fits(generator, scheme).surprise.mean() for _ in range(2000)])
    assert found == pytest.approx(Optimism(of_first).surprise(scheme, M, N), rel=0.12)


def test_under_persistent_errors_the_correction_brings_rejections_down():
    uncorrected, independent, dependent, by_cost = rejections(Estimation.ROLLING, 150, seed=3)
    assert uncorrected > independent > dependent >= by_cost
    assert uncorrected > 0.12
    assert dependent < 0.12
