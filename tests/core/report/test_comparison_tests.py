"""Each test of the table is the one of its function, on the series it says it is on."""

import numpy as np
import pytest

from outsample.diagnostics import finite
from outsample.diagnostics.headline import series_of
from outsample.diagnostics.study_losses import loss_of
from outsample.inference import clark_west_by_time, diebold_mariano, giacomini_white
from outsample.report import analyse
from outsample.report.comparison_tests import comparison_tests
from outsample.study import Workspace
from outsample.test_result import NotTested
from outsample.windows import default_split


@pytest.fixture(scope="module")
def told(of_options):
    return comparison_tests(of_options, of_options.find("relative-smile"))


def named(tests, name):
    (one,) = (test for test in tests if test.name == name)
    return one


def test_option_losses_are_compared_by_their_logarithms(of_options, told):
    study = of_options.find("relative-smile").study
    rows = study.test_rows
    ours, theirs = np.log(study.loss[rows]), np.log(study.benchmark_loss[rows])
    known = np.isfinite(ours) & np.isfinite(theirs)
    equal = diebold_mariano(ours[known], theirs[known]).result
    found = named(told, equal.name)
    assert (found.statistic, found.p_value, found.effect) == (equal.statistic, equal.p_value, equal.effect)
    assert found.effect_unit == ""
    conditional = giacomini_white(ours[known], theirs[known])
    assert named(told, conditional.name).statistic == conditional.statistic


def test_the_smaller_model_that_is_on_is_nested_by_the_squared_difference_of_predictions(of_options, told):
    study, smaller = (of_options.find(name).study for name in ("relative-smile", "flat-vol"))
    apart = study.prediction.values - smaller.prediction.values
    target = of_options.data.realised(study.score.unit.domain)
    squares = loss_of(study, of_options.data, target + apart)[study.test_rows]
    rows = study.test_rows
    equal = clark_west_by_time(smaller.loss[rows], study.loss[rows], squares)
    found = named(told, equal.name)
    assert found.statistic == pytest.approx(equal.statistic, rel=1e-9)
    assert found.effect_unit == "squared vol pts"


def test_a_smaller_model_that_is_off_is_not_compared_with(market):
    alone = analyse(
        Workspace(market.quotes), default_split(market.quotes.times), "squared-vol-points", ("relative-smile",)
    )
    names = {one.name for one in comparison_tests(alone, alone.judged[0])}
    assert not any("clark" in name for name in names)


def test_sentences_name_models_as_they_are_titled(told):
    words = " ".join(one.sentence for one in told)
    assert "Frozen surface" in words
    assert "frozen-surface" not in words


def test_a_benchmark_is_held_against_its_own_train_window_alone(of_options):
    tests = comparison_tests(of_options, of_options.find("rolling-surface"))
    assert len(tests) == 1
    assert isinstance(tests[0], NotTested) or tests[0].effect_unit == "squared vol pts"


def test_losses_of_prices_keep_their_unit(of_prices):
    judged = of_prices.find("normal-var")
    units = {one.effect_unit for one in comparison_tests(of_prices, judged) if not isinstance(one, NotTested)}
    assert units == {"% of the price"}


def test_the_series_is_the_contrast_where_there_is_a_benchmark(of_options):
    contested, benchmark = (of_options.find(name).study for name in ("relative-smile", "rolling-surface"))
    assert series_of(contested) is contested.differential
    assert series_of(benchmark) is benchmark.loss
    assert finite(series_of(benchmark), benchmark.test_rows).size > 0
