"""The cells of the error surface: moneyness x tenor, independent of any split or fitted parameter."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from outsample.typing import Floats, Integers

__all__ = ["TENOR_EDGES", "Axis", "Grid"]

TENOR_EDGES: Final = (2.0, 7.0, 14.0, 30.0, 60.0, 90.0, 180.0)  # days, open ends
_MONEYNESS_EDGES: Final = (-2.0, -1.25, -0.75, -0.25, 0.25, 0.75, 1.25, 2.0)
_DELTA_EDGES: Final = (0.95, 0.85, 0.75, 0.60, 0.40, 0.25, 0.15, 0.05)


class Axis(Enum):
    """Horizontal axis of the surface, always drawn from low strikes to high strikes."""

    MONEYNESS = "moneyness"
    DELTA = "delta"


@dataclass(frozen=True, slots=True)
class Grid:
    """Cell edges; bins are half-open ``[edge, next)`` with open ends.

    Parameters
    ----------
    axis : Axis
        Standardised moneyness ``ln(K/F) / (sigma_atm sqrt T)``, or call-equivalent forward Black delta.
    tenor_edges : tuple of float
        Days.
    """

    axis: Axis = Axis.MONEYNESS
    tenor_edges: tuple[float, ...] = TENOR_EDGES

    @property
    def edges(self) -> tuple[float, ...]:
        """Edges of the horizontal axis, from low to high strike."""
        return _MONEYNESS_EDGES if self.axis is Axis.MONEYNESS else _DELTA_EDGES

    @property
    def columns(self) -> int:
        """Number of moneyness bins."""
        return len(self.edges) + 1

    @property
    def rows(self) -> int:
        """Number of tenor bins."""
        return len(self.tenor_edges) + 1

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.rows * self.columns

    def cell(self, coordinate: Floats, tenor_days: Floats) -> Integers:
        """Return the cell ``row * columns + column`` of each quote, int16; NaN coordinates land in the last bin."""
        edges = np.asarray(self.edges)
        sign = 1.0 if self.axis is Axis.MONEYNESS else -1.0
        column = np.searchsorted(sign * edges, sign * coordinate, side="right")
        row = np.searchsorted(np.asarray(self.tenor_edges), tenor_days, side="right")
        return np.asarray(row * self.columns + column, dtype=np.int16)

    def column_labels(self) -> tuple[str, ...]:
        """Return the text of each moneyness bin."""
        edges = [f"{edge:g}".replace("-", "−") for edge in self.edges]
        first, last = ("< ", "≥ ") if self.axis is Axis.MONEYNESS else ("> ", "≤ ")
        middle = [f"{a} … {b}" for a, b in zip(edges[:-1], edges[1:], strict=True)]
        return (first + edges[0], *middle, last + edges[-1])

    def row_labels(self) -> tuple[str, ...]:
        """Return the text of each tenor bin, in days."""
        edges = [f"{edge:g}" for edge in self.tenor_edges]
        middle = [f"{a}–{b} d" for a, b in zip(edges[:-1], edges[1:], strict=True)]
        return (f"< {edges[0]} d", *middle, f"≥ {edges[-1]} d")
