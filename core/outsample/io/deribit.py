"""Deribit option-chain snapshots -> `OptionQuotes`.

Takes the raw snapshot CSV, its Parquet form, and anything that carries the same facts under the names that Deribit
and its re-publishers use. Strike, expiry and type come from columns where they exist and from the name where not.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from outsample.datasets import OptionQuotes, Settlement
from outsample.errors import DataError
from outsample.io.column_names import listing
from outsample.io.deribit_rows import ChainRows, read_chain
from outsample.io.raw_table import RawTable
from outsample.io.reading import Reading
from outsample.io.report import RejectLog, RejectReason
from outsample.io.self_check import self_check
from outsample.typing import Bools, Floats, Integers
from outsample.windows import iso

__all__ = ["read_deribit"]

_PERCENT_ABOVE: Final = 3.0  # a median vol of 300 % a year has not been seen; 3 % neither
_CLOSE_SNAPSHOTS: Final = 1_000_000_000  # two records of one snapshot differ by less than this


def read_deribit(
    tables: Sequence[RawTable], currency: str | None, log: RejectLog, step: Callable[[float, str], None]
) -> Reading:
    """Return the quotes of one underlying in `tables`, all snapshots together.

    Parameters
    ----------
    tables : sequence of RawTable
    currency : str or None
        ``BTC``, or ``SOL_USDC`` for a linear chain; None takes the most frequent.
    log : RejectLog
        Receives the rejected rows.
    step : callable
        Told how far the work is.

    Raises
    ------
    DataError
        If a needed column is missing, `currency` is not there, or no row is left.
    """
    parts = []
    for i, table in enumerate(tables):
        step(i / len(tables), f"understanding {table.file}")
        parts.append(read_chain(table, i, log))
    rows = ChainRows.joined(parts)
    group, left_out = _choose(rows, currency, log)
    rows = rows.taken(rows.group == rows.groups.index(group))
    rows = rows.taken(_last_of_each(rows, tables, log))
    rows = rows.taken(np.lexsort((rows.is_call, rows.strike, rows.expiry, rows.time)))
    vol, vol_notes = _fractions(rows)
    is_inverse, settlement_note = _is_inverse(rows, group)
    instruments, instrument = _canonical_names(rows)
    step(0.8, "repricing the venue's marks")
    check = self_check(
        rows.time, rows.expiry, rows.strike, rows.is_call, rows.floats["forward"], rows.floats["index"],
        rows.floats["mark"], vol, is_inverse,
    )  # fmt: skip
    dataset = OptionQuotes(
        time=rows.time,
        expiry=rows.expiry,
        instrument=instrument,
        strike=rows.strike,
        is_call=rows.is_call,
        forward=rows.floats["forward"],
        index=rows.floats["index"],
        bid=rows.floats["bid"],
        ask=rows.floats["ask"],
        mark=rows.floats["mark"],
        mark_vol=vol,
        open_interest=rows.floats["open_interest"],
        volume=rows.floats["volume"],
        settlement=Settlement.INVERSE if is_inverse else Settlement.LINEAR,
        currency=group.split("_")[0],
        venue="Deribit",
        instruments=instruments,
    )
    notes = (*rows.notes, *vol_notes, *settlement_note, *_market_notes(dataset))
    return Reading(dataset, rows.mapping, notes, left_out, check)


def _choose(rows: ChainRows, currency: str | None, log: RejectLog) -> tuple[str, dict[str, int]]:
    """Return the underlying to keep, and how many good rows each other one has."""
    counts = Counter({rows.groups[i]: int(n) for i, n in enumerate(np.bincount(rows.group)) if n})
    if not counts:
        raise DataError(
            f"an option history needs at least one good row, found none ({log.main_reason()}); check the file"
        )
    group = counts.most_common(1)[0][0]
    if currency is not None:
        wanted = currency.strip().upper()
        fitting = [name for name in counts if name == wanted or name.split("_")[0] == wanted]
        if not fitting:
            raise DataError(
                f"quotes of {currency} are required, found only {listing(sorted(counts))}; choose one of these"
            )
        group = wanted if wanted in fitting else max(fitting, key=lambda name: counts[name])
    return group, {name: count for name, count in counts.most_common() if name != group}


def _last_of_each(rows: ChainRows, tables: Sequence[RawTable], log: RejectLog) -> Integers:
    """Return the rows to keep, in file order: of a repeated instrument and time the last one."""
    key = np.unique(rows.time, return_inverse=True)[1] * len(rows.names) + rows.name
    order = np.argsort(key, kind="stable")
    is_last = np.append(np.diff(key[order]) != 0, True)
    dropped = np.sort(order[~is_last])
    for i, table in enumerate(tables):
        here = dropped[rows.file[dropped] == i]

        def text(j: int, here: Integers = here) -> str:
            return f"{rows.names[rows.name[here[j]]]} at {iso(rows.time[here[j]])}"

        log.add(RejectReason.REPEATED_QUOTE, table.file, rows.row[here], text)
    return np.sort(order[is_last])


def _fractions(rows: ChainRows) -> tuple[Floats, tuple[str, ...]]:
    """Return the venue's vols as fractions; the unit is decided per source column from its median."""
    vol, notes = rows.floats["mark_vol"].copy(), []
    missing = ~(vol > 0)
    zeros = int(np.count_nonzero(vol <= 0))
    vol[missing] = np.nan
    for i, source in enumerate(rows.vol_sources):
        here = (rows.vol_source == i) & ~missing
        if not here.any():
            continue
        median = float(np.median(vol[here]))
        is_percent = median > _PERCENT_ABOVE
        if is_percent:
            vol[here] = np.round(vol[here] / 100.0, 12)
        notes.append(f"Vols in {source} are read as {'percent' if is_percent else 'fractions'} (median {median:.4g}).")
    if zeros:
        notes.append(f"{zeros:,} vols of 0 or below are taken as missing.")
    return vol, tuple(notes)


