"""What happens to a kernel when its machine code cannot be kept or read: it answers all the same."""

import errno
import shutil

import numba
import numpy as np
import pytest
from numba.core import config
from numba.core.caching import IndexDataCacheFile

from outsample import machine_code as module
from outsample.machine_code import MachineCode


def total(values):
    found = values.dtype.type(0)
    for value in values:
        found += value
    return found


@pytest.fixture
def folder(tmp_path, monkeypatch):
    found = tmp_path / "kernels"
    monkeypatch.setattr(config, "CACHE_DIR", str(found))
    monkeypatch.setattr(module, "LOST", [])
    return found


@pytest.fixture
def process(folder):
    """Return a function that makes the kernel as another process would: with nothing in memory."""

    def begin():
        made = numba.njit(total)
        made._cache = MachineCode(total)
        return made

    return begin


@pytest.mark.usefixtures("folder")
def test_what_one_process_compiles_another_reads(process):
    process()(np.ones(3))
    other = process()
    assert other(np.ones(3)) == 3.0
    assert sum(other.stats.cache_hits.values()) == 1
    assert module.LOST == []


def test_a_folder_that_has_gone_is_made_again(folder, process):
    made = process()
    shutil.rmtree(folder)
    assert made(np.ones(3)) == 3.0
    assert list(folder.rglob("*.nbc"))


def test_a_file_in_the_place_of_the_folder_does_no_harm(folder, process):
    made = process()
    shutil.rmtree(folder)
    folder.touch()
    assert made(np.ones(3)) == 3.0
    assert module.LOST


def test_a_full_disk_does_no_harm_and_is_noted(folder, process, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(IndexDataCacheFile, "_save_data", refuse)
    assert process()(np.ones(3)) == 3.0
    assert [error.errno for error in module.LOST] == [errno.ENOSPC]


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
@pytest.mark.parametrize("rest", [b"", b"not a pickle", 40], ids=["empty", "garbage", "cut short"])
def test_a_spoiled_file_is_compiled_again_and_replaced(folder, process, ending, rest):
    process()(np.ones(3))
    (path,) = folder.rglob(f"*.{ending}")
    path.write_bytes(path.read_bytes()[:rest] if isinstance(rest, int) else rest)
    assert process()(np.ones(3)) == 3.0
    healed = process()
    assert healed(np.ones(3)) == 3.0
    assert sum(healed.stats.cache_hits.values()) == 1
    assert module.LOST == []


def test_two_processes_that_compile_at_the_same_moment_do_not_take_each_others_machine_code(process, monkeypatch):
    """Each has read an empty index before the other wrote: numba alone gives both files the number 1."""
    with monkeypatch.context() as patch:
        patch.setattr(IndexDataCacheFile, "_load_index", lambda _: {})
        process()(np.arange(3))
        with monkeypatch.context() as late:
            late.setattr(IndexDataCacheFile, "_save_index", lambda *_: None)
            process()(np.arange(3.0))  # its index was written first, its machine code comes last
    assert process()(np.arange(3)) == 3
    assert process()(np.arange(3.0)) == 3.0
