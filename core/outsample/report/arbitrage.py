"""Arbitrage as tables: each violation with its trade, counts by kind and window and by time, and how long it lasts."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from outsample.datasets import OptionQuotes, Settlement
from outsample.diagnostics.arbitrage import Arbitrage, Kind, Violations, episodes
from outsample.report.table import Table, column, times
from outsample.typing import DAY, Floats
from outsample.windows import Split, Window

__all__ = ["arbitrage_by_kind_table", "arbitrage_by_time_table", "arbitrage_episodes_table", "arbitrage_table"]

_TITLES: Final = np.array([kind.title for kind in Kind])


def arbitrage_table(found: Arbitrage, window: Window, executable: bool = True) -> Table:
    """Return the violations of a window, one row each, in order of time.

    Parameters
    ----------
    found : Arbitrage
    window : Window
    executable : bool
        Those that can be dealt across the spread; else those of mids.
    """
    listed = (found.executable if executable else found.on_mids).between(window)
    size = listed.size_executable if executable else listed.size_on_mids
    unit = _unit(found.quotes)
    sold, bought = _sides(listed)
    return Table(
        "arbitrage" if executable else "arbitrage_on_mids",
        (
            times("time", listed.time),
            column("kind", _TITLES[listed.kind]),
            column("sold", sold),
            column("bought", bought),
            times("expiry", listed.expiry),
            column(f"size on mids [{unit}]", listed.size_on_mids, 5),
            column(f"size executable [{unit}]", listed.size_executable, 5),
            column("size [USD]", size * (listed.forward if _is_inverse(found.quotes) else 1.0), 2),
            column("size [vol pts]", listed.volpoints(size), 2),
            column("forwards apart [bps]", 1e4 * listed.forwards_apart, 2),
        ),
    )


def arbitrage_by_kind_table(found: Arbitrage, split: Split) -> Table:
    """Return how many violations of each kind train and test window hold, of how many relations."""
    unit, parts = _unit(found.quotes), {"train": found.between(split.train), "test": found.between(split.test)}
    width, summaries = len(Kind), list(parts.values())

    def joined(name: str) -> Floats:
        return np.concatenate([getattr(one, name) for one in summaries])

    tested = joined("tested")
    share = np.divide(joined("on_mids"), tested, out=np.full(tested.size, np.nan), where=tested > 0)
    return Table(
        "arbitrage_by_kind",
        (
            column("window", [name for name in parts for _ in range(width)]),
            column("kind", [kind.title for _ in parts for kind in Kind]),
            column("what is broken", [kind.meaning for _ in parts for kind in Kind]),
            column("tested", tested),
            column("on mids", joined("on_mids")),
            column("on mids [% of tested]", 100.0 * share, 2),
            column("executable", joined("executable")),
            column("times", [one.times for one in summaries for _ in range(width)]),
            column("times with executable", joined("times_executable")),
            column(f"median executable [{unit}]", joined("median_executable"), 5),
            column(f"largest executable [{unit}]", joined("largest_executable"), 5),
            column("largest executable [vol pts]", joined("largest_volpoints"), 2),
        ),
    )


def arbitrage_by_time_table(found: Arbitrage) -> Table:
    """Return how many relations each time was tested for, and how many were broken, by kind."""
    columns = [times("time", found.quotes.times)]
    on_mids, executable = found.counts(found.on_mids), found.counts(found.executable)
    for kind in Kind:
        columns += [
            column(f"{kind.title}: tested", found.tested[:, kind]),
            column(f"{kind.title}: on mids", on_mids[:, kind]),
            column(f"{kind.title}: executable", executable[:, kind]),
        ]
    return Table("arbitrage_by_time", tuple(columns))


def arbitrage_episodes_table(found: Arbitrage, executable: bool = True) -> Table:
    """Return the runs of snapshots over which one option stayed mispriced in one way."""
    listed = found.executable if executable else found.on_mids
    runs = episodes(listed, listed.size_executable if executable else listed.size_on_mids)
    return Table(
        "arbitrage_episodes" if executable else "arbitrage_episodes_on_mids",
        (
            column("kind", _TITLES[runs.kind]),
            column("instrument", _names(found.quotes)[runs.instrument]),
            times("first seen", runs.first),
            times("last seen", runs.last),
            column("snapshots", runs.snapshots),
            column("lasted at least [days]", runs.shortest / DAY, 2),
            column("lasted at most [days]", runs.longest / DAY, 2),
            column(f"largest size [{_unit(found.quotes)}]", runs.largest, 5),
        ),
    )


def _sides(listed: Violations) -> tuple[list[str], list[str]]:
    """Return what every trade sells and buys, as ``0.25 BTC-… + 0.75 BTC-…``; a quantity of one is left out."""
    quotes = listed.quotes
    names = _names(quotes)[quotes.instrument[listed.row]]
    sold: list[str] = []
    bought: list[str] = []
    for legs, quantities in zip(names.tolist(), listed.quantity.tolist(), strict=True):
        texts: dict[bool, list[str]] = {True: [], False: []}
        for name, quantity in zip(legs, quantities, strict=True):
            if quantity:
                count = "" if abs(quantity) == 1.0 else f"{abs(quantity):.4g} "
                texts[quantity > 0].append(count + name)
        sold.append(" + ".join(texts[False]))
        bought.append(" + ".join(texts[True]))
    return sold, bought


def _names(quotes: OptionQuotes) -> NDArray[np.object_]:
    return np.asarray(quotes.instruments, dtype=object)


def _is_inverse(quotes: OptionQuotes) -> bool:
    return quotes.settlement is Settlement.INVERSE


def _unit(quotes: OptionQuotes) -> str:
    return "coin" if _is_inverse(quotes) else "USD"
