import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import numba
import pytest

from outsample.kernel_cache import Keeping, KernelCache, choose_cache


@pytest.fixture
def asked(monkeypatch):
    """Return a function that asks for a folder and gives back what was chosen."""

    def choose(folder):
        monkeypatch.setenv("NUMBA_CACHE_DIR", str(folder))
        return choose_cache()

    return choose


@pytest.fixture
def blocked(tmp_path):
    """A folder that nobody can make, root neither: it lies below a regular file."""
    (tmp_path / "file").touch()
    return tmp_path / "file" / "kernels"


@pytest.fixture
def kept(tmp_path):
    return KernelCache(Keeping.KEPT, tmp_path, tmp_path)


def test_a_folder_that_can_be_written_is_used_and_told_to_later_processes(asked, tmp_path):
    cache = asked(tmp_path / "numba")
    assert cache.keeping is Keeping.KEPT
    assert cache.is_writable
    assert cache.problem == ""
    assert cache.folder.is_dir()
    assert cache.folder.parent == tmp_path / "numba"
    assert os.environ["NUMBA_CACHE_DIR"] == str(cache.folder)


def test_a_process_that_was_started_by_another_uses_the_same_folder(asked, tmp_path):
    first = asked(tmp_path)
    assert asked(first.folder).folder == first.folder


def test_a_folder_that_cannot_be_written_gives_way_to_a_private_one(asked, blocked):
    cache = asked(blocked)
    assert cache.keeping is Keeping.SESSION
    assert cache.is_writable
    assert cache.wanted.parent == blocked
    assert cache.folder.is_dir()
    assert os.environ["NUMBA_CACHE_DIR"] == str(cache.folder)
    if os.name == "posix":
        assert stat.S_IMODE(cache.folder.parent.stat().st_mode) == stat.S_IRWXU


def test_the_sentence_says_what_is_required_what_was_found_and_the_cure(asked, blocked):
    sentence = asked(blocked).problem
    assert sentence.startswith("compiled formulas need a folder to be kept in, found that ")
    assert str(blocked) in sentence
    assert "NUMBA_CACHE_DIR" in sentence
    assert "\n" not in sentence


def test_where_nothing_can_be_written_nothing_is_kept_and_the_sentence_says_so(asked, blocked, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(blocked))
    cache = asked(blocked)
    assert cache.keeping is Keeping.NOWHERE
    assert not cache.is_writable
    assert "nor can the temporary folder; prices come from the slower numpy formulas" in cache.problem


def test_the_private_folder_goes_with_the_process(blocked):
    code = "from outsample.kernel_cache import choose_cache; f = choose_cache().folder; print(f, f.is_dir())"
    environment = os.environ | {"NUMBA_CACHE_DIR": str(blocked)}
    answer = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    folder, was_there = answer.stdout.rsplit(maxsplit=1)
    assert was_there == "True"
    assert not Path(folder).exists()


def test_a_folder_is_prepared_once_it_is_marked(kept):
    assert not kept.is_prepared
    kept.mark_prepared()
    assert kept.is_prepared


def test_another_numba_has_to_prepare_again(kept, monkeypatch):
    kept.mark_prepared()
    monkeypatch.setattr(numba, "__version__", "0.0")
    assert not kept.is_prepared


def test_a_folder_that_refuses_the_marker_does_no_harm(blocked):
    cache = KernelCache(Keeping.KEPT, blocked, blocked)
    cache.mark_prepared()
    assert not cache.is_prepared


def test_a_folder_with_machine_code_is_not_empty(kept):
    assert kept.is_empty
    (kept.folder / "formulas").mkdir()
    (kept.folder / "formulas" / "black.price_loop-1.py311.nbi").touch()
    assert not kept.is_empty


def test_a_folder_on_a_full_disk_gives_way_although_an_empty_file_can_be_made_there(asked, tmp_path, monkeypatch):
    full = tmp_path / "full"
    real = tempfile.TemporaryFile

    def made(*arguments, **named):
        if not str(named["dir"]).startswith(str(full)):
            return real(*arguments, **named)
        return Path("/dev/full").open("wb")

    if not Path("/dev/full").exists():
        pytest.skip("this system has no device that is always full")
    monkeypatch.setattr(tempfile, "TemporaryFile", made)
    assert asked(full).keeping is Keeping.SESSION


def test_machine_code_of_another_version_is_not_taken_for_ours(asked, tmp_path):
    """A folder may be named like ours and be of other kernels: what was told to a process before an upgrade."""
    stale = tmp_path / "kernels-0123456789ab"
    cache = asked(stale)
    assert cache.folder.parent == stale
    assert cache.folder.name == asked(tmp_path).folder.name
