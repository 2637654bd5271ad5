"""Which column of a file is meant: spelling, case, order and decoration do not matter."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

__all__ = ["find", "find_by_word", "listing", "normal", "words"]


@lru_cache(maxsize=4_096)  # hundreds of files repeat the same header
def normal(name: str) -> str:
    """Return `name` in lower case with letters and digits only: ``"Adj Close*"`` -> ``"adjclose"``."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in folded if character.isalnum())


def words(name: str) -> list[str]:
    """Return the words of `name` in lower case: ``"1. open (UTC)"`` -> ``["1", "open", "utc"]``."""
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", name).casefold())


def find(names: Sequence[str], aliases: Sequence[str]) -> str | None:
    """Return the first of `names` that is spelled like an alias, aliases in order of preference."""
    spelled = {normal(name): name for name in reversed(names)}
    return next((spelled[alias] for alias in aliases if alias in spelled), None)


def find_by_word(names: Sequence[str], wanted: set[str], unwanted: set[str]) -> str | None:
    """Return the first of `names` that contains a wanted word and no unwanted one."""
    for name in names:
        found = set(words(name))
        if found & wanted and not found & unwanted:
            return name
    return None


def listing(names: Sequence[str], most: int = 20) -> str:
    """Return `names` as text for a message, shortened after `most`."""
    shown = ", ".join((name if len(name) <= 40 else f"{name[:39]}…") or "(no name)" for name in names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")
