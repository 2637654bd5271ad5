"""Everything about how one model goes stale that takes longer than a frame: the room of decay, and its tables.

What is quick does not wait for what is not. On 159,940 observations of 481 times tests and intervals take 30 ms, the
vintages of a smile 70, five fits on blocks half a second, twenty random splits 2 to 3 seconds.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from outsample.diagnostics import finite
from outsample.diagnostics.gap import GapDecomposition, StudySplit, decompose_gap, split_gap
from outsample.diagnostics.staleness import (
    AgePeriod,
    HalfLife,
    RecalibrationCost,
    StalenessCurve,
    VintageLosses,
    half_life,
    paired_contrasts,
    recalibration_cost,
    split_triangle,
    staleness_curve,
    vintage_losses,
)
from outsample.errors import UsageError
from outsample.inference import (
    ComparedInterval,
    ExpectedBand,
    Fluctuation,
    compared_difference_intervals,
    expected_band,
    fluctuation_test,
)
from outsample.report.analysis import Analysis, Judged
from outsample.report.comparison_tests import comparison_tests, series_of
from outsample.study import Study
from outsample.test_result import NotTested, TestResult
from outsample.typing import Integers

__all__ = ["PENDING", "DecayFindings", "decay_stages", "find_decay"]

Progress = Callable[[float], None]
Cancelled = Callable[[], bool]

PENDING: Final = NotTested("pending", "Pending", "being worked out …")
"""Stands for what is still being worked out; told from all else by identity."""

_SHARES: Final = (0.02, 0.3, 0.5, 1.0)  # of the work done after each of its four stages
_FLUCTUATION: Final = 0.3  # of the test window is what the moving mean covers


@dataclass(frozen=True, eq=False)
class DecayFindings:
    """How one model goes stale, and how much of its gap is its own fault; what could not be done says why.

    Parameters
    ----------
    judged : Judged
    tests : tuple of TestResult or NotTested
        Breakdown, and comparisons with the benchmark.
    fluctuation : Fluctuation or NotTested
    fluctuation_times : (w,) int64 array
        UTC ns of its statistic.
    intervals : tuple of ComparedInterval or NotTested
        Of test less train, by several methods beside each other.
    vintages : VintageLosses or NotTested
    staleness : StalenessCurve or NotTested
    half_life : HalfLife or NotTested
    recalibration : RecalibrationCost or NotTested
    triangle : AgePeriod or NotTested
    gap : GapDecomposition or NotTested
    expected : ExpectedBand or NotTested
        Where the test loss should lie if nothing changed.
    shuffled : StudySplit or NotTested
    """

    judged: Judged
    tests: tuple[TestResult | NotTested, ...]
    fluctuation: Fluctuation | NotTested
    fluctuation_times: Integers
    intervals: tuple[ComparedInterval, ...] | NotTested
    vintages: VintageLosses | NotTested = PENDING
    staleness: StalenessCurve | NotTested = PENDING
    half_life: HalfLife | NotTested = PENDING
    recalibration: RecalibrationCost | NotTested = PENDING
    triangle: AgePeriod | NotTested = PENDING
    gap: GapDecomposition | NotTested = PENDING
    expected: ExpectedBand | NotTested = PENDING
    shuffled: StudySplit | NotTested = PENDING

    @property
    def is_whole(self) -> bool:
        """Whether nothing is pending; the shuffles come last."""
        return self.shuffled is not PENDING


def find_decay(
    analysis: Analysis,
    name: str,
    progress: Progress = lambda _share: None,
    is_given_up: Cancelled = lambda: False,
    seconds: float = math.inf,
) -> DecayFindings:
    """Work out how a model goes stale; everything is as of `decay_stages`, of which this is the last."""
    *_, whole = decay_stages(analysis, name, progress, is_given_up, seconds)
    return whole


def decay_stages(
    analysis: Analysis,
    name: str,
    progress: Progress = lambda _share: None,
    is_given_up: Cancelled = lambda: False,
    seconds: float = math.inf,
) -> Iterator[DecayFindings]:
    """Work out how a model goes stale, and tell what is known so far after each of four stages, the quickest first.

    Parameters
    ----------
    analysis : Analysis
    name : str
        Of one of its models.
    progress : callable
        Told the share that is done.
    is_given_up : callable
        Asked before every fit.
    seconds : float
        After which no further shuffle begins. Without a limit, findings do not depend on the speed of a machine.

    Yields
    ------
    DecayFindings
        With `PENDING` in place of what is to come.

    Raises
    ------
    UsageError
        The analysis has no study of the model.
    StalenessCancelledError, GapCancelledError
        `is_given_up` said so.
    """
    judged = _judged(analysis, name)
    study, data = judged.study, analysis.data
    fluctuation, times = _fluctuation(study)
    found = DecayFindings(judged, comparison_tests(analysis, judged), fluctuation, times, _intervals(study))
    progress(_SHARES[0])
    yield found
    vintages = vintage_losses(study, data, progress=_within(progress, 0), cancelled=is_given_up)
    staleness, life, cost = _aged(vintages)
    triangle = vintages if isinstance(vintages, NotTested) else split_triangle(vintages)
    found = replace(
        found, vintages=vintages, staleness=staleness, half_life=life, recalibration=cost, triangle=triangle
    )
    yield found
    codes = analysis.regimes.at(study.losses.times)
    gap = decompose_gap(study, data, codes, progress=_within(progress, 1), cancelled=is_given_up)
    found = replace(found, gap=gap, expected=_expected(study, gap))
    yield found
    shuffled = split_gap(study, data, seconds=seconds, progress=_within(progress, 2), cancelled=is_given_up)
    yield replace(found, shuffled=shuffled)


def _judged(analysis: Analysis, name: str) -> Judged:
    """Return the result of a model; where it failed, what it said is raised."""
    judged = analysis.find(name)
    if judged is not None:
        return judged
    for failure in analysis.failures:
        if failure.model == name:
            raise UsageError(failure.sentence())
    found = f"found none called {name!r}" if name else "found none"
    raise UsageError(f"decay needs a model that is switched on, {found}; switch one on in the overview")


def _aged(
    vintages: VintageLosses | NotTested,
) -> tuple[StalenessCurve | NotTested, HalfLife | NotTested, RecalibrationCost | NotTested]:
    paired = vintages if isinstance(vintages, NotTested) else paired_contrasts(vintages)
    if isinstance(paired, NotTested):
        return paired, paired, paired
    curve = staleness_curve(paired)
    return curve, half_life(paired, curve), recalibration_cost(paired)


def _fluctuation(study: Study) -> tuple[Fluctuation | NotTested, Integers]:
    """Return the moving contrast with the benchmark over the test window, and the times it is centred at."""
    rows = study.test_rows
    if study.differential is None:
        sentence = "fluctuation needs a benchmark to compare with, found a model that is one; choose another model"
        return NotTested("fluctuation", "Fluctuation", sentence), study.losses.times[:0]
    known = np.isfinite(study.differential[rows])
    times = study.losses.times[rows][known]
    window = max(round(_FLUCTUATION * times.size), 1)
    names = (study.name, study.contender.benchmark_name)
    found = fluctuation_test(study.differential[rows][known], window, names=names)
    return found, times[:0] if isinstance(found, NotTested) else times[found.centre]


def _intervals(study: Study) -> tuple[ComparedInterval, ...] | NotTested:
    series = series_of(study)
    return compared_difference_intervals(finite(series, study.train_rows), finite(series, study.test_rows))


def _expected(study: Study, gap: GapDecomposition | NotTested) -> ExpectedBand | NotTested:
    """Return where the mean test loss should lie: the train loss, raised by the optimism that was found."""
    if isinstance(gap, NotTested):
        return gap
    parts, count = gap.loss.parts, finite(study.loss, study.test_rows).size
    return expected_band(finite(study.loss, study.train_rows), parts.cross_validated - parts.in_sample, count)


def _within(progress: Progress, part: int) -> Callable[[float, str], None]:
    """Return a listener that tells the share of the whole from that of one part."""
    first, last = _SHARES[part], _SHARES[part + 1]
    return lambda share, _words: progress(first + (last - first) * share)
