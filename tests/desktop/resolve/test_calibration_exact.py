"""The exact fit beside the pooled estimate: the one that is judged, or in a few words why there is none."""

from dataclasses import replace

import numpy as np
import pytest

from outsample.calibration import CalibrationLoss, CalibrationStatus, bounds_of, tape_shelf
from outsample.calibration.tape import STATUSES
from outsample.formulas.black import black_price
from outsample.formulas.fourier import Bates, Heston, Merton, fourier_price
from outsample.report import analyse
from outsample.study import Settings, Workspace
from outsample.windows import Split, Window, default_split
from outsample_desktop.resolve import same
from outsample_desktop.resolve.calibrated import CALIBRATED
from outsample_desktop.resolve.calibration import calibration_view
from outsample_desktop.resolve.calibration_estimates import ParameterSet
from outsample_desktop.resolve.panes import hue_of
from outsample_desktop.session import Room, State

MODELS = ("flat-vol", "heston")
AT = 60  # a time inside the train window


@pytest.fixture(scope="module")
def tape(market, made_tape):
    return made_tape(market.quotes.times)


@pytest.fixture(scope="module")
def shown(market, tape):
    """Return a function from models, dragging and changes of the state to analysis and view; each is made once."""
    made = {}

    def show(models=MODELS, dragging=False, split=None, find=None, **changes):
        split = split or default_split(market.quotes.times)
        key = (models, dragging, split)
        state = State(split=split, models=models, dragging=dragging, room=Room.CALIBRATION, **changes)
        if key not in made:
            tape_shelf._remember(market.quotes, tape)
            made[key] = analyse(Workspace(market.quotes), split, state.score, models, Settings(previews=dragging))
            tape_shelf._shelf.clear()
        return made[key], calibration_view(state, made[key], find or (lambda *_: tape))

    return show


def family_of(kind):
    return next(one for one in CALIBRATED if one.kind is kind)


def columns_of(table):
    return {one.header: one.values for one in table.columns}


@pytest.fixture(scope="module")
def judged(shown):
    """Return the parameters that the table of models judges, and what the room shows of them."""
    analysis, view = shown()
    found = analysis.find("heston").study.fitted
    assert not found.is_preview
    return found.parameters[:5], view


def test_the_table_holds_the_very_parameters_that_are_judged(judged):
    parameters, view = judged
    columns = columns_of(view.parameters)
    assert columns["parameter"].tolist() == [one.name for one in parameters]
    assert columns["unit"].tolist() == [one.unit for one in parameters]
    np.testing.assert_array_equal(columns["exact"], [one.value for one in parameters])
    np.testing.assert_array_equal(columns["exact s.e."], [one.standard_error for one in parameters])
    assert ["bound" in note for note in columns["exact note"]] == [one.at_bound for one in parameters]
    assert (columns["exact"] != columns["pooled"]).any()


def test_the_paths_carry_the_exact_fit_with_its_95_percent_and_the_hue_of_the_model(judged):
    parameters, view = judged
    for path, one in zip(view.paths.paths, parameters, strict=True):
        assert path.exact == one.value
        np.testing.assert_allclose(path.exact_error, 1.96 * one.standard_error, rtol=1e-4)
        assert path.hue == hue_of("heston")
        assert np.isfinite(path.level)
    assert "thick: exact, thin: pooled" in view.paths.detail


def test_what_is_written_beside_a_path_is_the_exact_value_or_that_it_is_at_a_bound(judged):
    parameters, view = judged
    for path, one in zip(view.paths.paths, parameters, strict=True):
        number, _, rest = path.level_text.replace("−", "-").partition(" ")
        assert float(number) == pytest.approx(one.value, rel=5e-3)
        assert rest == "at bound" if one.at_bound else float(rest.removeprefix("± ")) > one.standard_error


