"""The rows that need option quotes, or prices and volumes as they were recorded."""

from collections.abc import Iterator
from functools import partial
from typing import Final

import numpy as np

from outsample.datasets import OptionQuotes
from outsample.diagnostics.assumptions.carry import (
    CARRY_DRIFT,
    CARRY_SHIFT,
    CARRY_SLOPE,
    carry_drift,
    carry_of,
    carry_shift,
    carry_slope,
)
from outsample.diagnostics.assumptions.case import Case
from outsample.diagnostics.assumptions.hedge_costs import LELAND, LELAND_SHIFT, hedge_costs, leland_costs, leland_shift
from outsample.diagnostics.assumptions.kinds import Assumption, Stretch
from outsample.diagnostics.assumptions.known_vol import (
    FORECAST,
    PREMIUM,
    PREMIUM_SHIFT,
    implied_forecast,
    premium_shift,
    variance_premium,
)
from outsample.diagnostics.assumptions.manipulation import (
    EXPIRY,
    benford,
    expiry_moves,
    listed_expiries,
    round_prices,
    spans_an_expiry,
)
from outsample.diagnostics.assumptions.option_lives import option_lives
from outsample.diagnostics.assumptions.question import Question
from outsample.diagnostics.assumptions.table import AssumptionRow, row
from outsample.diagnostics.assumptions.volpoint_costs import carry_cost, leland_cost
from outsample.prepared import prepared
from outsample.test_result import NotTested
from outsample.typing import Floats, frozen

__all__ = ["market_rows", "option_rows"]

_WINDOWS: Final = (Stretch.TRAIN, Stretch.TEST)
_EVERYWHERE: Final = (*_WINDOWS, Stretch.CARRIED)
_ASKED_OF_OPTIONS: Final = (
    (Assumption.KNOWN_VOL, PREMIUM, _WINDOWS),
    (Assumption.KNOWN_VOL, FORECAST, _EVERYWHERE),
    (Assumption.KNOWN_VOL, PREMIUM_SHIFT, (Stretch.CARRIED,)),
    (Assumption.CONSTANT_RATE, CARRY_DRIFT, _WINDOWS),
    (Assumption.CONSTANT_RATE, CARRY_SLOPE, _WINDOWS),
    (Assumption.CONSTANT_RATE, CARRY_SHIFT, (Stretch.CARRIED,)),
    (Assumption.COSTLESS_HEDGING, LELAND, _WINDOWS),
    (Assumption.COSTLESS_HEDGING, LELAND_SHIFT, (Stretch.CARRIED,)),
    (Assumption.NO_MANIPULATION, EXPIRY, _WINDOWS),
)


def option_rows(case: Case) -> Iterator[AssumptionRow]:
    """Yield the rows of known volatility, rate, quoted costs and expiries; for prices, that they need quotes."""
    quotes = case.quotes
    if quotes is None:
        for assumption, question, stretches in _ASKED_OF_OPTIONS:
            for stretch in stretches:
                yield row(assumption, stretch, _needs_quotes(question))
        return
    yield from _known_vol(case, quotes)
    yield from _constant_rate(case, quotes)
    yield from _quoted_costs(case, quotes)
    yield from _expiries(case, quotes)


def market_rows(case: Case) -> Iterator[AssumptionRow]:
    """Yield the signs in volumes and prices as they were recorded."""
    level, volumes = case.settings.level, _volumes(case)
    for stretch in _WINDOWS:
        window = case.window(stretch)
        yield row(Assumption.NO_MANIPULATION, stretch, benford(volumes[window.rows(case.data.times)], level))
        closes = case.prices.close[window.rows(case.prices.time)]
        yield row(Assumption.NO_MANIPULATION, stretch, round_prices(closes, level))


