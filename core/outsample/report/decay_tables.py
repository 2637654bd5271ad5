"""The findings about decay as tables, one a pane of their room."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.diagnostics import mean_of
from outsample.diagnostics.gap import SplitGap
from outsample.diagnostics.gap.shuffles import GapSplit
from outsample.diagnostics.gap.wording import loss_unit
from outsample.inference import ComparedInterval
from outsample.inference.breakdown import NAME as BREAKDOWN
from outsample.number_text import significant
from outsample.report.decay_findings import DecayFindings
from outsample.report.table import Column, Table, column, times
from outsample.report.tests_table import TestRow, table_of_tests
from outsample.scores import ErrorUnit
from outsample.study import Study
from outsample.test_result import NotTested, TestResult

__all__ = [
    "Shuffled",
    "decay_room_tables",
    "fluctuation_table",
    "gap_table",
    "recalibration_table",
    "shuffled_parts",
    "staleness_table",
    "tests_table",
    "triangle_table",
]

_EXPECTED: Final = "Expected loss out of sample"
_FLUCTUATION: Final = "Fluctuation of relative performance"
_NORMAL: Final = 1.959964  # two-sided 95 % of a normal law


def decay_room_tables(found: DecayFindings) -> dict[str, Table]:
    """Return the table of each pane by its name, the model in front; what could not be done has no columns."""
    makers = (staleness_table, recalibration_table, triangle_table, gap_table, fluctuation_table, tests_table)
    named = {table.name: table for table in (make(found) for make in makers)}
    return {name: Table(name, (_whose(found, table), *table.columns)) for name, table in named.items() if table.columns}


def _whose(found: DecayFindings, table: Table) -> Column:
    return column("model", [found.judged.entry.name] * table.size)


def staleness_table(found: DecayFindings) -> Table:
    """Return S(a) with its bands and the fitted half-life curve, one row an age; without rows where there is none."""
    curve, life = found.staleness, found.half_life
    if isinstance(curve, NotTested):
        return Table("staleness", ())
    nothing = np.full(curve.age.size, np.nan)
    unit = "log ratio" if curve.is_ratio else curve.unit
    bands = {name: getattr(curve, name) for name in ("low", "high", "low_all", "high_all")}
    fitted, rising = (nothing, nothing) if isinstance(life, NotTested) else (life.fitted, life.rising)
    return Table(
        "staleness",
        (
            column("from [days]", curve.start, 0),
            column("to [days]", curve.stop, 0),
            column("age [days]", curve.age, 1),
            column("pairs", curve.pairs),
            column("dates", curve.dates),
            column(f"staleness [{unit}]", curve.value),
            *(column(f"{name} [{unit}]", values) for name, values in bands.items()),
            column(f"fitted [{unit}]", fitted),
            column(f"never falling [{unit}]", rising),
            column("hatched", curve.hatched),
        ),
    )


def recalibration_table(found: DecayFindings) -> Table:
    """Return what refitting every so many days costs."""
    cost = found.recalibration
    if isinstance(cost, NotTested):
        return Table("recalibration", ())
    values = (("cost", cost.cost), ("low", cost.low), ("high", cost.high))
    days = column("between refits [days]", cost.days)
    return Table("recalibration", (days, *(column(f"{name} [{cost.unit}]", value) for name, value in values)))


def triangle_table(found: DecayFindings) -> Table:
    """Return mean losses by vintage and age, one row a pair that is known."""
    triangle, vintages = found.triangle, found.vintages
    if isinstance(triangle, NotTested) or isinstance(vintages, NotTested):
        return Table("triangle", ())
    vintage, bucket = np.nonzero(np.isfinite(triangle.table))
    ends = vintages.times[np.minimum(vintages.origins.train_stop[vintage], vintages.times.size - 1)]
    unit = f"log of {triangle.unit}" if triangle.is_ratio else triangle.unit
    return Table(
        "triangle",
        (
            times("vintage", ends),
            column("age from [days]", triangle.start[bucket], 0),
            column("age to [days]", triangle.stop[bucket], 0),
            column(f"loss [{unit}]", triangle.table[vintage, bucket]),
            column(f"added by age [{unit}]", triangle.by_age[bucket]),
        ),
    )


@dataclass(frozen=True, slots=True)
class Shuffled:
    """One of the two parts that random order tells a gap apart into.

    Parameters
    ----------
    title : str
    value, low, high : float
        In the unit of the loss or its log ratio; the ends reach as far as the number of draws leaves open, NaN where
        that is not known.
    is_clear : bool
        It is more than chance among draws explains; never where draws cannot tell.
    """

    title: str
    value: float
    low: float
    high: float
    is_clear: bool


def shuffled_parts(one: GapSplit) -> tuple[Shuffled, Shuffled]:
    """Return what is there in any order of time, and what only in this one."""
    reach = _NORMAL * one.monte_carlo_error
    low, high = one.overfit - reach, one.overfit + reach
    rest, nothing = one.nonstationary, float("nan")
    return (
        Shuffled("overfit, any order", one.overfit, low, high, low > 0.0 or high < 0.0),
        Shuffled("change, this order", rest, nothing, nothing, one.is_change),
    )


def gap_table(found: DecayFindings) -> Table:
    """Return the parts of the gap of the loss, and of the contrast with the benchmark, as bars show them.

    Below them what random order says, with the ``draws`` it rests on, 0 elsewhere: of losses of returns also what it
    says of the loss of returns over the volatility of their block.
    """
    gap, shuffled = found.gap, found.shuffled
    if isinstance(gap, NotTested):
        return Table("gap", ())
    rows = [row for name, one in (("contrast", gap.contrast), ("loss", gap.loss)) if one for row in _parts(name, one)]
    if not isinstance(shuffled, NotTested):
        if gap.contrast is not None and shuffled.scaled is not None:
            rows += _drawn("contrast", shuffled.scaled, gap.contrast.unit)
        rows += _drawn("loss", shuffled.loss, gap.loss.unit)
        if shuffled.standardised is not None:
            rows += _drawn("standardised loss", shuffled.standardised, _standardised_unit(found.judged.study))
    headers = ("of", "part", "unit", "value", "low", "high", "distinguishable", "draws")
    columns = zip(headers, zip(*rows, strict=True), strict=True)
    return Table("gap", tuple(column(header, list(values)) for header, values in columns))


_GapRow = tuple[str, str, str, float, float, float, bool, int]


def _parts(name: str, one: SplitGap) -> list[_GapRow]:
    whole = one.parts.gap.interval()
    unit = one.unit or "log ratio"
    is_clear = whole.low > 0.0 or whole.high < 0.0
    terms = one.parts.terms
    return [
        (name, "gap", unit, one.parts.gap.estimate, whole.low, whole.high, is_clear, 0),
        *((name, of.part.value, unit, of.value, of.low, of.high, of.is_distinguishable, 0) for of in terms),
    ]


def _drawn(name: str, split: GapSplit, unit: str) -> list[_GapRow]:
    return [
        (name, part.title, unit or "log ratio", part.value, part.low, part.high, part.is_clear, split.draws)
        for part in shuffled_parts(split)
    ]


def _standardised_unit(study: Study) -> str:
    unit = loss_unit(study)
    return unit if study.score.unit is ErrorUnit.NATS else f"{unit} over the root mean square return"


def fluctuation_table(found: DecayFindings) -> Table:
    """Return the fluctuation statistic through time with its limits."""
    moving = found.fluctuation
    if isinstance(moving, NotTested):
        return Table("fluctuation", ())
    limit = np.full(moving.statistic.size, moving.critical)
    columns = (column("statistic", moving.statistic), column("lower limit", -limit), column("upper limit", limit))
    return Table("fluctuation", (times("time", found.fluctuation_times), *columns))


def tests_table(found: DecayFindings) -> Table:
    """Return one row a test, carried out or not, the fluctuation test, intervals of the gap, and the expected loss.

    ``unit`` is that of ``effect``, ``low`` and ``high``; empty for a log ratio and for other pure numbers.
    """
    moving, intervals, study = found.fluctuation, found.intervals, found.judged.study
    not_tested = tuple(one for one in (moving, intervals) if isinstance(one, NotTested))
    further: list[TestRow] = []
    if not isinstance(moving, NotTested):
        largest = float(moving.statistic[np.argmax(np.abs(moving.statistic))])
        further.append(TestRow(_FLUCTUATION, moving.sentence, largest, n=float(moving.n)))
    if not isinstance(intervals, NotTested):
        unit = "" if study.is_ratio and study.differential is not None else loss_unit(study)
        further += [_interval_row(one, unit) for one in intervals]
    further += _expected_rows(found)
    return table_of_tests("breakdown", (*_breakdowns_first(found), *not_tested), further)


def _breakdowns_first(found: DecayFindings) -> tuple[TestResult | NotTested, ...]:
    """Return all tests, those of breakdown first, each corrected one below the same uncorrected."""
    single = [one for one in found.tests if one.name == BREAKDOWN]
    others = [one for one in found.tests if one.name != BREAKDOWN]
    return (*single, *found.corrected_tests[:1], *found.refit_tests, *found.corrected_tests[1:], *others)


def _expected_rows(found: DecayFindings) -> list[TestRow]:
    """Return where the mean test loss should lie if nothing changed, and how optimism is known; none while pending."""
    band, optimism, study = found.expected, found.optimism, found.judged.study
    if isinstance(band, NotTested) or isinstance(optimism, NotTested):
        return []
    unit, mean = loss_unit(study), mean_of(study.loss, study.test_rows)[0]
    ends = band.interval
    where = "above it" if mean > ends.high else "below it" if mean < ends.low else "inside"
    level = significant(mean, 4)
    said = f"if nothing changed, the mean test loss lies in this interval at 95 %; it is {level} {unit}, {where}."
    if band.hatched:
        said += " The windows are too short or too persistent for the interval to be taken at its word."
    row = TestRow(
        _EXPECTED, f"{said} {optimism.said(unit)}", effect=band.centre, low=ends.low, high=ends.high, unit=unit
    )
    return [row]


def _interval_row(one: ComparedInterval, unit: str) -> TestRow:
    said = "test mean less train mean, by one method of several"
    if one.hatched:
        said = f"{said}; the windows are too short or too persistent for it to be taken at its word"
    ends = one.interval
    return TestRow(f"95 % interval: {one.method.value}", said, low=ends.low, high=ends.high, unit=unit)
