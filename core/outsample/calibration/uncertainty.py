"""How well a chain determines parameters: covariance, correlation and condition number at a minimum.

Pricing errors of one tenor move together, because what a model misses of a smile it misses at all of its strikes.
Standard errors that take quotes as independent are then too small, so the sandwich ``H^-1 (sum of s s') H^-1`` is
used, s being the sum of ``J r`` over a slice, times ``S / (S - 1) (n - 1) / (n - p)`` for S slices (Liang and Zeger
1986, doi:10.1093/biomet/73.1.13; the factor of Stata's manual). Slices that are not more than parameters cannot tell;
then quotes are taken as independent.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.calibration.normal_equations import NormalEquations
from outsample.calibration.result import ErrorKind
from outsample.typing import Bools, Floats, Integers

__all__ = ["Uncertainty", "uncertainty_of"]

SINGULAR: Final = 1e-14  # of the largest eigenvalue; below it an eigenvalue is rounding


@dataclass(frozen=True, slots=True, eq=False)
class Uncertainty:
    """Fields as of `outsample.calibration.result.Calibration`."""

    standard_errors: Floats
    correlation: Floats
    condition_number: float
    error_kind: ErrorKind


def uncertainty_of(at: NormalEquations, slice_start: Integers, is_free: Bools, ridge: Floats) -> Uncertainty:
    """Return what is known of the parameters.

    Parameters
    ----------
    at : NormalEquations
        At the minimum.
    slice_start : (s + 1,) int array
        First residual of each slice, and their number.
    is_free : (p,) bool array
        Parameters off their bounds; the others are taken as known.
    ridge : (p,) array
        Diagonal that was added to the Hessian.
    """
    count, free = at.residual.size, np.flatnonzero(is_free)
    slices = slice_start.size - 1
    kind = ErrorKind.BY_SLICE if slices > max(free.size, 1) else ErrorKind.BY_QUOTE
    errors, correlation = np.full(is_free.size, math.nan), np.full((is_free.size, is_free.size), math.nan)
    matrix = (at.hessian + np.diag(ridge))[np.ix_(free, free)]
    condition, inverse = _inverse(matrix)
    if inverse is None or count <= free.size:
        return Uncertainty(errors, correlation, condition, kind)
    if kind is ErrorKind.BY_SLICE:
        scores = np.add.reduceat(at.jacobian[:, free] * at.influence[:, np.newaxis], slice_start[:-1], axis=0)
        factor = slices / (slices - 1.0) * (count - 1.0) / (count - free.size)
        meat = factor * scores.T @ scores
    else:
        variance = float(at.influence @ at.influence) / (count - free.size)
        meat = variance * at.hessian[np.ix_(free, free)]
    covariance = inverse @ meat @ inverse
    errors[free] = np.sqrt(np.diag(covariance))
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation[np.ix_(free, free)] = covariance / np.outer(errors[free], errors[free])
    return Uncertainty(errors, correlation, condition, kind)


def _inverse(matrix: Floats) -> tuple[float, Floats | None]:
    """Return the condition number of a matrix scaled to a diagonal of ones, and its inverse; None if singular."""
    scale = np.sqrt(np.diag(matrix))
    if not matrix.size:
        return 1.0, matrix
    if not np.all(scale > 0.0):
        return math.inf, None
    eigenvalues, vectors = np.linalg.eigh(matrix / np.outer(scale, scale))
    if eigenvalues[0] <= SINGULAR * eigenvalues[-1]:
        return math.inf, None
    inverse = vectors / eigenvalues @ vectors.T
    return float(eigenvalues[-1] / eigenvalues[0]), inverse / np.outer(scale, scale)
