"""The window: header, timeline, room and status; gestures become states, answers become pictures."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QMainWindow,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from outsample.catalog import MODELS, default_models, kind_of
from outsample.datasets import OptionQuotes, Prices
from outsample.errors import OutsampleError
from outsample.study import Workspace
from outsample.windows import Handle, Split, move
from outsample_desktop.calibrating import Calibrating
from outsample_desktop.case_file import looks_like_case, read_case
from outsample_desktop.commands import Explainer, stepped, why_not
from outsample_desktop.compiling import Compiling, Need
from outsample_desktop.evaluator import Answer, Evaluator
from outsample_desktop.findings import Findings
from outsample_desktop.front_table import fill_front_table
from outsample_desktop.listings import Listings
from outsample_desktop.loader import Loader
from outsample_desktop.marking import Marking
from outsample_desktop.menus import build_menus, edit_parameters
from outsample_desktop.opening import SeenAs, opened, seen_as, workspace_of
from outsample_desktop.page import Page
from outsample_desktop.pane_menu import PaneMenu
from outsample_desktop.session import Room, State
from outsample_desktop.session.session import Session
from outsample_desktop.sources import SEPARATOR, Loaded, located
from outsample_desktop.theme import apply_theme, colours
from outsample_desktop.widgets.header import Header
from outsample_desktop.widgets.line_of_text import LineOfText
from outsample_desktop.widgets.notice_bar import NoticeBar
from outsample_desktop.widgets.parameters_dialog import ParametersNote
from outsample_desktop.widgets.split_item import HANDLES

__all__ = ["MainWindow"]

_WELCOME: Final = (
    "Drop an option history or a price file here, or open one with Ctrl+O.\n"
    "File › Open the sample market shows what there is to see."
)
_REGIMES: Final = {"penalty": "multiplier", "regime_method": "method", "regime_states": "states", "drawn": "drawn"}
_NOTHING_OPEN: Final = "open a data set to begin"
_PATIENCE: Final = 40  # milliseconds after which handles move without waiting for the numbers


class MainWindow(QMainWindow):
    """One case on screen.

    Signals
    -------
    painted(Answer)
        An answer was handed to the panes.
    """

    painted = Signal(object)

    def __init__(self, state: State | None = None) -> None:
        super().__init__()
        self.session = Session(state or State(), self)
        self.evaluator = Evaluator(self)
        self.loader = Loader(self)
        self.header, self.notice, self.page = Header(), NoticeBar(), Page()
        self.welcome = QLabel(_WELCOME)
        self.status = LineOfText("Status", 9.0)
        self.status.setText(_NOTHING_OPEN)
        self.parameters_note = ParametersNote()
        self.progress, self.cancel_button = QProgressBar(), QPushButton("Cancel")
        self.data: OptionQuotes | Prices | None = None
        self.loaded: Loaded | None = None
        self.workspace: Workspace | None = None
        self._seen_as: SeenAs | None = None
        self.answer: Answer | None = None
        self._case: State | None = None
        self._case_note = ""
        self._is_closing = False
        self._late = QTimer(self)
        self._lay_out()
        self._connect()
        self.explainer, self.calibrating, self.listings = Explainer(self), Calibrating(self), Listings(self)
        self.compiling, self.findings, self.marking = Compiling(self), Findings(self), Marking(self)
        self.commands = build_menus(self)
        self.pane_menu = PaneMenu(self)
        self._take_theme()

    # ------------------------------------------------------------------ building

    def _lay_out(self) -> None:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.notice)
        column.addWidget(self.welcome, 1)
        column.addWidget(self.page, 1)
        self.welcome.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.page.hide()
        self.setCentralWidget(whole)
        self.setWindowTitle("Outsample")
        self.setMinimumSize(1024, 640)
        self.setAcceptDrops(True)
        self.header.choosers["penalty"].setPlaceholderText("regimes: own penalty")  # shown where none offered is used
        self.progress.setMaximumWidth(220)
        self.progress.setAccessibleName("Progress of loading")
        self.cancel_button.setAccessibleName("Cancel loading")
        self.progress.setRange(0, 100)
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        bar.addWidget(self.status, 1)
        bar.addPermanentWidget(self.parameters_note)
        for extra in (self.progress, self.cancel_button):
            bar.addPermanentWidget(extra)
            extra.hide()
        self._late.setSingleShot(True)
        self._late.setInterval(_PATIENCE)

    def _connect(self) -> None:
        timeline, room = self.page.timeline, self.page.room
        self.session.changed.connect(self._state_changed)
        self.evaluator.answered.connect(self._show_answer)
        self.evaluator.broke.connect(self.report_bug)
        self._late.timeout.connect(self._move_handles_alone)
        timeline.grabbed.connect(self._grab)
        timeline.moved.connect(self._drag)
        timeline.released.connect(self._release)
        timeline.pointed.connect(self._point)
        timeline.stepped.connect(self._step)
        timeline.turned.connect(self._turn)
        self.page.dates.typed.connect(self._type)
        self.page.dates.refused.connect(self.notice.tell)
        self.parameters_note.clicked.connect(lambda: edit_parameters(self))
        for source in (self.header, self.page):
            source.intended.connect(self._intend)
        self.page.list.chosen.connect(lambda chosen: self.session.change(f"go to {chosen}", room=chosen))
        room.tab_shown.connect(lambda _name: self._fill_tables())
        room.models.switched.connect(self._switch)
        room.models.activated_model.connect(lambda name: self.session.change("choose the model", active=name))
        self.loader.progressed.connect(self._show_progress)
        self.loader.loaded.connect(self._take)
        self.loader.failed.connect(self._refuse)
        self.loader.broke.connect(self.report_bug)
        self.loader.ended.connect(self._end_progress)
        self.cancel_button.clicked.connect(self.loader.cancel)

    # ------------------------------------------------------------------ gestures

    def _grab(self, handle: Handle) -> None:
        self.session.begin()
        self.session.update(handle=handle, dragging=True)

    def _point(self, time: int) -> None:
        self.session.begin()
        self.session.update(cursor=time)

    def _release(self) -> None:
        state = self.session.state
        self.session.commit(f"move {state.handle.value}" if state.dragging else "set the cursor")

    def _drag(self, handle: Handle, time: int) -> None:
        self._move_to(handle, lambda split, state: move(split, handle, time, self._times(), state.scheme))

    def _turn(self, step: int) -> None:
        order = (*HANDLES, Handle.WHOLE)
        self.session.update(handle=order[(order.index(self.session.state.handle) + step) % len(order)])

    def _step(self, amount: int, unit: str) -> None:
        handle = self.session.state.handle
        self.session.begin()
        self._move_to(handle, lambda split, state: stepped(split, handle, amount, unit, self._times(), state.scheme))
        self.session.commit(f"move {handle.value}")

    def _type(self, handle: Handle, time: int) -> None:
        self.session.begin()
        self._drag(handle, time)
        self.session.commit(f"type {handle.value}")

    def _move_to(self, handle: Handle, change: Any) -> None:
        state = self.session.state
        if state.split is None or self.workspace is None:
            return
        split: Split = change(state.split, state)
        if split == state.split:
            reason = why_not(handle, state.scheme)
            if reason:
                self.status.setText(reason)
            return
        self.session.update(split=split)

    def _times(self) -> Any:
        assert self.workspace is not None
        return self.workspace.data.times

    def _intend(self, label: str, changes: dict[str, Any]) -> None:
        if "score" in changes and self.data is not None:
            changes = {**changes, **self._models_under(changes["score"])}
        if values := {("regimes", name): changes[key] for key, name in _REGIMES.items() if key in changes}:
            changes = {"parameters": self.session.state.parameters.with_values(values)}
        if changes.keys() & {"axis"}:
            changes = {**changes, "cell": None}
        self.session.change(label, **changes)

    def _models_under(self, score: str) -> dict[str, Any]:
        assert self.data is not None
        kind, old = kind_of(self.data), self.session.state.models
        kept = tuple(name for name in old if score in next(m for m in MODELS if m.name == name).scores)
        return {"models": kept or default_models(kind, score)}

    def _switch(self, name: str) -> None:
        on = set(self.session.state.models) ^ {name}
        models = tuple(found.name for found in MODELS if found.name in on)
        active = name if name in on else ""
        self.session.change("switch a model", models=models, active=active)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape gives up a drag."""
        if event.key() == Qt.Key.Key_Escape and self.session.state.dragging:
            self.page.timeline.let_go()
            self.session.abandon()
            return
        super().keyPressEvent(event)

    # ------------------------------------------------------------------ states and answers

    def _state_changed(self, old: State, new: State) -> None:
        if new.theme is not old.theme:
            self._take_theme()
        if self.data is None:
            return
        if seen_as(new) != self._seen_as:
            self._see(new, self.data)
        self.ask()

    def ask(self) -> None:
        """Ask for the answer to the present state."""
        if self.workspace is None or self._is_closing or self.compiling.postpones(Need.ANSWERS, self.ask):
            return
        state = self.session.state
        self.evaluator.ask(state, self.workspace, self.findings.latest(state.room))
        if not self._late.isActive():
            self._late.start()

    def _show_answer(self, answer: Answer) -> None:
        if answer.request.workspace is not self.workspace:
            return
        self._late.stop()
        self.parameters_note.show_parameters(answer.request.state.parameters)
        self.page.show_state(answer.request.state)
        if answer.view is None:
            self.status.setText(answer.problem)
            self.notice.tell(answer.problem)
            return
        self.answer = answer
        state = answer.request.state
        self.page.render_view(answer.view)
        self.header.show_state(state)
        self.status.setText(answer.view.status.text)
        if not state.dragging:
            self._fill_tables()
        self.painted.emit(answer)

    def _move_handles_alone(self) -> None:
        split = self.session.state.split
        if split is not None and not self.evaluator.is_idle:
            self.page.timeline.show_split(split)
            self.page.dates.show_split(split)

    def _fill_tables(self) -> None:
        is_in_front = self.session.state.room is Room.OVERVIEW
        if self.answer is not None and self.loaded is not None and is_in_front:
            fill_front_table(self.page.room, self.answer, self.loaded.report)

    def _take_theme(self) -> None:
        theme = self.session.state.theme
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        apply_theme(application, theme)
        for part in (self.header, self.notice, self.page, self.explainer):
            part.paint_in(colours(theme))

    # ------------------------------------------------------------------ data

    def open(self, source: str, case: State | None = None) -> None:
        """Load a source in the background; what is open stays until it is there."""
        self._case, self._case_note = case, ""
        self.progress.setValue(0)
        self.progress.show()
        self.cancel_button.show()
        self.status.setText(f"opening {Path(source.split(chr(10), maxsplit=1)[0]).name or source}")
        self.compiling.when_ready(Need.READING, lambda: self.loader.open(source))

    def _take(self, loaded: Loaded) -> None:
        if self._is_closing:
            return
        case, present = self._case, self.session.state
        try:
            state = opened(case or present, loaded.source, loaded.data, is_case=case is not None)
        except OutsampleError as error:
            self._refuse(str(error))
            return
        if case is not None and case.fingerprint and case.fingerprint != loaded.data.fingerprint:
            self.notice.tell("the data have changed since this case was saved: its numbers will differ")
        else:
            self.notice.hide()
        if self._case_note:
            self.notice.tell(self._case_note)
        self.welcome.hide()
        self.page.show()
        self.findings.forget()
        self.data, self.loaded = loaded.data, loaded
        self._see(state, loaded.data)
        kind = kind_of(loaded.data)
        self.header.show_data(loaded.title, loaded.data.fingerprint, kind)
        self.page.room.show_kind(isinstance(loaded.data, OptionQuotes))
        self.setWindowTitle(f"{loaded.title} – Outsample")
        self.session.undo_stack.clear()
        self.session.put(replace(state, theme=present.theme if case is None else state.theme))
        self.ask()

    def _see(self, state: State, data: OptionQuotes | Prices) -> None:
        self.workspace, self._seen_as = workspace_of(state, data), seen_as(state)

    def _refuse(self, sentence: str) -> None:
        self.notice.tell(sentence)
        self._rest()

    def _rest(self) -> None:
        """Say again what is shown, after something else was said."""
        shown = self.answer.view if self.answer is not None else None
        self.status.setText(_NOTHING_OPEN if shown is None else shown.status.text)

    def _show_progress(self, share: float, what: str) -> None:
        self.progress.setValue(round(100 * share))
        self.status.setText(what)

    def _end_progress(self) -> None:
        self.progress.hide()
        self.cancel_button.hide()
        self._rest()

    def report_bug(self, error: BaseException) -> None:
        """Show an exception that no user could have caused, with its place, and go on."""
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = "" if trace is None else f" ({Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno})"
        self.notice.tell(f"internal error, please report it: {type(error).__name__}: {error}{place}")

    # ------------------------------------------------------------------ Qt

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Welcome files."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            event.acceptProposedAction()
            self.open_files(files)

    def open_files(self, files: list[str]) -> None:
        """Open data files, a case, or a picture that carries one."""
        try:
            if len(files) == 1 and looks_like_case(Path(files[0])):
                self._open_case(Path(files[0]))
                return
            if self.marking.take(files) or self.listings.take(files):
                return
        except OutsampleError as error:
            self._refuse(str(error))
            return
        self.open(SEPARATOR.join(files))

    def _open_case(self, path: Path) -> None:
        case, unknown = read_case(path)
        self.open(located(case.source, path.parent), case)
        if unknown:
            self._case_note = f"this version does not know {', '.join(unknown)} of {path.name} and leaves it out"

    def closeEvent(self, event: QCloseEvent) -> None:
        """End the workers before the window goes."""
        self._is_closing = True
        self._late.stop()
        for part in (self.compiling, self.loader, self.calibrating, self.listings, self.findings, self.evaluator):
            part.close()
        super().closeEvent(event)
