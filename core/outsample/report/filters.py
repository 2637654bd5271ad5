"""The filter waterfall side by side: what each step takes of the whole history, of train and of test."""

from typing import Final

from outsample.datasets import OptionQuotes
from outsample.diagnostics.further_filters import FurtherFilters
from outsample.diagnostics.waterfall import Waterfall, filter_waterfall
from outsample.report.table import Column, Table, column
from outsample.windows import Split

__all__ = ["filters_table"]

_COLUMNS: Final = ("before", "removed", "removed [%]", "left")
_ALONE: Final = "removed alone"  # last, since it differs from what is removed for filters that are not applied only


def filters_table(quotes: OptionQuotes, split: Split, further: FurtherFilters | None = None) -> Table:
    """Return one row a step, with the counts of the whole history, of train and of test beside each other.

    Steps that are ``applied`` decide what is an observation. The others only count: ``removed`` is what a filter would
    take of what those above it leave, ``removed alone`` what it would take of all observations.

    Parameters
    ----------
    quotes : OptionQuotes
    split : Split
    further : FurtherFilters, optional

    Returns
    -------
    Table
        ``removed [%]`` is of the quotes that reach the step; NaN where none do.

    Raises
    ------
    DataError
        The history holds no observation at all.
    """
    parts = {
        "history": filter_waterfall(quotes, None, further),
        "train": filter_waterfall(quotes, split.train, further),
        "test": filter_waterfall(quotes, split.test, further),
    }
    whole = parts["history"]
    columns = [
        column("filter", [one.name for one in whole.steps] + [one.name for one in whole.further]),
        column("applied", [True] * len(whole.steps) + [False] * len(whole.further)),
    ]
    counted = [_counts(name, found) for name, found in parts.items()]
    columns += [one for part in counted for one in part[:-1]] + [part[-1] for part in counted]
    return Table("filters", tuple(columns))


def _counts(name: str, found: Waterfall) -> list[Column]:
    """Return the columns of one stretch of time, what each filter would remove alone being the last."""
    rows = [(one.before, one.removed, one.left, one.removed) for one in found.steps]
    left = found.observations
    for other in found.further:
        rows.append((left, other.in_order, left - other.in_order, other.alone))
        left -= other.in_order
    before, removed, remaining, alone = (list(counts) for counts in zip(*rows, strict=True))
    share = [100.0 * taken / all_ if all_ else float("nan") for taken, all_ in zip(removed, before, strict=True)]
    values = (before, removed, share, remaining, alone)
    return [
        column(f"{name}: {header}", one, 1 if "%" in header else None)
        for header, one in zip((*_COLUMNS, _ALONE), values, strict=True)
    ]
