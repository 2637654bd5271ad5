"""Breakdown tests under refits and less overfitting: those of their functions, in order, each saying what it is."""

from dataclasses import replace

import pytest

from outsample.catalog import entry, score
from outsample.diagnostics import finite
from outsample.diagnostics.gap import FitOptimism, OptimismSource, fit_optimism
from outsample.diagnostics.staleness import refit_surprises, vintage_losses
from outsample.inference import Estimation, Judged, Optimism, breakdown_test, surprise_losses
from outsample.report import analyse
from outsample.report.breakdown_tests import corrected_tests, estimation_of, fixed_test, refit_tests
from outsample.report.decay_findings import find_decay
from outsample.report.decay_tables import tests_table as table_of
from outsample.study import Settings, Workspace
from outsample.test_result import NotTested
from outsample.windows import Scheme, Window, default_split

SMILE = "relative-smile"


@pytest.fixture(scope="module", params=[Scheme.ANCHORED, Scheme.ROLLING], ids=lambda one: one.name)
def analysis(request, market):
    quotes = market.quotes
    settings = Settings(scheme=request.param)
    return analyse(Workspace(quotes), default_split(quotes.times), "squared-vol-points", (SMILE, "flat-vol"), settings)


@pytest.fixture(scope="module")
def found(analysis):
    return find_decay(analysis, SMILE)


def expected_of(found, judged, overfitting=None):
    scheme = estimation_of(found.judged.study)
    made = refit_surprises(found.vintages, judged, scheme)
    return breakdown_test(
        made.surprise, made.loss, made.train_count, judged, scheme=scheme, overfitting=overfitting
    ).result


def test_refits_are_tested_on_the_contrast_and_on_the_loss(analysis, found):
    words = {Scheme.ANCHORED: "growing refits", Scheme.ROLLING: "rolling refits"}[found.judged.study.settings.scheme]
    contrast, raw = found.refit_tests
    assert contrast.title == f"Forecast breakdown of the contrast with the benchmark, {words}"
    assert raw.title == f"Forecast breakdown of the raw score, {words}"
    for one, judged in ((contrast, Judged.CONTRAST), (raw, Judged.SCORE)):
        same = expected_of(found, judged)
        assert (one.statistic, one.p_value, one.effect, one.n) == (same.statistic, same.p_value, same.effect, same.n)
    assert (contrast.effect_unit, raw.effect_unit) == ("", "squared vol pts")
    assert contrast.sentence.endswith(". The benchmark is refitted before each time as well.")
    assert raw.n == found.judged.study.test_rows.stop - found.judged.study.test_rows.start


def test_the_corrected_tests_take_off_what_the_fit_leads_to(analysis, found):
    """The scores of this fit persist, and blocks left out show more than their scatter."""
    study, parts = found.judged.study, found.gap.loss.parts
    scatter = fit_optimism(study, analysis.data, lead=1)
    assert isinstance(scatter, FitOptimism)
    assert scatter.persistence > 0.8
    known, shown = found.optimism, parts.cross_validated - parts.in_sample
    assert (known.amount, known.source) == (shown, OptimismSource.CROSS_VALIDATED)
    assert known.of_refits == pytest.approx(scatter.of_refits + 0.5 * (shown - scatter.amount), rel=1e-12)
    fixed, refitted = found.corrected_tests
    correction = Optimism(known.amount, of_refits=known.of_refits)
    train, test = finite(study.loss, study.train_rows), finite(study.loss, study.test_rows)
    once = breakdown_test(surprise_losses(train, test), test, train.size, Judged.SCORE, overfitting=correction).result
    assert (fixed.statistic, fixed.effect) == (once.statistic, once.effect)
    again = expected_of(found, Judged.SCORE, correction)
    assert (refitted.statistic, refitted.effect) == (again.statistic, again.effect)
    assert fixed.effect < found.tests[1].effect
    assert refitted.effect < found.refit_tests[1].effect
    assert "that overfitting leads to (cross-validated in blocks)" in fixed.sentence
    assert fixed.title.endswith("raw score, fitted once, less overfitting")
    assert refitted.title.endswith("refits, less overfitting")


