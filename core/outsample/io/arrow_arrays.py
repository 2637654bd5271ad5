"""Arrow columns as NumPy arrays, without pandas.

Arrow's own conversion of bools and of text goes through pandas and would import it, 0.4 s in the first opening.
"""

from typing import Any

import numpy as np

from outsample.typing import Bools

__all__ = ["as_bools", "as_numbers", "as_texts"]


def as_numbers(column: Any) -> Any:
    """Return a primitive column without nulls as an array: a read-only view if it is one piece."""
    import pyarrow as pa

    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return column.to_numpy(zero_copy_only=True)


def as_bools(column: Any) -> Bools:
    """Return a bool column without nulls as an array."""
    import pyarrow as pa

    values: Bools = as_numbers(column.cast(pa.uint8())).view(np.bool_)
    return values


def as_texts(column: Any) -> list[str]:
    """Return any column as texts, empty where missing."""
    import pyarrow as pa

    return ["" if text is None else text for text in column.cast(pa.string()).to_pylist()]
