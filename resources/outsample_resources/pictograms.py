"""Icons as SVG text: original drawings on a grid of 24, lines of the colour of the text around them."""

from functools import cache
from typing import Final

from outsample_resources.package_files import names, read

__all__ = ["icon", "icon_names"]

_FOLDER: Final = "icons"
_SUFFIX: Final = ".svg"


@cache
def icon_names() -> tuple[str, ...]:
    """Return the names of all icons; `outsample` is the mark of the application."""
    return names(_FOLDER, _SUFFIX)


@cache
def icon(name: str) -> str:
    """Return the SVG text of an icon.

    Every icon but `outsample` is drawn in ``currentColor``. Qt draws that black: replace the word by a colour first.

    Raises
    ------
    UnknownResourceError
        There is none of that name; the sentence lists those there are.
    """
    return read(_FOLDER, name, _SUFFIX, "an icon")
