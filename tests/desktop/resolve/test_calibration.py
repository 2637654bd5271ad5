"""From calibrations and a boundary to what the calibration room shows, without Qt."""

from dataclasses import replace

import numpy as np
import pytest

from outsample.calibration import CalibrationLoss, CalibrationSettings, CalibrationStatus, bounds_of, parameter_names
from outsample.calibration.tape import STATUSES
from outsample.formulas.black import black_price
from outsample.formulas.fourier import SVCJ, Heston, Merton, VarianceGamma, fourier_price
from outsample.report import analyse
from outsample.study import Workspace
from outsample.windows import Split, Window, default_split
from outsample_desktop.resolve import calibrated, same
from outsample_desktop.resolve.calibrated import CALIBRATED, LOSSES, family_of
from outsample_desktop.resolve.calibration import calibration_view
from outsample_desktop.session import Room, State

PATHS = ("paths", "quality")
VOL, PRICE = CalibrationSettings(CalibrationLoss.VOL), CalibrationSettings(CalibrationLoss.PRICE)
STATE = State(models=("flat-vol",), room=Room.CALIBRATION)


@pytest.fixture(scope="module")
def tapes(market, made_tape):
    """Return calibrations of Heston under two losses, and of one other model under one."""
    times = market.quotes.times
    found = {
        (Heston, CalibrationLoss.VOL): made_tape(times),
        (Heston, CalibrationLoss.PRICE): made_tape(times, Heston, CalibrationLoss.PRICE, seed=3),
        (SVCJ, CalibrationLoss.VOL): made_tape(times, SVCJ),
    }
    return lambda _data, kind, settings: found.get((kind, settings.loss))


@pytest.fixture(scope="module")
def view_of(market, tapes):
    """Return a function from changes of the state to what is shown."""

    def show(data=None, find=tapes, **changes):
        data = market.quotes if data is None else data
        split = changes.pop("split", default_split(data.times))
        state = replace(STATE, split=split, **changes)
        score, models = (state.score, state.models) if data is market.quotes else ("qlike", ("sample-variance",))
        analysis = analyse(Workspace(data), split, score, models)
        return calibration_view(state, analysis, find)

    return show


def test_prices_have_nothing_to_calibrate_and_the_sentence_says_so(market, view_of):
    view = view_of(data=market.prices)
    assert "needs option quotes, found prices" in view.standing.sentence
    assert view.standing.offer == ""
    assert view.paths is None


@pytest.mark.parametrize("model", CALIBRATED, ids=lambda one: one.name)
def test_what_is_not_calibrated_yet_can_be_asked_for(view_of, model):
    view = view_of(find=lambda _data, _kind, _settings: None, calibration_model=model.name)
    assert view.standing.title == model.title
    assert model.title in view.standing.sentence
    assert model.title in view.standing.offer
    assert [view.paths, view.quality, view.smile.observed, view.correlation.names] == [None, None, None, ()]
    assert {table.size for table in (view.parameters, view.days, view.quotes, view.correlations)} == {0}


def test_a_model_that_nobody_knows_shows_heston():
    assert family_of("black-box").name == "heston"


def test_every_loss_has_words():
    assert set(LOSSES) == set(CalibrationLoss)
    for name in ("title", "brief", "short"):
        assert len({getattr(text, name) for text in LOSSES.values()}) == len(LOSSES)


def test_every_parameter_has_its_path_with_a_band_of_two_sided_95_percent(view_of, tapes):
    view, tape = view_of(), tapes(None, Heston, VOL)
    assert [path.title for path in view.paths.paths] == [name.replace("_", " ") for name in parameter_names(Heston)]
    for place, path in enumerate(view.paths.paths):
        np.testing.assert_array_equal(path.value, np.where(tape.is_used, tape.values[:, place], np.nan))
        error = tape.standard_errors[:, place]
        np.testing.assert_allclose(path.high - path.low, 2.0 * 1.96 * error, rtol=1e-4)
        np.testing.assert_array_equal(np.isnan(path.low), np.isnan(error))


def test_a_value_at_a_bound_is_marked_at_the_bound_it_lies_on(view_of, tapes):
    tape, (low, high) = tapes(None, Heston, VOL), bounds_of(Heston)
    for place, path in enumerate(view_of().paths.paths):
        np.testing.assert_array_equal(path.marks.below, tape.at_bound[:, place] & (path.value == low[place]))
        np.testing.assert_array_equal(path.marks.above, tape.at_bound[:, place] & (path.value == high[place]))
    first, *_, last = view_of().paths.paths
    assert first.marks.below.any()
    assert last.marks.above.any()


def test_the_feller_condition_is_judged_as_the_model_itself_judges_it(view_of, tapes):
    tape = tapes(None, Heston, VOL)
    pairs = zip(tape.values, tape.is_used, strict=True)
    broken = [bool(used) and Heston(*row.tolist()).feller_ratio < 1.0 for row, used in pairs]
    paths = {path.title: path for path in view_of().paths.paths}
    assert paths["vol of vol"].marks.feller.tolist() == broken
    assert 0 < sum(broken) < len(broken)
    assert not any(path.marks.feller.any() for title, path in paths.items() if title != "vol of vol")


