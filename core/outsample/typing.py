"""Array aliases, time constants and the annotations from which the desktop builds its forms."""

from dataclasses import dataclass, fields
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "DAY",
    "HOUR",
    "SECOND",
    "YEAR",
    "Bools",
    "Bounds",
    "Floats",
    "Integers",
    "Label",
    "Unit",
    "constant",
    "freeze_columns",
    "frozen",
]

Scalar = TypeVar("Scalar", bound=np.generic)
Floats = NDArray[np.float64]
Integers = NDArray[np.signedinteger[Any]]
Bools = NDArray[np.bool_]

SECOND: Final = 1_000_000_000
HOUR: Final = 3_600 * SECOND
DAY: Final = 24 * HOUR
YEAR: Final = 365 * DAY  # Act/365 fixed, to the second: the venue's own convention


@dataclass(frozen=True, slots=True)
class Label:
    """What an annotated parameter is called: beside its box, and in a line with its number in place of ``{}``."""

    text: str
    brief: str


@dataclass(frozen=True, slots=True)
class Unit:
    """Unit of an annotated hyper-parameter, as shown beside its field."""

    symbol: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """Closed range an annotated hyper-parameter must lie in."""

    low: float
    high: float


def frozen(array: NDArray[Scalar]) -> NDArray[Scalar]:
    """Return `array` itself, made read-only."""
    array.flags.writeable = False
    return array


def freeze_columns(columns: Any) -> None:
    """Make every array among the fields of a dataclass read-only."""
    for one in fields(columns):
        column = getattr(columns, one.name)
        if isinstance(column, np.ndarray):
            frozen(column)


def constant(value: float, size: int) -> Floats:
    """Return a read-only array of one value that takes no memory: every element is the same eight bytes."""
    return np.broadcast_to(np.float64(value), (size,))
