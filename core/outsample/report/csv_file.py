"""A table as CSV with its sidecar: both files whole, or neither.

RFC 4180 quoting, LF, UTF-8 without a mark, no comment lines: `.` decimals, UTC with Z, the unit in the header, full
precision (the shortest text that reads back to the same double), empty where there is no number. Whatever explains the
numbers stands in ``<name>.csv.json`` beside them.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from outsample.errors import ExportError
from outsample.io.safe_write import replacing
from outsample.report.sidecar import plain
from outsample.report.table import Column, Table
from outsample.typing import SECOND

__all__ = ["csv_blocks", "sidecar_path", "write_json", "write_table", "written"]

_BLOCK: Final = 65_536  # rows that are formatted at once: bounds the memory of a large table
_SPECIAL: Final = re.compile(r'[",\r\n]')


def write_table(table: Table, path: Path, sidecar: Mapping[str, Any]) -> tuple[Path, Path]:
    """Write `table` to `path`, and `sidecar` with a description of the table to ``<path>.json``.

    Parameters
    ----------
    table : Table
    path : Path
        Its folder must exist.
    sidecar : mapping
        As `outsample.report.sidecar.sidecar` makes it.

    Returns
    -------
    tuple of Path
        The CSV and its sidecar.

    Raises
    ------
    ExportError
        A file cannot be written; whatever existed before is as it was.
    """
    beside = sidecar_path(path)
    for target in (path, beside):
        refuse_folder(target)
    digest = hashlib.sha256()
    with replacing(beside) as note, replacing(path) as stream:
        for block in csv_blocks(table):
            stream.write(block)
            digest.update(block)
        facts = {
            "name": table.name,
            "rows": table.size,
            "columns": [column.header for column in table.columns],
            "sha256": digest.hexdigest(),
        }
        note.write(json_text({**sidecar, "table": facts}).encode())
        note.flush()  # a full disk must be noticed before the table takes its place
    return path, beside


def write_json(document: Mapping[str, Any], path: Path) -> Path:
    """Write a document as JSON text (UTF-8, indented, NaN as null), whole or not at all.

    Raises
    ------
    ExportError
        The file cannot be written.
    """
    refuse_folder(path)
    with replacing(path) as stream:
        stream.write(json_text(document).encode())
    return path


def json_text(document: Mapping[str, Any]) -> str:
    """Return a document as JSON text that any reader takes: there is no NaN in JSON, so it is null."""
    return json.dumps(plain(document), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def sidecar_path(path: Path) -> Path:
    """Return where the sidecar of an exported file stands."""
    return path.with_name(f"{path.name}.json")


def refuse_folder(path: Path) -> None:
    """Raise ExportError where a folder stands in the way of a file: renaming would fail only at the very end."""
    if path.is_dir():
        raise ExportError(f"{path} must be a file, found a folder of that name; choose another name or move the folder")


def csv_blocks(table: Table) -> Iterator[bytes]:
    """Yield the CSV text of a table, in blocks of rows; nothing for a table without columns."""
    if not table.columns:
        return
    alone = len(table.columns) == 1
    yield (",".join(_quoted(column.header) for column in table.columns) + "\n").encode()
    for first in range(0, table.size, _BLOCK):
        rows = slice(first, first + _BLOCK)
        parts = [written(column, rows) for column in table.columns]
        lines = [text or '""' for text in parts[0]] if alone else map(",".join, zip(*parts, strict=True))
        yield ("\n".join(lines) + "\n").encode()


def written(column: Column, rows: slice = slice(None)) -> list[str]:
    """Return the CSV fields of a column: what `Column.written` says row by row, quoted, at array speed."""
    values = column.values[rows]
    if column.is_time:
        return _times(values)
    match values.dtype.kind:
        case "f":
            texts = list(map(repr, values.tolist()))
            for i in np.flatnonzero(~np.isfinite(values)).tolist():
                texts[i] = ""
            return texts
        case "b":
            return ["true" if value else "false" for value in values.tolist()]
        case "i" | "u":
            return list(map(str, values.tolist()))
        case _:
            texts = list(map(str, values.tolist()))
            quoted = {text: _quoted(text) for text in set(texts)}
            return [quoted[text] for text in texts]


def _times(nanoseconds: NDArray[Any]) -> list[str]:
    whole, fraction = np.divmod(nanoseconds.astype(np.int64), SECOND)
    texts: list[str] = np.datetime_as_string(whole.astype("datetime64[s]")).tolist()
    fractions: list[int] = fraction.tolist()
    return [
        f"{text}.{f'{part:09d}'.rstrip('0')}Z" if part else f"{text}Z"
        for text, part in zip(texts, fractions, strict=True)
    ]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _SPECIAL.search(text) else text
