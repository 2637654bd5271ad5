"""Everything of an analysis into one folder: first made aside, then put in place."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from outsample.errors import ExportError
from outsample.io.book import Book
from outsample.io.safe_write import replacing
from outsample.report.analysis import Analysis
from outsample.report.csv_file import refuse_folder, write_json, write_table
from outsample.report.sidecar import sidecar
from outsample.report.table import Table
from outsample.report.tables import decay_table, losses_table, parameters_table, studies_table, surface_table
from outsample.report.verdict_sheet import Recorded, verdict_sheet

__all__ = ["write_evaluation"]

UNFINISHED: Final = ".unfinished-"


def write_evaluation(
    analysis: Analysis,
    folder: Path,
    case_text: str,
    recorded: Recorded | None = None,
    book: Book | None = None,
    further: Iterable[Table] = (),
) -> tuple[Path, ...]:
    """Write tables with sidecars, ``verdict.json`` and ``case.json``.

    Parameters
    ----------
    analysis : Analysis
    folder : Path
        Made if it does not exist; other files in it stay.
    case_text : str
        The state as text, written as it is.
    recorded : Recorded, optional
        What a case knew of its data.
    book : Book, optional
        Positions in the instruments of the data, with tables of their own.
    further : iterable of Table
        Written beside the others, as ``NAME.csv``.

    Returns
    -------
    tuple of Path
        The files, in the order written.

    Raises
    ------
    ExportError
        Something cannot be written; whatever stood in the folder before is as it was.
    """
    from outsample.report.option_tables import book_tables, option_tables  # what no start of the application needs

    with _staged(folder) as stage:
        facts = sidecar(analysis, case_text)
        made: list[Path] = []
        for make in (studies_table, losses_table, surface_table, decay_table, parameters_table):
            table = make(analysis)
            made += write_table(table, stage / f"{table.name}.csv", facts)
        for table in (*option_tables(analysis), *(book_tables(analysis, book) if book else ()), *further):
            made += write_table(table, stage / f"{table.name}.csv", facts)
        made.append(write_json(verdict_sheet(analysis, recorded), stage / "verdict.json"))
        case = stage / "case.json"
        with replacing(case) as stream:
            stream.write(case_text.encode())
        made.append(case)
        return _put_in_place(made, folder)


@contextmanager
def _staged(folder: Path) -> Iterator[Path]:
    """Yield a folder inside `folder` that is gone afterwards; a folder made for nothing goes too."""
    existed = folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder))
    except OSError as error:
        raise ExportError(_sentence(folder, error)) from error
    try:
        yield stage
    except ExportError as error:
        raise ExportError(str(error).replace(str(stage), str(folder))) from error
    except OSError as error:
        raise ExportError(_sentence(folder, error)) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        if not existed:
            with suppress(OSError):
                folder.rmdir()  # succeeds only where nothing was put in place


def _put_in_place(made: list[Path], folder: Path) -> tuple[Path, ...]:
    targets = tuple(folder / path.name for path in made)
    for target in targets:
        refuse_folder(target)
    done: list[tuple[Path, Path]] = []
    try:
        for path, target in zip(made, targets, strict=True):
            before = path.with_name(f"{path.name}.before")
            if target.exists():
                target.replace(before)
            done.append((target, before))
            path.replace(target)
    except OSError:  # a file that another program holds open, on Windows: what was exchanged goes back
        for target, before in reversed(done):
            target.unlink(missing_ok=True)
            if before.exists():
                before.replace(target)
        raise
    return targets


def _sentence(folder: Path, error: OSError) -> str:
    return (
        f"{folder} must be a folder that can be written to, found: {error.strerror or error}; "
        "free some space or choose another folder"
    )
