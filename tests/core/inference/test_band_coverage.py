"""How often the expected band of a fitted model holds the mean loss of new times: squared errors, whose mean is skewed.

Errors are normal and AR(1). Least squares has a constant and regressors that are independent or as persistent as the
errors; options have one level, that of their errors moves, and 20 quotes a time whose own errors are independent.
Losses of AR(1) above .65 are hatched and not counted. Every seed is fixed.
"""

from enum import Enum
from typing import NamedTuple

import numpy as np
import pytest
from scipy.signal import lfilter

from outsample.inference import expected_band, optimism
from outsample.inference.fit_cost import fit_cost

FEW, MANY = 300, 2000
RUN_IN, QUOTES = 60, 20


class Fitted(Enum):
    """What is fitted: how many parameters, and whether regressors persist."""

    THREE = (3, False)
    SEVEN = (7, False)
    THREE_PERSISTENT = (3, True)
    SEVEN_PERSISTENT = (7, True)
    LEVEL_OF_QUOTES = (1, False)


class History(NamedTuple):
    """One loss a time, train and test, and the Hessian and scores of the fit."""

    train: np.ndarray
    test: np.ndarray
    hessian: np.ndarray
    scores: np.ndarray


def autoregressive(generator, phi, shape):
    """Return AR(1) of variance 1 along the first axis."""
    shocks = generator.normal(size=(RUN_IN + shape[0], *shape[1:]))
    return lfilter([np.sqrt(1 - phi**2)], [1.0, -phi], shocks, axis=0)[RUN_IN:]


def history(generator, what, phi, m, n):
    if what is Fitted.LEVEL_OF_QUOTES:
        return quotes(generator, phi, m, n)
    size, persists = what.value
    y = autoregressive(generator, phi, (m + n,))
    x = autoregressive(generator, phi if persists else 0.0, (m + n, size))
    x[:, 0] = 1.0
    hessian = x[:m].T @ x[:m] / m
    residual = y - x @ np.linalg.solve(hessian, x[:m].T @ y[:m] / m)
    return History(residual[:m] ** 2, residual[m:] ** 2, hessian, -x[:m] * residual[:m, np.newaxis])


def quotes(generator, phi, m, n):
    """Return the mean squared errors of quotes around one level, which is their train mean."""
    y = autoregressive(generator, phi, (m + n,))[:, np.newaxis] + generator.normal(size=(m + n, QUOTES))
    error = y - y[:m].mean()
    loss = np.mean(error**2, axis=1)
    return History(loss[:m], loss[m:], np.eye(1), -error[:m].mean(axis=1, keepdims=True))


class Coverage(NamedTuple):
    """Share of bands that hold the test loss among those not hatched, and their width over that of the plain band."""

    share: float
    width: float
    counted: int


def coverage(what, phi, m, n, count, seed):
    generator, held, widths, plain = np.random.default_rng(seed), [], [], []
    for _ in range(count):
        one = history(generator, what, phi, m, n)
        cost = fit_cost(one.hessian, one.scores)
        band = expected_band(one.train, cost.amount, n, spread=cost.spread, is_ratio=True)
        if band.hatched:
            continue
        held.append(band.interval.low <= one.test.mean() <= band.interval.high)
        widths.append(band.interval.high - band.interval.low)
        other = expected_band(one.train, optimism(one.hessian, one.scores), n).interval
        plain.append(other.high - other.low)
    return Coverage(float(np.mean(held)), float(np.median(np.array(widths) / np.array(plain))), len(held))


@pytest.mark.slow
@pytest.mark.parametrize(("m", "n"), [(90, 90), (90, 250), (150, 150), (250, 90), (500, 500)])
@pytest.mark.parametrize(
    ("what", "phi"), [(what, phi) for what in Fitted for phi in (0.0, 0.5, 0.65, 0.8) if phi or not what.value[1]]
)
def test_the_expected_band_of_a_fitted_model_covers(what, m, n, phi):
    found = coverage(what, phi, m, n, MANY, seed=1)
    assert found.counted > 0.65 * MANY  # of squares with .64 a quarter look more persistent than .65
    noise = 2.0 * np.sqrt(0.1 * 0.9 / found.counted)  # two standard errors of Monte Carlo
    assert 0.90 - noise <= found.share <= 0.97 + noise


@pytest.mark.parametrize("what", Fitted)
@pytest.mark.parametrize("phi", [0.0, 0.65])
def test_the_expected_band_of_a_fitted_model_covers_about_as_often_as_it_says(what, phi):
    assert 0.875 <= coverage(what, phi, 120, 90, FEW, seed=2).share <= 0.99
