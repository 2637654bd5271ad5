"""What an import brings with it, asked in a fresh interpreter."""

import importlib.util
import pkgutil
import subprocess
import sys

import pytest

QT = ("PySide6", "shiboken6", "pyqtgraph", "superqt", "qtpy", "matplotlib")
SLOW = ("scipy.stats", "scipy.optimize", "statsmodels", "arch", "pandas", "duckdb", "QuantLib")


def modules_of(package: str) -> list[str]:
    """Return every module of an installed package, without importing more than the package itself."""
    spec = importlib.util.find_spec(package)
    if spec is None:
        return []
    found = pkgutil.walk_packages(spec.submodule_search_locations, package + ".", onerror=lambda name: None)
    return [package, *(module.name for module in found if not module.name.endswith("__main__"))]


def loaded_by(modules: list[str], among: tuple[str, ...]) -> str:
    """Return which of `among` a fresh interpreter holds after importing `modules`."""
    code = "\n".join(
        [*(f"import {name}" for name in modules), "import sys", f"print(*sys.modules.keys() & {set(among)})"]
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


@pytest.mark.parametrize("package", ["outsample", "outsample_resources"])
def test_no_module_loads_qt(package):
    assert loaded_by(modules_of(package), QT) == ""


def test_no_module_of_the_core_loads_a_slow_library():
    assert loaded_by(modules_of("outsample"), SLOW) == ""


def test_the_application_starts_without_a_slow_library():
    assert loaded_by(modules_of("outsample_desktop"), SLOW) == ""


def test_the_command_line_answers_without_qt():
    command_line = [name for name in modules_of("outsample_desktop") if name == "outsample_desktop.cli"]
    assert loaded_by(command_line, QT) == ""
