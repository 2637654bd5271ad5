import sys
from pathlib import Path

import pytest

from outsample import compiled
from outsample.compiled import kernel
from outsample.kernel_cache import Keeping, KernelCache
from outsample.machine_code import MachineCode

HERE = sys.modules[__name__]


def doubled(x):
    return 2.0 * x


def doubled_plain(x):
    """Not the same on purpose: it tells who was called."""
    return 2.0 * x + 1.0


def quadrupled(x):
    return 2.0 * doubled(x)


@pytest.fixture
def registry(monkeypatch):
    """Forget afterwards what a test compiles."""
    monkeypatch.setattr(compiled, "KERNELS", {})
    return compiled.KERNELS


@pytest.fixture
def plain(registry, monkeypatch):
    """`doubled` where twins are used."""
    monkeypatch.setattr(compiled, "IS_PLAIN", True)
    monkeypatch.setitem(compiled.PLAIN_TWINS, f"{__name__}.doubled", f"{__name__}.doubled_plain")
    monkeypatch.setitem(sys.modules, __name__, HERE)
    monkeypatch.setattr(HERE, "doubled", kernel(doubled))
    return HERE.doubled


def test_kernels_are_registered_by_module_and_name(registry):
    made = kernel(doubled)
    assert registry == {f"{__name__}.doubled": made}
    assert made(1.5) == 3.0
    assert len(made.signatures) == 1


def test_python_calls_the_twin(plain, registry):
    assert plain(1.5) == 4.0
    assert not registry


def test_a_kernel_calls_machine_code_where_python_calls_the_twin(plain):
    made = kernel(quadrupled)
    assert made(1.5) == 6.0
    assert len(made.signatures) == 1


def test_a_function_without_a_twin_is_compiled_all_the_same(plain, registry):
    kernel(doubled_plain)
    assert list(registry) == [f"{__name__}.doubled_plain"]


@pytest.mark.parametrize(
    ("keeping", "words"),
    [
        (Keeping.KEPT, "compiled and kept in "),
        (Keeping.SESSION, "compiled, kept until the session ends in "),
        (Keeping.NOWHERE, "compiled, not kept; "),
    ],
)
def test_where_kernels_are_is_said_in_few_words(monkeypatch, tmp_path, keeping, words):
    monkeypatch.setattr(compiled, "CACHE", KernelCache(keeping, tmp_path / "used", tmp_path / "wanted"))
    monkeypatch.setattr(compiled, "IS_PLAIN", False)
    said = compiled.where_kernels_are()
    assert said.startswith(words)
    assert str(tmp_path / "used") in said or keeping is Keeping.NOWHERE
    assert (str(tmp_path / "wanted") in said) == (keeping is not Keeping.KEPT)


def test_nothing_is_wrong_with_compiled_and_kept_formulas(monkeypatch, tmp_path):
    monkeypatch.setattr(compiled, "CACHE", KernelCache(Keeping.KEPT, tmp_path, tmp_path))
    assert compiled.problem() == ""


@pytest.mark.usefixtures("registry")
def test_machine_code_is_kept_where_there_is_a_folder_and_nowhere_else(monkeypatch):
    assert isinstance(kernel(doubled)._cache, MachineCode)
    monkeypatch.setattr(compiled, "CACHE", KernelCache(Keeping.NOWHERE, Path("nowhere"), Path("nowhere")))
    assert not isinstance(kernel(quadrupled)._cache, MachineCode)
