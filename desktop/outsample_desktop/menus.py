"""The commands of the window and the menus made from them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog

from outsample.errors import OutsampleError
from outsample.report import write_evaluation, write_table
from outsample.report.sidecar import sidecar
from outsample_desktop.case_file import write_case
from outsample_desktop.commands import Command, Palette
from outsample_desktop.export import save_picture
from outsample_desktop.pane_menu import front_tables
from outsample_desktop.session import Room, Theme
from outsample_desktop.sources import SAMPLE, SP500
from outsample_desktop.theme import colours
from outsample_desktop.widgets.parameters_dialog import ParametersDialog
from outsample_desktop.widgets.room_list import ROOM_TITLES

if TYPE_CHECKING:
    from outsample_desktop.main_window import MainWindow

__all__ = ["build_menus", "commands_of", "edit_parameters"]

_DATA = "Data (*.parquet *.csv *.csv.gz *.arrow);;Cases and pictures (*.json *.png);;All files (*)"


def commands_of(window: "MainWindow") -> tuple[Command, ...]:
    """Return everything the window can do."""
    session = window.session
    room = window.page.room
    return (
        Command("file.open", "File", "Open…", "Ctrl+O", lambda: _open(window)),
        Command("file.book", "File", "Open a book of positions…", "Ctrl+Shift+O", window.listings.ask_for_book),
        Command("file.events", "File", "Import events…", "", window.marking.ask_for_events),
        Command("file.close-book", "File", "Close the book", "", window.listings.close_book),
        Command("file.sample", "File", "Open the sample market", "", lambda: window.open(SAMPLE)),
        Command("file.sp500", "File", "Open the S&P 500", "", lambda: window.open(SP500)),
        Command("file.export", "File", "Export pictures and tables…", "Ctrl+E", lambda: _export(window)),
        Command("file.picture", "File", "Save the page as picture…", "Ctrl+Shift+E", lambda: _save_page(window)),
        Command("file.case", "File", "Save the case…", "Ctrl+S", lambda: _save_case(window)),
        Command("file.quit", "File", "Quit", "Ctrl+Q", window.close),
        Command("edit.undo", "Edit", "Undo", "Ctrl+Z", session.undo_stack.undo),
        Command("edit.redo", "Edit", "Redo", "Ctrl+Shift+Z", session.undo_stack.redo),
        Command("edit.parameters", "Edit", "Case parameters…", "Ctrl+,", lambda: edit_parameters(window)),
        Command("view.theme", "View", "Light or dark", "Ctrl+T", lambda: _other_theme(window)),
        Command(
            "view.cursor",
            "View",
            "Cursor back to the test end",
            "Ctrl+Home",
            lambda: session.change("cursor", cursor=None),
        ),
        Command("view.brush", "View", "Let the brushed cell go", "", lambda: session.change("brush", cell=None)),
        Command("view.models", "View", "Models", "Alt+1", lambda: room.tabs.setCurrentIndex(0)),
        Command("view.quotes", "View", "Quotes of the brushed cell", "Alt+2", lambda: room.tabs.setCurrentIndex(1)),
        Command("view.parameters", "View", "Parameters", "Alt+3", lambda: room.tabs.setCurrentIndex(2)),
        Command("view.regimes", "View", "Table of regimes", "Alt+4", lambda: room.tabs.setCurrentIndex(3)),
        Command("view.data", "View", "Data quality", "Alt+5", lambda: room.tabs.setCurrentIndex(4)),
        Command("view.arbitrage", "View", "Arbitrage", "Alt+6", lambda: window.listings.bring("arbitrage")),
        Command("view.filters", "View", "Filters", "Alt+7", lambda: window.listings.bring("filters")),
        Command("view.book", "View", "Book", "Alt+8", lambda: window.listings.bring("book")),
        Command("view.timeline", "View", "Keyboard to the timeline", "Alt+T", window.page.timeline.setFocus),
        *_room_commands(window),
        Command("help.focus", "Help", "Explain what has the keyboard", "F1", window.explainer.explain_focus),
        Command("help.verdict", "Help", "Explain the verdict", "Shift+F1", window.explainer.explain_verdict),
        Command("help.model", "Help", "Explain the active model", "Ctrl+F1", window.explainer.explain_model),
        Command("help.glossary", "Help", "Search the glossary…", "Ctrl+Shift+G", window.explainer.search_glossary),
        Command("help.close", "Help", "Close the help", "", window.explainer.close),
        Command(
            "help.find", "Help", "Find a command…", "Ctrl+Shift+P", lambda: Palette(window.commands, window).open()
        ),
    )


def _room_commands(window: "MainWindow") -> tuple[Command, ...]:
    """Return one command a room, and what can be done in them."""

    def goes_to(room: Room) -> Callable[[], object]:
        return lambda: window.session.change(f"go to {room}", room=room)

    rooms = enumerate(ROOM_TITLES.items(), start=1)
    return (
        *(Command(f"room.{room}", "Rooms", title, f"Ctrl+{place}", goes_to(room)) for place, (room, title) in rooms),
        Command("room.calibrate", "Rooms", "Calibrate the model in view", "Ctrl+B", window.calibrating.build),
        Command("room.cancel", "Rooms", "Cancel the calibrations", "", window.calibrating.cancel),
    )


def build_menus(window: "MainWindow") -> tuple[Command, ...]:
    """Make the menus of the window from its commands and return them."""
    commands = commands_of(window)
    bar = window.menuBar()
    for title in dict.fromkeys(command.menu for command in commands):
        menu = bar.addMenu(title)
        for command in (one for one in commands if one.menu == title):
            action = QAction(command.title, window)
            if command.shortcut:
                action.setShortcut(QKeySequence(command.shortcut))
            action.triggered.connect(lambda _checked=False, one=command: one.run())
            menu.addAction(action)
    return commands


def _open(window: "MainWindow") -> None:
    files, _ = QFileDialog.getOpenFileNames(window, "Open data, a case or a picture", "", _DATA)
    if files:
        window.open_files(files)


def _export(window: "MainWindow") -> None:
    folder = QFileDialog.getExistingDirectory(window, "Export pictures and tables into")
    if folder:
        export_to(window, Path(folder))


def export_to(window: "MainWindow", folder: Path) -> None:
    """Write every pane and the page as PNG, every table and curve as CSV, into a folder."""
    answer = window.answer
    if answer is None or answer.analysis is None:
        window.notice.tell("an export needs an analysis, found none on screen; open a data set first")
        return
    state = replace(answer.request.state, dragging=False)
    try:
        book = window.listings.book_for(answer)
        written = list(write_evaluation(answer.analysis, folder, state.to_json(), None, book))
        written.append(save_picture(window.page, state, folder / f"{state.room}.png"))
        facts = sidecar(answer.analysis, state.to_json())
        for table in front_tables(answer):
            written.extend(write_table(table, folder / f"{table.name}.csv", facts))
        for name, pane in window.page.panes().items():
            if pane.isVisible():
                written.append(save_picture(pane, state, folder / f"{name}.png"))
    except OutsampleError as error:
        window.notice.tell(str(error))
        return
    window.notice.tell(f"{len(written)} files written to {folder}", is_problem=False)


def edit_parameters(window: "MainWindow") -> None:
    """Let the user change the parameters of the case: one undo step each time they are applied."""
    state = window.session.state
    dialog = ParametersDialog(state.parameters, colours(state.theme), window)
    dialog.chosen.connect(lambda chosen: window.session.change("change the case parameters", parameters=chosen))
    dialog.open()


def _save_page(window: "MainWindow") -> None:
    room = window.session.state.room
    name, _ = QFileDialog.getSaveFileName(window, "Save the page as picture", f"{room}.png", "PNG (*.png)")
    if name:
        try:
            save_picture(window.page, replace(window.session.state, dragging=False), Path(name))
        except OutsampleError as error:
            window.notice.tell(str(error))


def _save_case(window: "MainWindow") -> None:
    name, _ = QFileDialog.getSaveFileName(window, "Save the case", "case.json", "Case (*.json)")
    if name:
        try:
            write_case(replace(window.session.state, dragging=False), Path(name))
        except OutsampleError as error:
            window.notice.tell(str(error))


def _other_theme(window: "MainWindow") -> None:
    theme = Theme.LIGHT if window.session.state.theme is Theme.DARK else Theme.DARK
    window.session.update(theme=theme)
