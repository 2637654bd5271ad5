"""The exercise boundary of an American put, by collocation on Chebyshev nodes.

At time to expiry t the put with strike 1 is exercised at and below ``B(t)``, ``B(0) = X = min(1, r / q)``. With
``d(s, z) = (ln z + (r - q) s) / (vol sqrt(s)) -+ vol sqrt(s) / 2`` its smooth pasting condition reads
``B(t) = exp(-(r - q) t) N / D`` with

    N = n(d-(t, B)) / (vol sqrt t) + r integral e^(r u) n(d-(t - u, B(t) / B(u))) / (vol sqrt(t - u)) du
    D = n(d+(t, B)) / (vol sqrt t) + N(d+(t, B))
        + q integral e^(q u) (N(d+(t - u, B(t) / B(u))) + n(d+(..)) / (vol sqrt(t - u))) du,   u from 0 to t

(equation "A" of the reference). As there, ``h^2 = ln(X / B)^2`` is a polynomial in ``sqrt(t)``. What differs:

- ``u = t sin(a)^2`` makes the integrands smooth at both ends, so that Gauss and Legendre's nodes converge
  exponentially;
- the equations are solved by Newton steps with the whole Jacobian. The fixed-point iteration takes some twenty
  steps, and oscillates where ``r / vol^2`` is large; Newton's takes eight or less for ordinary parameters.

Reference: Andersen, Lake and Offengenden (2016), "High-performance American option pricing", J. Computational Finance
20(1), 39-87, doi:10.21314/JCF.2016.312. For the start: Evans, Kuske and Keller (2002), Mathematical Finance 12,
219-237, doi:10.1111/1467-9965.02008.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtr

from outsample.formulas.barycentric import barycentric
from outsample.typing import Floats

__all__ = [
    "LONGEST_STEP",
    "SMALLEST",
    "chebyshev_roots",
    "first_boundary",
    "interpolation",
    "put_boundary",
    "quarter_turn",
]

INTERVALS: Final = 24
QUADRATURE_NODES: Final = 32
MOST_STEPS: Final = 40
SETTLED: Final = 1e-12  # step of ln B after which the next one is rounding
LONGEST_STEP: Final = 3.0  # h may grow or shrink by this factor in one step, and so stays positive
SMALLEST: Final = 1e-300


def chebyshev_roots(intervals: int) -> Floats:
    """Return ``sqrt(t / T)`` at the nodes, 1 first, 0 last, (intervals + 1,)."""
    return np.asarray(0.5 * (1.0 + np.cos(np.pi * np.arange(intervals + 1) / intervals)))


ROOT_TIMES: Final = chebyshev_roots(INTERVALS)


def quarter_turn(count: int) -> tuple[Floats, Floats]:
    """Return (angles, weights) of Gauss and Legendre on 0 .. pi / 2."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return 0.25 * math.pi * (1.0 + nodes), 0.25 * math.pi * weights


def interpolation(places: Floats, roots: Floats = ROOT_TIMES) -> Floats:
    """Return the (p, n) matrix from values at the n nodes `roots` to values at `places`, in 0 .. 1."""
    weights = np.where(np.arange(roots.size) % 2, -1.0, 1.0)
    weights[[0, -1]] *= 0.5
    return barycentric(places, roots, weights)


ANGLES, ANGLE_WEIGHTS = quarter_turn(QUADRATURE_NODES)
# For each node t but the last, from values at the nodes to values at the quadrature's u: (t, u, nodes).
TO_PAST: Final = interpolation(np.outer(ROOT_TIMES[:-1], np.sin(ANGLES)).reshape(-1)).reshape(
    INTERVALS, QUADRATURE_NODES, INTERVALS + 1
)


@dataclass(frozen=True, slots=True, eq=False)
class _Collocation:
    """What does not change from step to step: (m, 1) parameters, (m, nodes) times, (m, nodes, quadrature) weights."""

    log_first: Floats
    carry: Floats
    times: Floats
    deviations: Floats
    past_carry: Floats
    past_deviations: Floats
    rate_weights: Floats
    yield_weights: Floats


def first_boundary(rate: Floats, dividend_yield: Floats) -> Floats:
    """Return ``ln X``, the boundary just before expiry, ``X = min(1, r / q)``; `rate` is positive."""
    above = dividend_yield > rate
    return np.where(above, np.log(rate / np.where(above, dividend_yield, 1.0)), 0.0)


def put_boundary(rate: Floats, dividend_yield: Floats, vol: Floats, tenor: Floats) -> Floats:
    """Return ``h = ln(X / B)`` at the nodes ``t = tenor ROOT_TIMES^2``.

    Parameters
    ----------
    rate : (m,) array
        Above 0.
    dividend_yield : (m,) array
        Of any sign.
    vol, tenor : (m,) array
        Above 0.

    Returns
    -------
    (m, INTERVALS + 1) array
        Not negative, 0 in the last column; rows of NaN where the steps did not settle.
    """
    r, q, sigma, years = (column[:, np.newaxis] for column in (rate, dividend_yield, vol, tenor))
    problem = _collocation(r, q, sigma, years)
    distance = _start(r, q, sigma, problem)
    settled = np.zeros(rate.size, dtype=np.bool_)
    for _ in range(MOST_STEPS):
        residual, jacobian = _equations(distance, problem)
        moved = distance + _solved(jacobian, residual)
        moved = np.clip(moved, distance / LONGEST_STEP, distance * LONGEST_STEP)
        settled = np.abs(moved - distance).max(axis=1) <= SETTLED * (1.0 + distance.max(axis=1))
        distance = moved
        if settled.all():
            break
    distance[~settled] = np.nan
    return np.concatenate([distance, np.zeros((rate.size, 1))], axis=1)


