"""The user's book as tables: through time, by model, by cell of the error surface, by position."""

from typing import Final

import numpy as np

from outsample.datasets import OptionQuotes
from outsample.diagnostics import error_surface
from outsample.diagnostics.book_path import (
    BookErrors,
    book_errors,
    book_path,
    predicted_by_all,
    vega_by_cell,
)
from outsample.diagnostics.holdings import Holdings, holdings
from outsample.errors import UsageError
from outsample.io.book import Book
from outsample.report.analysis import Analysis
from outsample.report.table import Column, Table, column, times
from outsample.typing import Floats

__all__ = ["book_cells_table", "book_models_table", "book_positions_table", "book_times_table"]

_PATH_COLUMNS: Final = {
    "value [coin]": ("value_coin", 6),
    "value [USD]": ("value_usd", 2),
    "delta [coin]": ("delta", 4),
    "net delta [coin]": ("net_delta", 4),
    "delta of the coin value [coin per USD]": ("coin_delta", 8),
    "gamma [coin per USD]": ("gamma", 8),
    "gamma of the coin value [coin per USD²]": ("coin_gamma", 12),
    "vega [USD per vol pt]": ("vega_usd", 2),
    "vega [coin per vol pt]": ("vega_coin", 6),
    "theta [USD per day]": ("theta_usd", 2),
    "theta [coin per day]": ("theta_coin", 6),
}


def book_times_table(analysis: Analysis, book: Book) -> Table:
    """Return value, greeks and every model's error on the book at each time.

    Errors are of the positions that all models shown predict; value and greeks of all that can be priced.

    Raises
    ------
    UsageError
        The data are no option quotes, or not those the book was read for.
    """
    held = _held(analysis, book)
    path, at = book_path(held), held.quotes.times
    window = np.full(at.size, "", dtype="<U5")
    for name, part in (("train", analysis.split.train), ("test", analysis.split.test)):
        window[part.rows(at)] = name
    columns = [
        times("time", at),
        column("window", window),
        column("positions quoted", path.quoted),
        column("positions priced", path.priced),
        *(column(header, getattr(path, field), decimals) for header, (field, decimals) in _PATH_COLUMNS.items()),
    ]
    compared, errors = _errors(analysis, held)
    columns.append(column("positions compared", np.bincount(compared.time_index, minlength=at.size)))
    for model, found in errors.items():
        columns += [
            column(f"error {model} [coin]", found.signed_coin, 6),
            column(f"error {model} [USD]", found.signed_usd, 2),
            column(f"gross error {model} [coin]", found.gross_coin, 6),
            column(f"gross error {model} [USD]", found.gross_usd, 2),
        ]
    return Table("book", tuple(columns))


def book_models_table(analysis: Analysis, book: Book) -> Table:
    """Return mean, root mean square and worst error of every model on the book, in train and test window.

    Means are over times. The gross error does not net between positions; its mean is what a typical time costs if
    every position is closed by itself.

    Raises
    ------
    UsageError
        As `book_times_table`.
    """
    held = _held(analysis, book)
    compared, errors = _errors(analysis, held)
    rows = []
    for model, found in errors.items():
        for name, window in (("train", analysis.split.train), ("test", analysis.split.test)):
            part = window.rows(held.quotes.times)
            row: list[str | int | float] = [model, name, int(np.isfinite(found.signed_usd[part]).sum())]
            for signed, gross in ((found.signed_coin, found.gross_coin), (found.signed_usd, found.gross_usd)):
                row += [
                    _mean(signed[part]),
                    _mean(signed[part] ** 2) ** 0.5,
                    _largest(signed[part]),
                    _mean(gross[part]),
                ]
            rows.append(row)
    headers = ["model", "window", "times"]
    for unit in ("coin", "USD"):
        headers += [f"bias [{unit}]", f"rmse [{unit}]", f"largest error [{unit}]", f"mean gross error [{unit}]"]
    left_out = held.size - compared.size
    parts = [column(header, [row[i] for row in rows], _decimals(header)) for i, header in enumerate(headers)]
    return Table("book_models", (*parts, column("positions left out", [left_out] * len(rows))))


