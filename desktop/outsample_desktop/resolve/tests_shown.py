"""A table of tests as a screen has room for it: what each says stands below the table, not in it."""

from math import isfinite
from typing import Final

from outsample.number_text import significant
from outsample.report.table import Table, column
from outsample_desktop.resolve.charts import Tabled
from outsample_desktop.resolve.numbers import p_text

__all__ = ["amount_text", "tests_shown"]

_WIDE: Final = "effect (95 % interval)"


def tests_shown(table: Table, sentence: str) -> Tabled:
    """Return the columns of a table of tests that are read across, and below it what each row says.

    Parameters
    ----------
    table : Table
        As of `outsample.report.tests_table.table_of_tests`.
    sentence : str
        What stands above it.
    """
    if not table.size:
        return Tabled(table, sentence)
    values = {one.header: one.values.tolist() for one in table.columns}
    effects = [
        amount_text(*one) for one in zip(values["effect"], values["low"], values["high"], values["unit"], strict=True)
    ]
    shown = Table(
        table.name,
        (
            column("test", values["test"]),
            column("statistic", values["statistic"], 2),
            column("p", [p_text(p) for p in values["p"]]),
            column(_WIDE, effects),
            column("n", values["n"], 0),
        ),
    )
    told = tuple(f"{title}: {says}" for title, says in zip(values["test"], values["says"], strict=True))
    return Tabled(shown, sentence, told)


def amount_text(effect: float, low: float, high: float, unit: str) -> str:
    """Return an effect with its interval and unit, as far as they are known; a dash for nothing.

    >>> amount_text(0.1234, 0.0, 0.25, "nats")
    '0.123 (0 … 0.25) nats'
    """
    has_ends = isfinite(low) and isfinite(high)
    ends = f"{significant(low)} … {significant(high)}" if has_ends else ""
    if not isfinite(effect):
        text = ends or significant(effect)
    else:
        text = f"{significant(effect)} ({ends})" if ends else significant(effect)
    return f"{text} {unit}" if unit and (has_ends or isfinite(effect)) else text
