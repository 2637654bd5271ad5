"""Every pane shows every kind of data in both themes, and can be written as a picture that carries its state."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage

from outsample.catalog import MODELS
from outsample.verdict import Status
from outsample.windows import Handle, Split, Window
from outsample_desktop.case_file import PICTURE_KEY, looks_like_case, read_case
from outsample_desktop.export import save_picture
from outsample_desktop.resolve.panes import hue_of
from outsample_desktop.session import State, Theme
from outsample_desktop.theme import apply_theme, colours
from outsample_desktop.widgets.bars_pane import BarsPane
from outsample_desktop.widgets.chart_pane import ChartPane
from outsample_desktop.widgets.curve_panes import DecayPane, SlicePane
from outsample_desktop.widgets.fit_slice_pane import FitSlicePane
from outsample_desktop.widgets.grid_pane import GridPane
from outsample_desktop.widgets.matrix_pane import MatrixPane
from outsample_desktop.widgets.models_table import ModelsTable
from outsample_desktop.widgets.paths_pane import PathsPane
from outsample_desktop.widgets.plot import Plot
from outsample_desktop.widgets.surface_pane import SurfacePane
from outsample_desktop.widgets.table_view import TableView
from outsample_desktop.widgets.timeline_pane import TimelinePane
from outsample_desktop.widgets.verdict_pane import VerdictPane

KINDS = ("empty", "all NaN", "one row", "constant", "huge", "typical")
PANES: dict[str, tuple[Callable, tuple[int, int]]] = {
    "timeline": (TimelinePane, (1200, 230)),
    "timeline of prices": (TimelinePane, (1200, 230)),
    "verdict": (VerdictPane, (1100, 62)),
    "models": (ModelsTable, (1100, 300)),
    "decay": (DecayPane, (400, 260)),
    "surface": (SurfacePane, (480, 260)),
    "regime losses": (SurfacePane, (480, 260)),
    "smile": (lambda: SlicePane("Smile", "strike"), (300, 180)),
    "forecast": (lambda: SlicePane("Forecast", "time"), (300, 180)),
    "term": (lambda: SlicePane("Term", "tenor"), (300, 180)),
    "table": (lambda: TableView("Quotes"), (700, 180)),
    "paths": (lambda: PathsPane("Paths"), (620, 290)),
    "quality": (lambda: PathsPane("Quality"), (620, 110)),
    "calibrated smile": (lambda: FitSlicePane("Smile"), (290, 200)),
    "correlation": (lambda: MatrixPane("Correlation"), (280, 200)),
    "chart": (lambda: ChartPane("Staleness"), (420, 240)),
    "bars": (lambda: BarsPane("Gap"), (420, 200)),
    "grid": (lambda: GridPane("Triangle"), (460, 260)),
}
STATE = State(source="made", split=Split(Window(0, 10), Window(10, 20)), models=("flat-vol",), cell=3)


@pytest.fixture(params=list(Theme), ids=lambda theme: theme.value)
def theme(request, qapp):
    apply_theme(qapp, request.param)
    yield request.param
    apply_theme(qapp, Theme.DARK)


@pytest.fixture
def made(qtbot, theme):
    """Return a function that makes a pane and shows it."""

    def make(name):
        build, size = PANES[name]
        pane = build()
        qtbot.addWidget(pane)
        pane.resize(*size)
        pane.paint_in(colours(theme))
        with qtbot.waitExposed(pane):
            pane.show()
        return pane

    return make


@pytest.fixture(autouse=True)
def no_warning(recwarn):
    """Collect warnings and fail at the end: raised inside a paint they would end the process instead of the test."""
    yield
    assert [f"{one.category.__name__}: {one.message}" for one in recwarn] == []


def give(pane, view):
    (pane.show_table if isinstance(pane, TableView) else pane.render_view)(view)


def pixels(image: QImage):
    """Return an image as (height, width) of 24-bit colours."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits(), dtype=np.uint32).reshape(image.height(), image.bytesPerLine() // 4)
    return raw[:, : image.width()] & 0xFFFFFF


def plot_area(plot: Plot, pane) -> QRectF:
    """Return the pixels of a pane in which curves may be."""
    box = plot.mapFromScene(plot.plotItem.vb.sceneBoundingRect()).boundingRect()
    return QRectF(plot.mapTo(pane, box.topLeft()), box.size()).adjusted(-1, -1, 1, 1)


def assert_nothing_outside(pane, image: QImage, theme: Theme) -> None:
    """Curves keep to their plot: no pixel of a model's hue beside it but in a legend. Grey is near the text."""
    plots = pane.findChildren(Plot)
    if not plots:
        return
    seen = pixels(image)
    hue = np.isin(seen, [QColor(name).rgb() & 0xFFFFFF for name in colours(theme).models[1:]])
    ratio = image.devicePixelRatio()
    legends = [QRectF(pane.names.geometry())] if isinstance(pane, FitSlicePane) else []
    for area in (*legends, *(plot_area(plot, pane) for plot in plots)):
        top, bottom = (round(ratio * v) for v in (max(area.top(), 0), area.bottom()))
        left, right = (round(ratio * v) for v in (max(area.left(), 0), area.right()))
        hue[top:bottom, left:right] = False
    assert not hue.any()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", PANES)
