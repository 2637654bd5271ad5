"""Names of data: the built-in ones, and files that must be found again from another folder."""

from pathlib import Path
from typing import Final

from outsample.errors import DataError

__all__ = ["BUILT_IN", "SAMPLE", "SEPARATOR", "SP500", "absolute", "located"]

SAMPLE: Final = "sample:"
SP500: Final = "sp500:"
BUILT_IN: Final = (SAMPLE, SP500)
SEPARATOR: Final = "\n"  # between the files of one source


def absolute(source: str) -> str:
    """Return a source whose files are found from any folder, so that its case can be opened from anywhere."""
    if source in BUILT_IN:
        return source
    return SEPARATOR.join(str(Path(name).resolve()) for name in source.split(SEPARATOR))


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
        place = next((place for place in places if place.is_file()), None)
        if place is None:
            raise DataError(
                f"the case needs its data file {Path(name).name}, found it neither at {Path(name).parent} "
                "nor beside the case; put it beside the case"
            )
        found.append(str(place.resolve()))
    return SEPARATOR.join(found)
