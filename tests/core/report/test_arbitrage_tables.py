"""The tables of arbitrage say what was found, in names, and leave as CSV."""

import csv

import numpy as np
import pytest

from outsample.diagnostics.arbitrage import Arbitrage, Kind, find_arbitrage
from outsample.report.arbitrage import (
    arbitrage_by_kind_table,
    arbitrage_by_time_table,
    arbitrage_episodes_table,
    arbitrage_table,
)
from outsample.report.csv_file import write_table
from outsample.windows import Window, default_split


@pytest.fixture(scope="module")
def found(market) -> Arbitrage:
    return find_arbitrage(market.quotes)


def whole(found):
    return Window(int(found.quotes.times[0]), int(found.quotes.times[-1]) + 1)


def values(table, header):
    (one,) = (column for column in table.columns if column.header == header)
    return one.values


def test_a_violation_names_what_is_sold_and_bought(found):
    table, listed = arbitrage_table(found, whole(found)), found.executable
    assert table.size == listed.size
    names = found.quotes.instruments
    at = int(np.flatnonzero(listed.kind == Kind.BUTTERFLY)[0])
    legs = [names[i] for i in found.quotes.instrument[listed.row[at, :3]]]
    assert values(table, "sold")[at] == legs[0]
    shares = [f"{share:.4g}" for share in listed.quantity[at, 1:3]]
    assert values(table, "bought")[at] == f"{shares[0]} {legs[1]} + {shares[1]} {legs[2]}"
    assert values(table, "kind")[at] == "butterfly"
    usd = listed.size_executable * listed.forward
    assert np.array_equal(values(table, "size [USD]"), usd)


def test_windows_cut_the_list_and_mids_have_their_own(found):
    split = default_split(found.quotes.times)
    parts = [arbitrage_table(found, window).size for window in (split.train, split.test)]
    assert sum(parts) == found.executable.size
    assert min(parts) > 0
    mids = arbitrage_table(found, split.test, executable=False)
    assert mids.size == found.on_mids.between(split.test).size > parts[1]
    assert arbitrage_table(found, Window(0, 1)).size == 0


def test_counts_by_kind_and_by_time_add_up(found):
    by_kind = arbitrage_by_kind_table(found, default_split(found.quotes.times))
    assert by_kind.size == 2 * len(Kind)
    assert values(by_kind, "executable").sum() == found.executable.size
    assert values(by_kind, "on mids").sum() == found.on_mids.size
    by_time = arbitrage_by_time_table(found)
    assert by_time.size == found.quotes.times.size
    for kind in Kind:
        rows = values(by_kind, "kind") == kind.title
        for what in ("tested", "on mids", "executable"):
            assert values(by_time, f"{kind.title}: {what}").sum() == values(by_kind, what)[rows].sum()


def test_episodes_tell_how_long_it_lasted(found):
    table = arbitrage_episodes_table(found)
    least, most = values(table, "lasted at least [days]"), values(table, "lasted at most [days]")
    assert (least < most).all()
    assert (values(table, "snapshots") > 1).any()
    assert np.array_equal(least == 0, values(table, "snapshots") == 1)
    assert arbitrage_episodes_table(found, executable=False).size > table.size


def test_they_leave_as_csv(found, tmp_path):
    table = arbitrage_table(found, whole(found))
    path, _ = write_table(table, tmp_path / "arbitrage.csv", {})
    with path.open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == table.size
    assert [float(row["size executable [coin]"]) for row in rows] == found.executable.size_executable.tolist()
    assert rows[0]["time"].endswith("Z")
