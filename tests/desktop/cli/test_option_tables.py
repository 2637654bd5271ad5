"""What `evaluate` writes of option data beside losses: arbitrage, filters, and the errors on a book."""

import csv
import json

import pytest

from outsample.io import read_book, read_store
from outsample.report import analyse
from outsample.report.csv_file import write_table
from outsample.report.option_tables import book_tables, option_tables
from outsample.study import Settings, Workspace
from outsample.windows import default_split
from outsample_desktop.session import State

MODEL = ("--model", "flat-vol")
BOOK = ("book_models", "book_cells", "book_positions", "book_times")


@pytest.fixture
def evaluated(call, tmp_path):
    """Return a function that evaluates into a folder and gives back the folder and what was warned of."""

    def run(data, *more, name="out"):
        answer = call("evaluate", data, *more, "--out", tmp_path / name, "--no-pictures")
        assert answer.code == 0, answer
        return tmp_path / name, answer.err

    return run


@pytest.fixture
def book(small, tmp_path):
    """A book of two options and a stranger, in the spelling of a spreadsheet."""
    names = read_store(small.quotes).dataset.instruments
    path = tmp_path / "mine.csv"
    path.write_text(f"Instrument;Net Qty\n{names[0]};3\n{names[40].lower()};-1.5\nBTC-1JAN30-1-C;1\n")
    return path


def expected_tables(small, path=None):
    quotes = read_store(small.quotes).dataset
    found = analyse(Workspace(quotes), default_split(quotes.times, 0), "squared-vol-points", ("flat-vol",), Settings())
    return (*option_tables(found), *(book_tables(found, read_book(path, quotes.instruments)[0]) if path else ()))


def state_of(folder):
    return State.from_json((folder / "case.json").read_text(encoding="utf-8"))[0]


def assert_written(folder, tables, tmp_path):
    for table in tables:
        write_table(table, tmp_path / "expected.csv", {})
        assert (folder / f"{table.name}.csv").read_bytes() == (tmp_path / "expected.csv").read_bytes(), table.name
        sidecar = json.loads((folder / f"{table.name}.csv.json").read_text(encoding="utf-8"))
        assert sidecar["table"]["rows"] == table.size > 0
        assert sidecar["data"]["sha256"] == state_of(folder).fingerprint


def test_arbitrage_and_filters_are_written_as_the_library_has_them(evaluated, small, tmp_path):
    folder, warned = evaluated(small.quotes, *MODEL)
    assert warned == ""
    assert_written(folder, expected_tables(small), tmp_path)
    assert not list(folder.glob("book*"))


def test_a_book_gets_its_tables_and_stands_in_the_case(evaluated, small, book, tmp_path):
    folder, warned = evaluated(small.quotes, *MODEL, "--book", book)
    assert warned == ""
    tables = expected_tables(small, book)
    assert {table.name for table in tables} >= set(BOOK)
    assert_written(folder, tables, tmp_path)
    assert state_of(folder).book == str(book)
    assert len(state_of(folder).book_sha256) == 64
    with (folder / "book_positions.csv").open(newline="", encoding="utf-8") as stream:
        assert [float(row["quantity"]) for row in csv.DictReader(stream)] == [3.0, -1.5]


def test_the_book_of_a_case_is_read_again(evaluated, small, book):
    folder, _ = evaluated(small.quotes, *MODEL, "--book", book)
    again, warned = evaluated(folder / "case.json", name="again")
    assert warned == ""
    for name in BOOK:
        assert (again / f"{name}.csv").read_bytes() == (folder / f"{name}.csv").read_bytes()
    assert state_of(again) == state_of(folder)


def test_the_book_of_a_case_is_found_beside_it(evaluated, small, book):
    folder, _ = evaluated(small.quotes, *MODEL, "--book", book)
    book.rename(folder / book.name)
    again, warned = evaluated(folder / "case.json", name="again")
    assert warned == ""
    assert state_of(again).book == str(folder / book.name)
    assert (again / "book_models.csv").read_bytes() == (folder / "book_models.csv").read_bytes()


def test_a_missing_book_of_a_case_is_warned_of_and_loses_nothing(evaluated, small, book):
    folder, _ = evaluated(small.quotes, *MODEL, "--book", book)
    book.unlink()
    again, warned = evaluated(folder / "case.json", name="again")
    assert warned.count("\n") == 1
    assert "the book mine.csv must be a file that can be read" in warned
    assert not list(again.glob("book*"))
    assert (again / "studies.csv").read_bytes() == (folder / "studies.csv").read_bytes()
    assert state_of(again) == state_of(folder)


def test_a_book_that_has_changed_is_warned_of_and_used(evaluated, small, book):
    folder, _ = evaluated(small.quotes, *MODEL, "--book", book)
    book.write_text(book.read_text().replace(";3", ";4"))
    again, warned = evaluated(folder / "case.json", name="again")
    assert warned.count("\n") == 1
    assert "has changed" in warned
    assert (again / "book_positions.csv").read_text().splitlines()[1].split(",")[1] == "4.0"


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ("instrument,quantity\nBTC-1JAN30-1-C,1\n", "at least one position"),
        ("a,b\n1,2\n", "instrument and quantity"),
        ("", "empty file"),
        ("instrument,quantity\n", "at least one row"),
        (None, "must be a file that can be read"),
    ],
)
def test_a_bad_book_is_refused_in_one_sentence_and_nothing_is_written(refused, small, tmp_path, content, cause):
    path = tmp_path / "bad.csv"
    if content is not None:
        path.write_text(content)
    said = refused("evaluate", small.quotes, *MODEL, "--book", path, "--out", tmp_path / "out", "--no-pictures")
    assert cause in said
    assert "bad.csv" in said
    assert not (tmp_path / "out").exists()


def test_prices_take_no_book(refused, small, book):
    assert "needs option quotes" in refused("evaluate", small.prices, "--book", book, "--json")


def test_prices_are_written_without_tables_of_options(evaluated, small):
    folder, _ = evaluated(small.prices)
    assert not {"arbitrage.csv", "arbitrage_by_kind.csv", "filters.csv"} & {path.name for path in folder.iterdir()}
