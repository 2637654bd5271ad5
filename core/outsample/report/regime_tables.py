"""Regimes as tables, one a pane of their room."""

from dataclasses import astuple, dataclass

import numpy as np

from outsample.diagnostics.gap import RegimeRow
from outsample.prepared import prepared
from outsample.regimes import DailyVolatility, Regime, RegimeTrack
from outsample.regimes.breaks import BreakDate, BreakModels
from outsample.regimes.drawn import drawn_columns
from outsample.report.analysis import Analysis, daily_volatility
from outsample.report.regime_findings import RegimeContrast, RegimeFindings
from outsample.report.table import Table, column, times
from outsample.report.tests_table import TestRow, table_of_tests
from outsample.typing import Bools, Floats, frozen
from outsample.windows import Split, iso

__all__ = [
    "break_tests_table",
    "marked_table",
    "penalty_path_table",
    "regime_losses_table",
    "regime_room_tables",
    "states_table",
    "transition_shares",
    "transitions_table",
    "volatility_table",
]


def regime_room_tables(analysis: Analysis, found: RegimeFindings) -> tuple[Table, ...]:
    """Return the table of each pane; what there is nothing of has no columns."""
    daily = daily_volatility(analysis.data)
    of_split = (volatility_table, states_table, transitions_table, marked_table)
    of_findings = (penalty_path_table(found, daily), regime_losses_table(found), break_tests_table(found, daily))
    return (*(make(analysis) for make in of_split), *of_findings)


def volatility_table(analysis: Analysis) -> Table:
    """Return every day with its return, the level of its segment or state, and its regime."""
    daily, track = daily_volatility(analysis.data), analysis.regimes
    names = np.array([regime.name.lower() for regime in Regime])
    marked = np.zeros(track.label.size, np.bool_) if track.drawn_row is None else track.drawn_row >= 0
    return Table(
        "volatility",
        (
            times("day closes", daily.time),
            column("return [%]", 100.0 * daily.log_return, 3),
            column("level [% a year]", 100.0 * track.volatility, 1),
            column("regime", names[track.label]),
            column("filtered", (track.edge[:-1] >= track.filtered_from) & ~marked),
            column("marked by hand", marked),
        ),
    )


def marked_table(analysis: Analysis) -> Table:
    """Return the spans that the user has marked, and how many days of either window each of them colours.

    Of two that overlap the later in the list colours the days that both touch.
    """
    track = analysis.regimes
    row, spans = track.drawn_row, drawn_columns(track.drawn)
    if row is None:
        return Table("marked", ())
    names = np.array([regime.name.lower() for regime in Regime])
    sides = [
        np.bincount(row[inside & (row >= 0)], minlength=spans.start.size)
        for inside in _windows(daily_volatility(analysis.data), analysis.split)
    ]
    return Table(
        "marked",
        (
            times("start", spans.start),
            times("stop", spans.stop),
            column("regime", names[spans.code]),
            column("name", spans.name),
            column("train days", sides[0]),
            column("test days", sides[1]),
        ),
    )


