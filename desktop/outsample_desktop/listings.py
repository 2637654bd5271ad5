"""What connects the tabs of option data with the tables made for them off the GUI thread, and with the user's book."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from outsample.datasets import OptionQuotes, Prices
from outsample.errors import OutsampleError
from outsample.io.book import Book, looks_like_book
from outsample_desktop.book_file import OpenBook, book_of, open_book
from outsample_desktop.evaluator import Answer
from outsample_desktop.listed import Listed, Wanted, listed
from outsample_desktop.newest_worker import NewestWorker
from outsample_desktop.session import Room, State

if TYPE_CHECKING:
    from outsample_desktop.main_window import MainWindow

__all__ = ["Listings"]

_FILES = "Books (*.csv *.csv.gz *.txt *.parquet *.arrow);;All files (*)"
_NO_QUOTES = "a book of positions needs an option history to be held against, found none open; open one first"


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """A book to be read: because the user opens it, or because the state that is shown names it."""

    path: str
    data: OptionQuotes | Prices
    state: State | None


class Listings(QObject):
    """Fills the tab in front when it is looked at and nothing is held; opens and closes the book of the case.

    Parameters
    ----------
    window : MainWindow
        With its page, session and notice.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window, self._room = window, window.page.room
        self._asked: tuple[object, ...] | None = None
        self._shown: dict[str, tuple[object, ...]] = {}
        self._known: tuple[object, ...] = ()
        self._late: tuple[_Asked, OpenBook] | None = None
        self._maker, self._reader = NewestWorker("list", self), NewestWorker("book", self)
        self._maker.done.connect(self._show)
        self._reader.done.connect(self._take_book)
        self._reader.refused.connect(self._refuse_book)
        for worker in (self._maker, self._reader):
            worker.broke.connect(window.report_bug)
        self._maker.refused.connect(self._refuse)
        for pane in self._room.listings.values():
            pane.chosen.connect(lambda _choice: self.fill())
        self._room.tab_shown.connect(lambda _tab: self.fill())
        window.painted.connect(self._follow)

    def _follow(self, answer: Answer) -> None:
        late = self._late
        if late is not None and not self._window.session.state.dragging:
            self._late = None
            self._take_book(*late)
        self._check_book(answer)
        self.fill()

    # ------------------------------------------------------------------ tables

    def fill(self) -> None:
        """Have the tab in front show what the answer on screen says, unless it does."""
        wanted = self._wanted()
        if wanted is None:
            return
        key, pane = wanted.key(), self._room.listings[wanted.tab]
        if key == self._shown.get(wanted.tab):
            self._asked = None
            return
        if key == self._asked:
            return
        self._asked = key
        before = self._shown.pop(wanted.tab, None)
        is_new = before is None or before[1:3] != key[1:3]
        words = "searching all quotes for arbitrage …" if wanted.tab == "arbitrage" and is_new else "counting …"
        pane.show_wait(words, is_new)
        self._maker.ask(wanted, lambda: listed(wanted))

    def _wanted(self) -> Wanted | None:
        """Return what the tab in front is to list; None where no such tab is in front, or there is nothing to list."""
        window = self._window
        answer, quotes, state = window.answer, window.data, window.session.state
        pane = self._room.tabs.currentWidget()
        tab = next((name for name, one in self._room.listings.items() if one is pane), "")
        if not tab or state.room is not Room.OVERVIEW or state.dragging:
            return None
        if answer is None or answer.analysis is None or answer.request.workspace is not window.workspace:
            return None
        if not isinstance(quotes, OptionQuotes) or answer.request.state.dragging:
            return None
        return Wanted(tab, self._room.listings[tab].choice, answer.request.state, answer.analysis, quotes)

    def _show(self, wanted: Wanted, found: Listed) -> None:
        """Show what was made, if that is still what is wanted; while a boundary is held nothing is filled."""
        present = self._wanted()
        if wanted.key() == self._asked:
            self._asked = None
        if present is None or present.key() != wanted.key():
            return
        self._room.listings[wanted.tab].show_table(found.table, found.sentence)
        self._shown[wanted.tab] = wanted.key()

    def _refuse(self, wanted: Wanted, sentence: str) -> None:
        self._asked = None
        self._room.listings[wanted.tab].show_wait(sentence, is_new=True)

    # ------------------------------------------------------------------ the book

    def ask_for_book(self) -> None:
        """Let the user choose the file of a book."""
        path, _ = QFileDialog.getOpenFileName(self._window, "Open a book of positions", "", _FILES)
        if path:
            self.open_book(path)

    def take(self, files: list[str]) -> bool:
        """Open a file that is a book by its content; return whether it is one."""
        is_book = len(files) == 1 and looks_like_book(files[0])
        if is_book:
            self.open_book(files[0])
        return is_book

    def open_book(self, path: str) -> None:
        """Read a book for the data that are open, and make it part of the case."""
        data = self._window.data
        if data is None:
            self._window.notice.tell(_NO_QUOTES)
            return
        self._reader.ask(_Asked(path, data, None), lambda: open_book(path, data))

    def close_book(self) -> None:
        """Leave the book out of the case; the file stays as it is."""
        if not self._window.session.state.book:
            self._window.notice.tell("there is no book to be closed, found none open", is_problem=False)
            return
        self._window.session.change("close the book", book="", book_sha256="")

    def book_for(self, answer: Answer) -> Book | None:
        """Return the book of an answer for its export; one that cannot be read is told of and left out."""
        if answer.analysis is None:
            return None
        try:
            found = book_of(answer.request.state, self._window.data or answer.analysis.data)
        except OutsampleError as error:
            self._window.notice.tell(str(error))
            return None
        return None if found is None else found.book

    def close(self) -> None:
        """Leave nothing running."""
        self._maker.close()
        self._reader.close()

    def _check_book(self, answer: Answer) -> None:
        """Read the book of a case that was opened, to tell of one that is missing or has changed."""
        state, data = answer.request.state, self._window.data
        known = (state.book, state.book_sha256, state.fingerprint)
        if not state.book or known == self._known or state.dragging or not isinstance(data, OptionQuotes):
            return
        self._known = known
        self._reader.ask(_Asked(state.book, data, state), lambda: open_book(state.book, data))

    def _take_book(self, asked: _Asked, found: OpenBook) -> None:
        window = self._window
        if asked.data is not window.data:
            return
        if asked.state is not None:
            if change := found.change(asked.state):
                self._tell_too(change)
            return
        if window.session.state.dragging:  # a step of its own would end the one that is under way
            self._late = (asked, found)
            return
        self._known = (found.path, found.sha256, window.session.state.fingerprint)
        window.session.change("open a book", book=found.path, book_sha256=found.sha256)
        self.bring("book")
        window.notice.tell(" ".join(found.report.sentences()), is_problem=False)

    def _refuse_book(self, asked: _Asked, sentence: str) -> None:
        if asked.state is None:
            self._window.notice.tell(sentence)
        elif asked.data is self._window.data:
            self._tell_too(sentence)

    def _tell_too(self, sentence: str) -> None:
        """Say a sentence without hiding one that was said about the same case."""
        notice = self._window.notice
        said = notice.label.text() if notice.isVisible() else ""
        notice.tell(f"{said}; {sentence}" if said and sentence not in said else sentence)

    def bring(self, tab: str) -> None:
        """Bring a tab to the front; without option quotes there is none."""
        if not isinstance(self._window.data, OptionQuotes):
            title = self._room.tabs.tabText(self._room.tabs.indexOf(self._room.listings[tab]))
            self._window.notice.tell(f"the tab {title} needs option quotes, found none; open an option history")
            return
        self._window.session.update(room=Room.OVERVIEW)
        self._room.tabs.setCurrentWidget(self._room.listings[tab])