def book_cells_table(analysis: Analysis, book: Book) -> Table:
    """Return in which cells of the error surface the book's vega lies, with every model's error in those cells.

    Cells without vega in either window are left out. The error is that of the whole market in the cell, not only of
    the book's own quotes.

    Raises
    ------
    UsageError
        As `book_times_table`.
    """
    held = _held(analysis, book)
    grid = held.quotes.observed.grid
    labels = [(row, col) for row in grid.row_labels() for col in grid.column_labels()]
    parts: list[list[Column]] = []
    for name, window in (("train", analysis.split.train), ("test", analysis.split.test)):
        vega = vega_by_cell(held, window)
        cells = np.flatnonzero(vega.gross_usd > 0)
        columns = [
            column("window", [name] * cells.size),
            column("tenor", [labels[cell][0] for cell in cells.tolist()]),
            column("moneyness", [labels[cell][1] for cell in cells.tolist()]),
            column("net vega [USD per vol pt]", vega.net_usd[cells], 2),
            column("gross vega [USD per vol pt]", vega.gross_usd[cells], 2),
            column("net vega [coin per vol pt]", vega.net_coin[cells], 6),
            column("gross vega [coin per vol pt]", vega.gross_coin[cells], 6),
            column("share of gross vega [%]", 100.0 * vega.share[cells], 1),
        ]
        for result in analysis.judged:
            surface, unit = error_surface(result.study, window), result.headline.unit
            shown = analysis.score.score.shown.value.lower()
            columns.append(column(f"{shown} {result.entry.name} [{unit}]", surface.loss[cells]))
            columns.append(column(f"bias {result.entry.name} [{unit}]", surface.bias[cells]))
        parts.append(columns)
    return Table(
        "book_cells",
        tuple(
            Column(one.header, np.concatenate([one.values, other.values]), one.decimals)
            for one, other in zip(*parts, strict=True)
        ),
    )


def book_positions_table(quotes: OptionQuotes, book: Book) -> Table:
    """Return every position with the number of times it is priced, and its mean vega over these times."""
    held = holdings(quotes, book)
    priced = np.bincount(held.position, minlength=book.size)
    listed = np.bincount(quotes.instrument, minlength=len(quotes.instruments))
    place = {name: i for i, name in enumerate(quotes.instruments)}
    vega = np.bincount(held.position, weights=0.01 * held.quantity * held.greeks.quote.vega, minlength=book.size)
    mean = np.divide(vega, priced, out=np.full(book.size, np.nan), where=priced > 0)
    return Table(
        "book_positions",
        (
            column("instrument", list(book.instruments)),
            column("quantity", book.quantity, 4),
            column("times quoted", listed[[place[name] for name in book.instruments]]),
            column("times priced", priced),
            column("mean vega [USD per vol pt]", mean, 2),
        ),
    )


def _held(analysis: Analysis, book: Book) -> Holdings:
    if not isinstance(analysis.data, OptionQuotes):
        raise UsageError(f"a book of options needs option quotes, found {type(analysis.data).__name__}; load quotes")
    return holdings(analysis.data, book)


def _errors(analysis: Analysis, held: Holdings) -> tuple[Holdings, dict[str, BookErrors]]:
    """Return the holdings that all models predict, and the errors of each model on them."""
    predictions = {result.entry.name: result.study.prediction.values for result in analysis.judged}
    compared = predicted_by_all(held, list(predictions.values()))
    return compared, {name: book_errors(compared, values) for name, values in predictions.items()}


def _mean(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else float("nan")


def _largest(values: Floats) -> float:
    """Return the value that is furthest from 0, with its sign."""
    finite = values[np.isfinite(values)]
    return float(finite[np.argmax(np.abs(finite))]) if finite.size else float("nan")


def _decimals(header: str) -> int | None:
    return 6 if header.endswith("[coin]") else 2 if header.endswith("[USD]") else None
