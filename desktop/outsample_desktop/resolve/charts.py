"""What charts, bars and grids show, whichever room they stand in: frozen values that compare by content."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

import numpy as np

from outsample.report.table import Table
from outsample.typing import Bools, Floats
from outsample_desktop.resolve.bands import NO_BANDS, Bands

__all__ = ["Band", "Bar", "BarsView", "ChartView", "GridView", "Hue", "Level", "Line", "Stroke", "Tabled"]

Hue = int | str
"""Place among the model hues of the theme, or the name of one of its roles."""

_NOTHING: Final = np.empty(0)


class Stroke(Enum):
    """How a line is drawn."""

    SOLID = "solid"
    DASHED = "dashed"
    DOTTED = "dotted"


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line through points.

    Parameters
    ----------
    title : str
        In the legend; empty for a line that needs no name.
    hue : Hue
    x, y : (n,) array
        NaN breaks the line.
    stroke : Stroke
    is_active : bool
        Drawn thicker, over the others.
    """

    title: str
    hue: Hue
    x: Floats
    y: Floats
    stroke: Stroke = Stroke.SOLID
    is_active: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """An interval at each of some points; hatched where it is not to be taken at its word."""

    hue: Hue
    x: Floats
    low: Floats
    high: Floats
    is_hatched: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """A value that lines are held against, all across the chart."""

    value: float
    hue: Hue = "muted"
    stroke: Stroke = Stroke.DASHED


@dataclass(frozen=True, slots=True, eq=False)
class ChartView:
    """Lines over one axis.

    Parameters
    ----------
    title, detail : str
    lines : tuple of Line
    band : Band, optional
    levels : tuple of Level
    bands : Bands
        Stretches of regimes, along the bottom of a chart over time.
    points_x, points_y : (n,) array
    points_hue : Hue
    cursor : float
        Where a dotted vertical line stands; NaN for none.
    boundary : float
        Where a solid one does: the train end.
    is_time : bool
        x is UTC seconds.
    is_log_x, is_log_y : bool
        Values are log10 of what the axis reads.
    is_whole_y : bool
        y counts something: only whole numbers are marked.
    note : str
        Why there is nothing to see; empty otherwise.
    """

    title: str
    detail: str
    lines: tuple[Line, ...] = ()
    band: Band | None = None
    levels: tuple[Level, ...] = ()
    bands: Bands = NO_BANDS
    points_x: Floats = field(default_factory=lambda: _NOTHING)
    points_y: Floats = field(default_factory=lambda: _NOTHING)
    points_hue: Hue = "text"
    cursor: float = float("nan")
    boundary: float = float("nan")
    is_time: bool = False
    is_log_x: bool = False
    is_log_y: bool = False
    is_whole_y: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One amount with its interval.

    Parameters
    ----------
    title, text : str
        What it is, and how much as written beside it.
    value, low, high : float
        Interval NaN where there is none.
    hue : Hue
    is_hatched : bool
        Not distinguishable from nothing.
    is_total : bool
        The sum of the others, set off from them.
    said : str
        What it says, in a sentence for a tool tip.
    """

    title: str
    text: str
    value: float
    low: float
    high: float
    hue: Hue
    is_hatched: bool
    is_total: bool = False
    said: str = ""


@dataclass(frozen=True, slots=True)
class BarsView:
    """Amounts of one unit, one below the other, from a common zero."""

    title: str
    detail: str
    bars: tuple[Bar, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class GridView:
    """A table of values, each filled by its colour.

    Parameters
    ----------
    title, detail : str
    rows, columns : tuple of str
        First row on top.
    row_title, column_title, unit : str
    value : (rows, columns) array
        NaN is hatched as not known.
    is_weak : (rows, columns) bool array
        Known, but hatched: too little to be read.
    is_signed : bool
        Drawn on the diverging scale, white at zero.
    reach : float
        Value at the end of the colour scale.
    decimals : int
        Of the number in each cell, where it has room.
    is_blank : bool
        Cells without a value are left empty, since there never could be one.
    chosen : tuple of (row, column), optional
    marked : tuple of (row, column)
        Cells that lie at the cursor.
    note : str
        Why there is nothing to see; empty otherwise.
    """

    title: str
    detail: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    row_title: str
    column_title: str
    unit: str
    value: Floats
    is_weak: Bools
    is_signed: bool
    reach: float
    decimals: int = 2
    is_blank: bool = False
    chosen: tuple[int, int] | None = None
    marked: tuple[tuple[int, int], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tabled:
    """A table with a sentence above it.

    Parameters
    ----------
    table : Table
    sentence : str
    told : tuple of str
        What each row says at length, where a column would be too narrow for it.
    """

    table: Table
    sentence: str
    told: tuple[str, ...] = ()
