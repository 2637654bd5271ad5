"""What the set-up script promises without being run: old Pythons can read it, and it pins what it installs."""

import ast
import importlib.util
import json
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "packaging" / "bootstrap.py"
REQUIREMENT = re.compile(r"[A-Za-z0-9._-]+")


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, with its virtual environment in a folder of the test."""
    spec = importlib.util.spec_from_file_location("bootstrap", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / "outsample.json")
    monkeypatch.setattr(module, "version_of", lambda command: sys.version_info[:2])
    return module


@pytest.fixture
def steps(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What an installation does, in order, without doing it."""
    done: list[object] = []
    monkeypatch.setattr(bootstrap, "make_venv", lambda: (bootstrap.VENV.mkdir(exist_ok=True), done.append("venv")))
    monkeypatch.setattr(bootstrap, "pip_install", done.append)
    return done


def canonical(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", REQUIREMENT.match(requirement)[0]).lower()


def test_an_old_python_can_read_the_script():
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 7))


def test_the_script_imports_the_standard_library_only():
    nodes = ast.walk(ast.parse(SCRIPT.read_text(encoding="utf-8")))
    names = [
        node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_every_requirement_is_pinned_by_name_and_version_alone():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / "packaging" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", pin) for pin in pins)
    wanted = {canonical(line) for line in [*project["dependencies"], *project["optional-dependencies"]["test"]]}
    assert wanted - {canonical(pin) for pin in pins} == set()


def test_the_supported_pythons_are_those_of_the_project(bootstrap):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (low, high), (major, minor) = bootstrap.OLDEST, bootstrap.NEWEST
    assert project["requires-python"] == f">={low}.{high},<{major}.{minor + 1}"


def test_a_python_that_is_too_old_without_another_is_one_clear_sentence(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(bootstrap, "version_of", lambda command: (0, 0))
    with pytest.raises(bootstrap.SetupError, match=r"needs Python 3\.11 to 3\.14, found .* install python3\.11"):
        bootstrap.suitable_python()


def test_the_second_installation_does_nothing(bootstrap, steps):
    bootstrap.install(["test"])
    bootstrap.install(["test"])
    bootstrap.install([])
    assert steps == ["venv", ["test"]]


def test_tests_after_a_run_add_what_they_need_and_nothing_is_lost(bootstrap, steps):
    bootstrap.install([])
    bootstrap.install(["test"])
    assert steps == ["venv", [], ["test"]]


def test_changed_requirements_are_installed_into_the_same_environment(bootstrap, steps, monkeypatch):
    bootstrap.install(["test"])
    monkeypatch.setattr(bootstrap, "digest", lambda: "another")
    bootstrap.install([])
    assert steps == ["venv", ["test"], ["test"]]


@pytest.mark.parametrize("left", [None, "", "[]", json.dumps({"root": "elsewhere", "python": "3.11.0", "extras": []})])
def test_an_unfinished_environment_is_built_anew(bootstrap, steps, left):
    bootstrap.VENV.mkdir()
    if left is not None:
        bootstrap.STAMP.write_text(left, encoding="utf-8")
    bootstrap.install([])
    assert steps == ["venv", []]


def test_an_interrupted_installation_leaves_no_stamp(bootstrap, steps, monkeypatch):
    bootstrap.install([])

    def fail(extras):
        raise bootstrap.SetupError("no network")

    monkeypatch.setattr(bootstrap, "pip_install", fail)
    with pytest.raises(bootstrap.SetupError):
        bootstrap.install(["test"])
    assert not bootstrap.STAMP.exists()
