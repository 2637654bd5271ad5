import csv
import errno
import json
import os

import numpy as np
import pytest

import outsample
from outsample.datasets import OptionQuotes
from outsample.errors import ExportError
from outsample.report import Analysis, Recorded, gate_code, sidecar, verdict_sheet, write_evaluation
from outsample.report.tables import studies_table
from outsample.verdict import Status
from outsample.windows import iso

FILES = ("studies.csv", "losses.csv", "surface.csv", "decay.csv", "parameters.csv")
OF_OPTIONS = ("arbitrage_by_kind.csv", "arbitrage.csv", "filters.csv")
ALL = {*FILES, *(f"{name}.json" for name in FILES), "verdict.json", "case.json"}


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(params=["of_options", "of_prices"])
def analysis(request) -> Analysis:
    return request.getfixturevalue(request.param)


def test_every_file_is_there_and_is_named_in_the_answer(analysis, tmp_path):
    written = write_evaluation(analysis, tmp_path / "deep" / "out", "{}")
    more = OF_OPTIONS if isinstance(analysis.data, OptionQuotes) else ()
    want = {*ALL, *more, *(f"{name}.json" for name in more)}
    assert {path.name for path in written} == want == {path.name for path in (tmp_path / "deep" / "out").iterdir()}
    assert all(path.is_file() for path in written)


def test_the_same_analysis_gives_the_same_bytes(analysis, tmp_path):
    for name in ("one", "two"):
        write_evaluation(analysis, tmp_path / name, '{"a": 1}')
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_the_table_of_studies_reads_back_to_the_last_bit(analysis, tmp_path):
    write_evaluation(analysis, tmp_path, "{}")
    with (tmp_path / "studies.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    table = studies_table(analysis)
    assert len(rows) == table.size == len(analysis.results)
    for column in table.columns:
        if column.is_number:
            read = [float(row[column.header] or "nan") for row in rows]
            assert np.array_equal(read, column.values, equal_nan=True), column.header


def test_losses_have_a_row_a_time_in_utc(of_options, tmp_path):
    write_evaluation(of_options, tmp_path, "{}")
    with (tmp_path / "losses.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["time"] for row in rows] == [iso(int(time)) for time in of_options.data.times]
    assert {row["window"] for row in rows} == {"train", "test"}


def test_the_verdicts_are_those_of_the_analysis(analysis, tmp_path):
    write_evaluation(analysis, tmp_path, "{}", Recorded("ab" * 32, matches=False))
    read = read_json(tmp_path / "verdict.json")
    assert read["data"]["sha256"] == analysis.data.fingerprint
    assert (read["data"]["recorded_sha256"], read["data"]["is_as_recorded"]) == ("ab" * 32, False)
    assert len({tuple(line) for line in read["models"]}) == 1, "every model has every key"
    lines = {line["model"]: line for line in read["models"]}
    for judged in analysis.judged:
        line, found = lines[judged.entry.name], judged.headline
        assert line["status"] == judged.verdict.status.value
        assert line["n_eff_test"] == found.effective_test
        for key, value in (("theta", found.delta), ("upper_bound_95", found.upper_bound), ("low_95", found.low)):
            assert line[key] == (value if np.isfinite(value) else None)
    for failure in analysis.failures:
        line = lines[failure.model]
        assert (line["status"], line["rule"], line["theta"]) == ("Cannot be judged", failure.message, None)


def test_the_sidecar_says_what_the_numbers_rest_on(of_options, market):
    found = sidecar(of_options, "the state")
    assert found["data"]["sha256"] == market.quotes.fingerprint
    assert found["seeds"] == {"sample": 14}
    assert found["state"] == "the state"
    assert found["score"]["name"] == "squared-vol-points"
    settings = {"composition": "train composition", "scheme": "anchored", "stride": 1, "previews": False}
    assert found["settings"] == settings
    assert found["versions"]["outsample"] == outsample.__version__
    assert {"python", "numpy", "scipy", "numba"} <= set(found["versions"])
    smile = next(model for model in found["models"] if model["model"] == "relative-smile")
    fitted = of_options.find("relative-smile").study.fitted.parameters
    assert [one["value"] for one in smile["parameters"]] == [one.value for one in fitted]
    json.dumps(found, allow_nan=False)


def test_a_model_that_cannot_be_judged_is_in_the_sidecar_with_its_reason(of_prices):
    (failed,) = [model for model in sidecar(of_prices, "")["models"] if "failure" in model]
    assert failed["model"] == "ewma-variance"
    assert failed["failure"]["reason"] == "wrong score"


def test_the_gate_is_the_worst_model_and_benchmarks_do_not_count(of_options, of_prices):
    order = [Status.PASS, Status.WATCH, Status.FAIL, Status.NOT_ENOUGH_DATA]
    statuses = [one.verdict.status for one in of_options.judged if one.verdict.status is not Status.BENCHMARK]
    assert gate_code(of_options) == max(map(order.index, statuses))
    assert gate_code(of_prices) == 3, "ewma-variance cannot be judged by a quantile score"
    assert verdict_sheet(of_prices)["gate"] == 3


@pytest.mark.parametrize("nth", range(1, 37, 5))
def test_an_exchange_that_stops_half_way_is_taken_back(of_options, of_prices, tmp_path, monkeypatch, nth):
    write_evaluation(of_options, tmp_path, "old")
    (tmp_path / "notes.txt").write_text("mine")
    before, calls, replace = contents(tmp_path), [], os.replace

    def fails_once(source: str, target: str) -> None:
        calls.append(target)
        if len(calls) == nth:
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        replace(source, target)

    monkeypatch.setattr(os, "replace", fails_once)
    with pytest.raises(ExportError, match="Permission denied") as caught:
        write_evaluation(of_prices, tmp_path, "new")
    assert contents(tmp_path) == before
    assert ".unfinished" not in str(caught.value)


def test_a_full_disk_leaves_no_folder_behind(of_options, tmp_path, monkeypatch):
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportError, match=r"out.*No space left"):
        write_evaluation(of_options, tmp_path / "out", "{}")
    assert list(tmp_path.iterdir()) == []


def test_a_file_where_the_folder_should_be_is_an_export_error(of_options, tmp_path):
    (tmp_path / "out").write_text("mine")
    for folder in (tmp_path / "out", tmp_path / "out" / "below"):
        with pytest.raises(ExportError, match="must be a folder"):
            write_evaluation(of_options, folder, "{}")
    assert contents(tmp_path) == {"out": b"mine"}


def test_a_folder_in_the_way_of_one_file_stops_all(of_options, tmp_path):
    (tmp_path / "verdict.json").mkdir()
    with pytest.raises(ExportError, match=r"verdict\.json"):
        write_evaluation(of_options, tmp_path, "{}")
    assert [path.name for path in tmp_path.iterdir()] == ["verdict.json"]
