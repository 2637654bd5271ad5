"""What is known of regimes beside their colours, and its tables: against counts made another way."""

from dataclasses import replace

import numpy as np
import pytest

from outsample.case_parameters import CaseParameters
from outsample.datasets import Prices
from outsample.diagnostics.gap import RegimeLosses
from outsample.inference import long_run, mean_interval
from outsample.regimes import (
    DailyVolatility,
    DrawnRegime,
    Regime,
    RegimeMethod,
    RegimeSettings,
    optimal_partition_plain,
)
from outsample.regimes.breaks import BreakModels
from outsample.report import analyse
from outsample.report.analysis import daily_volatility
from outsample.report.regime_findings import find_regimes
from outsample.report.regime_tables import (
    break_tests_table,
    marked_table,
    penalty_path_table,
    regime_losses_table,
    regime_room_tables,
    states_table,
    transition_shares,
    transitions_table,
    volatility_table,
)
from outsample.report.tests_table import TestRow, table_of_tests
from outsample.study import Workspace
from outsample.test_result import NotTested
from outsample.typing import DAY
from outsample.windows import Split, Window, default_split

FIRST = 19_000 * DAY
HOUSE = RegimeSettings()


def never():
    return False


def prices_of(close):
    time, close = FIRST + np.arange(len(close)) * DAY, np.asarray(close, dtype=np.float64)
    nothing = np.full(close.size, np.nan)
    return Prices(time, nothing, nothing, nothing, close, nothing, "MADE")


def analysed(data, regimes=HOUSE, split=None):
    split = split or default_split(data.times)
    return analyse(Workspace(data), split, "qlike", ("ewma-variance",), None, CaseParameters(regimes=regimes))


@pytest.fixture(scope="module")
def switching():
    """Return 400 days of a volatility that switches every 50."""
    sigma = np.resize(np.repeat([0.01, 0.04], 50), 400)
    returns = np.random.default_rng(3).normal(size=400) * sigma
    return prices_of(100 * np.exp(np.concatenate(([0.0], returns.cumsum()))))


@pytest.fixture(scope="module", params=RegimeMethod, ids=str)
def analysis(request, switching):
    drawn = (DrawnRegime(FIRST + 300 * DAY, FIRST + 320 * DAY, Regime.CALM, "holidays"),)
    return analysed(switching, RegimeSettings(method=request.param, drawn=drawn))


@pytest.fixture(scope="module")
def found(analysis):
    return find_regimes(analysis, never)


def columns(table):
    return {one.header: one.values for one in table.columns}


# --- Findings --------------------------------------------------------------------------------------------------------


def test_the_path_holds_the_segmentation_that_colours_the_days(switching):
    one = analysed(switching)
    found, known = find_regimes(one, never), daily_volatility(switching).known(one.split.train.stop)
    used = one.regimes.penalty / found.unit
    assert used == pytest.approx(RegimeSettings().multiplier, rel=1e-12)
    place = int(np.searchsorted(found.path.low / found.unit, used, side="right")) - 1
    assert found.path.low[place] <= one.regimes.penalty <= found.path.high[place]
    assert found.path.segments[place] == len(one.regimes.segments)
    days = daily_volatility(switching).log_square[:known]
    plain = optimal_partition_plain(days, one.regimes.penalty, RegimeSettings().shortest_days)
    residual = sum(
        float(np.square(days[a:b] - days[a:b].mean()).sum())
        for a, b in zip(found.path.starts[place], [*found.path.starts[place][1:], known], strict=True)
    )
    total = residual + one.regimes.penalty * (found.path.segments[place] - 1)
    assert total == pytest.approx(float(plain.cost[known]), rel=1e-9)
    assert found.path.cost[place] == pytest.approx(residual, rel=1e-9)


def test_breaks_are_found_where_they_were_planted(switching):
    one = analysed(switching)
    found, known = find_regimes(one, never), daily_volatility(switching).known(one.split.train.stop)
    assert isinstance(found.breaks, BreakModels)
    planted = np.arange(50, known, 50)
    starts = found.breaks.chosen.starts[1:]
    assert starts.size == planted.size
    assert np.abs(starts - planted).max() <= 15
    assert np.abs(starts - planted).mean() <= 6
    assert len(found.dates) == planted.size
    for date in found.dates:
        assert date.low <= date.index <= date.high
    supremum = next(one for one in found.tests if one.name == "supremum-f")
    assert supremum.p_value < 0.05


