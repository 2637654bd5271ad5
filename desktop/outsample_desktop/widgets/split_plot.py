"""Handles that stand at one pixel: the eye cannot tell them apart, so the hand does by where it goes."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent

from outsample.windows import Handle, Scheme, Split, position_of
from outsample_desktop.resolve.views import TimelineView
from outsample_desktop.widgets.split_item import HANDLES
from outsample_desktop.widgets.time_plot import TimePlot

__all__ = ["SplitPlot", "meant"]

_ONE_PLACE: Final = 1.5  # pixels between handles that count as one place, and beside a line that count as on it
_TREMOR: Final = 2.0  # pixels that a pressed hand moves without meaning it


def meant(together: tuple[Handle, ...], to_the_right: bool, scheme: Scheme, by_its_flag: bool) -> Handle:
    """Return which of some handles at one place a hand wants that moves them to one side.

    Parameters
    ----------
    together : tuple of Handle
        From left to right as in `HANDLES`, at least one.
    to_the_right : bool
    scheme : Scheme
        Free: only the outermost handle has room on its side. Anchored: the train start is given, and the train end
        takes the test start along, so that it is meant on both sides of a boundary without a gap.
    by_its_flag : bool
        The press was right of the line, where the flag of the test start is: under the anchored scheme this opens
        a gap.
    """
    free = tuple(one for one in together if scheme is not Scheme.ANCHORED or one is not Handle.TRAIN_START) or together
    if not to_the_right:
        return free[0]
    carries = scheme is Scheme.ANCHORED and not by_its_flag and free[-1] is Handle.TEST_START
    return Handle.TRAIN_END if carries and Handle.TRAIN_END in free else free[-1]


class SplitPlot(TimePlot):
    """A time plot on which a press on several handles at once takes none until the hand has moved."""

    def __init__(self, name: str, is_top: bool) -> None:
        super().__init__(name, is_top)
        self._scheme = Scheme.FREE
        self._together: tuple[Handle, ...] = ()  # what may be meant; empty once it is known
        self._pressed = 0.0
        self._by_flag = False

    def show_split(self, split: Split, view: TimelineView, has_focus: bool) -> None:
        """Show windows and handles."""
        self._scheme = view.scheme
        super().show_split(split, view, has_focus)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a handle; where others stand at its place, note them."""
        super().mousePressEvent(event)
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        self._together, self._pressed = (), event.position().x()
        if self._held in HANDLES and self._split is not None and self._scheme is not Scheme.ROLLING:
            place = {handle: self.pixel(position_of(self._split, handle)) for handle in HANDLES}
            centre = place[self._held]
            together = tuple(handle for handle in HANDLES if abs(place[handle] - centre) <= _ONE_PLACE)
            self._together = together if len(together) > 1 else ()
            self._by_flag = self._pressed - centre > _ONE_PLACE

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Find out which handle is meant, then move it."""
        if self._together and not self._tell_apart(event.position().x()):
            event.accept()
            return
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go; a hand that has not moved has moved nothing."""
        if event.button() is Qt.MouseButton.LeftButton:
            x = event.position().x()
            if self._together and self._held is not None and not self._tell_apart(x):
                self._hold(self._held, x)
            self._together = ()
        super().mouseReleaseEvent(event)

    def _tell_apart(self, x: float) -> bool:
        """Whether the hand has gone far enough to say which handle it means; that one is then held."""
        gone = x - self._pressed
        if abs(gone) < _TREMOR or self._held is None:
            return False
        wanted = meant(self._together, gone > 0, self._scheme, self._by_flag)
        self._together = ()
        if wanted is not self._held:
            self._hold(wanted, self._pressed)
            self.grabbed.emit(wanted)
        return True

    def _hold(self, handle: Handle, x: float) -> None:
        """Hold a handle as if it had been taken at `x`."""
        assert self._split is not None
        self._held = handle
        self._slip = position_of(self._split, handle) - self.time_at(x)
