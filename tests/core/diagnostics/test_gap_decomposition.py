"""The decomposition of a study: it adds up to the headline, and its sentence says whose fault it is."""

import numpy as np
import pytest

from outsample.catalog import contenders, score
from outsample.datasets import Prices
from outsample.diagnostics import headline
from outsample.diagnostics.gap import (
    GapCancelledError,
    GapDecomposition,
    OptimismSource,
    Part,
    cross_validate,
    decompose_gap,
    gap_parts,
)
from outsample.diagnostics.gap.causes import told
from outsample.errors import UsageError
from outsample.models.smile import FlatVol
from outsample.models.surface import FrozenSurface
from outsample.regimes import DailyVolatility, regime_track
from outsample.scores import ErrorUnit, SquaredError
from outsample.study import Study, Workspace, compare, evaluate
from outsample.test_result import NotTested
from outsample.typing import DAY
from outsample.windows import Split, Window, default_split

from .gap_regression import Perfect, Regression, regression, squares_of


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
        assert "own fault" not in gap.sentence
        assert "own merit" not in gap.sentence
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
    assert gap.sentence.startswith("Against Frozen surface, the loss of Flat vol is ")
    assert f"out of sample than in training ({percent})" in gap.sentence
    assert gap.loss.text(2.0) == "+2 squared vol pts"


# --- Whose fault -----------------------------------------------------------------------------------------------------


def test_many_useless_columns_are_the_fault_of_the_model():
    """No regime, no change: what is lost is optimism. A fit on 4/5 of 420 rows with 60 columns is worse still."""
    data = regression(60, days=600)
    study = squares_of(data, benchmark=Perfect())
    gap = decompose_gap(study, data, calm(study))
    parts = gap.primary.parts
    expected = (1.0 + 60.0 / (336.0 - 61.0)) - (1.0 - 60.0 / 420.0)  # mean squares of OLS with Gaussian regressors
    assert parts.term(Part.OPTIMISM).value == pytest.approx(expected, abs=0.1)
    assert parts.term(Part.OPTIMISM).is_distinguishable
    assert not parts.term(Part.WITHIN).is_distinguishable
    reason = "all of it and more is that it does worse on parts of the train window it was not fitted to (optimism +"
    assert parts.term(Part.OPTIMISM).value > parts.gap.estimate
    assert reason in gap.sentence


def test_a_slope_that_flips_is_a_change_within_regimes():
    data = regression(3, days=600, seed=3)
    sign = np.where(np.arange(600) < 420, 1.0, -1.0)
    flipped = Regression(data.times, data.x, data.y + sign * data.x[:, 0])
    study = squares_of(flipped, benchmark=Perfect())
    gap = decompose_gap(study, flipped, calm(study))
    within = gap.primary.parts.term(Part.WITHIN)
    assert within.is_distinguishable
    assert within.value == pytest.approx(4.0, abs=1.2)  # twice the slope, squared
    assert (
        "most of it is the model's own fault: it does worse than before under conditions that it was trained on"
        in gap.sentence
    )


def test_more_turbulent_times_are_not_the_fault_of_the_model():
    data = regression(2, days=600, seed=4)
    turbulent = (np.arange(600) % 60 >= 45) | ((np.arange(600) >= 420) & (np.arange(600) % 60 >= 15))
    rough = Regression(data.times, data.x, data.y * np.where(turbulent, 3.0, 1.0))
    study = squares_of(rough, benchmark=Perfect())
    gap = decompose_gap(study, rough, turbulent.astype(int))
    assert gap.primary.parts.term(Part.MIX).value == pytest.approx(0.5 * 8.0, abs=1.0)
    assert " is not the model's fault: the test window holds more of the conditions" in gap.sentence
    new = decompose_gap(study, rough, np.where(turbulent & (np.arange(600) >= 420), 3, 0))
    assert " is due to conditions that the train window did not hold (unseen regimes +" in new.sentence


