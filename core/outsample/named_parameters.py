"""The named parameters of a frozen dataclass: label, unit, bounds, default and meaning, for forms and the command line.

A field that is annotated with a `Label`, a `Unit` and `Bounds` is one; its meaning is what the docstring of the class
says about it. So a number stands in one place, and every form, option and complaint about it follows.
"""

import inspect
import re
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from typing import Any, Final, cast, get_args, get_type_hints

from outsample.errors import UsageError
from outsample.typing import Bounds, Label, Unit

__all__ = [
    "NamedParameter",
    "check_parameters",
    "chosen",
    "named_choices",
    "named_parameters",
    "number_text",
    "words_of",
]

_LONGEST: Final = 40  # characters of what was found that a sentence quotes
_FIELD: Final = re.compile(r"^(\w+(?:, \w+)*) : .*\n((?:[ \t]+.*\n?)*)", re.MULTILINE)
_SECTION: Final = re.compile(r"^Parameters\n-+\n(.*?)(?:\n\n|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class NamedParameter:
    """One number that a user may set.

    Parameters
    ----------
    name : str
        Of the field.
    label : str
        As shown beside its box.
    brief : str
        A few words with ``{}`` where the number goes, for lines that say what differs from the default.
    unit : str
    bounds : Bounds
        Closed; every value lies inside.
    default : float
        An int where `is_whole`.
    is_whole : bool
        Only whole numbers make sense.
    meaning : str
        One or more sentences, on one line.
    """

    name: str
    label: str
    brief: str
    unit: str
    bounds: Bounds
    default: float
    is_whole: bool
    meaning: str

    @property
    def span(self) -> str:
        """Which values there are, in words: ``0.01 to 2 of the mid``."""
        return f"{number_text(self.bounds.low)} to {number_text(self.bounds.high)} {self.unit}"

    def checked(self, value: object, name: str = "") -> float:
        """Return `value` as the number it is.

        Parameters
        ----------
        value : object
            As a caller or a file has it; a truth value or a text is no number.
        name : str
            What the sentence calls the parameter; its label if left out.

        Raises
        ------
        UsageError
            It is not a number, not whole where it must be, or out of bounds.
        """
        low, high = self.bounds.low, self.bounds.high
        if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
            if not self.is_whole:
                return float(value)
            if value == int(value):
                return int(value)
        raise self._refusal(value, name)

    def read(self, text: str, name: str = "") -> float:
        """Return the number that was typed.

        Raises
        ------
        UsageError
            As `checked` does; the sentence quotes what was typed.
        """
        try:
            return self.checked(float(text), name)
        except (ValueError, UsageError):
            raise self._refusal(text.strip(), name) from None

    def written(self, value: float) -> str:
        """Return the shortest text that `read` gives back as the same number."""
        return number_text(value)

    def briefly(self, value: float) -> str:
        """Return a few words with the number: ``tenor ≥ 2 d``."""
        return self.brief.format(self.written(value))

    def _refusal(self, found: object, name: str) -> UsageError:
        called = name or self.label[:1].lower() + self.label[1:]
        kind = "a whole number" if self.is_whole else "a number"
        shown = repr(found)[:_LONGEST] if isinstance(found, str) else str(found)[:_LONGEST]
        default = self.written(self.default)
        return UsageError(f"{called} must be {kind} from {self.span}, found {shown}; the default is {default}")


@cache
def named_parameters(kind: type) -> tuple[NamedParameter, ...]:
    """Return the named parameters of a dataclass, in the order of its fields; fields without a `Label` are none."""
    hints, meanings = get_type_hints(kind, include_extras=True), _meanings(kind)
    found = []
    for one in fields(kind):
        number, *notes = get_args(hints[one.name]) or (None,)
        by_kind: dict[type, Any] = {type(note): note for note in notes}
        if Label not in by_kind:
            continue
        label, meaning = by_kind[Label], meanings.get(one.name, "")
        symbol, bounds, default = by_kind[Unit].symbol, by_kind[Bounds], cast("float", one.default)
        found.append(NamedParameter(one.name, label.text, label.brief, symbol, bounds, default, number is int, meaning))
    return tuple(found)


@cache
def named_choices(kind: type) -> dict[str, StrEnum]:
    """Return the fields of a dataclass that are one of a few words, with their defaults."""
    return {one.name: one.default for one in fields(kind) if isinstance(one.default, StrEnum)}


def words_of(choice: StrEnum) -> str:
    """Return what a choice is called on screen: its own ``words`` where it has some."""
    return str(getattr(choice, "words", choice.value.replace("-", " ")))


def chosen(default: StrEnum, value: object, name: str) -> StrEnum:
    """Return the choice that a case names.

    Raises
    ------
    UsageError
        It is none.
    """
    kind = type(default)
    if value not in [one.value for one in kind]:
        known = ", ".join(one.value for one in kind)
        raise UsageError(f"{name} must be one of {known}, found {str(value)[:_LONGEST]}; the default is {default}")
    return kind(str(value))


def check_parameters(values: object) -> None:
    """Refuse an instance with a named parameter that is no number or out of bounds.

    Raises
    ------
    UsageError
        In one sentence: required, found, default.
    """
    kind: type = type(values)
    for one in named_parameters(kind):
        one.checked(getattr(values, one.name))


def number_text(value: float) -> str:
    """Return the shortest text that reads back as `value`, whole numbers without a point."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def _meanings(kind: type) -> dict[str, str]:
    """Return what the numpydoc section of the class says about each field, without marks of code."""
    section = _SECTION.search(inspect.getdoc(kind) or "")
    found: dict[str, str] = {}
    for match in _FIELD.finditer(section.group(1) if section else ""):
        text = " ".join(match.group(2).split()).replace("``", "")
        found |= dict.fromkeys(match.group(1).split(", "), text)
    return found
