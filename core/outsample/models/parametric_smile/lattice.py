"""The quotes of a history on a fixed lattice of moneyness and tenor, so that a smile is fitted to any window at once.

Each quote is spread over the 6 x 6 nodes around it by Lagrange's weights l_n of degree five. With W_n the sum of l_n
and V_n the sum of l_n v over the quotes of a window, a smile f misses their vols v by

    sum of (f - v)^2  =  sum over nodes of (W_n f_n^2 - 2 V_n f_n)  +  sum of v^2,

exactly where f and f^2 are polynomials of that degree between nodes, and to the sixth order of the spacing elsewhere.
W and V of a window are differences of prefix sums over the times, so that the cost of a fit does not depend on the
number of quotes. They take 11.5 kB a time up to 8,192 times, and no more beyond: `NodeSums`.

Nodes lie evenly in asinh(2 y), y = ln(K/F) / sqrt(T), and in asinh(sqrt(T) / 0.15): a term structure of the variance is
smooth in the root of the tenor. They are constants, because a lattice that followed the data would carry later quotes
into an earlier fit. What lies outside counts at the edge.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.cumulative import Cumulative
from outsample.datasets import ObservedQuotes, OptionQuotes
from outsample.formulas.elementary import log_of_positive
from outsample.formulas.inlined import inlined
from outsample.models.parametric_smile.node_sums import NodeSums
from outsample.prepared import prepared
from outsample.typing import Floats, Integers, frozen

__all__ = ["NODES", "NODE_MONEYNESS", "NODE_TENOR", "Lattice", "at_quotes", "lattice_of"]

MONEYNESS_NODES: Final = 45
WIDEST: Final = math.asinh(16.0)  # y = 8: ten deviations at a vol of 80 %
TENOR_NODES: Final = 16
BEND: Final = 0.15  # root of the tenor up to which nodes lie evenly in that root
SHORTEST, LONGEST = math.asinh(0.03 / BEND), math.asinh(2.0 / BEND)  # 8 hours, 4 years
POINTS: Final = 6  # nodes that a quote is spread over, each way
INVERSE_PRODUCTS: Final = tuple(1.0 / math.prod(a - b for b in range(POINTS) if b != a) for a in range(POINTS))
NODES: Final = MONEYNESS_NODES * TENOR_NODES

NODE_MONEYNESS: Final = frozen(np.tile(np.sinh(np.linspace(-WIDEST, WIDEST, MONEYNESS_NODES)) / 2.0, TENOR_NODES))
NODE_TENOR: Final = frozen(
    np.repeat((BEND * np.sinh(np.linspace(SHORTEST, LONGEST, TENOR_NODES))) ** 2, MONEYNESS_NODES)
)


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """What the m times of a history put on the n nodes.

    Parameters
    ----------
    sums : NodeSums
        Of W_n and V_n of each time, side by side, (2 n,).
    squares : Cumulative
        Of count and sum of v^2 of each time.
    """

    sums: NodeSums
    squares: Cumulative


@prepared
def lattice_of(data: OptionQuotes) -> Lattice:
    """Lay out a history once."""
    seen = data.observed
    quoted = (seen.log_moneyness, seen.implied_vol, seen.slice_start, seen.slice_tenor, seen.time_slice)
    sums = NodeSums.of(data.times.size, 2 * NODES, lambda time, rows: _add_times(time, *quoted, rows))
    count = np.bincount(seen.time_index, minlength=data.times.size).astype(np.float64)
    squares = np.bincount(seen.time_index, weights=seen.implied_vol**2, minlength=data.times.size)
    rest = Cumulative.of(np.column_stack([count, squares]), centred=False)
    return Lattice(sums, rest)


def at_quotes(nodes: Floats, seen: ObservedQuotes) -> Floats:
    """Return the (k,) values between (n,) `nodes` at the observations, by the same polynomials of degree five."""
    out = np.empty(seen.size)
    _read(nodes, seen.log_moneyness, seen.slice_start, seen.slice_tenor, out)
    return frozen(out)


@inlined
def _stretched(x: float) -> float:
    """Return asinh(x), to rounding of 1 + x."""
    size = abs(x)
    return math.copysign(log_of_positive(size + math.sqrt(size * size + 1.0)), x)


@kernel
def _weights(place: float, size: int, out: Floats) -> int:  # pragma: no cover - compiled
    """Fill the Lagrange weights of a place between nodes, and return the first of its nodes."""
    inside = min(max(place, 0.0), size - 1.0)
    first = min(max(int(inside) - POINTS // 2 + 1, 0), size - POINTS)
    for a in range(POINTS):
        weight = INVERSE_PRODUCTS[a]
        for b in range(POINTS):
            if b != a:
                weight *= inside - first - b
        out[a] = weight
    return first


@kernel
def _spread(  # pragma: no cover - compiled
    log_moneyness: Floats, vol: Floats, tenor: float, by_tenor: Floats, by_strike: Floats, out: Floats
) -> None:
    """Add the quotes of one slice to `out`; the weights are room to work in."""
    root = math.sqrt(tenor)
    along = (math.asinh(root / BEND) - SHORTEST) / (LONGEST - SHORTEST)
    row = _weights(along * (TENOR_NODES - 1), TENOR_NODES, by_tenor)
    for i in range(vol.size):
        across = 0.5 * (_stretched(2.0 * log_moneyness[i] / root) / WIDEST + 1.0)
        first = _weights(across * (MONEYNESS_NODES - 1), MONEYNESS_NODES, by_strike)
        for a in range(POINTS):
            for b in range(POINTS):
                node = (row + a) * MONEYNESS_NODES + first + b
                weight = by_tenor[a] * by_strike[b]
                out[node] += weight
                out[NODES + node] += weight * vol[i]


@kernel
def _add_times(  # pragma: no cover - compiled
    time: int,
    log_moneyness: Floats,
    vol: Floats,
    slice_start: Integers,
    slice_tenor: Floats,
    time_slice: Integers,
    sums: Floats,
) -> None:
    """Fill all rows of `sums` but the first: each is the one before plus what the next time puts on the nodes."""
    by_tenor, by_strike, here = np.empty(POINTS), np.empty(POINTS), np.empty(2 * NODES)
    for t in range(sums.shape[0] - 1):
        here[:] = 0.0
        for s in range(time_slice[time + t], time_slice[time + t + 1]):
            quotes = slice(slice_start[s], slice_start[s + 1])
            _spread(log_moneyness[quotes], vol[quotes], slice_tenor[s], by_tenor, by_strike, here)
        for n in range(2 * NODES):
            sums[t + 1, n] = sums[t, n] + here[n]


@kernel
def _read(  # pragma: no cover - compiled
    nodes: Floats, log_moneyness: Floats, slice_start: Integers, slice_tenor: Floats, out: Floats
) -> None:
    """Fill `out` with the values at the quotes: a row of nodes at the tenor of each slice, then between those."""
    weights, values = np.empty(POINTS), np.empty(MONEYNESS_NODES)
    for s in range(slice_tenor.size):
        root = math.sqrt(slice_tenor[s])
        along = (math.asinh(root / BEND) - SHORTEST) / (LONGEST - SHORTEST)
        row = _weights(along * (TENOR_NODES - 1), TENOR_NODES, weights)
        values[:] = 0.0
        for a in range(POINTS):
            for n in range(MONEYNESS_NODES):
                values[n] += weights[a] * nodes[(row + a) * MONEYNESS_NODES + n]
        for i in range(slice_start[s], slice_start[s + 1]):
            across = 0.5 * (_stretched(2.0 * log_moneyness[i] / root) / WIDEST + 1.0)
            first = _weights(across * (MONEYNESS_NODES - 1), MONEYNESS_NODES, weights)
            value = 0.0
            for b in range(POINTS):
                value += weights[b] * values[first + b]
            out[i] = value
