"""The book of a case: read for the data that are open, wherever its file lies, and compared with what the case knew."""

from dataclasses import dataclass
from pathlib import Path

from outsample.datasets import OptionQuotes
from outsample.errors import DataError, UsageError
from outsample.io.book import Book, BookReport, read_book
from outsample.model import Dataset
from outsample.prepared import prepared
from outsample_desktop.session import State
from outsample_desktop.sources import is_file

__all__ = ["OpenBook", "beside_case", "book_of", "open_book"]


@dataclass(frozen=True, slots=True)
class OpenBook:
    """A book that was read.

    Parameters
    ----------
    path : str
        From the root of the file system.
    book : Book
    report : BookReport
    """

    path: str
    book: Book
    report: BookReport

    @property
    def sha256(self) -> str:
        """SHA-256 of the file, hex."""
        return self.report.file.sha256

    def change(self, state: State) -> str:
        """Return the sentence for a file that is not the one the state knew; empty where it is."""
        if not state.book_sha256 or state.book_sha256 == self.sha256:
            return ""
        return (
            f"the book {self.book.name} has changed since it became part of the case: its numbers will differ "
            f"(SHA-256 {state.book_sha256[:12]}, found {self.sha256[:12]})"
        )


def open_book(path: str, data: Dataset) -> OpenBook:
    """Return the book in a file, in the instruments of `data`; the same file is read once a data set.

    Raises
    ------
    DataError, UsageError
        The file cannot be read, holds no position in these data, or the data are no option quotes.
    """
    if not isinstance(data, OptionQuotes):
        raise UsageError("a book of positions needs option quotes, found a price history; open an option history")
    try:
        place = Path(path).resolve()
        seen = place.stat()
    except (OSError, RuntimeError, ValueError) as error:
        raise DataError(
            f"the book {Path(path).name[:80]} must be a file that can be read, found none at "
            f"{str(Path(path).parent)[:200]}; put it back, or open another"
        ) from error
    return _read(data, str(place), seen.st_mtime_ns, seen.st_size)


def book_of(state: State, data: Dataset) -> OpenBook | None:
    """Return the book that a state names; None where it names none, or where the data are no option quotes.

    Raises
    ------
    DataError
        As `open_book`.
    """
    if not state.book or not isinstance(data, OptionQuotes):
        return None
    return open_book(state.book, data)


def beside_case(book: str, folder: Path) -> str:
    """Return where the book of a case in `folder` lies: where it was, else beside the case, else where it was."""
    if not book:
        return book
    places = (Path(book), folder / book, folder / Path(book).name)
    return next((str(place.resolve()) for place in places if is_file(place)), book)


@prepared
def _read(data: OptionQuotes, path: str, _changed: int, _size: int) -> OpenBook:
    return OpenBook(path, *read_book(path, data.instruments))
