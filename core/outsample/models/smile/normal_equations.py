"""Least squares of implied vol on smile regressors, by prefix sums of the normal equations.

A fit on any train window is the difference of two prefix sums and one k x k solve, whatever the number of quotes.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from outsample.calibration.enough_quotes import QUOTES_PER_PARAMETER, require_quotes
from outsample.compiled import kernel
from outsample.cumulative import Cumulative
from outsample.datasets import OptionQuotes
from outsample.formulas.black import black_vega
from outsample.model import RefitSchedule
from outsample.prepared import prepared
from outsample.typing import Floats, Integers
from outsample.windows import Window

__all__ = ["RIDGE", "NormalEquations", "Regressors", "Weighting", "columns_of", "equations_of"]

RIDGE: Final = 1e-10  # share of the trace (DEFINITIONS, practitioner smiles)
_FIRST_ROWS: Final = 20


class Weighting(Enum):
    """Weight of a quote in the fit."""

    ONE = "one"
    VEGA = "vega"


class Regressors(Enum):
    """The regressors of each smile, in terms of K, T and k = ln(K/F); sqrt T enters only the relative smile."""

    FLAT = ("1",)
    ABSOLUTE = ("1", "K/F̄", "(K/F̄)²", "T", "T·K/F̄")
    RELATIVE = ("1", "m", "m²", "√T", "T", "k")

    @property
    def forward_powers(self) -> Floats:
        """Power of the train mean forward that divides each column."""
        return np.array([name.count("F̄") + name.count("²") * name.count("F̄") for name in self.value], dtype=float)


@dataclass(frozen=True, slots=True, eq=False)
class NormalEquations:
    """Per-time and prefix sums of X'X, X'y, count and forward.

    Strikes enter as K / `forward_unit`, a constant of the first rows, and are rescaled to the train mean forward
    when a window is solved: the scale of a column must not depend on rows after the train end.
    """

    regressors: Regressors
    forward_unit: float
    times: Integers
    gram: Floats
    moment: Floats
    gram_sum: Cumulative
    moment_sum: Cumulative
    count_sum: Cumulative
    forward_sum: Cumulative

    def solve(self, train: Window, name: str) -> tuple[Floats, float]:
        """Return (coefficients, mean train forward).

        Raises
        ------
        FitError
            Fewer than ten quotes a parameter in the window.
        """
        rows = train.rows(self.times)
        count = float(self.count_sum.total(rows))
        require_quotes(name, count, len(self.regressors.value))
        forward = float(self.forward_sum.total(rows)) / count
        scale = self.scale(forward)
        coefficients = np.empty(scale.size)
        _solve_ridged(self._gram(rows, scale), self.moment_sum.total(rows) * scale, coefficients)
        return coefficients, forward

    def scale(self, forward: float) -> Floats:
        """Return what turns columns of strikes over `forward_unit` into such of strikes over a mean train forward."""
        return np.asarray((self.forward_unit / forward) ** self.regressors.forward_powers)

    def standard_errors(self, rows: slice, coefficients: Floats, forward: float) -> Floats:
        """Return those of what `solve` found, one cluster a time: quotes of one snapshot are anything but independent.

        A sandwich; apart from the fit, because a drag does not ask for it.
        """
        scale = self.scale(forward)
        meat = np.empty((scale.size, scale.size))
        _sum_of_squared_scores(self.moment[rows], self.gram[rows], scale, coefficients * scale, meat)
        bread = np.linalg.inv(_ridged(self._gram(rows, scale)))
        return np.asarray(np.sqrt(np.diag(bread @ meat @ bread)))

    def _gram(self, rows: slice, scale: Floats) -> Floats:
        return np.asarray(self.gram_sum.total(rows) * np.outer(scale, scale))

    def scores(self, rows: slice, coefficients: Floats) -> tuple[Floats, Floats]:
        """Return the (p, p) mean Hessian of half the sum of squares of a time, and its (t, p) gradient of each time.

        Coefficients are those of `columns_of` with strikes over `forward_unit`; the Hessian has the ridge of the fit.
        """
        gradient = self.gram[rows] @ coefficients - self.moment[rows]
        return _ridged(self.gram_sum.total(rows)) / (rows.stop - rows.start), gradient

    def solve_before_each(self, schedule: RefitSchedule) -> tuple[Floats, Floats]:
        """Return per time (m, k) coefficients and (m,) mean forward of a fit strictly before it.

        NaN where that window is too short, and at times that are not asked for.
        """
        stop = np.arange(self.times.size)
        first = np.searchsorted(self.times, schedule.start) if schedule.length is None else stop - schedule.length
        return self._solve_between(np.where(stop < schedule.first, stop, np.clip(first, 0, stop)), stop)

    def raw_coefficients_between(self, start: Integers, stop: Integers) -> Floats:
        """Return (w, k) coefficients of fits on the times ``start[i] <= t < stop[i]``; NaN where these are too few.

        They belong to the columns of `columns_of`, whose strikes are over `forward_unit`.
        """
        coefficients, forward = self._solve_between(start, stop)
        powers = self.regressors.forward_powers
        return np.asarray(coefficients * (self.forward_unit / forward[:, None]) ** powers)

    def _solve_between(self, start: Integers, stop: Integers) -> tuple[Floats, Floats]:
        """Return (w, k) coefficients and (w,) mean forwards of fits on the times ``start[i] <= t < stop[i]``."""
        coefficients = np.empty((start.size, len(self.regressors.value)))
        forward = np.empty(start.size)
        _solve_each(
            start.astype(np.int64),
            stop.astype(np.int64),
            self.count_sum.sums,
            *(self.forward_sum.sums, float(self.forward_sum.centre)),
            *(self.gram_sum.sums, self.gram_sum.centre),
            *(self.moment_sum.sums, self.moment_sum.centre),
            self.forward_unit,
            self.regressors.forward_powers,
            coefficients,
            forward,
        )
        return coefficients, forward


@kernel
def _solve_each(  # pragma: no cover - compiled
    start: Integers,
    stop: Integers,
    count_sums: Floats,
    forward_sums: Floats,
    forward_centre: float,
    gram_sums: Floats,
    gram_centre: Floats,
    moment_sums: Floats,
    moment_centre: Floats,
    forward_unit: float,
    forward_powers: Floats,
    coefficients: Floats,
    forward: Floats,
) -> None:
    """Fill (w, k) coefficients and (w,) mean forwards of fits on the times ``start[w] <= t < stop[w]``."""
    size = forward_powers.size
    gram, moment, scale = np.empty((size, size)), np.empty(size), np.empty(size)
    for w in range(start.size):
        first, last, length = start[w], stop[w], stop[w] - start[w]
        count = count_sums[last] - count_sums[first]
        if count < QUOTES_PER_PARAMETER * size:
            coefficients[w], forward[w] = np.nan, np.nan
            continue
        forward[w] = (forward_sums[last] - forward_sums[first] + length * forward_centre) / count
        for i in range(size):
            scale[i] = (forward_unit / forward[w]) ** forward_powers[i]
            moment[i] = (moment_sums[last, i] - moment_sums[first, i] + length * moment_centre[i]) * scale[i]
            for j in range(i + 1):
                between = gram_sums[last, i, j] - gram_sums[first, i, j] + length * gram_centre[i, j]
                gram[i, j] = between * scale[i] * scale[j]
        _solve_ridged(gram, moment, coefficients[w])


@kernel
def _solve_ridged(gram: Floats, moment: Floats, out: Floats) -> None:  # pragma: no cover - compiled
    """Fill `out` with the solution under the ridge, by Cholesky in the lower half of `gram`; NaN where that fails."""
    size, trace = out.size, 0.0
    for i in range(size):
        trace += gram[i, i]
    for i in range(size):
        gram[i, i] += RIDGE * trace
        for j in range(i + 1):
            left = gram[i, j]
            for k in range(j):
                left -= gram[i, k] * gram[j, k]
            if i > j:
                gram[i, j] = left / gram[j, j]
            else:
                gram[i, i] = np.sqrt(left) if left > 0.0 else np.nan
    for i in range(size):
        out[i] = moment[i]
        for k in range(i):
            out[i] -= gram[i, k] * out[k]
        out[i] /= gram[i, i]
    for i in range(size - 1, -1, -1):
        for k in range(i + 1, size):
            out[i] -= gram[k, i] * out[k]
        out[i] /= gram[i, i]


@kernel
def _sum_of_squared_scores(  # pragma: no cover - compiled
    moment: Floats, gram: Floats, scale: Floats, coefficients: Floats, out: Floats
) -> None:
    """Fill `out` (k, k) with the sum over times of ``s s'``, ``s = (X'y - X'X b) scale`` the scores of one time."""
    size = scale.size
    score = np.empty(size)
    out[:] = 0.0
    for t in range(moment.shape[0]):
        for i in range(size):
            fitted = 0.0
            for j in range(size):
                fitted += gram[t, i, j] * coefficients[j]
            score[i] = (moment[t, i] - fitted) * scale[i]
        for i in range(size):
            for j in range(size):
                out[i, j] += score[i] * score[j]


