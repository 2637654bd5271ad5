import json

import pytest

from outsample_desktop.cli import evaluating

RUN = """
import sys
from outsample_desktop.__main__ import main
code = main(sys.argv[1:])
loaded = sorted(name for name in sys.modules if name.split(".")[0] in ("PySide6", "shiboken6", "pyqtgraph", "superqt"))
assert not loaded, loaded
sys.exit(code)
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["models"],
        ["scores"],
        ["vendors"],
        ["evaluate", "DATA", "--out", "out", "--no-pictures"],
        ["evaluate", "DATA", "--json"],
        ["import", "DATA", "--out", "x.parquet"],
    ],
    ids=" ".join,
)
def test_qt_is_not_imported(in_process_of_its_own, small, arguments):
    answer = in_process_of_its_own(RUN, *(str(small.quotes) if one == "DATA" else one for one in arguments))
    assert (answer.returncode, answer.stderr) == (0, "")


def test_an_error_does_not_import_qt_either(in_process_of_its_own):
    answer = in_process_of_its_own(RUN, "evaluate", "gone.csv", "--json")
    assert answer.returncode == 4
    assert len(answer.stderr.splitlines()) == 1


def test_no_heavy_library_is_imported_for_the_version(in_process_of_its_own):
    code = RUN.replace("code = main", "main").replace("sys.exit(code)", "assert 'numba' not in sys.modules")
    assert in_process_of_its_own(code, "--version").returncode == 0


def test_without_a_display_the_window_says_what_to_do_instead(refused, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert "outsample report" in refused()
    assert "outsample report" in refused("open")


def test_the_report_says_where_it_is(call, small, tmp_path, monkeypatch):
    monkeypatch.setattr(evaluating, "SAMPLE", str(small.quotes))
    answer = call("report", "--out", tmp_path / "out", "--no-pictures")
    assert (answer.code, answer.err) == (0, "")
    assert str((tmp_path / "out").resolve()) in answer.out.splitlines()[-1]
    assert json.loads((tmp_path / "out" / "verdict.json").read_text(encoding="utf-8"))["models"]


@pytest.mark.parametrize("has_documents", [True, False])
def test_the_report_goes_among_the_documents_or_here(call, small, tmp_path, monkeypatch, has_documents):
    here, documents = tmp_path / "here", tmp_path / "documents"
    here.mkdir()
    if has_documents:
        documents.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr("platformdirs.user_documents_path", lambda: documents)
    monkeypatch.setattr(evaluating, "SAMPLE", str(small.quotes))
    assert call("report", "--no-pictures").code == 0
    assert ((documents if has_documents else here) / "outsample-report" / "case.json").exists()
