"""What the header of a file names, before anybody decides what to read it as."""

import gzip
import os
import zlib
from pathlib import Path

from outsample.errors import DataError
from outsample.io.delimited import find_layout
from outsample.io.source_file import HEAD_BYTES, Form, recognise

__all__ = ["header_names"]


def header_names(path: str | os.PathLike[str]) -> list[str]:
    """Return the column names of a CSV, gzipped or not, as written; none of what is no CSV or cannot be read."""
    try:
        with Path(path).open("rb") as stream:
            head = stream.read(HEAD_BYTES)
        if recognise(head, "") is Form.GZIP:
            with gzip.open(path) as packed:
                head = packed.read(HEAD_BYTES)
        return list(find_layout(head, "").names) if recognise(head, "") is Form.TEXT else []
    except (DataError, OSError, EOFError, ValueError, zlib.error):
        return []