def test_the_smile_is_drawn_with_the_judged_parameters(shown, market):
    data = market.quotes
    analysis, view = shown(cursor=int(data.times[AT]))
    (curve,) = [one for one in view.smile.curves if one.name == "exact"]
    assert (curve.hue, curve.is_active) == (hue_of("heston"), True)
    assert [one.name for one in view.smile.curves if one.is_active] == ["exact"]
    seen = data.observed
    tenors = seen.slice_tenor[int(seen.time_slice[AT]) : int(seen.time_slice[AT + 1])]
    tenor = min(tenors, key=lambda one: abs(np.log(365.0 * one / 30.0)))
    strike, is_call = curve.x / 100.0, curve.x >= 100.0
    years = np.full(strike.size, tenor)
    expected = fourier_price(analysis.find("heston").study.fitted.model, strike, years, is_call)
    np.testing.assert_allclose(black_price(strike, years, curve.y / 100.0, is_call), expected, atol=1e-8)
    assert "exact − observed [vol pts]" in columns_of(view.quotes)


def test_the_message_says_exact_and_the_figures_of_the_table_of_models(judged, shown):
    analysis, view = shown()
    head = analysis.find("heston").headline
    assert view.state == "exact"
    said = view.message.partition(";")[0]
    inside, outside = (float(word) for word in said.replace(",", "").split() if word[0].isdigit())
    assert (inside, outside) == pytest.approx((head.in_sample, head.out_of_sample), abs=0.0501)
    assert said.endswith("vol pts")


def test_while_a_boundary_is_held_it_is_a_preview_in_the_same_columns_and_curves(shown):
    exact, (_, held) = shown()[1], shown(dragging=True)
    assert held.state == "preview"
    assert "exact on release" in held.message
    assert "preview" in held.paths.detail
    assert [one.header for one in held.parameters.columns] == [one.header for one in exact.parameters.columns]
    columns = columns_of(held.parameters)
    assert np.isnan(columns["exact"]).all()
    assert set(columns["exact note"]) == {"preview"}
    np.testing.assert_array_equal(columns["pooled"], columns_of(exact.parameters)["pooled"])
    assert np.isnan([path.exact for path in held.paths.paths]).all()
    assert [one.name for one in held.smile.curves] == [one.name for one in exact.smile.curves]
    assert next(one.name for one in held.smile.curves if one.is_active) == "pooled"


def test_a_model_that_is_off_says_how_to_get_the_exact_fit(shown):
    _, view = shown(models=("flat-vol",))
    assert view.state == "preview"
    assert view.message.startswith("switch Heston on for the exact fit")
    assert columns_of(view.parameters)["exact"].tolist() == ["switch Heston on for the exact fit", "", "", "", ""]
    assert "exact" not in [curve.name for curve in view.smile.curves]


def test_another_loss_has_no_exact_fit_and_says_by_which_loss_the_model_is_judged(shown, market, made_tape):
    other = made_tape(market.quotes.times, Heston, CalibrationLoss.PRICE)
    _, view = shown(calibration_loss=CalibrationLoss.PRICE, find=lambda *_: other)
    assert view.message.startswith("no exact fit under price in USD: Heston is judged by its fit to implied vol")
    assert np.isnan([path.exact for path in view.paths.paths]).all()
    assert columns_of(view.parameters)["exact"][0] == "none under this loss"


def test_a_failure_of_the_model_is_told_in_the_message_and_briefly_in_the_table(market, tape):
    """As for calibrations that came after the answer: the room has them, the analysis had not."""
    split = default_split(market.quotes.times)
    state = State(split=split, models=MODELS, room=Room.CALIBRATION)
    analysis = analyse(Workspace(market.quotes), split, state.score, MODELS)
    view = calibration_view(state, analysis, lambda *_: tape)
    assert analysis.find("heston") is None
    assert view.message.startswith("Heston needs its calibration tape for these quotes, found none")
    assert columns_of(view.parameters)["exact"][0] == "cannot be judged"
    assert columns_of(view.parameters)["pooled"].tolist() == tape.pooled(split.train).values.tolist()


