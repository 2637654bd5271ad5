"""A process for work in the background, which may be given up, killed or crash, and harms nothing.

`spawn` behaves alike on all three systems and in a frozen application, whose entry point begins with `freeze_support`.
What the process is doing goes through one pipe; the other only tells it whether somebody still wants it: when its end
is closed, by hand or because the window's process is gone, the work stops at the next chance. No Qt.
"""

import math
import multiprocessing
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, Final

__all__ = ["BackgroundProcess", "Broke", "how_it_ended", "is_unwanted", "say"]

_TURN: Final = 0.1  # seconds between two looks at whether a process is still wanted
_GRACE: Final = 2.0  # seconds that a process gets to end by itself


@dataclass(frozen=True, slots=True)
class Broke:
    """Something went wrong that no user could have caused."""

    trace: str


class BackgroundProcess:
    """One process, from its start to its end.

    Parameters
    ----------
    work : callable
        What the process does: takes the order, a connection to tell through, and one that is readable as soon as the
        work is no longer wanted. It must be importable by another process.
    order : object
        Anything that can be pickled.
    """

    def __init__(self, work: Callable[[Any, Connection, Connection], None], order: object) -> None:
        self._work, self._order = work, order
        self._deadline = math.inf
        self._is_over = threading.Event()
        self._process: SpawnProcess | None = None

    def end(self, grace: float = _GRACE) -> None:
        """Let it go: now if it waits to be started, within `grace` seconds if it runs."""
        self._deadline = min(self._deadline, time.monotonic() + grace)
        self._is_over.set()

    @property
    def is_over(self) -> bool:
        """Whether it was let go."""
        return self._is_over.is_set()

    @property
    def process_id(self) -> int | None:
        """The number of the process while it runs."""
        process = self._process
        return None if process is None else process.pid

    def see_through(self, take: Callable[[object], None]) -> int | None:
        """Start the process, hand on what it tells, and return its exit code when it is gone.

        Raises
        ------
        OSError
            It cannot be started. What `take` raises ends the process, and is raised again when that is gone.
        """
        spawn = multiprocessing.get_context("spawn")
        heard, tell = spawn.Pipe(duplex=False)
        wanted, want = spawn.Pipe(duplex=False)
        with heard, want:
            process = spawn.Process(target=self._work, args=(self._order, tell, wanted), daemon=True)
            try:
                process.start()
            finally:
                tell.close()  # or its end would stay open here when the process is gone
                wanted.close()
            self._process = process
            try:
                self._listen(process, heard, want, take)
            except BaseException:
                process.kill()
                raise
            finally:
                heard.close()
                want.close()
                code = self._see_off(process)
        return code

    def _see_off(self, process: SpawnProcess) -> int | None:
        """Wait a little until the process is gone, and return its exit code."""
        process.join(_GRACE)
        if process.is_alive():
            process.kill()
            process.join()
        self._process = None
        code = process.exitcode
        process.close()
        return code

    def _listen(
        self, process: SpawnProcess, heard: Connection, want: Connection, take: Callable[[object], None]
    ) -> None:
        while True:
            if self.is_over:
                want.close()
                if time.monotonic() >= self._deadline:
                    process.kill()
                    return
            try:
                message = heard.recv() if heard.poll(_TURN) else None
            except (EOFError, OSError):
                return
            except Exception:  # noqa: BLE001  (a message of another version, which may raise anything)
                message = Broke(traceback.format_exc())
                self.end(0.0)
            if message is not None:
                take(message)


def how_it_ended(code: int | None) -> str:
    """Return the words for an exit code."""
    return f"killed by signal {-code}" if code is not None and code < 0 else f"exit code {code}"


def is_unwanted(wanted: Connection) -> bool:
    """Whether nobody wants the work any more; asked in the process that does it."""
    try:
        return wanted.poll()
    except OSError:  # how Windows says that the other end is closed
        return True


def say(tell: Connection, message: object) -> None:
    """Tell, if anybody listens."""
    with suppress(OSError):
        tell.send(message)