@pytest.mark.parametrize("kind", [Merton, VarianceGamma])
def test_a_model_without_a_variance_of_its_own_breaks_no_condition(view_of, market, made_tape, kind):
    name = next(one.name for one in CALIBRATED if one.kind is kind)
    tape = made_tape(market.quotes.times, kind)
    view = view_of(find=lambda _data, _kind, _settings: tape, calibration_model=name)
    assert not any(path.marks.feller.any() for path in view.paths.paths)


def test_times_without_an_end_of_the_search_are_marked_and_those_at_a_bound_alone_are_not(view_of, tapes):
    tape = tapes(None, Heston, VOL)
    ends = [STATUSES[code].name for code in tape.status]
    expected = [end not in ("CONVERGED", "AT_BOUND") for end in ends]
    for path in (*view_of().paths.paths, *view_of().quality.paths):
        assert path.marks.unsettled.tolist() == expected
    assert any(expected)


def test_fit_quality_is_the_root_mean_square_of_each_time_with_a_gap_where_there_is_no_fit(view_of, tapes):
    tape, (path,) = tapes(None, Heston, VOL), view_of().quality.paths
    used = tape.count > 0
    np.testing.assert_allclose(path.value[used] ** 2 * tape.count[used], tape.sum_of_squares[used], rtol=1e-12)
    assert np.isnan(path.value[~used]).all()
    assert path.unit == "vol pts"


def test_the_level_is_the_estimate_of_the_train_window_and_moves_with_the_boundary(view_of, tapes, market):
    tape, times = tapes(None, Heston, VOL), market.quotes.times
    levels = []
    for stop in (40, 80):
        split = Split(Window(int(times[0]), int(times[stop])), Window(int(times[90]), int(times[-1]) + 1))
        view = view_of(split=split)
        pooled = tape.pooled(split.train)
        assert [path.level for path in view.paths.paths] == pooled.values.tolist()
        assert view.paths.split == view.quality.split == split
        train = tape.times < times[stop]
        mean = np.sqrt(tape.sum_of_squares[train].sum() / tape.count[train].sum())
        assert view.quality.paths[0].level == pytest.approx(mean, rel=1e-12)
        levels.append(view.paths.paths[0].level)
    assert levels[0] != levels[1]


def test_a_moved_boundary_leaves_the_very_same_curves(view_of, market):
    """So that nothing of them is compared value by value, or drawn again, during a drag."""
    times = market.quotes.times
    one, other = (
        view_of(split=Split(Window(int(times[0]), int(times[stop])), Window(int(times[90]), int(times[-1]) + 1)))
        for stop in (40, 41)
    )
    for name in PATHS:
        for a, b in zip(getattr(one, name).paths, getattr(other, name).paths, strict=True):
            assert a.value is b.value
            assert a.low is b.low
            assert a.marks is b.marks
    assert one.days is other.days


def test_a_train_window_without_a_single_fit_says_so_in_place_and_the_paths_stay(view_of, market, made_tape):
    tape = made_tape(market.quotes.times)
    failed = np.full(tape.times.size, STATUSES.index(CalibrationStatus.FAILED), np.int8)
    none = replace(tape, status=failed, count=0 * tape.count, sum_of_squares=0.0 * tape.sum_of_squares)
    view = view_of(find=lambda _data, _kind, _settings: none)
    assert "widen the window" in view.paths.detail
    assert "widen the window" in view.correlation.note
    assert np.isnan([path.level for path in view.paths.paths]).all()
    assert all(path.level_text == "" for path in view.paths.paths)
    assert view.parameters.size == 0
    assert [curve.title for curve in view.smile.curves] == ["this time –"], "no smile of a fit that failed"


def repriced(curve, tenor):
    """Return the prices that a drawn smile stands for."""
    strike = curve.x / 100.0
    return strike, black_price(strike, np.full(strike.size, tenor), curve.y / 100.0, strike >= 1.0)


def test_the_smiles_at_the_cursor_are_those_of_the_estimates(view_of, market, tapes):
    data, tape = market.quotes, tapes(None, Heston, VOL)
    at = 60
    split = default_split(data.times)
    view = view_of(cursor=int(data.times[at]), compared_loss=CalibrationLoss.PRICE)
    assert [curve.name for curve in view.smile.curves] == ["daily", "pooled", "beside"]
    seen = data.observed
    first, last = int(seen.time_slice[at]), int(seen.time_slice[at + 1])
    tenor = min(seen.slice_tenor[first:last], key=lambda one: abs(np.log(365.0 * one / 30.0)))
    beside = tapes(None, Heston, PRICE)
    for curve, values in zip(
        view.smile.curves,
        (tape.values[at], tape.pooled(split.train).values, beside.pooled(split.train).values),
        strict=True,
    ):
        strike, price = repriced(curve, tenor)
        exact = fourier_price(Heston(*values.tolist()), strike, np.full(strike.size, tenor), strike >= 1.0)
        np.testing.assert_allclose(price, exact, atol=1e-8)


