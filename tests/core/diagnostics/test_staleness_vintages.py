"""Every vintage at every date: the short cuts, the general way and a direct computation say the same."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from outsample.catalog import contenders, entry, score
from outsample.conformance.corruption import PRICES
from outsample.datasets.window_losses import AskedLosses
from outsample.diagnostics.staleness import (
    StalenessCancelledError,
    VintageLosses,
    has_short_cut,
    place_origins,
    vintage_losses,
)
from outsample.errors import FitError, UsageError
from outsample.model import Prediction
from outsample.models.smile import AbsoluteSmile, FlatVol, Regressors, RelativeSmile, Weighting
from outsample.models.smile.normal_equations import equations_of
from outsample.models.smile.vintages import losses_by_window
from outsample.models.variance import SampleVariance
from outsample.scores import QLIKE, ErrorUnit, Functional, SquaredError
from outsample.study import Composition, Settings, Study, Workspace, compare, evaluate
from outsample.test_result import NotTested
from outsample.typing import DAY
from outsample.windows import Scheme, Split, Window, default_split

OPTIONS = ("flat-vol", "absolute-smile", "relative-smile")
RETURNS = (
    "historical-var",
    "rolling-historical-var",
    "normal-var",
    "ewma-var",
    "sample-variance",
    "rolling-variance",
    "ewma-variance",
)


def study_of(data, name, **settings):
    chosen = score(entry(name).scores[0]).score
    (found,) = compare(contenders((name,)), Workspace(data), default_split(data.times), chosen, Settings(**settings))
    assert isinstance(found, Study)
    return found


def data_of(market, name):
    return market.quotes if name in OPTIONS else market.prices


def made(study, data, **options):
    found = vintage_losses(study, data, **options)
    assert isinstance(found, VintageLosses), found
    return found


# --- The short cuts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", [Scheme.ANCHORED, Scheme.ROLLING])
@pytest.mark.parametrize("name", [*OPTIONS, *RETURNS])
def test_a_short_cut_says_what_fitting_every_vintage_says(market, name, scheme):
    data = data_of(market, name)
    study = study_of(data, name, scheme=scheme)
    quick, slow = made(study, data, most_origins=30), made(study, data, most_origins=30, allow_short_cut=False)
    assert quick.is_short_cut
    assert not slow.is_short_cut
    np.testing.assert_array_equal(np.isnan(quick.loss), np.isnan(slow.loss))
    np.testing.assert_allclose(quick.loss, slow.loss, rtol=1e-9, atol=0.0)


@pytest.mark.parametrize("settings", [{"composition": Composition.RAW}, {"stride": 3}])
def test_a_short_cut_averages_as_the_study_does(market, settings):
    study = study_of(market.quotes, "relative-smile", **settings)
    quick, slow = made(study, market.quotes), made(study, market.quotes, allow_short_cut=False)
    assert quick.missing == slow.missing
    assert (quick.missing > 0) == ("stride" in settings)
    np.testing.assert_allclose(quick.loss, slow.loss, rtol=1e-9, atol=0.0)


@pytest.mark.parametrize(
    "model", [FlatVol(Weighting.VEGA), AbsoluteSmile(Weighting.VEGA), RelativeSmile(Weighting.VEGA)]
)
def test_a_short_cut_fits_with_the_weights_of_its_model(market, model):
    study = evaluate(model, market.quotes, default_split(market.quotes.times), SquaredError())
    quick, slow = made(study, market.quotes), made(study, market.quotes, allow_short_cut=False)
    np.testing.assert_allclose(quick.loss, slow.loss, rtol=1e-9, atol=0.0)


@pytest.mark.parametrize("unit", [ErrorUnit.PRICE, ErrorUnit.HALF_SPREADS])
def test_a_loss_that_is_not_squared_vol_has_no_short_cut(market, unit):
    study = evaluate(FlatVol(), market.quotes, default_split(market.quotes.times), SquaredError(unit))
    found = made(study, market.quotes, most_origins=4)
    assert not found.is_short_cut
    np.testing.assert_array_equal(found.loss[0], study.loss[study.test_rows])


@pytest.mark.parametrize("floor", [0.01, 0.62, 5.0])
@pytest.mark.parametrize("regressors", list(Regressors))
def test_vols_at_the_floor_are_summed_one_by_one(market, regressors, floor):
    data, share = market.quotes, np.random.default_rng(3).uniform(0.0, 1.0, market.quotes.observed.size)
    train = (np.array([0, 13]), np.array([60, 63]))
    asked = AskedLosses(SquaredError(), *train, slice(60, 80), share)
    found = losses_by_window(data, asked, (regressors, Weighting.ONE), floor)
    seen, models = data.observed, {Regressors.FLAT: FlatVol, Regressors.ABSOLUTE: AbsoluteSmile}
    hit = 0
    for o in range(2):
        window = Window(int(data.times[train[0][o]]), int(data.times[train[1][o]]))
        vols = models.get(regressors, RelativeSmile)().fit(data, window).predict(data).values
        hit += np.count_nonzero(vols < floor)
        errors = share * (100.0 * (np.maximum(vols, floor) - seen.implied_vol)) ** 2
        for t in range(20):
            expected = errors[seen.time_index == 60 + t].sum()
            assert found[o, t] == pytest.approx(expected, rel=1e-9)
    assert (hit > 0) == (floor > 0.4)


def test_every_other_model_goes_the_general_way(market):
    assert {name for name in ("svi", "heston", "rolling-surface") if has_short_cut(entry(name).build())} == set()
    assert all(has_short_cut(entry(name).build()) for name in (*OPTIONS, *RETURNS))


# --- Against a direct computation -----------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", [Scheme.ANCHORED, Scheme.ROLLING])
@pytest.mark.parametrize("composition", list(Composition))
def test_a_cell_is_the_loss_of_a_model_fitted_to_its_window(market, scheme, composition):
    data = market.quotes
    study = study_of(data, "relative-smile", scheme=scheme, composition=composition)
    found = made(study, data, most_origins=6)
    split, seen, times = study.split, data.observed, data.times
    train = split.train.rows(times)
    shares = np.bincount(seen.cell[seen.time_index < train.stop], minlength=data.n_cells).astype(float)
    for o in range(found.origins.count):
        stop = train.stop + o * found.origins.spacing
        start = stop - (train.stop - train.start) if scheme is Scheme.ROLLING else train.start
        vols = RelativeSmile().fit(data, Window(int(times[start]), int(times[stop]))).predict(data).values
        for t in range(stop, times.size):
            here = seen.time_index == t
            errors, cells = (100.0 * (vols[here] - seen.implied_vol[here])) ** 2, seen.cell[here]
            expected = errors.mean()
            if composition is Composition.TRAIN:
                filled = np.unique(cells)
                means = np.array([errors[cells == cell].mean() for cell in filled])
                expected = (shares[filled] * means).sum() / shares[filled].sum()
            assert found.loss[o, t - train.stop] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("name", [*OPTIONS, *RETURNS, "frozen-surface", "leland"])
def test_the_first_vintage_is_the_model_of_the_split(market, name):
    data = market.prices if name in RETURNS else market.quotes
    study = study_of(data, name)
    found = made(study, data, most_origins=3)
    np.testing.assert_allclose(found.loss[0], study.loss[study.test_rows], rtol=1e-9)


@pytest.mark.parametrize("name", ["relative-smile", "historical-var", "sample-variance"])
def test_the_fresh_vintage_is_the_refit_behind_regret(market, name):
    data = data_of(market, name)
    split, chosen = default_split(data.times), score(entry(name).scores[0]).score
    for scheme in (Scheme.ANCHORED, Scheme.ROLLING):
        (study,) = compare(contenders((name,)), Workspace(data), split, chosen, Settings(scheme=scheme))
        rival = replace(study.contender, benchmark=study.contender.model, benchmark_name="itself")
        (study,) = compare([rival], Workspace(data), split, chosen, Settings(scheme=scheme))
        refitted = study.refitted_losses.per_time(study.weights)[study.test_rows]
        np.testing.assert_allclose(made(study, data).fresh(), refitted, rtol=1e-9)


# --- No look ahead --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("allow_short_cut", [True, False])
@pytest.mark.parametrize("name", OPTIONS)
def test_what_comes_later_changes_no_loss_by_a_bit(market, spoilt, name, allow_short_cut):
    data, cut = market.quotes, 75
    sound = made(study_of(data, name), data, allow_short_cut=allow_short_cut)
    other = spoilt(data, cut)
    found = made(study_of(other, name), other, allow_short_cut=allow_short_cut)
    until = cut - sound.origins.rows.start
    assert until > 10
    assert sound.loss[:, :until].tobytes() == found.loss[:, :until].tobytes()
    assert not np.allclose(sound.loss[:, until:], found.loss[:, until:], equal_nan=True)


@pytest.mark.parametrize("name", RETURNS)
def test_later_returns_change_no_loss_by_a_bit(market, name):
    data = market.prices
    sound = made(study_of(data, name), data, most_origins=50)
    cut = sound.origins.rows.start + 300
    other = PRICES.garbled(data, int(data.times[cut]))
    found = made(study_of(other, name), other, most_origins=50)
    assert sound.loss[:, :300].tobytes() == found.loss[:, :300].tobytes()
    assert not np.allclose(sound.loss[:, 300:], found.loss[:, 300:], equal_nan=True)


@pytest.mark.parametrize("regressors", list(Regressors))
def test_a_vintage_does_not_know_rows_from_its_train_end_on(market, spoilt, regressors):
    stop = np.arange(65, 85)
    sound = equations_of(market.quotes, regressors, Weighting.ONE).raw_coefficients_between(stop - 60, stop)
    other = equations_of(spoilt(market.quotes, 75), regressors, Weighting.ONE)
    found = other.raw_coefficients_between(stop - 60, stop)
    assert sound[stop <= 75].tobytes() == found[stop <= 75].tobytes()
    assert (sound[stop > 75] != found[stop > 75]).any(axis=1).all()


# --- Where train ends are -------------------------------------------------------------------------------------------

DAYS = DAY * np.arange(300, dtype=np.int64)


def split_at(train, test, purge=0):
    return Split(Window(0, train * DAY), Window(test * DAY, 300 * DAY), purge * DAY)


def test_rolling_vintages_keep_their_length_and_anchored_ones_their_start():
    rolling = place_origins(DAYS, split_at(200, 200), Scheme.ROLLING, None)
    anchored = place_origins(DAYS, split_at(200, 200), Scheme.ANCHORED, None)
    assert rolling.train_stop.tolist() == anchored.train_stop.tolist() == list(range(200, 300))
    assert (rolling.train_stop - rolling.train_start == 200).all()
    assert (anchored.train_start == 0).all()
    assert rolling.cells == 100 * 101 // 2


@pytest.mark.parametrize("most", [1, 7, 50, 99, 100, 1000])
def test_there_are_never_more_vintages_or_cells_than_allowed(most):
    of_origins = place_origins(DAYS, split_at(200, 200), Scheme.ROLLING, most)
    assert of_origins.count <= most
    assert of_origins.spacing == -(-100 // most)
    of_cells = place_origins(DAYS, split_at(200, 200), Scheme.ROLLING, None, most_cells=most * 100)
    assert of_cells.cells <= most * 100


def test_a_vintage_is_judged_after_the_purge_gap_and_its_age_counted_from_there():
    found = place_origins(DAYS, split_at(190, 200, purge=5), Scheme.ROLLING, None)
    assert found.rows == slice(200, 300)
    assert found.train_stop.tolist() == list(range(190, 295))
    assert found.first_date.tolist() == [0] * 6 + list(range(1, 100))
    assert ((found.in_service - DAYS[found.train_stop]) == 5 * DAY).all()
    assert found.fresh().tolist() == list(range(5, 105))


def test_windows_without_times_have_no_vintages():
    assert place_origins(DAYS, Split(Window(0, 0), Window(0, 300 * DAY)), Scheme.ROLLING).count == 0
    assert place_origins(DAYS, split_at(300, 300), Scheme.ROLLING).count == 0


@pytest.mark.parametrize("limits", [{"most_origins": 0}, {"most_cells": 0}])
def test_limits_below_one_are_refused(limits):
    with pytest.raises(UsageError, match="limits must be 1 or more"):
        place_origins(DAYS, split_at(200, 200), Scheme.ROLLING, **limits)


# --- Work in a thread, and what cannot be done ----------------------------------------------------------------------


def test_the_fits_can_be_stopped_between_two_vintages(market):
    study, asked = study_of(market.quotes, "frozen-surface"), []
    with pytest.raises(StalenessCancelledError, match=r"found them stopped at 3 of \d+; start it again"):
        vintage_losses(study, market.quotes, cancelled=lambda: asked.append(1) or len(asked) > 3)


def test_progress_rises_from_nothing_to_all(market):
    told = []
    found = made(study_of(market.quotes, "leland"), market.quotes, progress=lambda share, what: told.append(share))
    assert told[0] == 0.0
    assert told[-1] == 1.0
    assert told == sorted(told)
    assert len(told) >= found.origins.count


@dataclass(frozen=True)
class Slow:
    """A model with a quicker way, which says how it was asked."""

    parameters = ()
    variance: float = 1.0

    def fit(self, data, train):
        return self

    def preview(self, data, train):
        return Slow(2.0)

    def predict(self, data):
        return Prediction(np.full(data.times.size, self.variance), Functional.VARIANCE)


@pytest.mark.parametrize(("most", "previews"), [(12, False), (13, True)])
def test_many_vintages_of_a_slow_model_are_previews_and_say_so(market, most, previews):
    data = market.prices
    study = evaluate(Slow(), data, default_split(data.times), QLIKE())
    found = made(study, data, most_origins=most)
    assert found.is_preview is previews
    returns = data.returns[study.test_rows]
    expected = np.log(2.0) + returns**2 / 2.0 if previews else returns**2
    np.testing.assert_allclose(found.loss[0], expected, rtol=1e-12)


@dataclass(frozen=True)
class Choosy:
    """A model that refuses windows that end too late."""

    parameters = ()
    until: int = 0

    def fit(self, data, train):
        if train.stop > self.until:
            raise FitError("a choosy model needs an early window, found a late one; go back")
        return self

    def predict(self, data):
        return Prediction(np.full(data.times.size, 1e-4), Functional.VARIANCE)


def test_vintages_that_cannot_be_fitted_are_counted_with_what_the_first_said(market):
    data = market.prices
    split = default_split(data.times)
    model = Choosy(int(data.times[split.test.rows(data.times).start + 100]))
    found = made(evaluate(model, data, split, QLIKE()), data, most_origins=20)
    late = found.origins.train_stop > split.test.rows(data.times).start + 100
    assert found.refused == np.count_nonzero(late)
    assert found.refusal == "a choosy model needs an early window, found a late one; go back"
    assert np.isnan(found.loss[late]).all()
    assert found.missing == (found.origins.dates - found.origins.first_date[late]).sum()


def test_a_rolling_window_may_move_wholly_into_the_test_window(market):
    """Where the test window is longer than the train window, later vintages begin after the first dates."""
    data, times = market.prices, market.prices.times
    split = Split(Window(int(times[0]), int(times[120])), Window(int(times[120]), int(times[-1]) + 1))
    study = evaluate(SampleVariance(), data, split, QLIKE(), settings=Settings(scheme=Scheme.ROLLING))
    quick, slow = made(study, data), made(study, data, allow_short_cut=False, most_origins=10_000)
    assert (quick.is_short_cut, slow.is_short_cut) == (True, False)
    assert quick.origins.train_start[-1] > quick.origins.rows.start
    np.testing.assert_allclose(quick.loss, slow.loss, rtol=1e-9)


@pytest.mark.parametrize("allow_short_cut", [True, False])
def test_a_price_that_stands_still_refuses_vintages_either_way(market, allow_short_cut):
    close = market.prices.close.copy()
    close[400:600] = close[400]
    data = replace(market.prices, close=close)
    times = data.times
    split = Split(Window(int(times[350]), int(times[399])), Window(int(times[399]), int(times[700])))
    study = evaluate(SampleVariance(), data, split, QLIKE(), settings=Settings(scheme=Scheme.ROLLING))
    found = made(study, data, most_origins=301, allow_short_cut=allow_short_cut)
    assert found.refused == 151
    assert found.refusal.startswith("sample variance needs a price that moves")


def test_a_test_window_without_times_is_said(market):
    data = market.prices
    split = default_split(data.times)
    study = evaluate(SampleVariance(), data, replace(split, test=Window(split.test.stop, split.test.stop)), QLIKE())
    found = vintage_losses(study, data)
    assert isinstance(found, NotTested)
    assert found.sentence.endswith("widen the test window")


def test_data_of_another_study_are_refused(market):
    study = study_of(market.quotes, "flat-vol")
    with pytest.raises(UsageError, match="vintages need the data of their study"):
        vintage_losses(study, market.prices)
