"""The estimates of all models as one table: in words on screen, with every digit in the file."""

import csv
import io

import numpy as np
import pytest

from outsample.report.csv_file import csv_blocks
from outsample.report.table import column
from outsample.report.tables import parameters_table

HEADERS = ["model", "parameter", "value [its unit]", "standard error [its unit]", "unit", "at a bound"]


@pytest.fixture(scope="module")
def table(of_options):
    return parameters_table(of_options)


def test_headers_are_words_and_numbers_say_where_their_unit_is(table):
    assert [one.header for one in table.columns] == HEADERS
    assert not any("_" in one.header for one in table.columns)


def test_every_estimate_of_every_model_has_its_row(table, of_options):
    expected = [(one.entry.name, found) for one in of_options.judged for found in one.study.fitted.parameters]
    columns = {one.header: one.values for one in table.columns}
    assert table.size == len(expected) > 6
    assert columns["model"].tolist() == [name for name, _ in expected]
    assert columns["unit"].tolist() == [found.unit for _, found in expected]
    np.testing.assert_array_equal(columns["value [its unit]"], [found.value for _, found in expected])
    np.testing.assert_array_equal(columns["standard error [its unit]"], [found.standard_error for _, found in expected])
    assert columns["at a bound"].tolist() == [found.at_bound for _, found in expected]


def test_what_is_so_says_yes_on_screen_and_what_is_not_is_blank():
    flags = column("at a bound", np.array([True, False]))
    assert [flags.shown(row) for row in range(2)] == ["yes", ""]
    assert [flags.written(row) for row in range(2)] == ["true", "false"]


def test_a_file_of_it_reads_back(table):
    text = b"".join(csv_blocks(table)).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    values = [float(row["value [its unit]"]) for row in rows]
    np.testing.assert_array_equal(values, next(one.values for one in table.columns if one.header == HEADERS[2]))
    assert {row["at a bound"] for row in rows} <= {"true", "false"}
