"""The border: a path is checked, hashed and recognised by its content, whatever its extension says."""

import hashlib
from enum import Enum
from pathlib import Path
from typing import Final

from outsample.errors import DataError
from outsample.io.report import SourceFile

__all__ = ["HEAD_BYTES", "Form", "examine", "recognise"]

HEAD_BYTES: Final = 65_536
_CONTROL: Final = bytes(code for code in range(32) if code not in b"\t\n\r\f\v\x1b") + b"\x7f"
_MAXIMUM_CONTROL_SHARE: Final = 0.003  # text has none; compressed or binary content about a tenth


class Form(Enum):
    """What the content of a file is."""

    TEXT = "delimited text"
    GZIP = "gzipped delimited text"
    PARQUET = "Parquet"
    ARROW = "Arrow"


def examine(path: Path) -> tuple[SourceFile, Form]:
    """Return the file's name, SHA-256 and size, and what its content is.

    Raises
    ------
    DataError
        If the path is missing, a folder, unreadable or empty, or the content is not a table.
    """
    if not path.exists():
        raise DataError(f"a data file is required, found nothing at {path}; check the name")
    if not path.is_file():
        raise DataError(f"a data file is required, found that {path} is a folder or device; choose the files in it")
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
            stream.seek(0)
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        size = path.stat().st_size
    except OSError as error:
        raise DataError(
            f"{path.name} must be readable, found: {error.strerror or error}; check its permissions"
        ) from error
    return SourceFile(path.name, digest, size), recognise(head, path.name)


def recognise(head: bytes, name: str) -> Form:
    """Return the form of a file that begins with `head`; `name` is for the message."""
    if not head.strip():
        raise DataError(f"{name} needs a header and rows, found an empty file; export it again")
    if head.startswith(b"\x1f\x8b"):
        return Form.GZIP
    if head.startswith(b"PAR1"):
        return Form.PARQUET
    if head.startswith(b"ARROW1"):
        return Form.ARROW
    other = _other_form(head)
    if other:
        raise DataError(f"{name} needs to be CSV (or .csv.gz), Parquet or Arrow, found {other}")
    return Form.TEXT


def _other_form(head: bytes) -> str:
    """Return what `head` is when it is not a table, with the cure, or an empty text."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:16].lower()
    if start.startswith(b"pk\x03\x04"):
        return "a zip archive or Excel workbook; unpack it or save the sheet as CSV"
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "a web page or XML; download the file itself"
    if start.startswith((b"{", b"[")):
        return "JSON; convert it to CSV or Parquet"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ""  # UTF-16 text with its mark
    control = len(head) - len(head.translate(None, _CONTROL))
    if control > _MAXIMUM_CONTROL_SHARE * len(head):
        return "binary content; export the data again as text"
    return ""
