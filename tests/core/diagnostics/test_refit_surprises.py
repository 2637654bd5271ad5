"""In-sample means of every vintage, and surprise losses under refits: by hand, either way of fitting, no look ahead."""

from dataclasses import replace

import numpy as np
import pytest

from outsample.catalog import contenders, entry, score
from outsample.conformance.corruption import PRICES
from outsample.diagnostics.staleness import (
    RefitSurprises,
    StalenessCancelledError,
    VintageLosses,
    refit_surprises,
    vintage_losses,
    vintages,
)
from outsample.inference import Estimation, Judged
from outsample.models.smile import RelativeSmile
from outsample.models.surface import RollingSurface
from outsample.study import Composition, Settings, Study, Workspace, compare
from outsample.test_result import NotTested
from outsample.typing import DAY
from outsample.windows import Scheme, Window, default_split

from .staleness_cases import noise, vintages_of

OPTIONS = ("flat-vol", "absolute-smile", "relative-smile")
RETURNS = ("normal-var", "ewma-var", "ewma-variance")
SCHEMES = pytest.mark.parametrize("scheme", [Scheme.ANCHORED, Scheme.ROLLING])


def data_of(market, name):
    return market.prices if name in (*RETURNS, "sample-variance") else market.quotes


def study_of(data, name, purge=0, **settings):
    chosen, split = score(entry(name).scores[0]).score, default_split(data.times, purge)
    (found,) = compare(contenders((name,)), Workspace(data), split, chosen, Settings(**settings))
    assert isinstance(found, Study)
    return found


def made(study, data, **options):
    found = vintage_losses(study, data, **options)
    assert isinstance(found, VintageLosses), found
    return found


def surprises(found, judged=Judged.SCORE):
    made_of = refit_surprises(found, judged, Estimation.ROLLING)
    assert isinstance(made_of, RefitSurprises), made_of
    return made_of


def loss_by_hand(data, study, vols):
    """Return the loss of every time, cells weighted by their share of the train quotes."""
    seen, out = data.observed, np.full(data.times.size, np.nan)
    train = study.train_rows
    inside = (seen.time_index >= train.start) & (seen.time_index < train.stop)
    weight = np.bincount(seen.cell[inside], minlength=data.n_cells).astype(float)
    for t in range(data.times.size):
        here = seen.time_index == t
        errors, cells = (100.0 * (vols[here] - seen.implied_vol[here])) ** 2, seen.cell[here]
        filled = [cell for cell in np.unique(cells) if weight[cell] > 0.0]
        if filled and np.isfinite(errors).all():
            means = np.array([errors[cells == cell].mean() for cell in filled])
            out[t] = (weight[filled] * means).sum() / weight[filled].sum()
    return out


@SCHEMES
def test_in_sample_means_are_those_of_each_vintage_over_its_own_window(market, scheme):
    data = market.quotes
    study = study_of(data, "relative-smile", scheme=scheme)
    found = made(study, data, most_origins=5)
    train, inside = study.train_rows, found.in_sample
    rolling = loss_by_hand(data, study, RollingSurface(oldest=1e6).fit(data, study.split.train).predict(data).values)
    for o in range(found.origins.count):
        stop = train.stop + o * found.origins.spacing
        rows = slice(stop - (train.stop - train.start) if scheme is Scheme.ROLLING else train.start, stop)
        fitted = RelativeSmile().fit(data, Window(int(data.times[rows.start]), int(data.times[rows.stop])))
        own = loss_by_hand(data, study, fitted.predict(data).values)[rows]
        against = np.log(own) - np.log(rolling[rows])
        assert inside.times[o] == np.isfinite(own).sum()
        assert inside.loss[o] == pytest.approx(np.nanmean(own), rel=1e-9)
        assert inside.contrast[o] == pytest.approx(np.nanmean(against), rel=1e-9)


