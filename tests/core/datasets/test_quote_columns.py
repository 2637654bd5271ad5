"""Columns of an option history: which are refused, that none can be written to, and under which fingerprint they go."""

from dataclasses import replace

import numpy as np
import pytest

from outsample.datasets import Axis, Settlement, Target
from outsample.errors import DataError

COLUMNS = ("time", "expiry", "instrument", "strike", "is_call", "forward", "index", "bid", "ask", "mark", "mark_vol")
COLUMNS += ("open_interest", "volume")


def test_columns_of_unequal_length_are_refused(make):
    with pytest.raises(DataError, match="one length, found .*'bid': 29"):
        replace(make(), bid=np.ones(29))


def test_a_history_without_a_quote_is_refused(make):
    quotes = make()
    with pytest.raises(DataError, match="at least one quote, found none"):
        replace(quotes, **{name: getattr(quotes, name)[:0] for name in COLUMNS})


@pytest.mark.parametrize("order", ["time", "expiry", "strike"])
def test_disorder_is_refused(make, order):
    quotes = make()
    rows = np.arange(quotes.size)
    swap = {"time": (4, 25), "expiry": (0, 5), "strike": (1, 2)}[order]
    rows[list(swap)] = rows[list(swap)[::-1]]
    with pytest.raises(DataError, match="sorted by .*, found disorder; import the file again"):
        replace(quotes, **{name: getattr(quotes, name)[rows] for name in COLUMNS})


def test_columns_cannot_be_written_to(make):
    quotes = make()
    for name in COLUMNS:
        with pytest.raises(ValueError, match="read-only"):
            getattr(quotes, name)[0] = 1
    seen = quotes.observed
    for name in ("implied_vol", "premium", "cell", "time_index", "slice_start", "standardised"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(seen, name)[0] = 1


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("row", [0, 13, 28])
def test_the_fingerprint_changes_with_any_cell(make, name, row):
    quotes = make()
    column = getattr(quotes, name).copy()
    column[row] = not column[row] if name == "is_call" else column[row] + 1
    if name in ("time", "expiry"):
        column[row:] = np.maximum(column[row:], column[row])
    if name == "strike":
        column[row] = getattr(quotes, name)[row] + 1e-9
    assert replace(quotes, **{name: column}).fingerprint != quotes.fingerprint


def test_the_fingerprint_changes_with_what_the_columns_mean(make):
    quotes = make()
    others = [
        replace(quotes, settlement=Settlement.LINEAR),
        replace(quotes, currency="ETH"),
        replace(quotes, venue="elsewhere"),
        replace(quotes, instruments=(*quotes.instruments[:9], "J")),
    ]
    assert len({data.fingerprint for data in [quotes, *others]}) == 5


def test_the_fingerprint_names_the_data_and_not_the_way_they_are_looked_at(make):
    quotes = make()
    assert quotes.viewed(Target.MARK, Axis.DELTA).fingerprint == quotes.fingerprint


def test_the_order_in_which_instruments_were_met_does_not_matter_to_the_fingerprint(make):
    quotes = make()
    turned = replace(quotes, instruments=quotes.instruments[::-1], instrument=(9 - quotes.instrument).astype(np.int32))
    assert turned.fingerprint == quotes.fingerprint


def test_the_fingerprint_is_that_of_the_content(make):
    assert make().fingerprint == make().fingerprint
    assert make().fingerprint == make(source={"files": ["elsewhere"]}).fingerprint
