import errno
import os
import signal
from pathlib import Path

import pytest

from outsample_desktop.cli import entry, evaluating


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["--model", "no-such-model"], "no-such-model"),
        (["--model", ","], "--model"),
        (["--score", "no-such-score"], "no-such-score"),
        (["--score", "qlike"], "is for prices"),
        (["--model", "normal-var"], "is for prices"),
        (["--scheme", "sideways"], "anchored, rolling, free"),
        (["--composition", "mixed"], "train, raw"),
        (["--target", "last"], "mid, mark"),
        (["--train", "2024-03-01..2024-01-01"], "--train must end after it starts"),
        (["--train", "2024-01-01..2024-01-01"], "--train must end after it starts"),
        (["--train", "2024-01-01..2024-01-08"], "the train window needs 20"),
        (["--test", "2024-04-20.."], "the test window needs 20"),
        (["--train", "1999-01-01..2000-01-01"], "the train window needs 20"),
        (["--train", ".."], "the test window needs 20"),
        (["--train", "..2024-03-01", "--test", "2024-02-01.."], "test window must start at or after"),
        (["--train", "..2024-03-01", "--test", "2024-03-02..", "--purge", "3d"], "test window must start"),
        (["--train", "2024-01-01"], "two dots"),
        (["--train", "2024-01-01..2024-02-01..2024-03-01"], "two dots"),
        (["--train", "yesterday..2024-03-01"], "ISO-8601"),
        (["--train", "2024-13-01..2024-03-01"], "ISO-8601"),
        (["--train", "0001-01-01..2024-03-01"], "1677"),
        (["--test", "2024-03-01..9999-12-31"], "2262"),
        (["--purge", "soon"], "--purge must be 0 or a number"),
        (["--purge", "-1d"], "--purge"),
        (["--purge", "999999d"], "century"),
        (["--purge", "300d"], "purge"),
        (["--purge", "1e5d"], "--purge"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_request_that_cannot_be_answered_is_one_line(refused, small, tmp_path, arguments, cause):
    assert cause in refused("evaluate", small.quotes, *arguments, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_target_is_for_options_only(refused, small):
    assert "--target" in refused("evaluate", small.prices, "--target", "mid", "--json")


def test_results_must_have_somewhere_to_go(refused, small):
    assert "--out" in refused("evaluate", small.quotes)


@pytest.mark.parametrize("content", [b"", b"   \n", b"\x00\x01\x02" * 99, b"time,close\n", b"PAR1", b"{}", b"PK\3\4"])
def test_a_file_that_holds_no_data_is_one_line(refused, tmp_path, content):
    (tmp_path / "data.csv").write_bytes(content)
    assert "data.csv" in refused("evaluate", tmp_path / "data.csv", "--json")
    if content != b"{}":
        assert "data.csv" in refused("import", tmp_path / "data.csv", "--out", tmp_path / "x.parquet")
    assert not (tmp_path / "x.parquet").exists()


@pytest.mark.parametrize("name", ["gone.csv", ".", "", "n" * 5000, "a\0b.csv", "folder/gone.png"])
def test_a_file_that_is_not_there_is_one_line(refused, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    words = [
        refused("evaluate", name, "--json"),
        refused("import", name, "--out", "x.parquet"),
        refused("open", name),
    ]
    assert "" not in words
    assert list(tmp_path.iterdir()) == []


def test_a_history_that_is_too_short_is_one_line(refused, tmp_path):
    rows = "".join(f"2024-01-{day:02},{100 + day}\n" for day in range(1, 30))
    (tmp_path / "short.csv").write_text("time,close\n" + rows)
    assert "20 times" in refused("evaluate", tmp_path / "short.csv", "--json")


def test_a_file_in_place_of_the_folder_is_one_line_and_stays(refused, small, tmp_path):
    (tmp_path / "out").write_text("mine")
    assert "out must be a folder" in refused("evaluate", small.quotes, "--out", tmp_path / "out", "--no-pictures")
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_a_disk_that_refuses_is_one_line_and_leaves_nothing(call, small, tmp_path, monkeypatch, code):
    def refuse(source, target):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "replace", refuse)
    answer = call("evaluate", small.quotes, "--out", tmp_path / "out", "--no-pictures")
    assert (answer.code, answer.out) == (4, "")
    assert os.strerror(code) in answer.complaint
    assert list(tmp_path.iterdir()) == []


def broken(*_):
    raise ZeroDivisionError("a bug\nin two lines")


def test_a_bug_is_one_line_and_its_traceback_is_kept(call, small, monkeypatch):
    monkeypatch.setattr(evaluating, "analyse", broken)
    answer = call("evaluate", small.quotes, "--json")
    assert (answer.code, answer.out) == (5, "")
    assert "ZeroDivisionError: a bug in two lines" in answer.complaint
    kept = answer.complaint.split("the traceback is in ")[1].split(", please")[0]
    assert "Traceback (most recent call last)" in Path(kept).read_text(encoding="utf-8")


def test_a_bug_is_shown_whole_on_request(call, small, monkeypatch):
    monkeypatch.setattr(evaluating, "analyse", broken)
    for arguments in (("--debug", "evaluate", small.quotes, "--json"), ("evaluate", small.quotes, "--json", "--debug")):
        answer = call(*arguments)
        assert answer.code == 5
        assert "Traceback (most recent call last)" in answer.err


def test_a_bug_is_told_even_where_nothing_can_be_kept(call, small, monkeypatch):
    monkeypatch.setattr(evaluating, "analyse", broken)
    monkeypatch.setattr(entry, "_keep", lambda text: None)
    assert "--debug" in call("evaluate", small.quotes, "--json").complaint


def test_an_interrupt_is_code_130(call, small, monkeypatch):
    def interrupt(*_):
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(evaluating, "analyse", interrupt)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job begins deaf to it
    try:
        answer = call("evaluate", small.quotes, "--json")
    finally:
        signal.signal(signal.SIGINT, before)
    assert answer.code == 130
    assert "interrupted" in answer.complaint