def test_the_table_of_quotes_holds_the_observed_vols_and_what_each_fit_is_off_by(view_of, market):
    data, at = market.quotes, 60
    view = view_of(cursor=int(data.times[at]))
    columns = {one.header: one.values for one in view.quotes.columns}
    seen = data.observed
    rows = slice(int(seen.time_start[at]), int(seen.time_start[at + 1]))
    assert set(columns["observed [%]"]) <= set(100.0 * seen.implied_vol[rows])
    off = columns["pooled [%]"] - columns["observed [%]"]
    np.testing.assert_array_equal(columns["pooled − observed [vol pts]"], off)
    title = next(curve.title for curve in view.smile.curves if curve.name == "pooled")
    assert float(title.split()[-1]) == pytest.approx(np.sqrt(np.mean(off**2)), rel=5e-3)


def test_a_brushed_cell_chooses_the_expiry_as_in_the_overview(view_of, market):
    grid = market.quotes.observed.grid
    titles = {view_of(cell=row * grid.columns).smile.title for row in range(grid.rows)}
    assert len(titles) > 2


def test_a_time_without_quotes_has_no_smile_and_says_so(view_of, market, monkeypatch):
    monkeypatch.setattr("outsample_desktop.resolve.calibration_fits.slice_at", lambda *_: None)
    view = view_of()
    assert view.smile.observed is None
    assert "no usable quotes" in view.smile.note
    assert view.quotes.size == 0


def test_the_other_loss_stands_beside_in_the_table(view_of, tapes, market):
    view = view_of(compared_loss=CalibrationLoss.PRICE)
    columns = {one.header: one.values for one in view.parameters.columns}
    train = default_split(market.quotes.times).train
    for prefix, loss in (("", CalibrationLoss.VOL), ("USD: ", CalibrationLoss.PRICE)):
        pooled = tapes(None, Heston, CalibrationSettings(loss)).pooled(train)
        np.testing.assert_array_equal(columns[f"{prefix}pooled"], pooled.values)
        np.testing.assert_array_equal(columns[f"{prefix}pooled s.e."], pooled.standard_errors)
        assert ["bound" in text for text in columns[f"{prefix}pooled note"]] == pooled.at_bound.tolist()
    assert view.compared is None


def test_the_same_loss_beside_itself_or_none_adds_nothing(view_of):
    alone = view_of()
    assert same(alone.parameters, view_of(compared_loss=CalibrationLoss.VOL).parameters)
    assert not any(one.header.startswith(("vol: ", "USD: ")) for one in alone.parameters.columns)


def test_another_loss_that_is_not_calibrated_yet_can_be_asked_for(view_of):
    view = view_of(compared_loss=CalibrationLoss.COIN)
    assert "coin" in view.compared.offer
    assert same(view.parameters, view_of().parameters)
    assert view.standing.sentence == ""


def test_the_correlations_are_symmetric_and_stand_in_their_table(view_of):
    view = view_of()
    value = view.correlation.value
    np.testing.assert_allclose(value, value.T, atol=1e-12)
    assert (np.abs(value[np.isfinite(value)]) <= 1.0).all()
    names = [one.header for one in view.correlations.columns]
    assert names == ["parameter", *view.correlation.names]
    np.testing.assert_array_equal(view.correlations.columns[1].values, value[:, 0])


def test_the_time_axis_is_that_of_the_data(view_of, market):
    times = market.quotes.times
    for name in PATHS:
        found = getattr(view_of(), name)
        assert (found.first, found.last) == (int(times[0]), int(times[-1]))


def test_the_same_state_shows_the_same(view_of):
    assert same(view_of(), view_of())
    assert not same(view_of(), view_of(calibration_model="svcj"))


def test_headers_of_a_table_are_all_different(view_of):
    view = view_of(compared_loss=CalibrationLoss.PRICE)
    for table in (view.parameters, view.days, view.quotes, view.correlations):
        headers = [one.header for one in table.columns]
        assert len(set(headers)) == len(headers)
        assert len({len(one.values) for one in table.columns}) == 1


def test_how_long_it_takes_is_said_in_seconds_or_minutes():
    slow = next(one for one in CALIBRATED if one.name == "svcj")
    assert family_of("heston").expected(10) == "about 5 seconds"
    assert slow.expected(100_000) == "about 65 seconds"
    assert slow.expected(1_000_000) == "about 10 minutes"


def test_every_model_that_is_calibrated_has_a_measured_time():
    assert {one.kind.__name__ for one in CALIBRATED} == set(calibrated._MICROSECONDS)
