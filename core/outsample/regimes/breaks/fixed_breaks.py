"""The best segmentations of a regression with 0, 1, ... M breaks, of every prefix: one dynamic programme.

Bai and Perron (2003, doi:10.1002/jae.659): the least residual sum of squares with m breaks up to t is the best of that
with m - 1 breaks up to s plus that of one segment from s to t. Starts s are taken in ascending order, so that all
there is to know up to s is known when the regression from s on grows row by row: memory O(M n), not O(n^2).
"""

from dataclasses import dataclass
from math import log, pi

import numpy as np

from outsample.compiled import kernel
from outsample.errors import DataError, UsageError
from outsample.regimes.growing_regression import absorb_row, checked_regression, rounding_squares
from outsample.typing import Floats, Integers, frozen

__all__ = ["BreakModel", "BreakModels", "FixedBreaks", "bai_perron", "fixed_breaks", "fixed_breaks_plain"]


@dataclass(frozen=True, slots=True, eq=False)
class FixedBreaks:
    """Optimal segmentations of every prefix ``target[:t]`` with m breaks; nothing from row t on can change column t.

    Parameters
    ----------
    residual : (M + 1, n + 1) array
        Least residual sum of squares with m breaks, unit of the target squared; infinite where the prefix is too
        short for them.
    last : (M + 1, n + 1) int64 array
        First observation of the last segment, 0-based.
    """

    residual: Floats
    last: Integers

    def starts(self, breaks: int, prefix: int) -> Integers:
        """Return the first observation of each of the ``breaks + 1`` segments of a prefix, ascending, beginning with 0.

        Raises
        ------
        UsageError
            The prefix is too short for so many breaks, or that many were not searched.
        """
        if not 0 <= breaks < len(self.residual) or not np.isfinite(self.residual[breaks, prefix]):
            raise UsageError(f"{prefix} observations were searched for fewer breaks, found {breaks}; ask for fewer")
        starts = np.empty(breaks + 1, dtype=np.int64)
        for left in range(breaks, -1, -1):
            prefix = starts[left] = int(self.last[left, prefix])
        return starts


@dataclass(frozen=True, slots=True, eq=False)
class BreakModel:
    """A regression with m breaks.

    Parameters
    ----------
    starts : (m + 1,) int64 array
        First observation of each segment, 0-based, beginning with 0; the others are the breaks.
    residual : float
        Sum of squares, unit of the target squared.
    bayes_criterion : float
        BIC: ``n (ln RSS + 1 - ln n + ln 2 pi) + (k + 1) (m + 1) ln n``, with k coefficients and a date or a variance
        for each segment. Minus infinity where everything fits.
    """

    starts: Integers
    residual: float
    bayes_criterion: float


@dataclass(frozen=True, slots=True, eq=False)
class BreakModels:
    """The best regression with each number of breaks.

    Parameters
    ----------
    models : tuple of BreakModel
        With 0, 1, ... breaks, as many as were asked for and have room.
    """

    models: tuple[BreakModel, ...]

    @property
    def chosen(self) -> BreakModel:
        """Least BIC, and of these the fewest breaks (Yao 1988, doi:10.1016/0167-7152(88)90118-6).

        Known to find too few breaks, or none, where a lag of the target is among the regressors.
        """
        return min(self.models, key=lambda model: model.bayes_criterion)


