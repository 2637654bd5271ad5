"""Vendor files -> (dataset, import report), and the canonical store they are kept in.

Read `opening` first: it shows the way of a file. Arrow is imported inside functions and pandas is not used, so that
importing this package costs the start of the program nothing.
"""

from outsample.io.bar_stamps import BarStamp
from outsample.io.book import Book, BookReject, BookReport, looks_like_book, read_book
from outsample.io.cached_import import import_cached
from outsample.io.opening import ImportCancelledError, open_files
from outsample.io.report import ImportReport, MappedColumn, Reject, RejectReason, SourceFile
from outsample.io.self_check import Hypothesis, SelfCheck
from outsample.io.store import Imported, read_store, write_store
from outsample.io.vendor import Vendor, detect

__all__ = [
    "BarStamp",
    "Book",
    "BookReject",
    "BookReport",
    "Hypothesis",
    "ImportCancelledError",
    "ImportReport",
    "Imported",
    "MappedColumn",
    "Reject",
    "RejectReason",
    "SelfCheck",
    "SourceFile",
    "Vendor",
    "detect",
    "import_cached",
    "looks_like_book",
    "open_files",
    "read_book",
    "read_store",
    "write_store",
]
