"""One estimate for a train window from sums over its times, without looking at a quote again.

Near parameters c_t the sum of squares of time t is, up to third order,

    S_t + 2 g_t' (theta - c_t) + (theta - c_t)' H_t (theta - c_t),   H_t = J'J,  g_t = J'r.

Summed over the times of a window that is one quadratic, ``C - 2 B' theta + theta' A theta``, whose parts are
differences of prefix sums: ``A`` of H_t, ``B`` of ``H_t c_t - g_t``. The estimate is its minimum inside the bounds, by
one damped step of limited length from the mean of the c_t. The score of a time at it is ``A_t theta - B_t``, from which
the sandwich ``A^-1 (sum of s s') A^-1`` is made, one cluster per time, times ``G / (G - 1)`` for G times (Liang and
Zeger 1986, doi:10.1093/biomet/73.1.13).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import numpy as np

from outsample.calibration.bounded_step import bounded_step
from outsample.calibration.bounds import bounds_of, sizes_around
from outsample.calibration.enough_quotes import QUOTES_PER_PARAMETER
from outsample.compiled import kernel
from outsample.cumulative import Cumulative
from outsample.errors import FitError, UsageError
from outsample.formulas.fourier import TransformModel
from outsample.typing import Bools, Floats, Integers, frozen

__all__ = [
    "Expansions",
    "Pooled",
    "Sandwich",
    "WindowCounts",
    "clustered_covariance",
    "is_in_domain",
]

DAMPING: Final = 1e-2  # of each diagonal entry: what quotes hardly determine must not go where expansions end
REACH: Final = 0.5  # of the size of a parameter, how far a step may lead: beyond, an expansion says nothing
SINGULAR: Final = 1e-14  # of the largest eigenvalue; below it an eigenvalue is rounding
HALVINGS: Final = 20  # of a step that leaves the domain of the model


@dataclass(frozen=True, eq=False)
class Sandwich:
    """What estimates are worth, clustered by time; worked out when it is asked for, which a drag does not.

    Parameters
    ----------
    matrix, hessian, right, moved, is_free, used
        As of `clustered_covariance`.
    """

    matrix: Floats
    hessian: Floats
    right: Floats
    moved: Floats
    is_free: Bools
    used: int

    @classmethod
    def of_scores(cls, matrix: Floats, scores: Floats, is_free: Bools, used: int | None = None) -> Self:
        """Build from the (t, p) scores of the times at the estimates, where their own quadratics do not matter.

        Times that do not count have scores of 0; without `used` all do.
        """
        times, size = scores.shape
        counted = times if used is None else used
        return cls(matrix, np.zeros((times, size, size)), -scores, np.zeros(size), is_free, counted)

    @property
    def scores(self) -> Floats:
        """(t, p) gradient of half the sum of squares of each time, at the estimates."""
        return np.asarray(np.einsum("tij,j->ti", self.hessian, self.moved) - self.right)

    @cached_property
    def covariance(self) -> tuple[Floats, float]:
        """The (p, p) sandwich and the condition number, as of `clustered_covariance`."""
        return clustered_covariance(self.matrix, self.hessian, self.right, self.moved, self.is_free, self.used)

    @cached_property
    def standard_errors(self) -> Floats:
        """(p,) standard errors; NaN where there is none."""
        return np.asarray(np.sqrt(np.maximum(np.diag(self.covariance[0]), 0.0)))  # NaN stays

    @cached_property
    def correlation(self) -> Floats:
        """(p, p) correlation of the estimates; NaN with one that has no standard error."""
        with np.errstate(invalid="ignore", divide="ignore"):
            found = self.covariance[0] / np.outer(self.standard_errors, self.standard_errors)
        return np.clip(found, -1.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """The estimate of a train window.

    Parameters
    ----------
    kind : type
        Model.
    values : (p,) array
        Inside the bounds.
    origin : (p,) array
        From where they were reached by one step: parameters at which the sums are exact, or the mean of those.
    worth : Sandwich
        Times taken as independent of each other; nothing is known at a bound, and where the window does not determine
        the parameter.
    at_bound : (p,) bool array
    sum_of_squares : float
        As the quadratic has it.
    count : int
        Quotes.
    times_used, times_at_bound, times_failed : int
        Times of the window whose calibration counts; of these, with a parameter at its bound; and that have none.
    is_anchored : bool
        Whether `origin` is an anchor, from which many windows start.
    """

    kind: type[TransformModel]
    values: Floats
    origin: Floats
    worth: Sandwich
    at_bound: Bools
    sum_of_squares: float
    count: int
    times_used: int
    times_at_bound: int
    times_failed: int
    is_anchored: bool

    @property
    def model(self) -> TransformModel:
        """The model with these parameters."""
        return self.kind(*self.values.tolist())

    @property
    def standard_errors(self) -> Floats:
        """(p,) standard errors; NaN where there is none."""
        return self.worth.standard_errors

    @property
    def correlation(self) -> Floats:
        """(p, p) correlation of the estimates; NaN with one that has no standard error."""
        return self.worth.correlation

    @property
    def condition_number(self) -> float:
        """Of the summed J'J over parameters off their bounds, scaled to a diagonal of ones; infinite if singular."""
        return self.worth.covariance[1]


