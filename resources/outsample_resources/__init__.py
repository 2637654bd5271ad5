"""What the application says and shows besides numbers: method notes, glossary, icons, what is new."""

from outsample_resources.method_notes import MethodNote, method_names, method_note
from outsample_resources.package_files import UnknownResourceError
from outsample_resources.pictograms import icon, icon_names
from outsample_resources.term_places import mentions
from outsample_resources.terms import entry_of, glossary, linked_terms
from outsample_resources.whats_new import changelog

__all__ = [
    "MethodNote",
    "UnknownResourceError",
    "changelog",
    "entry_of",
    "glossary",
    "icon",
    "icon_names",
    "linked_terms",
    "mentions",
    "method_names",
    "method_note",
]