def bai_perron(
    target: Floats, regressors: Floats | None = None, shortest: int | None = None, most_breaks: int = 5
) -> BreakModels:
    """Return the best regression with 0, 1, ... breaks, and which number of breaks to take.

    Parameters
    ----------
    target : (n,) array
        Finite.
    regressors : (n, k) array, optional
        Finite, k <= 6; a constant is a column of ones. Without any, the mean breaks.
    shortest : int, optional
        Fewest observations of a segment, above k; 15 % of them if left out.
    most_breaks : int
        Fewer are returned where n is too short for so many.

    Raises
    ------
    DataError
        Shapes do not fit, values are not finite, there are fewer than `shortest` rows, or the target fits exactly
        without any break.
    UsageError
        `shortest` or `most_breaks` without meaning.

    References
    ----------
    Bai and Perron 2003, doi:10.1002/jae.659.
    """
    target, regressors = checked_regression(target, regressors)
    n, columns = regressors.shape
    shortest = max(int(0.15 * n), columns + 1) if shortest is None else shortest
    found = fixed_breaks(target, regressors, shortest, min(most_breaks, max(n // max(shortest, 1) - 1, 0)))
    rounding = rounding_squares(target)
    residuals = [residual if residual > rounding else 0.0 for residual in found.residual[:, n].tolist()]
    if residuals[0] == 0.0:
        raise DataError("breaks need a target that its regressors do not fit exactly, found no residual; take another")
    return BreakModels(
        tuple(
            BreakModel(frozen(found.starts(m, n)), residual, _bayes_criterion(residual, n, (columns + 1) * (m + 1)))
            for m, residual in enumerate(residuals)
        )
    )


def fixed_breaks(target: Floats, regressors: Floats | None, shortest: int, most_breaks: int) -> FixedBreaks:
    """Return the optimum of every prefix with 0 to `most_breaks` breaks (compiled, releases the GIL).

    Parameters
    ----------
    target : (n,) array
        Finite.
    regressors : (n, k) array or None
        As `bai_perron`.
    shortest : int
        Fewest observations of a segment, above k.
    most_breaks : int
        At least 0.

    Raises
    ------
    DataError, UsageError
        As `bai_perron`.
    """
    target, regressors = _checked(target, regressors, shortest, most_breaks)
    residual, last = _fewest_residuals(target, regressors, int(shortest), int(most_breaks))
    return FixedBreaks(frozen(residual.T), frozen(last.T))


def fixed_breaks_plain(target: Floats, regressors: Floats | None, shortest: int, most_breaks: int) -> FixedBreaks:
    """Return the same by a singular value decomposition of every segment: the twin for tests, 100 rows at most."""
    target, regressors = _checked(target, regressors, shortest, most_breaks)
    n = target.size
    residual = np.full((most_breaks + 1, n + 1), np.inf)
    last = np.zeros((most_breaks + 1, n + 1), dtype=np.int64)
    no_break = np.where(np.arange(n + 1) == 0, 0.0, np.inf)
    for prefix in range(shortest, n + 1):
        for start in range(prefix - shortest + 1):
            x, y = regressors[start:prefix], target[start:prefix]
            own = float(((y - x @ np.linalg.lstsq(x, y, rcond=1e-10)[0]) ** 2).sum())
            for breaks in range(most_breaks + 1):
                before = residual[breaks - 1, start] if breaks else no_break[start]
                total = before + own
                if total < residual[breaks, prefix]:
                    residual[breaks, prefix], last[breaks, prefix] = total, start
    return FixedBreaks(frozen(residual), frozen(last))


def _checked(target: Floats, regressors: Floats | None, shortest: int, most_breaks: int) -> tuple[Floats, Floats]:
    target, regressors = checked_regression(target, regressors)
    n, columns = regressors.shape
    if shortest <= columns or most_breaks < 0:
        raise UsageError(
            f"breaks need segments of at least {columns + 1} observations and a number of breaks of at least 0, found "
            f"{shortest} and {most_breaks}; lengthen the segments"
        )
    if n < shortest:
        raise DataError(f"breaks need at least one segment of {shortest} observations, found {n}; shorten the segments")
    return target, regressors


def _bayes_criterion(residual: float, n: int, parameters: int) -> float:
    if residual == 0.0:
        return -np.inf
    return n * (log(residual) + 1.0 - log(n) + log(2.0 * pi)) + parameters * log(n)


@kernel
def _fewest_residuals(  # pragma: no cover - compiled
    target: Floats, regressors: Floats, shortest: int, most_breaks: int
) -> tuple[Floats, Integers]:
    """Return residual and last of every prefix (rows) and number of breaks."""
    n, columns = regressors.shape
    residual = np.full((n + 1, most_breaks + 1), np.inf)
    last = np.zeros((n + 1, most_breaks + 1), dtype=np.int64)
    triangles, row = np.empty((1, columns, columns + 1)), np.empty(columns + 1)
    for start in range(n - shortest + 1):
        if 0 < start < shortest:
            continue
        triangles[:] = 0.0
        own = 0.0
        for t in range(start, n):
            left = absorb_row(triangles, 0, regressors, target, t, row)
            if left == left:
                own += left * left
            prefix = t + 1
            if prefix - start < shortest:
                continue
            if start == 0:
                residual[prefix, 0] = own
            for breaks in range(1, most_breaks + 1):
                total = residual[start, breaks - 1] + own  # infinite from start 0, and where the start is too early
                if total < residual[prefix, breaks]:
                    residual[prefix, breaks], last[prefix, breaks] = total, start
    return residual, last