def test_calmer_times_are_no_merit_of_the_model():
    data = regression(2, days=600, seed=5)
    turbulent = (np.arange(600) % 60 >= 30) & ((np.arange(600) < 420) | (np.arange(600) % 60 >= 57))
    rough = Regression(data.times, data.x, data.y * np.where(turbulent, 3.0, 1.0))
    study = squares_of(rough, benchmark=Perfect())
    sentence = decompose_gap(study, rough, turbulent.astype(int)).sentence
    assert "is lower out of sample" in sentence
    assert " is no merit of the model: the test window holds less of the conditions" in sentence


@pytest.mark.parametrize("rival", [None, Perfect()])
def test_chance_is_called_chance(rival):
    data = regression(1, days=200, seed=10)
    study = squares_of(data, benchmark=rival)
    gap = decompose_gap(study, data, calm(study))
    interval = gap.primary.parts.gap.interval()
    assert interval.low < 0.0 < interval.high
    assert gap.sentence.endswith("; the gap cannot be told from chance, nor its parts be blamed.")


def test_parts_that_cancel_are_not_blamed_for_a_gap_that_may_be_none():
    """More of a bad regime and less error in both: each is sure, their sum is not."""
    train_regime = np.repeat([0, 1], [300, 100])
    test_regime = np.repeat([0, 1], [100, 100])
    noise = np.random.default_rng(1).normal(size=600)
    train = np.where(train_regime == 0, 1.0, 5.0) + noise[:400]
    test = np.where(test_regime == 0, 0.0, 4.0) + noise[400:]
    parts = gap_parts(train, train.copy(), train_regime, test, test_regime)
    assert parts.term(Part.MIX).is_distinguishable
    assert parts.term(Part.WITHIN).is_distinguishable
    one = told(parts, "model", "rival", "nats", np.nan, np.nan)
    assert one.sentence.endswith("window alone); the gap cannot be told from chance, nor its parts be blamed.")


@pytest.mark.parametrize(
    ("m", "n", "words"),
    [
        (60, 1, "with 1 test time the"),
        (60, 19, "with 19 test times the"),
        (8, 5, "with 8 train times and 5 test times"),
    ],
)
def test_few_times_are_no_ground_for_blame(m, n, words):
    noise = np.random.default_rng(2).normal(size=m + n)
    columns = (noise[:m], noise[:m] + 1.0, np.zeros(m, int), noise[m:] + 50.0, np.zeros(n, int))
    sentence = told(gap_parts(*columns), "model", "rival", "", 0.5, np.nan).sentence
    assert words in sentence
    assert sentence.endswith("the gap cannot be told from chance, nor its parts be blamed.")


def test_of_optimism_it_is_said_what_is_the_fit_itself_where_that_is_clearly_less():
    noise = np.random.default_rng(3).normal(size=600)
    columns = (noise[:400], noise[:400] + 2.0, np.zeros(400, int), noise[400:] + 2.0, np.zeros(200, int))
    parts = gap_parts(*columns)
    clear, near, unknown = (told(parts, "m", "b", "nats", np.nan, amount).sentence for amount in (0.5, 1.5, np.nan))
    assert "(optimism +2 nats, of which +0.5 nats is the fit itself, the rest change inside train)." in clear
    assert near == unknown
    assert "fit itself" not in near


def test_the_scatter_of_the_fit_stands_beside_blocks_left_out_and_changes_no_part(studies):
    found, data, regimes = studies
    study = found["relative-smile"]
    plain, beside = (decompose_gap(study, data, regimes, expected_optimism=one) for one in (np.nan, 0.25))
    level = np.nanmean(study.loss[study.train_rows])
    assert beside.loss.fit_optimism == 0.25
    assert beside.contrast.fit_optimism == pytest.approx(np.log1p(0.25 / level))
    assert np.isnan(plain.contrast.fit_optimism)
    assert beside.source is OptimismSource.CROSS_VALIDATED
    assert beside.contrast.parts.terms == plain.contrast.parts.terms


