"""A smile with few parameters fitted to a train window by the squared error of implied vol."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.calibration.enough_quotes import require_quotes
from outsample.calibration.judged_scores import judged_scores, quotes_of
from outsample.calibration.levenberg_marquardt import Minimum, minimise
from outsample.calibration.normal_equations import NormalEquations
from outsample.calibration.window_estimate import Estimate, ParameterBox
from outsample.compiled import kernel
from outsample.datasets import OptionQuotes
from outsample.errors import FitError
from outsample.model import HalfLossTerms
from outsample.models.parametric_smile.lattice import NODE_MONEYNESS, NODE_TENOR, NODES, Lattice, lattice_of
from outsample.typing import Floats
from outsample.windows import Window

__all__ = ["LEAST_VARIANCE", "Estimate", "Shape", "estimate", "half_loss_terms", "least_squares"]

LEAST_VARIANCE: Final = 1e-4  # a vol of one point: no smile predicts less
GAIN: Final = 1e-7  # relative decrease of the sum of squares not worth a step
MOST_STEPS: Final = 40
NOTHING: Final = 1e-9  # of a quote: what the difference of two sums leaves at a node that has none

Surface = Callable[[Floats, Floats, Floats], tuple[Floats, Floats]]


@dataclass(frozen=True, slots=True, eq=False)
class Shape(ParameterBox):
    """What is fitted: a box and the smile that its parameters give.

    Parameters
    ----------
    title, names, units, low, high
        As of `ParameterBox`.
    start : callable
        From the mean vol of the window to the (p,) values that the search begins at.
    surface : kernel
        From (p,) values, (n,) y and (n,) tenors to vols, (n,), and their derivatives to the values, (p, n). A vol is
        NaN where the values give none: a search stays where all those of its quotes are numbers.
    """

    start: Callable[[float], Floats]
    surface: Surface


def estimate(data: OptionQuotes, train: Window, shape: Shape) -> Estimate:
    """Fit a shape to all quotes of a train window, each with weight one.

    Raises
    ------
    FitError
        Fewer than ten quotes a parameter in the window, or the shape has no vol for some of them to begin with.
    """
    lattice, rows = lattice_of(data), train.rows(data.times)
    count = float(lattice.squares.total(rows)[0])
    require_quotes(shape.title, count, len(shape.names))
    found = least_squares(lattice, rows, shape)
    if not math.isfinite(found.at.total):
        raise FitError(
            f"{shape.title} needs a vol for every train quote at the mean of their vols, found some without; "
            "filter the farthest quotes"
        )
    return Estimate.of_scores(shape, found.values, found.at.hessian, _scores_of(lattice, rows, shape, found.values))


def least_squares(lattice: Lattice, rows: slice, shape: Shape) -> Minimum:
    """Return where the search for the times in `rows` ends; its sums are those of the lattice."""
    weights = lattice.sums.total(rows)
    count, squares = lattice.squares.total(rows).tolist()
    none = np.empty(0)
    used = np.flatnonzero(np.abs(weights[:NODES]) > NOTHING)
    y, tenor = NODE_MONEYNESS[used], NODE_TENOR[used]
    weight, moment = weights[:NODES][used], weights[NODES:][used]

    def at(values: Floats) -> NormalEquations:
        vols, gradient = shape.surface(values, y, tenor)
        hessian, slope = np.empty((values.size, values.size)), np.empty(values.size)
        total = squares + _gather(weight, moment, vols, gradient, hessian, slope)
        if not math.isfinite(total):
            return NormalEquations.impossible(0, values.size)
        return NormalEquations(total, hessian, slope, none, none, none)

    start = np.clip(shape.start(float(moment.sum()) / count), shape.low, shape.high)
    return minimise(at, start, shape.low, shape.high, tolerance=GAIN, most_steps=MOST_STEPS)


def half_loss_terms(data: OptionQuotes, train: Window, shape: Shape, found: Estimate, share: Floats) -> HalfLossTerms:
    """Return how the sum of squares, by the lattice, and the loss that judges, by quotes, hang on each train time."""
    lattice, rows, values = lattice_of(data), train.rows(data.times), np.array(found.values)
    weights = lattice.sums.total(rows)[:NODES]
    used = np.flatnonzero(np.abs(weights) > NOTHING)
    _, at_nodes = shape.surface(values, NODE_MONEYNESS[used], NODE_TENOR[used])
    hessian = (weights[used] * at_nodes) @ at_nodes.T / (rows.stop - rows.start)
    seen, part = data.observed, quotes_of(data.observed, rows)
    vols, gradient = shape.surface(values, seen.log_moneyness[part] / np.sqrt(seen.tenor[part]), seen.tenor[part])
    judged = judged_scores(seen, rows, vols, gradient, share)
    return HalfLossTerms(hessian, _scores_of(lattice, rows, shape, values), judged, np.array(found.at_bound))


def _scores_of(lattice: Lattice, rows: slice, shape: Shape, values: Floats) -> Floats:
    """Return the (t, p) scores of the times in `rows`."""
    vols, gradient = shape.surface(values, NODE_MONEYNESS, NODE_TENOR)
    scores, by_node, first = np.empty((rows.stop - rows.start, values.size)), np.ascontiguousarray(gradient.T), 0
    for sums in lattice.sums.stretches(rows):
        last = first + sums.shape[0] - 1
        _scores(sums, vols, by_node, scores[first:last])
        first = last
    return scores


@kernel
def _gather(  # pragma: no cover - compiled
    weight: Floats, moment: Floats, vols: Floats, gradient: Floats, hessian: Floats, slope: Floats
) -> float:
    """Fill J'WJ and J'(W f - V), and return the sum of ``W f^2 - 2 V f``."""
    size, total = slope.size, 0.0
    hessian[:] = 0.0
    slope[:] = 0.0
    for n in range(weight.size):
        total += vols[n] * (weight[n] * vols[n] - 2.0 * moment[n])
        residual = weight[n] * vols[n] - moment[n]
        for a in range(size):
            slope[a] += gradient[a, n] * residual
            scaled = gradient[a, n] * weight[n]
            for b in range(a + 1):
                hessian[a, b] += scaled * gradient[b, n]
    for a in range(size):
        for b in range(a):
            hessian[b, a] = hessian[a, b]
    return total


@kernel
def _scores(sums: Floats, vols: Floats, gradient: Floats, out: Floats) -> None:  # pragma: no cover - compiled
    """Fill (t, p) with the J'(W f - V) of each time, from (t + 1, 2 n) prefix sums; many nodes have nothing of it."""
    nodes = vols.size
    out[:] = 0.0
    for t in range(out.shape[0]):
        for n in range(nodes):
            weight = sums[t + 1, n] - sums[t, n]
            if abs(weight) > NOTHING:
                residual = weight * vols[n] - (sums[t + 1, nodes + n] - sums[t, nodes + n])
                for a in range(out.shape[1]):
                    out[t, a] += gradient[n, a] * residual
