"""Charts, bars and grids: what they show, and what the mouse and the keyboard do to them."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor

from outsample.regimes import Regime
from outsample_desktop.resolve.bands import Bands
from outsample_desktop.resolve.charts import Band, Bar, BarsView, ChartView, GridView, Level, Line
from outsample_desktop.session import Theme
from outsample_desktop.theme import colours
from outsample_desktop.widgets.bars_pane import BarsPane
from outsample_desktop.widgets.chart_pane import ChartPane, colour_of
from outsample_desktop.widgets.grid_pane import GridPane

ROLE = colours(Theme.DARK)
X = np.linspace(0.0, 100.0, 101)


@pytest.fixture
def shown(qtbot):
    """Return a function that shows a pane with a view."""

    def show(pane, view, size=(600, 300)):
        qtbot.addWidget(pane)
        pane.resize(*size)
        pane.paint_in(ROLE)
        pane.render_view(view)
        with qtbot.waitExposed(pane):
            pane.show()
        return pane

    return show


def has_colour(image, name, x, y, reach=3):
    """Whether a colour occurs near a pixel."""
    wanted = QColor(name).name()
    places = [(x + dx, y + dy) for dx in range(-reach, reach + 1) for dy in range(-reach, reach + 1)]
    inside = [(a, b) for a, b in places if 0 <= a < image.width() and 0 <= b < image.height()]
    return any(image.pixelColor(a, b).name() == wanted for a, b in inside)


def pixel(pane, x, y):
    """Return the pixel of a point in units of the axes, in the pane."""
    plot = pane.plot
    in_plot = plot.mapFromScene(plot.plotItem.vb.mapViewToScene(QPointF(x, y)))
    return plot.viewport().mapTo(pane, QPoint(int(in_plot.x()), int(in_plot.y())))


def test_a_line_a_level_and_a_stretch_are_where_the_axes_say(shown):
    strip = Bands(np.array([0.0, 50.0]), np.array([Regime.CALM]))
    view = ChartView("Cost", "", (Line("", 3, X, X),), levels=(Level(60.0, "fail"),), bands=strip)
    pane = shown(ChartPane("Cost"), view)
    image = pane.grab().toImage()
    at = pixel(pane, 30.0, 30.0)
    assert has_colour(image, ROLE.models[3], at.x(), at.y())
    assert not has_colour(image, ROLE.models[3], at.x(), at.y() - 40)
    level = pixel(pane, 90.0, 60.0)
    assert has_colour(image, ROLE.fail, level.x(), level.y(), reach=8)
    low, high = pane.plot.shown("y")
    inside, outside = pixel(pane, 40.0, low + 0.005 * (high - low)), pixel(pane, 60.0, low + 0.005 * (high - low))
    assert has_colour(image, ROLE.calm, inside.x(), inside.y() - 1)
    assert not has_colour(image, ROLE.calm, outside.x(), outside.y() - 1)


@pytest.mark.parametrize("values", [(1.0, 40.0), (0.0, 3.0), (2.0, 2.0)])
def test_values_that_are_never_negative_have_no_axis_below_zero(shown, values):
    line = Line("", "price", np.array([0.0, 1.0]), np.array(values))
    pane = shown(ChartPane("Penalty path"), ChartView("Penalty path", "", (replace(line, y=line.y - 20.0),)))
    assert pane.plot.shown("y")[0] < 0.0
    pane.render_view(ChartView("Penalty path", "", (line,)))
    assert 0.0 <= pane.plot.shown("y")[0] <= values[0]
    pane.render_view(ChartView("Penalty path", "", (replace(line, y=np.log10(line.y / 8.0 + 0.1)),), is_log_y=True))
    assert pane.plot.shown("y")[0] < 0.0  # of a logarithm 0 is no floor


def test_counts_are_marked_by_whole_numbers(shown):
    line = Line("", "price", np.array([0.0, 1.0]), np.array([1.0, 3.0]))
    view = ChartView("Penalty path", "", (line,))
    pane = shown(ChartPane("Penalty path"), view)
    axis = pane.plot.getAxis("left")
    assert "1.4" in [text for _, text in axis.marks(*axis.range, 400.0)]
    pane.render_view(replace(view, is_whole_y=True))
    assert [text for _, text in axis.marks(*axis.range, 400.0)] == ["1", "2", "3"]


def test_a_band_reaches_beyond_the_lines_by_half_of_what_they_span(shown):
    wide = Band(0, X, X - 1e6, X + 1e6)
    pane = shown(ChartPane("Cost"), ChartView("Cost", "", (Line("", 0, X, X),), wide))
    low, high = pane.plot.shown("y")
    assert -80.0 < low < -40.0
    assert 140.0 < high < 180.0


def test_a_chart_without_lines_says_why(shown):
    pane = shown(ChartPane("Cost"), ChartView("Cost", "", note="nothing was refitted"))
    assert pane.note.isVisible()
    assert pane.note.text() == "nothing was refitted"
    pane.render_view(ChartView("Cost", "", (Line("", 0, X, X),)))
    assert not pane.note.isVisible()


def test_a_chart_says_where_it_was_clicked(shown, qtbot):
    pane = shown(ChartPane("Cost"), ChartView("Cost", "", (Line("", 0, X, X),)))
    low, high = pane.plot.shown("y")
    at = pane.plot.viewport().mapFrom(pane, pixel(pane, 25.0, 0.5 * (low + high)))
    with qtbot.waitSignal(pane.pointed) as told:
        qtbot.mouseClick(pane.plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert told.args[0] == pytest.approx(25.0, abs=0.5)


def test_lines_that_go_leave_nothing_behind(shown):
    view = ChartView("Cost", "", tuple(Line(str(n), n, X, n * X) for n in range(5)))
    pane = shown(ChartPane("Cost"), view)
    before = len(pane.plot.items())
    pane.render_view(replace(view, lines=view.lines[:2]))
    assert len(pane.plot.items()) == before - 3


def test_a_hue_is_a_model_or_a_role():
    assert colour_of(2, ROLE) == ROLE.models[2]
    assert colour_of("stressed", ROLE) == ROLE.stressed


def bar(value, low, high, hatched=False, title="mix"):
    return Bar(title, f"{value:+.2f}", value, low, high, "watch", hatched, said=f"{title} says {value}")


def test_bars_begin_at_a_common_zero_and_hatch_what_may_be_nothing(shown):
    view = BarsView("Gap", "", (bar(10.0, 8.0, 12.0), bar(-5.0, -9.0, 1.0, hatched=True)))
    pane = shown(BarsPane("Gap"), view)
    canvas, image = pane.canvas, pane.canvas.grab().toImage()
    area, row = canvas._area(view), canvas._row()
    zero = area.left() + (9.0 + 0.04 * 21.0) / (1.08 * 21.0) * area.width()
    solid = [image.pixelColor(int(zero) + 4 + dx, int(area.top() + 0.5 * row) - 6).name() for dx in range(30)]
    hatched = [image.pixelColor(int(zero) - 4 - dx, int(area.top() + 1.5 * row) - 6).name() for dx in range(30)]
    fill = QColor(ROLE.watch).name()
    assert solid.count(fill) == 30
    assert 0 < hatched.count(fill) < 20


def test_a_bar_says_what_it_means_under_the_mouse(shown, qtbot):
    pane = shown(BarsPane("Gap"), BarsView("Gap", "", (bar(1.0, 0.0, 2.0), bar(3.0, 2.0, 4.0, title="drift"))))
    qtbot.mouseMove(pane.canvas, QPoint(300, int(1.5 * pane.canvas._row())))
    qtbot.waitUntil(lambda: pane.canvas.toolTip() == "drift says 3.0")


def grid_view(rows=3, columns=4):
    value = np.arange(rows * columns, dtype=float).reshape(rows, columns)
    value[0, 0] = np.nan
    names = tuple(f"r{row}" for row in range(rows)), tuple(f"c{column}" for column in range(columns))
    weak = np.zeros(value.shape, bool)
    return GridView("Triangle", "", *names, "vintage", "age", "d", value, weak, False, 12.0)


def test_a_grid_is_chosen_from_by_mouse_and_keyboard(shown, qtbot):
    view = grid_view()
    pane = shown(GridPane("Triangle"), view)
    grid = pane.canvas.grid()
    with qtbot.waitSignal(pane.chosen) as told:
        qtbot.mouseClick(pane.canvas, Qt.MouseButton.LeftButton, pos=grid.cell(2, 1).center().toPoint())
    assert told.args == [2, 1]
    pane.render_view(replace(view, chosen=(2, 1)))
    with qtbot.waitSignal(pane.chosen) as told:
        qtbot.keyClick(pane.canvas, Qt.Key.Key_Right)
    assert told.args == [2, 2]
    pane.render_view(replace(view, chosen=(2, 3)))
    with qtbot.waitSignal(pane.chosen) as told:
        qtbot.keyClick(pane.canvas, Qt.Key.Key_Down)
    assert told.args == [2, 3]


def test_a_grid_says_what_lies_under_the_mouse_and_what_is_not_known(shown, qtbot):
    pane = shown(GridPane("Triangle"), grid_view())
    grid = pane.canvas.grid()
    qtbot.mouseMove(pane.canvas, grid.cell(1, 2).center().toPoint())
    qtbot.waitUntil(lambda: pane.canvas.toolTip() == "vintage r1, age c2\n6.000 d")
    qtbot.mouseMove(pane.canvas, grid.cell(0, 0).center().toPoint())
    qtbot.waitUntil(lambda: pane.canvas.toolTip() == "vintage r0, age c0\nnot known")
