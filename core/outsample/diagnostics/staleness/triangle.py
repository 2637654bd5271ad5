"""The triangle of vintages and ages, split into age and calendar: decay without the shocks of the dates.

    y(o, t) = mu + f(age) + g(date) + rest,    f(first age) = 0,   sum g = 0,

by least squares over all vintages o and dates t, y being the log of the loss for ratios and the loss otherwise. The
vintage is never a third factor: age, date and vintage are linearly dependent, so that trends among the three are not
identified. Dates are eliminated first, which leaves a small dense system in the ages.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.diagnostics.staleness.ages import NAME, edges_for
from outsample.diagnostics.staleness.vintages import VintageLosses
from outsample.inference import cosine_sums, student_quantile
from outsample.test_result import NotTested
from outsample.typing import DAY, Bools, Floats, Integers, frozen

__all__ = ["AgePeriod", "split_triangle"]

TITLE: Final = "Age and calendar"
LEVEL: Final = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class AgePeriod:
    """The split of the losses of all vintages into age and calendar.

    Parameters
    ----------
    start, stop : (b,) array
        Days; buckets of age with a loss.
    by_age : (b,) array
        f: purified decay, 0 at the first age.
    low, high : (b,) array
        Pointwise 95 % band of f: a sandwich with one cluster a date, dates being dependent (equal-weighted cosines).
    date_times : (d,) int64 array
        UTC nanoseconds; dates with a loss.
    by_date : (d,) array
        g: shocks of the dates, with mean 0.
    level : float
        mu: the mean loss at the first age over the dates.
    share_age, share_date, share_rest : float
        Of the variance of y, by covariance with it; they add up to 1. One of the first two can be a little negative
        where age and date are correlated over the triangle.
    table : (o, b) array
        Mean of y by vintage and age; NaN where there is none.
    n : int
        Pairs of a vintage and a date.
    dropped : int
        Pairs that share no date with the ages of the others, directly or by way of further ones, and so cannot be
        compared with them.
    unit : str
        Of the loss.
    is_ratio : bool
        y is the log of the loss, so that f and g are log ratios; else they are in `unit`.
    """

    start: Floats
    stop: Floats
    by_age: Floats
    low: Floats
    high: Floats
    date_times: Integers
    by_date: Floats
    level: float
    share_age: float
    share_date: float
    share_rest: float
    table: Floats
    n: int
    dropped: int
    unit: str
    is_ratio: bool


def split_triangle(vintages: VintageLosses, edges: Floats | None = None) -> AgePeriod | NotTested:
    """Split losses by vintage into age and calendar.

    Parameters
    ----------
    vintages : VintageLosses
    edges : (e,) array, optional
        Days; by default one bucket a day to day 14, then one a week.

    Returns
    -------
    AgePeriod or NotTested
        The latter where no two ages can be compared at a date, or where losses do not vary.

    Raises
    ------
    UsageError
        `edges` do not rise from 0 to beyond the longest age.
    """
    origins, times = vintages.origins, vintages.date_times
    edges = edges_for(vintages, edges)
    ages, dates = edges.size - 1, times.size
    sums, counts = np.zeros((ages, dates)), np.zeros((ages, dates))
    table = np.empty((origins.count, ages))
    layout = (origins.first_date.astype(np.int64), origins.in_service.astype(np.int64), times.astype(np.int64))
    centre = _centre(vintages)
    squares = np.zeros((ages, dates))
    _tabulate(vintages.loss, *layout, edges * DAY, vintages.is_ratio, centre, sums, counts, squares, table)
    left, right = _without_dates(sums, counts)
    kept = _connected(counts, left)
    if np.count_nonzero(kept) < 2:
        found = f"{origins.count} vintages on {origins.dates} dates"
        return _not_split(f"two ages that can be compared at a date, found none among {found}; widen the test window")
    everything = counts.sum()
    sums, counts, squares = sums[kept], counts[kept], squares[kept]
    filled = counts.sum(axis=0) > 0.0
    sums, counts, squares = sums[:, filled], counts[:, filled], squares[:, filled]
    fit = _fit(sums, counts, left[kept][:, kept], right[kept])
    shares = _shares(sums, counts, float(squares.sum()), fit)
    if shares is None:
        return _not_split("losses that vary, found constant ones; choose another model or loss")
    half = _half_band(sums, counts, fit)
    return AgePeriod(
        start=frozen(edges[:-1][kept]),
        stop=frozen(edges[1:][kept]),
        by_age=frozen(fit.age),
        low=frozen(fit.age - half),
        high=frozen(fit.age + half),
        date_times=frozen(times[filled]),
        by_date=frozen(fit.date),
        level=fit.level + centre,
        share_age=shares[0],
        share_date=shares[1],
        share_rest=shares[2],
        table=frozen(table[:, kept]),
        n=int(counts.sum()),
        dropped=int(everything - counts.sum()),
        unit=vintages.unit,
        is_ratio=vintages.is_ratio,
    )


def _not_split(needs: str) -> NotTested:
    return NotTested(f"{NAME}-triangle", TITLE, f"a split into age and calendar needs {needs}")


def _centre(vintages: VintageLosses) -> float:
    """Return y at the first pair that has it, which is subtracted so that squares keep their digits."""
    known = np.isfinite(vintages.loss) & ((vintages.loss > 0.0) | (not vintages.is_ratio))
    first = vintages.loss.ravel()[int(np.argmax(known))]
    return float(np.log(first)) if vintages.is_ratio and first > 0.0 else float(first) if known.any() else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """f (b,), g (d,), mu, and the inverse (b - 1, b - 1) of what is left of the ages without the dates."""

    age: Floats
    date: Floats
    level: float
    inverse: Floats


def _fit(sums: Floats, counts: Floats, left: Floats, right: Floats) -> _Fit:
    """Solve the normal equations of the ages, and find the dates from them."""
    inverse = np.ascontiguousarray(left[1:, 1:])  # the first age is 0
    _invert(inverse)
    age = np.concatenate([[0.0], (inverse * right[1:]).sum(axis=1)])
    date = (sums - age[:, None] * counts).sum(axis=0) / counts.sum(axis=0)
    level = float(date.mean())
    return _Fit(age, date - level, level, inverse)


def _without_dates(sums: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Return the (b, b) normal equations of the ages with the dates eliminated, and their (b,) right side."""
    left, right = np.diag(counts.sum(axis=1)), sums.sum(axis=1)
    _eliminate(sums, counts, left, right)
    return left, right


