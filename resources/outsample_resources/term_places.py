"""Where a text names glossary terms, so that the word itself can be a link."""

import re
from collections.abc import Iterable

__all__ = ["mentions"]


def mentions(text: str, terms: Iterable[str]) -> tuple[tuple[int, int, str], ...]:
    """Return (start, stop, term) for every place of `text` that names one of `terms`, from left to right.

    Parameters
    ----------
    text : str
        As shown, without marks.
    terms : iterable of str
        Whole words are found, whatever their case; of terms that overlap the longest counts.

    >>> mentions("Regret, and the look-adjusted p-value.", ("p-value", "look-adjusted p-value", "regret"))
    ((0, 6, 'regret'), (16, 37, 'look-adjusted p-value'))
    """
    known = {term.casefold(): term for term in terms}
    if not known:
        return ()
    longest_first = sorted(known, key=len, reverse=True)
    pattern = rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)"
    found = re.finditer(pattern, text, re.IGNORECASE)
    return tuple((place.start(), place.end(), known[place[0].casefold()]) for place in found)
