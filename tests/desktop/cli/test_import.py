import json
import math

import numpy as np
import pytest

from outsample.io import ImportReport, open_files, read_store


@pytest.fixture
def bars(tmp_path):
    """A price file with a bad row."""
    rows = [f"2024-{1 + day // 28:02}-{1 + day % 28:02},{100 + math.sin(day)}" for day in range(200)]
    path = tmp_path / "bars.csv"
    path.write_text("\n".join(["date,close", *rows, "2024-12-01,-3"]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_the_store_holds_what_the_reader_read(call, bars, tmp_path, ending):
    answer = call("import", bars, "--out", tmp_path / f"x.{ending}", "--report", tmp_path / "quality.json")
    assert (answer.code, answer.err) == (0, "")
    kept, read = read_store(tmp_path / f"x.{ending}"), open_files(bars)
    assert kept.dataset.fingerprint == read.dataset.fingerprint
    report = ImportReport.from_json((tmp_path / "quality.json").read_text(encoding="utf-8"))
    assert report == kept.report
    assert report.rows_rejected == 1
    assert "rejected 1" in answer.out
    assert f"Stored in {tmp_path / f'x.{ending}'}" in answer.out


def test_a_store_can_be_evaluated_like_the_file_it_came_from(call, bars, tmp_path):
    assert call("import", bars, "--out", tmp_path / "x.parquet").code == 0
    answers = [call("evaluate", path, "--model", "normal-var", "--json") for path in (bars, tmp_path / "x.parquet")]
    models = [json.loads(answer.out)["models"] for answer in answers]
    assert models[0] == models[1]


def test_the_series_can_be_named(call, tmp_path):
    rows = [f"2024-01-{1 + i:02},{name},{price + i}" for i in range(28) for name, price in (("AAA", 10), ("BBB", 90))]
    (tmp_path / "two.csv").write_text("\n".join(["date,symbol,close", *rows]) + "\n")
    assert call("import", tmp_path / "two.csv", "--out", tmp_path / "b.arrow", "--symbol", "BBB").code == 0
    assert np.array_equal(read_store(tmp_path / "b.arrow").dataset.close, 90.0 + np.arange(28))


def test_the_vendor_can_be_named_in_any_case(call, bars, tmp_path):
    assert call("import", bars, "--out", tmp_path / "x.parquet", "--as", "PRICES").code == 0


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["--out", "x.csv"], "ending in .parquet or .arrow"),
        (["--out", "x.parquet", "--as", "bloomberg"], "deribit, prices"),
        (["--out", "x.parquet", "--as", "deribit"], "bars.csv"),
        (["--out", "x.parquet", "--report", "bars.csv"], "one of the files to read"),
        (["--out", "nowhere/x.parquet"], "must be written"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_import_that_cannot_be_is_one_line_and_leaves_nothing(refused, bars, monkeypatch, arguments, cause):
    monkeypatch.chdir(bars.parent)
    before = bars.read_bytes()
    assert cause in refused("import", "bars.csv", *arguments)
    assert {path.name: path.read_bytes() for path in bars.parent.iterdir()} == {"bars.csv": before}


def test_a_store_is_not_written_over_itself(call, refused, bars):
    store = bars.with_name("x.arrow")
    assert call("import", bars, "--out", store).code == 0
    assert "one of the files to read" in refused("import", store, "--out", store)
