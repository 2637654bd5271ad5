"""Calibrations of every time of a history, one after the other: what a drag of the train window pools.

A time is fitted from the last good parameters. Several starts are tried at the first time, and where the residuals
jump: there the warm start may have stayed in a valley that the market has left. Whatever happens, every time ends
with a status and finite values, and nothing later than a time has any part in it.
"""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from outsample.calibration.bounds import bounds_of
from outsample.calibration.calibrate import calibrate
from outsample.calibration.quotes import ChainQuotes
from outsample.calibration.result import Calibration, CalibrationStatus
from outsample.calibration.settings import CalibrationSettings
from outsample.calibration.tape_anchors import Anchors, build_anchors
from outsample.calibration.tape_pooling import Expansions, Pooled, WindowCounts
from outsample.datasets import OptionQuotes
from outsample.errors import FitError, OutsampleError
from outsample.formulas.fourier import TransformModel
from outsample.typing import Bools, Floats, Integers, freeze_columns
from outsample.windows import Window

__all__ = ["STATUSES", "CalibrationCancelledError", "CalibrationTape", "Pooled", "build_tape"]

STATUSES: Final = tuple(CalibrationStatus)  # a code is a place in it
FAILED: Final = STATUSES.index(CalibrationStatus.FAILED)
REMEMBERED: Final = 20  # times whose residuals say what is usual
FEWEST: Final = 5
JUMP: Final = 3.0  # median absolute deviations above the median
OF_TIMES: Final = 0.85  # share of the work that the times are; the rest are the anchors

Codes = NDArray[np.int8]


class CalibrationCancelledError(OutsampleError):
    """Somebody asked for the calibrations to stop."""


@dataclass(frozen=True, eq=False)
class CalibrationTape:
    """Columns over the m times of a history, read-only.

    Parameters
    ----------
    kind : type
        Model.
    settings : CalibrationSettings
    times : (m,) int64 array
        UTC nanoseconds.
    values : (m, p) array
        Always finite and inside the bounds: at a failed time those of the last good one, the lower bounds before it.
    hessian : (m, p, p) array
        J'J of each time at its own values; 0 at a failed time.
    gradient : (m, p) array
        J'r; 0 at a failed time.
    sum_of_squares : (m,) array
        In the unit of the loss, squared; 0 at a failed time.
    count : (m,) int array
        Quotes used; 0 at a failed time.
    status : (m,) int8 array
        Places in `STATUSES`.
    at_bound : (m, p) bool array
    standard_errors : (m, p) array
        NaN where there is none.
    condition_number : (m,) array
        Infinite if singular, NaN at a failed time.
    anchors : Anchors, optional
        Without them a window is pooled from the calibrations of its times alone.
    """

    kind: type[TransformModel]
    settings: CalibrationSettings
    times: Integers
    values: Floats
    hessian: Floats
    gradient: Floats
    sum_of_squares: Floats
    count: Integers
    status: Codes
    at_bound: Bools
    standard_errors: Floats
    condition_number: Floats
    anchors: Anchors | None = None

    def __post_init__(self) -> None:
        freeze_columns(self)

    @property
    def is_used(self) -> Bools:
        """(m,) whether a time has a calibration that counts."""
        return np.asarray(self.status != FAILED)

    @property
    def root_mean_square(self) -> Floats:
        """(m,) of the residuals, in the unit of the loss; NaN at a failed time."""
        with np.errstate(invalid="ignore"):
            return np.asarray(np.sqrt(self.sum_of_squares / self.count))

    @cached_property
    def sums(self) -> Expansions:
        """Quadratics around the calibrations of the times."""
        columns = (self.values, self.hessian, self.gradient, self.sum_of_squares)
        return Expansions.of(self.kind, np.zeros(self.values.shape[1]), *columns, self.is_used)

    @cached_property
    def _counts(self) -> WindowCounts:
        return WindowCounts.of(self.count, self.is_used, self.at_bound)

    def pooled(self, train: Window) -> Pooled:
        """Return the one estimate for a window: a step from its best anchor, or from the mean of its calibrations.

        Raises
        ------
        FitError
            The window has fewer than ten calibrated quotes a parameter.
        """
        rows = train.rows(self.times)
        counts = self._counts.over(rows, self.values.shape[1], self.kind.__name__)
        anchor = None if self.anchors is None else self.anchors.best(rows)
        if self.anchors is None or anchor is None:
            return self.sums.pooled(rows, counts)
        return self.anchors.expansions(self.kind, self.is_used, anchor).pooled(rows, counts, is_anchored=True)

    def part(self, keep: Bools) -> "CalibrationTape":
        """Return the tape of some of the times, for data that hold those alone.

        Parameters
        ----------
        keep : (m,) bool array
            Which times stay. Anchors stay that were fitted on nothing after the last of them; of times before it that
            are left out they may know, which is where a step or a search starts and not where it ends.
        """
        columns = {
            one.name: getattr(self, one.name)[keep]
            for one in fields(self)
            if one.name not in ("kind", "settings", "anchors")
        }
        return replace(self, **columns, anchors=None if self.anchors is None else _part_of(self.anchors, keep))


