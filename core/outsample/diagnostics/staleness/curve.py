"""S(a), how much worse a model of age a is than a fresh one at the same date, with its bands."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtr

from outsample.diagnostics.staleness.ages import PairedContrasts
from outsample.diagnostics.staleness.resampling import DRAWS, SEED, block_length, resampled_means
from outsample.inference import needs_hatching, student_quantile
from outsample.typing import Bools, Floats, Integers, frozen

__all__ = ["LEVEL", "StalenessCurve", "staleness_curve"]

LEVEL: Final = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class StalenessCurve:
    """S(a) over b ages with its 95 % bands.

    Parameters
    ----------
    start, stop, age : (b,) array
        Days; the bucket and the mean age inside it.
    value : (b,) array
        Mean over dates of the contrast with the fresh vintage of the same date, in `unit`.
    low, high : (b,) array
        Pointwise band: Student t on the equal-weighted cosine variance over the dates of that age; NaN below 3 dates.
    low_all, high_all : (b,) array
        Simultaneous band over all ages with 20 dates or more, sup-t: the quantile of the largest studentised deviation
        among block resamples of whole dates, carried over to the Student t of each age. NaN elsewhere.
    standard_error : (b,) array
    hatched : (b,) bool array
        Too few dates, or too persistent, for the pointwise band to be taken at its word.
    pairs, dates : (b,) int array
        Vintages with dates, and dates, behind each value.
    unit : str
    is_ratio : bool
        Values are log ratios of losses.
    drawn : (n, u) array
        Means of n block resamples of whole dates, at the u ages of 20 dates or more.
    """

    start: Floats
    stop: Floats
    age: Floats
    value: Floats
    low: Floats
    high: Floats
    low_all: Floats
    high_all: Floats
    standard_error: Floats
    hatched: Bools
    pairs: Integers
    dates: Integers
    unit: str
    is_ratio: bool
    drawn: Floats


FEWEST_DATES: Final = 20  # of an age that enters the simultaneous band and the half-life


def staleness_curve(paired: PairedContrasts, draws: int = DRAWS, seed: int = SEED) -> StalenessCurve:
    """Return S(a) with its bands.

    Parameters
    ----------
    paired : PairedContrasts
    draws, seed : int
        Of the resamples.
    """
    runs = [paired.of_age(bucket) for bucket in range(paired.age.size)]
    value = np.array([run.mean for run in runs])
    error = np.array([run.standard_error for run in runs])
    half = np.array([student_quantile(run.dof, 0.5 * (1.0 + LEVEL)) for run in runs]) * error
    enough = paired.dates >= FEWEST_DATES
    drawn = resampled_means(paired.contrast[:, enough], _mean_block(paired), draws, seed)
    together = _together(drawn - paired.mean[enough])
    all_half = np.where(enough, [student_quantile(run.dof, together) for run in runs], np.nan) * error
    return StalenessCurve(
        start=paired.start,
        stop=paired.stop,
        age=paired.age,
        value=frozen(value),
        low=frozen(value - half),
        high=frozen(value + half),
        low_all=frozen(value - all_half),
        high_all=frozen(value + all_half),
        standard_error=frozen(error),
        hatched=frozen(np.array([needs_hatching(run) for run in runs])),
        pairs=paired.pairs,
        dates=frozen(paired.dates),
        unit=paired.unit,
        is_ratio=paired.is_ratio,
        drawn=frozen(drawn),
    )


def _mean_block(paired: PairedContrasts) -> int:
    """Return the block length for the mean over all ages, ages weighted alike."""
    return block_length(paired.combined(np.full(paired.age.size, 1.0 / paired.age.size)))


def _together(deviation: Floats) -> float:
    """Return the one-sided probability of each age at which all ages together hold with 95 %."""
    pointwise = 0.5 * (1.0 + LEVEL)
    spread = np.sqrt(np.nanmean(deviation**2, axis=0))
    moves = spread > 0.0
    if not moves.any():
        return pointwise
    largest = np.nanmax(np.abs(deviation[:, moves]) / spread[moves], axis=1)
    return max(pointwise, float(ndtr(np.quantile(largest, LEVEL))))