def test_every_pane_shows_every_kind_of_data_and_is_exported_with_its_state(
    name, kind, made, theme, spoiled, tmp_path, qapp
):
    pane = made(name)
    for view in (spoiled(name, kind), spoiled(name, "typical"), spoiled(name, kind)):  # cold, and after others
        give(pane, view)
        qapp.processEvents()
        image = pane.grab().toImage()
        assert not image.isNull()
        assert np.unique(pixels(image)).size > 1, "the pane is blank"
        assert_nothing_outside(pane, image, theme)
    path = save_picture(pane, STATE, tmp_path / "pane.png")
    assert looks_like_case(path)
    assert read_case(path) == (STATE, ())
    picture = QImage(str(path))
    assert picture.text(PICTURE_KEY) == STATE.to_json()
    assert picture.width() == 2 * pane.width()
    assert np.unique(pixels(picture)).size > 1


@pytest.mark.parametrize("name", PANES)
def test_a_pane_without_a_view_is_painted_and_exported(name, made, tmp_path, theme):
    pane = made(name)
    assert not pane.grab().isNull()
    assert save_picture(pane, STATE, tmp_path / "pane.png").stat().st_size > 0


@pytest.mark.parametrize("name", PANES)
def test_a_pane_may_be_given_its_view_before_its_colours(name, qtbot, spoiled):
    build, size = PANES[name]
    pane = build()
    qtbot.addWidget(pane)
    pane.resize(*size)
    give(pane, spoiled(name, "typical"))
    pane.paint_in(colours(Theme.DARK))
    with qtbot.waitExposed(pane):
        pane.show()
    bare = build()
    qtbot.addWidget(bare)
    bare.resize(*size)
    bare.paint_in(colours(Theme.DARK))
    with qtbot.waitExposed(bare):
        bare.show()
    give(bare, spoiled(name, "typical"))

    def are_alike():
        assert (pixels(pane.grab().toImage()) == pixels(bare.grab().toImage())).all()

    qtbot.waitUntil(are_alike, timeout=2000)


@pytest.mark.parametrize("name", PANES)
def test_light_and_dark_differ(name, made, theme, spoiled, qapp):
    pane = made(name)
    give(pane, spoiled(name, "typical"))
    before = pixels(pane.grab().toImage())
    other = Theme.LIGHT if theme is Theme.DARK else Theme.DARK
    apply_theme(qapp, other)
    pane.paint_in(colours(other))
    qapp.processEvents()
    assert (before != pixels(pane.grab().toImage())).mean() > 0.3


@pytest.mark.parametrize("name", PANES)
def test_the_same_view_twice_gives_the_same_picture(name, made, spoiled):
    pane = made(name)
    give(pane, spoiled(name, "typical"))
    first = pixels(pane.grab().toImage())
    give(pane, spoiled(name, "typical"))
    assert (first == pixels(pane.grab().toImage())).all()


@pytest.mark.parametrize("name", PANES)
def test_a_pane_of_any_size_is_painted(name, made, spoiled, qapp):
    pane = made(name)
    give(pane, spoiled(name, "typical"))
    for size in ((130, 60), (3000, 60), (200, 1500), (2400, 1200)):
        pane.resize(*size)
        qapp.processEvents()
        assert np.unique(pixels(pane.grab().toImage())).size > 1


def test_there_is_a_hue_for_every_model_and_no_two_are_the_same(theme):
    hues = colours(theme).models
    assert max(hue_of(model.name) for model in MODELS) < len(hues)
    assert len(set(hues)) == len(hues)


@pytest.mark.parametrize("handle", list(Handle))
def test_every_handle_can_be_the_chosen_one(handle, made, spoiled):
    from dataclasses import replace

    pane = made("timeline")
    give(pane, replace(spoiled("timeline", "typical"), handle=handle))
    assert not pane.grab().isNull()


@pytest.mark.parametrize("status", [*Status, None])
def test_every_status_has_a_picture_of_its_own(status, made, spoiled):
    from dataclasses import replace

    pane = made("verdict")
    pictures = {}
    for one in (*Status, None):
        give(pane, replace(spoiled("verdict", "typical"), status=one))
        pictures[one] = pixels(pane.grab().toImage())[10:40, 12:42]
        word = one.value if one else "Cannot be judged"
        assert word in pane.accessibleDescription()
    others = [picture for one, picture in pictures.items() if one is not status]
    assert all((pictures[status] != picture).any() for picture in others)


def test_a_failure_is_written_in_its_row(made, spoiled, theme):
    from dataclasses import replace

    pane, view = made("models"), spoiled("models", "typical")
    sentence = "a smile needs 50 quotes in the train window, found 5; widen the window"
    row = replace(view.rows[-1], status=None, failure=sentence, cells=("",) * len(view.rows[-1].cells), is_on=True)
    before = pixels(pane.grab().toImage())
    give(pane, replace(view, rows=(*view.rows[:2], row)))
    model, last = pane.model(), 2
    texts = [model.index(last, column).data() for column in range(model.columnCount())]
    assert sentence in texts
    assert "Cannot be judged" in texts
    assert (before != pixels(pane.grab().toImage())).any()


def test_a_failure_is_readable_as_it_stands_in_its_row(made, spoiled, qapp):
    """In place: the sentence itself, not the few letters of it that one column has room for."""
    from dataclasses import replace

    pane, view = made("models"), spoiled("models", "typical")
    pictures = []
    for tail in ("widen the window", "switch off the other model"):
        sentence = f"a smile needs 50 quotes in the train window, found 5; {tail}"
        row = replace(view.rows[-1], status=None, failure=sentence, cells=("",) * len(view.rows[-1].cells), is_on=True)
        give(pane, replace(view, rows=(*view.rows[:2], row)))
        pictures.append(pixels(pane.grab().toImage()))
    assert (pictures[0] != pictures[1]).any(), "the cure at the end of the sentence is cut off"
