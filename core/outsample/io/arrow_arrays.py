"""Arrow columns as NumPy arrays.

Arrow's own `to_numpy` imports pandas, 0.3 s that opening a store at the start of the program need not pay; so numbers
are viewed through their buffer.
"""

from typing import Any, Final

import numpy as np

from outsample.typing import Bools

__all__ = ["as_bools", "as_numbers", "as_texts"]

_ARROW_NAMES: Final = {"double": "float64", "float": "float32", "halffloat": "float16"}


def as_numbers(column: Any) -> Any:
    """Return a primitive column without nulls as an array: a view of the buffer if the column is one piece."""
    import pyarrow as pa

    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    kind = np.dtype(_ARROW_NAMES.get(str(column.type), str(column.type)))
    values = column.buffers()[1]
    if not len(column) or values is None:
        return np.empty(0, dtype=kind)
    return np.frombuffer(values, dtype=kind, count=len(column), offset=column.offset * kind.itemsize)


def as_bools(column: Any) -> Bools:
    """Return a bool column without nulls as an array."""
    import pyarrow as pa

    values: Bools = as_numbers(column.cast(pa.uint8())).view(np.bool_)
    return values


def as_texts(column: Any) -> list[str]:
    """Return any column as texts, empty where missing."""
    import pyarrow as pa

    return ["" if text is None else text for text in column.cast(pa.string()).to_pylist()]
