"""What is known of the regimes of one split beside their colours: the penalty path, breaks, and losses by regime."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from outsample.diagnostics.gap import RegimeLosses, regime_losses
from outsample.errors import DataError, FitError
from outsample.prepared import prepared
from outsample.regimes import DailyVolatility, PenaltyPath, RegimeSettings, regime_segmentations
from outsample.regimes.breaks import BreakDate, BreakModels, bai_perron, break_dates, break_tests
from outsample.regimes.online_change_points import NormalInverseGamma, OnlineChangePoints, online_change_points
from outsample.regimes.state_rows import returns_in_percent
from outsample.report.analysis import Analysis, daily_volatility
from outsample.test_result import NotTested, TestResult

__all__ = ["RegimeFindings", "find_regimes"]

_MOST_BREAKS: Final = 5
_FEWEST_DAYS: Final = 30  # below that breaks are not looked for


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
    losses : tuple of RegimeLosses or NotTested
        One a judged model.
    """

    path: PenaltyPath
    unit: float
    tests: tuple[TestResult | NotTested, ...]
    breaks: BreakModels | NotTested
    dates: tuple[BreakDate, ...]
    online: OnlineChangePoints | None
    losses: tuple[RegimeLosses | NotTested, ...]


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
    losses = tuple(regime_losses(one.study, track.at(one.study.losses.times)) for one in analysis.judged)
    unit = RegimeSettings(multiplier=1.0).penalty(max(known, 2))
    return RegimeFindings(path, unit, tests, breaks, dates, _online(daily, known), losses)


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