def _collocation(rate: Floats, dividend_yield: Floats, vol: Floats, tenor: Floats) -> _Collocation:
    times = tenor * ROOT_TIMES[:-1] ** 2
    past = times[:, :, np.newaxis] * np.cos(ANGLES) ** 2  # t - u
    measure = 2.0 * times[:, :, np.newaxis] * np.sin(ANGLES) * np.cos(ANGLES) * ANGLE_WEIGHTS
    u = times[:, :, np.newaxis] * np.sin(ANGLES) ** 2
    weights = [cost[:, :, np.newaxis] * np.exp(cost[:, :, np.newaxis] * u) * measure for cost in (rate, dividend_yield)]
    return _Collocation(
        first_boundary(rate, dividend_yield),
        rate - dividend_yield,
        times,
        vol * np.sqrt(times),
        (rate - dividend_yield)[:, :, np.newaxis] * past,
        vol[:, :, np.newaxis] * np.sqrt(past),
        *weights,
    )


def _start(rate: Floats, dividend_yield: Floats, vol: Floats, problem: _Collocation) -> Floats:
    """Return a guess of h: the behaviour close to expiry, bent towards the perpetual option's boundary.

    For ``q <= r`` that is ``vol sqrt(t) sqrt(ln ..)``; for ``q > r`` it is about ``0.8 vol sqrt(t)`` until the boundary
    has left the neighbourhood of X, and from there on as for ``q = r``, measured from the strike.
    """
    ratio = problem.carry / vol**2
    root = np.sqrt((ratio - 0.5) ** 2 + 2.0 * rate / vol**2)
    exponent = 0.5 - ratio - root
    exponent = np.where(ratio < 0.5, -2.0 * rate / vol**2 / (0.5 - ratio + root), exponent)  # without cancellation
    farthest = problem.log_first + np.log1p(-1.0 / exponent)
    unequal = np.log(
        np.maximum(vol**2 / (8.0 * math.pi * problem.times * np.maximum(problem.carry, SMALLEST) ** 2), 1.0)
    )
    equal = 2.0 * np.log(np.maximum(1.0 / (4.0 * math.sqrt(math.pi) * rate * problem.times), 1.0))
    from_strike = np.sqrt(np.maximum(equal, 0.8)) * problem.deviations + problem.log_first
    above = np.maximum(0.8 * problem.deviations, from_strike)
    below = np.sqrt(np.maximum(np.minimum(unequal, equal), 0.8)) * problem.deviations
    near = np.where(dividend_yield > rate, above, below)
    return -farthest * np.expm1(-near / farthest)


def _equations(distance: Floats, problem: _Collocation) -> tuple[Floats, Floats]:
    """Return ``ln B - ln(exp(-(r - q) t) N / D)`` (m, nodes) and its derivatives to ``ln B`` (m, nodes, nodes)."""
    squares = np.concatenate([distance**2, np.zeros((distance.shape[0], 1))], axis=1)
    past_square = (squares @ TO_PAST.reshape(-1, INTERVALS + 1).T).reshape(-1, INTERVALS, QUADRATURE_NODES)
    past = np.sqrt(np.maximum(past_square, SMALLEST))
    deviations, past_deviations = problem.deviations, problem.past_deviations
    middle = (problem.log_first - distance + problem.carry * problem.times) / deviations
    past_middle = (past - distance[:, :, np.newaxis] + problem.past_carry) / past_deviations
    lower, upper = middle - 0.5 * deviations, middle + 0.5 * deviations
    past_lower, past_upper = past_middle - 0.5 * past_deviations, past_middle + 0.5 * past_deviations
    lower_density, upper_density = _normal(lower) / deviations, _normal(upper) / deviations
    past_lower_density = _normal(past_lower) / past_deviations * problem.rate_weights
    past_upper_density = _normal(past_upper) / past_deviations * problem.yield_weights

    above = lower_density + past_lower_density.sum(axis=2)
    below = upper_density + ndtr(upper) + (problem.yield_weights * ndtr(past_upper) + past_upper_density).sum(axis=2)
    residual = problem.log_first - distance + problem.carry * problem.times - np.log(above / below)

    # Derivatives of N and D to ln B(u); those to ln B(t) are the same with the sign turned, beside the first terms.
    above_past = past_lower_density * past_lower / past_deviations
    below_past = -past_upper_density * (1.0 - past_upper / past_deviations)
    above_now = -lower * lower_density / deviations - above_past.sum(axis=2)
    below_now = upper_density * (1.0 - upper / deviations) - below_past.sum(axis=2)
    slope = (below_past / below[:, :, np.newaxis] - above_past / above[:, :, np.newaxis]) / past
    slope = np.where(past_square > 0.0, slope, 0.0)
    jacobian = np.matmul(slope.transpose(1, 0, 2), TO_PAST[:, :, :-1]).transpose(1, 0, 2) * distance[:, np.newaxis, :]
    nodes = np.arange(INTERVALS)
    jacobian[:, nodes, nodes] += 1.0 - above_now / above + below_now / below
    return residual, jacobian


def _solved(jacobian: Floats, residual: Floats) -> Floats:
    """Return the solutions; NaN where a matrix holds what is not finite."""
    good = np.isfinite(jacobian).all(axis=(1, 2)) & np.isfinite(residual).all(axis=1)
    solution = np.full(residual.shape, np.nan)
    solution[good] = np.linalg.solve(jacobian[good], residual[good][:, :, np.newaxis])[:, :, 0]
    return solution


def _normal(z: Floats) -> Floats:
    return np.asarray(np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi))