def _part_of(anchors: Anchors, keep: Bools) -> Anchors:
    kept = np.flatnonzero(keep)
    known = anchors.since <= (kept[-1] + 1 if kept.size else 0)
    since = np.append(0, np.cumsum(keep))[anchors.since[known]]
    columns = (anchors.hessian, anchors.gradient, anchors.sum_of_squares)
    return Anchors(since, anchors.values[known], *(column[np.ix_(known, keep)] for column in columns))


def build_tape(
    data: OptionQuotes,
    kind: type[TransformModel],
    settings: CalibrationSettings | None = None,
    progress: Callable[[float, str], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> CalibrationTape:
    """Calibrate a model to every time of a history.

    Parameters
    ----------
    data : OptionQuotes
    kind : type
        `Heston`, `Bates`, `SVCJ`, `Merton`, `Kou` or `VarianceGamma`.
    settings : CalibrationSettings, optional
    progress : callable, optional
        Called with the share done and a few words before every time.
    cancelled : callable, optional
        Asked before every time.

    Raises
    ------
    CalibrationCancelledError
        `cancelled` said so.
    """
    chosen, total = settings or CalibrationSettings(), data.times.size
    spool = _Spool(kind, chosen, data.times)
    for index in range(total):
        _turn(kind, OF_TIMES * index / total, f"{index} of {total} times", progress, cancelled)
        spool.add(_chain(data, index))
    tape = spool.tape()

    def step(share: float) -> None:
        _turn(kind, OF_TIMES + (1.0 - OF_TIMES) * share, f"{total} times, fits of whole stretches", progress, cancelled)

    anchors = build_anchors(data, kind, chosen, tape.values, tape.is_used, step)
    if progress is not None:
        progress(1.0, f"{kind.__name__}: {total} times")
    return replace(tape, anchors=anchors)


def _turn(
    kind: type[TransformModel],
    share: float,
    words: str,
    progress: Callable[[float, str], None] | None,
    cancelled: Callable[[], bool] | None,
) -> None:
    """Stop if that is wanted, else say how far it is."""
    if cancelled is not None and cancelled():
        raise CalibrationCancelledError(
            f"the calibrations of {kind.__name__} need to run to the end, found them cancelled at "
            f"{100.0 * share:.0f} %; start them again"
        )
    if progress is not None:
        progress(share, f"{kind.__name__}: {words}")


def _chain(data: OptionQuotes, index: int) -> ChainQuotes | None:
    try:
        return ChainQuotes.at(data, index)
    except FitError:  # nothing was observed at that time
        return None


@dataclass(slots=True)
class _Spool:
    """The columns while they are filled, and what the next time starts from."""

    kind: type[TransformModel]
    settings: CalibrationSettings
    times: Integers
    found: list[Calibration | None] = field(default_factory=list)
    last: TransformModel | None = None
    usual: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def add(self, chain: ChainQuotes | None) -> None:
        """Calibrate the next time."""
        fit = None if chain is None else self._fitted(chain)
        if fit is not None and fit.status is CalibrationStatus.FAILED:
            fit = None
        self.found.append(fit)
        if fit is not None:
            self.last = fit.model
            self.usual.append(fit.root_mean_square)

    def _fitted(self, chain: ChainQuotes) -> Calibration | None:
        try:
            fit = calibrate(self.kind, chain, self.settings, self.last, self.last)
            if self.last is not None and self._is_jump(fit.root_mean_square):
                fresh = calibrate(self.kind, chain, self.settings, None, self.last)
                fit = min(fit, fresh, key=lambda one: one.sum_of_squares)
        except FitError:  # fewer quotes than parameters, or none that the loss is defined for
            return None
        return fit

    def _is_jump(self, residual: float) -> bool:
        """Whether a residual is far above what it was at the times before."""
        if len(self.usual) < FEWEST:
            return False
        median = float(np.median(self.usual))
        return residual > median + JUMP * float(np.median(np.abs(np.array(self.usual) - median)))

    def tape(self) -> CalibrationTape:
        """Return the columns."""
        low, _ = bounds_of(self.kind)
        total, size = len(self.found), low.size
        values, at_bound = np.empty((total, size)), np.zeros((total, size), dtype=np.bool_)
        hessian, gradient = np.zeros((total, size, size)), np.zeros((total, size))
        squares, count = np.zeros(total), np.zeros(total, dtype=np.int64)
        status = np.full(total, FAILED, dtype=np.int8)
        errors, condition = np.full((total, size), math.nan), np.full(total, math.nan)
        last = low
        for i, fit in enumerate(self.found):
            if fit is not None:
                last, at_bound[i], status[i] = fit.values, fit.at_bound, STATUSES.index(fit.status)
                hessian[i], gradient[i], squares[i], count[i] = fit.hessian, fit.gradient, fit.sum_of_squares, fit.count
                errors[i], condition[i] = fit.standard_errors, fit.condition_number
            values[i] = last
        return CalibrationTape(
            kind=self.kind,
            settings=self.settings,
            times=self.times,
            values=values,
            hessian=hessian,
            gradient=gradient,
            sum_of_squares=squares,
            count=count,
            status=status,
            at_bound=at_bound,
            standard_errors=errors,
            condition_number=condition,
        )
