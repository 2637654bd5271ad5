"""The decomposition of a study: it adds up to the headline, and its sentence says whose fault it is."""

import numpy as np
import pytest

from outsample.catalog import contenders, score
from outsample.diagnostics import headline
from outsample.diagnostics.gap import (
    GapCancelledError,
    GapDecomposition,
    OptimismSource,
    Part,
    cross_validate,
    decompose_gap,
)
from outsample.errors import UsageError
from outsample.models.smile import FlatVol
from outsample.models.surface import FrozenSurface
from outsample.regimes import DailyVolatility, regime_track
from outsample.scores import ErrorUnit, SquaredError
from outsample.study import Study, Workspace, compare, evaluate
from outsample.test_result import NotTested
from outsample.windows import Split, Window, default_split

from .gap_regression import Regression, regression, squares_of


@pytest.fixture(scope="module")
def studies(market):
    """Return studies of option models, their data and the regimes of their times."""
    data = market.quotes
    split = default_split(data.times)
    names = ("rolling-surface", "flat-vol", "relative-smile")
    found = compare(contenders(names), Workspace(data), split, score("squared-vol-points").score)
    prices = data.underlying()
    track = regime_track(DailyVolatility.of(prices.time, prices.close), split.train)
    return {one.name: one for one in found}, data, track.at(data.times)


def calm(study):
    return np.zeros(study.loss.size, dtype=int)


# --- It adds up ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rolling-surface", "flat-vol", "relative-smile"])
def test_both_gaps_close_and_the_contrast_is_the_headline(name, studies):
    found, data, regimes = studies
    study = found[name]
    gap = decompose_gap(study, data, regimes)
    parts = gap.loss.parts
    train, test = (study.loss[rows] for rows in (study.train_rows, study.test_rows))
    assert sum(term.value for term in parts.terms) == pytest.approx(np.nanmean(test) - np.nanmean(train), rel=1e-12)
    assert gap.source is OptimismSource.CROSS_VALIDATED
    assert gap.blocks == 5
    if name == "rolling-surface":
        assert gap.contrast is None
        assert gap.primary is gap.loss
        assert parts.term(Part.OPTIMISM).value == 0.0
        return
    assert gap.primary is gap.contrast
    summary = headline(study)
    assert sum(term.value for term in gap.contrast.parts.terms) == pytest.approx(summary.delta, rel=1e-12)
    interval = gap.contrast.parts.gap.interval()
    assert (interval.low, interval.high) == pytest.approx((summary.low, summary.high), rel=1e-12)


def test_the_optimism_of_a_contrast_is_that_of_the_model_alone(studies):
    found, data, regimes = studies
    study = found["relative-smile"]
    validated, rows = cross_validate(study, data).loss, study.train_rows
    expected = np.nanmean(np.log(validated[rows] / study.loss[rows]))
    gap = decompose_gap(study, data, regimes)
    assert gap.contrast.parts.term(Part.OPTIMISM).value == pytest.approx(expected, rel=1e-9)


def test_the_sentence_of_a_ratio_is_in_percent_of_what_is_shown(studies):
    found, data, regimes = studies
    gap = decompose_gap(found["flat-vol"], data, regimes)
    delta = gap.contrast.parts.gap.estimate
    percent = f"{100.0 * np.expm1(0.5 * delta):+.3g} %".replace("-", "−")
    assert gap.contrast.text(delta) == percent
    assert gap.sentence.startswith("Against frozen-surface, the loss of flat-vol is ")
    assert f"out of sample than in training ({percent})" in gap.sentence
    assert gap.loss.text(2.0) == "+2 squared vol pts"


# --- Whose fault -----------------------------------------------------------------------------------------------------


def test_many_useless_columns_are_the_fault_of_the_model():
    """No regime, no change: what is lost is optimism. A fit on 4/5 of 420 rows with 60 columns is worse still."""
    data = regression(60, days=600)
    study = squares_of(data)
    gap = decompose_gap(study, data, calm(study))
    parts = gap.primary.parts
    expected = (1.0 + 60.0 / (336.0 - 61.0)) - (1.0 - 60.0 / 420.0)  # mean squares of OLS with Gaussian regressors
    assert parts.term(Part.OPTIMISM).value == pytest.approx(expected, abs=0.1)
    assert parts.term(Part.OPTIMISM).is_distinguishable
    assert not parts.term(Part.WITHIN).is_distinguishable
    reason = "all of it and more is the model's own fault: it follows its train window too closely (optimism +"
    assert parts.term(Part.OPTIMISM).value > parts.gap.estimate
    assert reason in gap.sentence


def test_a_slope_that_flips_is_a_change_within_regimes():
    data = regression(3, days=600, seed=3)
    sign = np.where(np.arange(600) < 420, 1.0, -1.0)
    flipped = Regression(data.times, data.x, data.y + sign * data.x[:, 0])
    study = squares_of(flipped)
    gap = decompose_gap(study, flipped, calm(study))
    within = gap.primary.parts.term(Part.WITHIN)
    assert within.is_distinguishable
    assert within.value == pytest.approx(4.0, abs=1.2)  # twice the slope, squared
    assert (
        "most of it is the model's own fault: it errs more than before under conditions that it was trained on"
        in gap.sentence
    )


def test_more_turbulent_times_are_not_the_fault_of_the_model():
    data = regression(2, days=600, seed=4)
    turbulent = (np.arange(600) % 60 >= 45) | ((np.arange(600) >= 420) & (np.arange(600) % 60 >= 15))
    rough = Regression(data.times, data.x, data.y * np.where(turbulent, 3.0, 1.0))
    study = squares_of(rough)
    gap = decompose_gap(study, rough, turbulent.astype(int))
    assert gap.primary.parts.term(Part.MIX).value == pytest.approx(0.5 * 8.0, abs=1.0)
    assert " is not the model's fault: the test window holds more of the conditions" in gap.sentence
    new = decompose_gap(study, rough, np.where(turbulent & (np.arange(600) >= 420), 3, 0))
    assert " is due to conditions that the train window did not hold (unseen regimes +" in new.sentence