@dataclass(frozen=True, slots=True, eq=False)
class WindowCounts:
    """How many quotes and times of each sort a window has.

    Parameters
    ----------
    sums : Cumulative
        Of quotes, times used, times at a bound and times failed.
    """

    sums: Cumulative

    @classmethod
    def of(cls, count: Integers, is_used: Bools, at_bound: Bools) -> Self:
        """Build from columns over the times; `at_bound` is (m, p)."""
        flags = (count * is_used, is_used, is_used & at_bound.any(axis=1), ~is_used)
        return cls(Cumulative.of(np.column_stack(flags), centred=False))

    def over(self, rows: slice, parameters: int, name: str) -> tuple[int, int, int, int]:
        """Return the four counts.

        Raises
        ------
        FitError
            There are fewer than ten quotes a parameter.
        """
        count, used, bound, failed = (int(one) for one in self.sums.total(rows).tolist())
        needed = QUOTES_PER_PARAMETER * parameters
        if count < needed:
            raise FitError(
                f"{name} needs {needed} calibrated quotes in the train window, found {count} at {used} times; "
                "widen the window"
            )
        return count, used, bound, failed


@dataclass(frozen=True, slots=True, eq=False)
class Expansions:
    """The quadratics of all times with their prefix sums, centred by the first rows alone.

    Parameters
    ----------
    kind : type
    origin : (p,) array
        What parameters are counted from in the sums.
    hessian : (m, p, p) array
        A_t; 0 at a time that is not used.
    right : (m, p) array
        B_t.
    sums : Cumulative
        Of A_t, B_t, C_t and, for times used, c_t, side by side.
    """

    kind: type[TransformModel]
    origin: Floats
    hessian: Floats
    right: Floats
    sums: Cumulative

    @classmethod
    def of(
        cls,
        kind: type[TransformModel],
        origin: Floats,
        values: Floats,
        hessian: Floats,
        gradient: Floats,
        sum_of_squares: Floats,
        is_used: Bools,
    ) -> Self:
        """Build from (m, ...) columns, `values` being the c_t; of times that are not used, nothing counts."""
        used = is_used[:, np.newaxis]
        centre = np.where(used, values - origin, 0.0)
        curve = np.where(used[:, np.newaxis], hessian, 0.0)
        slope = np.where(used, gradient, 0.0)
        bent = np.einsum("tij,tj->ti", curve, centre)
        right = bent - slope
        level = np.where(is_used, sum_of_squares, 0.0) + np.einsum("ti,ti->t", centre, bent - 2.0 * slope)
        flat = np.column_stack([curve.reshape(len(values), -1), right, level, centre])
        return cls(kind, frozen(origin.copy()), frozen(curve), frozen(right), Cumulative.of(flat))

    def pooled(self, rows: slice, counts: tuple[int, int, int, int], *, is_anchored: bool = False) -> Pooled:
        """Return the estimate from some consecutive times.

        Raises
        ------
        FitError
            Their sum has no minimum.
        """
        size, sums = self.origin.size, self.sums.total(rows)
        matrix, right, level = sums[: size * size].reshape(size, size), sums[-2 * size - 1 : -size - 1], sums[-size - 1]
        start = self.origin + sums[-size:] / counts[1]
        values, at_bound = self._least(matrix, right, start)
        moved = values - self.origin
        cost = max(float(level) - 2.0 * float(right @ moved) + float(moved @ matrix @ moved), 0.0)
        worth = Sandwich(matrix, self.hessian[rows], self.right[rows], moved, ~at_bound, counts[1])
        return Pooled(self.kind, values, start, worth, at_bound, cost, *counts, is_anchored=is_anchored)

    def _least(self, matrix: Floats, right: Floats, start: Floats) -> tuple[Floats, Bools]:
        """Return the minimum in the bounds and within reach of `start`, and which bounds it lies on."""
        low, high = bounds_of(self.kind)
        begun = np.clip(start, low, high)
        damped = matrix + np.diag(DAMPING * np.diag(matrix) + np.finfo(float).tiny)
        reach = REACH * sizes_around(self.kind, begun)
        box = np.maximum(low - begun, -reach), np.minimum(high - begun, reach)
        step = bounded_step(damped, matrix @ (begun - self.origin) - right, *box)
        if np.isfinite(step).all():
            for _ in range(HALVINGS):
                values = np.clip(begun + step, low, high)
                if is_in_domain(self.kind, values):
                    return values, (values <= low) | (values >= high)
                step = 0.5 * step
        raise FitError(
            f"{self.kind.__name__} needs calibrations whose sum has a minimum in the train window, found none; "
            "widen the window"
        )


