"""Heston's stochastic vol with a Hull-White short rate that is independent of asset and variance.

    d ln F = -v / 2 dt + sqrt(v) dW,   dv = kappa (theta - v) dt + sigma sqrt(v) dZ,   dW dZ = rho dt

Under the bond of the expiry as numeraire the log forward is the sum of Heston's and of an independent normal with the
variance that the rate adds, so their characteristic functions multiply. The price is Lewis's single integral

    call / (P F) = 1 - sqrt(k) / pi  integral over u > 0 of Re(exp(i u x) phi(u - i / 2)) / (u^2 + 1 / 4),   x = -ln k

taken of the difference to Black's function of the same expected variance, which is smooth, small and known in closed
form. Heston's function is written without a branch cut (the "little trap"), and so that sigma may be 0.

A correlation of rate and asset has no closed form and is not covered.

References: Heston (1993), Review of Financial Studies 6, 327-343, doi:10.1093/rfs/6.2.327; Lewis (2001), "A simple
option formula for general jump-diffusion and other exponential Levy processes", eq. 3.11; Albrecher, Mayer, Schoutens
and Tistaert (2007), "The little Heston trap", Wilmott Magazine, January, 83-92; Andersen and Piterbarg (2010), Interest
Rate Modeling, vol. 1, section 8.4, for the control; Grzelak and Oosterlee (2011), SIAM J. Financial Mathematics 2,
255-286, doi:10.1137/090756119, for the hybrid.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import log1p

from outsample.formulas.black import black_price
from outsample.formulas.stochastic_rates import gaussian_rate_variance
from outsample.typing import Bools, Floats

__all__ = ["HestonHullWhite", "heston_hull_white_price"]

Complexes = NDArray[np.complex128]

NODES, WEIGHTS = np.polynomial.legendre.leggauss(32)
NEGLIGIBLE: Final = 1e-18  # of the integrand's bound, where the integral is cut
TOLERANCE: Final = 1e-13  # of the forward, to which twice as many panels must agree
MOST_PANELS: Final = 4096  # some 16 suffice, unless the variance may vanish or the tenor nearly does
BLOCK: Final = 1024  # nodes at a time, which bounds the memory
FARTHEST: Final = 1e12


@dataclass(frozen=True, slots=True)
class HestonHullWhite:
    """Parameters of the hybrid.

    Parameters
    ----------
    start_variance : float
        v now; not negative.
    kappa : float
        Speed at which the variance reverts, a year; not negative.
    theta : float
        Variance to which it reverts; not negative.
    sigma : float
        Vol of variance; not negative.
    rho : float
        Correlation of asset and variance, in [-1, 1].
    rate_speed, rate_vol : float
        a and eta of the rate, as in `outsample.formulas.stochastic_rates.vasicek_bond`; not negative.
    """

    start_variance: float
    kappa: float
    theta: float
    sigma: float
    rho: float
    rate_speed: float
    rate_vol: float

    @property
    def in_domain(self) -> bool:
        """Whether every parameter is in its range; false for NaN."""
        sizes = (self.start_variance, self.kappa, self.theta, self.sigma, self.rate_speed, self.rate_vol)
        return all(0.0 <= size < np.inf for size in sizes) and -1.0 <= self.rho <= 1.0

    def expected_variance(self, tenor: float) -> float:
        """Return the expected total variance of the log forward, rates included."""
        x = self.kappa * tenor
        reverted = -np.expm1(-x) / x if x > 0.0 else 1.0
        diffusion = self.theta + (self.start_variance - self.theta) * reverted
        return float(diffusion * tenor + gaussian_rate_variance(np.array(tenor), self.rate_speed, self.rate_vol))


def heston_hull_white_price(
    spot: Floats,
    strike: Floats,
    tenor: Floats,
    discount_factor: Floats,
    dividend_yield: Floats,
    is_call: Bools,
    model: HestonHullWhite,
) -> Floats:
    """Return the price of European options.

    Parameters
    ----------
    spot, strike : (n,) array
        Quote currency. All arrays broadcast together.
    tenor : (n,) array
        Years.
    discount_factor : (n,) array
        Today's zero bond of each tenor, to which the rate is fitted; above 0.
    dividend_yield : (n,) array
        Continuously compounded, a year.
    is_call : (n,) bool array
    model : HestonHullWhite

    Returns
    -------
    (n,) array
        Quote currency. Absolute error about 1e-13 of the forward; NaN outside the domain and where the integral does
        not settle.

    Examples
    --------
    >>> model = HestonHullWhite(0.04, 2.0, 0.04, 0.5, -0.7, rate_speed=0.1, rate_vol=0.01)
    >>> bond = np.exp(np.array([-0.25]))
    >>> heston_hull_white_price(np.array([100.0]), np.array([80.0, 100.0]), 5.0, bond, 0.02, True, model).round(6)
    array([32.505662, 21.804855])
    """
    columns = np.broadcast_arrays(spot, strike, tenor, discount_factor, dividend_yield, is_call)
    level, exercise, years, bond, yields, call = (column.reshape(-1) for column in columns)
    with np.errstate(all="ignore"):
        forward = np.where((level > 0.0) & (bond > 0.0), level * np.exp(-yields * years) / bond, np.nan)
        ratio = exercise / forward
    price = np.full(ratio.shape, np.nan)
    good = (ratio > 0.0) & np.isfinite(ratio) & (years >= 0.0) & np.isfinite(years) & model.in_domain
    for one in np.unique(years[good]):
        rows = np.flatnonzero(good & (years == one))
        price[rows] = _price_ratio(ratio[rows], float(one), call[rows], model)
    return np.asarray((price * forward * bond).reshape(columns[0].shape))


def _price_ratio(strike_ratio: Floats, tenor: float, is_call: Bools, model: HestonHullWhite) -> Floats:
    """Return undiscounted prices over the forward, of options of one tenor."""
    variance = model.expected_variance(tenor)
    control = black_price(strike_ratio, np.array(1.0), np.array(np.sqrt(variance)), is_call)
    if variance == 0.0 or model.sigma**2 == 0.0:
        return control
    end = _far_enough(tenor, variance, model)
    x, panels = -np.log(strike_ratio), 8
    before = _difference(x, end, panels, tenor, variance, model)
    while panels < MOST_PANELS:
        panels *= 2
        after = _difference(x, end, panels, tenor, variance, model)
        if np.abs(after - before).max() <= TOLERANCE:
            price = control + np.sqrt(strike_ratio) * after
            intrinsic = np.maximum(np.where(is_call, 1.0 - strike_ratio, strike_ratio - 1.0), 0.0)
            return np.maximum(price, intrinsic)
        before = after
    return np.full(x.shape, np.nan)


def _difference(x: Floats, end: float, panels: int, tenor: float, variance: float, model: HestonHullWhite) -> Floats:
    """Return the integral of Black's less Heston's function over ``0 .. end``, over pi, for each x.

    The panels are equal in a variable in which they are dense near 0, where the functions vary most.
    """
    edges = np.linspace(0.0, np.arcsinh(end), panels + 1)
    half = 0.5 * np.diff(edges)[:, np.newaxis]
    place = (edges[:-1, np.newaxis] + half * (1.0 + NODES)).reshape(-1)
    u, weight = np.sinh(place), (half * WEIGHTS).reshape(-1) * np.cosh(place)
    size = u**2 + 0.25
    gap = np.exp(-0.5 * variance * size) - np.exp(_exponent(u, tenor, model))
    terms = weight * gap / size
    found = np.zeros(x.size)
    for start in range(0, u.size, BLOCK):
        rows = slice(start, start + BLOCK)
        found += (np.exp(1j * np.outer(x, u[rows])) @ terms[rows]).real
    return found / np.pi


def _far_enough(tenor: float, variance: float, model: HestonHullWhite) -> float:
    """Return a u beyond which both functions are negligible."""
    end = 1.0
    while end < FARTHEST:
        size = end**2 + 0.25
        largest = max(-0.5 * variance * size, float(_exponent(np.array([end]), tenor, model).real[0]))
        if largest - np.log(size) + np.log(end) < np.log(NEGLIGIBLE):
            break
        end *= 1.5
    return end


def _exponent(u: Floats, tenor: float, model: HestonHullWhite) -> Complexes:
    """Return the logarithm of the characteristic function at ``u - i / 2``."""
    size, spread = u**2 + 0.25, model.sigma**2
    beta = model.kappa - model.sigma * model.rho * (1j * u + 0.5)
    d = np.sqrt(beta**2 + spread * size)
    # (beta + d)(d - beta) = sigma^2 size; of the two factors the one that does not cancel is formed as it stands.
    total = np.where(beta.real >= 0.0, beta + d, spread * size / np.where(beta.real >= 0.0, 1.0, d - beta))
    q = size / total  # (d - beta) / sigma^2
    decay = -np.expm1(-d * tenor)
    inner = -q * decay / (2.0 * d)
    slope = -q * decay / (1.0 + spread * inner) * total / (2.0 * d)
    # scipy's logarithm: numpy's loses the digits of a small complex argument, and sigma^2 may be tiny.
    level = -q * tenor - 2.0 * log1p(spread * inner) / spread
    rates = gaussian_rate_variance(np.array(tenor), model.rate_speed, model.rate_vol)
    return np.asarray(model.kappa * model.theta * level + model.start_variance * slope - 0.5 * rates * size)
