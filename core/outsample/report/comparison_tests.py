"""The tests of one model on one split: against its own train window, and against its benchmark."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from outsample.catalog import entry
from outsample.diagnostics.gap.wording import loss_unit
from outsample.diagnostics.study_losses import loss_of
from outsample.inference import (
    Judged as About,
)
from outsample.inference import (
    clark_west_by_time,
    diebold_mariano,
    giacomini_white,
    long_run,
)
from outsample.report.analysis import Analysis, Judged
from outsample.report.breakdown_tests import fixed_test, two_sided
from outsample.scores import ErrorUnit
from outsample.study import Study
from outsample.test_result import NotTested, TestResult
from outsample.typing import Floats

__all__ = ["comparison_tests"]

_INDEPENDENT: Final = 0.1  # first autocorrelation; beyond, a nominal 5 % becomes 10 % and more
_CONTAINS: Final = {  # what is left of a model when its further parameters are taken away
    "absolute-smile": "flat-vol",
    "relative-smile": "flat-vol",
    "merton": "flat-vol",
    "kou": "flat-vol",
    "variance-gamma": "flat-vol",
    "heston": "flat-vol",
    "bates": "heston",
    "svcj": "bates",
}


def comparison_tests(analysis: Analysis, judged: Judged) -> tuple[TestResult | NotTested, ...]:
    """Return breakdown tests, and those against the benchmark and against a smaller model that is on.

    On raw option losses a breakdown test finds that the market has changed, not the model: there it is about the
    contrast with the benchmark, and about the raw loss only beside it.
    """
    return tuple(_tests(analysis, judged))


def _tests(analysis: Analysis, judged: Judged) -> Iterator[TestResult | NotTested]:
    study = judged.study
    if study.differential is not None:
        yield fixed_test(study.differential, study, About.CONTRAST)
    yield fixed_test(study.loss, study, About.SCORE)
    if study.benchmark_loss is not None:
        first, second = _compared(study, study.benchmark_loss)
        names = (judged.entry.title, entry(study.contender.benchmark_name).title)
        unit = "" if study.is_ratio else loss_unit(study)
        yield _cautious(two_sided(diebold_mariano(first, second, unit=unit, names=names)), first - second)
        yield _cautious(giacomini_white(first, second, unit=unit, names=names), first - second)
    smaller = analysis.find(_CONTAINS.get(judged.entry.name, ""))
    if smaller is not None and study.score.error_power == 2 and study.score.unit is ErrorUnit.VOL_POINTS:
        yield _nested(study, smaller.study, analysis)


def _cautious(found: TestResult | NotTested, differentials: Floats) -> TestResult | NotTested:
    """Return a test that takes times as independent of each other, with what to keep in mind where they are not."""
    ar1 = long_run(differentials).ar1
    if isinstance(found, NotTested) or not ar1 > _INDEPENDENT:
        return found
    caution = (
        f"Beware: neighbouring times move together ({ar1:.2f}), which this test ignores; read the intervals below."
    )
    return replace(found, sentence=f"{found.sentence} {caution}")


def _compared(study: Study, benchmark: Floats) -> tuple[Floats, Floats]:
    """Return both losses over the test times that have them; logarithms where losses are compared by their ratio."""
    rows = study.test_rows
    first, second = study.loss[rows], benchmark[rows]
    if study.is_ratio:
        with np.errstate(divide="ignore", invalid="ignore"):
            first, second = np.log(first), np.log(second)
    known = np.isfinite(first) & np.isfinite(second)
    return first[known], second[known]


def _nested(study: Study, smaller: Study, analysis: Analysis) -> TestResult | NotTested:
    """Test whether what a model adds to a smaller one is worth its estimation.

    The mean square of the difference of two predictions is not a loss, but follows from three of them: with the
    midpoint m of s and l, ``(s - l)^2 = 2 (y - s)^2 + 2 (y - l)^2 - 4 (y - m)^2``.
    """
    rows = study.test_rows
    middle = 0.5 * (study.prediction.values + smaller.prediction.values)
    between = loss_of(study, analysis.data, middle)[rows]
    small, large = smaller.loss[rows], study.loss[rows]
    apart = 2.0 * small + 2.0 * large - 4.0 * between
    known = np.isfinite(small) & np.isfinite(large) & np.isfinite(apart)
    return clark_west_by_time(small[known], large[known], apart[known], unit=loss_unit(study))
