"""Data by name: the built-in ones, and files that are imported once, kept, and found again from another folder."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import platformdirs

from outsample.datasets import OptionQuotes, Prices
from outsample.errors import DataError
from outsample.io import ImportReport, import_cached, read_store
from outsample.sample import ensure_sample, sp500_prices

__all__ = ["BUILT_IN", "SAMPLE", "SEPARATOR", "SP500", "Loaded", "absolute", "is_file", "load", "located"]

SAMPLE: Final = "sample:"
SP500: Final = "sp500:"
BUILT_IN: Final = (SAMPLE, SP500)
SEPARATOR: Final = "\n"  # between the files of one source


Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A data set that is ready to be analysed.

    Parameters
    ----------
    source : str
        As in the state.
    title : str
        Short name for people.
    data : OptionQuotes or Prices
    report : ImportReport, optional
        None for data that were made, not imported.
    """

    source: str
    title: str
    data: OptionQuotes | Prices
    report: ImportReport | None


def load(source: str, progress: Progress | None = None, cancelled: Callable[[], bool] | None = None) -> Loaded:
    """Return the data of a source: ``sample:``, ``sp500:``, or one or more files separated by newlines.

    Raises
    ------
    DataError, ImportCancelledError
        As the readers do.
    """
    cache = platformdirs.user_cache_path("outsample")
    if source == SAMPLE:
        paths = ensure_sample(cache / "sample", progress=progress, cancelled=cancelled)
        kept = read_store(paths.quotes)
        return Loaded(source, "Sample market (made, not real)", kept.dataset, kept.report)
    if source == SP500:
        return Loaded(source, "S&P 500", sp500_prices(), None)
    files = source.split(SEPARATOR)
    kept = import_cached(files, cache / "imports", progress=progress, cancelled=cancelled)
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return Loaded(source, Path(files[0]).name + more, kept.dataset, kept.report)


def absolute(source: str) -> str:
    """Return a source whose files are found from any folder, so that its case can be opened from anywhere.

    Raises
    ------
    DataError
        A name is none that a file can have; whether there is one is for the reader to say.
    """
    if source in BUILT_IN:
        return source
    found = []
    for name in source.split(SEPARATOR):
        try:
            path = Path(name).resolve()
            path.exists()
        except (OSError, RuntimeError, ValueError) as error:  # too long, a zero inside, links that go round in circles
            raise DataError(
                f"a file must have a name that can be looked up, found {name[:80]!r} ({type(error).__name__}); rename"
            ) from error
        found.append(str(path))
    return SEPARATOR.join(found)


def is_file(path: Path) -> bool:
    """Return whether there is a file; a name that no file can have is not there."""
    with suppress(OSError, ValueError):
        return path.is_file()
    return False


def located(source: str, folder: Path) -> str:
    """Return the source of a case that lies in `folder`: files that have moved are looked for beside the case.

    Raises
    ------
    DataError
        The case names no data, or a file is neither where it was nor beside the case.
    """
    if source in BUILT_IN:
        return source
    if not source:
        raise DataError("a case must name its data, found none; open the data and save the case again")
    found = []
    for name in source.split(SEPARATOR):
        places = (Path(name), folder / name, folder / Path(name).name)
        place = next((place for place in places if is_file(place)), None)
        if place is None:
            raise DataError(
                f"the case needs its data file {Path(name).name}, found it neither at {Path(name).parent} "
                "nor beside the case; put it beside the case"
            )
        found.append(str(place.resolve()))
    return SEPARATOR.join(found)
