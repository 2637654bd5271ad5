import errno
import shutil

import pytest

from outsample import warm_up as module
from outsample.calibration.tape_store import tape_folder
from outsample.compiled import KERNELS
from outsample.errors import ExportError
from outsample.kernel_cache import Keeping, KernelCache
from outsample.warm_up import STEPS, Step, compiled_kernels, warm_up

FIRST = (  # what first numbers are made with; other kernels of these packages are for rooms that are entered later
    *("cumulative", "study", "inference.long_run", "regimes.change_points.mean", "models.surface"),
    *("models.smile.normal_equations", "models.value_at_risk.sample_quantile"),
)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A folder for the marker: what these tests compile goes where it always does."""
    found = KernelCache(Keeping.KEPT, tmp_path, tmp_path)
    monkeypatch.setattr(module, "CACHE", found)
    return found


def called_by(names):
    """Return the kernels that the machine code of others contains."""
    functions = {id(one): name for name, one in KERNELS.items()}
    found, waiting = set(names), list(names)
    while waiting:
        function = KERNELS[waiting.pop()].py_func
        called = {functions.get(id(function.__globals__.get(word))) for word in function.__code__.co_names}
        new = called - found - {None}
        found |= new
        waiting += new
    return found


def reached():
    """Return the kernels that have machine code, or are inside that of others."""
    return called_by([name for name, one in KERNELS.items() if one.signatures])


def test_what_the_first_numbers_need_is_reached_by_the_first_steps(cache, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "STEPS", STEPS[:4])
    told, passed = [], []
    warm_up(tmp_path, lambda *progress: told.append(progress), passed.append)
    needed = {name for name in KERNELS if name.startswith(tuple(f"outsample.{one}." for one in FIRST))}
    assert needed
    assert needed <= reached()
    assert passed == list(STEPS[:4])
    assert list(dict.fromkeys(words for words, _, _ in told)) == [step.words for step in STEPS[:4]]
    counts = [done for _, done, _ in told]
    assert counts == sorted(counts)
    assert counts[-1] == compiled_kernels() <= told[-1][2] == len(KERNELS)
    assert cache.is_prepared


@pytest.mark.slow
def test_every_kernel_is_reached_and_no_tape_is_left(cache, tmp_path):
    shutil.rmtree(tape_folder(), ignore_errors=True)
    warm_up(tmp_path)
    assert {name for name in KERNELS if name.startswith("outsample.")} <= reached()
    assert not any(tape_folder().glob("*"))


def test_who_does_not_want_it_ends_it_and_nothing_is_marked(cache, tmp_path):
    passed = []

    def progress(*_):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        warm_up(tmp_path, progress, passed.append)
    assert passed == []
    assert not cache.is_prepared


def test_nothing_is_marked_where_machine_code_was_lost_and_the_sentence_says_why(cache, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "Made", lambda _: None)
    monkeypatch.setattr(module, "STEPS", (Step("nothing", lambda _: None),))
    monkeypatch.setattr(module, "LOST", [OSError(errno.ENOSPC, "No space left on device")])
    with pytest.raises(ExportError, match=r"^a first use needs room .*, found No space left on device; make some, or "):
        warm_up(tmp_path)
    assert not cache.is_prepared


def test_a_market_that_has_no_place_to_be_written_to_is_one_sentence(cache, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match="a first use needs room for machine code"):
        warm_up(tmp_path / "file" / "market")
    assert not cache.is_prepared
