"""A raw column as numbers: what is missing, what is not a number, and what float32 storage did to it."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from outsample.errors import DataError
from outsample.io.arrow_arrays import as_bools, as_numbers
from outsample.typing import Bools, Floats

__all__ = ["NumberColumn", "is_numeric_text", "read_numbers", "shortest_decimal"]

_NUMBER: Final = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_COMMA_NUMBER: Final = r"^[+-]?\d{1,3}([. ']?\d{3})*,\d+$|^[+-]?\d+,\d+$|^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """Numbers of a raw column.

    Parameters
    ----------
    values : (n,) array
        NaN where missing or bad.
    bad : (n,) bool array
        Text that is not a number, or a number that is not finite.
    """

    values: Floats
    bad: Bools


def read_numbers(column: Any, name: str) -> NumberColumn:
    """Return the raw Arrow `column` as float64; `name` is for the message.

    Raises
    ------
    DataError
        If most of the column is written with commas inside numbers.
    """
    import pyarrow as pa
    from pyarrow import compute as pc

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column, bad = _from_text(column, name)
    elif pa.types.is_temporal(column.type) or pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
        return NumberColumn(np.full(len(column), np.nan), as_bools(pc.is_valid(column)))
    else:
        bad = np.zeros(len(column), dtype=bool)
    single = pa.types.is_float32(column.type)
    values = as_numbers(pc.fill_null(column.cast(pa.float64(), safe=False), float("nan"))).copy()
    infinite = np.isinf(values)
    if infinite.any():
        values[infinite] = np.nan
        bad = bad | infinite
    return NumberColumn(shortest_decimal(values) if single else values, bad)


def is_numeric_text(column: Any) -> bool:
    """Return whether all the text of an Arrow text column is numbers; true for a column without any text."""
    from pyarrow import compute as pc

    return pc.all(pc.match_substring_regex(pc.utf8_trim_whitespace(column), _NUMBER)).as_py() is not False


def shortest_decimal(values: Floats) -> Floats:
    """Return float64 numbers that were stored as float32 as the shortest decimal that float32 would store alike.

    >>> shortest_decimal(np.array([np.float32(0.7742)], dtype=float)).tolist()
    [0.7742]
    """
    result = values.copy()
    open_row = np.flatnonzero(np.isfinite(values) & (values != 0))
    for digits in range(6, 10):  # float32 holds at least 6, never needs more than 9 significant digits
        value = values[open_row]
        places = digits - 1 - np.floor(np.log10(np.abs(value))).astype(np.int64)
        up, down = 10.0 ** np.clip(places, 0, 300), 10.0 ** np.clip(-places, 0, 300)
        rounded = np.rint(value * up / down) / up * down
        same = rounded.astype(np.float32) == value.astype(np.float32)
        result[open_row[same]] = rounded[same]
        open_row = open_row[~same]
    return result


def _from_text(column: Any, name: str) -> tuple[Any, Bools]:
    """Return the text as an Arrow float64 column with nulls for what is not a number, and where that was."""
    import pyarrow as pa
    from pyarrow import compute as pc

    text = pc.utf8_trim_whitespace(column)
    good = pc.fill_null(pc.match_substring_regex(text, _NUMBER), True)
    bad = ~as_bools(good)
    if bad.any():
        _refuse_commas(text.filter(pc.invert(good)), len(text) - text.null_count, name)
        text = pc.if_else(good, text, pa.scalar(None, text.type))
    return text.cast(pa.float64()), bad


def _refuse_commas(bad: Any, written: int, name: str) -> None:
    from pyarrow import compute as pc

    commas = pc.sum(pc.match_substring_regex(bad, _COMMA_NUMBER)).as_py() or 0
    if commas > 0.5 * written:
        raise DataError(
            f"numbers must be written with a decimal point and no commas, found {bad[0].as_py()!r} in column {name}; "
            "export the file with decimal points"
        )