def test_a_corrected_test_stands_below_the_same_uncorrected(found):
    table = {column.header: column.values.tolist() for column in table_of(found).columns}
    once, again = (one.title for one in (found.tests[1], found.refit_tests[1]))
    assert table["test"][:6] == [
        found.tests[0].title,
        once,
        f"{once}, less overfitting",
        found.refit_tests[0].title,
        again,
        f"{again}, less overfitting",
    ]
    assert table["test"][-1] == "Expected loss out of sample"
    said, study = table["says"][-1], found.judged.study
    mean = float(finite(study.loss, study.test_rows).mean())
    assert f"; it is {mean:.4g} squared vol pts, " in said
    assert f"Optimism of {found.optimism.amount:.3g} squared vol pts is cross-validated in blocks, 5 of them" in said
    assert table["effect"][-1] == found.expected.centre
    place = (
        "inside"
        if table["low"][-1] <= mean <= table["high"][-1]
        else ("above" if mean > table["high"][-1] else "below")
    )
    assert f", {place}" in said


def test_a_loss_without_scores_is_corrected_by_cross_validation(market):
    prices = market.prices
    models = ("normal-var", "historical-var")
    analysis = analyse(Workspace(prices), default_split(prices.times), score("pinball-0.01").score.name, models)
    found = find_decay(analysis, "normal-var")
    assert found.optimism.source is OptimismSource.CROSS_VALIDATED
    parts = found.gap.loss.parts
    assert found.optimism.amount == parts.cross_validated - parts.in_sample
    assert found.expected.optimism == found.optimism.amount
    assert "(cross-validated in blocks)" in found.corrected_tests[0].sentence
    assert "needs squared vol errors, found" in table_of(found).columns[1].values[-1]


def test_a_benchmark_is_tested_on_its_loss_alone(market):
    prices = market.prices
    analysis = analyse(Workspace(prices), default_split(prices.times), "qlike", ("sample-variance",))
    study = analysis.judged[0].study
    (one,) = refit_tests(study, vintage_losses(study, prices))
    assert one.title == "Forecast breakdown of the raw score, growing refits"
    assert entry("sample-variance").benchmark == ""


def test_what_cannot_be_tested_says_why_in_its_place(found):
    study = found.judged.study
    missing = NotTested("vintages", "Losses by vintage", "staleness needs vintages, found none; wait")
    tests = (*refit_tests(study, missing), *corrected_tests(study, missing, found.optimism)[1:])
    assert {one.sentence for one in tests} == {missing.sentence}
    assert len({one.title for one in tests}) == 3
    unknown = NotTested("optimism", "Optimism", "optimism needs a fit, found none; wait")
    assert {one.sentence for one in corrected_tests(study, found.vintages, unknown)} == {unknown.sentence}


def test_few_and_previewed_vintages_are_said(analysis, found):
    study, vintages = found.judged.study, found.vintages
    sparse = vintage_losses(study, analysis.data, most_origins=9)
    _, raw = refit_tests(study, replace(sparse, is_preview=True))
    assert raw.sentence.endswith(f" The model is refitted once in {sparse.origins.spacing} times. Fits are previews.")
    assert raw.n == vintages.origins.dates
    assert estimation_of(study) in (Estimation.RECURSIVE, Estimation.ROLLING)


@pytest.mark.parametrize("short", [True, False])
def test_the_train_window_has_its_own_variance_from_sixty_test_times_on(market, short):
    times = market.quotes.times
    begin, stop = int(times[45]), int(times[45 + (50 if short else 65)])
    split = replace(default_split(times), train=Window(int(times[0]), begin), test=Window(begin, stop))
    study = analyse(Workspace(market.quotes), split, "squared-vol-points", (SMILE, "flat-vol")).find(SMILE).study
    train, test = finite(study.loss, study.train_rows), finite(study.loss, study.test_rows)
    assert (test.size < 60) == short
    surprise = surprise_losses(train, test)
    own, one = (
        breakdown_test(surprise, test, train.size, Judged.SCORE, train_losses=losses).result for losses in (train, None)
    )
    found = fixed_test(study.loss, study, Judged.SCORE)
    assert own.statistic != one.statistic
    assert found.statistic == (one if short else own).statistic
