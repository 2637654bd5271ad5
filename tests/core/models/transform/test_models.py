"""Six models fitted alike: the truth is found, the preview is near, and without calibrations nothing is invented."""

import pickle
from dataclasses import fields
from typing import get_type_hints

import numpy as np
import pytest

from outsample.calibration import CalibrationLoss, bounds_of, parameter_names
from outsample.calibration.pooling import PooledResiduals, exact_vols, vol_surface
from outsample.calibration.tape_shelf import ensure_tapes, tape_of
from outsample.errors import FitError, UsageError
from outsample.formulas import fourier
from outsample.model import Previews, Refits
from outsample.models.transform import SVCJ, Bates, Heston, Kou, Merton, VarianceGamma
from outsample.scores import Functional
from outsample.typing import Bounds, Unit
from outsample.windows import Window

TRUTHS = {
    Merton: fourier.Merton(0.45, 1.5, -0.12, 0.15),
    Kou: fourier.Kou(0.4, 3.0, 0.3, 12.0, 8.0),
    VarianceGamma: fourier.VarianceGamma(0.5, -0.3, 0.1),
    Heston: fourier.Heston(0.3, 3.0, 0.35, 1.1, -0.4),
    Bates: fourier.Bates(0.2, 3.0, 0.25, 0.8, -0.4, 1.0, -0.15, 0.15),
    SVCJ: fourier.SVCJ(0.2, 3.0, 0.22, 0.8, -0.4, 0.8, -0.12, 0.12, 0.1, -0.2),
}
QUICK = (Merton, Heston)
DAYS = 24


def each(models):
    return pytest.mark.parametrize("model", models, ids=lambda one: one.__name__)


def window(data, first, last):
    return Window(int(data.times[first]), int(data.times[last - 1]) + 1)


@pytest.fixture(scope="module")
def noisy(history_of):
    """Return a function from a model to quotes of one truth with noise, calibrated."""
    made = {}

    def quotes(model, days=DAYS):
        if model not in made:
            made[model] = history_of([TRUTHS[model]] * days, strikes=11, noise=0.01)
            ensure_tapes(made[model], [model()])
        return made[model]

    return quotes


@each(QUICK)
def test_the_truth_is_found_within_its_standard_errors(model, noisy):
    data = noisy(model)
    found = model().fit(data, window(data, 0, DAYS))
    truth, count = TRUTHS[model].parameters, TRUTHS[model].parameters.size
    values = np.array([one.value for one in found.parameters[:count]])
    errors = np.array([one.standard_error for one in found.parameters[:count]])
    assert (np.abs(values - truth) < 4.0 * errors).all()
    assert (errors < 0.3 * np.maximum(np.abs(truth), 0.1)).all()
    assert not any(one.at_bound for one in found.parameters)


def few_days(model, history_of):
    data = history_of([TRUTHS[model]] * 4, strikes=15)
    ensure_tapes(data, [model()])
    return data


@each(TRUTHS)
def test_every_model_prices_its_own_quotes(model, history_of):
    data = few_days(model, history_of)
    found = model().fit(data, window(data, 0, 4))
    assert np.abs(found.predict(data).values - data.observed.implied_vol).max() < 2e-3


@each(QUICK)
def test_a_preview_is_near_the_exact_answer_and_not_mistaken_for_it(model, noisy):
    data = noisy(model)
    train = window(data, 0, 20)
    exact, preview = model().fit(data, train), model().preview(data, train)
    assert exact != preview
    assert (exact.is_preview, preview.is_preview) == (False, True)
    gap = 100.0 * np.abs(exact.predict(data).values - preview.predict(data).values)
    assert gap.max() < 0.2
    shared = {one.name for one in preview.parameters} & {one.name for one in exact.parameters}
    assert set(parameter_names(model.kind)) <= {name.replace(" ", "_") for name in shared}


@each(QUICK)
def test_a_fit_costs_no_more_than_its_preview(model, noisy):
    data = noisy(model)
    for first, last in ((0, 12), (3, 24)):
        train = window(data, first, last)
        tape = tape_of(data, model.kind, model().calibration)
        residuals = PooledResiduals.of(data, train.rows(data.times), tape.is_used, model.kind, tape.settings)
        costs = [residuals.evaluate(one(data, train).model.parameters).total for one in (model().fit, model().preview)]
        assert costs[0] <= costs[1]


def test_a_prediction_is_the_exact_vol_of_the_fitted_model(noisy):
    data = noisy(Heston)
    found = Heston().fit(data, window(data, 0, DAYS))
    prediction = found.predict(data)
    assert prediction.functional is Functional.MEAN
    assert prediction.is_whole
    assert prediction.values.tobytes() == exact_vols(found.model, data.observed).tobytes()