def test_calmer_times_are_no_merit_of_the_model():
    data = regression(2, days=600, seed=5)
    turbulent = (np.arange(600) % 60 >= 30) & ((np.arange(600) < 420) | (np.arange(600) % 60 >= 57))
    rough = Regression(data.times, data.x, data.y * np.where(turbulent, 3.0, 1.0))
    study = squares_of(rough)
    sentence = decompose_gap(study, rough, turbulent.astype(int)).sentence
    assert "is lower out of sample" in sentence
    assert " is no merit of the model: the test window holds less of the conditions" in sentence


def test_chance_is_called_chance():
    data = regression(1, days=200, seed=10)
    study = squares_of(data)
    assert decompose_gap(study, data, calm(study)).sentence.endswith("no part of that can be told from chance.")


def test_equal_losses_have_no_gap():
    """Targets of 1 and -1 in turn, in blocks of even length, are missed by 1 wherever their mean comes from."""
    turns = Regression(regression(1).times, np.ones((300, 1)), np.where(np.arange(300) % 2 == 0, 1.0, -1.0))
    study = squares_of(turns)
    gap = decompose_gap(study, turns, calm(study))
    expected = "The loss of Squares is the same out of sample as in training; no part of that can be told from chance."
    assert gap.sentence == expected
    assert [term.value for term in gap.primary.parts.terms] == pytest.approx([0.0] * 4, abs=1e-12)


# --- Where nothing can be left out -----------------------------------------------------------------------------------


def test_a_model_that_cannot_be_cross_validated_has_the_optimism_that_is_expected(market):
    """A split of eight train times is too short for five blocks."""
    data = market.quotes
    split = Split(Window(int(data.times[0]), int(data.times[8])), Window(int(data.times[8]), int(data.times[40])))
    study = evaluate(FlatVol(), data, split, SquaredError(ErrorUnit.VOL_POINTS), FrozenSurface())
    assert isinstance(study, Study)
    gap = decompose_gap(study, data, calm(study), expected_optimism=2.5)
    assert isinstance(gap, GapDecomposition)
    assert (gap.source, gap.blocks) == (OptimismSource.EXPECTED, 0)
    level = np.nanmean(study.loss[study.train_rows])
    term = gap.loss.parts.term(Part.OPTIMISM)
    assert term.value == pytest.approx(2.5)
    assert np.isnan(term.low)
    assert not term.is_distinguishable
    assert gap.contrast.parts.term(Part.OPTIMISM).value == pytest.approx(np.log1p(2.5 / level))
    assert gap.sentence.endswith(
        "; optimism is expected from the scatter of the fit, for the model cannot be cross-validated."
    )
    for parts in (gap.loss.parts, gap.contrast.parts):
        assert sum(one.value for one in parts.terms) == pytest.approx(parts.gap.estimate, rel=1e-12)
    without = decompose_gap(study, data, calm(study))
    assert isinstance(without, NotTested)
    assert without.sentence.startswith("cross-validation in 5 blocks needs 10 train times with a loss, found 8; widen")


def test_expected_optimism_is_an_amount_where_losses_are_no_ratios():
    data = regression(1, days=60)
    study = squares_of(data, share=0.35)
    gap = decompose_gap(study, data, calm(study), blocks=20, expected_optimism=0.125)
    assert gap.loss.parts.term(Part.OPTIMISM).value == pytest.approx(0.125)
    assert gap.contrast is None


def test_a_model_of_which_nothing_is_expected_is_not_tested_and_says_why():
    data = regression(1, days=60)
    study = squares_of(data, share=0.35)
    found = decompose_gap(study, data, calm(study), blocks=20)
    assert isinstance(found, NotTested)
    assert found.sentence == (
        "cross-validation in 20 blocks needs 40 train times with a loss, found 21; widen the train window"
    )


# --- Bad input -------------------------------------------------------------------------------------------------------


def test_a_test_window_without_losses_is_not_tested_and_nothing_is_fitted():
    data = regression(1)
    study = squares_of(data)
    rows = study.test_rows
    missing = np.where(np.arange(300) >= rows.start, np.nan, data.y)
    gone = Regression(data.times, data.x, missing)
    found = decompose_gap(squares_of(gone), gone, calm(study), progress=lambda *_: pytest.fail("fitted"))
    assert isinstance(found, NotTested)
    assert "needs a test time with a loss, found none among 90" in found.sentence


def test_times_without_a_loss_are_left_out_and_counted():
    data = regression(2)
    y = data.y.copy()
    y[[5, 100, 101, 250]] = np.nan
    holed = Regression(data.times, data.x, y)
    study = squares_of(holed)
    parts = decompose_gap(study, holed, calm(study)).loss.parts
    assert (parts.times_train, parts.times_test, parts.left_out) == (207, 89, 4)
    assert parts.in_sample == pytest.approx(np.nanmean(study.loss[study.train_rows]))
    assert np.isfinite([term.value for term in parts.terms]).all()


def test_regimes_of_another_history_are_refused():
    data = regression(1)
    with pytest.raises(UsageError, match="needs the regime of each of 300 times, found 3"):
        decompose_gap(squares_of(data), data, np.zeros(3, dtype=int))


def test_somebody_may_stop_it():
    data = regression(1)
    study = squares_of(data)
    with pytest.raises(GapCancelledError, match="found it cancelled after 0"):
        decompose_gap(study, data, calm(study), cancelled=lambda: True)
