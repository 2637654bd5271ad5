"""The kept sample: made once, whole or not at all, and read back as it was made."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from outsample.datasets import OptionQuotes, Prices
from outsample.errors import ExportError
from outsample.io import ImportReport, read_store, store
from outsample.sample import (
    SamplePaths,
    SamplingCancelledError,
    Truth,
    ensure_sample,
    make_market,
    sample_paths,
    small_recipe,
)

RECIPE = small_recipe(days=60)
Write = Callable[[OptionQuotes | Prices, ImportReport, Path], None]


def record(shares: list[float]) -> Callable[[float, str], None]:
    return lambda share, _what: shares.append(share)


def contents(paths: SamplePaths) -> set[bytes]:
    return {part.read_bytes() for part in (paths.quotes, paths.prices, paths.truth)}


@pytest.fixture
def kept(tmp_path: Path) -> SamplePaths:
    return ensure_sample(tmp_path / "cache" / "deep", RECIPE)


def test_a_sample_is_made_on_first_use_and_only_found_on_the_next(kept: SamplePaths) -> None:
    folder = kept.truth.parent.parent
    assert kept == sample_paths(folder, RECIPE)
    assert [path.name for path in folder.iterdir()] == [kept.truth.parent.name]
    changed = [part.stat().st_mtime_ns for part in (kept.quotes, kept.prices, kept.truth)]
    assert ensure_sample(folder, RECIPE) == kept
    assert [part.stat().st_mtime_ns for part in (kept.quotes, kept.prices, kept.truth)] == changed


def test_what_is_kept_is_what_was_made(kept: SamplePaths) -> None:
    market = make_market(RECIPE)
    quotes, prices = read_store(kept.quotes).dataset, read_store(kept.prices).dataset
    assert isinstance(quotes, OptionQuotes)
    assert isinstance(prices, Prices)
    assert quotes.fingerprint == market.quotes.fingerprint
    assert quotes.instruments == market.quotes.instruments
    assert (quotes.instrument == market.quotes.instrument).all()
    assert prices.fingerprint == market.prices.fingerprint
    assert Truth.from_json(kept.truth.read_text(encoding="utf-8")) == market.truth


def test_the_report_says_that_the_coin_is_invented_and_that_the_marks_reprice(kept: SamplePaths) -> None:
    report = read_store(kept.quotes).report
    text = " ".join(report.sentences())
    assert "SIM does not exist" in text
    assert "the truth is stored beside" in text
    assert report.rows_read == report.rows_kept
    assert report.files[0].sha256 == RECIPE.key
    assert report.self_check is not None
    assert report.self_check.is_convincing
    assert report.self_check.best.share_within_rounding > 0.99


def test_another_recipe_is_kept_elsewhere(tmp_path: Path) -> None:
    assert sample_paths(tmp_path, RECIPE) != sample_paths(tmp_path, small_recipe(seed=8, days=60))
    assert sample_paths(tmp_path, RECIPE) != sample_paths(tmp_path)


def test_progress_reaches_1_and_never_falls(tmp_path: Path) -> None:
    shares: list[float] = []
    ensure_sample(tmp_path, RECIPE, record(shares))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(set(shares)) > 5
    shares.clear()
    ensure_sample(tmp_path, RECIPE, record(shares))
    assert shares == [1.0]


def test_cancelling_leaves_nothing(tmp_path: Path) -> None:
    shares: list[float] = []
    with pytest.raises(SamplingCancelledError):
        ensure_sample(tmp_path, RECIPE, record(shares), lambda: len(shares) > 3)
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = store.write_store

    def full_disk(dataset: OptionQuotes | Prices, report: ImportReport, path: Path) -> None:
        if isinstance(dataset, OptionQuotes):
            raise OSError("no space left on device")
        whole(dataset, report, path)

    monkeypatch.setattr(store, "write_store", full_disk)
    with pytest.raises(ExportError, match=r"no space left.*choose another"):
        ensure_sample(tmp_path, RECIPE)
    assert list(tmp_path.iterdir()) == []


def test_a_cache_folder_that_is_a_file_is_an_error_with_a_cure(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way")
    with pytest.raises(ExportError, match="choose another cache folder"):
        ensure_sample(tmp_path / "cache", RECIPE)


def test_a_sample_with_a_missing_part_is_made_again(kept: SamplePaths) -> None:
    before = kept.truth.read_bytes()
    kept.prices.unlink()
    kept.truth.write_bytes(b"half")
    assert ensure_sample(kept.truth.parent.parent, RECIPE) == kept
    assert kept.exist
    assert kept.truth.read_bytes() == before


def test_the_copy_of_a_faster_process_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = sample_paths(tmp_path, RECIPE)

    def overtaken(dataset: OptionQuotes | Prices, report: ImportReport, path: Path) -> None:
        del dataset, report
        path.write_bytes(b"ours")
        paths.truth.parent.mkdir(exist_ok=True)
        for part in (paths.quotes, paths.prices, paths.truth):
            part.write_bytes(b"theirs")

    monkeypatch.setattr(store, "write_store", overtaken)
    ensure_sample(tmp_path, RECIPE)
    assert contents(paths) == {b"theirs"}
    assert [path.name for path in tmp_path.iterdir()] == [paths.truth.parent.name]


def test_only_long_abandoned_leftovers_are_swept(tmp_path: Path) -> None:
    old, young = tmp_path / ".unfinished-sample-old", tmp_path / ".unfinished-sample-young"
    for folder in (old, young):
        folder.mkdir()
        (folder / "quotes.arrow").write_text("half")
    two_days_ago = time.time() - 2 * 86_400
    os.utime(old, (two_days_ago, two_days_ago))
    ensure_sample(tmp_path, RECIPE)
    assert not old.exists()
    assert young.exists()
