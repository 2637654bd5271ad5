"""Opening vendor files: recognised by content, read, reported.

The way of a file: border check and hash (`source_file`) -> raw columns (`raw_table`) -> vendor (`vendor`) -> its reader
(`deribit`, `price_bars`) -> dataset and report.
"""

import os
import time as wall_clock
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

import numpy as np

from outsample import __version__
from outsample.errors import DataError, OutsampleError
from outsample.io.bar_stamps import BarStamp
from outsample.io.deribit import read_deribit
from outsample.io.price_bars import read_prices
from outsample.io.raw_table import RawTable, read_raw
from outsample.io.reading import Reading
from outsample.io.report import ImportReport, RejectLog, SourceFile
from outsample.io.source_file import examine
from outsample.io.store import Imported, is_store, read_store
from outsample.io.vendor import Vendor, detect

__all__ = ["READER_VERSION", "ImportCancelledError", "Paths", "as_paths", "open_files"]

READER_VERSION: Final = 1  # raise it whenever the same file would be read differently: cached imports then lapse
Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


class ImportCancelledError(OutsampleError):
    """The user stopped the import; nothing was changed."""


def open_files(
    paths: Paths,
    vendor: Vendor | None = None,
    currency: str | None = None,
    progress: Callable[[float, str], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    symbol: str | None = None,
    stamp: BarStamp | None = None,
) -> Imported:
    """Return the dataset in one file, or in several of one vendor, and the report of the import.

    Parameters
    ----------
    paths : path or sequence of paths
        CSV, gzipped CSV, Parquet or Arrow; a file written by `write_store` is opened as it is.
    vendor : Vendor or None
        None recognises the vendor by its columns.
    currency : str or None
        Underlying to take from an option chain; None takes the most frequent.
    progress : callable, optional
        Called with (fraction, what is being done).
    cancelled : callable, optional
        Asked between steps; true stops the import.
    symbol : str or None
        Series to take from a price file that holds several.
    stamp : BarStamp or None
        Whether the stamps of price bars are their beginning or their end; None decides by the kind of file.

    Raises
    ------
    DataError
        If a file cannot be read or understood, in one sentence with the cure.
    ImportCancelledError
        If `cancelled` returned true.
    """
    begin = wall_clock.perf_counter()
    step = _steps(progress, cancelled)
    wanted = as_paths(paths)
    store = _among(wanted)
    if store is not None:
        step(0.0, f"reading {store.name}")
        imported = read_store(store)
        step(1.0, "done")
        return imported
    files, tables = _read_all(wanted, step)
    chosen = _one_vendor(tables) if vendor is None else vendor
    log = RejectLog()

    def half(fraction: float, what: str) -> None:
        step(0.5 + 0.5 * fraction, what)

    if chosen is Vendor.DERIBIT:
        reading = read_deribit(tables, currency, log, half)
    else:
        reading = read_prices(tables, symbol, stamp, log, half)
    rows_read = sum(table.size + len(table.broken) for table in tables)
    report = _report(chosen, files, rows_read, reading, log, wall_clock.perf_counter() - begin)
    step(1.0, "done")
    return Imported(replace(reading.dataset, source=_source(report)), report)


def _steps(
    progress: Callable[[float, str], None] | None, cancelled: Callable[[], bool] | None
) -> Callable[[float, str], None]:
    """Return what is called between steps: it stops the import if asked to, else tells how far it is."""

    def step(fraction: float, what: str) -> None:
        if cancelled is not None and cancelled():
            raise ImportCancelledError(
                "the import was stopped before it ended; nothing was changed, open the file again"
            )
        if progress is not None:
            progress(fraction, what)

    return step


def _read_all(wanted: list[Path], step: Callable[[float, str], None]) -> tuple[list[SourceFile], list[RawTable]]:
    files: list[SourceFile] = []
    tables: list[RawTable] = []
    for i, path in enumerate(wanted):
        step(0.5 * i / len(wanted), f"reading {path.name}")
        file, form = examine(path)
        files.append(file)
        tables.append(read_raw(path, form))
    return files, tables


def as_paths(paths: Paths) -> list[Path]:
    """Return one path or many as a list.

    Raises
    ------
    DataError
        If there is none.
    """
    listed = [Path(paths)] if isinstance(paths, str | os.PathLike) else [Path(path) for path in paths]
    if not listed:
        raise DataError("at least one data file is required, found none; choose a file")
    return listed


def _among(wanted: list[Path]) -> Path | None:
    """Return the store among the paths, None if there is none; refuse it in company."""
    store = next((path for path in wanted if is_store(path)), None)
    if store is not None and len(wanted) > 1:
        raise DataError(f"a store is opened by itself, found {store.name} among {len(wanted)} files; open it alone")
    return store


def _one_vendor(tables: Sequence[RawTable]) -> Vendor:
    found = {table.file: detect(table.names, table.file) for table in tables}
    if len(set(found.values())) > 1:
        first = {found[file]: file for file in reversed(found)}
        kinds = " and ".join(f"{vendor.value} ({file})" for vendor, file in reversed(first.items()))
        raise DataError(f"files opened together must be of one vendor, found {kinds}; open them one by one")
    return next(iter(found.values()))


def _report(
    vendor: Vendor, files: list[SourceFile], rows_read: int, reading: Reading, log: RejectLog, seconds: float
) -> ImportReport:
    import pyarrow as pa

    return ImportReport(
        vendor=vendor,
        files=tuple(files),
        rows_read=rows_read,
        rows_kept=reading.rows_kept,
        rejected=dict(sorted(log.counts.items(), key=lambda item: -item[1])),
        rejects=tuple(log.kept),
        left_out=reading.left_out,
        mapping=reading.mapping,
        notes=reading.notes,
        self_check=reading.self_check,
        seconds=round(seconds, 3),
        versions={
            "outsample": __version__,
            "reader": str(READER_VERSION),
            "pyarrow": pa.__version__,
            "numpy": np.__version__,
        },
    )


def _source(report: ImportReport) -> dict[str, object]:
    """Return what the dataset itself keeps of the report: files, mapping, versions."""
    return {
        "files": [asdict(file) for file in report.files],
        "mapping": [asdict(column) for column in report.mapping],
        "versions": report.versions,
    }
