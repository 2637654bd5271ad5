"""The suite bites: for each rule there is a model that breaks it, and the sentence says which."""

import itertools
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from outsample.conformance import PRICES, ConformanceError, Subject, conform
from outsample.conformance.corruption import OPTION_QUOTES
from outsample.errors import FitError, UsageError
from outsample.model import Parameter, Prediction, RefitSchedule
from outsample.sample import make_market, small_recipe
from outsample.scores import QLIKE, Functional, Pinball
from outsample.windows import Window


@pytest.fixture(scope="module")
def market():
    return make_market(small_recipe(days=60))


@dataclass(frozen=True)
class MeanVariance:
    """A model that keeps every rule; its children break one each."""

    def fit(self, data, train):
        rows = train.rows(data.times)
        if rows.stop - rows.start < 5:
            raise FitError("mean variance needs 5 returns in the train window, found fewer; widen the window")
        return self.fitted(float(np.mean(data.returns[rows] ** 2)))

    def fitted(self, variance):
        return FittedMeanVariance(variance)

    def predict_refitted(self, data, schedule):
        squares = np.r_[0.0, np.cumsum(data.returns**2)[:-1]]
        with np.errstate(invalid="ignore"):
            return Prediction(squares / np.arange(data.times.size), Functional.VARIANCE)


@dataclass(frozen=True)
class FittedMeanVariance:
    variance: float

    @property
    def parameters(self):
        return (Parameter("variance", self.variance),)

    def predict(self, data):
        return Prediction(np.full(data.times.size, self.variance), Functional.VARIANCE)


class FitsOnEverything(MeanVariance):
    def fit(self, data, train):
        super().fit(data, train)
        return self.fitted(float(np.mean(data.returns**2)))


@dataclass(frozen=True)
class CarriesHiddenState(MeanVariance):
    def fit(self, data, train):
        return FittedWithSecret(super().fit(data, train).variance, float(data.returns[-1] ** 2))


@dataclass(frozen=True)
class FittedWithSecret(FittedMeanVariance):
    secret: float = 0.0

    def predict(self, data):
        return Prediction(np.full(data.times.size, self.secret), Functional.VARIANCE)


class SeesTomorrow(MeanVariance):
    def fitted(self, variance):
        return FittedSeesTomorrow(variance)


@dataclass(frozen=True)
class FittedSeesTomorrow(FittedMeanVariance):
    def predict(self, data):
        return Prediction(np.r_[data.returns[1:] ** 2, self.variance], Functional.VARIANCE)


class SeesNow(MeanVariance):
    def fitted(self, variance):
        return FittedSeesNow(variance)


@dataclass(frozen=True)
class FittedSeesNow(FittedMeanVariance):
    def predict(self, data):
        return Prediction(self.variance + data.returns**2, Functional.VARIANCE)


class RefitSeesNow(MeanVariance):
    def predict_refitted(self, data, schedule: RefitSchedule):
        return Prediction(np.cumsum(data.returns**2), Functional.VARIANCE)


class AcceptsNothing(MeanVariance):
    def fit(self, data, train):
        squares = data.returns[train.rows(data.times)] ** 2
        return self.fitted(float(squares.mean()) if squares.size else 1.0)


class CrashesOnNothing(MeanVariance):
    def fit(self, data, train):
        rows = train.rows(data.times)
        return self.fitted(float(data.returns[rows][4] ** 2))


class SaysNoCure(MeanVariance):
    def fit(self, data, train):
        try:
            return super().fit(data, train)
        except FitError:
            raise FitError("no") from None


DRAWS = itertools.count()


class IsRandom(MeanVariance):
    def fitted(self, variance):
        return FittedMeanVariance(variance * (1.0 + 1e-12 * next(DRAWS)))


@dataclass(frozen=True, eq=False)
class FittedByIdentity(FittedMeanVariance):
    __eq__ = object.__eq__
    __hash__ = object.__hash__


class NeverEqual(MeanVariance):
    def fitted(self, variance):
        return FittedByIdentity(variance)


@dataclass(eq=True)
class FittedWithoutHash:
    variance: float
    parameters: tuple = ()

    def predict(self, data):
        return Prediction(np.full(data.times.size, self.variance), Functional.VARIANCE)


class HasNoHash(MeanVariance):
    def fitted(self, variance):
        return FittedWithoutHash(variance)


@dataclass(frozen=True)
class FittedSharing(FittedMeanVariance):
    kept: dict = field(default_factory=dict, compare=False)

    def predict(self, data):
        return Prediction(self.kept.setdefault(0, np.full(data.times.size, self.variance)), Functional.VARIANCE)


class HandsOutItsCache(MeanVariance):
    def fitted(self, variance):
        return FittedSharing(variance)


class WritesIntoTheData(MeanVariance):
    def fit(self, data, train):
        data.close.flags.writeable = True
        data.close[-1] *= 1.5
        data.close.flags.writeable = False
        return super().fit(data, train)


@dataclass(frozen=True)
class MutatesItself(MeanVariance):
    memory: list = field(default_factory=list)

    def fit(self, data, train):
        self.memory.append(train)
        return super().fit(data, train)


