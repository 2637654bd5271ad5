"""Losses by regime: means as shown, how sure their difference is, and what the model had never seen."""

import math

import numpy as np
import pytest

from outsample.catalog import contenders, score
from outsample.diagnostics import headline
from outsample.diagnostics.gap import regime_losses, regime_name
from outsample.errors import UsageError
from outsample.inference import long_run
from outsample.regimes import Regime
from outsample.study import Workspace, compare
from outsample.windows import default_split

from .gap_regression import Perfect, Regression, Zero, regression, squares_of

QUIET, LOUD = int(Regime.CALM), int(Regime.STRESSED)


@pytest.fixture(scope="module")
def study(market):
    data = market.quotes
    names, chosen = ("relative-smile",), score("squared-vol-points").score
    return compare(contenders(names), Workspace(data), default_split(data.times), chosen)[0]


def test_one_regime_has_the_numbers_of_the_headline(study):
    (row,) = regime_losses(study, np.full(study.loss.size, QUIET)).rows
    summary = headline(study)
    assert (row.times_train, row.times_test) == (summary.times_train, summary.times_test)
    assert (row.loss_train, row.loss_test) == pytest.approx((summary.in_sample, summary.out_of_sample))
    assert (row.share_train, row.share_test, row.name) == (1.0, 1.0, "calm")


def windows(study):
    return study.train_rows, study.test_rows


def test_every_number_is_that_of_the_times_of_its_regime(study):
    codes = np.random.default_rng(1).integers(0, 3, study.loss.size)
    found = regime_losses(study, codes)
    assert found.unit == "vol pts"
    for row in found.rows:
        parts = []
        for rows in (study.train_rows, study.test_rows):
            loss, at = study.loss[rows], codes[rows]
            chosen = loss[(at == row.code) & np.isfinite(loss)]
            parts.append((chosen, np.count_nonzero(np.isfinite(loss))))
        (train, m), (test, n) = parts
        assert (row.times_train, row.times_test) == (train.size, test.size)
        assert (row.share_train, row.share_test) == pytest.approx((train.size / m, test.size / n))
        assert row.loss_train == pytest.approx(math.sqrt(train.mean()))
        assert row.difference == pytest.approx(math.sqrt(test.mean()) - math.sqrt(train.mean()))
        if min(train.size, test.size) < 10:
            assert math.isnan(row.low)
        else:
            assert row.low < row.difference < row.high
        assert not row.is_unseen
        ratio = [np.nanmean(np.where(codes == row.code, study.differential, np.nan)[rows]) for rows in windows(study)]
        assert row.contrast == pytest.approx(ratio[1] - ratio[0])
    assert any(row.contrast_low < row.contrast < row.contrast_high for row in found.rows)


def test_the_interval_of_a_root_is_that_of_the_mean_over_twice_the_root():
    """Mean losses are shown here: with one regime the interval is that of a difference of means."""
    data = regression(2, days=400)
    study = squares_of(data)
    (row,) = regime_losses(study, np.zeros(400, dtype=int)).rows
    before, after = long_run(study.loss[:280]), long_run(study.loss[280:])
    roots = math.sqrt(before.mean), math.sqrt(after.mean)
    error = math.hypot(before.standard_error / (2.0 * roots[0]), after.standard_error / (2.0 * roots[1]))
    assert (row.high - row.low) / error == pytest.approx(2.0 * 2.0, rel=0.1)  # about two errors either way
    assert row.high - row.difference == pytest.approx(row.difference - row.low)


def rough(codes):
    data = regression(1, days=codes.size, seed=6)
    return Regression(data.times, data.x, data.y * np.where(codes == LOUD, 4.0, 1.0))


def test_the_sentence_names_what_changed_and_what_is_new():
    codes = np.where(np.arange(500) % 50 < 10, LOUD, QUIET)
    data = rough(codes)
    louder = Regression(data.times, data.x, np.where((np.arange(500) >= 350) & (codes == QUIET), 3.0, 1.0) * data.y)
    found = regime_losses(squares_of(louder, benchmark=Perfect()), codes)
    assert found.sentence == "Against Perfect, Squares does worse in calm than in training."
    alone = regime_losses(squares_of(louder), codes)
    assert alone.sentence == (
        "The loss of Squares is higher in calm than in training; the loss itself rises and falls with the market."
    )
    assert math.isnan(alone.rows[0].contrast)
    seen = np.where(np.arange(500) >= 350, codes, QUIET)
    new = regime_losses(squares_of(data), seen)
    assert [row.is_unseen for row in new.rows] == [False, True]
    assert new.sentence.endswith("; its train window has no time of stressed.")
    assert math.isnan(new.rows[1].loss_train)
    assert math.isnan(new.rows[1].difference)
    assert not new.rows[1].is_distinguishable


def test_a_rise_that_the_benchmark_shares_is_not_said_of_the_model():
    """No column has to do with the target: in calm both lose more than before, and as much more."""
    codes = np.where(np.arange(500) % 50 < 10, LOUD, QUIET)
    data = regression(1, days=500, seed=6)
    louder = Regression(data.times, data.x, np.where((np.arange(500) >= 350) & (codes == QUIET), 3.0, 1.0) * data.y)
    found = regime_losses(squares_of(louder, benchmark=Zero()), codes)
    calm = found.rows[0]
    assert calm.is_distinguishable
    assert calm.contrast_low < 0.0 < calm.contrast_high
    assert found.sentence == "In no regime can what Squares does against Zero be told from training."


def test_a_level_outside_train_is_no_regime_that_train_lacks():
    codes = np.where(np.arange(300) >= 280, int(Regime.UNSEEN), QUIET)
    study = squares_of(regression(1))
    assert regime_losses(study, codes).sentence.endswith("; some test times are unlike any of its train window.")
    codes[260:280] = LOUD
    assert regime_losses(study, codes).sentence.endswith(
        "; its train window has no time of stressed; some test times are unlike any of its train window."
    )


def test_a_regime_of_a_few_times_has_no_interval():
    codes = np.zeros(300, dtype=int)
    codes[[100, 250]] = LOUD
    codes[120] = int(Regime.NORMAL)
    _, normal, stressed = regime_losses(squares_of(regression(1)), codes).rows
    assert (stressed.times_train, stressed.times_test) == (1, 1)
    assert math.isnan(stressed.high)
    assert not stressed.is_distinguishable
    assert (normal.times_train, normal.times_test, normal.share_test) == (1, 0, 0.0)
    assert math.isnan(normal.low)


def test_constant_losses_differ_nowhere():
    turns = Regression(regression(1).times, np.ones((300, 1)), np.where(np.arange(300) % 2 == 0, 1.0, -1.0))
    found = regime_losses(squares_of(turns), np.arange(300) // 100)
    assert [row.is_distinguishable for row in found.rows] == [False] * 3
    assert found.sentence == "In no regime can the loss of Squares be told from that in training."


def test_codes_without_a_colour_have_a_number():
    assert [regime_name(code) for code in (0, 1, 2, 3, 7, -1)] == [
        *("calm", "normal", "stressed", "unseen"),
        *("regime 7", "regime -1"),
    ]


def test_regimes_of_another_history_are_refused():
    data = regression(1)
    with pytest.raises(UsageError, match="need the regime of each of 300 times, found 2"):
        regime_losses(squares_of(data), np.zeros(2, dtype=int))
