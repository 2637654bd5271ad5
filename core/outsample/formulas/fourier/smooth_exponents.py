"""Exponents along whole cosine series from few: in the logarithm of the frequency they are smooth.

A series samples the transform at even steps, of which those far out hardly tell anything new. Its exponents are a
Chebyshev series in ``ln(k + SHIFT)``, k being the number of the cosine, summed by Clenshaw's recurrence (1955,
Mathematics of Computation 9, 118-120). How many points that takes hangs on the model, large jumps being what takes
most, so that it is tried out on parameters nearby. Where others than those are asked for, a few nodes are worked out
too, and tell whether the points still serve.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final, Self

import numpy as np

from outsample.compiled import kernel
from outsample.formulas.fourier.complex_functions import Complexes
from outsample.formulas.fourier.exponent import exponents
from outsample.formulas.fourier.layout import Layout
from outsample.formulas.fourier.parameters import TransformModel
from outsample.formulas.inlined import fused, inlined
from outsample.typing import Floats, Integers, frozen

__all__ = ["SeriesPoints"]

SHIFT: Final = 8.0  # of 0, 2, 8, 12 and 20 the one with least errors, on calibrations of a year of Deribit's quotes
COUNTS: Final = (24, 32, 40, 48, 64, 96)  # points of a tenor that are tried; even, for they are summed in pairs
CHECKED: Final = (0.08, 0.2, 0.4, 0.7)  # of the cosines of a tenor: where transforms are not yet next to nothing
LEAST_GAIN: Final = 2  # times fewer points than cosines; else every exponent is worked out
_BLOCK: Final = 64  # places side by side


@dataclass(frozen=True, slots=True, eq=False)
class SeriesPoints:
    """Where the transform of the m tenors of a layout is sampled, p times each.

    Parameters
    ----------
    terms : (m,) int array
        Numbers of cosines, all above 0.
    count : int
        p.
    nodes, years : (m p + c,) array
        Arguments of the transform and tenors, tenor by tenor, and then of the cosines that are checked.
    places : (sum of terms,) array
        Of the cosines among the points, from -1 to 1.
    checked : (c,) int array
        Cosines that are worked out.
    """

    terms: Integers
    count: int
    nodes: Complexes
    years: Floats
    places: Floats
    checked: Integers

    @classmethod
    def fewest(cls, model: TransformModel, layout: Layout, within: float) -> Self | None:
        """Return points from which a model's transform is right to `within`; None where nothing is gained by them."""
        wanted = exponents(model.kind, model.parameters, layout.nodes, layout.years)
        size = np.exp(wanted.real)
        for points in cls._tried(layout):
            if np.all(np.abs(points._found(model)[0] - wanted) * size <= within):
                return points
        return None

    @classmethod
    def _tried(cls, layout: Layout) -> Iterator[Self]:
        for count in COUNTS:
            if LEAST_GAIN * count * layout.terms.size > layout.nodes.size:
                return
            yield cls._of(layout, count)

    @classmethod
    def _of(cls, layout: Layout, count: int) -> Self:
        terms = layout.terms
        first_node = np.cumsum(terms) - terms
        first, last = math.log(1.0 + SHIFT), np.log(terms + SHIFT)
        half, middle = 0.5 * (last - first), 0.5 * (last + first)
        numbers = np.exp(middle[:, np.newaxis] + half[:, np.newaxis] * np.cos(_angles(count))) - SHIFT
        nodes = 1j * numbers * (math.pi / (layout.high - layout.low))[:, np.newaxis]
        cosine = np.arange(1, layout.nodes.size + 1) - np.repeat(first_node, terms)
        places = (np.log(cosine + SHIFT) - np.repeat(middle, terms)) / np.repeat(half, terms)
        checked = (first_node[:, np.newaxis] + np.outer(terms, CHECKED).astype(np.int64)).ravel()
        return cls(
            terms,
            count,
            frozen(np.concatenate([nodes.ravel(), layout.nodes[checked]])),
            frozen(np.concatenate([np.repeat(layout.tenors, count), layout.years[checked]])),
            frozen(places),
            frozen(checked),
        )

    def exponents(self, model: TransformModel, within: float) -> Complexes | None:
        """Return ``ln E[(S_T / F)^z]`` at every node of the layout, (sum of terms,) complex.

        None where a transform that is checked is off by more than `within`.
        """
        found, checks = self._found(model)
        gap = np.abs(found[self.checked] - checks) * np.exp(checks.real)
        return found if gap.max() <= within else None

    def _found(self, model: TransformModel) -> tuple[Complexes, Complexes]:
        """Return the exponents at every node, and once more those that are checked, which were worked out."""
        known = exponents(model.kind, model.parameters, self.nodes, self.years)
        sampled = self.terms.size * self.count
        values, checks = known[:sampled], known[sampled:]
        sums = values.reshape(-1, self.count) @ _to_coefficients(self.count)
        return chebyshev_sums(sums, self.places, self.terms), checks


def _angles(count: int) -> Floats:
    return np.asarray(math.pi * (np.arange(count) + 0.5) / count)


@cache
def _to_coefficients(count: int) -> Complexes:
    """Return what values at Chebyshev points are multiplied by for the coefficients of their series, (p, p)."""
    matrix = 2.0 / count * np.cos(np.outer(_angles(count), np.arange(count)))
    matrix[:, 0] *= 0.5
    return frozen(matrix.astype(np.complex128))


@inlined
def part_of(number: complex, part: int) -> float:
    """Return the real or the imaginary part."""
    return number.real if part == 0 else number.imag


@kernel
def chebyshev_sums(  # pragma: no cover - compiled
    coefficients: Complexes, places: Floats, terms: Integers
) -> Complexes:
    """Return the (sum of terms,) sums of m Chebyshev series, (m, p), each at as many places as it has terms."""
    out = np.empty(places.size, np.complex128)
    x, one, other = np.zeros(_BLOCK), np.empty((2, _BLOCK)), np.empty((2, _BLOCK))  # real and imaginary parts
    last = coefficients.shape[1] - 1
    start = 0
    for i in range(terms.size):
        stop = start + terms[i]
        for begin in range(start, stop, _BLOCK):
            count = min(_BLOCK, stop - begin)
            for j in range(count):
                x[j] = places[begin + j]
            other[:] = 0.0
            for part in range(2):
                one[part] = part_of(coefficients[i, last], part)
            for power in range(last - 1, 1, -2):
                for part in range(2):
                    early, late = part_of(coefficients[i, power], part), part_of(coefficients[i, power - 1], part)
                    for j in range(_BLOCK):
                        other[part, j] = fused(2.0 * x[j], one[part, j], early - other[part, j])
                        one[part, j] = fused(2.0 * x[j], other[part, j], late - one[part, j])
            for j in range(count):
                real, imaginary = x[j] * one[0, j] - other[0, j], x[j] * one[1, j] - other[1, j]
                out[begin + j] = complex(real, imaginary) + coefficients[i, 0]
        start = stop
    return out
