import sys

import pytest

from outsample.kernel_cache import Keeping, KernelCache
from outsample_desktop.cli import first_use
from outsample_desktop.cli.first_use import first_use_note


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty folder, and nothing wrong with it."""
    found = KernelCache(Keeping.KEPT, tmp_path, tmp_path)
    monkeypatch.setattr(first_use, "CACHE", found)
    monkeypatch.setattr(first_use, "problem", lambda: "")
    return found


@pytest.fixture
def terminal(monkeypatch):
    """Somebody looks at standard error."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)


def test_a_first_use_is_announced_to_who_looks(cache, terminal):
    note = first_use_note()
    assert note.startswith("first use: compiling formulas takes some seconds")
    assert note.endswith(str(cache.folder))


def test_nobody_who_does_not_look_is_told(cache):
    assert first_use_note() == ""


def test_later_uses_are_silent(cache, terminal):
    (cache.folder / "a.nbi").touch()
    assert first_use_note() == ""


def test_a_folder_that_cannot_be_written_is_said_in_one_line_before_anything_is_computed(call, monkeypatch, tmp_path):
    sentence = KernelCache(Keeping.SESSION, tmp_path, tmp_path / "wanted").problem
    monkeypatch.setattr(first_use, "problem", lambda: sentence)
    answer = call("evaluate", str(tmp_path / "gone.csv"), "--json")
    warning, complaint = answer.err.splitlines()
    assert warning == f"outsample: warning: {sentence}"
    assert "gone.csv" in complaint


def test_commands_that_compute_nothing_say_nothing(call, monkeypatch, tmp_path):
    monkeypatch.setattr(first_use, "problem", lambda: "a sentence")
    assert call("models").err == ""
