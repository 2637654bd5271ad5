"""How likely each row is in each state: log-densities, and their exponentials over the best state's.

Arrays are state by row and feature by row, so that every inner loop runs along memory and LLVM vectorises it.
"""

import math
from typing import Final

from outsample.compiled import kernel
from outsample.formulas.elementary import exp_of_negative, log_of_positive
from outsample.typing import Floats

__all__ = ["fill_likelihood", "fill_log_density"]

_LOG_TWO_PI: Final = math.log(2.0 * math.pi)


@kernel
def fill_log_density(  # pragma: no cover - compiled
    values: Floats, mean: Floats, square: Floats, dof: Floats, density: Floats, weight: Floats
) -> None:
    """Write the log-density of each row in each state, features independent of each other given the state.

    Gaussian where `dof` is infinite. Otherwise Student's t of all features together, with the d features' squared
    distance q = sum_f (x_f - mean_f)^2 / square_f:
    ``ln Gamma((dof + d) / 2) - ln Gamma(dof / 2) - sum_f ln(pi dof square_f) / 2 - (dof + d) / 2 ln(1 + q / dof)``.

    Parameters
    ----------
    values : (d, n) array
        NaN in all features of a missing row.
    mean, square : (k, d) array
        Location and squared scale; the squared scale of a Gaussian is its variance.
    dof : (k,) array
        Degrees of freedom, infinite for a Gaussian.
    density, weight : (k, n) array
        Written: the log-density, NaN in missing rows; Student's weight ``(dof + d) / (dof + q)``, 1 for a Gaussian.
    """
    features, rows = values.shape
    for k in range(mean.shape[0]):
        for t in range(rows):
            density[k, t] = 0.0
        logs = 0.0
        for f in range(features):
            centre, precision = mean[k, f], 1.0 / square[k, f]
            logs += math.log(square[k, f])
            for t in range(rows):
                deviation = values[f, t] - centre
                density[k, t] += deviation * deviation * precision
        nu = dof[k]
        if nu == math.inf:
            constant = -0.5 * (features * _LOG_TWO_PI + logs)
            for t in range(rows):
                density[k, t] = constant - 0.5 * density[k, t]
                weight[k, t] = 1.0
        else:
            power = 0.5 * (nu + features)
            constant = math.lgamma(power) - math.lgamma(0.5 * nu)
            constant -= 0.5 * (features * math.log(math.pi * nu) + logs)
            for t in range(rows):
                distance = density[k, t]
                found = constant - power * log_of_positive(1.0 + distance / nu)
                # the logarithm is one of bit patterns: it gives NaN and infinity no meaning
                density[k, t] = found if distance < math.inf else -distance
                weight[k, t] = (nu + features) / (nu + distance)


@kernel
def fill_likelihood(density: Floats, likelihood: Floats, top: Floats) -> None:  # pragma: no cover - compiled
    """Write ``exp(density - top)`` with `top` the greatest log-density of each row.

    A row that is missing, or impossible in every state, has likelihood 1 in all: it tells nothing about the state.

    Parameters
    ----------
    density : (k, n) array
        Log-densities; NaN in missing rows.
    likelihood : (k, n) array
        Written.
    top : (n,) array
        Written: NaN in missing rows, -inf in impossible ones.
    """
    states, rows = density.shape
    for t in range(rows):
        top[t] = density[0, t]
    for k in range(1, states):
        for t in range(rows):
            top[t] = density[k, t] if density[k, t] > top[t] else top[t]
    for k in range(states):
        for t in range(rows):
            below = density[k, t] - top[t]
            likelihood[k, t] = exp_of_negative(below) if below == below else 1.0
