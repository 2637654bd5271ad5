import csv
import errno
import hashlib
import io
import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from outsample.errors import ExportError
from outsample.report import write_table
from outsample.report.csv_file import csv_blocks, written
from outsample.report.table import Column, Table, column, times

EXAMPLE = Table(
    "example",
    (
        times("time", [0, 86_400_000_000_000 + 1, -1_500_000_000]),
        column("rmse [vol pts]", [0.1, np.nan, -1e-300]),
        column("count", [1, 2, 3]),
        column("note, with comma", ['say "no"', "two\nlines", "plain"]),
        column("sparse", [True, False, True]),
    ),
)


def as_fields(text: str) -> str:
    """Quote one field as Python's own writer does."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerow([text, ""])
    return stream.getvalue()[:-2]


def same(one: Column) -> bool:
    return written(one) == [as_fields(one.written(row)) for row in range(one.values.size)]


def test_a_table_is_written_as_the_rules_say(tmp_path):
    path, _ = write_table(EXAMPLE, tmp_path / "example.csv", {})
    assert path.read_bytes().decode() == (
        'time,rmse [vol pts],count,"note, with comma",sparse\n'
        '1970-01-01T00:00:00Z,0.1,1,"say ""no""",true\n'
        '1970-01-02T00:00:00.000000001Z,,2,"two\nlines",false\n'
        "1969-12-31T23:59:58.5Z,-1e-300,3,plain,true\n"
    )


@given(hnp.arrays(np.float64, st.integers(0, 30), elements=st.floats(width=64)))
def test_numbers_are_what_the_column_says_and_read_back_to_the_last_bit(values):
    assert same(column("x", values))
    back = [float(text) if text else np.nan for text in written(column("x", values))]
    assert np.array_equal(back, np.where(np.isfinite(values), values, np.nan), equal_nan=True)


@given(hnp.arrays(np.int64, st.integers(0, 30), elements=st.integers(-(2**62), 2**62)))
def test_times_are_what_the_column_says(values):
    assert same(times("time", values))


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8), min_size=1, max_size=9))
def test_text_is_what_the_column_says(values):
    assert same(column("x", np.array(values, dtype=object)))


@pytest.mark.parametrize("values", [np.array([True, False]), np.array([1, -2], dtype=np.int32), np.float32([0.1, 3])])
def test_other_kinds_are_what_the_column_says(values):
    assert same(column("x", values))


@given(
    st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=6),
    st.lists(st.text(max_size=6), min_size=6, max_size=6),
)
def test_any_text_comes_back_through_an_ordinary_reader(header, cells):
    table = Table("t", tuple(column(name, np.array(cells, dtype=object)) for name in header))
    text = b"".join(csv_blocks(table)).decode()
    read = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert read == [header, *([cell] * len(header) for cell in cells)]


def test_an_empty_field_that_stands_alone_is_no_blank_line():
    assert b"".join(csv_blocks(Table("t", (column("x", [np.nan, 1.0]),)))) == b'x\n""\n1.0\n'


def test_a_table_longer_than_a_block_has_every_row_once():
    rows = np.arange(140_001)
    text = b"".join(csv_blocks(Table("t", (column("i", rows), times("time", rows)))))
    read = np.loadtxt(io.BytesIO(text), delimiter=",", skiprows=1, usecols=0, dtype=np.int64)
    assert np.array_equal(read, rows)


def test_tables_without_rows_or_columns_are_files(tmp_path):
    bare, _ = write_table(Table("bare", ()), tmp_path / "bare.csv", {})
    header, _ = write_table(Table("header", (column("x", []),)), tmp_path / "header.csv", {})
    assert (bare.read_bytes(), header.read_bytes()) == (b"", b"x\n")


def test_the_sidecar_describes_the_file_beside_it_and_is_valid_json(tmp_path):
    path, beside = write_table(EXAMPLE, tmp_path / "example.csv", {"score": np.nan, "split": (1, 2)})
    read = json.loads(beside.read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert beside.name == "example.csv.json"
    assert read["score"] is None
    assert read["split"] == [1, 2]
    assert read["table"]["rows"] == 3
    assert read["table"]["columns"][1] == "rmse [vol pts]"
    assert read["table"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def refuse(code: int):
    def replace(source: object, target: object) -> None:
        raise OSError(code, os.strerror(code))

    return replace


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_a_disk_that_refuses_leaves_everything_as_it_was(tmp_path, monkeypatch, code):
    path = tmp_path / "example.csv"
    path.write_bytes(b"old")
    sidecar = tmp_path / "example.csv.json"
    sidecar.write_bytes(b"old too")
    monkeypatch.setattr(os, "replace", refuse(code))
    with pytest.raises(ExportError, match=os.strerror(code)):
        write_table(EXAMPLE, path, {})
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {
        "example.csv": b"old",
        "example.csv.json": b"old too",
    }


def test_a_disk_that_fills_up_while_writing_leaves_nothing(tmp_path, monkeypatch):
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportError, match="No space left"):
        write_table(EXAMPLE, tmp_path / "example.csv", {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("taken", ["example.csv", "example.csv.json"])
def test_a_folder_in_the_way_is_said_before_anything_is_written(tmp_path, taken):
    (tmp_path / taken).mkdir()
    with pytest.raises(ExportError, match="found a folder"):
        write_table(EXAMPLE, tmp_path / "example.csv", {})
    assert [path.name for path in tmp_path.iterdir()] == [taken]


def test_a_missing_folder_is_an_export_error(tmp_path: Path):
    with pytest.raises(ExportError, match="must be written"):
        write_table(EXAMPLE, tmp_path / "nowhere" / "example.csv", {})
