"""Bayesian change points as they can be known at each row: how long the present segment has lasted, and how surely.

Within a segment rows are Gaussian with a mean and a variance of their own, drawn from a normal-inverse-gamma prior;
before every row but the first a new segment begins with probability 1 / `expected_rows`. The posterior of the present
segment's start follows row by row (Adams and MacKay 2007, arXiv:0710.3742; here as in Fearnhead and Liu 2007,
doi:10.1111/j.1467-9868.2007.00601.x, where a new segment's first row already speaks for it, so that a run has a length
of at least 1). Nothing after a row can reach it: everything here is filtered.

Starts whose posterior falls under `cutoff` are given up for good, and the rest is scaled to 1. `dropped` says how much
that was at most in one step.
"""

from dataclasses import dataclass
from typing import Annotated, Final, Self

import numpy as np

from outsample.errors import DataError, FitError, UsageError
from outsample.named_parameters import check_parameters
from outsample.regimes.run_lengths import follow_runs
from outsample.typing import Bounds, Floats, Integers, Label, Unit, freeze_columns

__all__ = [
    "NormalInverseGamma",
    "OnlineChangePointSettings",
    "OnlineChangePoints",
    "online_change_points",
]

_LARGEST: Final = 1e150  # its square is a number


@dataclass(frozen=True, slots=True)
class NormalInverseGamma:
    """What is believed of a segment before its first row: variance inverse gamma, mean Gaussian given the variance.

    Parameters
    ----------
    mean : float
        Of the segment means, unit of the data.
    strength : float
        How many rows that belief is worth: segment means have the segment's variance over this.
    shape : float
        Of the inverse gamma distribution of the variance.
    scale : float
        Of it, unit squared; the variance is about ``scale / shape``.

    Raises
    ------
    UsageError
        A number is not finite, or one of the last three is not positive.
    """

    mean: float
    strength: float
    shape: float
    scale: float

    def __post_init__(self) -> None:
        values = self.mean, self.strength, self.shape, self.scale
        if not (abs(self.mean) < _LARGEST and all(1e-150 < one < _LARGEST for one in values[1:])):
            raise UsageError(
                "a normal-inverse-gamma prior needs a finite mean and positive strength, shape and scale, found "
                f"{values}; take one from the train window"
            )

    @classmethod
    def of(cls, train: Floats) -> Self:
        """Return a vague prior: the mean of the train rows worth one row, their variance with a shape of 1.

        Parameters
        ----------
        train : (m,) array
            NaN where missing.

        Raises
        ------
        DataError
            Not one column, or an infinite value.
        FitError
            Fewer than two rows, or all equal.
        """
        train = _checked(train)
        known = train[~np.isnan(train)]
        spread = float(np.var(known)) if known.size > 1 and np.ptp(known) > 0.0 else 0.0
        if not spread > 1e-150:
            raise FitError(
                f"a prior for change points needs at least 2 train rows that differ, found {known.size} rows with "
                f"{np.unique(known).size} distinct values; widen the window"
            )
        return cls(mean=float(np.mean(known)), strength=1.0, shape=1.0, scale=spread)


@dataclass(frozen=True, slots=True)
class OnlineChangePointSettings:
    """How often changes are expected, and what is reported.

    Parameters
    ----------
    expected_rows : float
        How many rows a segment is expected to last.
    within : int
        A change counts as recent when it began within this many rows.
    cutoff : float
        Starts less probable than this are given up; 0 keeps all, which takes time by the square of the rows. On 5,000
        returns of a GARCH model 1e-8 moves no probability by more than 1e-4, 1e-6 by 1e-2.

    Raises
    ------
    UsageError
        A value is no number or out of its bounds.
    """

    expected_rows: Annotated[float, Label("Expected segment", "segment {} rows"), Unit("rows"), Bounds(2.0, 1e6)] = (
        250.0
    )
    within: Annotated[int, Label("Recent change", "change ≤ {} rows"), Unit("rows"), Bounds(1, 1000)] = 10
    cutoff: float = 1e-8

    def __post_init__(self) -> None:
        check_parameters(self)
        if not 0.0 <= self.cutoff <= 1e-3:
            raise UsageError(f"a cutoff must be from 0 to 0.001, found {self.cutoff}; use 1e-8")


@dataclass(frozen=True, slots=True, eq=False)
class OnlineChangePoints:
    """What each row and those before it say about the present segment.

    Parameters
    ----------
    run_length : (n,) int64 array
        Rows of the most probable present segment, this one included, missing ones too: it began at row
        ``t + 1 - run_length[t]``. The longer one where two are equally probable.
    recent : (n,) array
        Probability that a segment began within the last `within` rows; the first row of all is no change.
    log_density : (n,) array
        Log of the predictive density of each row given those before it, nats in the unit of the data; NaN where
        missing.
    dropped : float
        Most probability given up in one step.
    """

    run_length: Integers
    recent: Floats
    log_density: Floats
    dropped: float

    def __post_init__(self) -> None:
        freeze_columns(self)


def online_change_points(
    values: Floats,
    prior: NormalInverseGamma,
    settings: OnlineChangePointSettings = OnlineChangePointSettings(),
) -> OnlineChangePoints:
    """Return what is known of the present segment at every row.

    Parameters
    ----------
    values : (n,) array
        NaN where missing: segments grow older, nothing is learnt. n = 0 is allowed.
    prior : NormalInverseGamma
        From the train window, as `NormalInverseGamma.of` does, or from elsewhere, but never from later rows.
    settings : OnlineChangePointSettings

    Raises
    ------
    DataError
        Not one column, or a value of 1e150 or more.

    Examples
    --------
    >>> values = np.concatenate((np.tile([-1.0, 1.0], 30), np.tile([9.0, 11.0], 3)))
    >>> online_change_points(values, NormalInverseGamma(0.0, 1.0, 1.0, 1.0)).run_length[[59, 65]].tolist()
    [60, 6]
    """
    values = _checked(values)
    run_length = np.empty(values.size, dtype=np.int64)
    recent, log_density = np.empty(values.size), np.empty(values.size)
    numbers = np.array([prior.mean, prior.strength, prior.shape, prior.scale])
    hazard = 1.0 / settings.expected_rows
    dropped = follow_runs(values, numbers, hazard, settings.cutoff, settings.within, run_length, recent, log_density)
    return OnlineChangePoints(run_length, recent, log_density, dropped)


def _checked(values: Floats) -> Floats:
    values = np.ascontiguousarray(values, dtype=np.float64)
    bad = int((np.abs(values) >= _LARGEST).sum())
    if values.ndim != 1 or bad:
        raise DataError(
            f"change points need one column of values under 1e150, found shape {values.shape} with {bad} larger ones; "
            "make them NaN to skip the rows"
        )
    return values
