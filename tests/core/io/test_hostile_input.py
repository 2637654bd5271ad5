"""Whatever is opened, the answer is one clear sentence; nothing else escapes."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outsample.errors import DataError
from outsample.io import ImportCancelledError, Vendor, open_files

Write = Callable[..., Path]
GOOD = "date,close\n2020-01-01,1\n2020-01-02,2\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "found an empty file"),
        (b" \n\n ", "found an empty file"),
        (b"\xef\xbb\xbf\n", "only blank lines"),
        (b"date,close\n", "found a header only"),
        (b"date,close", "found a header only"),
        (np.random.default_rng(1).bytes(5000), "found binary content"),
        (b"%PDF-1.4\n\x00\x01\x02\x03" + bytes(range(256)) * 20, "found binary content"),
        (b"PK\x03\x04" + b"x" * 100, "found a zip archive or Excel workbook"),
        (b"<!DOCTYPE html><html>not found</html>", "found a web page"),
        (b'{"result": []}', "found JSON"),
        (b"PAR1" + b"x" * 100, "damaged or cut short"),
        (b"ARROW1\x00\x00" + b"x" * 100, "damaged or cut short"),
        (gzip.compress(GOOD.encode())[:-15], "damaged or cut short"),
        (gzip.compress(b"PAR1" + b"x" * 100), "another packed form"),
        (gzip.compress(b""), "empty file"),
        (b"2020-01-01,1\n2020-01-02,2\n", "needs a header line that names the columns, found data"),
        (b"date,close\n2020-01-01,1\n", "at least 2 good bars, found 1"),
        (b"a,b\n1,2\n", "need a column for time"),
        (b"date,name\n2020-01-01,x\n", "need a column for close"),
        (b"date,close\nx,1\ny,2\n", r"at least 2 good bars, found 0 \(most of them unparseable"),
        (b"date;close\n2020-01-01;1,5\n2020-01-02;2,5\n", "decimal point and no commas"),
        (b'date,close\n2020-01-01,"1,5"\n2020-01-02,"2,5"\n', "decimal point and no commas"),
        (b"date,close\n2020-01-01T00:00Z,1\n2020-01-02 00:00,2\n", "must be in one time zone"),
    ],
)
def test_each_kind_of_bad_file_gets_one_sentence(write: Write, content: bytes, message: str):
    with pytest.raises(DataError, match=message) as caught:
        open_files(write(content))
    assert "\n" not in str(caught.value)
    assert "found" in str(caught.value)


def test_a_missing_file_a_folder_and_no_file_at_all(tmp_path: Path):
    with pytest.raises(DataError, match="found nothing at"):
        open_files(tmp_path / "absent.csv")
    with pytest.raises(DataError, match="is a folder"):
        open_files(tmp_path)
    with pytest.raises(DataError, match="at least one data file is required"):
        open_files([])


def test_an_unreadable_file(write: Write, monkeypatch: pytest.MonkeyPatch):
    path = write(GOOD)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # whoever runs the tests may be allowed to read everything
    with pytest.raises(DataError, match="must be readable, found: Permission denied; check its permissions"):
        open_files(path)


def test_a_parquet_file_cut_short(tmp_path: Path, write: Write):
    frame = pd.DataFrame({"date": pd.date_range("2020-01-01", periods=500), "close": np.arange(1.0, 501.0)})
    frame.to_parquet(tmp_path / "whole.parquet")
    content = (tmp_path / "whole.parquet").read_bytes()
    for size in (8, 200, len(content) // 2, len(content) - 5):
        with pytest.raises(DataError, match="damaged or cut short"):
            open_files(write(content[:size], "cut.parquet"))


def test_a_wrong_extension_does_no_harm_and_is_noted(tmp_path: Path, write: Write):
    pd.DataFrame({"date": pd.to_datetime(["2020-01-01", "2020-01-02"]), "close": [1.0, 2.0]}).to_parquet(
        tmp_path / "a.csv"
    )
    for path in (tmp_path / "a.csv", write(GOOD, "b.parquet")):
        report = open_files(path).report
        assert report.rows_kept == 2
        assert any("whatever its extension says" in note for note in report.notes)


def test_files_of_two_vendors_are_not_mixed(write: Write, chain: Callable[..., pd.DataFrame]):
    paths = [write(GOOD, "a.csv"), write(chain().to_csv(index=False), "b.csv")]
    with pytest.raises(DataError, match=r"must be of one vendor, found prices \(a.csv\) and deribit \(b.csv\)"):
        open_files(paths)


def test_options_opened_as_prices_are_refused(write: Write, chain: Callable[..., pd.DataFrame]):
    with pytest.raises(DataError, match="one series is required"):
        open_files(write(chain().to_csv(index=False)), vendor=Vendor.PRICES)


def test_lines_of_another_length_are_rejects_with_their_text(write: Write):
    text = "date,close\n2020-01-01,1\n2020-01-02,2,3,4\n\n2020-01-03\n2020-01-04,4\n"
    report = open_files(write(text)).report
    assert [(reject.row, reject.text) for reject in report.rejects] == [
        (2, "line '2020-01-02,2,3,4'"),
        (3, "line '2020-01-03'"),
    ]
    assert report.rows_read == 4


def test_an_import_can_be_stopped_and_shows_its_progress(write: Write):
    path = write(GOOD)
    seen: list[float] = []
    open_files(path, progress=lambda fraction, what: seen.append(fraction))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    with pytest.raises(ImportCancelledError, match="stopped"):
        open_files(path, cancelled=lambda: True)
    answers = iter([False, True])
    with pytest.raises(ImportCancelledError):
        open_files(path, cancelled=lambda: next(answers))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_no_content_whatever_gets_another_error(write: Write, content: bytes):
    path = write(content)
    try:
        open_files(path)
    except DataError as error:
        assert "found" in str(error)  # noqa: PT017  (either outcome is right; only the kind of error is tested)


CELLS = st.sampled_from(
    ["", "1", "0", "-1", "NaN", "1e999", "1,5", "x", "2020-01-01", "2020-02-30", "1577836800", "é", '"']
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELLS, min_size=1, max_size=8), min_size=1, max_size=6), st.booleans())
def test_no_rows_whatever_get_another_error(write: Write, rows: list[list[str]], options: bool):
    header = "timestamp,instrument_name,underlying,bid_price,ask_price" if options else "date,symbol,open,close,volume"
    path = write(header + os.linesep + os.linesep.join(",".join(row) for row in rows))
    try:
        report = open_files(path).report
    except DataError as error:
        assert "found" in str(error)  # noqa: PT017
    else:
        assert report.rows_read == report.rows_kept + report.rows_rejected + sum(report.left_out.values())
