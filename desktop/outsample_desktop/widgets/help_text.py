"""Method notes and glossary entries as rich text, with a link wherever one of their terms is mentioned."""

from collections.abc import Iterable
from html import escape
from typing import Final
from urllib.parse import quote

from outsample_desktop.theme import Colours
from outsample_desktop.widgets.words_on_screen import alias_of
from outsample_resources import glossary, linked_terms, mentions, method_note

__all__ = ["SCHEME", "entry_text", "note_text", "style"]

SCHEME: Final = "term"  # of the links: term:regret
_SECTIONS: Final = ("purpose", "mechanism", "signs_of_risk", "strengths", "limits")


def style(role: Colours) -> str:
    """Return the style sheet of a help text in the colours of a theme."""
    return (
        f"h1 {{ font-size: large; color: {role.text}; }} h2 {{ font-size: small; color: {role.muted}; }}"
        f"a {{ color: {role.passed}; }} pre {{ white-space: pre-wrap; background: {role.raised}; }}"
        f".small {{ color: {role.muted}; font-size: small; }}"
    )


def note_text(name: str) -> str:
    """Return the method note of a catalogue entry as HTML."""
    note = method_note(name)
    parts = [f"<h1>{escape(note.title)}</h1>"]
    for field in _SECTIONS:
        heading = field.replace("_", " ").capitalize()
        parts += [f"<h2>{heading}</h2>", *(f"<p>{_linked(text, note.terms)}</p>" for text in _paragraphs(note, field))]
    parts.append(f"<h2>Formula</h2><pre>{escape(note.formula)}</pre><h2>References</h2>")
    parts += [f'<p class="small">{escape(reference)}</p>' for reference in note.references]
    return "".join(parts)


def entry_text(entry: str) -> str:
    """Return a glossary entry as HTML: what it means, and what it is called on screen where that differs."""
    parts = [f"<h1>{escape(entry)}</h1>", f"<p>{_linked(glossary()[entry], linked_terms(entry))}</p>"]
    labels = [label for label in alias_of(entry) if label != entry.casefold()]
    if labels:
        parts.append(f'<p class="small">On screen: {escape(" · ".join(labels))}</p>')
    return "".join(parts)


def _paragraphs(note: object, field: str) -> list[str]:
    return [text for text in str(getattr(note, field)).splitlines() if text]


def _linked(text: str, terms: Iterable[str]) -> str:
    """Return text as HTML in which each mention of a term leads to it."""
    parts, end = [], 0
    for start, stop, term in mentions(text, terms):
        link = f'<a href="{SCHEME}:{quote(term)}">{escape(text[start:stop])}</a>'
        parts += [escape(text[end:start]), link]
        end = stop
    return "".join((*parts, escape(text[end:])))
