"""Names of data: the built-in ones, and files that must be found again from another folder."""

from contextlib import suppress
from pathlib import Path
from typing import Final

from outsample.errors import DataError

__all__ = ["BUILT_IN", "SAMPLE", "SEPARATOR", "SP500", "absolute", "is_file", "located"]

SAMPLE: Final = "sample:"
SP500: Final = "sp500:"
BUILT_IN: Final = (SAMPLE, SP500)
SEPARATOR: Final = "\n"  # between the files of one source


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
