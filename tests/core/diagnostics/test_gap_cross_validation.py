"""Purged block cross-validation against loops that fit and judge anew; nothing from the train end on has a say."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtri

from outsample.calibration.tape_pooling import Expansions
from outsample.calibration.tape_shelf import NeedsTape, ensure_tapes, find_tape
from outsample.calibration.tape_store import tape_path
from outsample.catalog import MODELS, SCORES, Kind, contenders, score
from outsample.conformance import OPTION_QUOTES, PRICES
from outsample.datasets import Prices, Settlement
from outsample.datasets.without import only_times
from outsample.diagnostics.gap import GapCancelledError, cross_validate, fit_on
from outsample.errors import FitError
from outsample.formulas import fourier
from outsample.models.parametric_smile import Leland
from outsample.models.smile import FlatVol
from outsample.models.transform import Heston, HestonState, Merton
from outsample.scores import ErrorUnit, SquaredError
from outsample.study import Study, Workspace, compare, evaluate
from outsample.typing import DAY, YEAR
from outsample.windows import Split, Window, default_split

from .gap_regression import Regression, regression, squares_of

SLOW = ("american", "svi", "corrado-su")  # seconds each, where histories are many
OPTIONS = [
    pytest.param(one.name, marks=(pytest.mark.slow,) if one.name in SLOW else ())
    for one in MODELS
    if one.kind is Kind.OPTIONS and not isinstance(one.build(), NeedsTape)
]
ON_PRICES = [found for found in MODELS if found.kind is Kind.PRICES]


def daily(seed=3, days=400):
    random = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(0.03 * random.standard_t(5, days + 1)))
    time = 1_700_006_400 * 10**9 + DAY * np.arange(days + 1)
    return Prices(time, close.copy(), close.copy(), close.copy(), close, np.full(close.size, np.nan), "X")


def studied(data, name, score_name, split=None):
    found = compare(contenders((name,)), Workspace(data), split or default_split(data.times), score(score_name).score)[
        0
    ]
    assert isinstance(found, Study), found
    return found


def blocks_of(train, blocks):
    """Indices of the times of each block."""
    return np.array_split(np.arange(train.start, train.stop), blocks)


# --- Against loops ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purge", [0, 3])
def test_normal_value_at_risk_is_refitted_without_the_block(purge):
    data = daily()
    study = studied(data, "normal-var", "pinball-0.01", default_split(data.times, purge * DAY))
    found, train = cross_validate(study, data), study.train_rows
    returns = data.returns
    for block in blocks_of(train, 5):
        stays = np.arange(train.start, train.stop)
        stays = stays[(stays < block[0] - purge) | (stays > block[-1] + purge)]
        known = returns[stays]
        quantile = 100.0 * (known.mean() + ndtri(0.01) * known.std(ddof=1))
        for i in block:
            gap = quantile - 100.0 * returns[i]
            expected = (1.0 - 0.01) * gap if gap >= 0.0 else -0.01 * gap
            assert found.loss[i] == pytest.approx(expected, rel=1e-9)
    assert np.isnan(found.loss[train.stop :]).all()
    assert found.blocks == 5


def composed(data, train, losses):
    """L_t from the losses of quotes, by cell, cells weighted as in the train window."""
    seen = data.observed
    inside = (seen.time_index >= train.start) & (seen.time_index < train.stop)
    share = np.bincount(seen.cell[inside], minlength=data.n_cells) / inside.sum()
    out = np.full(data.times.size, np.nan)
    for t in range(data.times.size):
        at = seen.time_index == t
        cells = np.unique(seen.cell[at])
        covered = share[cells].sum()
        if covered > 0.0:
            means = [losses[at & (seen.cell == cell)].mean() for cell in cells]
            out[t] = (share[cells] @ means) / covered
    return out


def test_smiles_are_refitted_without_the_block(market):
    """Six columns by numpy's own solver, with the ridge of the definition."""
    data = market.quotes
    study = studied(data, "relative-smile", "squared-vol-points")
    found, train, seen = cross_validate(study, data).loss, study.train_rows, data.observed
    root = np.sqrt(seen.tenor)
    m = seen.log_moneyness / root
    x = np.column_stack([np.ones(seen.size), m, m * m, root, seen.tenor, seen.log_moneyness])
    vols = np.full(seen.size, np.nan)
    for block in blocks_of(train, 5):
        inside = np.isin(seen.time_index, block)
        fit = (seen.time_index >= train.start) & (seen.time_index < train.stop) & ~inside
        gram = x[fit].T @ x[fit]
        gram += 1e-10 * np.trace(gram) * np.eye(6)
        vols[inside] = np.maximum(x[inside] @ np.linalg.solve(gram, x[fit].T @ seen.implied_vol[fit]), 0.01)
    expected = composed(data, train, np.square(100.0 * (vols - seen.implied_vol)))
    np.testing.assert_allclose(found[train], expected[train], rtol=1e-8)


