"""Breakdown tests of a model that is refitted through the test window, and those that leave its overfitting out."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from outsample.diagnostics import finite
from outsample.diagnostics.gap import FoundOptimism
from outsample.diagnostics.gap.wording import loss_unit
from outsample.diagnostics.staleness import VintageLosses, refit_surprises
from outsample.inference import (
    Estimation,
    Judged,
    Optimism,
    SidedResult,
    breakdown_test,
    breakdown_title,
    surprise_losses,
)
from outsample.inference.breakdown import NAME
from outsample.study import Study
from outsample.test_result import NotTested, TestResult
from outsample.typing import Floats
from outsample.windows import Scheme

__all__ = ["corrected_tests", "estimation_of", "fixed_test", "refit_tests", "two_sided"]

_OWN_FROM: Final = 60  # test times, from where on the size of the test was found to hold


def estimation_of(study: Study) -> Estimation:
    """Return how the scheme of a study refits."""
    return Estimation.ROLLING if study.settings.scheme is Scheme.ROLLING else Estimation.RECURSIVE


def fixed_test(
    series: Floats, study: Study, judged: Judged, overfitting: Optimism | None = None
) -> TestResult | NotTested:
    """Test a model that was fitted once: its test losses, or contrasts, against their train mean.

    Each window counts with its own variance; below 60 test times that of the test window stands for both, since two
    variances from so few cosines reject 7.2 to 7.6 % at nominal 5 %.
    """
    train, test = finite(series, study.train_rows), finite(series, study.test_rows)
    found = breakdown_test(
        surprise_losses(train, test),
        test,
        train.size,
        judged,
        overfitting=overfitting,
        train_losses=train if test.size >= _OWN_FROM else None,
        unit=_unit(study, judged),
    )
    return two_sided(found)


def refit_tests(study: Study, vintages: VintageLosses | NotTested) -> tuple[TestResult | NotTested, ...]:
    """Test the contrast with the benchmark, where there is one, and the loss, under refits."""
    both = (Judged.SCORE,) if study.differential is None else (Judged.CONTRAST, Judged.SCORE)
    return tuple(_refit_test(study, vintages, judged) for judged in both)


def corrected_tests(
    study: Study, vintages: VintageLosses | NotTested, optimism: FoundOptimism | NotTested
) -> tuple[TestResult | NotTested, ...]:
    """Test the loss of the model fitted once, and of the refitted one, less what overfitting leads to."""
    return tuple(_corrected(study, vintages, optimism))


def _corrected(
    study: Study, vintages: VintageLosses | NotTested, optimism: FoundOptimism | NotTested
) -> Iterator[TestResult | NotTested]:
    if isinstance(optimism, NotTested):
        for scheme in (Estimation.FIXED, estimation_of(study)):
            yield NotTested(NAME, breakdown_title(Judged.SCORE, scheme, is_corrected=True), optimism.sentence)
        return
    known = Optimism(optimism.amount, optimism.source.value, optimism.of_refits)
    yield fixed_test(study.loss, study, Judged.SCORE, known)
    yield _refit_test(study, vintages, Judged.SCORE, known)


def _refit_test(
    study: Study, vintages: VintageLosses | NotTested, judged: Judged, overfitting: Optimism | None = None
) -> TestResult | NotTested:
    scheme = estimation_of(study)
    title = breakdown_title(judged, scheme, is_corrected=overfitting is not None)
    if isinstance(vintages, NotTested):
        return NotTested(NAME, title, vintages.sentence)
    made = refit_surprises(vintages, judged, scheme)
    if isinstance(made, NotTested):
        return NotTested(NAME, title, made.sentence)
    found = two_sided(
        breakdown_test(
            made.surprise,
            made.loss,
            made.train_count,
            judged,
            scheme=scheme,
            overfitting=overfitting,
            unit=_unit(study, judged),
        )
    )
    notes = list(_notes(vintages, judged))
    if isinstance(found, NotTested) or not notes:
        return found
    return replace(found, sentence=" ".join((found.sentence, *notes)))


def _notes(vintages: VintageLosses, judged: Judged) -> Iterator[str]:
    """Yield what has to be known of the refits."""
    if judged is Judged.CONTRAST:
        yield "The benchmark is refitted before each time as well."
    if vintages.origins.spacing > 1:
        yield f"The model is refitted once in {vintages.origins.spacing} times."
    if vintages.is_preview:
        yield "Fits are previews."


def _unit(study: Study, judged: Judged) -> str:
    return "" if judged is Judged.CONTRAST and study.is_ratio else loss_unit(study)


def two_sided(found: SidedResult | NotTested) -> TestResult | NotTested:
    """Return the two-sided result."""
    return found if isinstance(found, NotTested) else found.result
