"""The tests of one model on one split: against its own train window, and against its benchmark."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from outsample.catalog import entry
from outsample.diagnostics import finite
from outsample.diagnostics.gap.cross_validation import loss_of
from outsample.diagnostics.gap.wording import loss_unit
from outsample.inference import (
    Judged as About,
)
from outsample.inference import (
    SidedResult,
    breakdown_test,
    clark_west_by_time,
    diebold_mariano,
    giacomini_white,
    surprise_losses,
)
from outsample.report.analysis import Analysis, Judged
from outsample.scores import ErrorUnit
from outsample.study import Study
from outsample.test_result import NotTested, TestResult
from outsample.typing import Floats

__all__ = ["comparison_tests", "series_of"]

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


def series_of(study: Study) -> Floats:
    """Return (m,) what tests are about: the contrast with the benchmark where there is one, else the loss."""
    return study.loss if study.differential is None else study.differential


def comparison_tests(analysis: Analysis, judged: Judged) -> tuple[TestResult | NotTested, ...]:
    """Return breakdown tests, and those against the benchmark and against a smaller model that is on.

    On raw option losses a breakdown test finds that the market has changed, not the model: there it is about the
    contrast with the benchmark, and about the raw loss only beside it.
    """
    return tuple(_tests(analysis, judged))


def _tests(analysis: Analysis, judged: Judged) -> Iterator[TestResult | NotTested]:
    study = judged.study
    if study.differential is not None:
        yield _breakdown(study.differential, study, About.CONTRAST)
    yield _breakdown(study.loss, study, About.SCORE)
    if study.benchmark_loss is not None:
        first, second = _compared(study, study.benchmark_loss)
        names = (judged.entry.title, entry(study.contender.benchmark_name).title)
        unit = "" if study.is_ratio else loss_unit(study)
        yield _two_sided(diebold_mariano(first, second, unit=unit, names=names))
        yield giacomini_white(first, second, unit=unit, names=names)
    smaller = analysis.find(_CONTAINS.get(judged.entry.name, ""))
    if smaller is not None and study.score.error_power == 2 and study.score.unit is ErrorUnit.VOL_POINTS:
        yield _nested(study, smaller.study, analysis)


def _breakdown(series: Floats, study: Study, about: About) -> TestResult | NotTested:
    train, test = finite(series, study.train_rows), finite(series, study.test_rows)
    unit = "" if about is About.CONTRAST and study.is_ratio else loss_unit(study)
    return _two_sided(breakdown_test(surprise_losses(train, test), test, train.size, about, unit=unit))


def _two_sided(found: SidedResult | NotTested) -> TestResult | NotTested:
    return found if isinstance(found, NotTested) else found.result


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
