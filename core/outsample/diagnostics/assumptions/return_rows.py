"""The rows that returns of the underlying alone decide."""

from collections.abc import Iterator
from functools import partial
from typing import Final

import numpy as np

from outsample.diagnostics.assumptions.bars import WindowReturns
from outsample.diagnostics.assumptions.case import Case
from outsample.diagnostics.assumptions.constant_vol import (
    arch_effects,
    brown_forsythe,
    squared_dependence,
    vol_shift,
)
from outsample.diagnostics.assumptions.continuity import (
    bipower_jumps,
    jump_rate,
    largest_jump,
    local_bars,
    scan_jumps,
)
from outsample.diagnostics.assumptions.hedging import discrete_hedging, trades_a_life
from outsample.diagnostics.assumptions.independence import (
    autocorrelations,
    carried_autocorrelation,
    ljung_box,
    variance_ratio,
)
from outsample.diagnostics.assumptions.kinds import Assumption, Stretch
from outsample.diagnostics.assumptions.normality import (
    anderson_darling,
    carried_moments,
    carried_probabilities,
    jarque_bera,
    shape,
)
from outsample.diagnostics.assumptions.question import varies
from outsample.diagnostics.assumptions.table import AssumptionRow, row
from outsample.diagnostics.assumptions.tails import Tail, carried_exceedances, heavy_tail
from outsample.diagnostics.assumptions.volpoint_costs import (
    dependence_cost,
    frequency_cost,
    jump_cost,
    shape_cost,
)

__all__ = ["return_rows"]

_HORIZONS: Final = (2, 5)


def return_rows(case: Case) -> Iterator[AssumptionRow]:
    """Yield the rows of normality, tails, volatility, independence, continuity and hedging at intervals."""
    yield from _normality(case)
    yield from _tails(case)
    yield from _constant_vol(case)
    yield from _independence(case)
    yield from _continuity(case)
    yield from _hedging(case)


def _normality(case: Case) -> Iterator[AssumptionRow]:
    level, train, test = case.settings.level, case.train, case.test
    for stretch, found in case.sides():
        cost = partial(_shape_cost, case, found)
        source = "vol of a put of delta -0.1 under Corrado-Su"
        yield row(Assumption.NORMALITY, stretch, jarque_bera(found.value, level), cost, source)
        yield row(Assumption.NORMALITY, stretch, anderson_darling(found.value, level))
    for carried in (carried_moments, carried_probabilities):
        answer = carried(test.value, train.mean, train.deviation, train.value.size, level)
        yield row(Assumption.NORMALITY, Stretch.CARRIED, answer)


def _tails(case: Case) -> Iterator[AssumptionRow]:
    level, train, test = case.settings.level, case.train, case.test
    for tail in Tail:
        for stretch, found in case.sides():
            yield row(Assumption.TAILS, stretch, heavy_tail(found.value, tail, level, case.settings.tail_share))
        beyond = carried_exceedances(test.value, train.mean, train.deviation, tail, level)
        yield row(Assumption.TAILS, Stretch.CARRIED, beyond)


def _constant_vol(case: Case) -> Iterator[AssumptionRow]:
    level, train, test = case.settings.level, case.train, case.test
    for stretch, found in case.sides():
        yield row(Assumption.CONSTANT_VOL, stretch, arch_effects(found.value, level, case.settings.lags))
        yield row(Assumption.CONSTANT_VOL, stretch, squared_dependence(found.value, level, case.settings.lags))

    def moved() -> float:
        return 100.0 * (test.deviation - train.deviation) * float(np.sqrt(train.per_year))

    source = "realised vol of test less that of train"
    yield row(Assumption.CONSTANT_VOL, Stretch.CARRIED, brown_forsythe(train.value, test.value, level), moved, source)
    yield row(Assumption.CONSTANT_VOL, Stretch.CARRIED, vol_shift(train.value, test.value, train.per_year, level))


def _independence(case: Case) -> Iterator[AssumptionRow]:
    level, train, test = case.settings.level, case.train, case.test
    for stretch, found in case.sides():
        yield row(Assumption.INDEPENDENCE, stretch, ljung_box(found.value, level, case.settings.lags))
        for horizon in _HORIZONS:
            answer = variance_ratio(found.value, horizon, level)
            cost = partial(dependence_cost, getattr(answer, "effect", np.nan), found.annual_vol)
            yield row(Assumption.INDEPENDENCE, stretch, answer, cost, f"vol over {horizon} returns less that over one")
    slope = float(autocorrelations(train.value, 1)[0]) if train.value.size > 1 and varies(train.value) else np.nan
    carried = carried_autocorrelation(test.value, train.mean, train.deviation, slope, level)
    yield row(Assumption.INDEPENDENCE, Stretch.CARRIED, carried)


def _continuity(case: Case) -> Iterator[AssumptionRow]:
    level, train, test = case.settings.level, case.recorded_train, case.recorded_test
    bars = local_bars(train.per_year) if train.value.size else 0
    nothing = np.empty(0)
    scans = (
        scan_jumps(train.value, nothing, bars),
        scan_jumps(test.value, case.recorded.before(case.split.test.start, bars), bars),
    )
    for stretch, found, scan in zip((Stretch.TRAIN, Stretch.TEST), (train, test), scans, strict=True):
        cost = partial(jump_cost, found.value, found.per_year)
        source = "realised vol less that of bipower variation"
        yield row(Assumption.CONTINUITY, stretch, bipower_jumps(found.value, level), cost, source)
        yield row(Assumption.CONTINUITY, stretch, largest_jump(scan, level))
    yield row(Assumption.CONTINUITY, Stretch.CARRIED, jump_rate(*scans, train.per_year, level))


def _hedging(case: Case) -> Iterator[AssumptionRow]:
    settings, train, test = case.settings, case.train, case.test
    sold = ((Stretch.TRAIN, train, train, 0), (Stretch.TEST, test, test, 0))
    for stretch, found, fitted, size in (*sold, (Stretch.CARRIED, test, train, train.value.size)):
        vol = fitted.annual_vol
        answer = discrete_hedging(found.value, found.per_year, settings.tenor_days, vol, size, settings.level)
        cost = partial(_frequency_cost, case, found, vol)
        yield row(Assumption.COSTLESS_HEDGING, stretch, answer, cost, "deviation of the hedging error over vega")


def _shape_cost(case: Case, found: WindowReturns) -> float:
    trades = trades_a_life(found.per_year, case.settings.tenor_days)
    return shape_cost(*shape(found.value), trades, found.annual_vol, case.years)


def _frequency_cost(case: Case, found: WindowReturns, vol: float) -> float:
    return frequency_cost(vol, trades_a_life(found.per_year, case.settings.tenor_days))
