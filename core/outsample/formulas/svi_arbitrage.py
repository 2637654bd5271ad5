"""Where SVI slices contradict no-arbitrage, exactly: the stretches of log-moneyness between roots of polynomials.

Butterfly. With ``k = m + sigma (t - 1/t) / 2``, ``t > 0``, the distance ``sqrt((k - m)^2 + sigma^2)`` is
``sigma (t + 1/t) / 2``, so that w, its derivatives and k itself are rational in t, and ``t^2 (t^2 + 1)^3 w^2 g`` is a
polynomial of degree 10. Its positive roots are the only places where Durrleman's function g changes sign.

Calendar. Two slices cross where ``w2 - w1 = 0``; squared, that is a polynomial of degree 4 in k.

A root too many does no harm, because the sign between neighbouring roots is taken from the function itself. Roots come
from companion matrices and are then bisected against the function; a negative value within rounding is no arbitrage.

Reference for both conditions: Gatheral and Jacquier (2014), doi:10.1080/14697688.2013.819986, sections 2 and 3.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.polynomial import Polynomial

from outsample.formulas.svi import durrleman, lee_bound_holds, svi_total_variance
from outsample.formulas.svi_parameters import RawSvi
from outsample.typing import Floats

__all__ = ["butterfly_arbitrage", "calendar_arbitrage", "is_free_of_butterfly_arbitrage"]

ROUNDING: Final = 1e-12  # of g, and of the total variance, below which a negative value is rounding
COEFFICIENT_ROUNDING: Final = 1e-14  # of the terms of a coefficient, below which their sum is nothing
BISECTIONS: Final = 60


def butterfly_arbitrage(svi: RawSvi) -> Floats:
    """Return the stretches of log-moneyness where the slice implies a negative density.

    Parameters
    ----------
    svi : RawSvi
        One slice: five numbers, in the domain of `outsample.formulas.svi`; otherwise the answer is NaN.

    Returns
    -------
    (m, 2) array
        Start and end of each, ascending, infinite where a wing is too steep; no rows if there is no arbitrage.

    Examples
    --------
    >>> butterfly_arbitrage(RawSvi(-0.041, 0.1331, 0.306, 0.3586, 0.4153)).round(4)
    array([[0.6424, 1.2569]])
    """
    if not np.isfinite(svi_total_variance(np.zeros(1), svi)).all():
        return np.full((1, 2), np.nan)
    if svi.b == 0.0:
        return np.empty((0, 2))
    t = _places_of_roots(_durrleman_polynomial(svi))
    t = t[t > 0.0]
    places = np.asarray(svi.m + 0.5 * svi.sigma * (t - 1.0 / t))
    return _negative_stretches(lambda k: durrleman(k, svi) + ROUNDING, places, float(svi.m), float(svi.sigma))


def is_free_of_butterfly_arbitrage(svi: RawSvi) -> bool:
    """Return whether one slice has a density and obeys Lee's bound; false outside the domain."""
    return bool(lee_bound_holds(svi)) and butterfly_arbitrage(svi).size == 0


def calendar_arbitrage(near: RawSvi, far: RawSvi) -> Floats:
    """Return the stretches of log-moneyness where the far slice has less total variance than the near one.

    Parameters
    ----------
    near, far : RawSvi
        One slice each, the second with the longer tenor; outside the domain the answer is NaN.

    Returns
    -------
    (m, 2) array
        As in `butterfly_arbitrage`.
    """

    def excess(k: Floats) -> Floats:
        early = svi_total_variance(k, near)
        return svi_total_variance(k, far) - early + ROUNDING * early

    if not np.isfinite(excess(np.zeros(1))).all():
        return np.full((1, 2), np.nan)
    first, second = _as_line_and_square(near), _as_line_and_square(far)
    line = _told(second.line - first.line, second.line_size + first.line_size)
    difference = _told(second.square - first.square, second.square_size + first.square_size)
    sizes = _crossing(_sizes(line), _sizes(difference), second.square_size, 1.0)
    places = _places_of_roots(_told(_crossing(line, difference, second.square, -1.0), sizes))
    return _negative_stretches(excess, places, float(near.m), float(near.sigma))


@dataclass(frozen=True, slots=True, eq=False)
class _Slice:
    """A slice as a line and the root of a square, polynomials in k, each with bounds of what its coefficients sum."""

    line: Polynomial
    square: Polynomial
    line_size: Polynomial
    square_size: Polynomial


