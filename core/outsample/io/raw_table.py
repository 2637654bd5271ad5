"""A vendor file as raw columns, before anything is understood: text stays text, typed columns stay typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from outsample.errors import DataError
from outsample.io.column_names import listing
from outsample.io.delimited import BrokenLine, find_layout, read_delimited
from outsample.io.source_file import HEAD_BYTES, Form, recognise
from outsample.typing import Integers

__all__ = ["RawTable", "read_raw"]


@dataclass(frozen=True, eq=False)
class RawTable:
    """Columns as the file has them, in file order.

    Parameters
    ----------
    file : str
        Name of the file.
    columns : dict of Arrow columns
        By name as written in the file.
    row : (n,) int64 array
        Data row in the file, 1 for the first below the header.
    broken : tuple of BrokenLine
        Lines that did not fit the header.
    notes : tuple of str
        What is unusual about the file, one sentence each.
    """

    file: str
    columns: dict[str, Any]
    row: Integers
    broken: tuple[BrokenLine, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Number of rows that fit the header."""
        return self.row.size

    @property
    def names(self) -> list[str]:
        """Column names as written."""
        return list(self.columns)

    def text(self, name: str, position: int) -> str:
        """Return what the cell holds, for a message: ``close='n.a.'``."""
        value = self.columns[name][position].as_py()
        return f"{name}={'(missing)' if value is None else repr(value) if isinstance(value, str) else value}"

    def require(self, found: dict[str, str | None], wanted: Sequence[str], what: str) -> None:
        """Raise `DataError` naming the columns of `wanted` that `found` could not place."""
        missing = [name for name in wanted if found.get(name) is None]
        if missing:
            raise DataError(
                f"{what} need a column for {' and '.join(missing)}, found in {self.file} only: "
                f"{listing(self.names)}; rename or add the column"
            )


def read_raw(path: Path, form: Form) -> RawTable:
    """Return the raw columns of the file.

    Raises
    ------
    DataError
        If the content is damaged or not a table with a header.
    """
    import pyarrow as pa

    try:
        table = _read_columnar(path, form) if form in (Form.PARQUET, Form.ARROW) else _read_text(path, form)
    except (pa.ArrowException, OSError, EOFError) as error:
        reason = (str(error).splitlines() or ["no reason given"])[0].removesuffix(".")[:200]
        raise DataError(
            f"{path.name} needs to be a whole {form.value} file, found it damaged or cut short ({reason}); "
            "copy it again"
        ) from error
    if not table.size and not table.broken:
        raise DataError(
            f"{path.name} needs at least one row, found a header only ({listing(table.names)}); export again"
        )
    return table


def _read_text(path: Path, form: Form) -> RawTable:
    import pyarrow as pa

    if form is Form.GZIP:
        with pa.input_stream(str(path), compression="gzip") as stream:
            content = pa.py_buffer(stream.read())
    else:
        content = pa.py_buffer(path.read_bytes())
    head = content[:HEAD_BYTES].to_pybytes()
    if form is Form.GZIP and recognise(head, path.name) is not Form.TEXT:
        raise DataError(f"{path.name} needs to hold delimited text, found another packed form; unpack it first")
    layout = find_layout(head, path.name)
    columns, broken, row = read_delimited(content, layout, path.name)
    return RawTable(path.name, columns, row, tuple(broken), layout.notes + _extension_note(path, "text"))


def _read_columnar(path: Path, form: Form) -> RawTable:
    import pyarrow as pa
    from pyarrow import parquet

    if form is Form.PARQUET:
        table = parquet.ParquetFile(str(path)).read()
    else:
        with pa.memory_map(str(path)) as source:
            table = pa.ipc.open_file(source).read_all()
    columns: dict[str, Any] = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        columns.setdefault(name, column)
    return RawTable(path.name, columns, np.arange(1, table.num_rows + 1), (), _extension_note(path, form.value))


def _extension_note(path: Path, content: str) -> tuple[str, ...]:
    suffixes = {
        "text": {".csv", ".txt", ".tsv", ".gz", ".dat"},
        "Parquet": {".parquet", ".pq"},
        "Arrow": {".arrow", ".feather"},
    }
    if path.suffix.lower() in suffixes[content]:
        return ()
    return (f"{path.name} holds {content} whatever its extension says and was read as such.",)
