"""Icons are small, self-contained drawings that take the colour of the text around them."""

import re
from xml.etree import ElementTree

import pytest

from outsample_resources import UnknownResourceError, icon, icon_names

MARK = "outsample"
NEEDED = (
    *("open", "import", "export-picture", "export-table", "undo", "redo", "theme", "help", "sample", "models"),
    *("surface", "decay", "timeline", "warning", "close", "search", MARK),
)
SHAPES = {"svg", "path", "circle", "rect"}  # what every SVG renderer draws alike


def test_what_the_window_needs_is_there():
    assert set(NEEDED) <= set(icon_names())


@pytest.mark.parametrize("name", icon_names())
def test_an_icon_is_a_square_drawing_of_plain_shapes(name):
    root = ElementTree.fromstring(icon(name))
    left, top, width, height = map(float, root.attrib["viewBox"].split())
    assert (left, top) == (0.0, 0.0)
    assert width == height > 0.0
    assert {element.tag.removeprefix("{http://www.w3.org/2000/svg}") for element in root.iter()} <= SHAPES
    assert len(list(root)) > 0


@pytest.mark.parametrize("name", icon_names())
def test_an_icon_refers_to_nothing_outside_itself(name):
    text = icon(name).replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert re.findall(r"href|url\(|://|@import|<!|<\?", text) == []


@pytest.mark.parametrize("name", sorted(set(icon_names()) - {MARK}))
def test_an_icon_has_no_colour_of_its_own(name):
    root = ElementTree.fromstring(icon(name))
    colours = {element.attrib[key] for element in root.iter() for key in ("fill", "stroke") if key in element.attrib}
    assert colours <= {"currentColor", "none"}
    assert "currentColor" in colours


def test_no_two_icons_are_the_same_drawing():
    assert len({icon(name) for name in icon_names()}) == len(icon_names())


@pytest.mark.parametrize("name", icon_names())
def test_an_icon_leaves_ink_when_it_is_drawn_and_touches_no_edge(name, qapp):
    from PySide6.QtCore import QByteArray, QRectF
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    size = 48
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    renderer = QSvgRenderer(QByteArray(icon(name).replace("currentColor", "#000000").encode()))
    assert renderer.isValid()
    painter = QPainter(image)
    renderer.render(painter, QRectF(0.0, 0.0, size, size))
    painter.end()
    ink = {(x, y) for x in range(size) for y in range(size) if image.pixelColor(x, y).alpha() > 40}
    assert len(ink) > 0.03 * size * size
    assert not any(x in (0, size - 1) or y in (0, size - 1) for x, y in ink)


def test_an_unknown_icon_is_refused_with_the_names_there_are():
    with pytest.raises(UnknownResourceError, match="search.*found 'magnifier'"):
        icon("magnifier")
