"""The files of this package, read where it stands: in a folder, a zip or a frozen application."""

import re
from importlib import resources
from typing import Final

__all__ = ["UnknownResourceError", "marked_terms", "names", "read", "unmarked"]

_PACKAGE: Final = "outsample_resources"
_MARKED: Final = re.compile(r"(?<!\w)_([^_\s](?:[^_]*[^_\s])?)_(?!\w)")


class UnknownResourceError(LookupError):
    """There is nothing of that name; the text lists what there is."""


def names(folder: str, suffix: str) -> tuple[str, ...]:
    """Return the names, without `suffix`, of the files of `folder`, ascending."""
    found = resources.files(_PACKAGE).joinpath(folder).iterdir()
    return tuple(sorted(one.name.removesuffix(suffix) for one in found if one.name.endswith(suffix)))


def read(folder: str, name: str, suffix: str, kind: str) -> str:
    """Return the text of a file of `folder`.

    Parameters
    ----------
    folder, name, suffix : str
    kind : str
        What the user would call such a file, for the message.

    Raises
    ------
    UnknownResourceError
        `folder` has no file of that name.
    """
    known = names(folder, suffix)
    if name not in known:
        raise UnknownResourceError(f"{kind} must be one of {', '.join(known)}; found {name!r}; choose one of those")
    return resources.files(_PACKAGE).joinpath(folder, name + suffix).read_text(encoding="utf-8")


def marked_terms(text: str) -> tuple[str, ...]:
    """Return the glossary terms that `text` marks by underscores, each once, in the order of their first use.

    >>> marked_terms("the _regret_ of a _frozen model_ with start_time")
    ('regret', 'frozen model')
    """
    return tuple(dict.fromkeys(_MARKED.findall(text)))


def unmarked(text: str) -> str:
    """Return `text` without the underscores around its terms.

    >>> unmarked("the _regret_ of start_time")
    'the regret of start_time'
    """
    return _MARKED.sub(r"\1", text)
