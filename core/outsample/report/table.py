"""A table: named columns with units, the same object for the screen and for the CSV."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from outsample.windows import iso

__all__ = ["Column", "Table", "column", "times"]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column.

    Parameters
    ----------
    header : str
        Name with its unit, as in ``rmse [vol pts]``.
    values : (n,) array
        Numbers, text or booleans.
    decimals : int, optional
        Decimals on screen; the CSV always has full precision.
    is_time : bool
        Values are UTC nanoseconds.
    """

    header: str
    values: NDArray[Any]
    decimals: int | None = None
    is_time: bool = False

    @property
    def is_number(self) -> bool:
        """Whether the column is aligned right."""
        return not self.is_time and self.values.dtype.kind in "fiu"

    def shown(self, row: int) -> str:
        """Return the text of a row on screen: what is not so is left blank."""
        value = self.values[row]
        if self.is_time:
            return iso(int(value))[:16].replace("T", " ")
        if self.values.dtype.kind == "f":
            if not np.isfinite(value):
                return "–"
            return f"{value:,.{4 if self.decimals is None else self.decimals}f}".replace("-", "−")
        if self.values.dtype.kind == "b":
            return "yes" if value else ""
        return f"{value:,}" if self.values.dtype.kind in "iu" else str(value)

    def written(self, row: int) -> str:
        """Return the text of a row in a CSV: full precision, UTC with Z, empty where there is nothing."""
        value = self.values[row]
        if self.is_time:
            text = iso(int(value))
            return text if text.endswith("Z") else f"{text}T00:00:00Z"
        if self.values.dtype.kind == "f":
            return repr(float(value)) if np.isfinite(value) else ""
        if self.values.dtype.kind == "b":
            return "true" if value else "false"
        return str(value)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Columns of one length under one name."""

    name: str
    columns: tuple[Column, ...]

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self.columns[0].values) if self.columns else 0


def column(header: str, values: Any, decimals: int | None = None) -> Column:
    """Return a column of numbers, text or booleans from any sequence."""
    return Column(header, np.asarray(values), decimals)


def times(header: str, values: Any) -> Column:
    """Return a column of UTC times from nanoseconds."""
    return Column(header, np.asarray(values, dtype=np.int64), is_time=True)
