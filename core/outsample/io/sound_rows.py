"""The rows of a file of the user's own that are still sound, and the log of those that are not."""

from collections.abc import Callable
from enum import Enum
from typing import Final

import numpy as np

from outsample.errors import DataError
from outsample.io.arrow_arrays import as_texts
from outsample.io.raw_table import RawTable
from outsample.io.report import MAXIMUM_REJECTS, Reject
from outsample.typing import Bools

__all__ = ["SoundRows"]

_LONGEST: Final = 80  # characters of an example


class SoundRows:
    """Rejects each bad row once, for the first reason that applies.

    Parameters
    ----------
    table : RawTable
    broken : Enum
        The reason for lines that did not fit the header.
    """

    def __init__(self, table: RawTable, broken: Enum) -> None:
        self.table = table
        self.alive = np.ones(table.size, dtype=bool)
        self.counts: dict[str, int] = {}
        self.rejects: list[Reject] = []
        self._log(broken, [line.row for line in table.broken], lambda i: f"line {table.broken[i].text!r}")

    def reject(self, reason: Enum, bad: Bools, source: str) -> None:
        """Reject the rows that are still sound where `bad` holds; the cell of `source` is their text."""
        rows = np.flatnonzero(self.alive & bad)
        self.alive[rows] = False
        self._log(reason, self.table.row[rows].tolist(), lambda i: self.table.text(source, int(rows[i])))

    def texts(self, source: str) -> list[str]:
        """Return the cells of a column as text without blanks around it, empty where missing.

        Raises
        ------
        DataError
            The column holds something that is no text.
        """
        import pyarrow as pa

        column = self.table.columns[source]
        try:
            return [text.strip() for text in as_texts(column)]
        except pa.ArrowException as error:
            raise DataError(
                f"column {source} of {self.table.file} must hold text, found {column.type}; write it as text"
            ) from error

    def main_reason(self) -> str:
        """Return the most frequent reason with an example; only where a row was rejected."""
        reason = max(self.counts, key=lambda name: self.counts[name])
        example = next((one for one in self.rejects if one.reason == reason), None)
        shown = f", as in row {example.row}: {example.text[:_LONGEST]}" if example else ""
        return f"most of them: {reason}{shown}"

    def _log(self, reason: Enum, rows: list[int], text: Callable[[int], str]) -> None:
        if rows:
            self.counts[reason.value] = self.counts.get(reason.value, 0) + len(rows)
        room = max(0, MAXIMUM_REJECTS - len(self.rejects))
        self.rejects += [Reject(self.table.file, row, reason.value, text(i)) for i, row in enumerate(rows[:room])]
