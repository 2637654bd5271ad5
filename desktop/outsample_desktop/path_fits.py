"""Fits a model to each time of a history when the calibration room wants to show that."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from outsample.calibration.paths import FitsTimes, ParameterPaths, find_paths, parameter_paths
from outsample.datasets import OptionQuotes
from outsample_desktop.newest_worker import NewestWorker
from outsample_desktop.resolve.calibrated import FittedSmile, family_of
from outsample_desktop.session import Room, State

if TYPE_CHECKING:
    from outsample_desktop.main_window import MainWindow

__all__ = ["PathFits"]


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """What is to be fitted, and to what."""

    data: OptionQuotes
    model: FitsTimes

    def is_like(self, other: "_Asked | None") -> bool:
        """Whether another would find the same."""
        return other is not None and self.data is other.data and self.model == other.model


class PathFits(QObject):
    """Makes the paths in view off the GUI thread, unless they are there; while a boundary is held it gives way.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._asked: _Asked | None = None
        self._worker = NewestWorker("paths", self)
        self._worker.done.connect(self._take)
        self._worker.refused.connect(lambda asked, _sentence: self._forget(asked))
        self._worker.broke.connect(window.report_bug)
        window.session.changed.connect(lambda _old, new: self._give_way(new))
        window.painted.connect(lambda _answer: self._fit())

    def close(self) -> None:
        """Leave nothing running."""
        self._asked = None
        self._worker.close()

    def _fit(self) -> None:
        """Have what is in view fitted, unless that is done or under way."""
        wanted = self._wanted(self._window.session.state)
        if wanted is None or wanted.is_like(self._asked) or find_paths(wanted.data, wanted.model) is not None:
            return
        self._asked = wanted
        self._worker.ask(wanted, lambda: parameter_paths(wanted.data, wanted.model, lambda: self._asked is not wanted))

    def _wanted(self, state: State) -> _Asked | None:
        workspace = self._window.workspace
        if state.room is not Room.CALIBRATION or state.dragging or workspace is None:
            return None
        family, data = family_of(state.calibration_model), workspace.data
        if not isinstance(family, FittedSmile) or not isinstance(data, OptionQuotes):
            return None
        return _Asked(data, family.model)

    def _give_way(self, state: State) -> None:
        """Drop what is under way where it is not wanted at the moment; what was fitted so far is lost."""
        if self._asked is not None and not self._asked.is_like(self._wanted(state)):
            self._asked = None

    def _take(self, asked: _Asked, _paths: ParameterPaths) -> None:
        self._forget(asked)
        self._window.ask()

    def _forget(self, asked: _Asked) -> None:
        if self._asked is asked:
            self._asked = None
