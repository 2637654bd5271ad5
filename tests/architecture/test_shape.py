"""The shape of the source: short files, short functions, speaking names, thin package faces, documented methods."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ("core", "desktop", "resources")
FILES = tuple(sorted(path for folder in SOURCE for path in (ROOT / folder).rglob("*.py")))
TESTS = tuple(sorted((ROOT / "tests").rglob("*.py")))
LONGEST_FILE, LONGEST_FUNCTION = 400, 60
NAMES_THAT_SAY_NOTHING = {"util", "utils", "helper", "helpers", "manager", "common", "misc"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def too_long(module: ast.Module) -> Iterator[Function]:
    for node in ast.walk(module):
        if isinstance(node, Function) and node.end_lineno - node.lineno >= LONGEST_FUNCTION:
            yield node


def is_face(node: ast.stmt) -> bool:
    """Whether a statement belongs into a package's `__init__`: docstring, imports, `__all__`, `__version__`."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    if isinstance(node, ast.Assign):
        return all(isinstance(target, ast.Name) and target.id.startswith("__") for target in node.targets)
    return isinstance(node, ast.Import | ast.ImportFrom)


def undocumented(module: ast.Module) -> Iterator[Function]:
    """Yield public methods without a docstring; camelCase ones override Qt, which documents them."""
    for owner in ast.walk(module):
        if isinstance(owner, ast.ClassDef) and not owner.name.startswith("_"):
            for node in owner.body:
                public = isinstance(node, Function) and not node.name.startswith("_")
                if public and node.name.islower() and not ast.get_docstring(node) and not overrides_qt(owner, node):
                    yield node


def overrides_qt(owner: ast.ClassDef, node: Function) -> bool:
    """Whether a lower-case method is one of Qt's: the names that Qt writes in one word."""
    return bool(owner.bases) and node.name in {
        "paint",
        "shape",
        "data",
        "flags",
        "index",
        "parent",
        "event",
        "redo",
        "undo",
    }


def test_no_file_is_a_design_question():
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in (*FILES, *TESTS)}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_a_design_question():
    assert [f"{name(path)}:{node.lineno} {node.name}" for path in FILES for node in too_long(tree(path))] == []


def test_every_module_name_says_what_is_inside():
    parts = {part for path in FILES for part in path.relative_to(ROOT).with_suffix("").parts}
    assert {part for part in parts if NAMES_THAT_SAY_NOTHING & set(part.split("_"))} == set()


def test_a_package_face_only_shows_what_is_behind_it():
    faces = [path for path in FILES if path.name == "__init__.py"]
    assert faces
    assert [f"{name(path)}:{node.lineno}" for path in faces for node in tree(path).body if not is_face(node)] == []


def test_public_methods_of_the_desktop_are_documented():
    files = [path for path in FILES if name(path).startswith("desktop/")]
    assert [f"{name(path)}:{node.lineno} {node.name}" for path in files for node in undocumented(tree(path))] == []


def test_packaging_is_no_package():
    assert not (ROOT / "packaging" / "__init__.py").exists(), "it would shadow the PyPI package of that name"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def f():\n" + "    x = 1\n" * LONGEST_FUNCTION, 1),
        ("def f():\n" + "    x = 1\n" * (LONGEST_FUNCTION - 1), 0),
    ],
)
def test_the_length_of_a_function_counts_its_first_line(source, found):
    assert len(list(too_long(ast.parse(source)))) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("class A:\n    def show(self): ...\n", 1),
        ("class A:\n    def show(self):\n        'Show it.'\n", 0),
        ("class A(QWidget):\n    def paintEvent(self, event): ...\n", 0),
        ("class A(QGraphicsItem):\n    def paint(self): ...\n", 0),
        ("class _A:\n    def show(self): ...\n", 0),
    ],
)
def test_a_public_method_is_found_when_it_has_no_docstring(source, found):
    assert len(list(undocumented(ast.parse(source)))) == found