def _ridged(gram: Floats) -> Floats:
    trace = np.trace(gram, axis1=-2, axis2=-1)
    return np.asarray(gram + RIDGE * trace[..., None, None] * np.eye(gram.shape[-1]))


@prepared
def equations_of(data: OptionQuotes, regressors: Regressors, weighting: Weighting) -> NormalEquations:
    """Build the sums of a history once."""
    seen = data.observed
    unit = float(seen.forward[:_FIRST_ROWS].mean())
    columns = columns_of(data, regressors, unit)
    weight = _weights(data, weighting)
    total = data.times.size

    def per_time(values: Floats) -> Floats:
        return np.bincount(seen.time_index, weights=values, minlength=total).astype(np.float64, copy=False)

    size = len(columns)
    gram, moment = np.empty((total, size, size)), np.empty((total, size))
    for i, left in enumerate(columns):
        moment[:, i] = per_time(weight * left * seen.implied_vol)
        for j in range(i + 1):
            gram[:, i, j] = gram[:, j, i] = per_time(weight * left * columns[j])
    count = per_time(np.ones(seen.size))
    sums = (Cumulative.of(gram), Cumulative.of(moment), Cumulative.of(count, centred=False))
    return NormalEquations(regressors, unit, data.times, gram, moment, *sums, Cumulative.of(per_time(seen.forward)))


def _weights(data: OptionQuotes, weighting: Weighting) -> Floats:
    seen = data.observed
    if weighting is Weighting.ONE:
        return np.ones(seen.size)
    return black_vega(np.exp(seen.log_moneyness), seen.tenor, seen.implied_vol)


def columns_of(data: OptionQuotes, regressors: Regressors, unit: float) -> tuple[Floats, ...]:
    """Return the regressors of every observation, (k,) each, with strikes over `unit`."""
    seen = data.observed
    one = np.ones(seen.size)
    if regressors is Regressors.FLAT:
        return (one,)
    tenor = seen.tenor
    if regressors is Regressors.ABSOLUTE:
        ratio = seen.strike / unit
        return (one, ratio, ratio * ratio, tenor, tenor * ratio)
    root = np.sqrt(tenor)
    m = seen.log_moneyness / root
    return (one, m, m * m, root, tenor, seen.log_moneyness)
