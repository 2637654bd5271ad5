"""The other side of a first use: a process of its own that compiles everything into the cache folder, and ends.

It takes no Qt along. See `outsample_desktop.background_process` for its two pipes.
"""

import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from outsample.errors import OutsampleError
from outsample_desktop.background_process import Broke, is_unwanted, say

__all__ = ["Compiled", "Hindered", "Passed", "compile_in_background"]


@dataclass(frozen=True, slots=True)
class Compiled:
    """How far it is.

    Parameters
    ----------
    words : str
        What is being prepared.
    done, total : int
        Kernels.
    """

    words: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Passed:
    """So many steps of `outsample.warm_up` are done; what they need is in the cache folder.

    Parameters
    ----------
    steps : int
    is_last : bool
    """

    steps: int
    is_last: bool


@dataclass(frozen=True, slots=True)
class Hindered:
    """It could not keep what it compiled, for a reason that the user can mend."""

    sentence: str


class _UnwantedError(Exception):
    """Nobody waits for it any more."""


def compile_in_background(folder: Path, tell: Connection, wanted: Connection) -> None:
    """Compile: the whole life of the process.

    Parameters
    ----------
    folder : Path
        For data that are of no use afterwards; who started the process removes it.
    tell : Connection
        Takes `Compiled` and, after each step, `Passed`; or `Hindered` or `Broke`.
    wanted : Connection
        Readable as soon as the work is no longer wanted.
    """

    def progress(words: str, done: int, total: int) -> None:
        if is_unwanted(wanted):
            raise _UnwantedError
        tell.send(Compiled(words, done, total))

    try:
        from outsample.warm_up import STEPS, warm_up

        passed = iter(range(1, len(STEPS) + 1))
        warm_up(folder, progress, lambda step: tell.send(Passed(next(passed), step is STEPS[-1])))
    except (BrokenPipeError, _UnwantedError):
        pass  # nobody listens any more
    except OutsampleError as error:
        say(tell, Hindered(str(error)))
    except Exception:  # noqa: BLE001  (whatever broke must reach the user)
        say(tell, Broke(traceback.format_exc()))
