"""What paths of every model have in common: they are made once, can be given up, and a refusal is kept."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from outsample.calibration import CalibrationStatus
from outsample.calibration.levenberg_marquardt import StopReason
from outsample.calibration.paths import FitsTimes, TimeFit, find_paths, parameter_paths
from outsample.calibration.tape import STATUSES, CalibrationCancelledError
from outsample.calibration.window_estimate import Estimate, ParameterBox
from outsample.errors import FitError
from outsample.formulas.fourier import Heston
from outsample.models.smile import FlatVol

BOX = ParameterBox("Level", ("level",), ("a year",), np.array([0.1]), np.array([0.9]))
DAYS = 5


def mean_of(vol):
    level = np.clip(vol.mean(keepdims=True), BOX.low, BOX.high)
    return TimeFit(level, StopReason.CONVERGED, np.full(vol.size, level[0]), np.ones((1, vol.size)))


@dataclass(frozen=True)
class Level:
    """The mean vol of a time, by any rule of what is found there."""

    rule: Callable[..., TimeFit | None] = mean_of
    box: ParameterBox = BOX

    @property
    def each_time(self):
        return self

    def find(self, data, time):
        seen = data.observed
        return self.rule(seen.implied_vol[seen.time_start[time] : seen.time_start[time + 1]])

    def smile(self, values, log_moneyness, data, slice_index):
        return np.full(log_moneyness.size, values[0])


@pytest.fixture(scope="module")
def data(history_of):
    return history_of([Heston(0.04 + 0.02 * day, 2.0, 0.09, 0.6, -0.5) for day in range(DAYS)])


def quotes(data):
    seen = data.observed
    return [seen.implied_vol[seen.time_start[time] : seen.time_start[time + 1]] for time in range(DAYS)]


def test_values_errors_and_misses_are_those_of_the_quotes_in_vol_points(data):
    paths = parameter_paths(data, Level())
    seen = data.observed
    for time, vol in enumerate(quotes(data)):
        assert paths.values[time, 0] == pytest.approx(vol.mean(), rel=1e-12)
        residual = 100.0 * (vol.mean() - vol)
        assert paths.sum_of_squares[time] == pytest.approx(residual @ residual)
        tenor = np.unique(seen.tenor[seen.time_start[time] : seen.time_start[time + 1]], return_inverse=True)[1]
        scores = np.bincount(tenor, residual)
        expected = np.sqrt(5.0 / 4.0 * scores @ scores) / vol.size / 100.0
        assert paths.standard_errors[time, 0] == pytest.approx(expected)
    assert {STATUSES[code] for code in paths.status.tolist()} == {CalibrationStatus.CONVERGED}
    assert (paths.count == [vol.size for vol in quotes(data)]).all()


def test_a_quote_without_a_vol_counts_for_nothing_and_a_time_without_a_search_has_no_fit(data):
    def some(vol):
        found = mean_of(vol)
        found.vols[0] = np.nan
        return None if np.array_equal(vol, vols[2]) else found

    vols = quotes(data)
    paths, whole = parameter_paths(data, Level(some)), parameter_paths(data, Level())
    assert np.isnan(paths.values[:, 0]).tolist() == [False, False, True, False, False]
    assert (paths.count == np.where(np.arange(DAYS) == 2, 0, whole.count - 1)).all()
    assert STATUSES[paths.status[2]] is CalibrationStatus.FAILED
    lost = 100.0 * (vols[0].mean() - vols[0][0])
    assert paths.sum_of_squares[0] == pytest.approx(whole.sum_of_squares[0] - lost**2)


def test_what_stands_on_a_bound_and_what_ran_out_of_steps_is_told(data):
    tight = ParameterBox("Level", BOX.names, BOX.units, np.array([0.1]), np.array([0.2]))
    held = parameter_paths(data, Level(lambda vol: TimeFit(tight.high, *_rest(vol, StopReason.CONVERGED)), tight))
    assert held.at_bound.all()
    assert np.isnan(held.standard_errors).all()
    assert {STATUSES[code] for code in held.status.tolist()} == {CalibrationStatus.AT_BOUND}
    tired = parameter_paths(data, Level(lambda vol: TimeFit(vol[:1].copy(), *_rest(vol, StopReason.STEPS))))
    assert {STATUSES[code] for code in tired.status.tolist()} == {CalibrationStatus.ITERATION_LIMIT}


def _rest(vol, reason):
    return reason, np.full(vol.size, 0.2), np.ones((1, vol.size))


def test_a_refusal_is_kept_with_its_sentence(data):
    asked = []

    def never(vol):
        asked.append(vol)
        raise FitError("a level needs what these data have not, found other data; open others")

    model = Level(never)
    paths = parameter_paths(data, model)
    assert paths.refusal == "a level needs what these data have not, found other data; open others"
    assert np.isnan(paths.values).all()
    assert not paths.count.any()
    assert parameter_paths(data, model) is paths is find_paths(data, model)
    assert len(asked) == 1


def test_paths_are_made_once_and_those_that_were_given_up_are_not_kept(data):
    model, asked = Level(box=replace(BOX)), []  # one that no other test has asked for

    def enough():
        asked.append(len(asked))
        return len(asked) > 2

    with pytest.raises(CalibrationCancelledError, match="fits of Level .* cancelled at time 2 of 5"):
        parameter_paths(data, model, enough)
    assert find_paths(data, model) is None
    made = parameter_paths(data, model, lambda: False)
    assert parameter_paths(data, model) is made is find_paths(data, model)
    assert made.refusal == ""
    assert not made.values.flags.writeable


def test_a_model_says_by_itself_that_it_has_paths():
    assert isinstance(Level(), FitsTimes)
    assert not isinstance(FlatVol(), FitsTimes)


def test_an_estimate_that_does_nothing_has_no_error_and_takes_none_from_the_others():
    box = ParameterBox("Two", ("a", "b"), ("", ""), np.array([0.0, 0.0]), np.array([1.0, 1.0]))
    scores = np.column_stack([[1.0, -2.0, 1.5, -0.5], np.zeros(4)])
    found = Estimate.of_scores(box, np.array([0.5, 0.5]), np.diag([4.0, 0.0]), scores)
    assert found.standard_errors[0] == pytest.approx(np.sqrt(4.0 / 3.0 * np.sum(scores**2)) / 4.0)
    assert np.isnan(found.standard_errors[1])
    assert found.at_bound == (False, False)
    held = Estimate.of_scores(box, np.array([0.5, 1.0]), np.diag([4.0, 1.0]), scores)
    assert held.at_bound == (False, True)
    assert [one.name for one in held.parameters(box)] == ["a", "b"]
    assert held.correlation[0, 0] == pytest.approx(1.0)
