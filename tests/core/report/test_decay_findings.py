"""What is found about decay is what its parts say one by one; the quick parts come first, and it can be given up."""

import math
from dataclasses import replace

import numpy as np
import pytest

from outsample.diagnostics import finite
from outsample.diagnostics.gap import GapCancelledError, decompose_gap, fit_optimism, split_gap
from outsample.diagnostics.staleness import (
    StalenessCancelledError,
    half_life,
    paired_contrasts,
    recalibration_cost,
    split_triangle,
    staleness_curve,
    vintage_losses,
)
from outsample.errors import UsageError
from outsample.inference import compared_difference_intervals, expected_band, fluctuation_test
from outsample.report import analyse
from outsample.report.decay_findings import PENDING, DecayFindings, decay_stages, find_decay
from outsample.study import Workspace
from outsample.test_result import NotTested
from outsample.windows import Split, Window, default_split

SMILE = "relative-smile"
FROM_VINTAGES = ("vintages", "staleness", "half_life", "recalibration", "triangle")
FROM_GAP = ("gap", "optimism", "expected")
LATE_TESTS = {"refit_tests", "corrected_tests"}  # empty before they are there


@pytest.fixture(scope="module")
def stages(of_options):
    return list(decay_stages(of_options, SMILE))


@pytest.fixture(scope="module")
def found(stages) -> DecayFindings:
    return stages[-1]


def test_what_is_quick_is_told_before_what_is_not(stages):
    pending = [{name for name in DecayFindings.__dataclass_fields__ if getattr(one, name) is PENDING} for one in stages]
    assert pending == [{*FROM_VINTAGES, *FROM_GAP, "shuffled"}, {*FROM_GAP, "shuffled"}, {"shuffled"}, set()]
    assert [one.is_whole for one in stages] == [False, False, False, True]


def test_what_was_told_once_is_not_worked_out_again(stages):
    for name in set(DecayFindings.__dataclass_fields__) - LATE_TESTS:
        told = [getattr(one, name) for one in stages if getattr(one, name) is not PENDING]
        assert all(one is told[0] for one in told), name
    assert [bool(one.refit_tests) for one in stages] == [False, True, True, True]
    assert [bool(one.corrected_tests) for one in stages] == [False, False, True, True]


def test_staleness_and_triangle_are_those_of_the_vintages(of_options, found):
    study = of_options.find(SMILE).study
    vintages = vintage_losses(study, of_options.data)
    paired = paired_contrasts(vintages)
    curve = staleness_curve(paired)
    assert np.array_equal(found.vintages.loss, vintages.loss, equal_nan=True)
    for name in ("age", "value", "low", "high", "low_all", "high_all"):
        assert np.array_equal(getattr(found.staleness, name), getattr(curve, name), equal_nan=True), name
    assert found.half_life.sentence == half_life(paired, curve).sentence
    assert np.array_equal(found.recalibration.cost, recalibration_cost(paired).cost)
    assert np.array_equal(found.triangle.table, split_triangle(vintages).table, equal_nan=True)


def test_the_gap_is_split_as_its_own_functions_split_it(of_options, found):
    study, data = of_options.find(SMILE).study, of_options.data
    expected, codes = fit_optimism(study, data).amount, of_options.regimes.at(study.losses.times)
    assert repr(found.gap) == repr(decompose_gap(study, data, codes, expected_optimism=expected))
    assert repr(found.shuffled) == repr(split_gap(study, data, seconds=math.inf))
    train, count = finite(study.loss, study.train_rows), finite(study.loss, study.test_rows).size
    amount, spread = found.optimism.amount, found.optimism.spread
    assert found.expected == expected_band(train, amount, count, spread=spread, is_ratio=True)


def test_squared_errors_are_not_expected_below_zero(market):
    quotes = market.quotes
    models = ("frozen-surface", "flat-vol")
    analysis = analyse(Workspace(quotes), default_split(quotes.times), "squared-vol-points", models)
    found, study = find_decay(analysis, "frozen-surface", seconds=0.0), analysis.find("frozen-surface").study
    train, count = finite(study.loss, study.train_rows), finite(study.loss, study.test_rows).size
    amount, spread = found.optimism.amount, found.optimism.spread
    assert expected_band(train, amount, count, spread=spread).interval.low < 0.0
    assert found.expected == expected_band(train, amount, count, spread=spread, is_ratio=True)
    assert found.expected.interval.low >= 0.0