@pytest.mark.parametrize("blocks", [2, 5, 7])
def test_least_squares_are_those_of_statsmodels_without_the_block(blocks):
    import statsmodels.api as sm

    data = regression(8)
    study = squares_of(data)
    found = cross_validate(study, data, blocks).loss
    for block in blocks_of(study.train_rows, blocks):
        stays = np.setdiff1d(np.arange(study.train_rows.stop), block)
        line = sm.OLS(data.y[stays], data.x[stays]).fit().params
        np.testing.assert_allclose(found[block], np.square(data.y[block] - data.x[block] @ line), rtol=1e-9)


# --- What is looked at -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def linear(market):
    """Premiums in the quote currency, which models of early exercise ask for."""
    quotes = market.quotes
    premiums = {name: getattr(quotes, name) * quotes.forward for name in ("bid", "ask", "mark")}
    return replace(quotes, settlement=Settlement.LINEAR, **premiums)


@pytest.mark.parametrize("name", OPTIONS)
def test_nothing_of_the_test_window_changes_a_bit_for_options(name, linear):
    data = linear
    split = default_split(data.times)
    sound = cross_validate(studied(data, name, "squared-vol-points", split), data, blocks=2)
    for spoil in (OPTION_QUOTES.garbled, OPTION_QUOTES.shuffled):
        other = spoil(data, split.train.stop)
        spoilt = cross_validate(studied(other, name, "squared-vol-points", split), other, blocks=2)
        rows = split.train.rows(data.times)
        assert spoilt.loss[rows].tobytes() == sound.loss[rows].tobytes()
        assert np.isfinite(sound.loss[rows]).sum() > 40


@pytest.mark.parametrize("found", ON_PRICES, ids=lambda one: one.name)
def test_nothing_of_the_test_window_changes_a_bit_for_prices(found):
    data = daily()
    split = default_split(data.times)
    sound = cross_validate(studied(data, found.name, found.scores[0], split), data)
    for spoil in (PRICES.garbled, PRICES.shuffled):
        other = spoil(data, split.train.stop)
        spoilt = cross_validate(studied(other, found.name, found.scores[0], split), other)
        rows = split.train.rows(data.times)
        assert spoilt.loss[rows].tobytes() == sound.loss[rows].tobytes()


def test_a_block_has_no_say_in_its_own_judge():
    """With other targets it is judged by the same line, and the lines of other blocks are others."""
    data, block = regression(4), np.arange(42, 84)
    moved = Regression(data.times, data.x, np.where(np.isin(np.arange(300), block), 50.0 + data.y, data.y))
    sound, other = (cross_validate(squares_of(one), one).loss for one in (data, moved))
    stays = np.setdiff1d(np.arange(210), block)
    predicted = data.x[block] @ np.linalg.lstsq(data.x[stays], data.y[stays])[0]
    np.testing.assert_allclose(other[block], np.square(predicted - data.y[block] - 50.0), rtol=1e-9)
    assert np.abs(other[:42] / sound[:42] - 1.0).max() > 1.0


@pytest.mark.parametrize("score_name", [one.score.name for one in SCORES if one.kind is Kind.OPTIONS])
def test_losses_are_those_of_the_study_under_every_score(score_name, market):
    """The frozen surface of a train window without one of its first blocks is the same, so its losses are."""
    study = studied(market.quotes, "frozen-surface", score_name)
    found, last = cross_validate(study, market.quotes), study.train_rows.stop
    same = np.flatnonzero(found.fold[:last] < 4)
    np.testing.assert_allclose(found.loss[same], study.loss[same], rtol=1e-12)
    others = np.flatnonzero(found.fold[:last] == 4)
    assert (found.loss[others] != study.loss[others]).any()


def test_a_model_without_parameters_is_its_own_cross_validation(market):
    study = studied(market.quotes, "rolling-surface", "squared-vol-points")
    found = cross_validate(study, market.quotes)
    assert found.loss[study.train_rows].tobytes() == study.loss[study.train_rows].tobytes()


# --- How many blocks -------------------------------------------------------------------------------------------------


def test_blocks_are_doubled_where_too_little_would_be_left():
    """Historical VaR at 1 % needs 99 returns; four fifths of 115 are too few, nine tenths are enough."""
    data = daily(days=165)
    split = Split(Window(int(data.times[0]), int(data.times[115])), Window(int(data.times[115]), int(data.times[-1])))
    found = cross_validate(studied(data, "historical-var", "pinball-0.01", split), data)
    assert found.blocks == 10
    assert np.isfinite(found.loss[:115]).all()


def test_a_window_too_short_for_any_number_of_blocks_says_what_the_model_said():
    data = daily(days=150)
    split = Split(Window(int(data.times[0]), int(data.times[99])), Window(int(data.times[99]), int(data.times[-1])))
    with pytest.raises(FitError, match="historical VaR at 1 % needs 99 observations in the train window, found 94"):
        cross_validate(studied(data, "historical-var", "pinball-0.01", split), data)


def test_fewer_than_two_times_a_block_are_refused():
    data = regression(1, 70)
    study = squares_of(data, share=0.3)
    with pytest.raises(FitError, match="in 11 blocks needs 22 train times with a loss, found 21; widen"):
        cross_validate(study, data, 11)
    assert cross_validate(study, data, 10).blocks == 10