def test_online_change_points_follow_the_planted_ones(switching):
    one = analysed(switching)
    online = find_regimes(one, never).online
    assert online is not None
    assert online.recent.size == 400
    up = [int(np.argmax(online.recent[day : day + 15] > 0.5)) for day in (150, 250, 350)]
    assert max(up) <= 12


def test_losses_by_regime_are_means_over_the_days_of_a_colour(analysis, found):
    (losses,) = found.losses
    assert isinstance(losses, RegimeLosses)
    (judged,) = analysis.judged
    study = judged.study
    codes = analysis.regimes.at(study.losses.times)
    for row in losses.rows:
        for window, mean, count in (
            (study.train_rows, row.loss_train, row.times_train),
            (study.test_rows, row.loss_test, row.times_test),
        ):
            part = study.loss[window][codes[window] == row.code]
            part = part[np.isfinite(part)]
            assert count == part.size
            assert mean == pytest.approx(part.mean(), rel=1e-12) if part.size else np.isnan(mean)


def test_a_search_that_is_given_up_looks_for_no_breaks(switching):
    found = find_regimes(analysed(switching), lambda: True)
    assert found.tests == ()
    assert isinstance(found.breaks, NotTested)


# --- Where there is little or nothing --------------------------------------------------------------------------------


def small(closes, known=None):
    """Return the analysis of a handful of closes, in windows that no file would be opened with."""
    data = prices_of(closes)
    cut = FIRST + (len(closes) // 2 if known is None else known) * DAY
    split = Split(Window(FIRST, cut), Window(cut, FIRST + len(closes) * DAY))
    return analysed(data, split=split)


@pytest.mark.parametrize("method", RegimeMethod)
@pytest.mark.parametrize(
    ("closes", "known"),
    [([5.0, 6.0], 1), ([5.0, 6.0, 5.0], 2), ([7.0] * 90, 60), ([5.0] * 45 + [6.0] * 45, 60), ([5.0, 6.0] * 12, 0)],
    ids=["one return", "two returns", "constant", "one move", "nothing known"],
)
def test_little_is_no_crash_and_every_table_can_be_written(method, closes, known):
    one = small(closes, known)
    one = replace(one, parameters=CaseParameters(regimes=RegimeSettings(method=method)))
    one = analysed(one.data, one.parameters.regimes, one.split)
    found, daily = find_regimes(one, never), daily_volatility(one.data)
    assert isinstance(found.breaks, NotTested) or len(closes) > 60
    tables = [penalty_path_table(found, daily), regime_losses_table(found), break_tests_table(found, daily)]
    tables += [make(one) for make in (volatility_table, states_table, transitions_table, marked_table)]
    for table in tables:
        for column in table.columns:
            assert len(column.values) == table.size
            assert all(isinstance(column.written(row) + column.shown(row), str) for row in range(table.size))
    assert columns(break_tests_table(found, daily))["says"].size >= 1


def test_a_price_that_never_moves_says_why_there_are_no_breaks():
    found = find_regimes(small([7.0] * 120, 90), never)
    assert isinstance(found.breaks, NotTested)
    assert found.online is None
    assert found.path.segments.tolist() == [1]
    assert all(isinstance(one, NotTested) or one.p_value > 0.05 for one in found.tests)


def test_too_few_days_are_counted_in_the_sentence():
    found = find_regimes(small([5.0, 6.0] * 15, 20), never)
    assert "breaks need 30 daily returns before the train end, found 20" in found.breaks.sentence
    assert found.tests == (found.breaks,)


# --- Tables ----------------------------------------------------------------------------------------------------------


def test_every_day_has_its_return_level_and_regime(analysis, switching):
    table, daily, track = volatility_table(analysis), daily_volatility(switching), analysis.regimes
    found = columns(table)
    assert table.size == 400
    np.testing.assert_allclose(found["return [%]"], 100 * np.diff(np.log(switching.close)), rtol=1e-12)
    assert [Regime[name.upper()] for name in found["regime"]] == track.label.tolist()
    known = daily.known(analysis.split.train.stop)
    is_marked = found["marked by hand"]
    assert np.flatnonzero(is_marked).size in (20, 21)
    assert set(found["regime"][is_marked]) == {"calm"}
    np.testing.assert_array_equal(found["filtered"], (np.arange(400) >= known) & ~is_marked)


def test_days_by_regime_add_up_to_the_windows(analysis, switching):
    found, split, daily = (
        columns(states_table(analysis)),
        analysis.split,
        DailyVolatility.of(switching.time, switching.close),
    )
    for side, window in (("train", split.train), ("test", split.test)):
        inside = (daily.time > window.start) & (daily.time <= window.stop)
        assert found[f"days in {side}"].sum() == inside.sum()
        for regime in Regime:
            part = daily.log_return[inside & (analysis.regimes.label == regime)]
            volatility = found[f"vol in {side} [% a year]"][regime]
            if part.size:
                assert volatility == pytest.approx(100 * np.sqrt(365 * np.mean(part**2)), rel=1e-12)
            else:
                assert np.isnan(volatility)
    assert [name == "yes" for name in found["seen in train"]] == [days > 0 for days in found["days in train"]]


def test_shares_of_transitions_sum_to_one(analysis):
    names, shares = transition_shares(analysis)
    assert shares.shape == (len(names), len(names))
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, rtol=1e-9)
    table = transitions_table(analysis)
    assert columns(table)["from"].tolist() == list(names)
    np.testing.assert_array_equal(columns(table)[f"to {names[-1]}"], shares[:, -1])