def _shares(sums: Floats, counts: Floats, squares: float, fit: _Fit) -> tuple[float, float, float] | None:
    """Return the shares of age, date and rest in the variance; None where there is none."""
    n = counts.sum()
    mean = sums.sum() / n
    variance = squares / n - mean * mean
    if not variance > 1e-14 * (squares / n):
        return None
    of_age = float(fit.age @ sums.sum(axis=1)) / n - mean * float(fit.age @ counts.sum(axis=1)) / n
    of_date = float(fit.date @ sums.sum(axis=0)) / n - mean * float(fit.date @ counts.sum(axis=0)) / n
    age, date = of_age / variance, of_date / variance
    return float(age), float(date), float(1.0 - age - date)


def _half_band(sums: Floats, counts: Floats, fit: _Fit) -> Floats:
    """Return (b,) half the band of f, 0 at the first age."""
    rest = (sums - counts * (fit.level + fit.age[:, None] + fit.date))[1:]
    waves = cosine_sums(rest.T)
    power = np.square(np.einsum("jb,ab->ja", waves, fit.inverse)).mean(axis=0)
    reach = student_quantile(len(waves), 0.5 * (1.0 + LEVEL))
    return np.concatenate([[0.0], reach * np.sqrt(counts.shape[1] * power)])


def _connected(counts: Floats, left: Floats) -> Bools:
    """Return (b,) which ages belong to the largest group that is linked by common dates, in normal equations too."""
    linked = left != 0.0
    best, unseen = np.zeros(counts.shape[0], np.bool_), (counts > 0.0).any(axis=1)
    while unseen.any():
        group = np.zeros(counts.shape[0], np.bool_)
        group[int(np.argmax(unseen))] = True
        while (grown := group | linked[group].any(axis=0)).sum() > group.sum():
            group = grown
        unseen &= ~group
        if counts[group].sum() > counts[best].sum():
            best = group
    return best


@kernel
def _tabulate(  # pragma: no cover - compiled
    loss: Floats,
    first: Integers,
    service: Integers,
    times: Integers,
    edges: Floats,
    is_ratio: bool,
    centre: float,
    sums: Floats,
    counts: Floats,
    squares: Floats,
    table: Floats,
) -> None:
    """Fill by age and date the sums of y less `centre`, counts and squares, and by vintage and age the means of y."""
    ages = table.shape[1]
    number = np.empty(ages)
    for o in range(loss.shape[0]):
        age = 0
        number[:], table[o] = 0.0, 0.0
        for t in range(first[o], times.size):
            while times[t] - service[o] >= edges[age + 1]:
                age += 1
            if not np.isfinite(loss[o, t]) or (is_ratio and not loss[o, t] > 0.0):
                continue
            y = (np.log(loss[o, t]) if is_ratio else loss[o, t]) - centre
            sums[age, t] += y
            counts[age, t] += 1.0
            squares[age, t] += y * y
            table[o, age] += y + centre
            number[age] += 1.0
        for b in range(ages):
            table[o, b] = table[o, b] / number[b] if number[b] else np.nan


@kernel
def _eliminate(  # pragma: no cover - compiled
    sums: Floats, counts: Floats, left: Floats, right: Floats
) -> None:
    """Take the dates out of normal equations, in loops: BLAS threads wait long on a busy machine.

    Two ages without a common date keep an exact 0 between them.
    """
    ages = counts.shape[0]
    seen = np.empty(ages, np.int64)
    for t in range(counts.shape[1]):
        found, total, together = 0, 0.0, 0.0
        for b in range(ages):
            if counts[b, t] > 0.0:
                seen[found] = b
                found += 1
                total += counts[b, t]
                together += sums[b, t]
        for i in range(found):
            share = counts[seen[i], t] / total
            right[seen[i]] -= share * together
            for j in range(found):
                left[seen[i], seen[j]] -= share * counts[seen[j], t]


@kernel
def _invert(matrix: Floats) -> None:  # pragma: no cover - compiled
    """Invert a positive definite matrix in its place, by Gauss and Jordan."""
    size = matrix.shape[0]
    for pivot in range(size):
        scale = 1.0 / matrix[pivot, pivot]
        matrix[pivot, pivot] = 1.0
        for j in range(size):
            matrix[pivot, j] *= scale
        for i in range(size):
            if i != pivot:
                factor = matrix[i, pivot]
                matrix[i, pivot] = 0.0
                for j in range(size):
                    matrix[i, j] -= factor * matrix[pivot, j]
