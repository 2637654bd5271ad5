"""What an export writes is whole or not there, and what went wrong is told in one sentence."""

import errno
import os
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from outsample_desktop.case_file import read_case
from outsample_desktop.menus import export_to
from outsample_desktop.session import Side

from .sentences import assert_one_sentence

CSV = {"studies.csv", "losses.csv", "surface.csv", "decay.csv", "parameters.csv"}


def files_in(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_export_writes_pictures_tables_and_the_case(desk, tmp_path):
    folder = tmp_path / "out"
    export_to(desk.window, folder)
    names = set(files_in(folder))
    pictures = {"overview.png", "timeline.png", "verdict.png", "decay.png", "surface.png", "smile.png", "term.png"}
    assert CSV | {f"{name}.json" for name in CSV} | {"verdict.json", "case.json"} | pictures <= names
    assert "forecast.png" not in names
    assert f"{len(names)} files written" in desk.notice
    for name in pictures:
        image = QImage(str(folder / name))
        assert not image.isNull()
        assert min(image.width(), image.height()) > 60
    for name in ("case.json", "overview.png", "surface.png"):
        assert read_case(folder / name) == (desk.state, ())


def test_an_export_while_nothing_is_open_says_what_to_do(empty, tmp_path):
    export_to(empty.window, tmp_path / "out")
    assert_one_sentence(empty.notice)
    assert "open a data set" in empty.notice
    assert not (tmp_path / "out").exists()


def test_an_export_of_a_window_without_models_is_written(desk, tmp_path):
    desk.change(models=())
    export_to(desk.window, tmp_path / "out")
    assert "files written" in desk.notice
    assert set(files_in(tmp_path / "out")) >= CSV


@pytest.mark.parametrize("earlier", [False, True])
def test_a_full_disk_is_told_and_nothing_is_half_written(desk, tmp_path, monkeypatch, earlier):
    folder = tmp_path / "out"
    if earlier:
        export_to(desk.window, folder)
        desk.change(side=Side.TRAIN)
    else:
        folder.mkdir()
    before = files_in(folder)

    def full(*_arguments, **_named):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for owner, name in ((os, "replace"), (os, "rename"), (Path, "replace"), (Path, "rename")):
        monkeypatch.setattr(owner, name, full)
    export_to(desk.window, folder)
    monkeypatch.undo()
    assert_one_sentence(desk.notice)
    assert "files written" not in desk.notice
    assert files_in(folder) == before
    export_to(desk.window, folder)
    assert "files written" in desk.notice


def test_a_disk_that_is_full_only_when_the_pictures_come_is_told(desk, tmp_path, monkeypatch):
    from outsample.errors import ExportError
    from outsample_desktop import menus

    def full(_pane, _state, path):
        raise ExportError(f"{path.name} cannot be written, found: no space left on device; free some space")

    monkeypatch.setattr(menus, "save_picture", full)
    export_to(desk.window, tmp_path / "out")
    assert_one_sentence(desk.notice)
    assert "no space left" in desk.notice
    assert not [name for name in files_in(tmp_path / "out") if name.endswith((".png", ".tmp"))]


def test_a_folder_that_cannot_be_written_is_told(desk, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be", encoding="utf-8")
    export_to(desk.window, blocked / "out")
    assert_one_sentence(desk.notice)
    assert files_in(tmp_path) == {"blocked": b"a file where a folder should be"}
