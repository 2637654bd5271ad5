"""Heston whose variance follows the market in the calibration room: a path under the structure that is judged."""

from dataclasses import replace

import numpy as np
import pytest

from outsample.calibration import CalibrationLoss, CalibrationStatus, tape_shelf
from outsample.calibration.tape import STATUSES
from outsample.models.transform import HestonState
from outsample.report import analyse
from outsample.study import Settings, Workspace
from outsample.windows import Split, Window, default_split
from outsample_desktop.resolve import same
from outsample_desktop.resolve.calibrated import STATES, Calibrated, family_of
from outsample_desktop.resolve.calibration import calibration_view
from outsample_desktop.resolve.daily_fits import fits_of_states
from outsample_desktop.resolve.panes import hue_of
from outsample_desktop.session import Room, State

NAME = "heston-state"
AT = 60  # a time inside the train window


@pytest.fixture(scope="module")
def tape(market, made_tape):
    return made_tape(market.quotes.times)


@pytest.fixture(scope="module")
def shown(market, tape):
    """Return a function from models, dragging and changes of the state to analysis and view; each is made once."""
    made = {}

    def show(models=("flat-vol", NAME), dragging=False, split=None, find=None, **changes):
        split = split or default_split(market.quotes.times)
        key = (models, dragging, split)
        state = State(
            split=split, models=models, dragging=dragging, room=Room.CALIBRATION, calibration_model=NAME, **changes
        )
        if key not in made:
            tape_shelf._remember(market.quotes, tape)
            made[key] = analyse(Workspace(market.quotes), split, state.score, models, Settings(previews=dragging))
            tape_shelf._shelf.clear()
        return made[key], calibration_view(state, made[key], find or (lambda *_: tape))

    return show


@pytest.fixture(scope="module")
def judged(shown):
    """Return the fit that is judged, and what the room shows of it."""
    analysis, view = shown()
    return analysis.find(NAME).study.fitted, view


def columns_of(table):
    return {one.header: one.values for one in table.columns}


def test_it_stands_among_the_families_with_the_parameters_of_what_it_follows():
    (family,) = STATES
    assert family_of(NAME) is family
    assert family.calibrated is family_of("heston")
    assert family.parameters == family.calibrated.parameters
    assert family.moving == (0,)
    assert family.calibrated.moving == tuple(range(5))


def test_the_path_is_the_state_of_every_time_with_its_95_percent(judged, market):
    fitted, view = judged
    (path,), found = view.paths.paths, fitted.path(market.quotes)
    np.testing.assert_array_equal(path.value, fitted.path(market.quotes).variance)
    np.testing.assert_allclose(path.high - path.low, 2.0 * 1.96 * found.standard_error, rtol=1e-4)
    assert np.isfinite(path.low).sum() > 0.9 * path.low.size
    assert (path.title, path.unit) == ("initial variance", "variance a year")
    assert (path.exact, path.hue) == (fitted.mean_state, hue_of(NAME))
    assert np.isnan(path.level)
    assert view.paths.title == "Heston, state refit through time"
    assert view.paths.detail.startswith("under the train structure; thick: calibrations' mean; band: 95 %")
    assert "Feller" not in view.paths.detail + view.quality.detail


def test_fit_quality_is_that_of_each_time_under_its_own_state(judged, market):
    fitted, view = judged
    (path,), found = view.quality.paths, fitted.path(market.quotes)
    counts = np.diff(market.quotes.observed.time_start)
    np.testing.assert_allclose(path.value, 100.0 * np.sqrt(found.sum_of_squares / counts), rtol=1e-12)
    assert path.unit == "vol pts"


def test_the_table_holds_the_very_parameters_that_are_judged(judged):
    fitted, view = judged
    columns, parameters = columns_of(view.parameters), fitted.parameters[:5]
    assert (view.state, view.message.startswith("in sample")) == ("exact", True)
    np.testing.assert_array_equal(columns["exact"], [one.value for one in parameters])
    np.testing.assert_array_equal(columns["exact s.e."], [one.standard_error for one in parameters])
    assert columns["unit"].tolist() == [one.unit for one in parameters]
    assert not [header for header in columns if "pooled" in header]
    assert view.correlation.note == "none is worked out for a structure whose states are left free"


def test_the_smile_at_the_cursor_is_what_is_predicted_with_the_state_of_the_time_before(shown, market):
    data = market.quotes
    analysis, view = shown(cursor=int(data.times[AT]))
    assert [curve.name for curve in view.smile.curves] == ["daily", "exact"]
    seen, columns = data.observed, columns_of(view.quotes)
    tenors = seen.slice_tenor[int(seen.time_slice[AT]) : int(seen.time_slice[AT + 1])]
    chosen = int(seen.time_slice[AT]) + int(np.argmin(np.abs(np.log(365.0 * tenors / 30.0))))
    rows = slice(int(seen.slice_start[chosen]), int(seen.slice_start[chosen + 1]))
    predicted = 100.0 * analysis.find(NAME).study.fitted.predict(data).values[rows]
    np.testing.assert_allclose(columns["exact [%]"], predicted, atol=0.05)  # a surface of vols against prices
    assert np.abs(columns["this time [%]"] - predicted).max() > 0.1


