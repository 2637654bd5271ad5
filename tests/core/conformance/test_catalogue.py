"""Every model of the catalogue passes the suite that plug-in authors run."""

from dataclasses import replace

import pytest

from outsample.catalog import MODELS, Kind, score
from outsample.conformance import CHECKS, OPTION_QUOTES, PRICES, Subject
from outsample.datasets import Axis, Prices, Settlement, Target
from outsample.sample import make_market, small_recipe
from outsample.windows import Window

HISTORIES = ("hourly", "daily")
ON = [(found, history) for found in MODELS for history in (HISTORIES if found.kind is Kind.PRICES else ("quotes",))]


@pytest.fixture(scope="module")
def histories():
    short, long = make_market(small_recipe(days=60)), make_market(small_recipe(seed=3, days=240)).prices
    midnight, close = long.daily()
    nothing = close * float("nan")
    daily = Prices(midnight, close.copy(), close.copy(), close.copy(), close.copy(), nothing, long.symbol)
    return {"quotes": short.quotes, "hourly": short.prices, "daily": daily}


def subject_of(entry, data, share=0.6):
    times = data.times
    train = Window(int(times[2]), int(times[int(share * times.size)]))
    scores = tuple(score(name).score for name in entry.scores)
    corruption = OPTION_QUOTES if entry.kind is Kind.OPTIONS else PRICES
    return Subject(entry.name, entry.build(), data, train, scores, corruption)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize(("entry", "history"), ON, ids=lambda value: getattr(value, "name", value))
def test_every_model_of_the_catalogue_conforms(entry, history, check, histories):
    check(subject_of(entry, histories[history]))


@pytest.mark.parametrize("entry", [found for found in MODELS if found.kind is Kind.OPTIONS], ids=lambda one: one.name)
def test_option_models_conform_on_linear_options_judged_by_their_marks_over_delta(entry, histories):
    quotes = histories["quotes"]
    linear = replace(
        quotes,
        settlement=Settlement.LINEAR,
        bid=quotes.bid * quotes.forward,
        ask=quotes.ask * quotes.forward,
        mark=quotes.mark * quotes.forward,
    ).viewed(Target.MARK, Axis.DELTA)
    for check in CHECKS:
        check(subject_of(entry, linear))
