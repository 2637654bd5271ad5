"""Decay and slices: a few short curves with a band, points or a level."""

from typing import Any, Final, Generic, TypeVar

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from outsample_desktop.resolve.views import Curve, DecayView, SliceView
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.axes import LogAxis, UtcAxis
from outsample_desktop.widgets.pane_title import PaneTitle
from outsample_desktop.widgets.plot import BandItem, CurveItem, Plot, PointsItem, pen

__all__ = ["CurvePane", "DecayPane", "SlicePane"]

View = TypeVar("View")

_POINT: Final = 5.0  # pixels


class CurvePane(QWidget, Generic[View]):
    """A titled plot whose curves are kept by name; what it draws for a view is all that differs between panes.

    Parameters
    ----------
    name : str
        Accessible name.
    plot : Plot
    """

    def __init__(self, name: str, plot: Plot) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.title = PaneTitle(name)
        self.plot = plot
        self.note = QLabel("", self.plot)
        self.note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.note.setWordWrap(True)
        self.note.setVisible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.title)
        layout.addWidget(self.plot)
        self._curves: dict[str, CurveItem] = {}
        self._role: Colours | None = None
        self._view: View | None = None

    def paint_in(self, role: Colours) -> None:
        """Take the colours of a theme."""
        self._role = role
        self.title.paint_in(role)
        palette = self.note.palette()
        palette.setColor(palette.ColorRole.WindowText, role.muted)
        self.note.setPalette(palette)
        self.plot.paint_in(role)
        self._repaint()

    def render_view(self, view: View) -> None:
        """Show a view."""
        self._view = view
        self._repaint()

    def _repaint(self) -> None:
        if self._view is not None and self._role is not None:
            self._draw_view(self._view, self._role)

    def _draw_view(self, view: View, role: Colours) -> None:
        """Draw a view; each pane does it in its own way."""

    def _tell(self, note: str) -> None:
        if self.note.text() != note:
            self.note.setText(note)
            self.note.setVisible(bool(note))
            self.note.setGeometry(self.plot.rect().adjusted(24, 8, -24, -8))

    def _draw(self, curves: tuple[Curve, ...], role: Colours) -> None:
        for name in set(self._curves) - {curve.name for curve in curves}:
            self.plot.removeItem(self._curves.pop(name))
        for curve in curves:
            if curve.name not in self._curves:
                self._curves[curve.name] = self.plot.curve()
            item = self._curves[curve.name]
            item.set(curve.x, curve.y, pen(role.models[curve.hue], 2.0 if curve.is_active else 1.0), curve.is_active)


class DecayPane(CurvePane[DecayView]):
    """Loss against days since the train end."""

    def __init__(self) -> None:
        self._left = LogAxis("left")
        super().__init__("Decay out of sample", Plot("Decay out of sample", {"left": self._left}))
        self._band = BandItem()
        self._band.setZValue(-5)
        self.plot.addItem(self._band, ignoreBounds=True)
        self._level = self.plot.curve()
        self._outer = (self.plot.curve(), self.plot.curve())

    def _draw_view(self, view: DecayView, role: Colours) -> None:
        self._tell(view.note)
        weak = " (hatched: weak)" if view.hatched else ""
        self.title.show_text(
            "Decay", f"{view.label}, by days since train end; 95 %: band pointwise, dots simultaneous{weak}"
        )
        self._left.read_as(view.is_log)
        self._draw(view.curves, role)
        active = next((curve for curve in view.curves if curve.is_active), None)
        if active is None or view.low.size != active.x.size:
            self._band.set(np.empty(0), np.empty(0), np.empty(0), role.muted, role.panel, False)
        else:
            self._band.set(active.x, view.low, view.high, role.models[active.hue], role.panel, view.hatched)
        for line, end in zip(self._outer, (view.low_all, view.high_all), strict=True):
            x = active.x if active is not None and end.size == active.x.size else np.empty(0)
            hue = role.models[active.hue] if active is not None else role.muted
            line.set(x, end if x.size else np.empty(0), pen(hue, 1.0, Qt.PenStyle.DotLine))
        last = max((float(curve.x[-1]) for curve in view.curves if curve.x.size), default=1.0)
        self.plot.fit_x(0.0, max(1.0, last), floor=0.0)
        level = np.full(2, view.level)
        self._level.set(np.array([0.0, 2.0 * last]), level, pen(role.muted, 1.0, Qt.PenStyle.DashLine))
        self._fit(view, active)

    def _fit(self, view: DecayView, active: Curve | None) -> None:
        """Keep curves and the level in sight; a band may reach beyond by as much as the curves span."""
        parts = [curve.y for curve in view.curves] + [np.array([view.level])]
        values = np.concatenate(parts) if parts else np.empty(0)
        values = values[np.isfinite(values)]
        if not values.size:
            return
        low, high = float(values.min()), float(values.max())
        if active is not None and view.low.size and np.isfinite(view.low).any():
            room = (high - low) or abs(high) or 1.0
            low = max(float(np.nanmin(view.low)), low - 0.5 * room)
            high = min(float(np.nanmax(view.high)), high + 0.5 * room)
        self.plot.fit_y(low, high)


class SlicePane(CurvePane[SliceView]):
    """Observed and predicted values at the cursor.

    Parameters
    ----------
    name : str
        Accessible name.
    kind : str
        ``strike``, ``tenor`` or ``time``: what runs along the horizontal axis.
    """

    def __init__(self, name: str, kind: str) -> None:
        self._tenor_axis = LogAxis("bottom")
        axes: dict[str, dict[str, Any]] = {"tenor": {"bottom": self._tenor_axis}, "time": {"bottom": UtcAxis()}}
        super().__init__(name, Plot(name, axes.get(kind, {})))
        self._points = PointsItem()
        self._points.setZValue(10)
        self.plot.addItem(self._points, ignoreBounds=True)

    def _draw_view(self, view: SliceView, role: Colours) -> None:
        self._tell(view.note)
        self.title.show_text(view.title, f"{view.y_label} by {view.x_label}" if view.x_label else view.y_label)
        self._draw(view.curves, role)
        observed = view.observed
        if observed is None:
            self._points.set(np.empty(0), np.empty(0), role.text, _POINT)
            return
        self._points.set(observed.x, observed.y, role.text, _POINT)
        self._fit(observed, view.curves)

    def _fit(self, observed: Curve, curves: tuple[Curve, ...]) -> None:
        if not observed.x.size:
            return
        self.plot.fit_x(float(observed.x.min()), float(observed.x.max()))
        values = np.concatenate([observed.y, *(curve.y for curve in curves)])
        values = values[np.isfinite(values)]
        if values.size:
            self.plot.fit_y(float(values.min()), float(values.max()))
