"""The import report: what was read, what was kept, what was rejected and why, and how columns were understood."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any, Final

import numpy as np

from outsample.io.self_check import SelfCheck
from outsample.io.vendor import Vendor
from outsample.typing import Integers

__all__ = [
    "MAXIMUM_REJECTS",
    "ImportReport",
    "MappedColumn",
    "Reject",
    "RejectLog",
    "RejectReason",
    "SourceFile",
]

MAXIMUM_REJECTS: Final = 100_000  # rows kept in memory; the counts by reason are always complete


class RejectReason(Enum):
    """Why a row is not in the dataset (DEFINITIONS, Observations)."""

    UNPARSEABLE = "unparseable"
    STRIKE = "strike not above 0"
    FORWARD = "forward not above 0"
    EXPIRED = "expiry not after the quote"
    REPEATED_QUOTE = "repeated instrument and time, last kept"
    CLOSE_MISSING = "close missing"
    CLOSE_NOT_POSITIVE = "close not above 0"
    REPEATED_BAR = "repeated time, last kept"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A vendor file by name, content and size in bytes."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """A column of the file, the canonical column it became, and the unit it was read in."""

    source: str
    canonical: str
    unit: str


@dataclass(frozen=True, slots=True)
class Reject:
    """A rejected row: file, data row (1 is the first below the header), reason, offending text."""

    file: str
    row: int
    reason: str
    text: str


class RejectLog:
    """Collects rejects while files are read: every one counted, the first `MAXIMUM_REJECTS` kept with their text."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.kept: list[Reject] = []

    def add(self, reason: RejectReason, file: str, rows: Integers, text: Callable[[int], str]) -> None:
        """Record the data rows `rows` of `file`; ``text(i)`` describes what is wrong with the i-th of them."""
        if rows.size:
            self.counts[reason.value] = self.counts.get(reason.value, 0) + int(rows.size)
        room = MAXIMUM_REJECTS - len(self.kept)
        for i, row in enumerate(rows[:room].tolist()):
            self.kept.append(Reject(file, row, reason.value, text(i)))

    def add_lines(self, file: str, lines: Sequence[tuple[int, str]]) -> None:
        """Record whole lines (data row, text) that could not be divided into columns."""
        rows = np.array([row for row, _ in lines], dtype=np.int64)
        self.add(RejectReason.UNPARSEABLE, file, rows, lambda i: f"line {lines[i][1]!r}")

    def main_reason(self) -> str:
        """Return the most frequent reason with an example, for the message when nothing is left."""
        if not self.counts:
            return "the file has no rows"
        reason = max(self.counts, key=lambda name: self.counts[name])
        example = next((reject for reject in self.kept if reject.reason == reason), None)
        return f"most of them {reason}" + (f" (row {example.row}: {example.text})" if example else "")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did; ``rows_read == rows_kept + sum(rejected) + sum(left_out)`` always holds.

    Parameters
    ----------
    vendor : Vendor
    files : tuple of SourceFile
    rows_read, rows_kept : int
    rejected : dict
        Count by reason.
    rejects : tuple of Reject
        The rejected rows, at most `MAXIMUM_REJECTS` of them.
    left_out : dict
        Good rows of another underlying or symbol, count by name.
    mapping : tuple of MappedColumn
    notes : tuple of str
        What was found about units, epochs, zones, order and volumes, one sentence each.
    self_check : SelfCheck or None
        The venue's marks repriced from its own vols; None where there is nothing to reprice.
    seconds : float
        How long the import took.
    versions : dict
        Versions of the program, of this reader and of the libraries that parsed the file.
    """

    vendor: Vendor
    files: tuple[SourceFile, ...]
    rows_read: int
    rows_kept: int
    rejected: dict[str, int]
    rejects: tuple[Reject, ...]
    left_out: dict[str, int]
    mapping: tuple[MappedColumn, ...]
    notes: tuple[str, ...]
    self_check: SelfCheck | None
    seconds: float
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def rows_rejected(self) -> int:
        """Number of rejected rows, complete even where the table is capped."""
        return sum(self.rejected.values())

    def sentences(self) -> tuple[str, ...]:
        """Return the report as sentences for a person, the most important first."""
        lines = [self._files_sentence(), self._rows_sentence()]
        lines += [f"Rejected, {reason}: {count:,} {_rows(count)}." for reason, count in self.rejected.items()]
        if len(self.rejects) < self.rows_rejected:
            lines.append(f"The rejects table shows the first {len(self.rejects):,} of {self.rows_rejected:,}.")
        lines += [f"Left out, {name}: {count:,} {_rows(count)}." for name, count in self.left_out.items()]
        used = ", ".join(
            f"{column.source or '(no name)'} as {column.canonical}" + (f" [{column.unit}]" if column.unit else "")
            for column in self.mapping
        )
        lines.append(f"Columns: {used}.")
        lines += self.notes
        if self.self_check is not None:
            lines += self.self_check.sentences()
        lines.append(f"Import took {self.seconds:.2f} s.")
        return tuple(lines)

    def to_json(self) -> str:
        """Return the whole report as JSON text that `from_json` reads back."""
        document = asdict(self)
        document["vendor"] = self.vendor.value
        return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "ImportReport":
        """Return the report that `to_json` wrote."""
        document: dict[str, Any] = json.loads(text)
        check = document["self_check"]
        document["vendor"] = Vendor(document["vendor"])
        document["files"] = tuple(SourceFile(**file) for file in document["files"])
        document["rejects"] = tuple(Reject(**reject) for reject in document["rejects"])
        document["mapping"] = tuple(MappedColumn(**column) for column in document["mapping"])
        document["notes"] = tuple(document["notes"])
        document["self_check"] = None if check is None else SelfCheck.from_dict(check)
        return cls(**document)

    def _files_sentence(self) -> str:
        names = ", ".join(file.name for file in self.files[:3])
        more = f" and {len(self.files) - 3} more" if len(self.files) > 3 else ""
        size = sum(file.size for file in self.files) / 1e6
        return (
            f"Read {self.rows_read:,} {_rows(self.rows_read)} from {names}{more} ({size:.2f} MB): {self.vendor.line}."
        )

    def _rows_sentence(self) -> str:
        left_out = sum(self.left_out.values())
        return f"Kept {self.rows_kept:,}, rejected {self.rows_rejected:,}, left out {left_out:,}."


def _rows(count: int) -> str:
    return "row" if count == 1 else "rows"