def _is_inverse(rows: ChainRows, group: str) -> tuple[bool, tuple[str, ...]]:
    """Return whether premiums are in coin: from the names, or from the size of the premiums where there are none."""
    if rows.named.any():
        return "_" not in group, ()
    premium = rows.floats["mark"] if np.isfinite(rows.floats["mark"]).any() else rows.floats["ask"]
    known = np.isfinite(premium)
    is_inverse = bool(known.any() and np.median(premium[known]) < 1.0 and np.median(rows.strike) > 100.0)
    return is_inverse, (f"Premiums are taken to be in {'coin' if is_inverse else 'quote currency'} from their size.",)


def _canonical_names(rows: ChainRows) -> tuple[tuple[str, ...], Integers]:
    """Return the names in use, sorted, and each row's index into them."""
    used = np.flatnonzero(np.bincount(rows.name, minlength=len(rows.names)))
    names = sorted(rows.names[i] for i in used.tolist())
    place = {name: i for i, name in enumerate(names)}
    renumber = np.array([place.get(name, 0) for name in rows.names], dtype=np.int32)
    return tuple(names), renumber[rows.name]


def _market_notes(quotes: OptionQuotes) -> tuple[str, ...]:
    """Return what is worth knowing about the quotes before anything is fitted to them."""
    bid, ask = np.isnan(quotes.bid), np.isnan(quotes.ask)
    close = np.count_nonzero(np.diff(quotes.times) < _CLOSE_SNAPSHOTS)
    found: dict[str, Bools] = {
        "have no bid": bid,
        "have no ask": ask,
        "are crossed (ask below bid) and get weight 0": quotes.ask < quotes.bid,
        "have no forward and get weight 0": np.isnan(quotes.forward),
    }
    notes = [
        f"{quotes.times.size:,} snapshots from {iso(quotes.times[0])} to {iso(quotes.times[-1])}, "
        f"{len(quotes.instruments):,} instruments, {quotes.settlement.value} settlement in {quotes.currency}."
    ]
    notes += [f"{int(rows.sum()):,} quotes {what}." for what, rows in found.items() if rows.any()]
    if close:
        notes.append(f"Warning: {close:,} snapshots follow another within a second; is one of the files a copy?")
    return tuple(notes)
