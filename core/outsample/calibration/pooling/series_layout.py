"""Where the transform is sampled for any number of slices, from a few tenors on a fixed lattice.

A slice takes the widest range and the highest frequency of the two lattice tenors around its own, so what it is priced
with depends on its tenor and the model alone: not on its strikes, nor on which other slices are priced with it. That
is what keeps a prediction the same to the last bit whatever comes later in a history.
"""

import math

import numpy as np

from outsample.formulas.fourier import TransformModel
from outsample.formulas.fourier.cosine import TERMS_AT_A_TIME, cosine_nodes
from outsample.formulas.fourier.layout import MOST_TERMS, Layout, are_mixtures
from outsample.formulas.fourier.tenor_cells import ANY_STRIKE
from outsample.formulas.fourier.truncation import cosine_range, decay_frequency
from outsample.typing import Floats, Integers, frozen

__all__ = ["series_layout"]


def series_layout(model: TransformModel, tenors: Floats, starts: Integers, ratio: float, tolerance: float) -> Layout:
    """Return how slices are priced.

    Parameters
    ----------
    model : TransformModel
    tenors : (s,) array
        Years, in any order.
    starts : (s + 1,) int array
        First strike of each slice, and their number.
    ratio : float
        Of neighbouring tenors of the lattice; nearer to 1 takes longer to lay out and less long to price.
    tolerance : float
        Of the price, as a fraction of the forward plus the strike.
    """
    is_mixture = are_mixtures(model, tenors, tolerance)
    if is_mixture.all():
        return Layout.of_mixtures(tenors, starts, tolerance)
    step = math.log(ratio)
    below = np.floor(np.log(tenors) / step).astype(np.int64)
    places = np.unique(np.concatenate([below, below + 1]))
    lattice = np.exp(step * places)
    top = np.full(lattice.size, ANY_STRIKE)
    low, high = cosine_range(model.kind, model.parameters, lattice, tolerance, top)
    frequency = decay_frequency(model.kind, model.parameters, lattice, 0.0, tolerance)
    left = np.searchsorted(places, below)
    low, high = np.minimum(low[left], low[left + 1]), np.maximum(high[left], high[left + 1])
    frequency = np.maximum(frequency[left], frequency[left + 1])
    with np.errstate(invalid="ignore"):
        count = np.ceil(frequency * (high - low) / (math.pi * TERMS_AT_A_TIME))
    has_series = (TERMS_AT_A_TIME * count <= MOST_TERMS) & ~is_mixture
    terms = TERMS_AT_A_TIME * np.where(has_series, count, 0.0).astype(np.int64)
    end = np.zeros(tenors.size)
    rest = ~has_series & ~is_mixture
    if rest.any():
        far = decay_frequency(model.kind, model.parameters, lattice, 0.5, tolerance)
        end[rest] = np.maximum(far[left], far[left + 1])[rest]
    nodes, years = cosine_nodes(low, high, terms), np.repeat(tenors, terms)
    for column in (low, high, terms, end, nodes, years):
        frozen(column)
    return Layout(tenors, starts, low, high, terms, end, tolerance, nodes, years)
