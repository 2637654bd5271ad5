"""The canonical store: what an import leaves on disk, read back in milliseconds and bit for bit.

`.arrow` is Arrow IPC, uncompressed and memory-mapped: columns are views of the file. `.parquet` is compressed and for
other programs. Both carry the report and everything that is not a column as JSON in the schema's metadata.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from outsample.datasets import Axis, OptionQuotes, Prices, Settlement, Target
from outsample.datasets.option_quotes import FLOAT_COLUMNS
from outsample.errors import DataError, ExportError
from outsample.io.arrow_arrays import as_bools, as_numbers
from outsample.io.report import ImportReport
from outsample.io.safe_write import replacing

__all__ = ["FORMAT_VERSION", "Imported", "is_store", "read_store", "write_store"]

FORMAT_VERSION: Final = 1
_KEY: Final = b"outsample"
_BARS: Final = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True)
class Imported:
    """A dataset and the report of how it was read."""

    dataset: OptionQuotes | Prices
    report: ImportReport


def write_store(dataset: OptionQuotes | Prices, report: ImportReport, path: Path | str) -> None:
    """Write the dataset with its report to `path`; the extension, `.arrow` or `.parquet`, chooses the form.

    The file appears whole or not at all.

    Raises
    ------
    ExportError
        If the extension is another one, or the file cannot be written.
    """
    path = Path(path)
    if path.suffix not in (".arrow", ".parquet"):
        raise ExportError(f"the store needs a name ending in .arrow or .parquet, found {path.name}; rename it")
    packed = path.suffix == ".parquet"
    table = _option_table(dataset, packed) if isinstance(dataset, OptionQuotes) else _price_table(dataset)
    facts = _facts(dataset) | {"format": FORMAT_VERSION, "report": json.loads(report.to_json())}
    table = table.replace_schema_metadata({_KEY: json.dumps(facts, ensure_ascii=False, allow_nan=False)})
    with replacing(path) as stream:
        _write(table, stream, packed)


def read_store(path: Path | str) -> Imported:
    """Return the dataset and report that `write_store` wrote; columns are read-only.

    Raises
    ------
    DataError
        If the file is missing, damaged, not a store, or written by a newer version.
    """
    import pyarrow as pa

    path = Path(path)
    try:
        table = _read_table(path)
        facts = _facts_of(table.schema)
        if facts is None:
            raise DataError(
                f"{path.name} needs to be a store written by Outsample, found another file; import it instead"
            )
        if facts["format"] > FORMAT_VERSION:
            raise DataError(
                f"{path.name} needs format {FORMAT_VERSION} or older, found format {facts['format']}; update Outsample"
            )
        dataset = _options(table, facts) if facts["kind"] == "options" else _prices(table, facts)
        return Imported(dataset, ImportReport.from_json(json.dumps(facts["report"])))
    except (OSError, pa.ArrowException, KeyError, ValueError, TypeError) as error:
        raise DataError(
            f"{path.name} needs to be a whole store, found it missing or damaged "
            f"({(str(error).splitlines() or ['no reason given'])[0][:200]}); import the original file again"
        ) from error


def is_store(path: Path) -> bool:
    """Return whether `path` carries our metadata; false for anything that cannot be read."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with path.open("rb") as stream:
            start = stream.read(6)
        if start.startswith(b"PAR1"):
            return _KEY in (parquet.read_schema(str(path)).metadata or {})
        if start == b"ARROW1":
            with pa.memory_map(str(path)) as source:
                return _KEY in (pa.ipc.open_file(source).schema.metadata or {})
    except (OSError, pa.ArrowException):
        pass
    return False


def _facts(dataset: OptionQuotes | Prices) -> dict[str, Any]:
    if isinstance(dataset, Prices):
        return {"kind": "prices", "symbol": dataset.symbol, "source": dataset.source}
    return {
        "kind": "options",
        "settlement": dataset.settlement.value,
        "currency": dataset.currency,
        "venue": dataset.venue,
        "target": dataset.target.value,
        "axis": dataset.axis.value,
        "instruments": list(dataset.instruments),
        "source": dataset.source,
    }


def _facts_of(schema: Any) -> dict[str, Any] | None:
    text = (schema.metadata or {}).get(_KEY)
    return None if text is None else dict(json.loads(text))


def _option_table(quotes: OptionQuotes, packed: bool) -> Any:
    """Return the columns; a bool takes a byte in the memory-mapped form, so that it can be viewed in place."""
    import pyarrow as pa

    utc = pa.timestamp("ns", tz="UTC")
    names = pa.DictionaryArray.from_arrays(
        pa.array(quotes.instrument, pa.int32()), pa.array(quotes.instruments, pa.string())
    )
    columns = {
        "time": pa.array(quotes.time).view(utc),
        "expiry": pa.array(quotes.expiry).view(utc),
        "instrument": names,
        "is_call": pa.array(quotes.is_call) if packed else pa.array(quotes.is_call.view(np.uint8)),
        **{name: pa.array(getattr(quotes, name)) for name in FLOAT_COLUMNS},
    }
    return pa.table(columns)


def _price_table(prices: Prices) -> Any:
    import pyarrow as pa

    columns = {"time": pa.array(prices.time).view(pa.timestamp("ns", tz="UTC"))}
    return pa.table(columns | {name: pa.array(getattr(prices, name)) for name in _BARS})


def _write(table: Any, stream: Any, packed: bool) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    if packed:
        parquet.write_table(table, stream, compression="zstd")
        return
    with pa.ipc.new_file(stream, table.schema) as writer:
        writer.write_batch(table.combine_chunks().to_batches()[0])  # one batch, so that each column is one view


def _read_table(path: Path) -> Any:
    import pyarrow as pa
    from pyarrow import parquet

    if path.suffix == ".parquet":
        return parquet.ParquetFile(str(path)).read()
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def _options(table: Any, facts: dict[str, Any]) -> OptionQuotes:
    is_call = _array(table, "is_call")
    return OptionQuotes(
        time=_array(table, "time"),
        expiry=_array(table, "expiry"),
        instrument=_codes(table, facts["instruments"]),
        is_call=is_call if is_call.dtype == np.bool_ else is_call.view(np.bool_),
        **{name: _array(table, name) for name in FLOAT_COLUMNS},
        settlement=Settlement(facts["settlement"]),
        currency=facts["currency"],
        venue=facts["venue"],
        instruments=tuple(facts["instruments"]),
        target=Target(facts["target"]),
        axis=Axis(facts["axis"]),
        source=facts["source"],
    )


def _prices(table: Any, facts: dict[str, Any]) -> Prices:
    columns = {name: _array(table, name) for name in ("time", *_BARS)}
    return Prices(**columns, symbol=facts["symbol"], source=facts["source"])


def _array(table: Any, name: str) -> Any:
    """Return a column as a NumPy view where Arrow allows it, else as a copy."""
    import pyarrow as pa

    column = table.column(name)
    if pa.types.is_timestamp(column.type):
        column = pa.chunked_array([chunk.view(pa.int64()) for chunk in column.chunks])
    return as_bools(column) if pa.types.is_boolean(column.type) else as_numbers(column)


def _codes(table: Any, instruments: list[str]) -> Any:
    """Return each row's index into `instruments`; Parquet may have numbered its dictionary differently."""
    import pyarrow as pa

    column = table.column("instrument").unify_dictionaries()
    whole = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    if not pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_encode()
    code, names = as_numbers(whole.indices), whole.dictionary.to_pylist()
    if names == instruments:
        return code
    place = {name: i for i, name in enumerate(instruments)}
    return np.array([place[name] for name in names], dtype=np.int32)[code]
