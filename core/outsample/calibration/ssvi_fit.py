"""SSVI fitted to the quotes of all tenors, free of static arbitrage by construction.

    w(k, theta) = theta / 2 (1 + rho phi k + sqrt((phi k + rho)^2 + 1 - rho^2)),
    phi = eta / (theta^gamma (1 + theta)^(1 - gamma))

Searched are the increments of theta from tenor to tenor, none below 0, so that no slice lies below the one before; rho;
gamma up to a half; and the share of ``2 / (1 + |rho|)`` that eta is, up to 1, which rules butterflies out. The
calendar condition of this phi holds everywhere. At a share of 1 the quotes ask for more curvature than the surface can
have without arbitrage.

Reference: Gatheral and Jacquier (2014), doi:10.1080/14697688.2013.819986, section 4 and corollary 4.1.
"""

import itertools
import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.calibration.quotes import ChainQuotes
from outsample.calibration.smile_fit import SmileFit, SmileSearch
from outsample.compiled import kernel
from outsample.errors import FitError
from outsample.formulas.ssvi import bounded_power_law_phi, ssvi_slice
from outsample.formulas.svi_parameters import RawSvi
from outsample.typing import Floats, Integers, frozen

__all__ = ["SsviSurface", "fit_ssvi", "ssvi_variance"]

SHAPE: Final = ("rho", "eta_share", "gamma")
LOW, HIGH = (-0.999, 1e-3, 0.0), (0.999, 1.0, 0.5)
RHOS, SHARES, GAMMAS = (-0.4, 0.2), (0.3, 0.8), (0.25, 0.45)  # starts
LEAST_VOL: Final = 1e-3  # fraction a year, of the first tenor


@dataclass(frozen=True, slots=True, eq=False)
class SsviSurface:
    """A fitted surface.

    Parameters
    ----------
    tenor : (s,) array
        Years.
    theta : (s,) array
        At-the-money total variance, never falling.
    rho, eta, gamma : float
    fit : SmileFit
        Its parameters are those of the module's docstring, increments first.
    """

    tenor: Floats
    theta: Floats
    rho: float
    eta: float
    gamma: float
    fit: SmileFit

    def slice(self, index: int) -> RawSvi:
        """Return the slice of one of the tenors as raw SVI."""
        theta = self.theta[index]
        phi = bounded_power_law_phi(theta, self.eta, self.gamma)
        return ssvi_slice(float(theta), self.rho, float(phi))


def fit_ssvi(chain: ChainQuotes, huber: float | None = None) -> SsviSurface:
    """Fit SSVI with the bounded power law by vega-weighted implied vols.

    Parameters
    ----------
    chain : ChainQuotes
        Any number of tenors.
    huber : float, optional
        Threshold in vega-weighted vol points; None for plain squares.

    Raises
    ------
    FitError
        There are fewer quotes than tenors and three.
    """
    tenors = chain.slice_tenor
    count = tenors.size
    if chain.size < count + len(SHAPE):
        raise FitError(
            f"SSVI needs at least {count + len(SHAPE)} quotes, one for each of {count} tenors and three for the shape, "
            f"found {chain.size}; relax the filters"
        )
    k, place = np.log(chain.strike_ratio), np.repeat(np.arange(count), np.diff(chain.slice_start))
    search = SmileSearch(
        chain,
        (*(f"theta increment {i + 1}" for i in range(count)), *SHAPE),
        np.array([LEAST_VOL**2 * tenors[0], *np.zeros(count - 1), *LOW]),
        np.array([*np.full(count, math.inf), *HIGH]),
        lambda values: ssvi_variance(values, k, place),
        math.inf if huber is None else huber,
    )
    quoted = np.maximum.accumulate(chain.at_the_money**2 * tenors)
    increments = np.diff(quoted, prepend=0.0)
    shapes = itertools.product(RHOS, SHARES, GAMMAS)
    fit = search.fit([np.array([*increments, *shape]) for shape in shapes])
    rho, share, gamma = fit.values[count:].tolist()
    theta = frozen(np.cumsum(fit.values[:count]))
    return SsviSurface(tenors, theta, rho, 2.0 * share / (1.0 + abs(rho)), gamma, fit)


@kernel
def ssvi_variance(values: Floats, log_moneyness: Floats, place: Integers) -> tuple[Floats, Floats]:
    """Return total variance, (n,), and its derivatives to the searched parameters, (n, p).

    Parameters
    ----------
    values : (s + 3,) array
        Increments of theta, rho, share of eta, gamma.
    log_moneyness : (n,) array
    place : (n,) int array
        Tenor of each quote.
    """
    count = values.size - 3
    rho, share, gamma = values[count], values[count + 1], values[count + 2]
    theta = np.cumsum(values[:count])
    total, gradient = np.empty(log_moneyness.size), np.zeros((log_moneyness.size, values.size))
    for i in range(log_moneyness.size):
        level, k = theta[place[i]], log_moneyness[i]
        phi = 2.0 * share / (1.0 + abs(rho)) * level**-gamma * (1.0 + level) ** (gamma - 1.0)
        far = phi * k
        root = math.sqrt((far + rho) ** 2 + (1.0 - rho) * (1.0 + rho))
        total[i] = 0.5 * level * (1.0 + rho * far + root)
        by_phi = 0.5 * level * k * (rho + (far + rho) / root)
        by_level = total[i] / level - by_phi * phi * (gamma / level + (1.0 - gamma) / (1.0 + level))
        for j in range(place[i] + 1):
            gradient[i, j] = by_level
        gradient[i, count] = 0.5 * level * far * (1.0 + 1.0 / root) - by_phi * phi * np.sign(rho) / (1.0 + abs(rho))
        gradient[i, count + 1] = by_phi * phi / share
        gradient[i, count + 2] = by_phi * phi * (math.log1p(level) - math.log(level))
    return total, gradient
