"""Everything about how one model goes stale that takes longer than a frame: the room of decay, and its tables.

What is quick does not wait for what is not. On 159,940 observations of 481 times and a busy machine tests and intervals
take 5 to 13 ms, the vintages of a smile 40, fits on blocks 0.8 s, twenty random splits 4 s.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from outsample.diagnostics import finite
from outsample.diagnostics.gap import (
    FoundOptimism,
    GapDecomposition,
    StudySplit,
    decompose_gap,
    fit_optimism,
    found_optimism,
    split_gap,
)
from outsample.diagnostics.headline import series_of
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
from outsample.report.breakdown_tests import corrected_tests, refit_tests
from outsample.report.comparison_tests import comparison_tests
from outsample.scores import ErrorUnit
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
        Breakdown of the model fitted once, and comparisons with the benchmark.
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
    refit_tests : tuple of TestResult or NotTested
        Breakdown of the model refitted through the test window; empty before its vintages are there.
    gap : GapDecomposition or NotTested
    optimism : FoundOptimism or NotTested
        Expected from the scatter of the fit where that is known and no parameter is at its bound, else
        cross-validated.
    expected : ExpectedBand or NotTested
        Where the test loss should lie if nothing changed.
    corrected_tests : tuple of TestResult or NotTested
        Breakdown of the loss less what overfitting leads to, fitted once and refitted; empty before that is known.
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
    refit_tests: tuple[TestResult | NotTested, ...] = ()
    gap: GapDecomposition | NotTested = PENDING
    optimism: FoundOptimism | NotTested = PENDING
    expected: ExpectedBand | NotTested = PENDING
    corrected_tests: tuple[TestResult | NotTested, ...] = ()
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
    yield (found := _with_vintages(found, vintages))
    yield (found := _with_gap(found, analysis, _within(progress, 1), is_given_up))
    shuffled = split_gap(study, data, seconds=seconds, progress=_within(progress, 2), cancelled=is_given_up)
    yield replace(found, shuffled=shuffled)


def _with_vintages(found: DecayFindings, vintages: VintageLosses | NotTested) -> DecayFindings:
    """Return findings with everything that follows from the losses by vintage."""
    staleness, life, cost = _aged(vintages)
    return replace(
        found,
        vintages=vintages,
        staleness=staleness,
        half_life=life,
        recalibration=cost,
        triangle=vintages if isinstance(vintages, NotTested) else split_triangle(vintages),
        refit_tests=refit_tests(found.judged.study, vintages),
    )


def _with_gap(
    found: DecayFindings, analysis: Analysis, progress: Callable[[float, str], None], is_given_up: Cancelled
) -> DecayFindings:
    """Return findings with the parts of the gap, the optimism among them, and what follows from that."""
    study, data, vintages = found.judged.study, analysis.data, found.vintages
    codes = analysis.regimes.at(study.losses.times)
    scatter = fit_optimism(study, data, 1 if isinstance(vintages, NotTested) else vintages.origins.lead)
    expected = math.nan if isinstance(scatter, NotTested) else scatter.amount
    gap = decompose_gap(study, data, codes, expected_optimism=expected, progress=progress, cancelled=is_given_up)
    optimism = found_optimism(scatter, gap)
    return replace(
        found,
        gap=gap,
        optimism=optimism,
        expected=_expected(study, optimism),
        corrected_tests=corrected_tests(study, vintages, optimism),
    )


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
    names = (study.title, study.rival)
    found = fluctuation_test(study.differential[rows][known], window, names=names)
    return found, times[:0] if isinstance(found, NotTested) else times[found.centre]


def _intervals(study: Study) -> tuple[ComparedInterval, ...] | NotTested:
    series = series_of(study)
    return compared_difference_intervals(finite(series, study.train_rows), finite(series, study.test_rows))


def _expected(study: Study, optimism: FoundOptimism | NotTested) -> ExpectedBand | NotTested:
    """Return where the mean test loss should lie: the train loss, raised by the optimism that was found.

    By ratio where losses are at least 0: by the score, all but those in nats.
    """
    if isinstance(optimism, NotTested):
        return optimism
    return expected_band(
        finite(study.loss, study.train_rows),
        optimism.amount,
        finite(study.loss, study.test_rows).size,
        spread=optimism.spread,
        is_ratio=study.score.unit is not ErrorUnit.NATS,
    )


def _within(progress: Progress, part: int) -> Callable[[float, str], None]:
    """Return a listener that tells the share of the whole from that of one part."""
    first, last = _SHARES[part], _SHARES[part + 1]
    return lambda share, _words: progress(first + (last - first) * share)
