"""Price bars, or a single price series, from CSV or Parquet -> `Prices`."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.datasets import Prices
from outsample.errors import DataError
from outsample.io.bar_stamps import BarStamp, known_at, off_the_clock, usual_step
from outsample.io.clock import Clock, read_clock
from outsample.io.column_names import listing
from outsample.io.number_column import NumberColumn, read_numbers
from outsample.io.price_columns import PriceColumns, place_columns
from outsample.io.raw_table import RawTable
from outsample.io.reading import Reading
from outsample.io.report import MappedColumn, RejectLog, RejectReason
from outsample.io.series_choice import choose_series
from outsample.io.volume_labels import base_volume
from outsample.typing import Bools, Floats, Integers
from outsample.windows import iso

__all__ = ["read_prices"]

_BAR: Final = ("open", "high", "low")


@dataclass(frozen=True, eq=False)
class _Bars:
    """Good bars of one file in file order, stamps as written."""

    file: Integers
    row: Integers
    stamp: Integers
    close: Floats
    rest: dict[str, Floats]
    symbol: str
    columns: PriceColumns
    is_calendar: bool
    left_out: dict[str, int]
    mapping: tuple[MappedColumn, ...]
    notes: tuple[str, ...]


def read_prices(
    tables: Sequence[RawTable],
    symbol: str | None,
    stamp: BarStamp | None,
    log: RejectLog,
    step: Callable[[float, str], None],
) -> Reading:
    """Return the price history in `tables`, several files one after the other.

    Parameters
    ----------
    tables : sequence of RawTable
    symbol : str or None
        Which series, if there are several.
    stamp : BarStamp or None
        Whether stamps are the beginning or the end of bars; None decides by the kind of file.
    log : RejectLog
        Receives the rejected rows.
    step : callable
        Told how far the work is.

    Raises
    ------
    DataError
        If time or price cannot be found, there are several series and no `symbol`, or fewer than two bars are left.
    """
    parts = []
    for i, table in enumerate(tables):
        step(i / len(tables), f"understanding {table.file}")
        parts.append(_read_file(table, i, symbol, log))
    symbols = sorted({part.symbol for part in parts})
    if len(symbols) > 1:
        raise DataError(f"files opened together must hold one series, found {listing(symbols)}; open them one by one")
    file, row, time, close = (
        np.concatenate([getattr(part, key) for part in parts]) for key in ("file", "row", "stamp", "close")
    )
    rest = {key: np.concatenate([part.rest[key] for part in parts]) for key in (*_BAR, "volume")}
    order = np.argsort(time, kind="stable")
    is_last = np.append(np.diff(time[order]) != 0, True)[: time.size]
    _log_repeats(np.sort(order[~is_last]), file, row, time, close, tables, log)
    keep = order[is_last]
    if keep.size < 2:
        raise DataError(
            f"a price history needs at least 2 good bars, found {keep.size} ({log.main_reason()}); check the file"
        )
    known, stamp_note = _known(parts, time[keep], stamp)
    dataset = Prices(
        known, rest["open"][keep], rest["high"][keep], rest["low"][keep], close[keep], rest["volume"][keep], symbols[0]
    )
    notes = [stamp_note, *_order_notes(time, keep.size), *_series_notes(dataset, time[keep])]
    return _reading(dataset, parts, notes)


def _known(parts: list[_Bars], stamps: Integers, stamp: BarStamp | None) -> tuple[Integers, str]:
    columns = parts[0].columns
    wanted = BarStamp.END if stamp is None and columns.stamps_the_end else stamp
    return known_at(stamps, wanted, all(part.is_calendar for part in parts), columns.has_bars)


def _reading(dataset: Prices, parts: list[_Bars], notes: list[str]) -> Reading:
    """Return the dataset with what all files together said."""
    left_out: Counter[str] = Counter()
    for part in parts:
        left_out.update(part.left_out)
    mapping = tuple(dict.fromkeys(column for part in parts for column in part.mapping))
    said = [*(note for part in parts for note in part.notes), *notes]
    return Reading(dataset, mapping, tuple(dict.fromkeys(said)), dict(left_out.most_common()))


def _read_file(table: RawTable, file: int, symbol: str | None, log: RejectLog) -> _Bars:
    columns = place_columns(table, symbol)
    clock, clock_notes = _clock(table, columns)
    name, chosen, left_out = choose_series(table, columns, symbol)
    close = read_numbers(table.columns[columns.close], columns.close)
    log.add_lines(table.file, [(line.row, line.text) for line in table.broken])
    alive = chosen.copy()
    for reason, bad, source in (
        (RejectReason.UNPARSEABLE, clock.bad, columns.time),
        (RejectReason.UNPARSEABLE, close.bad, columns.close),
        (RejectReason.CLOSE_MISSING, np.isnan(close.values), columns.close),
        (RejectReason.CLOSE_NOT_POSITIVE, close.values <= 0, columns.close),
    ):
        _reject(table, alive, bad, reason, source, log)
    rest, notes = _other_columns(table, columns, close.values, alive)
    if np.count_nonzero(chosen & (close.values <= 0)) > 0.05 * np.count_nonzero(chosen):
        notes.append(f"Warning: many values of {columns.close} are not above 0; is it a return or a rate, not a price?")
    good = np.flatnonzero(alive)
    return _Bars(
        file=np.full(good.size, file),
        row=table.row[good],
        stamp=clock.time[good],
        close=close.values[good],
        rest={key: column[good] for key, column in rest.items()},
        symbol=name,
        columns=columns,
        is_calendar=clock.is_calendar,
        left_out=left_out,
        mapping=_mapping(columns, clock),
        notes=(*table.notes, *clock.notes, *clock_notes, *notes),
    )


def _clock(table: RawTable, columns: PriceColumns) -> tuple[Clock, tuple[str, ...]]:
    """Return the times, and how they agree with a second statement of the time if the file has one."""
    from pyarrow import compute as pc

    column = table.columns[columns.time]
    if columns.clock_of_day:
        column = pc.binary_join_element_wise(column.cast("string"), table.columns[columns.clock_of_day], " ")
    clock = read_clock(column, columns.time)
    if columns.second_time is None:
        return clock, ()
    try:
        other = read_clock(table.columns[columns.second_time], columns.second_time)
    except DataError:  # of no use for a comparison, and not needed for anything else
        return clock, ()
    both = ~(clock.bad | other.bad)
    size = 86_400 * 10**9 if other.is_calendar else 10**9
    differ = int(np.count_nonzero(clock.time[both] // size != other.time[both] // size))
    if not differ:
        return clock, (
            f"{columns.time} and {columns.second_time} state the same time in all {int(both.sum()):,} rows.",
        )
    return clock, (
        f"Warning: {columns.time} and {columns.second_time} state different times in {differ:,} of {int(both.sum()):,} "
        f"rows; {columns.time} is used.",
    )


def _reject(table: RawTable, alive: Bools, bad: Bools, reason: RejectReason, source: str, log: RejectLog) -> None:
    rows = np.flatnonzero(alive & bad)
    alive[rows] = False
    log.add(reason, table.file, table.row[rows], lambda i: table.text(source, int(rows[i])))


def _other_columns(
    table: RawTable, columns: PriceColumns, close: Floats, alive: Bools
) -> tuple[dict[str, Floats], list[str]]:
    """Return open, high, low and volume, NaN where missing or absurd, and what was found about them."""
    notes: list[str] = []
    rest: dict[str, Floats] = {}
    for role in (*_BAR, "volume"):
        source = getattr(columns, role)
        if source is None:
            rest[role] = np.full(table.size, np.nan)
            continue
        column = read_numbers(table.columns[source], source)
        absurd = column.values < 0 if role == "volume" else column.values <= 0
        _note_cells(notes, table, source, column, absurd & alive)
        rest[role] = np.where(absurd, np.nan, column.values)
    if columns.plain_close:
        plain = read_numbers(table.columns[columns.plain_close], columns.plain_close).values
        factor = np.divide(close, plain, out=np.full(close.size, np.nan), where=plain > 0)
        for role in _BAR:
            rest[role] = rest[role] * factor
        notes.append(
            f"{columns.close} is the close; open, high and low are scaled by its ratio to {columns.plain_close}."
        )
    if columns.volume and columns.quote_volume:
        quote = read_numbers(table.columns[columns.quote_volume], columns.quote_volume).values
        rest["volume"], said = base_volume(rest["volume"], quote, close, columns.volume, columns.quote_volume, alive)
        notes += said
    return rest, notes


def _note_cells(notes: list[str], table: RawTable, source: str, column: NumberColumn, absurd: Bools) -> None:
    for rows, what in ((column.bad, "not numbers"), (absurd, "not above 0")):
        if rows.any():
            example = table.text(source, int(np.argmax(rows)))
            notes.append(f"{int(rows.sum()):,} cells of {source} are {what} and taken as missing ({example}).")


def _mapping(columns: PriceColumns, clock: Clock) -> tuple[MappedColumn, ...]:
    time = columns.time + (f" + {columns.clock_of_day}" if columns.clock_of_day else "")
    said = [MappedColumn(time, "time", clock.unit)]
    said += [MappedColumn(source, role, "price") for role in (*_BAR, "close") if (source := getattr(columns, role))]
    if columns.volume:
        said.append(MappedColumn(columns.volume, "volume", "as the venue counts"))
    return tuple(said)


def _log_repeats(
    dropped: Integers,
    file: Integers,
    row: Integers,
    time: Integers,
    close: Floats,
    tables: Sequence[RawTable],
    log: RejectLog,
) -> None:
    for i, table in enumerate(tables):
        here = dropped[file[dropped] == i]

        def text(j: int, here: Integers = here) -> str:
            return f"stamp {iso(time[here[j]])}, close {close[here[j]]:.15g}"

        log.add(RejectReason.REPEATED_BAR, table.file, row[here], text)


def _order_notes(time: Integers, kept: int) -> list[str]:
    if 2 * kept < time.size:
        return ["Warning: most rows repeat the time of another; does the file hold several series?"]
    disorder = int(np.count_nonzero(np.diff(time) < 0))
    if not disorder:
        return []
    if disorder >= time.size - 1 - np.count_nonzero(np.diff(time) == 0):
        return ["Rows were newest first and have been sorted."]
    return [f"Rows were not in order of time ({disorder:,} steps back) and have been sorted."]


def _series_notes(prices: Prices, stamp: Integers) -> list[str]:
    """Return what is worth knowing about the series before anything is fitted to it."""
    step = usual_step(stamp)
    notes = [f"{prices.time.size:,} bars of {prices.symbol}, stamped {iso(stamp[0])} to {iso(stamp[-1])}."]
    gaps = np.diff(stamp)
    wider = int(np.count_nonzero(gaps > 1.5 * step))
    if wider and 2 * wider < gaps.size and step < 86_400 * 10**9:
        notes.append(f"{wider:,} gaps are wider than the usual step; the widest is {gaps.max() / step:.0f} steps.")
    with np.errstate(invalid="ignore"):
        outside = (prices.high < prices.low) | (prices.open > prices.high) | (prices.open < prices.low)
        outside |= (prices.close > prices.high) | (prices.close < prices.low)
    if outside.any():
        notes.append(
            f"{int(outside.sum()):,} bars have an open or close outside low and high; they are kept as they are."
        )
    warning = off_the_clock(stamp, step)
    return [*notes, warning] if warning else notes
