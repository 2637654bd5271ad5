"""Delimited text -> raw columns of text, with every line that does not fit the header kept aside.

Nothing is converted here, so that a reject can show the text as the file has it.
"""

import re
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from outsample.errors import DataError
from outsample.io.column_names import listing
from outsample.io.source_file import HEAD_BYTES
from outsample.typing import Integers

__all__ = ["MISSING", "BrokenLine", "Layout", "find_layout", "read_delimited"]

MISSING: Final = (
    "",
    "nan",
    "NaN",
    "NAN",
    "-nan",
    "null",
    "NULL",
    "Null",
    "none",
    "None",
    "NA",
    "N/A",
    "n/a",
    "-",
    "--",
)
_DELIMITERS: Final = (",", ";", "\t", "|")
_PREAMBLE_LINES: Final = 5  # some vendors put a web address above the header


@dataclass(frozen=True, slots=True)
class Layout:
    """How the text is laid out: encoding, delimiter, lines above the header, and the header itself."""

    encoding: str
    delimiter: str
    skipped_lines: int
    names: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What is unusual about the layout, one sentence each."""
        said = []
        if self.delimiter != ",":
            said.append(f"Columns are separated by {'tabs' if self.delimiter == chr(9) else self.delimiter!r}.")
        if self.encoding != "utf-8":
            said.append(f"The text is {self.encoding}, not UTF-8.")
        if self.skipped_lines:
            said.append(f"{self.skipped_lines} line(s) above the header were skipped.")
        return tuple(said)


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line that has another number of cells than the header; `row` counts data rows from 1."""

    row: int
    text: str


def find_layout(head: bytes, file: str) -> Layout:
    """Return the layout of a text that begins with `head`.

    Raises
    ------
    DataError
        If there is no header line.
    """
    encoding = _encoding(head)
    text = head.decode(encoding, errors="replace").lstrip("\ufeff")
    lines = text.splitlines()[:50]
    written = [i for i, line in enumerate(lines) if line.strip()]
    if not written:
        raise DataError(f"{file} needs a header line, found only blank lines; export it again")
    divided = (i for i in written[: _PREAMBLE_LINES + 1] if any(delimiter in lines[i] for delimiter in _DELIMITERS))
    skipped = next(divided, written[0])
    header = lines[skipped]
    delimiter = max(_DELIMITERS, key=header.count)
    names = tuple(name.strip().strip('"').strip() for name in header.split(delimiter))
    if 2 * sum(map(_is_data, names)) > len(names):
        raise DataError(f"{file} needs a header line that names the columns, found data ({listing(names)}); add one")
    return Layout(encoding, delimiter, skipped, names)


def read_delimited(content: Any, layout: Layout, file: str) -> tuple[dict[str, Any], list[BrokenLine], Integers]:
    """Return the columns as Arrow text, the broken lines, and the data row number of each good row.

    Parameters
    ----------
    content : Arrow buffer
        The whole file, decompressed.
    """
    import pyarrow as pa
    from pyarrow import csv

    broken: list[BrokenLine] = []

    def set_aside(line: Any) -> str:
        broken.append(BrokenLine((line.number or 0) - 1 - layout.skipped_lines, str(line.text)))
        return "skip"

    try:
        table = csv.read_csv(
            pa.BufferReader(content),
            read_options=csv.ReadOptions(
                use_threads=False,  # else a broken line has no number
                skip_rows=layout.skipped_lines,
                encoding=layout.encoding,
                block_size=16 << 20,
            ),
            parse_options=csv.ParseOptions(delimiter=layout.delimiter, invalid_row_handler=set_aside),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(_as_parsed(layout), pa.string()),
                null_values=list(MISSING),
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError, UnicodeDecodeError) as error:
        if "UTF8" in str(error) and layout.encoding == "utf-8":  # further down than the head
            return read_delimited(content, replace(layout, encoding="latin-1"), file)
        if "Empty CSV" in str(error):
            raise DataError(
                f"{file} needs at least one row, found a header only ({listing(layout.names)}); export it again"
            ) from error
        raise DataError(f"{file} needs to be delimited text, found: {_first_line(error)}; export it again") from error
    columns: dict[str, Any] = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        columns.setdefault(
            name.lstrip("\ufeff").strip(), column if column.type == pa.string() else column.cast("string")
        )
    return columns, broken, _row_numbers(table.num_rows, broken)


def _as_parsed(layout: Layout) -> set[str]:
    return set(layout.names) | {f" {name}" for name in layout.names} | {f"{name} " for name in layout.names}


def _row_numbers(kept: int, broken: list[BrokenLine]) -> Integers:
    """Return the data row of each kept row: those of the broken lines are passed over."""
    numbers = np.arange(1, kept + len(broken) + 1)
    return np.setdiff1d(numbers, [line.row for line in broken], assume_unique=True)[:kept]


def _encoding(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3 or len(head) < HEAD_BYTES:  # else the head ends within a character
            return "latin-1"
    return "utf-8"


def _is_data(text: str) -> bool:
    if re.match(r"\d{4}-\d{2}-\d{2}", text):
        return True
    try:
        float(text)
    except ValueError:
        return False
    return True


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].removesuffix(".")[:200]
