"""Models that need no calibration in the calibration room: each time's own fit, and the fit that is judged."""

from dataclasses import replace

import numpy as np
import pytest

from outsample.calibration import CalibrationLoss, CalibrationStatus
from outsample.calibration.paths import find_paths, parameter_paths
from outsample.calibration.tape import STATUSES
from outsample.datasets import Settlement
from outsample.models.early_exercise import American
from outsample.report import analyse
from outsample.study import Settings, Workspace
from outsample.windows import Split, Window, default_split
from outsample_desktop.resolve import same
from outsample_desktop.resolve.calibrated import CALIBRATED, FAMILIES, SMILES, STATES, family_of
from outsample_desktop.resolve.calibration import calibration_view
from outsample_desktop.resolve.calibration_sources import make_paths
from outsample_desktop.resolve.panes import hue_of
from outsample_desktop.session import Room, State

AMERICAN = family_of("american")
each = pytest.mark.parametrize("family", [one for one in SMILES if one is not AMERICAN], ids=lambda one: one.name)
AT = 60


@pytest.fixture(scope="module")
def linear(market):
    """The same quotes with premiums in the quote currency."""
    quotes = market.quotes
    premiums = {name: getattr(quotes, name) * quotes.forward for name in ("bid", "ask", "mark")}
    return replace(quotes, settlement=Settlement.LINEAR, **premiums)


@pytest.fixture(scope="module")
def shown(market):
    """Return a function from a model, whether it is on, and changes of the state to analysis and view."""
    made = {}

    def show(name, is_on=True, split=None, dragging=False, find=parameter_paths, data=market.quotes, **changes):
        split = split or default_split(data.times)
        models = ("flat-vol", name) if is_on else ("flat-vol",)
        key = (models, split, dragging, data)
        state = State(
            split=split, models=models, dragging=dragging, room=Room.CALIBRATION, calibration_model=name, **changes
        )
        if key not in made:
            made[key] = analyse(Workspace(data), split, state.score, models, Settings(previews=dragging))
        return made[key], calibration_view(state, made[key], lambda *_: None, find)

    return show


def columns_of(table):
    return {one.header: one.values for one in table.columns}


def test_every_option_model_with_parameters_of_a_time_has_its_paths():
    assert [one.name for one in SMILES] == ["svi", "ssvi", "sabr", "corrado-su", "rabinovitch", "american"]
    assert [one.name for one in CALIBRATED if one.kind.__name__ == "HestonHullWhite"] == ["heston-hull-white"]
    assert set(FAMILIES) == {*SMILES, *CALIBRATED, *STATES}
    assert len({one.title for one in FAMILIES}) == len(FAMILIES)
    assert family_of("sabr") is SMILES[2]


@each
def test_what_is_not_fitted_yet_says_that_it_is_on_its_way(shown, family):
    _, view = shown(family.name, find=lambda *_: None)
    assert view.standing.sentence.startswith(f"fitting each time: {family.title}")
    assert view.standing.offer == ""
    assert view.paths is None


@each
def test_paths_are_the_fits_of_each_time_with_their_95_percent_and_their_bounds(shown, market, family):
    paths, (_, view) = parameter_paths(market.quotes, family.model), shown(family.name)
    assert [(path.title, path.unit) for path in view.paths.paths] == list(zip(paths.names, paths.units, strict=True))
    for place, path in enumerate(view.paths.paths):
        np.testing.assert_array_equal(path.value, paths.values[:, place])
        np.testing.assert_allclose(path.high - path.low, 2.0 * 1.96 * paths.standard_errors[:, place], rtol=1e-4)
        assert (path.least, path.most) == (paths.low[place], paths.high[place])
        np.testing.assert_array_equal(path.marks.below, paths.values[:, place] == paths.low[place])
        np.testing.assert_array_equal(path.marks.above, paths.values[:, place] == paths.high[place])
        assert not path.marks.feller.any()
    assert "Feller" not in view.paths.detail
    assert "Feller" not in view.quality.detail


@each
def test_fit_quality_is_that_of_each_time_in_vol_points(shown, market, family):
    paths, (_, view) = parameter_paths(market.quotes, family.model), shown(family.name)
    (path,), rows = view.quality.paths, default_split(market.quotes.times).train.rows(market.quotes.times)
    np.testing.assert_allclose(path.value**2 * paths.count, paths.sum_of_squares, rtol=1e-12)
    assert path.unit == "vol pts"
    assert path.level**2 == pytest.approx(paths.sum_of_squares[rows].sum() / paths.count[rows].sum())


