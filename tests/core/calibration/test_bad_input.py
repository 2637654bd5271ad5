"""What cannot be calibrated is refused in one sentence with a cure, and in a study it is a failure, not a crash."""

import math
from dataclasses import replace

import numpy as np
import pytest

from outsample.calibration import CalibrationSettings, ChainQuotes, calibrate, fit_sabr, fit_ssvi, fit_svi
from outsample.calibration.tape_shelf import ensure_tapes
from outsample.catalog import score
from outsample.errors import FitError, UsageError
from outsample.formulas import fourier
from outsample.models.transform import SVCJ, Bates, Heston, Kou, Merton, VarianceGamma
from outsample.study import Failure, FailureReason, evaluate
from outsample.windows import default_split

MODELS = (Heston, Bates, SVCJ, Merton, Kou, VarianceGamma)
FITS = (fit_svi, fit_sabr, fit_ssvi)
BAD = {"zero": 0.0, "negative": -1.0, "NaN": math.nan, "infinite": math.inf}
CURED = "found 1 of 2 that are not; leave them out$"


def each(names, values):
    return pytest.mark.parametrize(names, values, ids=lambda one: getattr(one, "__name__", None))


# --- Quotes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
@pytest.mark.parametrize("number", ["strike_ratio", "tenor", "implied_vol", "price", "forward"])
def test_a_quote_with_a_bad_number_makes_no_chain(number, bad):
    numbers = {"strike_ratio": np.full(2, 1.1), "tenor": np.full(2, 0.5), "is_call": True, "forward": np.ones(2)}
    make, level = (ChainQuotes.of_prices, "price") if number == "price" else (ChainQuotes.of_vols, "implied_vol")
    numbers[level] = np.full(2, 0.2)
    assert make(**numbers).size == 2
    numbers[number] = np.array([0.5, bad])
    with pytest.raises(FitError, match=CURED):
        make(**numbers)


@pytest.mark.parametrize(
    ("strike", "is_call", "price"),
    [(0.75, True, 0.25), (0.75, True, 0.2), (1.25, False, 0.25), (0.75, True, 1.0), (1.25, False, 1.25)],
    ids=["call at intrinsic", "call below", "put at intrinsic", "call at its bound", "put at its bound"],
)
def test_a_price_out_of_its_bounds_makes_no_chain(strike, is_call, price):
    with pytest.raises(FitError, match="prices between intrinsic and the upper bound, " + CURED):
        ChainQuotes.of_prices(strike, 0.5, is_call, np.array([0.26, price]))


# --- Chains ---------------------------------------------------------------------------------------------------------


@each("model", MODELS)
def test_a_chain_of_one_quote_calibrates_nothing(model):
    chain, needed = ChainQuotes.of_vols(1.1, 0.5, True, 0.4), len(model.kind.__slots__)
    sentence = (
        f"^a calibration of {model.__name__} needs at least {needed} quotes, .*, found 1; choose another time, .*$"
    )
    with pytest.raises(FitError, match=sentence):
        calibrate(model.kind, chain, CalibrationSettings())


@each("fit", FITS)
def test_a_chain_of_one_quote_has_no_smile(fit):
    with pytest.raises(FitError, match=r"^S\w+ needs at least \d .*, found 1; .*relax the filters$"):
        fit(ChainQuotes.of_vols(1.1, 0.5, True, 0.4))


@each("model", MODELS)
def test_a_chain_of_one_strike_ends_with_finite_values_and_is_said_to_tell_nothing(model):
    found = calibrate(model.kind, ChainQuotes.of_vols(np.full(12, 1.1), 0.5, True, 0.4), CalibrationSettings())
    assert np.isfinite(found.values).all()
    assert found.status.value == "the quotes do not tell the parameters apart"
    assert found.root_mean_square < 1e-3


@each("fit", FITS)
@pytest.mark.parametrize("huber", [0.0, -1.0, math.nan])
def test_a_threshold_of_a_smile_is_a_number_above_nothing(fit, huber):
    strike = np.linspace(0.8, 1.2, 9)
    with pytest.raises(UsageError, match=f"^huber must be a number above 0 or None, found {huber}; None counts all"):
        fit(ChainQuotes.of_vols(strike, 0.5, strike > 1.0, 0.4 - 0.1 * strike), huber=huber)


# --- Studies --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def prices(history_of):
    """Return 42 days of quotes: as many as a train and a test window need."""
    return history_of([fourier.Heston(0.3, 3.0, 0.35, 1.1, -0.4)] * 42)


def failure_of(model, data, split):
    ensure_tapes(data, [model()])
    found = evaluate(model(), data, split, score("squared-vol-points").score)
    assert isinstance(found, Failure)
    assert found.reason is FailureReason.CANNOT_FIT
    return found


@each("model", MODELS)
def test_a_history_of_one_quote_a_day_is_a_failure_with_a_cure(model, prices, part_of):
    data = part_of(prices, np.searchsorted(prices.time, prices.times) + 2)
    assert data.observed.size == 42
    needed = 10 * len(model.kind.__slots__)
    found = failure_of(model, data, default_split(data.times))
    assert found.message == f"{model.__name__} needs {needed} calibrated quotes in the train window, found 0 at 0 times"
    assert found.cure


def test_a_train_window_without_a_valid_quote_is_a_failure_with_a_cure(prices):
    split = default_split(prices.times)
    bid = prices.bid.copy()
    bid[prices.time < split.train.stop] = np.nan
    data = replace(prices, bid=bid)
    found = failure_of(Merton, data, split)
    assert found.message == "Merton needs 40 calibrated quotes in the train window, found 0 at 0 times"
    assert found.cure
