"""What is known of the regimes of one split beside their colours: the penalty path, breaks, and losses by regime."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.diagnostics.gap import RegimeLosses, RegimeRow, regime_losses
from outsample.diagnostics.gap.regime_means import combined, mean_in_regime
from outsample.diagnostics.gap.wording import loss_unit
from outsample.diagnostics.headline import finite
from outsample.errors import DataError, FitError
from outsample.inference import long_run, needs_hatching
from outsample.prepared import prepared
from outsample.regimes import DailyVolatility, PenaltyPath, RegimeSettings, regime_segmentations
from outsample.regimes.breaks import BreakDate, BreakModels, bai_perron, break_dates, break_tests
from outsample.regimes.online_change_points import NormalInverseGamma, OnlineChangePoints, online_change_points
from outsample.regimes.state_rows import returns_in_percent
from outsample.report.analysis import Analysis, daily_volatility
from outsample.study import Study
from outsample.test_result import NotTested, TestResult
from outsample.typing import Floats, Integers

__all__ = ["MeanContrast", "RegimeContrast", "RegimeFindings", "find_regimes"]

_MOST_BREAKS: Final = 5
_FEWEST_DAYS: Final = 30  # below that breaks are not looked for


@dataclass(frozen=True, slots=True)
class MeanContrast:
    """A mean contrast with the benchmark: of log ratios for option losses, of differences for other scores.

    Parameters
    ----------
    mean, low, high : float
        With its 95 % interval; NaN where there is no time, the interval also of fewer than 12.
    hatched : bool
        The times are too few or too persistent for the interval to be taken at its word.
    """

    mean: float
    low: float
    high: float
    hatched: bool


@dataclass(frozen=True, slots=True)
class RegimeContrast:
    """What a model does against its benchmark in one regime.

    Parameters
    ----------
    train, test, difference : MeanContrast
        The difference is test less train.
    """

    train: MeanContrast
    test: MeanContrast
    difference: MeanContrast


@dataclass(frozen=True, eq=False)
class RegimeFindings:
    """What is known of the regimes.

    Parameters
    ----------
    path : PenaltyPath
        Every segmentation of the days known at the train end that is the best at some penalty.
    unit : float
        Penalty of a multiplier of 1.
    tests : tuple of TestResult or NotTested
        Whether the level of ``ln r^2`` of the days known at the train end is constant.
    breaks : BreakModels or NotTested
        The best segmentations with 0, 1, ... breaks of that level.
    dates : tuple of BreakDate
        Of the chosen number of breaks.
    online : OnlineChangePoints, optional
        Of daily returns, from the past alone; None where train returns do not allow a prior.
    losses : tuple of RegimeLosses
        One a judged model.
    contrasts : tuple of tuple of RegimeContrast
        Of each row of each of `losses`; NaN throughout for a benchmark.
    contrast_unit : str
        ``ln ratio`` for option losses, else that of the loss; empty where there are no losses.
    """

    path: PenaltyPath
    unit: float
    tests: tuple[TestResult | NotTested, ...]
    breaks: BreakModels | NotTested
    dates: tuple[BreakDate, ...]
    online: OnlineChangePoints | None
    losses: tuple[RegimeLosses, ...]
    contrasts: tuple[tuple[RegimeContrast, ...], ...]
    contrast_unit: str


def find_regimes(analysis: Analysis, is_given_up: Callable[[], bool]) -> RegimeFindings:
    """Work out what the room of regimes shows.

    Parameters
    ----------
    analysis : Analysis
    is_given_up : callable
        Asked now and then; what is returned after it said so does not matter.
    """
    daily, settings = daily_volatility(analysis.data), analysis.parameters.regimes
    known = daily.known(analysis.split.train.stop)
    path = regime_segmentations(daily, analysis.split.train, settings)
    tests, breaks, dates = _breaks(daily, known) if not is_given_up() else ((), _nothing(known), ())
    track = analysis.regimes
    losses, contrasts, contrast_unit = [], [], ""
    for study in (one.study for one in analysis.judged):
        codes = track.at(study.losses.times)
        losses.append(regime_losses(study, codes))
        contrast_unit = "ln ratio" if study.is_ratio else loss_unit(study)
        contrasts.append(tuple(_contrast(study, codes, row) for row in losses[-1].rows))
    unit = RegimeSettings(multiplier=1.0).penalty(max(known, 2))
    online, by_model = _online(daily, known), tuple(losses)
    return RegimeFindings(path, unit, tests, breaks, dates, online, by_model, tuple(contrasts), contrast_unit)


def _contrast(study: Study, codes: Integers, row: RegimeRow) -> RegimeContrast:
    """Return the means of both windows, and the difference that stands in the row."""
    series = np.full(study.loss.size, np.nan) if study.differential is None else study.differential
    here = np.where(codes == row.code, series, np.nan)
    train, test = (_mean_contrast(finite(here, rows)) for rows in (study.train_rows, study.test_rows))
    is_weak = train.hatched or test.hatched
    return RegimeContrast(train, test, MeanContrast(row.contrast, row.contrast_low, row.contrast_high, is_weak))


def _mean_contrast(values: Floats) -> MeanContrast:
    found = mean_in_regime(values)
    interval = combined([(1.0, found)], found.mean).interval()
    return MeanContrast(found.mean, interval.low, interval.high, needs_hatching(long_run(values)))


@prepared
def _breaks(
    daily: DailyVolatility, known: int
) -> tuple[tuple[TestResult | NotTested, ...], BreakModels | NotTested, tuple[BreakDate, ...]]:
    days = daily.log_square[:known]
    if known < _FEWEST_DAYS:
        return (_nothing(known),), _nothing(known), ()
    tests = break_tests(days)
    try:
        models = bai_perron(days, most_breaks=_MOST_BREAKS)
    except DataError as error:  # a price that never moves fits exactly
        return tests, NotTested("bai_perron", "Bai–Perron", str(error)), ()
    starts = models.chosen.starts
    return tests, models, break_dates(days, None, starts) if starts.size > 1 else ()


def _nothing(known: int) -> NotTested:
    return NotTested(
        "bai_perron",
        "Breaks",
        f"breaks need {_FEWEST_DAYS} daily returns before the train end, found {known}; move it later",
    )


@prepared
def _online(daily: DailyVolatility, known: int) -> OnlineChangePoints | None:
    """Run over all days, each judged from those before it; what to expect of a segment is learnt on train."""
    returns = returns_in_percent(daily)
    try:
        return online_change_points(returns, NormalInverseGamma.of(returns[:known]))
    except (DataError, FitError):
        return None
