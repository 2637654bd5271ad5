"""One table of commands feeds menus, shortcuts, the palette and the tests."""

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Command"]


@dataclass(frozen=True, slots=True)
class Command:
    """Something the user can do.

    Parameters
    ----------
    name : str
        Stable identity, ``menu.verb``.
    menu : str
        Menu it stands in.
    title : str
        As shown; one verb and its object.
    shortcut : str
        Portable key sequence, or empty.
    run : callable
    """

    name: str
    menu: str
    title: str
    shortcut: str
    run: Callable[[], object]
