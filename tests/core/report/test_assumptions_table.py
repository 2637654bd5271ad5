"""The table of assumptions says what was tested, in words and numbers, and leaves as CSV."""

import csv
import math

import numpy as np
import pytest

from outsample.diagnostics.assumptions import AssumptionTable, assess_assumptions
from outsample.report.assumptions import assumptions_table
from outsample.report.csv_file import write_table
from outsample.report.table import Table
from outsample.test_result import NotTested, TestResult
from outsample.windows import default_split


@pytest.fixture(scope="module")
def found(market) -> AssumptionTable:
    return assess_assumptions(market.prices, default_split(market.prices.times))


@pytest.fixture(scope="module")
def table(found) -> Table:
    return assumptions_table(found)


def values(table, header):
    (one,) = (column for column in table.columns if column.header == header)
    return one.values


def test_each_row_is_a_test_on_a_stretch(found, table):
    assert table.size == len(found.rows)
    assert values(table, "assumption").tolist() == [row.assumption.value for row in found.rows]
    assert set(values(table, "tested on")) == {"train", "test", "train on test"}
    assert values(table, "says").tolist() == [row.outcome.sentence for row in found.rows]
    assert values(table, "caution").tolist() == [row.caution for row in found.rows]


def test_numbers_stand_beside_tests_and_nothing_beside_the_rest(found, table):
    for i, row in enumerate(found.rows):
        p, effect, n = (values(table, header)[i] for header in ("p", "effect", "n"))
        if isinstance(row.outcome, TestResult):
            assert (p, effect, n) == (row.outcome.p_value, row.outcome.effect, row.outcome.n)
            assert values(table, "effect unit")[i] == row.outcome.effect_unit
        else:
            assert math.isnan(p)
            assert math.isnan(effect)
            assert n == 0
        cost = values(table, "cost [vol pts]")[i]
        assert math.isnan(cost) if row.cost_volpoints is None else cost == row.cost_volpoints


def test_the_outcome_tells_what_stays_rejected_among_all_tests(found, table):
    for row, word, marked in zip(found.rows, values(table, "outcome"), values(table, "found"), strict=True):
        assert marked == row.is_discovery
        if isinstance(row.outcome, NotTested):
            assert word == "not tested"
        else:
            expected = {(True, True): "rejected", (False, True): "rejected alone", (False, False): "not rejected"}
            assert word == expected[row.is_discovery, row.outcome.rejects]
    assert {"rejected", "not rejected", "not tested"} <= set(values(table, "outcome"))


def test_it_leaves_as_csv(table, tmp_path):
    path, _ = write_table(table, tmp_path / "assumptions.csv", {})
    with path.open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == table.size
    p = np.array([float(row["p"]) if row["p"] else np.nan for row in rows])
    assert np.array_equal(p, values(table, "p"), equal_nan=True)
    assert [row["says"] for row in rows] == values(table, "says").tolist()