@each
def test_level_and_table_are_the_very_parameters_that_are_judged(shown, family):
    analysis, view = shown(family.name)
    parameters = analysis.find(family.name).study.fitted.parameters[: len(family.parameters)]
    columns = columns_of(view.parameters)
    assert view.state == "exact"
    assert columns["parameter"].tolist() == [one.name for one in parameters]
    assert columns["unit"].tolist() == [one.unit for one in parameters]
    np.testing.assert_array_equal(columns["exact"], [one.value for one in parameters])
    np.testing.assert_array_equal(columns["exact s.e."], [one.standard_error for one in parameters])
    assert ["bound" in note for note in columns["exact note"]] == [one.at_bound for one in parameters]
    assert not [header for header in columns if "pooled" in header]
    for path, one in zip(view.paths.paths, parameters, strict=True):
        assert (path.exact, path.hue) == (one.value, hue_of(family.name))
        assert np.isnan(path.level)


@each
def test_the_smiles_at_the_cursor_are_the_prediction_and_the_fit_of_that_time(shown, market, family):
    data = market.quotes
    analysis, view = shown(family.name, cursor=int(data.times[AT]))
    assert [curve.name for curve in view.smile.curves] == ["daily", "exact"]
    columns, seen = columns_of(view.quotes), data.observed
    tenors = seen.slice_tenor[int(seen.time_slice[AT]) : int(seen.time_slice[AT + 1])]
    chosen = int(seen.time_slice[AT]) + int(np.argmin(np.abs(np.log(365.0 * tenors / 30.0))))
    rows = slice(int(seen.slice_start[chosen]), int(seen.slice_start[chosen + 1]))
    one = Window(int(data.times[AT]), int(data.times[AT + 1]))
    fits = {"exact": analysis.find(family.name).study.fitted, "this time": family.model.fit(data, one)}
    for name, fitted in fits.items():
        np.testing.assert_allclose(columns[f"{name} [%]"], 100.0 * fitted.predict(data).values[rows], rtol=1e-8)


@each
def test_the_correlation_is_that_of_the_exact_estimates(shown, family):
    analysis, view = shown(family.name)
    found = analysis.find(family.name).study.fitted.found
    np.testing.assert_array_equal(view.correlation.value, found.correlation)
    assert view.correlation.names == family.parameters
    known = np.isfinite(found.standard_errors)
    np.testing.assert_allclose(np.diag(found.correlation)[known], 1.0, rtol=1e-12)
    np.testing.assert_array_equal(np.isnan(np.diag(found.correlation)), ~known)
    assert "exact" in view.correlation.detail


@each
def test_a_model_that_is_off_shows_its_paths_and_how_to_get_the_level(shown, family):
    _, view = shown(family.name, is_on=False)
    wanted = f"switch {family.title} on for the exact fit"
    assert (view.state, view.message) == ("no estimate", wanted)
    assert view.correlation.note == wanted
    assert columns_of(view.parameters)["exact"][0] == wanted
    assert [curve.name for curve in view.smile.curves] == ["daily"]
    assert all(np.isnan(path.exact) and path.level_text == "" for path in view.paths.paths)
    assert view.paths.detail.startswith("each time alone")
    assert view.days.size == view.paths.times.size


def test_a_window_that_cannot_be_fitted_says_why(shown, market):
    times = market.quotes.times
    gap = Window(int(times[10]) + 1, int(times[11]))  # between two times: nothing to train on
    _, view = shown("svi", split=Split(gap, Window(int(times[20]), int(times[-1]) + 1)))
    assert view.state == "no estimate"
    for said in (view.message, view.paths.detail, view.correlation.note):
        assert "widen the window" in said
    assert view.parameters.size == 0
    assert view.days.size == times.size


def test_a_time_without_a_fit_has_a_gap_and_its_reason(shown, market):
    made = parameter_paths(market.quotes, SMILES[0].model)
    values, status, count, squares = (one.copy() for one in (made.values, made.status, made.count, made.sum_of_squares))
    values[AT], status[AT], count[AT], squares[AT] = np.nan, STATUSES.index(CalibrationStatus.FAILED), 0, 0.0
    gap = replace(made, values=values, status=status, count=count, sum_of_squares=squares)
    _, view = shown("svi", find=lambda *_: gap, cursor=int(market.quotes.times[AT]))
    assert columns_of(view.days)["status"][AT] == "fewer than 80 usable quotes"
    assert np.isnan(view.paths.paths[0].value[AT])
    assert view.paths.paths[0].marks.unsettled[AT]
    assert view.smile.curves[0].title == "this time –"


def test_another_loss_changes_nothing(shown):
    _, view = shown("ssvi")
    _, other = shown("ssvi", calibration_loss=CalibrationLoss.PRICE, compared_loss=CalibrationLoss.COIN)
    assert same(view, other)