@SCHEMES
@pytest.mark.parametrize("name", [*OPTIONS, *RETURNS])
def test_a_short_cut_says_of_train_windows_what_fitting_every_vintage_says(market, name, scheme):
    data = data_of(market, name)
    study = study_of(data, name, scheme=scheme)
    quick, slow = made(study, data, most_origins=12), made(study, data, most_origins=12, allow_short_cut=False)
    assert quick.is_short_cut
    assert not slow.is_short_cut
    assert quick.in_sample.times.tolist() == slow.in_sample.times.tolist()
    np.testing.assert_allclose(quick.in_sample.loss, slow.in_sample.loss, rtol=1e-9)
    np.testing.assert_allclose(quick.in_sample.contrast, slow.in_sample.contrast, rtol=1e-8, atol=1e-12)
    assert np.isfinite(quick.in_sample.contrast).all()


@pytest.mark.parametrize("settings", [{"composition": Composition.RAW}, {"stride": 3}, {"purge": 3 * DAY}])
def test_in_sample_means_are_of_what_the_study_judges(market, settings):
    study = study_of(market.quotes, "relative-smile", **settings)
    found = made(study, market.quotes)
    assert found.in_sample.loss[0] == pytest.approx(np.nanmean(study.loss[study.train_rows]), rel=1e-9)
    assert found.in_sample.times[0] == np.isfinite(study.loss[study.train_rows]).sum()


@pytest.mark.parametrize("name", ["relative-smile", "normal-var", "ewma-variance"])
def test_vintages_made_a_few_at_a_time_are_the_same(market, name, monkeypatch):
    data = data_of(market, name)
    study = study_of(data, name, scheme=Scheme.ROLLING)
    whole = made(study, data, most_origins=25)
    monkeypatch.setattr(vintages, "MOST_AT_ONCE", 4 * data.times.size)
    parts = made(study, data, most_origins=25)
    np.testing.assert_allclose(parts.loss, whole.loss, rtol=1e-10)
    np.testing.assert_allclose(parts.in_sample.loss, whole.in_sample.loss, rtol=1e-10)
    np.testing.assert_allclose(parts.in_sample.contrast, whole.in_sample.contrast, rtol=1e-8)


def test_a_short_cut_can_be_stopped_too(market):
    with pytest.raises(StalenessCancelledError, match=r"found them stopped at 0 of \d+"):
        vintage_losses(study_of(market.quotes, "flat-vol"), market.quotes, cancelled=lambda: True)


# --- No look ahead --------------------------------------------------------------------------------------------------


@SCHEMES
@pytest.mark.parametrize("allow_short_cut", [True, False])
def test_what_comes_later_changes_no_in_sample_mean_by_a_bit(market, spoilt, scheme, allow_short_cut):
    data, cut = market.quotes, 75
    options = {"most_origins": 30, "allow_short_cut": allow_short_cut}
    sound = made(study_of(data, "relative-smile", scheme=scheme), data, **options)
    other = spoilt(data, cut)
    found = made(study_of(other, "relative-smile", scheme=scheme), other, **options)
    before = sound.origins.train_stop <= cut
    assert 5 < before.sum() < before.size
    for mean in ("loss", "contrast"):
        one, same = getattr(sound.in_sample, mean), getattr(found.in_sample, mean)
        assert one[before].tobytes() == same[before].tobytes()
        assert (one[~before] != same[~before]).all()


@pytest.mark.parametrize("name", RETURNS)
def test_later_returns_change_no_in_sample_mean_by_a_bit(market, name):
    data = market.prices
    sound = made(study_of(data, name), data, most_origins=50)
    cut = sound.origins.rows.start + 300
    other = PRICES.garbled(data, int(data.times[cut]))
    found = made(study_of(other, name), other, most_origins=50)
    before = sound.origins.train_stop <= cut
    for mean in ("loss", "contrast"):
        one, same = getattr(sound.in_sample, mean), getattr(found.in_sample, mean)
        assert one[before].tobytes() == same[before].tobytes()
        assert not np.allclose(one[~before], same[~before])


# --- Surprise losses ------------------------------------------------------------------------------------------------