def test_it_says_how_far_it_is_and_can_be_stopped():
    data, heard = regression(2), []
    study = squares_of(data)
    cross_validate(study, data, progress=lambda share, words: heard.append((share, words)))
    assert [share for share, _ in heard] == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert heard[1][1] == "Squares: block 2 of 5"
    answers = iter([False, False, True])
    with pytest.raises(GapCancelledError, match="all 5 blocks, found it cancelled after 2; start it again"):
        cross_validate(study, data, cancelled=lambda: next(answers))


# --- Fits that do more than read rows --------------------------------------------------------------------------------


def test_leland_takes_the_moves_between_times_that_stay(market):
    data = market.quotes
    train, keep = default_split(data.times).train, np.ones(data.times.size, bool)
    keep[20:40] = False
    keep[data.times >= train.stop] = False
    found = fit_on(Leland(), data, keep, train)
    prices, squares, years = data.underlying(), 0.0, 0.0
    position = {int(t): i for i, t in enumerate(data.times)}
    for i in range(1, prices.time.size):
        if keep[position[int(prices.time[i])]] and keep[position[int(prices.time[i - 1])]]:
            squares += np.log(prices.close[i] / prices.close[i - 1]) ** 2
            years += (prices.time[i] - prices.time[i - 1]) / YEAR
    assert found.realised_vol == pytest.approx(np.sqrt(squares / years), rel=1e-12)
    whole = fit_on(Leland(), data, data.times < train.stop, train)
    assert whole.realised_vol == pytest.approx(Leland().fit(data, train).realised_vol, rel=1e-12)
    with pytest.raises(FitError, match="Leland needs 20 returns .* found 9; widen"):
        fit_on(Leland(), data, np.arange(data.times.size) < 10, train)


TRUTH = fourier.Heston(0.3, 3.0, 0.35, 1.1, -0.4)


@pytest.fixture(scope="module")
def calibrated(history_of):
    """Return quotes whose Heston parameters wander, with their calibrations."""
    random = np.random.default_rng(2)
    days = [fourier.Heston(0.3 * np.exp(0.1 * random.normal()), 3.0, 0.35, 1.1, -0.4) for _ in range(30)]
    data = history_of(days, strikes=9, noise=0.01)
    ensure_tapes(data, [Heston(), Merton()])
    return data


def studied_tape(data, model, last=24):
    split = Split(Window(int(data.times[0]), int(data.times[last])), Window(int(data.times[last]), int(data.times[-1])))
    found = evaluate(model, data, split, SquaredError(ErrorUnit.VOL_POINTS), FlatVol())
    assert isinstance(found, Study), found
    return found


@pytest.mark.parametrize("model", [Heston(), HestonState(), Merton()], ids=lambda one: type(one).__name__)
def test_models_with_calibrations_take_those_of_the_times_that_stay(model, calibrated):
    study = studied_tape(calibrated, model)
    before = tape_path(calibrated, model.kind, model.calibration).parent
    files = set(before.iterdir()) if before.exists() else set()
    found = cross_validate(study, calibrated)
    inside, fresh = study.loss[study.train_rows], found.loss[study.train_rows]
    judged = np.isfinite(inside)
    assert np.isfinite(fresh[judged]).all()
    assert np.mean(fresh[judged]) > 0.999 * np.mean(inside[judged])
    assert set(before.iterdir()) == files, "calibrations of a part are left on disk"


def test_leaving_a_block_out_of_a_tape_is_a_subtraction(calibrated):
    tape = find_tape(calibrated, fourier.Heston, Heston().calibration)
    keep = np.ones(30, bool)
    keep[8:14] = False
    part = tape.part(keep)
    assert part.times.tolist() == tape.times[keep].tolist()
    whole, block, rest = (one.sums.sums for one in (tape, tape, part))
    difference = whole.total(slice(0, 30)) - block.total(slice(8, 14))
    np.testing.assert_allclose(rest.total(slice(0, 24)), difference, rtol=1e-9, atol=1e-6)
    assert isinstance(part.sums, Expansions)


def test_an_anchor_that_knows_of_later_times_does_not_stay(calibrated):
    tape = find_tape(calibrated, fourier.Heston, Heston().calibration)
    since = tape.anchors.since.tolist()
    assert since == [20, 25]
    keep = np.arange(30) < 24
    keep[:5] = False
    part = tape.part(keep)
    assert part.anchors.since.tolist() == [15]
    assert part.anchors.hessian.shape[:2] == (1, 19)
    np.testing.assert_array_equal(part.anchors.hessian[0], tape.anchors.hessian[0, keep])
    assert tape.part(np.arange(30) < 19).anchors.since.tolist() == []


def test_a_fit_on_every_time_is_the_fit(calibrated):
    data = calibrated
    window, keep = Window(int(data.times[0]), int(data.times[24])), np.arange(30) < 24
    for model in (Heston(), Merton()):
        own, other = model.fit(data, window), fit_on(model, data, keep, window)
        np.testing.assert_allclose(other.model.parameters, own.model.parameters, rtol=2e-2)
        assert other.predict(only_times(data, keep)).values.size == int((data.observed.time_index < 24).sum())
