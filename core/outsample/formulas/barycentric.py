"""The polynomial through values at nodes, by the barycentric formula.

Reference: Berrut and Trefethen (2004), SIAM Review 46, 501-517, doi:10.1137/S0036144502417715.
"""

import numpy as np

from outsample.typing import Floats

__all__ = ["barycentric"]


def barycentric(places: Floats, nodes: Floats, weights: Floats) -> Floats:
    """Return the (p, n) matrix from values at (n,) nodes to values at (p,) places.

    Weights are those of the nodes, (n,), up to a common factor.
    """
    away = places[:, np.newaxis] - nodes
    at_node = away == 0.0
    share = weights / np.where(at_node, 1.0, away)
    matrix = share / share.sum(axis=1, keepdims=True)
    return np.asarray(np.where(at_node.any(axis=1, keepdims=True), at_node, matrix), dtype=np.float64)
