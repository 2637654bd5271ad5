import io
import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from outsample.datasets import Axis, OptionQuotes, Target
from outsample.errors import DataError, ExportError
from outsample.io import Imported, open_files, read_store, write_store

Chain = Callable[..., pd.DataFrame]
Write = Callable[..., Path]
SUFFIXES = pytest.mark.parametrize("suffix", [".arrow", ".parquet"])


@pytest.fixture
def options(chain: Chain, write: Write) -> Imported:
    frame = chain(("2026-01-15T09:21:30.027641+00:00", "2026-01-15T15:00:00+00:00"))
    return open_files(write(frame.to_csv(index=False), "chain.csv"))


@pytest.fixture
def bars(write: Write) -> Imported:
    return open_files(write("date,open,high,low,close\n2020-01-01,1,2,0.1,1.7\n2020-01-02,,x,1,0.3\n", "bars.csv"))


def assert_bitwise_equal(left: object, right: object) -> None:
    assert type(left) is type(right)
    for item in fields(left):  # type: ignore[arg-type]
        a, b = getattr(left, item.name), getattr(right, item.name)
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype, item.name
            assert a.tobytes() == b.tobytes(), item.name
        else:
            assert a == b, item.name


@SUFFIXES
@pytest.mark.parametrize("kind", ["options", "bars"])
def test_a_round_trip_is_bitwise(request: pytest.FixtureRequest, tmp_path: Path, kind: str, suffix: str):
    imported: Imported = request.getfixturevalue(kind)
    path = tmp_path / f"store{suffix}"
    write_store(imported.dataset, imported.report, path)
    again = read_store(path)
    assert_bitwise_equal(imported.dataset, again.dataset)
    assert again.report == imported.report


@SUFFIXES
def test_names_in_any_order_and_other_views_survive(options: Imported, tmp_path: Path, suffix: str):
    quotes = options.dataset
    assert isinstance(quotes, OptionQuotes)
    reversed_names = replace(
        quotes,
        instruments=(*quotes.instruments[::-1], "UNUSED"),
        instrument=(len(quotes.instruments) - 1 - quotes.instrument).astype(np.int32),
        target=Target.MARK,
        axis=Axis.DELTA,
    )
    write_store(reversed_names, options.report, tmp_path / f"x{suffix}")
    assert_bitwise_equal(reversed_names, read_store(tmp_path / f"x{suffix}").dataset)


@SUFFIXES
def test_opening_a_store_reads_it_as_it_is(options: Imported, tmp_path: Path, suffix: str):
    path = tmp_path / f"x{suffix}"
    write_store(options.dataset, options.report, path)
    again = open_files(path)
    assert again.report == options.report
    assert_bitwise_equal(options.dataset, again.dataset)
    with pytest.raises(DataError, match="a store is opened by itself"):
        open_files([path, path])


def test_memory_mapped_columns_are_read_only_views(options: Imported, tmp_path: Path):
    path = tmp_path / "x.arrow"
    write_store(options.dataset, options.report, path)
    before = pa.total_allocated_bytes()
    quotes = read_store(path).dataset
    assert isinstance(quotes, OptionQuotes)
    assert pa.total_allocated_bytes() - before < quotes.size * 8
    for name in ("time", "expiry", "strike", "is_call", "bid", "mark_vol", "instrument"):
        column = getattr(quotes, name)
        assert not column.flags.owndata
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 0


@SUFFIXES
def test_other_programs_can_read_the_file(options: Imported, tmp_path: Path, suffix: str):
    path = tmp_path / f"x{suffix}"
    write_store(options.dataset, options.report, path)
    frame = pd.read_parquet(path) if suffix == ".parquet" else pa.ipc.open_file(path).read_all().to_pandas()
    assert str(frame.time.dtype) == "datetime64[ns, UTC]"
    assert set(frame.instrument) == set(options.dataset.instruments)
    assert frame.strike.is_monotonic_increasing is False
    assert frame.time.is_monotonic_increasing


def test_the_metadata_says_what_it_is(options: Imported, tmp_path: Path):
    write_store(options.dataset, options.report, tmp_path / "x.parquet")
    facts = json.loads(parquet.read_schema(tmp_path / "x.parquet").metadata[b"outsample"])
    assert (facts["kind"], facts["settlement"], facts["currency"], facts["venue"]) == (
        "options", "inverse", "BTC", "Deribit",
    )  # fmt: skip
    assert facts["source"]["files"][0]["sha256"] == options.report.files[0].sha256
    assert facts["report"]["rows_kept"] == options.report.rows_kept


def test_a_newer_format_asks_for_an_update(options: Imported, tmp_path: Path):
    path = tmp_path / "x.parquet"
    write_store(options.dataset, options.report, path)
    table = parquet.read_table(path)
    facts = json.loads(table.schema.metadata[b"outsample"]) | {"format": 99}
    parquet.write_table(table.replace_schema_metadata({b"outsample": json.dumps(facts)}), path)
    with pytest.raises(DataError, match="found format 99; update Outsample"):
        read_store(path)


@SUFFIXES
def test_a_damaged_missing_or_foreign_store_gets_one_sentence(options: Imported, tmp_path: Path, suffix: str):
    path = tmp_path / f"x{suffix}"
    with pytest.raises(DataError, match="missing or damaged"):
        read_store(path)
    write_store(options.dataset, options.report, path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match="damaged"):
        read_store(path)
    with pytest.raises(DataError, match="damaged"):
        open_files(path)
    parquet.write_table(pa.table({"a": [1]}), tmp_path / "foreign.parquet")
    with pytest.raises(DataError, match="found another file; import it instead"):
        read_store(tmp_path / "foreign.parquet")


def test_what_cannot_be_written_leaves_everything_as_it_was(
    options: Imported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "x.arrow"
    path.write_bytes(b"the old content")
    with pytest.raises(ExportError, match="ending in .arrow or .parquet, found x.csv"):
        write_store(options.dataset, options.report, tmp_path / "x.csv")
    with pytest.raises(ExportError, match="found: No such file or directory; free some space or choose a folder"):
        write_store(options.dataset, options.report, tmp_path / "absent" / "x.arrow")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(ExportError, match="No space left on device"):
        write_store(options.dataset, options.report, path)
    assert path.read_bytes() == b"the old content"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["chain.csv", "x.arrow"]


class FullDisk(io.FileIO):
    """A file on a disk with room for 4,096 bytes more."""

    def write(self, content: object) -> int:
        if self.tell() + memoryview(content).nbytes > 4096:  # type: ignore[arg-type]
            raise OSError(28, "No space left on device")
        return super().write(content)  # type: ignore[arg-type]


@SUFFIXES
def test_a_disk_that_fills_up_leaves_nothing_half_written(
    options: Imported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
):
    target = tmp_path / "target"
    target.mkdir()
    monkeypatch.setattr(Path, "open", lambda path, mode: FullDisk(path, mode.replace("b", "")))
    with pytest.raises(ExportError, match="must be written, found: No space left on device; free some space"):
        write_store(options.dataset, options.report, target / f"x{suffix}")
    assert list(target.iterdir()) == []