class ForgetsOnPickling(MeanVariance):
    def fitted(self, variance):
        return FittedForgetting(variance)


@dataclass(frozen=True)
class FittedForgetting(FittedMeanVariance):
    def __reduce__(self):
        return (FittedForgetting, (0.5,))


class PredictsTooFew(MeanVariance):
    def fitted(self, variance):
        return FittedTooFew(variance)


@dataclass(frozen=True)
class FittedTooFew(FittedMeanVariance):
    def predict(self, data):
        return Prediction(np.full(3, self.variance), Functional.VARIANCE)


class ClaimsToBeWhole(MeanVariance):
    def fitted(self, variance):
        return FittedWithAGap(variance)


@dataclass(frozen=True)
class FittedWithAGap(FittedMeanVariance):
    def predict(self, data):
        values = np.full(data.times.size, self.variance)
        values[3] = np.nan
        return Prediction(values, Functional.VARIANCE, is_whole=True)


class PredictsInfinity(MeanVariance):
    def fitted(self, variance):
        return FittedInfinite(variance)


@dataclass(frozen=True)
class FittedInfinite(FittedMeanVariance):
    def predict(self, data):
        values = np.full(data.times.size, self.variance)
        values[0] = np.inf
        return Prediction(values, Functional.VARIANCE)


def subject(model, market, **changes):
    prices = replace(market.prices, close=market.prices.close.copy())
    times = prices.times
    train = Window(int(times[10]), int(times[700]))
    return replace(Subject("the model", model, prices, train, (QLIKE(),), PRICES), **changes)


def test_a_model_that_keeps_the_rules_passes(market):
    conform(subject(MeanVariance(), market))


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (FitsOnEverything(), "parameters must not depend on rows from the train end on"),
        (CarriesHiddenState(), "the fit must not depend on rows from the train end on"),
        (SeesTomorrow(), "predictions up to .* must not depend on later rows"),
        (SeesNow(), "predictions up to .* must not depend on the prices of that time"),
        (RefitSeesNow(), "refitted predictions up to .* must not depend on the prices of that time"),
        (AcceptsNothing(), "a train window without rows must be refused"),
        (CrashesOnNothing(), "must be refused by a FitError, found IndexError"),
        (SaysNoCure(), "a Failure must say what is needed"),
        (IsRandom(), "a repeated fit must give the same parameters"),
        (NeverEqual(), "two fits on one window must be equal"),
        (HasNoHash(), "must be hashable"),
        (HandsOutItsCache(), "writing into a prediction must not alter the next one"),
        (WritesIntoTheData(), "must not write into the data"),
        (MutatesItself(), "not keep them in the model"),
        (ForgetsOnPickling(), "a pickled fitted model must come back equal"),
        (PredictsTooFew(), "predictions must be .* one per observation"),
        (ClaimsToBeWhole(), "a prediction that says it is whole must have no NaN, nor a variance of 0"),
        (PredictsInfinity(), "a missing prediction is NaN"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_a_model_that_breaks_a_rule_is_told_which(model, said, market):
    with pytest.raises(ConformanceError, match=said) as found:
        conform(subject(model, market))
    assert str(found.value).startswith("the model: ")


def test_a_score_for_another_functional_is_refused(market):
    with pytest.raises(
        ConformanceError, match=r"pinball-0\.01 judges quantile at 0\.01, but the prediction is variance"
    ):
        conform(subject(MeanVariance(), market, scores=(QLIKE(), Pinball())))


def test_a_model_without_scores_is_refused(market):
    with pytest.raises(ConformanceError, match="at least one score"):
        conform(subject(MeanVariance(), market, scores=()))


def test_data_that_can_be_written_to_is_refused(market):
    open_data = subject(MeanVariance(), market)
    open_data.data.close.flags.writeable = True
    with pytest.raises(ConformanceError, match="columns of the data must be read-only, found close"):
        conform(open_data)


def test_a_repricing_that_changes_what_is_observed_is_the_authors_error(market):
    careless = replace(PRICES, repriced=lambda data, time: replace(data, **{n: getattr(data, n)[5:] for n in COLUMNS}))
    with pytest.raises(UsageError, match="`repriced` must leave the observations"):
        conform(subject(MeanVariance(), market, corruption=careless))


COLUMNS = ("time", "open", "high", "low", "close", "volume")


@pytest.mark.parametrize("way", ["garbled", "shuffled", "repriced"])
def test_spoilt_data_keeps_its_times_and_all_before(market, way):
    for data, kind in ((market.quotes, OPTION_QUOTES), (market.prices, PRICES)):
        at = int(data.times[30])
        spoilt = getattr(kind, way)(data, at)
        first = int(np.searchsorted(data.time, at))
        column = "bid" if kind is OPTION_QUOTES else "close"
        assert np.array_equal(spoilt.times, data.times)
        assert np.array_equal(getattr(spoilt, column)[:first], getattr(data, column)[:first], equal_nan=True)
        assert not np.array_equal(getattr(spoilt, column)[first:], getattr(data, column)[first:], equal_nan=True)
