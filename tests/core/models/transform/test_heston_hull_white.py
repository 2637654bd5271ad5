"""Heston with a rate as a model: the truth is found, at long tenors Heston finds another, and paths have a tape."""

import numpy as np
import pytest

from outsample.calibration import ChainQuotes, bounds_of, calibrate
from outsample.calibration.pooling import exact_vols
from outsample.calibration.settings import CalibrationSettings
from outsample.calibration.tape_shelf import NeedsTape, ensure_tapes, tape_of
from outsample.errors import FitError
from outsample.formulas import fourier
from outsample.models.transform import Heston, HestonHullWhite
from outsample.windows import Window

TRUTH = fourier.HestonHullWhite(0.3, 3.0, 0.35, 1.1, -0.4)
DAYS = 12


@pytest.fixture(scope="module")
def data(history_of):
    found = history_of([TRUTH] * DAYS, strikes=11, noise=0.01)
    ensure_tapes(found, [HestonHullWhite()])
    return found


def whole(data):
    return Window(int(data.times[0]), int(data.times[-1]) + 1)


def test_the_truth_is_found_within_its_standard_errors(data):
    found = HestonHullWhite().fit(data, whole(data))
    values, errors = found.model.parameters, np.array(found.standard_errors)
    assert (np.abs(values - TRUTH.parameters) < 4.0 * errors).all()
    assert isinstance(found.model, fourier.HestonHullWhite)
    assert found.predict(data).values.tobytes() == exact_vols(found.model, data.observed).tobytes()


def test_a_preview_is_near(data):
    exact, preview = (act(data, whole(data)) for act in (HestonHullWhite().fit, HestonHullWhite().preview))
    assert preview.is_preview
    assert 100.0 * np.abs(exact.predict(data).values - preview.predict(data).values).max() < 0.2


def test_every_time_has_a_calibration_of_its_own_kind(data):
    model = HestonHullWhite()
    assert isinstance(model, NeedsTape)
    tape = tape_of(data, model.kind, model.calibration)
    assert tape.kind is fourier.HestonHullWhite
    assert tape.is_used.all()
    assert np.median(tape.values, axis=0) == pytest.approx(TRUTH.parameters, rel=0.5)


def test_it_has_no_use_for_the_calibrations_of_heston(history_of):
    data = history_of([fourier.Heston(0.21, 2.5, 0.3, 1.0, -0.35)] * 4)
    ensure_tapes(data, [Heston()])
    with pytest.raises(FitError, match="Heston with stochastic rates needs its calibration tape"):
        HestonHullWhite().fit(data, whole(data))


def test_at_long_tenors_heston_has_to_stretch():
    """Of exact quotes up to ten years each model finds its own parameters; the other one misses the vols."""
    years = np.repeat([0.5, 1.0, 2.0, 5.0, 10.0], 9)
    truth = fourier.HestonHullWhite(0.03, 1.5, 0.04, 0.4, -0.6)
    strike = np.exp(0.2 * np.sqrt(years) * np.tile(np.linspace(-1.5, 1.5, 9), 5))
    price = fourier.fourier_price(truth, strike, years, strike > 1.0)
    chain = ChainQuotes.of_prices(strike, years, strike > 1.0, price)
    own, other = (calibrate(kind, chain, CalibrationSettings()) for kind in (fourier.HestonHullWhite, fourier.Heston))
    np.testing.assert_allclose(own.values, truth.parameters, rtol=1e-4)
    assert own.root_mean_square < 1e-5
    assert other.root_mean_square > 0.05
    assert other.values[2] > truth.long_run_variance, "the variance of the rate has to be put somewhere"


def test_its_bounds_are_those_of_heston():
    for own, other in zip(bounds_of(fourier.HestonHullWhite), bounds_of(fourier.Heston), strict=True):
        np.testing.assert_array_equal(own, other)