@SCHEMES
def test_a_surprise_is_the_loss_of_the_fresh_model_less_its_own_train_mean(market, scheme):
    data = market.quotes
    study = study_of(data, "relative-smile", scheme=scheme)
    found = made(study, data)
    assert found.origins.spacing == 1
    raw, relative = surprises(found), surprises(found, Judged.CONTRAST)
    np.testing.assert_array_equal(raw.loss, found.fresh())
    np.testing.assert_array_equal(raw.surprise, found.fresh() - found.in_sample.loss)
    rival = found.in_sample.benchmark[study.test_rows]
    np.testing.assert_allclose(relative.loss, np.log(found.fresh() / rival), rtol=1e-12)
    np.testing.assert_allclose(relative.surprise, relative.loss - found.in_sample.contrast, rtol=1e-12)
    assert raw.train_count == relative.train_count == study.train_rows.stop - study.train_rows.start


def test_the_benchmark_of_a_refitted_model_is_its_own_refit(market):
    data = market.prices
    study = study_of(data, "normal-var", scheme=Scheme.ROLLING)
    found = made(study, data)
    benchmark, loss = study.contender.benchmark, found.in_sample.benchmark
    length = study.train_rows.stop - study.train_rows.start
    for t in (length + 3, length + 90, data.times.size - 1):
        window = Window(int(data.times[t - length]), int(data.times[t]))
        quantile = benchmark.fit(data, window).predict(data).values[t]
        expected = study.score.per_observation(np.array([quantile]), data.returns[t : t + 1], np.array([100.0]))
        assert loss[t] == pytest.approx(float(expected[0]), rel=1e-12)


def test_between_two_refits_the_last_one_stays_in_service():
    found = vintages_of(noise(), count=60, most_origins=6)
    assert found.origins.spacing == 10
    assert found.origins.serving().tolist() == [date // 10 for date in range(60)]
    inside = vintages.InSample(np.arange(6.0), np.full(6, np.nan), np.full(6, 100), None)
    given = surprises(replace(found, in_sample=inside))
    expected = np.array([found.loss[date // 10, date] for date in range(60)])
    np.testing.assert_array_equal(given.loss, expected)
    np.testing.assert_array_equal(given.surprise, expected - np.arange(60) // 10)
    assert given.spacing == 10


def test_dates_without_a_loss_or_before_the_first_model_is_in_service_are_left_out():
    found = vintages_of(noise(), count=30, purge=4 * DAY)
    late = replace(found.origins, first_date=found.origins.first_date + 2)
    loss = found.loss.copy()
    loss[:, 9] = np.nan
    inside = vintages.InSample(np.zeros(late.count), np.zeros(late.count), np.full(late.count, 100), None)
    given = surprises(replace(found, origins=late, loss=loss, in_sample=inside))
    assert late.serving()[:2].tolist() == [-1, -1]
    assert given.loss.size == late.dates - 3


@pytest.mark.parametrize(
    ("inside", "judged", "words"),
    [
        (None, Judged.SCORE, "needs the train losses of every vintage, found losses of dates alone"),
        (0.0, Judged.CONTRAST, "needs a benchmark that can be refitted as well, found none"),
        (np.nan, Judged.SCORE, "needs dates with a fitted vintage and a loss, found none among 60"),
    ],
)
def test_what_cannot_be_a_surprise_is_said(inside, judged, words):
    found = vintages_of(noise(), count=60, most_origins=6)
    if inside is not None:
        means = np.full(6, inside)
        found = replace(found, in_sample=vintages.InSample(means, means, np.full(6, 100), None))
    said = refit_surprises(found, judged, Estimation.RECURSIVE)
    assert isinstance(said, NotTested)
    assert words in said.sentence
    assert said.title == f"Forecast breakdown of the {judged.value}, growing refits"


def test_a_model_without_a_benchmark_has_surprises_of_its_loss_alone(market):
    study = study_of(market.prices, "sample-variance")
    found = made(study, market.prices, most_origins=30)
    assert found.in_sample.benchmark is None
    assert np.isnan(found.in_sample.contrast).all()
    assert surprises(found).loss.size == found.origins.dates
