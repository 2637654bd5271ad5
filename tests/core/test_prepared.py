"""Work done once per data set: once, bounded, shared between threads, gone with the data."""

import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from outsample.models.smile import FlatVol, RelativeSmile
from outsample.models.surface import FrozenSurface, RollingSurface
from outsample.prepared import KEPT, prepared
from outsample.sample import make_market, small_recipe
from outsample.windows import default_split


class Data:
    """What can be referred to weakly and compares by identity."""


@pytest.fixture
def counted():
    calls = []

    @prepared
    def build(data, *rest, **named):
        calls.append((rest, named))
        return [rest, named]

    return build, calls


def test_the_same_question_is_answered_once(counted):
    build, calls = counted
    data = Data()
    assert build(data, 1, way="a") is build(data, 1, way="a")
    assert len(calls) == 1


def test_other_arguments_and_other_data_are_other_questions(counted):
    build, calls = counted
    one, other = Data(), Data()
    answers = [build(one, 1), build(one, 2), build(other, 1), build(one, 1, way="a")]
    assert len({id(answer) for answer in answers}) == len(calls) == 4


def test_named_arguments_have_no_order(counted):
    build, calls = counted
    data = Data()
    assert build(data, a=1, b=2) is build(data, b=2, a=1)
    assert len(calls) == 1


def test_two_functions_do_not_share_answers():
    one, other = prepared(lambda data: "one"), prepared(lambda data: "other")
    data = Data()
    assert (one(data), other(data)) == ("one", "other")


def test_only_the_most_recent_answers_are_kept(counted):
    build, calls = counted
    data = Data()
    for i in range(KEPT + 1):
        build(data, i)
    assert build(data, KEPT) == [(KEPT,), {}]
    assert len(calls) == KEPT + 1
    build(data, 0)
    assert len(calls) == KEPT + 2


def test_what_is_asked_again_stays(counted):
    build, calls = counted
    data = Data()
    kept = build(data, "kept")
    for i in range(5 * KEPT):
        build(data, i)
        assert build(data, "kept") is kept
    assert len(calls) == 5 * KEPT + 1


def test_a_long_drag_does_not_grow():
    class Heavy:
        pass

    build = prepared(lambda data, i: Heavy())
    data = Data()
    seen = [weakref.ref(build(data, i)) for i in range(10 * KEPT)]
    gc.collect()
    assert sum(answer() is not None for answer in seen) == KEPT


def test_answers_die_with_their_data():
    class Answer:
        pass

    build = prepared(lambda data: Answer())
    data = Data()
    answer, owner = weakref.ref(build(data)), weakref.ref(data)
    assert answer() is not None
    del data
    gc.collect()
    assert owner() is None
    assert answer() is None


def test_what_models_prepare_does_not_keep_a_history_alive():
    quotes = make_market(small_recipe(days=60)).quotes
    train = default_split(quotes.times).train
    for model in (FlatVol(), RelativeSmile(), FrozenSurface(), RollingSurface()):
        model.fit(quotes, train).predict(quotes)
    gone = weakref.ref(quotes)
    del quotes
    gc.collect()
    assert gone() is None


def test_threads_that_ask_together_get_one_and_the_same_answer():
    width = 8
    together = threading.Barrier(width)

    @prepared
    def build(data, key):
        return object()

    data = Data()

    def ask(key):
        together.wait(timeout=10.0)
        return build(data, key)

    with ThreadPoolExecutor(width) as pool:
        for key in range(20):
            answers = list(pool.map(ask, [key] * width))
            assert all(answer is answers[0] for answer in answers)


def test_threads_on_many_questions_stay_within_the_bound():
    built = []

    @prepared
    def build(data, key):
        answer = np.full(1, key)
        built.append(weakref.ref(answer))
        return answer

    data = Data()
    with ThreadPoolExecutor(8) as pool:
        for key, answer in zip(
            range(400), pool.map(lambda key: int(build(data, key % 50)[0]), range(400)), strict=True
        ):
            assert answer == key % 50
    gc.collect()
    assert sum(answer() is not None for answer in built) <= KEPT


def test_a_build_that_fails_is_tried_again():
    attempts = []

    @prepared
    def build(data):
        attempts.append(0)
        if len(attempts) == 1:
            raise ValueError("not yet")
        return "done"

    data = Data()
    with pytest.raises(ValueError, match="not yet"):
        build(data)
    assert build(data) == "done"
