"""What each model of the catalogue does, and when not to trust it."""

from dataclasses import dataclass
from functools import cache
from typing import Final

from outsample_resources.package_files import marked_terms, names, read, unmarked
from outsample_resources.terms import entry_of

__all__ = ["MethodNote", "method_names", "method_note"]

_FOLDER: Final = "notes"
_SUFFIX: Final = ".md"
_PROSE: Final = {
    "Purpose": "purpose",
    "Mechanism": "mechanism",
    "Signs of risk": "signs_of_risk",
    "Strengths": "strengths",
    "Limits": "limits",
}


@dataclass(frozen=True, slots=True)
class MethodNote:
    """One model in words.

    Parameters
    ----------
    title : str
        As shown on screen.
    purpose : str
        The question it answers, and what it is compared with.
    mechanism : str
        What is estimated on the train window, and how a prediction comes about.
    signs_of_risk : str
        What on screen says that it is failing.
    strengths, limits : str
    formula : str
        Plain text; one formula a line.
    references : tuple of str
    terms : tuple of str
        Glossary terms that the text uses, in the order of their first use.
    """

    title: str
    purpose: str
    mechanism: str
    signs_of_risk: str
    strengths: str
    limits: str
    formula: str
    references: tuple[str, ...]
    terms: tuple[str, ...]


@cache
def method_names() -> tuple[str, ...]:
    """Return the names that have a method note: those of the catalogue, in alphabetical order."""
    return names(_FOLDER, _SUFFIX)


@cache
def method_note(name: str) -> MethodNote:
    """Return the method note of the catalogue entry `name`.

    Raises
    ------
    UnknownResourceError
        There is none; the sentence lists those there are.
    """
    text = read(_FOLDER, name, _SUFFIX, "a method note")
    title, *sections = text.removeprefix("# ").split("\n## ")
    parts = {heading: body.strip() for heading, _, body in (section.partition("\n") for section in sections)}
    formula = parts["Formula"].strip("`").strip()
    references = (line.removeprefix("- ") for line in _flowing(parts["References"]).splitlines() if line)
    prose = {heading: _flowing(parts[heading]) for heading in _PROSE}
    return MethodNote(
        title=title.strip(),
        **{field: unmarked(prose[heading]) for heading, field in _PROSE.items()},
        formula=formula,
        references=tuple(references),
        terms=tuple(dict.fromkeys(entry_of(term) for term in marked_terms("\n".join(prose.values())))),
    )


def _flowing(text: str) -> str:
    """Return text with the line breaks of the file taken out; paragraphs and list items stay apart."""
    lines: list[str] = []
    for line in text.splitlines():
        if lines and lines[-1] and line and not line.startswith("- "):
            lines[-1] += " " + line.strip()
        else:
            lines.append(line.strip())
    return "\n".join(lines)
