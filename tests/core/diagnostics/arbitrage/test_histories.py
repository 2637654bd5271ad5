"""Whole histories: what was planted in the sample is found, windows and runs are counted, a real venue is described."""

import gc
import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from outsample.diagnostics.arbitrage import Kind, Thresholds, episodes, find_arbitrage
from outsample.io import open_files
from outsample.typing import DAY
from outsample.windows import Window, default_split

from .conftest import START

CALL = True


def test_executable_arbitrage_in_the_sample_is_what_was_planted_in_it(market):
    quotes, truth = market.quotes, market.truth
    found = find_arbitrage(quotes).executable
    legs = np.zeros(quotes.size, dtype=bool)
    legs[found.row[found.row >= 0]] = True
    faults = {"crossed": truth.crossed_rows, "fat finger": truth.fat_finger_rows, "stale": truth.stale_rows}
    planted = np.zeros(quotes.size, dtype=bool)
    for rows in faults.values():
        planted[list(rows)] = True
    # The noise of the quotes themselves is allowed one in a hundred.
    assert np.where(found.row >= 0, planted[found.row], False).any(axis=1).mean() > 0.99
    crossed = found.of(Kind.CROSSED)
    assert sorted(crossed.row[:, 0]) == sorted(truth.crossed_rows)
    assert legs[list(truth.fat_finger_rows)].mean() > 0.9
    assert legs[list(truth.stale_rows)].mean() > 0.5  # a stale quote near the price it would have anyway is none


def test_marks_of_the_sample_hold_no_arbitrage_beyond_their_rounding(market):
    quotes = market.quotes
    held = find_arbitrage(replace(quotes, bid=quotes.mark, ask=quotes.mark), Thresholds(smallest_size_bps=1.0))
    assert set(held.executable.kind) <= {Kind.CALENDAR}  # noise of the term structure is not rounding
    assert held.executable.size < 1e-3 * held.tested.sum()


def test_a_summary_counts_its_window_alone(market):
    quotes = market.quotes
    found, split = find_arbitrage(quotes), default_split(quotes.times)
    whole = found.between(Window(int(quotes.times[0]), int(quotes.times[-1]) + 1))
    train, test = found.between(split.train), found.between(split.test)
    for name in ("times", "tested", "on_mids", "executable", "times_executable"):
        assert np.array_equal(getattr(train, name) + getattr(test, name), getattr(whole, name)), name
    assert whole.on_mids.sum() == found.on_mids.size
    assert np.array_equal(found.counts(found.executable).sum(axis=0), whole.executable)
    inside = found.executable.between(split.test)
    assert (inside.time >= split.test.start).all()
    assert (inside.time < split.test.stop).all()
    for kind in Kind:
        sizes = inside.of(kind).size_executable
        assert test.largest_executable[kind] == pytest.approx(sizes.max() if sizes.size else np.nan, nan_ok=True)
        assert test.median_executable[kind] == pytest.approx(np.median(sizes) if sizes.size else np.nan, nan_ok=True)
    empty = found.between(Window(0, 1))
    assert empty.times == empty.executable.sum() == empty.tested.sum() == 0


def test_what_is_found_is_kept_with_the_data_and_read_only(market):
    found = find_arbitrage(market.quotes)
    assert find_arbitrage(market.quotes).executable.row is found.executable.row
    for violations in (found.on_mids, found.executable, found.executable.of(Kind.PARITY)):
        for name in ("kind", "time", "expiry", "strike", "row", "quantity", "size_on_mids", "size_executable"):
            assert not getattr(violations, name).flags.writeable, name


def test_data_that_nobody_holds_are_let_go(make):
    data = make([(30.0, 80, CALL, 0.19, 0.19)])
    found = find_arbitrage(data)
    watched = weakref.ref(data)
    del data, found
    gc.collect()
    assert watched() is None


def test_a_run_of_snapshots_is_one_episode(make):
    # Below intrinsic at snapshots 1, 2 and 4 of 0..5; another option at snapshot 2 only.
    def at(day, strike, price):
        return (30.0, strike, CALL, price, price)

    cheap = {(1, 80): 0.19, (2, 80): 0.15, (4, 80): 0.18, (2, 90): 0.05}
    rows = [(day, strike) for day in range(6) for strike in (80, 90)]
    fair = {80: 0.21, 90: 0.12}
    data = make([at(*row, cheap.get(row, fair[row[1]])) for row in rows], snapshot=[day for day, _ in rows])
    found = find_arbitrage(data).executable.of(Kind.LOWER_BOUND)
    runs = episodes(found, found.size_executable)
    names = [data.instruments[i] for i in runs.instrument]
    assert list(zip(names, (runs.first - START) // DAY, (runs.last - START) // DAY, runs.snapshots, strict=True)) == [
        ("30-80-C", 1, 2, 2),
        ("30-90-C", 2, 2, 1),
        ("30-80-C", 4, 4, 1),
    ]
    assert (runs.shortest // DAY).tolist() == [1, 0, 0]
    assert (runs.longest // DAY).tolist() == [3, 2, 2]
    assert runs.largest == pytest.approx([0.05, 0.05, 0.02])
    nothing = found.taken(slice(0, 0))
    assert episodes(nothing, nothing.size_executable).size == 0


@pytest.mark.data
def test_a_real_venue_has_much_arbitrage_on_mids_and_little_that_can_be_dealt(real_data: Callable[[str], Path]):
    path = real_data("deribit_btc_2026/btc_daily_20251230_20260430.parquet")
    quotes = open_files(path).dataset
    found = find_arbitrage(quotes)
    frame = pd.read_parquet(path)
    two_sided = frame[(frame.bid_price > 0) & (frame.ask_price >= frame.bid_price)]
    ratio, call = two_sided.strike / two_sided.underlying, two_sided.option_type == "call"
    intrinsic = np.maximum(np.where(call, 1 - ratio, ratio - 1), 0)
    mid = (two_sided.bid_price + two_sided.ask_price) / 2
    count = found.counts(found.on_mids).sum(axis=0)
    assert count[Kind.LOWER_BOUND] == (intrinsic - mid > 1e-9).sum()
    keys = ["snapshot", "expiry", "strike"]
    pairs = two_sided[call].merge(two_sided[~call], on=keys, suffixes=("_c", "_p"))
    forwards = [1 - pairs.strike / pairs[f"underlying_{side}"] for side in "cp"]
    low, high = np.minimum(*forwards), np.maximum(*forwards)
    sell_call = pairs.bid_price_c - pairs.ask_price_p - high
    sell_put = pairs.bid_price_p - pairs.ask_price_c + low
    can = found.counts(found.executable).sum(axis=0)
    assert can[Kind.PARITY] == (np.maximum(sell_call, sell_put) > 1e-9).sum()
    assert found.tested[:, Kind.PARITY].sum() == len(pairs)
    assert count.sum() > 1_000 * can.sum()
    assert can[Kind.BUTTERFLY] + can[Kind.PARITY] == can.sum()