def is_in_domain(kind: type[TransformModel], values: Floats) -> bool:
    """Return whether these are parameters of a model: bounds do not say all that it demands of them together."""
    try:
        kind(*values.tolist())
    except UsageError:
        return False
    return True


def clustered_covariance(
    matrix: Floats, hessian: Floats, right: Floats, moved: Floats, is_free: Bools, used: int
) -> tuple[Floats, float]:
    """Return the (p, p) sandwich, NaN for what has no standard error, and the condition number.

    Parameters
    ----------
    matrix : (p, p) array
        A.
    hessian, right : (t, p, p), (t, p) array
        A_t and B_t.
    moved : (p,) array
        Parameters, less the origin.
    is_free : (p,) bool array
        Off their bounds; the others are taken as known.
    used : int
        Times that count.
    """
    covariance, free = np.full(matrix.shape, np.nan), np.flatnonzero(is_free)
    if not free.size:
        return covariance, 1.0
    bread = matrix[np.ix_(free, free)]
    scale = np.sqrt(np.maximum(np.diag(bread), 0.0))
    if not np.all(scale > 0.0):
        return covariance, float("inf")
    eigenvalues, vectors = np.linalg.eigh(bread / np.outer(scale, scale))
    if eigenvalues[0] <= SINGULAR * eigenvalues[-1]:
        return covariance, float("inf")
    condition = float(eigenvalues[-1] / eigenvalues[0])
    if used > free.size:
        meat = np.empty(matrix.shape)
        _sum_of_squared_scores(hessian, right, moved, meat)
        inverse = vectors / eigenvalues @ vectors.T / np.outer(scale, scale)
        found = inverse @ meat[np.ix_(free, free)] @ inverse
        covariance[np.ix_(free, free)] = found * (used / (used - 1.0))
    return covariance, condition


@kernel
def _sum_of_squared_scores(hessian: Floats, right: Floats, moved: Floats, out: Floats) -> None:  # pragma: no cover
    """Fill `out` (p, p) with the sum over times of ``s s'``, ``s = A_t theta - B_t``."""
    size = moved.size
    score = np.empty(size)
    out[:] = 0.0
    for t in range(right.shape[0]):
        for i in range(size):
            score[i] = -right[t, i]
            for j in range(size):
                score[i] += hessian[t, i, j] * moved[j]
        for i in range(size):
            for j in range(size):
                out[i, j] += score[i] * score[j]
