"""Comparisons: one set of common quotes, failures in place, and the same bits however one got there."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pytest

from outsample.calibration.tape_shelf import NeedsTape
from outsample.catalog import MODELS, Kind, contenders, entry, score
from outsample.diagnostics import headline
from outsample.errors import FitError
from outsample.model import Parameter, Prediction
from outsample.models.early_exercise import American
from outsample.scenarios import Identity
from outsample.scores import Functional, SquaredError
from outsample.study import (
    Composition,
    Contender,
    Failure,
    FailureReason,
    Settings,
    Study,
    Workspace,
    compare,
    evaluate,
)
from outsample.study.workspace import Mask, Predicted
from outsample.windows import Handle, Scheme, Split, Window, default_split, move

VOL = score("squared-vol-points").score
OPTIONS = tuple(  # that can be fitted at once to quotes settled in coin
    found.name for found in MODELS if found.kind is Kind.OPTIONS and not isinstance(found.build(), NeedsTape | American)
)


@dataclass(frozen=True)
class Constant:
    """A vol that is predicted where a rule allows."""

    vol: float = 0.5
    skip: int = 0
    offset: int = 0
    functional: Functional = Functional.MEAN
    level: float | None = None

    def fit(self, data, train):
        return self

    @property
    def parameters(self):
        return (Parameter("vol", self.vol),)

    def predict(self, data):
        values = np.full(data.time_index.size, self.vol)
        if self.skip:
            values[self.offset :: self.skip] = np.nan
        return Prediction(values, self.functional, self.level)


@dataclass(frozen=True)
class Refuses:
    def fit(self, data, train):
        raise FitError("it needs the moon, found the sun; wait for the night")


@dataclass(frozen=True)
class Breaks:
    def fit(self, data, train):
        raise ZeroDivisionError("a bug")


@pytest.fixture
def split(market):
    return default_split(market.quotes.times)


def same_study(one, other):
    """Whether two studies agree in every bit that is shown."""
    series = ("loss", "benchmark_loss", "differential", "regret")
    equal = all(
        (getattr(one, name) is None) == (getattr(other, name) is None)
        and (getattr(one, name) is None or getattr(one, name).tobytes() == getattr(other, name).tobytes())
        for name in series
    )
    tables = one.losses.table.tobytes() == other.losses.table.tobytes()
    return equal and tables and (one.refused, one.uncommon) == (other.refused, other.uncommon)


# --- Common quotes --------------------------------------------------------------------------------------------------


def test_models_are_compared_on_the_quotes_that_all_of_them_predict(market, split):
    gappy = [Contender("a", Constant(0.5, 3)), Contender("b", Constant(0.6, 5)), Contender("c", Constant(0.7))]
    quotes = market.quotes
    a, b, c = compare(gappy, Workspace(quotes), split, VOL)
    count = quotes.observed.size
    index = np.arange(count)
    common = (index % 3 != 0) & (index % 5 != 0)
    assert (a.refused, b.refused, c.refused) == (len(index[::3]), len(index[::5]), 0)
    assert a.uncommon == b.uncommon == c.uncommon == int((~common).sum())
    for study, vol in ((a, 0.5), (b, 0.6), (c, 0.7)):
        assert study.losses.seen.counts.sum() == common.sum()
        error = 100.0 * (vol - quotes.observed.implied_vol[common])
        total = study.losses.table[:, :, 0].sum()
        assert total == pytest.approx((error**2).sum(), rel=1e-12)


def test_gaps_of_a_benchmark_count_and_gaps_of_refits_do_not(market, split):
    gappy = Contender("a", Constant(0.5), "b", Constant(0.6, 4))
    (study,) = compare([gappy], Workspace(market.quotes), split, VOL)
    assert study.refused == 0
    assert study.uncommon == len(np.arange(market.quotes.observed.size)[::4])
    smile = compare(contenders(("flat-vol",)), Workspace(market.quotes), split, VOL)[0]
    assert np.isnan(smile.refitted_losses.prediction).any()
    assert smile.uncommon == 0


def test_a_model_that_fails_does_not_narrow_the_quotes_of_the_others(market, split):
    both = [Contender("a", Constant(0.5)), Contender("b", Refuses()), Contender("c", Constant(0.5, 2), "r", Refuses())]
    a, b, c = compare(both, Workspace(market.quotes), split, VOL)
    assert a.uncommon == 0
    assert isinstance(b, Failure)
    assert isinstance(c, Failure)


def test_the_mask_is_the_intersection_and_knows_whose_gaps_it_has():
    def made(key, *finite):
        return Predicted(key, Prediction(np.where(finite or (True, True, True), 0.5, np.nan), Functional.MEAN))

    whole = made("w")
    one, other = made("a", True, True, False), made("b", True, False, True)
    assert Mask.common([whole]).values is None
    assert Mask.common([]).values is None
    found = Mask.common([one, whole, other, one])
    assert found.values.tolist() == [True, False, False]
    assert found.key == Mask.common([other, one]).key
    assert found.key != Mask.common([one]).key
    assert one.refused == 1
    assert one.finite.tolist() == [True, True, False]


# --- Failures -------------------------------------------------------------------------------------------------------


def test_a_fit_that_fails_is_a_failure_with_message_and_cure(market, split):
    found = evaluate(Refuses(), market.quotes, split, VOL)
    assert found == Failure(
        "Refuses", FailureReason.CANNOT_FIT, "it needs the moon, found the sun", "wait for the night"
    )
    assert found.sentence() == "it needs the moon, found the sun; wait for the night"


def test_a_benchmark_that_cannot_be_fitted_fails_its_model(market, split):
    found = evaluate(Constant(), market.quotes, split, VOL, Refuses())
    assert (found.model, found.reason) == ("Constant", FailureReason.CANNOT_FIT)


def test_a_bug_surfaces(market, split):
    with pytest.raises(ZeroDivisionError):
        evaluate(Breaks(), market.quotes, split, VOL)


def test_a_score_for_another_functional_or_level_is_a_failure(market, split):
    for model in (Constant(functional=Functional.QUANTILE, level=0.01), Constant(functional=Functional.VARIANCE)):
        found = evaluate(model, market.quotes, split, VOL)
        assert found.reason is FailureReason.WRONG_SCORE
        assert "judges the mean, but Constant predicts the" in found.message
        assert found.cure


def test_models_without_a_quote_in_common_all_fail_with_a_cure(market, split):
    apart = [Contender("a", Constant(0.5, 2)), Contender("b", Constant(0.6, 2, offset=1))]
    for found in compare(apart, Workspace(market.quotes), split, VOL):
        assert found.reason is FailureReason.NOTHING_IN_COMMON
        assert found.cure


def test_no_contender_is_no_answer(market, split):
    assert compare([], Workspace(market.quotes), split, VOL) == ()


WINDOWS = ["before", "after", "empty train", "empty test", "one time", "gap"]


@pytest.mark.parametrize("where", WINDOWS)
@pytest.mark.parametrize("name", [found.name for found in MODELS])
def test_no_window_makes_a_model_raise(where, name, market):
    found = entry(name)
    data = market.quotes if found.kind is Kind.OPTIONS else market.prices
    first, last, length = int(data.times[0]), int(data.times[-1]), 10**15
    middle = int(data.times[data.times.size // 2])
    split = {
        "before": Split(Window(first - 2 * length, first - length), Window(first - length, first)),
        "after": Split(Window(last + 1, last + 2), Window(last + 2, last + 3)),
        "empty train": Split(Window(middle, middle), Window(middle, last)),
        "empty test": Split(Window(first, middle), Window(middle, middle)),
        "one time": Split(Window(middle, middle + 1), Window(middle + 1, last)),
        "gap": Split(Window(first, middle), Window(last + 1, last + 2)),
    }[where]
    for composition in Composition:
        (answer,) = compare(
            contenders((name,)), Workspace(data), split, score(found.scores[0]).score, Settings(composition)
        )
        assert isinstance(answer, Study | Failure)
        if isinstance(answer, Study):
            assert headline(answer).times_test >= 0
        else:
            assert answer.message
            assert answer.cure


# --- The same bits --------------------------------------------------------------------------------------------------


def drag(data, steps, seed):
    """Yield the splits of a drag of every handle under every scheme."""
    random = np.random.default_rng(seed)
    times = data.times
    split = default_split(times)
    for _ in range(steps):
        scheme = list(Scheme)[random.integers(3)]
        handle = list(Handle)[random.integers(5)]
        split = move(split, handle, int(random.integers(times[0], times[-1])), times, scheme)
        yield split, scheme


@pytest.mark.parametrize("score_name", ["squared-vol-points", "squared-half-spreads"])
def test_after_a_long_drag_the_workspace_answers_as_a_fresh_one_would(market, score_name):
    workspace, chosen = Workspace(market.quotes), score(score_name).score
    names = ("rolling-surface", "flat-vol", "absolute-smile", "relative-smile")
    for i, (split, scheme) in enumerate(drag(market.quotes, 60, seed=1)):
        settings = Settings(list(Composition)[i % 2], scheme, stride=1 if i % 5 else 3)
        some = names[i % 4 :] if i % 3 else names
        answers = compare(contenders(some), workspace, split, chosen, settings)
        if i % 10 in (0, 9):
            fresh = compare(contenders(some), Workspace(market.quotes), split, chosen, settings)
            assert all(same_study(a, b) for a, b in zip(answers, fresh, strict=True))
            assert headline(answers[-1]) == headline(fresh[-1])


def test_switching_a_model_with_gaps_on_and_off_leaves_no_trace(market, split):
    """The same fit is then judged on other quotes: what was remembered for those must not be mistaken for these."""
    workspace = Workspace(market.quotes)
    for names in (("flat-vol",), ("rolling-surface", "flat-vol"), ("flat-vol",), ("flat-vol", "rolling-surface")):
        for settings in (Settings(), Settings(stride=2), Settings(Composition.RAW)):
            answers = compare(contenders(names), workspace, split, VOL, settings)
            fresh = compare(contenders(names), Workspace(market.quotes), split, VOL, settings)
            assert all(same_study(a, b) for a, b in zip(answers, fresh, strict=True))
            assert bool(answers[0].uncommon) == ("rolling-surface" in names)


def test_price_models_answer_alike_after_a_drag(market):
    workspace, chosen = Workspace(market.prices), score("qlike").score
    names = ("sample-variance", "rolling-variance", "ewma-variance")
    for i, (split, scheme) in enumerate(drag(market.prices, 25, seed=2)):
        answers = compare(contenders(names), workspace, split, chosen, Settings(scheme=scheme))
        if i % 8 == 0:
            fresh = compare(contenders(names), Workspace(market.prices), split, chosen, Settings(scheme=scheme))
            assert all(same_study(a, b) for a, b in zip(answers, fresh, strict=True))


def test_several_comparisons_at_once_on_one_workspace_agree(market):
    shared = Workspace(market.quotes)
    splits = [split for split, _ in drag(market.quotes, 12, seed=4)]

    def answer(split):
        return compare(contenders(OPTIONS), shared, split, VOL)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(answer, splits))
    for split, studies in zip(splits, found, strict=True):
        alone = compare(contenders(OPTIONS), Workspace(market.quotes), split, VOL)
        assert all(same_study(a, b) for a, b in zip(alone, studies, strict=True))


def test_a_workspace_does_not_grow_with_a_drag(market):
    workspace = Workspace(market.quotes)
    sizes = []
    for split, scheme in drag(market.quotes, 40, seed=5):
        compare(contenders(OPTIONS), workspace, split, VOL, Settings(scheme=scheme))
        sizes.append({kind: len(kept) for kind, kept in workspace._kinds.items()})
    assert max(max(size.values()) for size in sizes) <= 32
    assert sizes[-1] == sizes[20]


def test_the_order_of_the_models_and_who_else_is_shown_changes_no_bit(market, split):
    forward = compare(contenders(OPTIONS), Workspace(market.quotes), split, VOL)
    backward = compare(contenders(OPTIONS[::-1]), Workspace(market.quotes), split, VOL)[::-1]
    assert all(same_study(a, b) for a, b in zip(forward, backward, strict=True))


def test_rows_after_the_train_end_change_nothing_that_train_says(market, split):
    """The leak test, through the whole of a comparison."""
    quotes = market.quotes
    later = quotes.time >= split.train.stop
    random = np.random.default_rng(6)
    spoilt = {}
    for name in ("bid", "ask", "mark", "forward", "index"):
        column = getattr(quotes, name).copy()
        column[later] *= random.uniform(0.9, 1.1, int(later.sum()))
        spoilt[name] = column
    sound = compare(contenders(OPTIONS), Workspace(quotes), split, VOL)
    other = compare(contenders(OPTIONS), Workspace(replace(quotes, **spoilt)), split, VOL)
    for a, b in zip(sound, other, strict=True):
        rows = a.train_rows
        assert a.weights.tobytes() == b.weights.tobytes()
        assert a.loss[rows].tobytes() == b.loss[rows].tobytes()
        assert [one.value for one in a.fitted.parameters] == [one.value for one in b.fitted.parameters]
        if a.differential is not None:
            assert a.differential[rows].tobytes() == b.differential[rows].tobytes()
        assert a.loss[a.test_rows].tobytes() != b.loss[b.test_rows].tobytes()


def test_studies_say_whether_they_are_exact(market, split):
    for stride in (1, 4):
        study = evaluate(Constant(), market.quotes, split, SquaredError(), settings=Settings(stride=stride))
        assert study.is_exact == (stride == 1)
        judged = np.isfinite(study.loss)
        assert judged.sum() == -(-market.quotes.times.size // stride)


def test_the_frozen_surface_is_not_judged_on_the_quotes_it_is_made_of(market, split):
    """It would have an error of rounding there, a log ratio of about 70, and every Delta would be drowned by it."""
    study = compare(contenders(("relative-smile",)), Workspace(market.quotes), split, VOL)[0]
    last = study.train_rows.stop - 1
    assert study.benchmark_loss[last] > 1e-3
    assert np.nanmax(np.abs(study.differential)) < 12.0


# --- Scenarios ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FallsAtTheEnd:
    """The last price is a tenth of what it was."""

    def apply(self, data):
        close = data.close.copy()
        close[-1] *= 0.1
        return replace(data, close=close)


def test_a_scenario_changes_the_data_before_anything_sees_them(market):
    prices, chosen = market.prices, score("qlike").score
    split = default_split(prices.times)
    model, benchmark = (found.build() for found in (entry("ewma-variance"), entry("rolling-variance")))
    plain = evaluate(model, prices, split, chosen, benchmark)
    same = evaluate(model, prices, split, chosen, benchmark, scenario=Identity())
    fallen = evaluate(model, prices, split, chosen, benchmark, scenario=FallsAtTheEnd())
    by_hand = evaluate(model, FallsAtTheEnd().apply(prices), split, chosen, benchmark)
    assert same_study(plain, same)
    assert same_study(fallen, by_hand)
    assert fallen.loss[-1] > plain.loss[-1]
    assert prices.close[-1] == market.prices.close[-1]


# --- Previews -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Slow(Constant):
    """A model with a quicker way, which predicts something else."""

    def preview(self, data, train):
        if train.start == train.stop:
            raise FitError("the slow model needs a train window, found none; widen it")
        return Constant(self.vol + 0.01)


def test_a_preview_is_asked_for_where_there_is_one_and_says_so(market, split):
    rivals = [Contender("slow", Slow()), Contender("quick", Constant(0.7))]
    workspace = Workspace(market.quotes)
    exact = compare(rivals, workspace, split, VOL)
    quick = compare(rivals, workspace, split, VOL, Settings(previews=True))
    assert [one.is_exact for one in exact] == [True, True]
    assert [one.is_exact for one in quick] == [False, True]
    assert np.all(exact[0].prediction.values == 0.5)
    assert np.all(quick[0].prediction.values == 0.51)
    assert quick[1].losses is exact[1].losses, "what has no preview stays as it is, to the last bit"
    again = compare(rivals, workspace, split, VOL)
    assert again[0].loss.tobytes() == exact[0].loss.tobytes()


def test_against_a_previewed_benchmark_nothing_is_exact(market, split):
    (found,) = compare(
        [Contender("x", Constant(), "slow", Slow(0.6))], Workspace(market.quotes), split, VOL, Settings(previews=True)
    )
    assert not found.is_exact


def test_a_preview_that_cannot_be_had_is_a_failure_in_place(market, split):
    nothing = Split(Window(split.train.start, split.train.start), split.test)
    (found,) = compare([Contender("slow", Slow())], Workspace(market.quotes), nothing, VOL, Settings(previews=True))
    assert isinstance(found, Failure)
    assert found.cure == "widen it"