def test_the_loss_is_what_the_fit_makes_small(history_of):
    """Two truths at once: in vol points and in money different compromises are best."""
    calm, wild = TRUTHS[Merton], fourier.Merton(0.6, 0.5, -0.3, 0.3)
    data = history_of([calm, wild] * 4)
    train = window(data, 0, 8)
    models = {loss: Merton(loss=loss) for loss in (CalibrationLoss.VOL, CalibrationLoss.PRICE)}
    ensure_tapes(data, models.values())
    fits = {loss: one.fit(data, train).model.parameters for loss, one in models.items()}
    for loss, one in models.items():
        tape = tape_of(data, Merton.kind, one.calibration)
        residuals = PooledResiduals.of(data, slice(0, 8), tape.is_used, Merton.kind, one.calibration)
        costs = {other: residuals.evaluate(values).total for other, values in fits.items()}
        assert costs[loss] == min(costs.values())
        assert costs[loss] < 0.999 * max(costs.values())


def test_a_model_without_calibrations_is_refused(history_of):
    data = history_of([TRUTHS[Heston]] * 3, seed=77)
    for act in (Heston().fit, Heston().preview):
        with pytest.raises(FitError, match="Heston needs its calibration tape for these quotes, found none; build it"):
            act(data, window(data, 0, 3))


def test_a_window_with_too_few_quotes_is_refused(noisy):
    data = noisy(Heston)
    empty = Window(int(data.times[0]), int(data.times[0]))
    for act in (Heston().fit, Heston().preview):
        with pytest.raises(FitError, match="Heston needs 50 calibrated quotes in the train window, found 0 at 0 times"):
            act(data, empty)


def test_a_parameter_at_its_bound_is_flagged(history_of):
    """Heston stretches to fit jumps: its variance reverts as fast as it may."""
    data = history_of([fourier.Kou(0.2, 5.0, 0.0, 12.0, 5.0)] * 6)
    ensure_tapes(data, [Heston()])
    found = {one.name: one for one in Heston().fit(data, window(data, 0, 6)).parameters}
    assert found["mean reversion"].value == bounds_of(Heston.kind)[1][1]
    assert found["mean reversion"].at_bound
    assert np.isnan(found["mean reversion"].standard_error)
    assert found["train calibrations with a parameter at its bound"].value == 100.0
    assert [name for name, one in found.items() if one.at_bound] == ["mean reversion"]


def test_the_feller_ratio_is_told_of_models_with_a_variance(noisy):
    data = noisy(Heston)
    found = {one.name: one.value for one in Heston().fit(data, window(data, 0, DAYS)).parameters}
    ratio = found["Feller ratio (below 1 the variance reaches 0)"]
    expected = 2.0 * found["mean reversion"] * found["long run variance"] / found["vol of vol"] ** 2
    assert ratio == pytest.approx(expected)
    names = {one.name for one in Merton().fit(noisy(Merton), window(noisy(Merton), 0, DAYS)).parameters}
    assert not any("Feller" in name for name in names)


@each(TRUTHS)
def test_a_model_is_a_value_with_bounds_for_its_numbers(model):
    one = model()
    assert one == model() == pickle.loads(pickle.dumps(one))
    assert one.kind is TRUTHS[model].__class__
    assert isinstance(one, Previews)
    assert not isinstance(one, Refits), "a refit at every time would need a surface for each"
    assert [field.name for field in fields(one)] == ["loss", "huber", "ridge"]
    notes = get_type_hints(model, include_extras=True)["ridge"].__metadata__
    assert [type(note) for note in notes] == [Unit, Bounds]
    with pytest.raises(UsageError, match="ridge"):
        _ = model(ridge=-1.0).calibration


def test_looking_twice_does_not_search_twice(noisy, monkeypatch):
    data = noisy(Merton)
    train = window(data, 0, 15)
    one = Merton().fit(data, train)
    monkeypatch.setattr("outsample.models.transform.fitted.minimise", None)
    assert Merton().fit(data, train) is one


@each((Heston, Kou))
def test_what_previews_need_of_the_anchors_is_found_with_the_exact_fit(model, history_of, monkeypatch):
    data = history_of([TRUTHS[model]] * 33, strikes=9, noise=0.01)
    ensure_tapes(data, [model()])
    searched = []
    found = vol_surface.series_layout
    monkeypatch.setattr(vol_surface, "series_layout", lambda *given: searched.append(given) or found(*given))
    vol_surface._kept_layout.cache_clear()
    vol_surface._kept_sampling.cache_clear()
    anchors = tape_of(data, model.kind, model().calibration).anchors
    model().fit(data, window(data, 1, 22))
    searched.clear()
    for last in range(20, 34):
        assert model().preview(data, window(data, 0, last)).surface is not None
    assert anchors.since.tolist() == [20, 25, 32]
    assert not searched