def test_losses_in_nats_may_be_expected_below_zero(market):
    analysis = analyse(Workspace(market.prices), default_split(market.prices.times), "qlike", ("ewma-variance",))
    found = find_decay(analysis, "ewma-variance", seconds=0.0)
    assert found.expected.interval.low < found.expected.interval.high < 0.0


def test_fluctuation_and_intervals_are_about_the_contrast_with_the_benchmark(of_options, found):
    study = of_options.find(SMILE).study
    contrast = study.differential[study.test_rows]
    times = study.losses.times[study.test_rows][np.isfinite(contrast)]
    contrast = contrast[np.isfinite(contrast)]
    moving = fluctuation_test(contrast, round(0.3 * contrast.size))
    assert np.array_equal(found.fluctuation.statistic, moving.statistic)
    assert np.array_equal(found.fluctuation_times, times[moving.centre])
    train = finite(study.differential, study.train_rows)
    assert found.intervals == compared_difference_intervals(train, contrast)


def test_progress_rises_to_the_end(of_options):
    told = []
    find_decay(of_options, "flat-vol", told.append)
    assert told == sorted(told)
    assert 0.0 < told[0] < 0.1
    assert 0.9 < told[-1] <= 1.0


@pytest.mark.parametrize(("model", "error"), [("rolling-surface", StalenessCancelledError), (SMILE, GapCancelledError)])
def test_who_gives_up_stops_the_work_at_the_next_fit(of_options, model, error):
    asked = []

    def is_given_up():
        asked.append(1)
        return len(asked) > 3

    with pytest.raises(error):
        find_decay(of_options, model, is_given_up=is_given_up)
    assert len(asked) == 4


def test_time_limits_the_shuffles_alone(of_options, found):
    short = find_decay(of_options, SMILE, seconds=0.0)
    assert short.shuffled.loss.draws == 2
    assert not short.shuffled.is_complete
    assert found.shuffled.is_complete
    assert repr(short.gap) == repr(found.gap)


def test_a_benchmark_has_nothing_to_fluctuate_against(of_options):
    stage = next(decay_stages(of_options, "rolling-surface"))
    assert isinstance(stage.fluctuation, NotTested)
    assert "found a model that is one" in stage.fluctuation.sentence
    assert stage.fluctuation_times.size == 0


def test_a_model_that_failed_says_what_it_said(market):
    split = default_split(market.quotes.times)
    failed = analyse(Workspace(market.quotes), split, "squared-vol-points", ("heston",))
    (failure,) = failed.failures
    with pytest.raises(UsageError) as raised:
        find_decay(failed, "heston")
    assert str(raised.value) == failure.sentence()


@pytest.mark.parametrize(("name", "words"), [("", "found none;"), ("kou", "found none called 'kou'")])
def test_a_model_that_is_off_is_asked_for(of_options, name, words):
    with pytest.raises(UsageError, match="switched on") as raised:
        find_decay(of_options, name)
    assert words in str(raised.value)


@pytest.mark.parametrize("times", [20, 21, 30])
def test_a_test_window_as_short_as_it_goes_gives_sentences_in_place(market, times):
    data, whole = market.quotes, default_split(market.quotes.times)
    first = int(np.searchsorted(data.times, whole.test.start))
    split = replace(whole, test=Window(whole.test.start, int(data.times[first + times])))
    found = find_decay(analyse(Workspace(data), split, "squared-vol-points", (SMILE, "flat-vol")), SMILE)
    parts = [getattr(found, name) for name in (*FROM_VINTAGES, *FROM_GAP, "shuffled", "fluctuation", "intervals")]
    for part in parts:
        assert not isinstance(part, NotTested) or part.sentence.count(";") >= 1
    assert found.is_whole


def test_prices_are_compared_by_their_difference(of_prices):
    found = find_decay(of_prices, "normal-var")
    assert not found.staleness.is_ratio
    assert found.gap.primary is found.gap.contrast
    assert found.gap.primary.unit == "% of the price"
    assert np.isnan(found.gap.primary.power)


def test_a_constant_series_is_refused_in_a_sentence(market):
    still = replace(market.prices, close=np.full(market.prices.close.size, 100.0))
    split: Split = default_split(still.times)
    analysis = analyse(Workspace(still), split, "qlike", ("ewma-variance", "rolling-variance"))
    for failure in analysis.failures:
        with pytest.raises(UsageError) as raised:
            find_decay(analysis, failure.model)
        assert str(raised.value).count(";") >= 1
    for one in analysis.judged:
        assert find_decay(analysis, one.entry.name).is_whole
