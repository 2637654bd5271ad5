"""The tables of decay hold the numbers of the findings, each with its unit; what is missing is an empty table."""

from dataclasses import replace

import numpy as np
import pytest

from outsample.report import decay_tables
from outsample.report.decay_findings import PENDING, decay_stages, find_decay
from outsample.report.decay_tables import decay_room_tables, gap_table, shuffled_parts, triangle_table
from outsample.test_result import NotTested
from outsample.typing import DAY

NAMES = ("staleness", "recalibration", "triangle", "gap", "fluctuation", "breakdown")
MISSING = NotTested("x", "X", "this needs that, found nothing; do something")
PURE = {"model", "vintage", "time", "pairs", "dates", "hatched", "statistic", "lower limit", "upper limit"}


@pytest.fixture(scope="module")
def found(of_options):
    return find_decay(of_options, "relative-smile")


def values(table, header):
    (one,) = (column for column in table.columns if column.header == header)
    return one.values


def test_every_pane_has_its_table_with_the_model_in_front(found):
    tables = decay_room_tables(found)
    assert set(tables) == set(NAMES)
    for table in tables.values():
        assert table.size > 0
        assert table.columns[0].header == "model"
        assert set(table.columns[0].values) == {"relative-smile"}


@pytest.mark.parametrize("analysis", ["of_options", "of_prices"])
def test_every_amount_has_a_unit_in_its_header_or_beside_it(analysis, request):
    fixture = request.getfixturevalue(analysis)
    tables = decay_room_tables(find_decay(fixture, fixture.judged[-1].entry.name))
    for name, table in tables.items():
        headers = {column.header for column in table.columns}
        if "unit" not in headers:
            assert [one for one in headers - PURE if not one.endswith("]")] == [], name


def test_the_parts_of_the_gap_add_up_and_random_order_splits_the_same_gap(found):
    table = gap_table(found)
    of, part, value = (values(table, header) for header in ("of", "part", "value"))
    for which in ("contrast", "loss"):
        rows = {name: float(amount) for name, amount in zip(part[of == which], value[of == which], strict=True)}
        four = ("optimism", "regime mix", "within regimes", "unseen regimes")
        assert sum(rows[name] for name in four) == pytest.approx(rows["gap"], rel=1e-9, abs=1e-12)
        two = rows["overfit, any order"] + rows["change, this order"]
        split = found.shuffled.scaled if which == "contrast" else found.shuffled.loss
        assert two == pytest.approx(split.chronological, rel=1e-12)
    draws = values(table, "draws")
    assert set(draws) == {0, 20}
    assert (draws > 0).tolist() == [name.endswith("order") for name in part]


def test_losses_of_returns_are_split_over_the_volatility_of_their_block_as_well(found, of_prices):
    of_returns = find_decay(of_prices, of_prices.judged[-1].entry.name)
    table, split = gap_table(of_returns), of_returns.shuffled.standardised
    of, value = values(table, "of"), values(table, "value")
    assert value[of == "standardised loss"].tolist() == [split.overfit, split.nonstationary]
    assert "standardised loss" not in values(gap_table(found), "of")


def test_a_part_of_the_shuffles_is_clear_where_chance_does_not_explain_it(found):
    split = found.shuffled.loss
    sure = replace(split, shuffled=5.0, monte_carlo_error=1.0, chronological=9.0, p_value=0.04, is_persistent=False)
    assert [one.is_clear for one in shuffled_parts(sure)] == [True, True]
    unsure = replace(sure, monte_carlo_error=3.0, p_value=0.06)
    assert [one.is_clear for one in shuffled_parts(unsure)] == [False, False]
    assert not shuffled_parts(replace(sure, is_persistent=True))[1].is_clear
    single = replace(sure, monte_carlo_error=float("nan"))
    assert not shuffled_parts(single)[0].is_clear
    low, high = shuffled_parts(sure)[0].low, shuffled_parts(sure)[0].high
    assert (high - low) == pytest.approx(2 * 1.959964)


def test_a_cell_of_the_triangle_is_the_mean_log_loss_of_a_vintage_at_an_age(found):
    table, vintages = triangle_table(found), found.vintages
    starts, stops, means = (values(table, one) for one in ("age from [days]", "age to [days]", table.columns[3].header))
    stop_times = vintages.times[vintages.origins.train_stop]
    for row in range(0, table.size, 17):
        (vintage,) = np.flatnonzero(stop_times == values(table, "vintage")[row])
        age = (vintages.date_times - vintages.origins.in_service[vintage]) / DAY
        inside = (age >= starts[row]) & (age < stops[row]) & np.isfinite(vintages.loss[vintage])
        assert means[row] == pytest.approx(np.log(vintages.loss[vintage, inside]).mean(), rel=1e-9)


def test_tests_intervals_and_fluctuation_stand_in_one_table(found):
    table = decay_tables.tests_table(found)  # a name that a test would have
    tests = (*found.tests, *found.refit_tests, *found.corrected_tests)
    assert table.size == len(tests) + 1 + len(found.intervals) + 1
    told = [one.p_value for one in tests if not isinstance(one, NotTested)]
    p = values(table, "p")
    assert sorted(p[np.isfinite(p)]) == sorted(told)
    title, statistic = values(table, "test"), values(table, "statistic")
    (moving,) = np.flatnonzero(title == "Fluctuation of relative performance")
    assert abs(statistic[moving]) == np.abs(found.fluctuation.statistic).max()
    for one in found.intervals:
        (row,) = np.flatnonzero(title == f"95 % interval: {one.method.value}")
        assert (values(table, "low")[row], values(table, "high")[row]) == (one.interval.low, one.interval.high)
    band = found.expected.interval
    assert (values(table, "low")[-1], values(table, "high")[-1]) == (band.low, band.high)
    assert all(values(table, "says"))


def test_what_is_pending_or_not_tested_is_empty_and_its_tests_are_sentences(of_options, found):
    first = next(decay_stages(of_options, "relative-smile"))
    assert set(decay_room_tables(first)) == {"fluctuation", "breakdown"}
    lists = ("tests", "refit_tests", "corrected_tests")
    missing = [name for name in found.__dataclass_fields__ if name not in ("judged", "fluctuation_times", *lists)]
    nothing = replace(found, **dict.fromkeys(lists, (MISSING,)), **dict.fromkeys(missing, MISSING))
    tables = decay_room_tables(nothing)
    assert set(tables) == {"breakdown"}
    assert values(tables["breakdown"], "says").tolist() == [MISSING.sentence] * 5
    assert PENDING is not MISSING
