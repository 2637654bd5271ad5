"""Import once: the second opening of the same content comes from the canonical store.

The key is made of the files' SHA-256, the choices of the caller and the version of the readers, so a changed file, a
changed choice or a better reader is never served an old answer.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from outsample.errors import DataError, ExportError
from outsample.io.bar_stamps import BarStamp
from outsample.io.opening import READER_VERSION, Paths, as_paths, open_files
from outsample.io.safe_write import replacing
from outsample.io.source_file import examine
from outsample.io.store import FORMAT_VERSION, Imported, is_store, read_store, write_store
from outsample.io.vendor import Vendor

__all__ = ["import_cached"]


def import_cached(
    paths: Paths,
    cache_folder: Path | str,
    vendor: Vendor | None = None,
    currency: str | None = None,
    progress: Callable[[float, str], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    symbol: str | None = None,
    stamp: BarStamp | None = None,
) -> Imported:
    """Return what `open_files` would, from `cache_folder` if the same content was opened before.

    The report is that of the original import. A damaged cache entry is replaced; a cache that cannot be written is
    noted in the report and does no harm.

    Parameters
    ----------
    paths, vendor, currency, progress, cancelled, symbol, stamp
        As for `open_files`.
    cache_folder : path
        Made if it does not exist; holds one ``.arrow`` and one ``.json`` (the report) per import.

    Raises
    ------
    DataError, ImportCancelledError
        As `open_files`.
    """
    wanted = as_paths(paths)
    if is_store(wanted[0]):
        return open_files(wanted, vendor, currency, progress, cancelled)
    files = [examine(path)[0] for path in wanted]
    key = _key([(file.name, file.sha256) for file in files], vendor, currency, symbol, stamp)
    entry = Path(cache_folder) / f"{key}.arrow"
    if entry.exists():
        try:
            return read_store(entry)
        except DataError:
            pass  # damaged: import again and write it anew
    imported = open_files(wanted, vendor, currency, progress, cancelled, symbol=symbol, stamp=stamp)
    try:
        _keep(imported, entry)
    except ExportError as error:
        note = f"The import could not be kept for next time: {error}."
        return replace(imported, report=replace(imported.report, notes=(*imported.report.notes, note)))
    return read_store(entry)


def _key(
    contents: list[tuple[str, str]],
    vendor: Vendor | None,
    currency: str | None,
    symbol: str | None,
    stamp: BarStamp | None,
) -> str:
    """Return 32 hex digits; the file names count because symbols and reports may come from them."""
    choices = [vendor.value if vendor else None, currency, symbol, stamp.value if stamp else None]
    text = json.dumps([READER_VERSION, FORMAT_VERSION, contents, choices])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _keep(imported: Imported, entry: Path) -> None:
    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(
            f"the cache folder {entry.parent} must exist, found: {error.strerror or error}; choose another folder"
        ) from error
    write_store(imported.dataset, imported.report, entry)
    with replacing(entry.with_suffix(".json")) as stream:
        stream.write(imported.report.to_json().encode())
