"""What stands beside the table of assumptions: returns against a normal law, and implied against realised vol."""

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest

from outsample.diagnostics.assumptions import assess_assumptions
from outsample.errors import DataError
from outsample.report import analyse
from outsample.report.assumption_findings import find_assumptions, normal_quantiles, quantiles_table, vols_table
from outsample.study import Workspace
from outsample.windows import default_split


@pytest.fixture(scope="module")
def found(of_options):
    return find_assumptions(of_options)


def test_the_table_is_that_of_the_tests_themselves(of_options, found):
    alone = assess_assumptions(of_options.data, of_options.split)
    assert [row.outcome.sentence for row in found.table.rows] == [row.outcome.sentence for row in alone.rows]


def test_returns_are_in_train_standard_deviations_about_the_train_mean(found):
    assert found.train.mean() == pytest.approx(0.0, abs=1e-12)
    assert found.train.std(ddof=1) == pytest.approx(1.0, rel=1e-12)
    assert np.array_equal(found.train, np.sort(found.train))
    assert np.array_equal(found.test, np.sort(found.test))
    assert (found.train.size, found.test.size) == found.table.returns


def test_normal_quantiles_are_where_the_normal_law_puts_them():
    expected = [NormalDist().inv_cdf((i - 0.375) / 7.25) for i in range(1, 8)]
    assert normal_quantiles(7) == pytest.approx(expected, rel=1e-12, abs=1e-15)
    assert normal_quantiles(0).size == 0


def test_both_windows_stand_in_one_table(found):
    window, normal, value = (column.values for column in quantiles_table(found).columns)
    assert np.array_equal(value[window == "test"], found.test)
    assert np.array_equal(normal[window == "train"], normal_quantiles(found.train.size))


def test_vols_are_percent_and_prices_have_none(of_prices, found):
    _, implied, realised = (column.values for column in vols_table(found).columns)
    assert np.array_equal(implied, 100.0 * found.vols.implied)
    assert np.array_equal(realised, 100.0 * found.vols.realised)
    assert 5.0 < np.nanmedian(implied) < 300.0
    of_returns = find_assumptions(of_prices)
    assert of_returns.vols is None
    assert vols_table(of_returns).size == 0


def test_prices_that_stand_still_have_no_scale_and_say_so(market):
    still = replace(market.prices, close=np.full(market.prices.close.size, 100.0))
    analysis = analyse(Workspace(still), default_split(still.times), "pinball-0.01", ())
    found = find_assumptions(analysis)
    assert (found.train.size, found.test.size) == (0, 0)
    assert quantiles_table(found).size == 0
    assert all(row.outcome.sentence for row in found.table.rows)


def test_other_data_are_refused_in_one_sentence(of_prices):
    with pytest.raises(DataError, match="option quotes or prices, found object"):
        find_assumptions(replace(of_prices, data=object()))
