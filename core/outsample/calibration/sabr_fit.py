"""SABR fitted to the quotes of one tenor, with beta given.

Quotes of one tenor do not tell beta from rho: both tilt the smile. Beta is a choice; 1, lognormal, is the default.
Searched are alpha in units of ``F^(1 - beta)``, so that it is a vol whatever beta is, rho and nu. Hagan's formula is
homogeneous: ``vol(F, K, alpha, beta) = vol(1, K / F, alpha F^(beta - 1), beta)``.

References: Hagan, Kumar, Lesniewski and Woodward (2002), "Managing smile risk", Wilmott Magazine, September, 84-108;
West (2005), Applied Mathematical Finance 12, 371-385, doi:10.1080/13504860500148672, for the choice of beta.
"""

import itertools
import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.calibration.quotes import ChainQuotes
from outsample.calibration.smile_fit import SmileFit, SmileSearch, one_tenor
from outsample.errors import UsageError
from outsample.formulas.sabr import sabr_vol
from outsample.typing import Floats

__all__ = ["SabrSlice", "fit_sabr"]

NAMES: Final = ("level", "rho", "nu")
LOW: Final = (1e-3, -0.999, 1e-3)
HIGH: Final = (8.0, 0.999, 100.0)  # nu of an option of a day may be 20
RHOS, SPREADS = (-0.4, 0.4), (0.3, 1.0)  # starts: rho, and nu sqrt(T)
MOVE: Final = 1e-6  # of a parameter, for its derivative; the formula is smooth and exact to 1e-14


@dataclass(frozen=True, slots=True, eq=False)
class SabrSlice:
    """A fitted slice.

    Parameters
    ----------
    tenor : float
        Years.
    forward : float
        Mean forward of the quotes, USD.
    beta, rho, nu : float
    level : float
        alpha in units of ``F^(1 - beta)``: about the vol at the money.
    fit : SmileFit
    """

    tenor: float
    forward: float
    beta: float
    level: float
    rho: float
    nu: float
    fit: SmileFit

    @property
    def alpha(self) -> float:
        """The start value of the vol process, for prices in USD."""
        return self.level * math.exp((1.0 - self.beta) * math.log(self.forward))


def fit_sabr(chain: ChainQuotes, beta: float = 1.0, huber: float | None = None) -> SabrSlice:
    """Fit SABR to the quotes of one tenor by vega-weighted implied vols.

    Parameters
    ----------
    chain : ChainQuotes
        Of one tenor; see `ChainQuotes.by_tenor`.
    beta : float
        0 (normal) to 1 (lognormal).
    huber : float, optional
        Threshold in vega-weighted vol points; None for plain squares.

    Raises
    ------
    FitError
        The chain has several tenors or fewer than three strikes.
    UsageError
        Beta is not between 0 and 1.

    Examples
    --------
    >>> strike = np.linspace(0.7, 1.4, 15)
    >>> quotes = ChainQuotes.of_vols(strike, 0.25, strike > 1.0, sabr_vol(1.0, strike, 0.25, 0.6, 1.0, -0.15, 1.8))
    >>> found = fit_sabr(quotes)
    >>> round(found.level, 6), round(found.rho, 6), round(found.nu, 6)
    (0.6, -0.15, 1.8)
    """
    if not 0.0 <= beta <= 1.0:
        raise UsageError(f"beta of SABR must be a number from 0 to 1, found {beta}; 1 is lognormal, 0 normal")
    tenor = one_tenor(chain, "SABR", len(NAMES))
    strike, years = chain.strike_ratio, chain.tenor

    def variance(values: Floats) -> tuple[Floats, Floats]:
        step = MOVE * np.array([values[0], 1.0, values[2]])
        moved = values + np.diag(step)[:, np.newaxis, :] * np.array([1.0, -1.0])[np.newaxis, :, np.newaxis]
        # One call for the point and both sides of each parameter: (7, n).
        points = np.concatenate([values[np.newaxis], moved.reshape(-1, 3)])[:, :, np.newaxis]
        vol = sabr_vol(np.ones(1), strike, years, points[:, 0], beta, points[:, 1], points[:, 2])
        slope = (vol[1::2] - vol[2::2]) / (2.0 * step)[:, np.newaxis]
        return vol[0] ** 2 * tenor, np.ascontiguousarray((2.0 * tenor * vol[0] * slope).T)

    threshold = math.inf if huber is None else huber
    search = SmileSearch(chain, NAMES, np.array(LOW), np.array(HIGH), variance, threshold)
    vol = float(chain.at_the_money[0])
    fit = search.fit(
        np.array([vol, rho, spread / math.sqrt(tenor)]) for rho, spread in itertools.product(RHOS, SPREADS)
    )
    level, rho, nu = fit.values.tolist()
    return SabrSlice(tenor, float(np.mean(chain.forward)), beta, level, rho, nu, fit)
