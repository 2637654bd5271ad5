"""The table of tests: one row a test and stretch, with its cost and its place among all of them."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from outsample.diagnostics.assumptions.cautions import caution_of
from outsample.diagnostics.assumptions.false_discoveries import adjusted_p, dependence_factor
from outsample.diagnostics.assumptions.kinds import Assumption, Stretch
from outsample.diagnostics.assumptions.question import Answer
from outsample.test_result import NotTested, TestResult

__all__ = ["AssumptionRow", "AssumptionTable", "row"]


@dataclass(frozen=True, slots=True)
class AssumptionRow:
    """One test on one stretch.

    Parameters
    ----------
    assumption : Assumption
    stretch : Stretch
    outcome : TestResult or NotTested
    cost_volpoints : float or None
        What the departure does to the vol of an option; None where no honest figure exists.
    cost_source : str
        How it was computed, in a few words; empty without a cost.
    caution : str
        What to keep in mind; may be empty.
    adjusted_p : float
        Benjamini and Hochberg's, over all tests of the table; NaN where not tested.
    is_discovery : bool
        Whether that is below the level.
    """

    assumption: Assumption
    stretch: Stretch
    outcome: TestResult | NotTested
    cost_volpoints: float | None = None
    cost_source: str = ""
    caution: str = ""
    adjusted_p: float = math.nan
    is_discovery: bool = False


@dataclass(frozen=True, slots=True)
class AssumptionTable:
    """The tests of the Black-Scholes world on one split.

    Parameters
    ----------
    rows : tuple of AssumptionRow
        In the order of `Assumption`.
    level : float
        Of each test, and the rate of false discoveries.
    returns : tuple of int
        On train and on test, those over gaps left out.
    gaps : tuple of int
        Returns left out because they span a gap, on train and on test.
    trades_every_day : bool
        Whether the train window has bars on Saturdays.
    """

    rows: tuple[AssumptionRow, ...]
    level: float
    returns: tuple[int, int]
    gaps: tuple[int, int]
    trades_every_day: bool

    @classmethod
    def of(
        cls,
        rows: Iterable[AssumptionRow],
        level: float,
        returns: tuple[int, int],
        gaps: tuple[int, int],
        trades_every_day: bool,
    ) -> Self:
        """Put rows together and adjust their p-values."""
        listed = list(rows)
        tested = [(i, one.outcome) for i, one in enumerate(listed)]
        known = [(i, found.p_value) for i, found in tested if isinstance(found, TestResult)]
        adjusted = adjusted_p(np.array([p for _, p in known]))
        for (i, _), p in zip(known, adjusted.tolist(), strict=True):
            listed[i] = replace(listed[i], adjusted_p=p, is_discovery=p < level)
        return cls(tuple(listed), level, returns, gaps, trades_every_day)

    @property
    def tested(self) -> int:
        """Tests that were carried out."""
        return sum(isinstance(one.outcome, TestResult) for one in self.rows)

    @property
    def discoveries(self) -> tuple[AssumptionRow, ...]:
        """Rows that stay rejected after adjustment."""
        return tuple(one for one in self.rows if one.is_discovery)

    def about(self, assumption: Assumption) -> tuple[AssumptionRow, ...]:
        """Return the rows of one assumption."""
        return tuple(one for one in self.rows if one.assumption is assumption)

    @property
    def caveat(self) -> str:
        """What holds for the table as a whole, in two sentences."""
        share, worst = 100.0 * self.level, 100.0 * self.level * dependence_factor(self.tested)
        match sum(self.gaps):
            case 0:
                left = "No return spans a gap"
            case 1:
                left = "1 return that spans a gap is left out"
            case gaps:
                left = f"{gaps} returns that span a gap are left out"
        return (
            f"Of what is marked as found among {self.tested} tests, {share:g} % may be false on average, {worst:.0f} % "
            "if the tests, which share their returns, depend on each other in the worst way. "
            f"{left}; markets {'trade' if self.trades_every_day else 'rest'} at week-ends."
        )


def row(
    assumption: Assumption,
    stretch: Stretch,
    outcome: Answer,
    cost: Callable[[], float] | None = None,
    source: str = "",
) -> AssumptionRow:
    """Return a row; a cost is computed only beside a result, and one that is not finite is none."""
    found = cost() if cost is not None and isinstance(outcome, TestResult) else math.nan
    known = math.isfinite(found)
    return AssumptionRow(
        assumption=assumption,
        stretch=stretch,
        outcome=outcome,
        cost_volpoints=found if known else None,
        cost_source=source if known else "",
        caution=caution_of(outcome.name),
    )
