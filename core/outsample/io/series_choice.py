"""Which series of a price file is meant, when rows of several symbols or venues lie in one table."""

from typing import Final

import numpy as np

from outsample.errors import DataError
from outsample.io.arrow_arrays import as_texts
from outsample.io.column_names import listing, normal, words
from outsample.io.price_columns import PriceColumns
from outsample.io.raw_table import RawTable
from outsample.typing import Bools, Integers

__all__ = ["choose_series"]

_ROLE: Final = {"close", "price", "adj", "adjusted", "adjclose", "c", "last", "value", "level", "mid", "settle", "px"}


def choose_series(table: RawTable, columns: PriceColumns, symbol: str | None) -> tuple[str, Bools, dict[str, int]]:
    """Return the name of the series, the rows it has, and the number of rows of every other one.

    Parameters
    ----------
    table : RawTable
    columns : PriceColumns
        Its `labels` tell series apart.
    symbol : str or None
        A full name (``Binance BTCUSDT``) or any one label that belongs to a single series.

    Raises
    ------
    DataError
        If there are several series and `symbol` names none or more than one of them.
    """
    everything = np.ones(table.size, dtype=bool)
    names, code = _series(table, columns.labels)
    if len(names) <= 1:
        found = names[0] if names and names[0] else _name_of_column(table, columns)
        if symbol is not None and normal(symbol) not in (normal(found), normal(columns.close), normal(table.file)):
            raise DataError(f"the series {symbol} is required, found only {found} in {table.file}; choose that one")
        return found, everything, {}
    fitting = [] if symbol is None else [i for i, name in enumerate(names) if name == symbol]
    if symbol is not None and not fitting:
        fitting = [i for i, name in enumerate(names) if symbol.casefold() in name.casefold().split(" ")]
    if len(fitting) != 1:
        raise DataError(
            f"one series is required, found {len(fitting) or len(names)} in {table.file}: "
            f"{listing([names[i] for i in fitting] or names)}; choose one of them as the symbol"
        )
    rows = code == fitting[0]
    counts = np.bincount(code, minlength=len(names)).tolist()
    left_out = {name: n for name, n in zip(names, counts, strict=True) if name != names[fitting[0]]}
    return names[fitting[0]], rows, left_out


def _series(table: RawTable, labels: tuple[str, ...]) -> tuple[list[str], Integers]:
    """Return the names of the series, from the labels that vary (all of them if none does), and each row's index."""
    texts = {label: np.asarray(as_texts(table.columns[label]), dtype=str) for label in labels}
    varying = [label for label, text in texts.items() if (text != text[:1]).any()] or list(labels[:1])
    if not varying or not table.size:
        return [], np.zeros(table.size, dtype=np.int64)
    joined = texts[varying[0]]
    for label in varying[1:]:
        joined = np.char.add(np.char.add(joined, " "), texts[label])
    names, code = np.unique(joined, return_inverse=True)
    return names.tolist(), code.astype(np.int64)


def _name_of_column(table: RawTable, columns: PriceColumns) -> str:
    said = words(columns.close)
    if not _ROLE & set(said):
        return columns.close
    return " ".join(word for word in said if word not in _ROLE) or table.file.split(".")[0]