def test_the_exact_fit_stands_beside_estimates_under_another_loss(shown, market, tape, made_tape):
    other = made_tape(market.quotes.times, Heston, CalibrationLoss.PRICE)
    tapes = {CalibrationLoss.PRICE: other, CalibrationLoss.VOL: tape}
    analysis, view = shown(
        calibration_loss=CalibrationLoss.PRICE,
        compared_loss=CalibrationLoss.VOL,
        find=lambda _data, _kind, settings: tapes[settings.loss],
    )
    values = [one.value for one in analysis.find("heston").study.fitted.parameters[:5]]
    np.testing.assert_array_equal(columns_of(view.parameters)["vol: exact"], values)


def test_a_model_that_cannot_be_fitted_says_why(shown, market):
    times = market.quotes.times
    gap = Window(int(times[10]) + 1, int(times[11]))  # between two times: nothing to train on
    analysis, view = shown(split=Split(gap, Window(int(times[20]), int(times[-1]) + 1)))
    assert analysis.judged == ()
    assert "widen the window" in view.message
    assert "widen the window" in view.paths.detail
    assert "widen the window" in view.correlation.note
    assert view.parameters.size == 0
    assert view.quality.paths[0].level_text == ""


def test_a_history_whose_every_calibration_failed_says_so(shown, tape):
    failed = np.full(tape.times.size, STATUSES.index(CalibrationStatus.FAILED), np.int8)
    bare = replace(tape, status=failed, count=0 * tape.count, sum_of_squares=0.0 * tape.sum_of_squares)
    _, view = shown(models=("flat-vol",), find=lambda *_: bare)
    assert "found 0 at 0 times" in view.message
    assert f"{tape.times.size} not converged" in view.quality.detail


def test_calibrations_of_a_single_day_are_shown(shown, market, tape):
    one = {name: getattr(tape, name)[:1] for name in ("times", "values", "hessian", "gradient", "sum_of_squares")}
    one |= {name: getattr(tape, name)[:1] for name in ("count", "status", "at_bound", "standard_errors")}
    day = replace(tape, **one, condition_number=tape.condition_number[:1])
    _, view = shown(models=("flat-vol",), find=lambda *_: day)
    assert view.days.size == 1
    assert [path.level for path in view.paths.paths] == pytest.approx(tape.values[0].tolist(), rel=0.6)
    assert all("±" not in path.level_text for path in view.paths.paths)
    _, elsewhere = shown(models=("flat-vol",), find=lambda *_: day, cursor=int(market.quotes.times[AT]))
    assert [curve.name for curve in elsewhere.smile.curves] == ["pooled"]


def test_the_same_answer_shows_the_same(shown):
    assert same(shown()[1], shown()[1])


@pytest.mark.parametrize("kind", [Heston, Bates])
@pytest.mark.parametrize(("end", "words"), [(0, "at lower bound"), (1, "at upper bound")])
def test_a_bound_is_named_by_its_side_for_every_parameter(kind, end, words):
    low, high = bounds_of(kind)
    for place in range(low.size):
        values = 0.5 * (low + high)
        values[place] = (low, high)[end][place]
        held = np.arange(low.size) == place
        notes = ParameterSet(family_of(kind), values, np.zeros(low.size), held).notes()
        assert notes[place].startswith(words)
        assert not any("bound" in note for index, note in enumerate(notes) if index != place)


@pytest.mark.parametrize(("noise", "is_violated"), [(0.9, False), (1.1, True)])
def test_feller_is_said_beside_the_vol_of_vol_and_in_the_message(noise, is_violated):
    values = np.array([0.04, 1.0, 0.5, noise, -0.5])  # 2 kappa theta = 1
    found = ParameterSet(family_of(Heston), values, np.zeros(5), np.zeros(5, np.bool_))
    assert found.feller_ratio == pytest.approx(Heston(*values.tolist()).feller_ratio)
    assert found.notes() == ("", "", "", "Feller violated" if is_violated else "", "")
    assert found.warnings() == (("Feller violated (0.83 < 1)",) if is_violated else ())


def test_a_model_without_a_variance_of_its_own_cannot_violate_feller():
    values, held = np.array([0.2, 1.0, -0.1, 0.1]), np.array([False, True, False, False])
    found = ParameterSet(family_of(Merton), values, np.zeros(4), held)
    assert np.isnan(found.feller_ratio)
    assert len(found.warnings()) == 1