def test_colours_of_change_points_are_counted_pair_by_pair(switching):
    one = analysed(switching)
    daily, (names, shares) = daily_volatility(switching), transition_shares(one)
    inside = (daily.begin >= one.split.train.start) & (daily.time <= one.split.train.stop)
    label = [Regime(code).name.lower() for code in one.regimes.label[inside]]
    for i, before in enumerate(names):
        for j, after in enumerate(names):
            pairs = [(a, b) for a, b in zip(label, label[1:], strict=False) if a == before]
            assert shares[i, j] == pytest.approx(pairs.count((before, after)) / len(pairs))


def test_multipliers_of_the_path_adjoin(found, switching):
    table = columns(penalty_path_table(found, daily_volatility(switching)))
    low, high = table["multiplier from"], table["multiplier to"]
    np.testing.assert_allclose(np.sort(low)[1:], np.sort(high)[:-1], rtol=1e-12)
    assert [text.count(",") + bool(text) + 1 for text in table["changes"]] == table["segments"].tolist()


def test_breaks_stand_below_their_tests(found, switching):
    table = columns(break_tests_table(found, daily_volatility(switching)))
    assert table["test"][0] == found.tests[0].title
    assert np.count_nonzero(table["test"] == "Bai–Perron date") == len(found.dates)
    assert all(table["says"])


def test_losses_of_every_model_stand_in_one_table(of_options):
    found = find_regimes(of_options, never)
    table = columns(regime_losses_table(found))
    assert sorted(set(table["model"])) == sorted(one.study.name for one in of_options.judged)
    for name in set(table["model"]):
        judged = next(one for one in of_options.judged if one.study.name == name)
        known = np.isfinite(judged.study.loss[judged.study.train_rows]).sum()
        assert table["times in train"][table["model"] == name].sum() == known


