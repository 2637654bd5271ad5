import io

import pytest

from outsample_desktop.cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_is_one_line_that_is_gone_at_the_end(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with Progress() as progress:
        progress(0.5, "reading a-long-name.csv")
        progress(1.0, "done")
    assert terminal.getvalue().startswith("\r 50 %  reading a-long-name.csv\r100 %  done")
    assert terminal.getvalue().endswith("\r" + " " * len(" 50 %  reading a-long-name.csv") + "\r")
    assert "\n" not in terminal.getvalue()


def test_progress_is_gone_before_an_error_is_said(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    progress = Progress()
    progress(0.5, "reading")
    with pytest.raises(ValueError, match="bad"), progress:
        raise ValueError("bad")
    assert terminal.getvalue().endswith(" \r")


@pytest.mark.parametrize("stream", [io.StringIO(), None])
def test_progress_is_silent_where_nobody_looks(monkeypatch, stream):
    monkeypatch.setattr("sys.stderr", stream)
    with Progress() as progress:
        progress(0.5, "reading")
    assert stream is None or stream.getvalue() == ""
