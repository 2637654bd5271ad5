"""What is new, where the files are read from, and what the README files may say."""

import doctest
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import outsample_resources
from outsample_resources import changelog, package_files, term_places, terms

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(outsample_resources.__file__).parent
HIDDEN_OR_MADE = {"build", "dist", "node_modules"}
READMES = sorted(
    path
    for path in ROOT.rglob("README.md")
    if not any(part.startswith(".") or part in HIDDEN_OR_MADE for part in path.relative_to(ROOT).parts)
)
MACHINE_PATH = re.compile(r"(?<![\w.}/:])(?:/(?:home|root|work|tmp|Users|mnt|opt|srv)/\w|~/|[A-Z]:\\)")
RELATIVE = re.compile(r"(?:\.{1,2}/)+[\w./-]*|(?<=\]\()(?![a-z]+:|#)[^)\s]+")


def test_changes_are_whole_sentences():
    assert changelog()
    assert [line for line in changelog() if not re.fullmatch(r"[A-Z0-9].*[^.]\.", line)] == []
    assert [line for line in changelog() if re.search(r"[a-z]\. [A-Z]", line)] == [], "one sentence a change"


def test_every_fragment_is_named_by_its_day_and_none_is_lost():
    fragments = [path.name for path in (PACKAGE / "changelog").iterdir()]
    assert [name for name in fragments if not re.fullmatch(r"\d{4}-\d\d-\d\d-[a-z0-9-]+\.md", name)] == []
    assert len(changelog()) == len(fragments)


def test_the_newest_day_comes_first(monkeypatch):
    from outsample_resources import whats_new

    days = ("2026-01-02-a", "2026-01-02-b", "2026-03-01-a")
    monkeypatch.setattr(whats_new, "names", lambda folder, suffix: days)
    monkeypatch.setattr(whats_new, "read", lambda folder, name, suffix, kind: f"{name}\n")
    assert whats_new.changelog.__wrapped__() == ("2026-03-01-a", "2026-01-02-a", "2026-01-02-b")


def test_everything_can_be_read_from_a_zip(tmp_path):
    archive = tmp_path / "application.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in PACKAGE.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                packed.write(path, Path(PACKAGE.name) / path.relative_to(PACKAGE))
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import outsample_resources as o\n"
        "assert sys.argv[1] in o.__file__, o.__file__\n"
        "notes = [o.method_note(name) for name in o.method_names()]\n"
        "icons = [o.icon(name) for name in o.icon_names()]\n"
        "print(len(notes), len(icons), len(o.glossary()), len(o.changelog()))\n"
    )
    command = [sys.executable, "-c", program, str(archive)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    here = (
        len(outsample_resources.method_names()),
        len(outsample_resources.icon_names()),
        len(outsample_resources.glossary()),
        len(changelog()),
    )
    assert answer.stdout.split() == [str(count) for count in here], answer.stderr


@pytest.mark.parametrize("module", [package_files, term_places, terms], ids=lambda module: module.__name__)
def test_examples_in_docstrings_hold(module):
    found = doctest.testmod(module)
    assert found.attempted
    assert not found.failed


def test_the_architecture_pages_are_found():
    assert {path.parent.relative_to(ROOT).as_posix() for path in READMES} >= {"core", "resources", "tests", "packaging"}


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_readme_mentions_a_path_outside_the_project(path):
    text = path.read_text(encoding="utf-8")
    assert MACHINE_PATH.findall(text) == []
    targets = [(path.parent / found.partition("#")[0]).resolve() for found in RELATIVE.findall(text)]
    assert [str(target) for target in targets if ROOT not in (target, *target.parents)] == []


@pytest.mark.parametrize("text", ["see /home/me/x", "in ~/data", "C:\\Users\\me", "`/srv/x`"])
def test_a_path_of_a_machine_is_recognised(text):
    assert MACHINE_PATH.search(text)


@pytest.mark.parametrize("text", ["https://doi.org/srv/x", "core/srv/x", "train/test", "/ or ~ 3"])
def test_what_is_no_path_of_a_machine_is_left_alone(text):
    assert not MACHINE_PATH.search(text)
