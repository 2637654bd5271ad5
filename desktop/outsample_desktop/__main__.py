"""The entry point: `outsample`, `python -m outsample_desktop`, and the frozen application."""

import multiprocessing
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from outsample_desktop.cli import run

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out a command line and return its exit code."""
    multiprocessing.freeze_support()  # first: a frozen worker process must not parse the command line
    if argv is not None:
        return run(argv)
    _speak_utf8()
    return run(sys.argv[1:])


def _speak_utf8() -> None:
    """Write UTF-8 with LF whatever the code page: a piped verdict.json has the bytes of the file."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # None where Windows gives the application no console
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


if __name__ == "__main__":
    sys.exit(main())
