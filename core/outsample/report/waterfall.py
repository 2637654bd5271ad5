"""The filter waterfall as a table: the whole history, train and test, step by step."""

from outsample.datasets import OptionQuotes
from outsample.diagnostics.further_filters import FurtherFilters
from outsample.diagnostics.waterfall import Waterfall, filter_waterfall
from outsample.report.table import Table, column
from outsample.windows import Split

__all__ = ["waterfall_table"]


def waterfall_table(quotes: OptionQuotes, split: Split, further: FurtherFilters | None = None) -> Table:
    """Return one row a step and window.

    ``applied`` is false for filters that only count: what each would take of the observations, alone (``removed``) and
    after those above it (``removed in order``).
    """
    parts = {
        "history": filter_waterfall(quotes, None, further),
        "train": filter_waterfall(quotes, split.train, further),
        "test": filter_waterfall(quotes, split.test, further),
    }
    rows = [(window, *row) for window, found in parts.items() for row in _rows(found)]
    window, step, applied, before, removed, in_order, left, share = (list(one) for one in zip(*rows, strict=True))
    return Table(
        "waterfall",
        (
            column("window", window),
            column("step", step),
            column("applied", applied),
            column("before", before),
            column("removed", removed),
            column("removed in order", in_order),
            column("left", left),
            column("removed [% of all quotes]", share, 2),
        ),
    )


def _rows(found: Waterfall) -> list[tuple[str, bool, int, int, int, int, float]]:
    def share(count: int) -> float:
        return 100.0 * count / found.quotes if found.quotes else float("nan")

    rows = [(one.name, True, one.before, one.removed, one.removed, one.left, share(one.removed)) for one in found.steps]
    left = found.observations
    for other in found.further:
        rows.append((other.name, False, left, other.alone, other.in_order, left - other.in_order, share(other.alone)))
        left -= other.in_order
    return rows
