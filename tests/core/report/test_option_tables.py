"""The tables of option data add up, say in which window a trade lies, and do not exist for prices."""

from collections import Counter

import numpy as np
import pytest

from outsample.catalog import Kind, default_models, default_score
from outsample.diagnostics.arbitrage import find_arbitrage
from outsample.io.book import Book
from outsample.report import analyse, write_evaluation
from outsample.report.filters import filters_table
from outsample.report.option_tables import all_arbitrage_table, book_tables, option_tables
from outsample.study import Workspace
from outsample.windows import default_split


@pytest.fixture(scope="module")
def analysis(market):
    quotes = market.quotes
    score = "squared-vol-points"
    return analyse(Workspace(quotes), default_split(quotes.times, 5 * 86_400 * 10**9), score, ("flat-vol",))


def columns_of(table):
    return {one.header: one.values for one in table.columns}


def test_every_step_hands_on_what_it_leaves_and_the_last_applied_leaves_the_observations(analysis):
    quotes = analysis.data
    found = columns_of(filters_table(quotes, analysis.split))
    applied = found["applied"]
    for name in ("history", "train", "test"):
        before, removed, left = (found[f"{name}: {one}"] for one in ("before", "removed", "left"))
        assert np.array_equal(before[1:], left[:-1])
        assert np.array_equal(left, before - removed)
        assert np.array_equal(removed[applied], found[f"{name}: removed alone"][applied])
        assert np.allclose(found[f"{name}: removed [%]"] * before, 100.0 * removed, equal_nan=True)
    assert found["history: before"][0] == quotes.size
    assert found["history: left"][applied][-1] == quotes.observed.size
    for name in ("train", "test"):
        window = getattr(analysis.split, name)
        rows = window.rows(quotes.time)
        assert found[f"{name}: before"][0] == rows.stop - rows.start
        seen = window.rows(quotes.times[quotes.observed.time_index])
        assert found[f"{name}: left"][applied][-1] == seen.stop - seen.start


@pytest.mark.parametrize("executable", [True, False])
def test_every_trade_is_listed_and_says_in_which_window_it_lies(analysis, executable):
    found, split = find_arbitrage(analysis.data), analysis.split
    listed = columns_of(all_arbitrage_table(found, split, executable))
    want = found.executable if executable else found.on_mids
    assert np.array_equal(listed["time"], want.time)
    for time, window in zip(listed["time"].tolist(), listed["window"].tolist(), strict=True):
        name = "train" if split.train.start <= time < split.train.stop else ""
        assert window == ("test" if split.test.start <= time < split.test.stop else name)
    assert {"train", "test", ""} == set(listed["window"].tolist())


def test_the_list_and_the_summary_count_the_same(analysis):
    by_kind, listed, _ = map(columns_of, option_tables(analysis))
    counted = Counter(zip(listed["window"].tolist(), listed["kind"].tolist(), strict=True))
    rows = zip(by_kind["window"].tolist(), by_kind["kind"].tolist(), by_kind["executable"].tolist(), strict=True)
    assert all(counted[window, kind] == count for window, kind, count in rows)
    assert by_kind["executable"].sum() > 0


def test_an_evaluation_writes_each_table_with_its_sidecar_and_a_book_only_if_there_is_one(analysis, tmp_path):
    bare = {path.name for path in write_evaluation(analysis, tmp_path / "bare", "{}")}
    option = {"arbitrage_by_kind.csv", "arbitrage.csv", "filters.csv"}
    assert option | {f"{name}.json" for name in option} <= bare
    assert not {name for name in bare if name.startswith("book")}
    book = Book("mine.csv", analysis.data.instruments[:2], np.array([1.0, -2.0]))
    tables = {f"{table.name}.csv" for table in book_tables(analysis, book)}
    assert tables == {"book_models.csv", "book_cells.csv", "book_positions.csv", "book_times.csv"}
    full = {path.name for path in write_evaluation(analysis, tmp_path / "full", "{}", None, book)}
    assert full - bare == tables | {f"{name}.json" for name in tables}


def test_prices_have_none_of_these(market):
    prices = market.prices
    score = default_score(Kind.PRICES)
    models = default_models(Kind.PRICES, score)
    found = analyse(Workspace(prices), default_split(prices.times, 0), score, models)
    assert option_tables(found) == ()
