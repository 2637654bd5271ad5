"""All findings of all models as tables: what a room shows of one, for each of them."""

import numpy as np
import pytest

from outsample.report.assumption_findings import find_assumptions
from outsample.report.assumptions import assumptions_table
from outsample.report.decay_findings import find_decay
from outsample.report.decay_tables import decay_room_tables
from outsample.report.finding_tables import finding_tables


@pytest.fixture(scope="module")
def written(of_options):
    return {table.name: table for table in finding_tables(of_options)}


def rows_of(table, keep=None):
    rows = range(table.size) if keep is None else np.flatnonzero(keep)
    return [tuple(column.written(row) for column in table.columns) for row in rows]


def test_every_model_with_a_benchmark_has_its_rows_to_the_last_digit(of_options, written):
    for model in ("flat-vol", "relative-smile"):
        for name, table in decay_room_tables(find_decay(of_options, model)).items():
            assert rows_of(written[name], written[name].columns[0].values == model) == rows_of(table), name
    assert set(written["gap"].columns[0].values) == {"flat-vol", "relative-smile"}


def test_assumptions_are_there_once(of_options, written):
    assert rows_of(written["assumptions"]) == rows_of(assumptions_table(find_assumptions(of_options).table))
    assert {"return-quantiles", "realised-implied"} <= set(written)


def test_tables_without_rows_are_left_out(of_prices):
    names = {table.name for table in finding_tables(of_prices)}
    assert "realised-implied" not in names
    assert {"staleness", "assumptions"} <= names


def test_progress_goes_over_all_models(of_options):
    told = []
    finding_tables(of_options, lambda share, words: told.append((share, words)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert {words for _, words in told} == {"decay of Flat vol", "decay of Relative smile"}
