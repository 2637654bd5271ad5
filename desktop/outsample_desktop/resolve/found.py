"""What a room needs longer than a frame for: worked out when nothing is held, and shown until there is another."""

from dataclasses import dataclass
from typing import TypeVar

from outsample_desktop.session import Room, State

__all__ = ["FOUND_IN", "WAITING", "Found", "found_key", "result_of", "standing_of"]

Result = TypeVar("Result")

WAITING = "being worked out …"
FOUND_IN = (Room.REGIMES, Room.DECAY, Room.ASSUMPTIONS)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What was worked out for a room.

    Parameters
    ----------
    key : tuple
        As of `found_key`: what it was worked out for.
    result : object, optional
        Of the type that the room shows; None where `problem` says why.
    problem : str
        One sentence for the user.
    is_whole : bool
        Nothing more follows.
    """

    key: tuple[object, ...]
    result: object | None
    problem: str = ""
    is_whole: bool = True

    def is_of(self, state: State, active: str) -> bool:
        """Whether it is what the room in front is to show."""
        return self.key == found_key(state, active)


def found_key(state: State, active: str) -> tuple[object, ...]:
    """Return everything that the findings of the room in front depend on.

    Parameters
    ----------
    state : State
    active : str
        Model whose decay is shown.
    """
    data = (state.fingerprint, state.target, state.axis, state.parameters)
    asked = (state.split, state.scheme, state.score, state.composition, state.models)
    return (state.room, *data, *asked, active if state.room is Room.DECAY else "")


def result_of(found: Found | None, kind: type[Result]) -> Result | None:
    """Return what was worked out, where it is what a room shows; None before there is any, and for another room's."""
    return found.result if found is not None and isinstance(found.result, kind) else None


def standing_of(found: Found | None, state: State, active: str) -> tuple[str, str]:
    """Return whether what was worked out belongs to the state, in a few words, and why there is nothing to see.

    Parameters
    ----------
    found : Found, optional
    state : State
        With the room in front.
    active : str
        Model whose decay is shown.
    """
    if found is None:
        return WAITING, ""
    if not found.is_of(state, active):
        return "of the boundaries before, new ones follow", found.problem
    return "" if found.is_whole else "more follows", found.problem