def test_a_moved_boundary_leaves_the_very_same_curves_and_moves_the_exact_fit(shown, market):
    times = market.quotes.times
    test = Window(int(times[90]), int(times[-1]) + 1)
    one, other = (
        shown("sabr", split=Split(Window(int(times[0]), int(times[stop])), test), dragging=True)[1] for stop in (40, 41)
    )
    for a, b in zip(one.paths.paths, other.paths.paths, strict=True):
        assert a.value is b.value
        assert a.low is b.low
        assert a.marks is b.marks
        assert a.exact != b.exact
    assert one.days is other.days


@pytest.mark.parametrize(("name", "is_quicker"), [("sabr", False), ("corrado-su", True)])
def test_while_a_boundary_is_held_parameters_are_exact_and_quicker_figures_are_marked(shown, name, is_quicker):
    exact, held = shown(name)[1], shown(name, dragging=True)[1]
    assert held.state == "exact"
    assert ("(preview)" in held.message) == is_quicker
    assert same(held.parameters, exact.parameters)
    assert same(held.smile, exact.smile)


def test_headers_of_a_table_are_all_different(shown):
    for family in SMILES:
        _, view = shown(family.name)
        for table in (view.parameters, view.days, view.quotes, view.correlations):
            headers = [one.header for one in table.columns]
            assert len(set(headers)) == len(headers)


def test_who_may_wait_has_the_paths_made_where_they_are_shown(market):
    data = market.quotes.viewed(market.quotes.target, market.quotes.axis)
    state = State(calibration_model="svi", room=Room.OVERVIEW)
    for skipped in (state, replace(state, room=Room.CALIBRATION, calibration_model="heston")):
        make_paths(skipped, data)
        assert find_paths(data, SMILES[0].model) is None
    make_paths(replace(state, room=Room.CALIBRATION), market.prices)
    make_paths(replace(state, room=Room.CALIBRATION), data)
    assert find_paths(data, SMILES[0].model) is not None


# --- American options -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def american(shown, linear):
    """Return a function as `shown`, for American options on quotes that have them."""
    return lambda **changes: shown("american", data=linear, **changes)


def test_coins_are_refused_in_place_with_the_sentence_of_the_model(shown):
    for is_on in (True, False):
        _, view = shown("american", is_on=is_on)
        assert view.standing.sentence == (
            "American options need premiums in the quote currency, found inverse settlement; choose a European model"
        )
        assert (view.standing.offer, view.paths) == ("", None)


def test_the_path_of_american_options_is_their_vol_of_each_time(american, linear):
    paths, (analysis, view) = parameter_paths(linear, American()), american()
    (path,) = view.paths.paths
    fitted = analysis.find("american").study.fitted
    assert (path.title, path.unit, path.exact) == ("vol", "a year", fitted.found.values[0])
    np.testing.assert_array_equal(path.value, paths.values[:, 0])
    assert np.isfinite(path.value).all()
    assert view.state == "exact"
    np.testing.assert_allclose(view.correlation.value, [[1.0]], rtol=1e-12)


def test_the_smiles_of_american_options_are_what_is_predicted_in_their_slice(american, linear):
    analysis, view = american(cursor=int(linear.times[AT]))
    columns, seen = columns_of(view.quotes), linear.observed
    tenors = seen.slice_tenor[int(seen.time_slice[AT]) : int(seen.time_slice[AT + 1])]
    chosen = int(seen.time_slice[AT]) + int(np.argmin(np.abs(np.log(365.0 * tenors / 30.0))))
    rows = slice(int(seen.slice_start[chosen]), int(seen.slice_start[chosen + 1]))
    one = Window(int(linear.times[AT]), int(linear.times[AT + 1]))
    fits = {"exact": analysis.find("american").study.fitted, "this time": American().fit(linear, one)}
    for name, fitted in fits.items():
        np.testing.assert_allclose(columns[f"{name} [%]"], 100.0 * fitted.predict(linear).values[rows], rtol=1e-8)


def test_while_a_boundary_is_held_the_vol_of_american_options_is_a_preview(american, linear):
    exact = american()[1]
    American().fit(linear, Window(int(linear.times[75]), int(linear.times[85])))  # at other vols: the last fit made
    held = american(dragging=True)[1]
    assert (exact.state, held.state) == ("exact", "preview")
    assert "(preview)" in held.message
    assert held.paths.paths[0].exact == pytest.approx(exact.paths.paths[0].exact, abs=2e-4)
    assert held.paths.paths[0].exact != exact.paths.paths[0].exact