def _known_vol(case: Case, quotes: OptionQuotes) -> Iterator[AssumptionRow]:
    level = case.settings.level
    lives = option_lives(quotes, case.settings.life_days)
    train, test = (lives.one_after_another(case.window(stretch)) for stretch in _WINDOWS)
    for stretch, found in zip(_WINDOWS, (train, test), strict=True):
        answer = variance_premium(found, level)
        cost = partial(getattr, answer, "effect", np.nan)
        yield row(Assumption.KNOWN_VOL, stretch, answer, cost, "root mean implied less root mean realised variance")
        against = implied_forecast(found, found.trailing, "the variance of as long a time before", level)
        yield row(Assumption.KNOWN_VOL, stretch, against)
    constant = case.train.annual_vol**2
    yield row(
        Assumption.KNOWN_VOL,
        Stretch.CARRIED,
        implied_forecast(test, constant, "the variance of the train window", level),
    )
    yield row(Assumption.KNOWN_VOL, Stretch.CARRIED, premium_shift(train, test, level))


def _constant_rate(case: Case, quotes: OptionQuotes) -> Iterator[AssumptionRow]:
    level, carry = case.settings.level, carry_of(quotes, case.settings.tenor_days)
    train, test = (carry.within(case.window(stretch)) for stretch in _WINDOWS)
    for (stretch, returns), (near, slope) in zip(case.sides(), (train, test), strict=True):
        vol = returns.annual_vol
        drift, mean = partial(_spread_cost, case, near, vol), partial(_mean_cost, case, slope, vol)
        source = "at-the-money vol if the forward were made from spot and the mean carry"
        yield row(Assumption.CONSTANT_RATE, stretch, carry_drift(near, level), drift, source)
        source = "at-the-money vol if one carry served both expiries"
        yield row(Assumption.CONSTANT_RATE, stretch, carry_slope(slope, level), mean, source)
    answer = carry_shift(train[0], test[0], level)
    cost = partial(carry_cost, getattr(answer, "effect", np.nan), case.train.annual_vol, case.years)
    source = "at-the-money vol if the forward were made from spot and the train carry"
    yield row(Assumption.CONSTANT_RATE, Stretch.CARRIED, answer, cost, source)


def _quoted_costs(case: Case, quotes: OptionQuotes) -> Iterator[AssumptionRow]:
    level, costs = case.settings.level, hedge_costs(quotes, case.settings.tenor_days)
    train, test = (costs.within(case.window(stretch)) for stretch in _WINDOWS)
    for (stretch, returns), (round_trip, vol) in zip(case.sides(), (train, test), strict=True):
        cost = partial(leland_cost, round_trip, vol, returns.per_year)
        answer = leland_costs(round_trip, vol, returns.per_year, level)
        yield row(
            Assumption.COSTLESS_HEDGING, stretch, answer, cost, "Leland's vol of the seller less that without costs"
        )
    yield row(Assumption.COSTLESS_HEDGING, Stretch.CARRIED, leland_shift(train[0], test[0], level))


def _expiries(case: Case, quotes: OptionQuotes) -> Iterator[AssumptionRow]:
    expiries = listed_expiries(quotes)
    for stretch, found in zip(_WINDOWS, (case.recorded_train, case.recorded_test), strict=True):
        at_expiry = spans_an_expiry(found.begin, found.time, expiries)
        yield row(Assumption.NO_MANIPULATION, stretch, expiry_moves(found.value, at_expiry, case.settings.level))


def _needs_quotes(question: Question) -> NotTested:
    return question.refused("option quotes", "a price history", "load the options of this underlying")


def _spread_cost(case: Case, carry: Floats, vol: float) -> float:
    return carry_cost(float(carry.std()), vol, case.years)


def _mean_cost(case: Case, slope: Floats, vol: float) -> float:
    return carry_cost(float(slope.mean()), vol, case.years)


def _volumes(case: Case) -> Floats:
    """Return what was traded by each of `case.data.times`; NaN where it is not known."""
    return case.prices.volume[1:] if case.quotes is None else _volumes_by_time(case.quotes)


@prepared
def _volumes_by_time(quotes: OptionQuotes) -> Floats:
    """Return the volume of all options of each snapshot; NaN where none is known."""
    first = np.searchsorted(quotes.time, quotes.times)
    known = np.isfinite(quotes.volume)
    total = np.add.reduceat(np.where(known, quotes.volume, 0.0), first)
    return frozen(np.where(np.add.reduceat(known.astype(np.int64), first) > 0, total, np.nan))
