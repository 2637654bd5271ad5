"""Pictures that describe themselves: what is on screen as PNG, with its provenance below it and its state inside it."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget

import outsample
from outsample.errors import DataError
from outsample.io.safe_write import replacing
from outsample.study import Workspace
from outsample_desktop.case_file import PICTURE_KEY
from outsample_desktop.evaluator import Request, answer
from outsample_desktop.making import work_out
from outsample_desktop.page import Page
from outsample_desktop.resolve.calibration_sources import make_paths
from outsample_desktop.resolve.found import FOUND_IN
from outsample_desktop.session import State
from outsample_desktop.theme import apply_theme, colours, small_font
from outsample_desktop.widgets.plot import Plot

__all__ = ["picture_of", "provenance", "save_picture", "save_pictures"]


_SCALE: Final = 2
_FOOT: Final = 20
_SIZE: Final = QSize(1600, 900)


def provenance(state: State) -> str:
    """Return the line below every picture."""
    split = "no split" if state.split is None else f"train {state.split.train}   test {state.split.test}"
    name = " + ".join(Path(part).name or part for part in state.source.split("\n"))
    changed = "".join(f"   {one}" for one in state.parameters.changed())
    return (
        f"Outsample {outsample.__version__}   {name}   sha256 {state.fingerprint[:12]}   {split}   "
        f"{state.score}{changed}   all times UTC"
    )


def picture_of(widget: QWidget, state: State) -> QImage:
    """Return a widget at twice its size, with provenance below and the state as text inside."""
    role = colours(state.theme)
    size = widget.size()
    image = QImage(size.width() * _SCALE, (size.height() + _FOOT) * _SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_SCALE)
    image.fill(QColor(role.window))
    plots = widget.findChildren(Plot)
    for plot in plots:
        plot.keep_axes(False)
    widget.render(image)
    for plot in plots:
        plot.keep_axes(True)
    painter = QPainter(image)
    painter.setFont(small_font(7.5))
    painter.setPen(QColor(role.muted))
    foot = QRectF(8, size.height(), size.width() - 16, _FOOT)
    text = painter.fontMetrics().elidedText(provenance(state), Qt.TextElideMode.ElideRight, int(foot.width()))
    painter.drawText(foot, Qt.AlignmentFlag.AlignVCenter, text)
    painter.end()
    image.setText(PICTURE_KEY, state.to_json())
    return image


def save_picture(widget: QWidget, state: State, path: Path) -> Path:
    """Write a widget as PNG: under a temporary name first, so that nothing is ever half written.

    Raises
    ------
    ExportError
        The folder or the disk does not take it; what was there before is untouched.
    """
    packed = QByteArray()
    buffer = QBuffer(packed)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    # Qt takes the format as text only, whatever the stubs say.
    picture_of(widget, state).save(buffer, "PNG")  # type: ignore[call-overload]
    with replacing(path) as stream:
        stream.write(packed.data())
    return path


def save_pictures(state: State, workspace: Workspace, folder: Path) -> tuple[Path, ...]:
    """Write the whole room and each of its panes for a state, without a window: what `evaluate` and `report` do.

    Raises
    ------
    DataError
        The state has no answer.
    ExportError
        A picture could not be written.
    """
    if QApplication.instance() is None and not _has_display():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication(["outsample"])
    assert isinstance(application, QApplication)
    apply_theme(application, state.theme)
    state = replace(state, dragging=False, fingerprint=workspace.data.fingerprint)
    make_paths(state, workspace.data)
    found = answer(Request(0, state, workspace))
    if found.analysis is not None and state.room in FOUND_IN:
        found = answer(Request(0, state, workspace, work_out(state, found.analysis, workspace)))
    if found.view is None:
        raise DataError(found.problem)
    page = Page()
    page.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    page.resize(_SIZE)
    page.paint_in(colours(state.theme))
    page.show_state(state)
    page.show()
    page.render_view(found.view)
    application.processEvents()
    written = [save_picture(page, state, folder / f"{state.room}.png")]
    for name, pane in page.panes().items():
        if pane.isVisible():
            written.append(save_picture(pane, state, folder / f"{name}.png"))
    page.close()
    page.deleteLater()
    return tuple(written)


def _has_display() -> bool:
    return os.name == "nt" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