def test_contrasts_are_means_over_the_times_of_a_regime(of_options):
    """Against means and Student intervals taken anew from the per-time differences."""
    found = find_regimes(of_options, never)
    table = columns(regime_losses_table(found))
    for judged in of_options.judged:
        study = judged.study
        codes = of_options.regimes.at(study.losses.times)
        mine = np.flatnonzero(table["model"] == study.name)
        for row in mine:
            here = codes == Regime[table["regime"][row].upper()]
            sides = {}
            for side, window in (("in train", study.train_rows), ("in test", study.test_rows)):
                mean, low, high = (table[f"contrast {side}{part} [ln ratio]"][row] for part in ("", " low", " high"))
                if study.differential is None:
                    assert np.isnan([mean, low, high]).all()
                    continue
                values = study.differential[window][here[window]]
                values = values[np.isfinite(values)]
                sides[side] = values.mean() if values.size else np.nan
                assert mean == pytest.approx(sides[side], rel=1e-12, nan_ok=True)
                if values.size < 12:
                    assert np.isnan([low, high]).all()
                else:
                    expected = mean_interval(long_run(values))
                    assert (low, high) == pytest.approx((expected.low, expected.high), rel=1e-12)
                is_weak = values.size < 90 or correlation(values) > 0.65
                assert table[f"contrast {side} hatched"][row] == is_weak
            if sides:
                change = table["contrast difference [ln ratio]"][row]
                assert change == pytest.approx(sides["in test"] - sides["in train"], rel=1e-12, nan_ok=True)
                either = table["contrast in train hatched"][row] or table["contrast in test hatched"][row]
                assert table["contrast difference hatched"][row] == either
            unseen, gone = table["times in train"][row] == 0, table["times in test"][row] == 0
            assert table["remark"][row] == ("not seen in train" if unseen else "not seen in test" if gone else "")


def correlation(values):
    """Return the first autocorrelation."""
    centred = values - values.mean()
    return float(centred[1:] @ centred[:-1] / (centred @ centred))


def test_a_regime_that_train_lacks_has_a_test_contrast_and_no_difference(switching):
    span = DrawnRegime(FIRST + 300 * DAY, FIRST + 399 * DAY, Regime.STRESSED, "crash")
    known = (DrawnRegime(FIRST, FIRST + 300 * DAY, Regime.CALM, ""), span)
    split = Split(Window(FIRST, FIRST + 280 * DAY), Window(FIRST + 280 * DAY, FIRST + 399 * DAY))
    one = analysed(switching, RegimeSettings(drawn=known), split)
    table = columns(regime_losses_table(find_regimes(one, never)))
    row = table["regime"].tolist().index("stressed")
    assert table["remark"][row] == "not seen in train"
    (study,) = (judged.study for judged in one.judged)
    stressed = study.differential[study.test_rows][one.regimes.at(study.losses.times)[study.test_rows] == 2]
    assert table["contrast in test [nats]"][row] == pytest.approx(np.nanmean(stressed), rel=1e-12)
    assert np.isnan(table["contrast in train [nats]"][row])
    assert np.isnan(table["contrast difference [nats]"][row])


def test_transitions_are_counted_once_an_analysis(switching):
    one = analysed(switching)
    assert transition_shares(one) is transition_shares(one)
    assert not transition_shares(one)[1].flags.writeable


def test_every_pane_of_the_room_has_its_table(analysis, found):
    names = [table.name for table in regime_room_tables(analysis, found)]
    rooms = ["volatility", "states", "transitions", "marked", "penalty-path", "regime-losses", "break-tests"]
    assert sorted(names) == sorted(rooms)


def test_a_marked_span_is_listed_with_the_days_that_it_colours(switching):
    cut = default_split(switching.times)
    before, after = cut.train.stop // DAY * DAY - 10 * DAY, cut.train.stop // DAY * DAY + 10 * DAY
    drawn = (
        DrawnRegime(before, after, Regime.STRESSED, "both"),
        DrawnRegime(before, before + DAY, Regime.CALM, "over"),
    )
    table = columns(marked_table(analysed(switching, RegimeSettings(drawn=drawn))))
    assert table["name"].tolist() == ["both", "over"]
    assert table["regime"].tolist() == ["stressed", "calm"]
    assert table["start"].tolist() == [before, before]
    assert table["train days"].tolist() == [9, 1]
    assert table["test days"].sum() in (9, 10, 11)
    assert marked_table(analysed(switching)).size == 0


# --- Any list of tests -----------------------------------------------------------------------------------------------


def test_a_test_that_was_not_made_says_why_and_has_no_numbers():
    table = columns(
        table_of_tests("t", [NotTested("x", "X", "needs 3, found 2; add one")], [TestRow("Y", "said", n=4.0)])
    )
    assert table["test"].tolist() == ["X", "Y"]
    assert table["says"].tolist() == ["needs 3, found 2; add one", "said"]
    assert np.isnan(table["p"]).all()
    assert table["n"][1] == 4.0


def test_no_tests_are_an_empty_table():
    assert table_of_tests("t", ()).columns == ()
