"""What changed, one sentence a change, from the fragments in the folder `changelog`."""

from functools import cache
from typing import Final

from outsample_resources.package_files import names, read

__all__ = ["changelog"]

_FOLDER: Final = "changelog"
_SUFFIX: Final = ".md"
_DATE: Final = len("2026-11-22")


@cache
def changelog() -> tuple[str, ...]:
    """Return one sentence a change: newest day first, and alphabetically by file name within a day."""
    newest_first = sorted(names(_FOLDER, _SUFFIX), key=lambda name: name[:_DATE], reverse=True)
    return tuple(" ".join(read(_FOLDER, name, _SUFFIX, "a change").split()) for name in newest_first)