def test_at_the_first_time_nothing_is_predicted_and_nothing_is_drawn(shown, market):
    _, view = shown(cursor=int(market.quotes.times[0]))
    assert np.isnan(columns_of(view.quotes)["exact [%]"]).all()
    assert np.isfinite(columns_of(view.quotes)["this time [%]"]).all()


def test_each_time_lists_its_own_state_and_nothing_that_is_not_its_own(judged, market):
    fitted, view = judged
    headers = [one.header for one in view.days.columns]
    assert headers == [
        *("time", "model", "rmse [vol pts]", "quotes", "status"),
        *("initial variance", "initial variance standard error"),
    ]
    np.testing.assert_array_equal(columns_of(view.days)["initial variance"], fitted.path(market.quotes).variance)


def test_without_calibrations_those_of_heston_are_offered(shown):
    _, view = shown(find=lambda *_: None)
    assert view.standing.title == "Heston, state refit"
    assert view.standing.sentence.startswith(
        "Heston, state refit is made of calibrations: no calibration yet for Heston under the loss implied vol: "
    )
    assert view.standing.offer == "Calibrate Heston, implied vol"


def test_another_loss_changes_nothing(shown, tape):
    asked = []

    def find(*key):
        asked.append(key)
        return tape

    one = shown()[1]
    other = shown(calibration_loss=CalibrationLoss.PRICE, compared_loss=CalibrationLoss.COIN, find=find)[1]
    assert same(one, other)
    assert {settings.loss for _, _, settings in asked} == {CalibrationLoss.VOL}


def test_switched_off_it_says_how_to_see_the_path(shown):
    _, view = shown(models=("flat-vol",))
    assert view.standing.sentence == (
        "its structure is that of the train window: switch Heston, state refit on to see the variance of each time"
    )
    assert (view.standing.offer, view.paths) == ("", None)


def test_a_window_that_cannot_be_fitted_says_why(shown, market):
    times = market.quotes.times
    gap = Window(int(times[10]) + 1, int(times[11]))  # between two times: nothing to train on
    _, view = shown(split=Split(gap, Window(int(times[20]), int(times[-1]) + 1)))
    assert "widen the window" in view.standing.sentence


def test_while_a_boundary_is_held_the_path_of_a_shorter_stretch_is_a_preview_that_moves_nothing(shown, market):
    times = market.quotes.times
    test = Window(int(times[90]), int(times[-1]) + 1)
    first, second = (
        shown(split=Split(Window(int(times[0]), int(times[stop])), test), dragging=True)[1] for stop in (40, 41)
    )
    exact = shown()[1]
    for view in (first, second):
        assert (view.state, view.message) == ("preview", "structure of some of the train times, exact on release")
        assert np.isnan(columns_of(view.parameters)["exact"]).all()
        assert list(columns_of(view.parameters)) == list(columns_of(exact.parameters))
        assert [curve.name for curve in view.smile.curves] == [curve.name for curve in exact.smile.curves]
        assert view.paths.detail == exact.paths.detail
    assert first.paths.paths[0].value is second.paths.paths[0].value
    assert first.days is second.days


def test_a_time_without_quotes_has_a_gap_and_its_reason(judged, market):
    fitted, _ = judged
    data = market.quotes
    silent = replace(data, bid=np.where(data.time == data.times[AT], np.nan, data.bid))
    daily = fits_of_states(silent, fitted, STATES[0])
    assert np.isnan(daily.values[AT, 0])
    assert (daily.count[AT], daily.endings[AT]) == (0, "no quotes")
    assert daily.is_unsettled.tolist() == [place == AT for place in range(data.times.size)]
    assert daily.place_of(int(data.times[AT])) is None
    assert daily.place_of(int(data.times[AT - 1])) == AT - 1


def test_a_state_at_its_bound_is_marked(judged, market):
    """A structure that reverts within days to a vol of 170 % wants states as low as they go."""
    fitted, _ = judged
    daily = fits_of_states(market.quotes, replace(fitted, structure=(20.0, 3.0, 0.5, 0.0)), STATES[0])
    held = daily.at_bound[:, 0]
    assert held.any()
    assert not daily.at_bound[:, 1:].any()
    for code, is_held in zip(daily.status.tolist(), held.tolist(), strict=True):
        assert STATUSES[code] is (CalibrationStatus.AT_BOUND if is_held else CalibrationStatus.CONVERGED)
    np.testing.assert_array_equal(np.isnan(daily.standard_errors[:, 0]), held)


def test_its_family_is_no_calibrated_one_and_needs_hestons_calibrations():
    (family,) = STATES
    assert not isinstance(family, Calibrated)
    model = HestonState()
    assert (family.calibrated.kind, family.calibrated.settings) == (model.kind, model.calibration)
