"""Puts of very many tenors from few transforms: the exponent is interpolated in the tenor.

Tenors fall into cells on a fixed lattice of their logarithm. All tenors of a cell share one range of the cosine series
and one number of terms, and so the arguments of the transform. At each of these the exponent is a smooth function of
the logarithm of the tenor: `POINTS` Chebyshev points of the cell give it everywhere in the cell. What a tenor is priced
with depends on it and the model alone: not on its strikes, nor on which other tenors are priced with it.

With `RATIO` 1.15 and 7 points transforms are off by 2e-12 at most (Heston, Bates and SVCJ of every kind of market,
measured); where increments are independent the exponent is proportional to the tenor, and nothing is left out.
"""

import math
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from outsample.compiled import kernel
from outsample.formulas.fourier.complex_functions import Complexes
from outsample.formulas.fourier.cosine import BLOCK, TERMS_AT_A_TIME, cosine_nodes, fill_block, fill_weights
from outsample.formulas.fourier.exponent import SQUARE_ROOT, exponents
from outsample.formulas.fourier.layout import MOST_TERMS, are_mixtures
from outsample.formulas.fourier.parameters import TransformModel
from outsample.formulas.fourier.truncation import cosine_range, decay_frequency
from outsample.typing import Bools, Floats, Integers

__all__ = ["ANY_STRIKE", "POINTS", "RATIO", "TenorCells"]

RATIO: Final = 1.15  # of the tenors between which a cell lies
POINTS: Final = 7
PLACES: Final = np.cos(math.pi * (np.arange(POINTS) + 0.5) / POINTS)  # in a cell, from -1 to 1
ANY_STRIKE: Final = 3.0  # ln(K / F), twenty times the forward: the range then suits all strikes below


@dataclass(frozen=True, slots=True, eq=False)
class TenorCells:
    """Cells of the tenors of s slices.

    Parameters
    ----------
    tenors : (s,) array
        Years, in any order.
    cell : (s,) int array
        Which of the c cells each lies in.
    first : (c,) array
        Logarithm of the shortest tenor of each cell.
    low, high : (c,) array
        Range of the cosine series.
    terms : (c,) int array
        Its number of terms; 0 where a slice must be priced by other means.
    """

    tenors: Floats
    cell: Integers
    first: Floats
    low: Floats
    high: Floats
    terms: Integers

    @classmethod
    def of(cls, model: TransformModel, tenors: Floats, tolerance: float) -> Self:
        """Choose for a model; the tolerance is of the price, as a fraction of the forward plus the strike."""
        step = math.log(RATIO)
        places, cell = np.unique(np.floor(np.log(tenors) / step), return_inverse=True)
        ends = np.unique(np.concatenate([places, places + 1.0]))
        years, left = np.exp(step * ends), np.searchsorted(ends, places)
        is_mixture = are_mixtures(model, years, tolerance)
        if is_mixture.all():
            none = np.zeros(places.size)
            return cls(tenors, cell, step * places, none, none, np.zeros(places.size, np.int64))
        low, high = cosine_range(model.kind, model.parameters, years, tolerance, np.full(years.size, ANY_STRIKE))
        frequency = decay_frequency(model.kind, model.parameters, years, 0.0, tolerance)
        low, high = np.minimum(low[left], low[left + 1]), np.maximum(high[left], high[left + 1])
        frequency = np.maximum(frequency[left], frequency[left + 1])
        with np.errstate(invalid="ignore"):
            count = np.ceil(frequency * (high - low) / (math.pi * TERMS_AT_A_TIME))
        has_series = (TERMS_AT_A_TIME * count <= MOST_TERMS) & ~is_mixture[left] & ~is_mixture[left + 1]
        terms = TERMS_AT_A_TIME * np.where(has_series, count, 0.0).astype(np.int64)
        return cls(tenors, cell, step * places, low, high, terms)

    @property
    def has_series(self) -> Bools:
        """(s,) whether the series of a slice's cell prices it."""
        return np.asarray(self.terms[self.cell] > 0)

    def puts(self, model: TransformModel, starts: Integers, log_strike: Floats) -> Floats:
        """Return put prices over the forward, (n,), NaN where there is no series.

        Parameters
        ----------
        model : TransformModel
            For which the cells were chosen.
        starts : (s + 1,) int array
            First strike of each slice, and their number.
        log_strike : (n,) array
            ``ln(K / F)``, slice by slice.
        """
        if not self.terms.any():
            return np.full(log_strike.size, np.nan)
        nodes = cosine_nodes(self.low, self.high, self.terms)
        last = np.cumsum(self.terms)
        if model.kind in SQUARE_ROOT:
            half = 0.5 * math.log(RATIO)
            years = np.exp(self.first[:, np.newaxis] + half * (1.0 + PLACES))
            sampled = [exponents(model.kind, model.parameters, nodes, np.repeat(one, self.terms)) for one in years.T]
            shares = _shares((np.log(self.tenors) - self.first[self.cell]) / half - 1.0)
        else:
            sampled = [exponents(model.kind, model.parameters, nodes, np.ones(nodes.size))]
            shares = self.tenors[:, np.newaxis]
        slices = np.argsort(self.cell, kind="stable")  # what a cell needs is then read once
        return puts_of_slices(
            np.stack(sampled), shares, slices, self.cell, self.low, self.high, self.terms, last, starts, log_strike
        )


def _shares(place: Floats) -> Floats:
    """Return how much each Chebyshev point counts at (s,) places from -1 to 1, (s, `POINTS`)."""
    out = np.ones((place.size, POINTS))
    for i, here in enumerate(PLACES):
        for j, other in enumerate(PLACES):
            if i != j:
                out[:, i] *= (place - other) / (here - other)
    return out


@kernel
def puts_of_slices(
    sampled: Complexes,
    shares: Floats,
    slices: Integers,
    cell: Integers,
    low: Floats,
    high: Floats,
    terms: Integers,
    last: Integers,
    starts: Integers,
    log_strike: Floats,
) -> Floats:
    """Return what `TenorCells.puts` says, slice after slice in the order of `slices`.

    Parameters
    ----------
    sampled : (p, sum of terms) complex array
        Exponents at the nodes of the cells, one row a point.
    shares : (s, p) array
        How much each row counts for a slice.
    slices, cell, low, high, terms, starts, log_strike
        As in `TenorCells`.
    last : (c,) int array
        Where the nodes of each cell end.
    """
    out = np.full((1, log_strike.size), np.nan)
    none = np.empty((0, 0), np.complex128)
    for s in slices:
        c = cell[s]
        if terms[c] == 0:
            continue
        begin = last[c] - terms[c]
        found = np.zeros(terms[c], np.complex128)
        for point in range(sampled.shape[0]):
            share = shares[s, point]
            for k in range(terms[c]):
                found[k] += share * sampled[point, begin + k]
        weights = np.empty((1, terms[c]))
        fill_weights(found, none, low[c], high[c], weights)
        for start in range(starts[s], starts[s + 1], BLOCK):
            block = slice(start, min(start + BLOCK, starts[s + 1]))
            fill_block(weights, low[c], high[c], log_strike[block], out[:, block])
    puts: Floats = out[0]
    return puts