# --- Scores that are no ratios ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def louder():
    """Return prices whose daily moves are twice as large in the test window."""
    moves = 0.02 * np.random.default_rng(1).normal(size=900)
    moves[630:] *= 2.0
    close = 100.0 * np.exp(np.r_[0.0, np.cumsum(moves)])
    time = 1_700_006_400 * 10**9 + DAY * np.arange(close.size)
    return Prices(time, close.copy(), close.copy(), close.copy(), close, np.full(close.size, np.nan), "X")


@pytest.mark.parametrize(
    ("name", "score_name", "unit"), [("ewma-variance", "qlike", "nats"), ("ewma-var", "pinball-0.01", "% of the price")]
)
def test_other_scores_are_judged_against_the_benchmark_by_their_difference(louder, name, score_name, unit):
    (study,) = compare(contenders((name,)), Workspace(louder), default_split(louder.times), score(score_name).score)
    gap = decompose_gap(study, louder, calm(study))
    assert gap.primary is gap.contrast
    assert (gap.contrast.unit, gap.contrast.benchmark) == (unit, study.rival)
    difference = study.loss - study.benchmark_loss
    means = [np.nanmean(difference[rows]) for rows in (study.train_rows, study.test_rows)]
    parts = gap.contrast.parts
    assert parts.gap.estimate == pytest.approx(means[1] - means[0], rel=1e-9)
    assert sum(term.value for term in parts.terms) == pytest.approx(means[1] - means[0], rel=1e-12)
    assert parts.test == pytest.approx(headline(study).delta, rel=1e-12)  # theta of the verdict
    assert f"Against {study.rival}, the loss of {study.title} is " in gap.sentence
    assert f"({gap.contrast.text(parts.gap.estimate)}, test less train; the verdict judges the test window alone)" in (
        gap.sentence
    )
    assert "own" not in gap.loss.sentence


def test_a_louder_market_is_no_fault_of_a_variance_that_follows_it(louder):
    """Both losses rise by the log of a variance four times as large; against each other they stay where they were."""
    chosen = contenders(("ewma-variance", "sample-variance"))
    studies = compare(chosen, Workspace(louder), default_split(louder.times), score("qlike").score)
    follows = decompose_gap(studies[0], louder, calm(studies[0]))
    assert follows.loss.parts.gap.estimate == pytest.approx(np.log(4.0), abs=0.3)
    assert abs(follows.contrast.parts.gap.estimate) < 0.1
    assert "own fault" not in follows.sentence
    assert follows.loss.sentence.endswith("; the loss itself rises and falls with the market.")


@pytest.mark.parametrize("scale", [0.7, 1.4])
def test_the_forecast_that_knows_the_variance_has_neither_fault_nor_merit(scale):
    random, m, n = np.random.default_rng(0), 600, 300
    variance = np.r_[np.full(m, 1.0), np.full(n, scale**2)] * 1e-4
    loss = np.log(variance) + random.normal(size=m + n) ** 2
    parts = gap_parts(loss[:m], loss[:m].copy(), np.zeros(m, int), loss[m:], np.zeros(n, int))
    sentence = told(parts, "oracle", "", "nats", np.nan, np.nan).sentence
    assert parts.term(Part.WITHIN).is_distinguishable
    assert "fault" not in sentence
    assert "merit" not in sentence
    assert sentence.endswith("; the loss itself rises and falls with the market.")


def test_equal_losses_have_no_gap():
    """Targets of 1 and -1 in turn, in blocks of even length, are missed by 1 wherever their mean comes from."""
    turns = Regression(regression(1).times, np.ones((300, 1)), np.where(np.arange(300) % 2 == 0, 1.0, -1.0))
    study = squares_of(turns)
    gap = decompose_gap(study, turns, calm(study))
    assert gap.sentence == "The loss of Squares is the same out of sample as in training."
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
    rivalled = squares_of(data, share=0.35, benchmark=Perfect())
    gap = decompose_gap(rivalled, data, calm(rivalled), blocks=20, expected_optimism=0.125)
    assert gap.contrast.parts.term(Part.OPTIMISM).value == pytest.approx(0.125)
    assert gap.contrast.fit_optimism == 0.125


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
