"""Least squares for a vol and a correlation from sums over tenors, for any number of windows.

Levenberg-Marquardt steps inside the box, as `outsample.calibration.levenberg_marquardt` takes them, without a return to
Python between them: refits before every time are as many searches as there are times.
"""

import math
from typing import Final

import numpy as np

from outsample.calibration.bounded_step import bounded_step
from outsample.compiled import kernel
from outsample.typing import Bools, Floats

__all__ = ["find_term_structures"]

FIRST_DAMPING: Final = 1e-4
MOST_DAMPING: Final = 1e8
TINY: Final = 1e-300  # keeps a correlation without any influence where it is
GAIN: Final = 1e-14  # relative decrease of the sum of squares that is not worth a step
MOST_STEPS: Final = 100


@kernel
def find_term_structures(  # pragma: no cover - compiled
    totals: Floats, cross: Floats, alone: Floats, low: Floats, high: Floats
) -> tuple[Floats, Bools]:
    """Return (w, 2) sigma and rho, and (w,) whether a search came to its end.

    Parameters
    ----------
    totals : (w, 2 n + 2) array
        Columns of `outsample.models.stochastic_rates.tenor_sums.sums_by_tenor`, a row for each window.
    cross, alone : (n,) array
        ``eta (integral of B) / T`` and ``eta^2 (integral of B^2) / T`` at the nodes.
    low, high : (2,) array
        Bounds.
    """
    nodes = cross.size
    out, is_settled = np.empty((totals.shape[0], 2)), np.zeros(totals.shape[0], np.bool_)
    hessian, gradient, moved = np.empty((2, 2)), np.empty(2), np.empty(2)
    for w in range(totals.shape[0]):
        sums = totals[w]
        values = out[w]
        mean = 0.0
        for n in range(nodes):
            mean += sums[nodes + n]
        values[0] = min(max(mean / sums[2 * nodes], low[0]), high[0])
        values[1] = 0.0
        damping, growth = FIRST_DAMPING, 2.0
        for _ in range(MOST_STEPS):
            total = _equations(values, sums, cross, alone, hessian, gradient)
            damped = hessian.copy()
            for i in range(2):
                damped[i, i] += damping * hessian[i, i] + TINY
            step = bounded_step(damped, gradient, low - values, high - values)
            for i in range(2):
                moved[i] = min(max(values[i] + step[i], low[i]), high[i])
            gain = total - _cost(moved, sums, cross, alone)
            if gain > 0.0:
                values[0], values[1] = moved[0], moved[1]
                damping, growth = 0.1 * damping, 2.0
            else:
                damping, growth = damping * growth, 2.0 * growth
            if abs(gain) <= GAIN * total or not damping < MOST_DAMPING:
                is_settled[w] = True
                break
    return out, is_settled


@kernel
def _equations(  # pragma: no cover - compiled
    values: Floats, sums: Floats, cross: Floats, alone: Floats, hessian: Floats, gradient: Floats
) -> float:
    """Fill J'WJ and J'(W f - V), and return the sum of squares."""
    nodes, sigma, rho = cross.size, values[0], values[1]
    total: float = sums[2 * nodes + 1]
    hessian[:] = 0.0
    gradient[:] = 0.0
    for n in range(nodes):
        vol = math.sqrt(sigma * sigma + 2.0 * rho * sigma * cross[n] + alone[n])
        by_sigma, by_rho = (sigma + rho * cross[n]) / vol, sigma * cross[n] / vol
        residual = sums[n] * vol - sums[nodes + n]
        total += vol * (sums[n] * vol - 2.0 * sums[nodes + n])
        gradient[0] += by_sigma * residual
        gradient[1] += by_rho * residual
        hessian[0, 0] += sums[n] * by_sigma * by_sigma
        hessian[0, 1] += sums[n] * by_sigma * by_rho
        hessian[1, 1] += sums[n] * by_rho * by_rho
    hessian[1, 0] = hessian[0, 1]
    return total


@kernel
def _cost(values: Floats, sums: Floats, cross: Floats, alone: Floats) -> float:  # pragma: no cover - compiled
    """Return the sum of squares."""
    nodes, sigma, rho = cross.size, values[0], values[1]
    total: float = sums[2 * nodes + 1]
    for n in range(nodes):
        vol = math.sqrt(sigma * sigma + 2.0 * rho * sigma * cross[n] + alone[n])
        total += vol * (sums[n] * vol - 2.0 * sums[nodes + n])
    return total
