"""The triangle of vintages and ages as a grid: rows are vintages, columns ages, diagonals dates."""

from typing import Final

import numpy as np

from outsample.report.decay_findings import DecayFindings
from outsample.test_result import NotTested
from outsample.typing import DAY, Floats, Integers
from outsample.windows import iso
from outsample_desktop.resolve.charts import GridView
from outsample_desktop.resolve.cuts import round_reach
from outsample_desktop.resolve.decay_charts import TITLES, note_of
from outsample_desktop.resolve.finding_views import NO_DIAGONALS, Diagonals
from outsample_desktop.resolve.numbers import percent_text

__all__ = ["no_triangle", "triangle_grid"]

_MOST: Final = (24, 36)  # rows and columns: neighbours share a cell where there are more
_SHOWN: Final = 0.98  # of the cells that the colours must hold: one day of panic would make all others white


def triangle_grid(found: DecayFindings, waits: str) -> tuple[GridView, Diagonals]:
    """Return losses by vintage and age against their mean, and the dates of the cells.

    Parameters
    ----------
    found : DecayFindings
    waits : str
        What to say of what is pending.
    """
    triangle, vintages = found.triangle, found.vintages
    if isinstance(triangle, NotTested) or isinstance(vintages, NotTested):
        said = triangle if isinstance(triangle, NotTested) else vintages
        assert isinstance(said, NotTested)
        return no_triangle(note_of(said, waits)), NO_DIAGONALS
    rows, columns = (_first_of(size, most) for size, most in zip(triangle.table.shape, _MOST, strict=True))
    table, first = _pooled(triangle.table, rows, columns), vintages.origins.in_service[rows]
    start, stop = triangle.start[columns], triangle.stop[np.append(columns[1:], triangle.stop.size) - 1]
    known = np.isfinite(table)
    apart = table - (float(table[known].mean()) if known.any() else 0.0)
    value = 100.0 * np.expm1(found.judged.headline.ratio_power * apart) if triangle.is_ratio else apart
    grid = GridView(
        TITLES["triangle"],
        _detail(found),
        tuple(iso(int(one))[:10] for one in first),
        tuple(f"{days:g}" for days in start),
        "vintage of",
        "age in days; diagonals are dates, the one at the cursor is framed",
        "%" if triangle.is_ratio else triangle.unit,
        value,
        np.zeros(value.shape, np.bool_),
        True,
        round_reach(np.quantile(np.abs(value[known]), [_SHOWN])) if known.any() else 1.0,
        0 if triangle.is_ratio else 3,
        is_blank=True,
    )
    ages = ((DAY * edge).astype(np.int64) for edge in (start, stop))
    return grid, Diagonals(first, *ages)


def no_triangle(note: str) -> GridView:
    """Return a grid without cells that says why."""
    none = np.empty((0, 0))
    return GridView(TITLES["triangle"], "", (), (), "", "", "", none, none.astype(bool), True, 1.0, note=note)


def _detail(found: DecayFindings) -> str:
    """Return what the colours are, and what of their variance is age."""
    triangle, vintages = found.triangle, found.vintages
    assert not isinstance(triangle, NotTested)
    assert not isinstance(vintages, NotTested)
    shares = (triangle.share_age, triangle.share_date, triangle.share_rest)
    detail = "loss against the mean; variance {} by age, {} by date, {} neither".format(
        *(percent_text(share) for share in shares)
    )
    if vintages.is_preview:
        detail += ", preview"
    return f"{detail}; {vintages.refused} vintages not fitted" if vintages.refused else detail


def _first_of(size: int, most: int) -> Integers:
    """Return where groups of neighbours begin, of one size and `most` at most."""
    return np.arange(0, size, -(-size // most) or 1)


def _pooled(table: Floats, rows: Integers, columns: Integers) -> Floats:
    """Return means over neighbouring vintages and ages; rows and columns say where each group begins."""
    known = np.isfinite(table)
    total, count = (
        np.add.reduceat(np.add.reduceat(part, rows, axis=0), columns, axis=1)
        for part in (np.where(known, table, 0.0), known.astype(float))
    )
    return np.asarray(np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0))
