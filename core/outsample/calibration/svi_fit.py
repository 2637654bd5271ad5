"""Raw SVI fitted to the quotes of one tenor, inside Lee's bound and without negative variance.

Searched are the least total variance v, the slopes p and c of the put and the call wing, the shift m and the
smoothness sigma of

    w(k) = v - sigma sqrt(p c) + (c - p) / 2 (k - m) + (p + c) / 2 sqrt((k - m)^2 + sigma^2),

which is raw SVI with ``b = (p + c) / 2`` and ``rho = (c - p) / (p + c)``. Lee's bound ``b (1 + |rho|) <= 2`` and a
variance that is nowhere negative are then a box. Fits degenerate where m leaves the quoted strikes or sigma becomes
far smaller or larger than their range: any line can be had in that way. Both are bounded by that range.

For given m and sigma the smile is linear in the rest, which gives each start its best v, p and c.

References: Gatheral and Jacquier (2014), doi:10.1080/14697688.2013.819986; Zeliade Systems (2009), "Quasi-explicit
calibration of Gatheral's SVI model", for the linear part.
"""

import itertools
import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.calibration.quotes import ChainQuotes
from outsample.calibration.smile_fit import SmileFit, SmileSearch, one_tenor
from outsample.compiled import kernel
from outsample.formulas.svi import LEE_BOUND, svi_total_variance
from outsample.formulas.svi_arbitrage import butterfly_arbitrage
from outsample.formulas.svi_parameters import RawSvi
from outsample.typing import Floats, frozen

__all__ = ["SviSlice", "fit_svi", "svi_variance"]

NAMES: Final = ("least_variance", "put_wing", "call_wing", "m", "sigma")
LEAST_VOL: Final = 1e-3  # fraction a year
LEAST_WING: Final = 1e-6  # of total variance per unit of log-moneyness
BEYOND: Final = 0.5  # of the range of quoted strikes, how far m may lie outside
SHARPEST, WIDEST = 0.01, 2.0  # sigma over that range
PLACES, WIDTHS = (0.2, 0.4, 0.6, 0.8), (0.1, 0.5)  # starts: m within the range, sigma over it


@dataclass(frozen=True, slots=True, eq=False)
class SviSlice:
    """A fitted slice.

    Parameters
    ----------
    tenor : float
        Years.
    svi : RawSvi
    fit : SmileFit
        Its parameters are those of the module's docstring.
    at_the_money_error : float
        Vol of the slice less that of the quotes at ``K = F``, vol points; NaN where all strikes lie on one side.
    quoted : (2,) array
        Lowest and highest log-moneyness.
    """

    tenor: float
    svi: RawSvi
    fit: SmileFit
    at_the_money_error: float
    quoted: Floats

    def butterflies(self) -> Floats:
        """Return the stretches of log-moneyness with a negative density, (m, 2); Lee's bound does not rule them out."""
        return butterfly_arbitrage(self.svi)

    def has_quoted_butterflies(self) -> bool:
        """Return whether one of the stretches reaches into the quoted strikes."""
        found = self.butterflies()
        return bool(np.any((found[:, 0] < self.quoted[1]) & (found[:, 1] > self.quoted[0])))


def fit_svi(chain: ChainQuotes, huber: float | None = None) -> SviSlice:
    """Fit raw SVI to the quotes of one tenor by vega-weighted implied vols.

    Parameters
    ----------
    chain : ChainQuotes
        Of one tenor; see `ChainQuotes.by_tenor`.
    huber : float, optional
        Threshold in vega-weighted vol points; None for plain squares.

    Raises
    ------
    FitError
        The chain has several tenors or fewer than five strikes.

    Examples
    --------
    >>> vogt, k = RawSvi(-0.041, 0.1331, 0.306, 0.3586, 0.4153), np.linspace(-1.0, 1.0, 21)
    >>> quotes = ChainQuotes.of_vols(np.exp(k), 1.0, k > 0.0, np.sqrt(svi_total_variance(k, vogt)))
    >>> found = fit_svi(quotes)
    >>> round(found.svi.b, 4), round(found.svi.m, 4), found.butterflies().round(4).tolist()
    (0.1331, 0.3586, [[0.6424, 1.2569]])
    """
    tenor = one_tenor(chain, "SVI", len(NAMES))
    k = np.log(chain.strike_ratio)
    reach, floor = float(k[-1] - k[0]), LEAST_VOL**2 * tenor
    search = SmileSearch(
        chain,
        NAMES,
        np.array([floor, LEAST_WING, LEAST_WING, k[0] - BEYOND * reach, SHARPEST * reach]),
        np.array([math.inf, LEE_BOUND, LEE_BOUND, k[-1] + BEYOND * reach, WIDEST * reach]),
        lambda values: svi_variance(values, k),
        math.inf if huber is None else huber,
    )
    places = itertools.product(k[0] + reach * np.array(PLACES), reach * np.array(WIDTHS))
    fit = search.fit([_best_at(chain, k, m, sigma) for m, sigma in places])
    svi = _raw(fit.values)
    error = math.nan
    if k[0] <= 0.0 <= k[-1]:
        vol = math.sqrt(float(svi_total_variance(np.zeros(1), svi)[0]) / tenor)
        error = 100.0 * (vol - float(chain.at_the_money[0]))
    return SviSlice(tenor, svi, fit, error, frozen(k[[0, -1]]))


def _best_at(chain: ChainQuotes, k: Floats, m: float, sigma: float) -> Floats:
    """Return the start with this shift and smoothness whose linear part fits best."""
    away = k - m
    design = np.stack([np.ones(k.size), away, np.hypot(away, sigma)], axis=1)
    weight = np.sqrt(chain.vega) / chain.implied_vol  # what an error of total variance means for the vol
    total = chain.implied_vol**2 * chain.tenor
    level, tilt, bend = np.linalg.lstsq(design * weight[:, np.newaxis], total * weight, rcond=None)[0].tolist()
    put, call = max(bend - tilt, LEAST_WING), max(bend + tilt, LEAST_WING)
    return np.array([level + sigma * math.sqrt(put * call), put, call, m, sigma])


def _raw(values: Floats) -> RawSvi:
    least, put, call, m, sigma = values.tolist()
    return RawSvi(least - sigma * math.sqrt(put * call), 0.5 * (put + call), (call - put) / (put + call), m, sigma)


@kernel
def svi_variance(values: Floats, log_moneyness: Floats) -> tuple[Floats, Floats]:
    """Return total variance, (n,), and its derivatives to the five searched parameters, (n, 5)."""
    least, put, call, m, sigma = values[0], values[1], values[2], values[3], values[4]
    root = math.sqrt(put * call)
    total, gradient = np.empty(log_moneyness.size), np.empty((log_moneyness.size, 5))
    for i in range(log_moneyness.size):
        away = log_moneyness[i] - m
        distance = math.hypot(away, sigma)
        total[i] = least - sigma * root + 0.5 * (call - put) * away + 0.5 * (put + call) * distance
        gradient[i, 0] = 1.0
        gradient[i, 1] = 0.5 * (distance - away - sigma * call / root)
        gradient[i, 2] = 0.5 * (distance + away - sigma * put / root)
        gradient[i, 3] = -0.5 * (call - put) - 0.5 * (put + call) * away / distance
        gradient[i, 4] = 0.5 * (put + call) * sigma / distance - root
    return total, gradient
