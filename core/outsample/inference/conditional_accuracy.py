"""Whether it could have been told beforehand which of two losses would be larger.

The test of Giacomini and White 2006, doi:10.1111/j.1468-0262.2006.00718.x. With instruments h_t known when the forecast
was made and ``Z_t = h_t d_{t + tau}``, equal conditional accuracy says that Z has mean zero: ``W = N mean(Z)' Omega^-1
mean(Z)`` is chi-square with as many degrees of freedom as instruments. Omega is the mean of Z Z' for the next time
(tau = 1); further ahead it has Bartlett weights up to lag tau - 1.
"""

from typing import Final

import numpy as np
from scipy.special import chdtrc

from outsample.errors import DataError
from outsample.inference.sided_result import moved, said_p
from outsample.inference.testable_series import FEWEST, checked_pair, obstacle, require_horizon, require_level, size_of
from outsample.test_result import NotTested, TestResult
from outsample.typing import Floats

__all__ = ["giacomini_white"]

NAME: Final = "giacomini_white"
TITLE: Final = "Giacomini–White test of equal conditional loss"
_REPEATING: Final = "Instruments need to differ from each other, found some that repeat others; leave one out"
_SINGULAR: Final = 1e-12  # of the largest eigenvalue, after scaling to a diagonal of ones


def giacomini_white(
    first: Floats,
    second: Floats,
    *,
    horizon: int = 1,
    instruments: Floats | None = None,
    level: float = 0.05,
    unit: str = "",
    names: tuple[str, str] = ("the first", "the second"),
) -> TestResult | NotTested:
    """Test whether two losses are equal given what was known before.

    Parameters
    ----------
    first, second : (n,) array
        Losses at the same times, lower is better; of models on windows of bounded length.
    horizon : int
        tau, in times, at least 1.
    instruments : (n, q) array, optional
        h_t, known at t; by default one and d_t.
    level : float
    unit : str
        Of the losses.
    names : pair of str
        As in the sentence.

    Returns
    -------
    TestResult or NotTested
        The effect is the mean difference over the times used, without an interval; n are the N = n - tau pairs. Not
        tested: fewer than 20 pairs, a constant difference, or instruments that repeat each other.

    Raises
    ------
    DataError
        A value is NaN or infinite, or lengths differ.
    UsageError
        A horizon below 1, or a level outside (0, 1).
    """
    one, other = checked_pair(first, second, "losses to compare")
    require_horizon(horizon)
    require_level(level)
    difference = one - other
    known = _instruments(difference, instruments)
    if message := obstacle(difference, "Differences of two losses", size_of(one, other), FEWEST + horizon):
        return NotTested(NAME, TITLE, message)
    products = known[:-horizon] * difference[horizon:, np.newaxis]
    statistic = _wald(products, horizon)
    if statistic is None:
        return NotTested(NAME, TITLE, _REPEATING)
    effect, p_value = float(difference[horizon:].mean()), float(chdtrc(products.shape[1], statistic))
    verdict = "can be told beforehand, or one is better throughout" if p_value < level else "cannot be told beforehand"
    sentence = (
        f"Which of {names[0]} and {names[1]} will have the larger loss {verdict} ({said_p(p_value)}); "
        f"that of {names[0]} was on average {moved(effect, unit)}."
    )
    none, count = float("nan"), products.shape[0]
    return TestResult(NAME, TITLE, statistic, p_value, level, effect, unit, none, none, count, sentence)


def _instruments(difference: Floats, given: Floats | None) -> Floats:
    """Return the (n, q) instruments.

    Raises
    ------
    DataError
        They are not finite rows, one a time.
    """
    if given is None:
        return np.column_stack((np.ones(difference.size), difference))
    known = np.asarray(given, dtype=np.float64)
    if known.ndim != 2 or known.shape[0] != difference.size or not known.shape[1] or not np.isfinite(known).all():
        raise DataError(
            f"instruments need one finite row for each of {difference.size} times, found an array of shape "
            f"{known.shape} with {int((~np.isfinite(known)).sum())} values that are not finite; drop those times"
        )
    return known


def _wald(products: Floats, horizon: int) -> float | None:
    """Return W, or None where Omega is singular."""
    count = products.shape[0]
    omega = products.T @ products / count
    for lag in range(1, min(horizon, count)):
        gamma = products[lag:].T @ products[:-lag] / count
        omega += (1.0 - lag / horizon) * (gamma + gamma.T)
    scale = np.sqrt(np.diag(omega))
    if not np.all(scale > 0.0):
        return None
    eigenvalues, vectors = np.linalg.eigh(omega / np.outer(scale, scale))
    if eigenvalues[0] <= _SINGULAR * eigenvalues[-1]:
        return None
    projected = vectors.T @ (products.mean(axis=0) / scale)
    return float(count * (projected**2 / eigenvalues).sum())
