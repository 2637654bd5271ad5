"""Any list of tests as one table, carried out or not."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import ClassVar

from outsample.report.table import Table, column
from outsample.test_result import NotTested, TestResult

__all__ = ["TestRow", "table_of_tests"]

_NOTHING = float("nan")
_HEADERS = ("test", "says", "statistic", "p", "effect", "low", "high", "unit", "n")


@dataclass(frozen=True, slots=True)
class TestRow:
    """One row; numbers that there are none of are NaN."""

    __test__: ClassVar[bool] = False

    title: str
    says: str
    statistic: float = _NOTHING
    p_value: float = _NOTHING
    effect: float = _NOTHING
    low: float = _NOTHING
    high: float = _NOTHING
    unit: str = ""
    n: float = _NOTHING


def table_of_tests(name: str, tests: Iterable[TestResult | NotTested], further: Iterable[TestRow] = ()) -> Table:
    """Return one row a test, then further rows; empty where there is none at all."""
    rows = [astuple(row) for row in (*(_row(one) for one in tests), *further)]
    if not rows:
        return Table(name, ())
    decimals = {"n": 0}
    columns = zip(_HEADERS, zip(*rows, strict=True), strict=True)
    return Table(name, tuple(column(header, list(values), decimals.get(header, 3)) for header, values in columns))


def _row(one: TestResult | NotTested) -> TestRow:
    if isinstance(one, NotTested):
        return TestRow(one.title, one.sentence)
    return TestRow(
        one.title,
        one.sentence,
        one.statistic,
        one.p_value,
        one.effect,
        one.low,
        one.high,
        one.effect_unit,
        float(one.n),
    )
