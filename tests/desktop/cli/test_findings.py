"""`outsample evaluate --findings` writes what the rooms of regimes, decay and assumptions show, to the last digit."""

import csv

import pytest

from outsample.io import read_store
from outsample.report import analyse
from outsample.report.finding_tables import finding_tables
from outsample.report.regime_findings import find_regimes
from outsample.report.regime_tables import regime_room_tables
from outsample.study import Workspace
from outsample.windows import default_split

MODELS = ("flat-vol", "relative-smile")
OF_REGIMES = {"volatility", "states", "transitions", "penalty-path", "regime-losses", "break-tests"}
TABLES = {"staleness", "recalibration", "triangle", "gap", "fluctuation", "breakdown", "assumptions"}


@pytest.fixture
def evaluated(call, small, tmp_path):
    """Return a function that evaluates two models into a folder."""

    def run(*more):
        answer = call(
            "evaluate", small.quotes, "--model", ",".join(MODELS), "--no-pictures", "--out", tmp_path / "out", *more
        )
        assert (answer.code, answer.err) == (0, ""), answer
        return tmp_path / "out"

    return run


def test_every_table_has_the_numbers_of_the_library(evaluated, small):
    folder, data = evaluated("--findings"), read_store(small.quotes).dataset
    analysis = analyse(Workspace(data), default_split(data.times), "squared-vol-points", MODELS)
    of_regimes = regime_room_tables(analysis, find_regimes(analysis, lambda: False))
    tables = {table.name: table for table in (*finding_tables(analysis), *of_regimes) if table.size}
    assert set(tables) >= TABLES | OF_REGIMES
    for name, table in tables.items():
        with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as stream:
            header, *rows = csv.reader(stream)
        assert header == [column.header for column in table.columns]
        assert rows == [[column.written(i) for column in table.columns] for i in range(table.size)], name
        assert (folder / f"{name}.csv.json").is_file()


def test_tables_of_an_earlier_run_are_told_and_stay(evaluated, call, small):
    folder = evaluated("--findings")
    before = (folder / "gap.csv").read_bytes()
    answer = call("evaluate", small.quotes, "--model", "flat-vol", "--no-pictures", "--out", folder)
    assert answer.code == 0
    assert answer.err.startswith(
        f"outsample: warning: {folder} also holds tables of an earlier run, found assumptions.csv"
    )
    assert "gap.csv" in answer.err
    assert "studies.csv" not in answer.err
    assert (folder / "gap.csv").read_bytes() == before


def test_without_the_option_nothing_of_it_is_written(evaluated):
    assert not (TABLES | OF_REGIMES) & {path.stem for path in evaluated().iterdir()}


def test_tables_need_a_folder(refused, small):
    assert "--findings needs --out FOLDER" in refused("evaluate", small.quotes, "--findings", "--json")
