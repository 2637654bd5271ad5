"""Writing a file whole or not at all: under a temporary name beside it, then renamed over it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from outsample.errors import ExportError

__all__ = ["replacing"]


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Yield a stream whose content becomes `path` when the block ends well; otherwise nothing changes on disk.

    Raises
    ------
    ExportError
        If the file cannot be written: missing or read-only folder, full disk, file in use.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        raise ExportError(
            f"{path} must be written, found: {error.strerror or error}; "
            "free some space or choose a folder that exists and may be written to"
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
