import sys
from types import SimpleNamespace

import pytest

from outsample.compiled import where_kernels_are


@pytest.fixture
def application(monkeypatch):
    """An application that notes what it was asked for."""
    asked = []

    def run(files, trace_startup=False):
        asked.append((files, trace_startup))
        return 0

    fake = SimpleNamespace(run=run, self_test=lambda: 1, asked=asked)
    monkeypatch.setitem(sys.modules, "outsample_desktop.app", fake)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    return fake


def test_nothing_typed_opens_the_application(call, application):
    assert call().code == 0
    assert application.asked == [([], False)]


def test_files_are_opened_wherever_the_application_runs(call, application, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "case.json").write_text("{}")
    assert call("open", "case.json", "sample:", "--trace-startup").code == 0
    assert application.asked == [([str((tmp_path / "case.json").resolve()), "sample:"], True)]


def test_a_missing_file_does_not_open_the_application(refused, application):
    assert "found nothing to open" in refused("open", "gone.csv")
    assert application.asked == []


def test_the_self_test_answers_with_its_own_code(call, application):
    answer = call("self-test")
    assert answer.code == 1
    assert answer.out == f"formulas: {where_kernels_are()}\n"
