"""The words on screen, each in one or two sentences."""

import tomllib
from functools import cache
from importlib import resources

from outsample_resources.package_files import marked_terms, unmarked

__all__ = ["entry_of", "glossary", "linked_terms", "marked_glossary"]


def glossary() -> dict[str, str]:
    """Return term -> one or two sentences, in alphabetical order; the caller's own copy.

    >>> glossary()["purge"]
    'The gap between train end and test start, at least as long as the horizon of the label.'
    """
    return {term: unmarked(text) for term, text in marked_glossary().items()}


@cache
def marked_glossary() -> dict[str, str]:
    """Return the glossary with the terms that its sentences use marked by underscores, for links."""
    text = resources.files("outsample_resources").joinpath("glossary.toml").read_text(encoding="utf-8")
    subjects: dict[str, dict[str, str]] = tomllib.loads(text)
    entries = {term: sentence for entries in subjects.values() for term, sentence in entries.items()}
    return dict(sorted(entries.items(), key=lambda entry: entry[0].casefold()))


def linked_terms(term: str) -> tuple[str, ...]:
    """Return the other entries that the sentences of the entry `term` use, in the order of their first use.

    >>> linked_terms("verdict")
    ('limit',)
    """
    return tuple(dict.fromkeys(entry_of(used) for used in marked_terms(marked_glossary()[term])))


def entry_of(text: str) -> str:
    """Return the glossary entry that `text` names, whatever its case; `text` itself where there is none.

    >>> entry_of("Regret")
    'regret'
    """
    return _entries().get(text.casefold(), text)


@cache
def _entries() -> dict[str, str]:
    return {term.casefold(): term for term in marked_glossary()}