def _as_line_and_square(svi: RawSvi) -> _Slice:
    a, b, rho, m, sigma = _numbers(svi)
    reach = Polynomial([b * (abs(m) + sigma), b])
    square = b**2 * Polynomial([m**2 + sigma**2, -2.0 * m, 1.0])
    return _Slice(Polynomial([a - b * rho * m, b * rho]), square, reach + abs(a), reach**2)


def _crossing(line: Polynomial, difference: Polynomial, square: Polynomial, minus: float) -> Polynomial:
    """Return the polynomial that is 0 where two slices, each a line and the root of a square, are equal.

    From ``L + sqrt(Q2) - sqrt(Q1) = 0`` and ``D = Q2 - Q1`` follows ``2 L sqrt(Q2) = -(D + L^2)``. For slices that are
    nearly the same L and D are small, and so are all terms: nothing cancels.
    """
    found: Polynomial = (difference + line**2) ** 2 + minus * 4.0 * line**2 * square
    return found


def _durrleman_polynomial(svi: RawSvi) -> Polynomial:
    """Return ``t^2 (t^2 + 1)^3 w^2 g`` in t."""
    a, b, rho, m, sigma = _numbers(svi)
    total = Polynomial([0.5 * b * sigma * (1.0 - rho), a, 0.5 * b * sigma * (1.0 + rho)])  # t w
    moneyness = Polynomial([-0.5 * sigma, m, 0.5 * sigma])  # t k
    slope = b * Polynomial([rho - 1.0, 0.0, rho + 1.0])  # (t^2 + 1) w'
    bend = 4.0 * b / sigma
    sizes = _density(_sizes(total), _sizes(moneyness), _sizes(slope), bend, 1.0)
    return _told(_density(total, moneyness, slope, bend, -1.0), sizes)


def _density(total: Polynomial, moneyness: Polynomial, slope: Polynomial, bend: float, minus: float) -> Polynomial:
    t, circle = Polynomial([0.0, 1.0]), Polynomial([1.0, 0.0, 1.0])
    tilt = (total * circle + minus * 0.5 * moneyness * slope) ** 2
    found: Polynomial = circle * (tilt + minus * 0.25 * slope**2 * (total * t + 0.25 * total**2))
    return found + bend * t**3 * total**2


def _numbers(svi: RawSvi) -> tuple[float, float, float, float, float]:
    return float(svi.a), float(svi.b), float(svi.rho), float(svi.m), float(svi.sigma)


def _sizes(polynomial: Polynomial) -> Polynomial:
    return Polynomial(np.abs(polynomial.coef))


def _told(polynomial: Polynomial, sizes: Polynomial) -> Polynomial:
    """Return the polynomial without the coefficients that are nothing but rounding.

    A wing at Lee's bound, or two parallel wings, make the leading coefficient 0. Left as rounding it would spoil the
    other roots. `sizes` is the same expression of absolute values, without cancellation.
    """
    limits: Floats = np.asarray(sizes.coef, dtype=np.float64) * COEFFICIENT_ROUNDING
    coefficients = np.zeros(limits.size)
    coefficients[: polynomial.coef.size] = polynomial.coef
    return Polynomial(np.where(np.abs(coefficients) > limits, coefficients, 0.0))


def _places_of_roots(polynomial: Polynomial) -> Floats:
    """Return the real parts of all roots, ascending.

    Of complex ones too: a double root leaves its companion matrix as a pair.
    """
    return np.sort(np.asarray(polynomial.trim().roots().real, dtype=np.float64))


def _negative_stretches(function: Callable[[Floats], Floats], places: Floats, centre: float, width: float) -> Floats:
    """Return the stretches (m, 2) where `function` is negative, given places that include all its roots."""
    places = np.unique(places[np.isfinite(places)])
    first, last = (places[0], places[-1]) if places.size else (centre, centre)
    reach = width + last - first
    samples = np.concatenate([[first - reach], 0.5 * (places[1:] + places[:-1]), [last + reach]])
    negative = function(samples) < 0.0
    turns = np.flatnonzero(negative[1:] != negative[:-1])
    edges = _bisected(function, samples[turns], samples[turns + 1])
    ends = [np.full(int(negative[0]), -np.inf), edges, np.full(int(negative[-1]), np.inf)]
    return np.concatenate(ends).reshape(-1, 2)


def _bisected(function: Callable[[Floats], Floats], low: Floats, high: Floats) -> Floats:
    """Return where `function` changes sign between each `low` and `high`."""
    below = function(low) < 0.0
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        same = (function(middle) < 0.0) == below
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return 0.5 * (low + high)
