"""`outsample import`: vendor files in, one store and its report out."""

from argparse import Namespace
from pathlib import Path

from outsample.errors import UsageError
from outsample.io import Vendor, open_files, write_store
from outsample.io.safe_write import replacing
from outsample_desktop.cli.progress import Progress
from outsample_desktop.sources import absolute, is_file

__all__ = ["import_files"]


def import_files(arguments: Namespace) -> int:
    """Read, report, store."""
    out, report = Path(arguments.out), arguments.report and Path(arguments.report)
    paths = [Path(absolute(name)) for name in arguments.files]
    if out.suffix not in (".arrow", ".parquet"):
        raise UsageError(f"--out needs a name ending in .parquet or .arrow, found {out.name}; change its ending")
    for target in filter(None, (out, report)):
        if is_file(target) and any(is_file(path) and path.samefile(target) for path in paths):
            raise UsageError(f"{target} is one of the files to read; choose another name, so that it is not lost")
    with Progress() as progress:
        imported = open_files(paths, _vendor(arguments.vendor), arguments.currency, progress, symbol=arguments.symbol)
        write_store(imported.dataset, imported.report, out)
    if report:
        with replacing(report) as stream:
            stream.write(imported.report.to_json().encode())
    for sentence in imported.report.sentences():
        print(sentence)
    print(f"Stored in {out}" + (f", report in {report}." if report else "."))
    return 0


def _vendor(name: str | None) -> Vendor | None:
    if name is None:
        return None
    for vendor in Vendor:
        if vendor.value == name.lower():
            return vendor
    known = ", ".join(vendor.value for vendor in Vendor)
    raise UsageError(f"--as must be one of {known}; found {name!r}; see `outsample vendors`")
