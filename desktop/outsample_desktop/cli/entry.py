"""From arguments to an exit code: every error ends here as one line, never as a traceback by surprise."""

import os
import sys
import tempfile
import traceback
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import IntEnum
from pathlib import Path
from typing import Final

from outsample.errors import OutsampleError
from outsample_desktop.cli.arguments import parse

__all__ = ["Exit", "run"]

COMPUTING: Final = ("evaluate", "calibrate", "report")


class Exit(IntEnum):
    """Exit codes beside those of a gate."""

    DONE = 0
    NOT_GOOD = 1
    UNUSABLE = 4
    INTERNAL = 5
    INTERRUPTED = 130  # 128 + SIGINT, as shells expect
    PIPE_CLOSED = 141  # 128 + SIGPIPE


def run(argv: Sequence[str]) -> int:
    """Parse and carry out one command line; return its exit code."""
    try:
        code = _carry_out(parse(argv))
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except SystemExit as end:  # after --help and --version
        return end.code if isinstance(end.code, int) else Exit.DONE
    except OutsampleError as error:
        complain(str(error))
        return Exit.UNUSABLE
    except KeyboardInterrupt:
        complain("interrupted; files that were finished stay")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return Exit.PIPE_CLOSED
    except Exception as error:  # noqa: BLE001  (the border: whatever broke becomes code 5)
        _report_crash(error, "--debug" in argv)
        return Exit.INTERNAL


def complain(sentence: str) -> None:
    """Print one line on standard error."""
    print(f"outsample: {' '.join(sentence.split())}", file=sys.stderr)


def _carry_out(arguments: Namespace) -> int:
    """Import what the command needs, and only that: listing models must not wait for a reader, or for Qt."""
    command: Callable[[Namespace], int]
    match arguments.command:
        case "evaluate":
            from outsample_desktop.cli.evaluating import evaluate as command
        case "calibrate":
            from outsample_desktop.cli.calibrating import calibrate as command
        case "report":
            from outsample_desktop.cli.evaluating import report as command
        case "import":
            from outsample_desktop.cli.importing import import_files as command
        case "models":
            from outsample_desktop.cli.listing import models as command
        case "scores":
            from outsample_desktop.cli.listing import scores as command
        case "vendors":
            from outsample_desktop.cli.listing import vendors as command
        case "self-test":
            from outsample_desktop.cli.window import self_test as command
        case _:
            from outsample_desktop.cli.window import open_window as command
    _note_first_use(arguments.command)
    return command(arguments)


def _note_first_use(command: str | None) -> None:
    if command not in COMPUTING:
        return
    from outsample_desktop.cli.first_use import first_use_note

    if note := first_use_note():
        complain(note)


def _drop_output() -> None:
    """Send what is still buffered nowhere: the reader is gone, and the interpreter would complain when it ends."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _report_crash(error: Exception, debug: bool) -> None:
    if debug:
        traceback.print_exception(error)
        return
    text = "".join(traceback.format_exception(error))
    where = _keep(text)
    kind = type(error).__name__
    if where is None:
        complain(f"internal error, {kind}: {error}; repeat the command with --debug to see where")
    else:
        complain(f"internal error, {kind}: {error}; the traceback is in {where}, please report it")


def _keep(text: str) -> Path | None:
    """Write a traceback to the log folder, or to the temporary one; None where neither can be written."""
    import platformdirs

    for folder in (platformdirs.user_log_path("outsample"), Path(tempfile.gettempdir())):
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"outsample-crash-{os.getpid()}.txt"
            path.write_text(text, encoding="utf-8")
            return path
    return None
