"""What real panes show, and the same spoiled in every way that data can be."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication, QWidget

from outsample.calibration.tape import CalibrationTape
from outsample.regimes import Regime
from outsample.report import analyse
from outsample.report.table import Table, column, times
from outsample.sample import SampleMarket
from outsample.study import Workspace
from outsample.typing import SECOND
from outsample.verdict import Status
from outsample.windows import default_split
from outsample_desktop.resolve import ViewState, resolve
from outsample_desktop.resolve.bands import NO_BANDS, Bands
from outsample_desktop.resolve.calibration import calibration_view
from outsample_desktop.resolve.calibration_views import CalibrationView, Marks, MatrixView, PathsView, PathView
from outsample_desktop.resolve.charts import Band, Bar, BarsView, ChartView, GridView, Level, Line, Stroke
from outsample_desktop.resolve.views import (
    Curve,
    DecayView,
    ModelRow,
    ModelsView,
    SliceView,
    SurfaceView,
    TimelineView,
    VerdictView,
)
from outsample_desktop.session import Room, State

KINDS = ("empty", "all NaN", "one row", "constant", "huge", "typical")
MANY = 1_000_000
NOTHING = np.empty(0)
LONG = "a very long name that nobody would give a model unless they wanted to see what happens " * 3


@pytest.fixture(scope="session")
def typical(market: SampleMarket) -> ViewState:
    names = ("rolling-surface", "flat-vol", "relative-smile")
    split = default_split(market.quotes.times)
    state = State(split=split, models=names, cell=31)
    return resolve(state, analyse(Workspace(market.quotes), split, state.score, names), 1.0)


@pytest.fixture(scope="session")
def typical_of_prices(market: SampleMarket) -> ViewState:
    names = ("historical-var", "rolling-historical-var", "normal-var")
    split = default_split(market.prices.times)
    state = State(split=split, models=names, score="pinball-0.01")
    return resolve(state, analyse(Workspace(market.prices), split, state.score, names), 1.0)


@pytest.fixture(scope="session")
def typical_calibration(market: SampleMarket, made_tape: Callable[..., CalibrationTape]) -> CalibrationView:
    split = default_split(market.quotes.times)
    state = State(split=split, models=("flat-vol",), room=Room.CALIBRATION)
    analysis = analyse(Workspace(market.quotes), split, state.score, state.models)
    tape = made_tape(market.quotes.times)
    return calibration_view(state, analysis, lambda *_: tape)


def line(curve: Curve, kind: str, x: Any = None) -> Curve:
    """Return a curve spoiled in one way."""
    match kind:
        case "empty":
            return replace(curve, x=NOTHING, y=NOTHING)
        case "all NaN":
            return replace(curve, y=np.full(curve.y.size, np.nan))
        case "one row":
            return replace(curve, x=curve.x[:1], y=curve.y[-1:])
        case "constant":
            return replace(curve, y=np.full(curve.y.size, 7.0))
        case "huge":
            first, last = (curve.x[0], curve.x[-1]) if x is None else x
            y = np.random.default_rng(5).normal(size=MANY) * 1e300
            return replace(curve, x=np.linspace(first, last, MANY), y=y)
    return curve


def timeline(view: TimelineView, kind: str) -> TimelineView:
    brushed = {
        "empty": (NOTHING, NOTHING),
        "one row": (view.brushed[:1], view.brushed_share[:1]),
        "all NaN": (view.brushed, np.full(view.brushed.size, np.nan)),
        "constant": (view.brushed, np.ones(view.brushed.size)),
    }.get(kind, (view.brushed, view.brushed_share))
    ends = view.price.x[0], view.price.x[-1]
    losses = tuple(line(one, kind, ends) for one in view.losses)
    stamps = {"empty": view.times[:0], "one row": view.times[:1]}.get(kind, view.times)
    if kind == "huge":
        stamps = np.linspace(*(end * SECOND for end in ends), MANY).astype(np.int64)
    return replace(
        view,
        times=stamps,
        price=line(view.price, kind),
        losses=() if kind == "empty" else losses,
        bands=NO_BANDS if kind == "empty" else view.bands,
        is_log=False if kind == "huge" else view.is_log,
        brushed=brushed[0],
        brushed_share=brushed[1],
        cursor=float("nan") if kind in ("empty", "all NaN") else view.cursor,
        price_label=LONG if kind == "huge" else view.price_label,
    )


def verdict(view: VerdictView, kind: str) -> VerdictView:
    match kind:
        case "empty":
            return VerdictView("", None, "", "", "", ())
        case "all NaN":
            return replace(view, effect="– (–––)", facts=tuple((label, "–") for label, _ in view.facts))
        case "one row":
            return replace(view, facts=view.facts[:1])
        case "constant":
            return replace(view, status=Status.PASS, effect="1.00× (1.00×–1.00×)")
        case "huge":
            facts = tuple((label, LONG) for label, _ in view.facts)
            return VerdictView(LONG, Status.FAIL, f"{1e300:.2f}×", LONG, LONG, facts * 3)
    return view


def models(view: ModelsView, kind: str) -> ModelsView:
    blank = ("–",) * len(view.rows[0].cells)
    match kind:
        case "empty":
            return ModelsView((), ())
        case "all NaN":
            return replace(view, rows=tuple(replace(row, cells=blank) for row in view.rows))
        case "one row":
            return replace(view, rows=view.rows[:1])
        case "constant":
            return replace(view, rows=(view.rows[-1],) * 4)
        case "huge":
            long = ModelRow("x", LONG, 7, True, True, None, blank, LONG)
            return replace(view, rows=tuple(replace(long, is_active=bool(i % 2)) for i in range(200)))
    return view


def decay(view: DecayView, kind: str) -> DecayView:
    bands = ("low", "high", "low_all", "high_all")
    curves = () if kind == "empty" else tuple(line(curve, kind) for curve in view.curves)
    if kind == "huge":  # a decay curve has hundreds of points at most: its core pools days into bins
        curves = tuple(replace(curve, x=curve.x[:300], y=curve.y[:300]) for curve in curves)
    active = next((curve for curve in curves if curve.is_active), None)
    size = 0 if active is None else active.x.size
    fill = {"all NaN": np.nan, "constant": 7.0, "huge": 1e300}.get(kind)
    ends = {name: np.full(size, fill) if fill is not None else getattr(view, name)[:size] for name in bands}
    level = {"empty": np.nan, "all NaN": np.nan, "constant": 7.0}.get(kind, view.level)
    is_log = False if kind == "huge" else view.is_log
    return replace(view, curves=curves, level=level, is_log=is_log, note="nothing" if kind == "empty" else "", **ends)


def surface(view: SurfaceView, kind: str) -> SurfaceView:
    match kind:
        case "empty":
            none = np.empty((0, 0))
            blank = replace(view, value=none, count=none, sparse=none.astype(bool), rows=(), columns=(), cell=None)
            return replace(blank, note="no model to show")
        case "all NaN":
            nothing = np.full(view.value.shape, np.nan)
            return replace(view, value=nothing, count=np.zeros(view.value.shape), sparse=np.isnan(nothing), cell=None)
        case "one row":
            part = {name: getattr(view, name)[:1, :1] for name in ("value", "count", "sparse")}
            return replace(view, rows=view.rows[:1], columns=view.columns[:1], cell=0, **part)
        case "constant":
            return replace(view, value=np.zeros(view.value.shape), reach=1.0)
        case "huge":
            sign = np.where(np.arange(view.value.size) % 2, 1e300, -1e300).reshape(view.value.shape)
            count = np.full(view.value.shape, 1e15)
            return replace(view, value=sign, count=count, reach=1e300, is_signed=True, cell=10**9)
    return view


def cut(view: SliceView, kind: str) -> SliceView:
    assert view.observed is not None
    if kind == "huge":
        some = slice(0, 2_000)  # quotes of one expiry: a scatter of a million points is not asked for
        wide = line(view.observed, kind)
        observed = replace(wide, x=wide.x[some], y=wide.y[some])
        others = tuple(replace(line(curve, kind), x=wide.x[some], y=wide.y[some]) for curve in view.curves)
        return replace(view, observed=observed, curves=others)
    return replace(view, observed=line(view.observed, kind), curves=tuple(line(one, kind) for one in view.curves))


def path(view: PathView, kind: str, size: int) -> PathView:
    fill = {"all NaN": np.nan, "constant": 7.0}.get(kind)
    columns = {name: getattr(view, name)[:size] for name in ("value", "low", "high")}
    marks = Marks(*(getattr(view.marks, one.name)[:size] for one in fields(Marks)))
    if fill is not None:
        columns = {name: np.full(size, fill) for name in columns}
    if kind == "huge":
        random = np.random.default_rng(5)
        value, everywhere = random.normal(size=size) * 1e300, np.ones(size, np.bool_)
        columns = {"value": value, "low": value - 1e300, "high": value + 1e300}
        marks = Marks(everywhere, everywhere, everywhere, everywhere)
        view = replace(view, title=LONG, unit=LONG, level_text=LONG)
    level = {"empty": np.nan, "all NaN": np.nan, "constant": 7.0, "huge": -1e300}.get(kind, view.level)
    return replace(view, **columns, marks=marks, level=level)


def paths(view: PathsView, kind: str) -> PathsView:
    size = {"empty": 0, "one row": 1, "huge": MANY}.get(kind, view.times.size)
    stamps = np.linspace(view.first, view.last, size).astype(np.int64) if kind == "huge" else view.times[:size]
    several = view.paths if kind != "huge" else (*view.paths, *view.paths)[:10]
    return replace(
        view,
        times=stamps,
        paths=tuple(path(one, kind, size) for one in several),
        title=LONG if kind == "huge" else view.title,
        last=view.first if kind in ("empty", "one row") else view.last,
    )


def matrix(view: MatrixView, kind: str) -> MatrixView:
    match kind:
        case "empty":
            return MatrixView("Correlation", "", (), np.empty((0, 0)), "nothing to see")
        case "all NaN":
            return replace(view, value=np.full(view.value.shape, np.nan))
        case "one row":
            return replace(view, names=view.names[:1], value=view.value[:1, :1])
        case "constant":
            return replace(view, value=np.ones(view.value.shape))
        case "huge":
            sign = np.where(np.arange(400) % 2, 1.0, -1.0).reshape(20, 20)
            return replace(view, names=(LONG,) * 20, value=sign)
    return view


def values(kind: str, size: int) -> Any:
    """Return so many values of a kind."""
    random = np.random.default_rng(3).normal(size=size)
    return {"all NaN": np.full(size, np.nan), "constant": np.full(size, 7.0), "huge": random * 1e300}.get(kind, random)


def chart(_view: None, kind: str) -> ChartView:
    if kind == "empty":
        return ChartView("Staleness", "nothing", note="nothing to see")
    size = {"one row": 1, "huge": MANY}.get(kind, 60)
    x, y = np.linspace(1.0, 300.0, size), values(kind, size)
    lines = (Line("one", 0, x, y, is_active=True), Line("other", "calm", x, 0.5 * y, Stroke.DASHED))
    return ChartView(
        LONG if kind == "huge" else "Staleness",
        "by age",
        lines,
        Band(0, x[:300], (y - 1.0)[:300], (y + 1.0)[:300], kind == "constant"),
        (Level(np.nan if kind == "all NaN" else 0.0),),
        Bands(np.array([0.0, 100.0, 400.0]), np.array([Regime.CALM, Regime.UNSEEN])),
        x[:300],
        y[:300],
        cursor=np.nan if kind == "all NaN" else 150.0,
    )


def bars(_view: None, kind: str) -> BarsView:
    if kind == "empty":
        return BarsView("Gap", "nothing", note="nothing to see")
    count = {"one row": 1, "huge": 40}.get(kind, 5)
    title = LONG if kind == "huge" else "mix of regimes"
    made = tuple(
        Bar(title, f"{value:.3g}", value, value - 1.0, value + 1.0, "calm", bool(row % 2), row == 0)
        for row, value in enumerate(values(kind, count).tolist())
    )
    return BarsView("Gap", "vol points", made)


def grid(_view: None, kind: str) -> GridView:
    rows, columns = {"empty": (0, 0), "one row": (1, 1), "huge": (120, 200)}.get(kind, (4, 6))
    value = values(kind, rows * columns).reshape(rows, columns)
    name = LONG if kind == "huge" else "vintage"
    return GridView(
        "Triangle",
        "by age",
        tuple(f"{name} {row}" for row in range(rows)),
        tuple(f"{column} d" for column in range(columns)),
        "vintage",
        "age",
        "×",
        value,
        value > 0.0,
        True,
        1e300 if kind == "huge" else 2.0,
        chosen=(0, 0) if rows else None,
        note="" if rows else "nothing to see",
    )


def table(_view: None, kind: str) -> Table:
    size = {"empty": 0, "one row": 1, "huge": MANY}.get(kind, 30)
    fill = {"all NaN": np.nan, "huge": 1e300}.get(kind, 7.0)
    values = np.linspace(-5.0, 5.0, size) if kind == "typical" else np.full(size, fill)
    stamps = np.arange(size, dtype=np.int64) * SECOND
    parts = (times("time", stamps), column("vol [%]", values, 2), column("name", np.full(size, "BTC-1JAN26-90000-C")))
    return Table("quotes", parts)


@pytest.fixture
def spoiled(
    typical: ViewState, typical_of_prices: ViewState, typical_calibration: CalibrationView
) -> Callable[[str, str], Any]:
    """Return a function from the name of a pane and a kind of data to a view."""
    ways: dict[str, tuple[Callable[[Any, str], Any], Any]] = {
        "timeline": (timeline, typical.timeline),
        "timeline of prices": (timeline, replace(typical_of_prices.timeline, brushed=NOTHING, brushed_share=NOTHING)),
        "verdict": (verdict, typical.verdict),
        "models": (models, typical.models),
        "decay": (decay, typical.decay),
        "surface": (surface, typical.surface),
        "regime losses": (surface, typical_of_prices.surface),
        "smile": (cut, typical.smile),
        "forecast": (cut, typical_of_prices.smile),
        "term": (cut, typical.term),
        "table": (table, None),
        "paths": (paths, typical_calibration.paths),
        "quality": (paths, typical_calibration.quality),
        "calibrated smile": (cut, typical_calibration.smile),
        "correlation": (matrix, typical_calibration.correlation),
        "chart": (chart, None),
        "bars": (bars, None),
        "grid": (grid, None),
    }
    return lambda pane, kind: ways[pane][0](ways[pane][1], kind)


class _Painted(QObject):
    """Collects where a widget is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.region = QRegion()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.region += event.region()
        return False


@pytest.fixture
def region_of() -> Callable[[QWidget, Callable[[], None]], QRegion]:
    """Return the function from a widget and a change to the region of the widget that is painted because of it."""

    def find(widget: QWidget, change: Callable[[], None]) -> QRegion:
        watch = _Painted()
        widget.installEventFilter(watch)
        change()
        QApplication.processEvents()
        widget.removeEventFilter(watch)
        return watch.region

    return find