def states_table(analysis: Analysis) -> Table:
    """Return one row a regime: its days in either window, how volatile they were, and how long it lasts."""
    daily, track, split = daily_volatility(analysis.data), analysis.regimes, analysis.split
    windows = _windows(daily, split)
    rows = [_stays(daily, track, windows, regime) for regime in Regime]
    names = [regime.name.lower() for regime in Regime]
    return Table(
        "states",
        (
            column("regime", names),
            column("days in train", [one.train for one in rows]),
            column("days in test", [one.test for one in rows]),
            column("vol in train [% a year]", [one.vol_train for one in rows], 1),
            column("vol in test [% a year]", [one.vol_test for one in rows], 1),
            column("mean return in train [% a day]", [one.mean_train for one in rows], 3),
            column("stays", [one.stays for one in rows]),
            column("mean stay [days]", [one.length for one in rows], 1),
            column("seen in train", ["yes" if one.train else "no" for one in rows]),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Stays:
    train: int
    test: int
    vol_train: float
    vol_test: float
    mean_train: float
    stays: int
    length: float


def _stays(daily: DailyVolatility, track: RegimeTrack, windows: tuple[Bools, Bools], regime: Regime) -> _Stays:
    is_here = track.label == regime
    sides = [is_here & inside for inside in windows]
    returns = [daily.log_return[side] for side in sides]
    year = daily.days_a_year
    vols = [100.0 * float(np.sqrt(year * np.mean(part**2))) if part.size else float("nan") for part in returns]
    mean = 100.0 * float(returns[0].mean()) if returns[0].size else float("nan")
    within = sides[0] | sides[1]
    stays = int(np.count_nonzero(np.diff(within.astype(np.int8), prepend=0) == 1))
    length = float(np.count_nonzero(within)) / stays if stays else float("nan")
    return _Stays(int(sides[0].sum()), int(sides[1].sum()), vols[0], vols[1], mean, stays, length)


def _windows(daily: DailyVolatility, split: Split) -> tuple[Bools, Bools]:
    """Return which days close in the train window and in the test window."""
    train, test = split.train, split.test
    time = daily.time
    return (time > train.start) & (time <= train.stop), (time > test.start) & (time <= test.stop)


@prepared
def transition_shares(analysis: Analysis) -> tuple[tuple[str, ...], Floats]:
    """Return names and how often each was followed by each: of the states of a model, else of the train days' colours.

    Worked out once an analysis.

    Returns
    -------
    tuple of str, (k, k) array
        Rows sum to 1; NaN where a regime has no day that is followed by another.
    """
    track = analysis.regimes
    if track.states is not None:
        held = np.flatnonzero(track.states.days > 0)  # a jump model may leave a state without days
        vols = 100.0 * track.states.volatility[held]
        names = tuple(f"state {place} ({vol:.0f} %)" for place, vol in enumerate(vols.tolist(), 1))
        return names, frozen(track.states.transition[np.ix_(held, held)])
    train, _ = _windows(daily_volatility(analysis.data), analysis.split)
    label = track.label[train].astype(np.int64)
    seen = [regime for regime in Regime if (label == regime).any()]
    count = len(Regime)
    pairs = np.bincount(label[:-1] * count + label[1:], minlength=count**2).reshape(count, count).astype(np.float64)
    kept = pairs[np.ix_(seen, seen)]
    total = kept.sum(axis=1, keepdims=True)
    shares = np.divide(kept, total, out=np.full(kept.shape, np.nan), where=total > 0.0)
    return tuple(regime.name.lower() for regime in seen), frozen(shares)


def transitions_table(analysis: Analysis) -> Table:
    """Return the shares of `transition_shares`, one row a regime or state."""
    names, shares = transition_shares(analysis)
    columns = (column(f"to {name}", shares[:, place], 4) for place, name in enumerate(names))
    return Table("transitions", (column("from", list(names)), *columns))


def penalty_path_table(found: RegimeFindings, daily: DailyVolatility) -> Table:
    """Return every segmentation of the path: over which multipliers it is the best, and when its changes are."""
    path = found.path
    dates = [", ".join(iso(int(daily.begin[start]))[:10] for start in starts[1:]) for starts in path.starts]
    return Table(
        "penalty-path",
        (
            column("multiplier from", path.low / found.unit, 3),
            column("multiplier to", path.high / found.unit, 3),
            column("segments", path.segments),
            column("residual [(ln r²)²]", path.cost, 2),
            column("changes", dates),
        ),
    )


def regime_losses_table(found: RegimeFindings) -> Table:
    """Return losses by model and regime, and the contrast with the benchmark, in train, in test, and what changed.

    A contrast is hatched where its times are too few or too persistent for the interval to be taken at its word.
    """
    rows = [
        (one.model, row.name, *_facts(row), *_contrast_cells(contrast), _remark(row))
        for one, contrasts in zip(found.losses, found.contrasts, strict=True)
        for row, contrast in zip(one.rows, contrasts, strict=True)
    ]
    if not rows:
        return Table("regime-losses", ())
    unit, contrast = found.losses[0].unit, found.contrast_unit
    headers = (
        *("model", "regime", "times in train", "times in test"),
        *(f"{name} [{unit}]" for name in ("loss in train", "loss in test", "difference", "low", "high")),
        *(header for what in ("in train", "in test", "difference") for header in _contrast_headers(what, contrast)),
        "remark",
    )
    columns = zip(headers, zip(*rows, strict=True), strict=True)
    return Table("regime-losses", tuple(column(header, list(values)) for header, values in columns))


def _facts(row: RegimeRow) -> tuple[float, ...]:
    return row.times_train, row.times_test, row.loss_train, row.loss_test, row.difference, row.low, row.high


def _contrast_cells(contrast: RegimeContrast) -> tuple[float | bool, ...]:
    return tuple(cell for one in (contrast.train, contrast.test, contrast.difference) for cell in astuple(one))


def _contrast_headers(what: str, unit: str) -> tuple[str, ...]:
    numbers = (f"contrast {what}{part} [{unit}]" for part in ("", " low", " high"))
    return (*numbers, f"contrast {what} hatched")


def _remark(row: RegimeRow) -> str:
    if row.is_unseen:
        return "not seen in train"
    return "" if row.times_test else "not seen in test"


def break_tests_table(found: RegimeFindings, daily: DailyVolatility) -> Table:
    """Return the tests for a break, then each date of the chosen segmentation with its interval."""
    further: list[TestRow] = []
    if isinstance(found.breaks, BreakModels):
        criteria = ", ".join(f"{place}: {one.bayes_criterion:.0f}" for place, one in enumerate(found.breaks.models))
        chosen = found.breaks.chosen.starts.size - 1
        further.append(TestRow("Bai–Perron", f"least BIC with {chosen} breaks; by number of breaks {criteria}"))
        further += [TestRow("Bai–Perron date", _dated(daily, one)) for one in found.dates]
    tests = found.tests if isinstance(found.breaks, BreakModels) else (*found.tests, found.breaks)
    return table_of_tests("break-tests", tuple(dict.fromkeys(tests)), further)


def _dated(daily: DailyVolatility, one: BreakDate) -> str:
    last = daily.begin.size - 1
    when, low, high = (iso(int(daily.begin[min(row, last)]))[:10] for row in (one.index, one.low, one.high))
    return f"a new level from {when} on (95 % interval {low} to {high})"
