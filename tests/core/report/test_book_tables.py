"""The tables of a book: each number is that of the book, in the windows of the analysis."""

import csv

import numpy as np
import pytest

from outsample.diagnostics import error_surface
from outsample.diagnostics.book_path import book_errors, book_path, vega_by_cell
from outsample.diagnostics.holdings import holdings
from outsample.errors import UsageError
from outsample.io.book import read_book
from outsample.report.book import book_cells_table, book_models_table, book_positions_table, book_times_table
from outsample.report.csv_file import write_table
from outsample.report.waterfall import waterfall_table


@pytest.fixture(scope="module")
def book(of_options, tmp_path_factory):
    quotes = of_options.data
    chosen = np.unique(quotes.instrument)[::97]
    path = tmp_path_factory.mktemp("book") / "book.csv"
    rows = [f"{(-1) ** i * (1 + i % 5)},{quotes.instruments[number]}" for i, number in enumerate(chosen.tolist())]
    path.write_text("qty,instrument\n" + "\n".join(rows))
    return read_book(path, quotes.instruments)[0]


def values(table, header):
    (one,) = (column for column in table.columns if column.header == header)
    return one.values


def test_the_book_through_time_has_every_models_error(of_options, book):
    table = book_times_table(of_options, book)
    held = holdings(of_options.data, book)
    assert table.size == of_options.data.times.size
    assert np.array_equal(values(table, "vega [USD per vol pt]"), book_path(held).vega_usd, equal_nan=True)
    assert set(values(table, "window")) == {"train", "test"}
    for result in of_options.judged:
        error = values(table, f"error {result.entry.name} [USD]")
        gross = values(table, f"gross error {result.entry.name} [USD]")
        assert np.isfinite(error).any()
        assert (gross[np.isfinite(gross)] >= np.abs(error[np.isfinite(gross)]) - 1e-9).all()
    compared, priced = values(table, "positions compared"), values(table, "positions priced")
    assert (compared <= priced).all()
    assert compared[0] == 0 < priced[0]  # the rolling surface has nothing before the first time


def test_the_models_on_the_book_are_means_over_the_times_of_a_window(of_options, book):
    table, path = book_models_table(of_options, book), book_times_table(of_options, book)
    assert table.size == 2 * len(of_options.judged)
    for i in range(table.size):
        model, window = values(table, "model")[i], values(table, "window")[i]
        here = values(path, "window") == window
        for unit in ("coin", "USD"):
            error = values(path, f"error {model} [{unit}]")[here]
            error = error[np.isfinite(error)]
            assert values(table, f"bias [{unit}]")[i] == pytest.approx(error.mean())
            assert values(table, f"rmse [{unit}]")[i] == pytest.approx(np.sqrt(np.mean(error**2)))
            assert abs(values(table, f"largest error [{unit}]")[i]) == np.abs(error).max()
            gross = values(path, f"gross error {model} [{unit}]")[here]
            assert values(table, f"mean gross error [{unit}]")[i] == pytest.approx(np.nanmean(gross))
        assert values(table, "times")[i] == error.size
    assert (values(table, "positions left out") > 0).all()


def test_a_flat_vol_that_is_too_low_undervalues_a_long_book(of_options, tmp_path):
    quotes = of_options.data
    path = tmp_path / "long.csv"
    path.write_text("instrument,quantity\n" + "\n".join(f"{name},1" for name in quotes.instruments))
    everything, _ = read_book(path, quotes.instruments)
    low = np.full(quotes.observed.size, 0.05)
    error = book_errors(holdings(quotes, everything), low)
    assert (error.signed_usd < 0).all()
    assert error.gross_usd == pytest.approx(-error.signed_usd)


def test_cells_of_the_books_vega_stand_beside_the_models_errors_there(of_options, book):
    table = book_cells_table(of_options, book)
    for name, window in (("train", of_options.split.train), ("test", of_options.split.test)):
        here = values(table, "window") == name
        vega = vega_by_cell(holdings(of_options.data, book), window)
        cells = np.flatnonzero(vega.gross_usd)
        assert np.array_equal(values(table, "net vega [USD per vol pt]")[here], vega.net_usd[cells])
        assert values(table, "share of gross vega [%]")[here].sum() == pytest.approx(100.0)
        for result in of_options.judged:
            surface = error_surface(result.study, window)
            shown = values(table, f"rmse {result.entry.name} [vol pts]")[here]
            assert np.array_equal(shown, surface.loss[cells], equal_nan=True)


def test_positions_say_how_often_they_are_priced(of_options, book):
    table = book_positions_table(of_options.data, book)
    assert values(table, "instrument").tolist() == list(book.instruments)
    assert values(table, "times priced").sum() == holdings(of_options.data, book).size
    assert (values(table, "times priced") <= values(table, "times quoted")).all()


def test_a_book_of_options_needs_option_quotes(of_prices, book):
    with pytest.raises(UsageError, match="needs option quotes, found Prices; load quotes"):
        book_times_table(of_prices, book)


def test_they_leave_as_csv(of_options, book, tmp_path):
    for table in (
        book_times_table(of_options, book),
        book_models_table(of_options, book),
        book_cells_table(of_options, book),
        book_positions_table(of_options.data, book),
        waterfall_table(of_options.data, of_options.split),
    ):
        path, _ = write_table(table, tmp_path / f"{table.name}.csv", {})
        with path.open(encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        assert len(rows) == table.size > 0
        assert list(rows[0]) == [column.header for column in table.columns]


def test_the_waterfall_table_goes_down_step_by_step(of_options):
    table = waterfall_table(of_options.data, of_options.split)
    for window in ("history", "train", "test"):
        here = values(table, "window") == window
        before, left = values(table, "before")[here], values(table, "left")[here]
        assert np.array_equal(before[1:], left[:-1])
        assert np.array_equal(before - values(table, "removed in order")[here], left)
        applied = values(table, "applied")[here]
        assert np.array_equal(applied, np.sort(applied)[::-1])
        assert (~applied).sum() == 4
    history = values(table, "window") == "history"
    applied = history & values(table, "applied")
    assert values(table, "left")[applied][-1] == of_options.data.observed.size
