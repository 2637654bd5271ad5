"""What connects the calibration room with the work in the background."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from outsample.datasets import OptionQuotes
from outsample_desktop.path_fits import PathFits
from outsample_desktop.resolve.calibrated import Calibrated, FittedSmile, FollowedState, family_of
from outsample_desktop.session import State
from outsample_desktop.tape_jobs import TapeJobs
from outsample_desktop.tape_worker import TapeOrder
from outsample_desktop.widgets.job_line import JobLine

if TYPE_CHECKING:
    from outsample_desktop.main_window import MainWindow

__all__ = ["Calibrating"]


class Calibrating(QObject):
    """Orders calibrations for a window, tells it how far they are, and asks again when they are there.

    Parameters
    ----------
    window : MainWindow
        With its page, status bar and notice.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window, self._room = window, window.page.calibration
        self.jobs, self.line, self._paths = TapeJobs(self), JobLine(), PathFits(window)
        window.statusBar().addPermanentWidget(self.line)
        self._room.wanted.connect(self.build)
        self._room.unwanted.connect(self.jobs.cancel)
        self.line.cancelled.connect(self.jobs.cancel)
        self.jobs.progressed.connect(lambda _order, _share: self._show())
        self.jobs.kept.connect(self._take)
        self.jobs.failed.connect(self._tell)
        self.jobs.broke.connect(self._report)
        self.jobs.ended.connect(lambda _order: self._show())
        window.painted.connect(lambda _answer: self._show_in_room())

    def build(self, beside: bool = False) -> None:
        """Make the calibrations in view, or those under the loss beside them."""
        order = self._order(self._window.session.state, beside)
        if order is None:
            self._window.notice.tell(self._why_not())
            return
        self._room.show_problem("")
        self.jobs.build(order)
        self._show()

    def _why_not(self) -> str:
        family = family_of(self._window.session.state.calibration_model)
        if isinstance(self._window.data, OptionQuotes) and isinstance(family, FittedSmile):
            return f"{family.title} needs no calibration: the calibration room fits it to each time by itself"
        return "a calibration needs option quotes, found none; open an option history"

    def cancel(self) -> None:
        """Give up what is under way."""
        self.jobs.cancel()

    def close(self) -> None:
        """Leave nothing running."""
        self._paths.close()
        self.jobs.close()

    def _order(self, state: State, beside: bool) -> TapeOrder | None:
        loss = state.compared_loss if beside else state.calibration_loss
        if not isinstance(self._window.data, OptionQuotes) or loss is None:
            return None
        family = family_of(state.calibration_model)
        if isinstance(family, FollowedState) and not beside:
            needed = family.calibrated
            return TapeOrder(needed.title, needed.kind, needed.settings, state)
        if not isinstance(family, Calibrated):
            return None
        return TapeOrder(family.title, family.kind, family.under(loss), state)

    def _take(self, order: TapeOrder) -> None:
        """Show what was made."""
        self._window.ask()
        self._window.notice.tell(f"{order.title} is calibrated", is_problem=False)

    def _tell(self, _order: TapeOrder, sentence: str) -> None:
        self._window.notice.tell(sentence)
        self._room.show_problem(sentence)

    def _report(self, order: TapeOrder, trace: str) -> None:
        last = trace.strip().splitlines()[-1]
        self._tell(order, f"internal error, please report it: the calibrations of {order.title} ended with {last}")

    def _show(self) -> None:
        """Show the work in the status bar and, where it is what is in view, in the room."""
        orders = self.jobs.orders
        words = f"calibrating {orders[0].title}" if orders else ""
        share = (self.jobs.find(orders[0]) or 0.0) if orders else 0.0
        self.line.show_work(words, share, max(len(orders) - 1, 0))
        self._show_in_room()

    def _show_in_room(self) -> None:
        if not self.jobs.orders:
            self._room.show_progress(None)
            return
        state = self._window.session.state
        found = [self._order(state, beside) for beside in (False, True)]
        main, other = (None if order is None else self.jobs.find(order) for order in found)
        self._room.show_progress(main, other)
