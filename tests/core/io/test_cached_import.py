import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import outsample.io.cached_import as cached_import_module
from outsample.errors import DataError
from outsample.io import ImportReport, import_cached, open_files, write_store

Chain = Callable[..., pd.DataFrame]
Write = Callable[..., Path]


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def openings(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every real import that took place."""
    seen: list[object] = []

    def counted(*arguments: object, **choices: object) -> object:
        seen.append(arguments[0])
        return open_files(*arguments, **choices)  # type: ignore[arg-type]

    monkeypatch.setattr(cached_import_module, "open_files", counted)
    return seen


def test_the_second_opening_comes_from_the_store(chain: Chain, write: Write, cache: Path, openings: list[object]):
    path = write(chain().to_csv(index=False), "chain.csv")
    first, second = import_cached(path, cache), import_cached(path, cache)
    assert len(openings) == 1
    assert first.dataset.fingerprint == second.dataset.fingerprint == open_files(path).dataset.fingerprint
    assert first.report == second.report
    (text,) = [file for file in cache.iterdir() if file.suffix == ".json"]
    assert ImportReport.from_json(text.read_text()) == first.report


def test_other_content_or_another_choice_is_imported_anew(
    chain: Chain, write: Write, cache: Path, openings: list[object]
):
    both = pd.concat([chain(), chain(base="ETH").head(3)])
    path = write(both.to_csv(index=False), "chain.csv")
    assert import_cached(path, cache).report.rows_kept == len(chain())
    assert import_cached(path, cache, currency="ETH").report.rows_kept == 3
    path = write(both.iloc[1:].to_csv(index=False), "chain.csv")
    assert import_cached(path, cache).report.rows_kept == len(chain()) - 1
    assert len(openings) == 3


def test_a_better_reader_lets_old_entries_lapse(
    write: Write, cache: Path, openings: list[object], monkeypatch: pytest.MonkeyPatch
):
    path = write("date,close\n2020-01-01,1\n2020-01-02,2\n")
    import_cached(path, cache)
    monkeypatch.setattr(cached_import_module, "READER_VERSION", 2)
    import_cached(path, cache)
    assert len(openings) == 2


def test_a_damaged_entry_is_replaced(write: Write, cache: Path, openings: list[object]):
    path = write("date,close\n2020-01-01,1\n2020-01-02,2\n")
    import_cached(path, cache)
    (entry,) = [file for file in cache.iterdir() if file.suffix == ".arrow"]
    entry.write_bytes(b"ARROW1 and then nothing")
    import_cached(path, cache)
    import_cached(path, cache)
    assert len(openings) == 2


def test_a_cache_that_cannot_be_written_does_no_harm(write: Write, tmp_path: Path):
    path = write("date,close\n2020-01-01,1\n2020-01-02,2\n")
    (tmp_path / "file").write_text("not a folder")
    read = import_cached(path, tmp_path / "file" / "cache")
    assert read.report.rows_kept == 2
    assert any("could not be kept for next time" in note for note in read.report.notes)


def test_a_store_is_not_cached_again(write: Write, cache: Path, tmp_path: Path):
    read = open_files(write("date,close\n2020-01-01,1\n2020-01-02,2\n"))
    write_store(read.dataset, read.report, tmp_path / "x.arrow")
    assert import_cached(tmp_path / "x.arrow", cache).report == read.report
    assert not cache.exists()


def test_bad_files_are_refused_as_ever(write: Write, cache: Path):
    with pytest.raises(DataError, match="found an empty file"):
        import_cached(write(""), cache)


def test_a_store_is_opened_without_pandas(chain: Chain, write: Write, tmp_path: Path):
    read = open_files(write(chain().to_csv(index=False), "chain.csv"))
    write_store(read.dataset, read.report, tmp_path / "x.arrow")
    code = (
        "import sys, outsample.io as io\n"
        "assert not {'pandas', 'pyarrow'} & set(sys.modules)\n"
        "assert io.open_files('x.arrow').dataset.size == int(sys.argv[1])\n"
        "assert 'pandas' not in sys.modules\n"
    )
    core = Path(__file__).parents[3] / "core"
    done = subprocess.run(
        [sys.executable, "-c", code, str(read.report.rows_kept)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(core)},
    )
    assert done.returncode == 0, done.stderr
