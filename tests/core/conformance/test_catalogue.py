"""Every model of the catalogue passes the suite that plug-in authors run."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from outsample.calibration.tape_shelf import NeedsTape, ensure_tapes
from outsample.catalog import MODELS, Kind, score
from outsample.conformance import CHECKS, OPTION_QUOTES, PRICES, Corruption, Subject, fit_sees_no_later_row
from outsample.datasets import Axis, Prices, Settlement, Target
from outsample.datasets.option_quotes import COLUMNS
from outsample.models.early_exercise import American
from outsample.sample import make_market, small_recipe
from outsample.windows import Window

HISTORIES = ("hourly", "daily")
QUICK = ("merton", "heston", "heston-state")  # calibrations of the others are many seconds where quotes are garbled


def history_for(found):
    """Return the histories that an entry is tried on; those of its models that are calibrated are short."""
    if found.kind is Kind.PRICES:
        return HISTORIES
    if isinstance(found.build(), American):
        return ("linear quotes",)
    return ("few quotes",) if isinstance(found.build(), NeedsTape) else ("quotes",)


def marked(found):
    is_slow = isinstance(found.build(), NeedsTape) and found.name not in QUICK
    return (pytest.mark.slow,) if is_slow else ()


ON = [pytest.param(found, name, marks=marked(found)) for found in MODELS for name in history_for(found)]
OPTIONS = [pytest.param(found, marks=marked(found), id=found.name) for found in MODELS if found.kind is Kind.OPTIONS]


@pytest.fixture(scope="module")
def histories():
    short, long = make_market(small_recipe(days=60)), make_market(small_recipe(seed=3, days=240)).prices
    midnight, close = long.daily()
    nothing = close * float("nan")
    daily = Prices(midnight, close.copy(), close.copy(), close.copy(), close.copy(), nothing, long.symbol)
    return {
        "quotes": short.quotes,
        "linear quotes": linear(short.quotes),
        "few quotes": few_of(short.quotes),
        "hourly": short.prices,
        "daily": daily,
    }


def linear(quotes):
    """Return the same quotes with premiums in the quote currency."""
    premiums = {name: getattr(quotes, name) * quotes.forward for name in ("bid", "ask", "mark")}
    return replace(quotes, settlement=Settlement.LINEAR, **premiums)


def few_of(quotes):
    """Return every fourth quote of 36 times: enough for calibrations, which then take a second."""
    rows = (quotes.time < quotes.times[36]) & (np.arange(quotes.size) % 4 == 0)
    return replace(quotes, **{name: getattr(quotes, name)[rows] for name in COLUMNS if name != "settlement"})


def calibrated(spoil, model, data, time):
    """Return spoilt data with the calibrations that the model needs of them."""
    found = spoil(data, time)
    ensure_tapes(found, [model])
    return found


def subject_of(entry, data, check, share=0.6):
    times, model = data.times, entry.build()
    train = Window(int(times[2]), int(times[int(share * times.size)]))
    scores = tuple(score(name).score for name in entry.scores)
    corruption = OPTION_QUOTES if entry.kind is Kind.OPTIONS else PRICES
    ensure_tapes(data, [model])
    if isinstance(model, NeedsTape) and check is fit_sees_no_later_row:  # no other check fits on spoilt data
        ways = (corruption.garbled, corruption.shuffled, corruption.repriced)
        corruption = Corruption(*(partial(calibrated, spoil, model) for spoil in ways))
    return Subject(entry.name, model, data, train, scores, corruption)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize(("entry", "history"), ON, ids=lambda value: getattr(value, "name", value))
def test_every_model_of_the_catalogue_conforms(entry, history, check, histories):
    check(subject_of(entry, histories[history], check))


@pytest.mark.parametrize("entry", OPTIONS)
def test_option_models_conform_on_linear_options_judged_by_their_marks_over_delta(entry, histories):
    quotes = histories[history_for(entry)[0]]
    settled = quotes if quotes.settlement is Settlement.LINEAR else linear(quotes)
    marked_over_delta = settled.viewed(Target.MARK, Axis.DELTA)
    for check in CHECKS:
        check(subject_of(entry, marked_over_delta, check))
