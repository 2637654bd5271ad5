"""What each pane shows, as frozen values that compare by content."""

from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np

from outsample.report.table import Table
from outsample.typing import Bools, Floats, Integers
from outsample.verdict import Status
from outsample.windows import Handle, Scheme, Split
from outsample_desktop.resolve.bands import Bands

__all__ = [
    "Curve",
    "DecayView",
    "FrontView",
    "ModelRow",
    "ModelsView",
    "SliceView",
    "StatusView",
    "SurfaceView",
    "TimelineView",
    "VerdictView",
    "ViewState",
    "same",
]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A line of one model.

    Parameters
    ----------
    name, title : str
    hue : int
        Index into the model hues of the theme; -1 for observed values.
    x, y : (n,) array
        NaN breaks the line.
    is_active : bool
    """

    name: str
    title: str
    hue: int
    x: Floats
    y: Floats
    is_active: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class TimelineView:
    """Price, regimes, losses and the split. Horizontal values are UTC seconds.

    Parameters
    ----------
    times : (m,) int64 array
        Observation times, ns: where handles snap to.
    price : Curve
    price_label, loss_label : str
    bands : Bands
    losses : tuple of Curve
    is_log : bool
        Losses are drawn on a logarithmic axis.
    split : Split
    scheme : Scheme
    handle : Handle
    cursor : float
        Seconds.
    brushed : (j,) array
        Seconds at which the brushed cell has quotes.
    brushed_share : (j,) array
        Share of the largest loss among them, 0..1.
    """

    times: Integers
    price: Curve
    price_label: str
    loss_label: str
    bands: Bands
    losses: tuple[Curve, ...]
    is_log: bool
    split: Split
    scheme: Scheme
    handle: Handle
    cursor: float
    brushed: Floats
    brushed_share: Floats


@dataclass(frozen=True, slots=True)
class VerdictView:
    """The verdict sheet of the active model.

    Parameters
    ----------
    model : str
    status : Status, optional
        None where the model failed; `rule` then holds the sentence.
    effect, rule, caveat : str
    facts : tuple of (label, value)
    """

    model: str
    status: Status | None
    effect: str
    rule: str
    caveat: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One row of the table of models; texts are as shown."""

    name: str
    title: str
    hue: int
    is_on: bool
    is_active: bool
    status: Status | None
    cells: tuple[str, ...]
    failure: str = ""


@dataclass(frozen=True, slots=True)
class ModelsView:
    """The table of models."""

    headers: tuple[str, ...]
    rows: tuple[ModelRow, ...]


@dataclass(frozen=True, slots=True, eq=False)
class DecayView:
    """Loss against days since the train end.

    Parameters
    ----------
    curves : tuple of Curve
    low, high : (b,) array
        Pointwise band of the active model, at the points of its curve.
    low_all, high_all : (b,) array
        Simultaneous band; empty while a boundary is held.
    level : float
        Train level of the active model; NaN for none.
    label : str
    is_log : bool
        Curves, band and level are log10 of what the axis reads.
    hatched : bool
    note : str
        Why there is nothing to see; empty otherwise.
    """

    curves: tuple[Curve, ...]
    low: Floats
    high: Floats
    low_all: Floats
    high_all: Floats
    level: float
    label: str
    is_log: bool
    hatched: bool
    note: str


@dataclass(frozen=True, slots=True, eq=False)
class SurfaceView:
    """Cells of the error surface, or of losses by regime.

    Parameters
    ----------
    value, count : (rows, columns) array
        NaN where empty.
    sparse : (rows, columns) bool array
    rows, columns : tuple of str
    title, detail, unit, row_title, column_title : str
    is_signed : bool
        Drawn on the diverging scale, white at zero.
    reach : float
        Value at the end of the colour scale.
    cell : int, optional
        Brushed cell.
    note : str
        Why there is nothing to see; empty otherwise.
    """

    value: Floats
    count: Floats
    sparse: Bools
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    title: str
    detail: str
    unit: str
    row_title: str
    column_title: str
    is_signed: bool
    reach: float
    cell: int | None
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class SliceView:
    """A cut through observed and predicted values at the cursor.

    Parameters
    ----------
    title, x_label, y_label : str
    observed : Curve, optional
        None where there is nothing to see; `note` says why.
    curves : tuple of Curve
        One a model.
    is_time, is_log_x : bool
        x is UTC seconds; x is log10 of what the axis reads.
    note : str
    """

    title: str
    x_label: str
    y_label: str
    observed: Curve | None
    curves: tuple[Curve, ...]
    is_time: bool = False
    is_log_x: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class StatusView:
    """The status bar."""

    is_exact: bool
    text: str


class FrontView(Protocol):
    """What a room other than the overview shows."""

    @property
    def tables(self) -> dict[str, Table]:
        """The numbers of each pane, by the names of `Page.panes`; several panes may share a table."""


@dataclass(frozen=True, slots=True, eq=False)
class ViewState:
    """Everything on screen for one state; of the rooms, the overview and the one in front."""

    timeline: TimelineView
    verdict: VerdictView
    models: ModelsView
    decay: DecayView
    surface: SurfaceView
    smile: SliceView
    term: SliceView
    status: StatusView
    front: FrontView | None = None


def same(one: Any, other: Any) -> bool:
    """Whether two parts of a view state show the same thing."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return bool(one.shape == other.shape and one.dtype == other.dtype and one.tobytes() == other.tobytes())
    if isinstance(one, tuple):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if is_dataclass(one) and not isinstance(one, type):
        return all(same(getattr(one, name), getattr(other, name)) for name in _names(type(one)))
    return bool(one == other) or (one != one and other != other)


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
