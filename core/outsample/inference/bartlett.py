"""Long-run variance by Bartlett weights with an automatic bandwidth, for comparison beside the cosines.

``omega^2 = gamma_0 + 2 sum_{j=1..L} (1 - j / (L + 1)) gamma_j``, gamma_j with divisor n (Newey and West 1987,
doi:10.2307/1913610), L by the plug-in rule of Newey and West 1994, doi:10.2307/2297912.
"""

import numpy as np

from outsample.typing import Floats

__all__ = ["bartlett_lags", "bartlett_variance"]


def bartlett_lags(values: Floats) -> int:
    """Return L = floor(1.1447 (s_1 / s_0)^(2/3) n^(1/3)), at most n - 1.

    ``s_0 = gamma_0 + 2 sum gamma_j``, ``s_1 = 2 sum j gamma_j`` over the first floor(4 (n / 100)^(2/9)) lags.

    Parameters
    ----------
    values : (n,) array
        Finite, equally spaced; 0 lags for a constant series.
    """
    n = values.size
    pilot = min(int(4.0 * (n / 100.0) ** (2.0 / 9.0)), n - 1)
    gamma = _autocovariances(values, pilot)
    level = gamma[0] + 2.0 * gamma[1:].sum()
    slope = 2.0 * (np.arange(1, pilot + 1) * gamma[1:]).sum()
    if slope == 0.0:
        return 0
    if level == 0.0:
        return n - 1
    return int(min(1.1447 * np.cbrt((slope / level) ** 2) * np.cbrt(n), n - 1))


def bartlett_variance(values: Floats, lags: int | None = None) -> float:
    """Return omega^2 of a series, never negative.

    Parameters
    ----------
    values : (n,) array
        Finite, equally spaced, any unit.
    lags : int, optional
        L, below n; by default `bartlett_lags`.

    Returns
    -------
    float
        In the squared unit of the series, so that the variance of the mean is ``omega^2 / n``.
    """
    used = bartlett_lags(values) if lags is None else lags
    gamma = _autocovariances(values, used)
    weights = 1.0 - np.arange(1, used + 1) / (used + 1.0)
    return max(float(gamma[0] + 2.0 * weights @ gamma[1:]), 0.0)


def _autocovariances(values: Floats, lags: int) -> Floats:
    """Return gamma_0 to gamma_lags around the mean, divisor n."""
    n = values.size
    deviation = values - values.mean()
    return np.array([deviation[j:] @ deviation[: n - j] for j in range(lags + 1)]) / n
