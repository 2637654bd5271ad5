"""Fits of each time alone: what they miss, what they are worth, and that nobody waits for them twice."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from outsample.calibration import CalibrationStatus
from outsample.calibration.paths import find_paths, parameter_paths
from outsample.calibration.tape import STATUSES, CalibrationCancelledError
from outsample.datasets import Axis, Target
from outsample.models.parametric_smile import CorradoSu, Sabr, Ssvi, Svi
from outsample.models.parametric_smile.paths import ShapeFits
from outsample.models.parametric_smile.sabr import SABR_SHAPE

FAMILIES = (Svi(), Ssvi(), Sabr(), CorradoSu())
each = pytest.mark.parametrize("model", FAMILIES, ids=lambda one: type(one).__name__)
DAYS = 12


def skewed(k, tenor, day):
    """Return vols that no family hits."""
    y = k / np.sqrt(tenor)
    return 0.5 + 0.02 * np.sin(day) - 0.1 * np.tanh(2.0 * y) + 0.2 * y**2 / (1.0 + y**2)


@pytest.fixture(scope="module")
def data(quotes_of):
    return quotes_of(skewed, DAYS, 0.01)


def smile_vols(model, values, k, tenor):
    """Return the vols of the formula."""
    return model.each_time.box.surface(np.array(values), k / np.sqrt(tenor), np.array(tenor))[0]


def jacobian_of(model, values, k, tenor):
    """Return the derivatives of the vols by central differences, in vol points."""
    columns = []
    for place, value in enumerate(values):
        move = np.zeros(values.size)
        move[place] = 1e-5 * max(abs(value), 0.1)
        up, down = (smile_vols(model, values + sign * move, k, tenor) for sign in (1.0, -1.0))
        columns.append(100.0 * (up - down) / (2.0 * move[place]))
    return np.column_stack(columns)


def quotes_at(data, time):
    seen = data.observed
    rows = slice(int(seen.time_start[time]), int(seen.time_start[time + 1]))
    return seen.log_moneyness[rows], seen.tenor[rows], seen.implied_vol[rows]


@each
def test_the_vols_are_those_that_the_model_predicts(model, data, window):
    fitted, seen = model.fit(data, window(data, 0, 8)), data.observed
    vols = smile_vols(model, np.array(fitted.found.values), seen.log_moneyness, seen.tenor)
    np.testing.assert_allclose(vols, fitted.predict(data).values, rtol=1e-9)


@each
def test_what_a_time_misses_is_what_a_prediction_from_it_alone_misses(model, data, window):
    paths = parameter_paths(data, model)
    for time in (0, 7):
        fitted = model.fit(data, window(data, time, time + 1))
        rows = data.observed.time_index == time
        error = 100.0 * (fitted.predict(data).values - data.observed.implied_vol)[rows]
        assert paths.count[time] == np.count_nonzero(rows)
        np.testing.assert_allclose(paths.sum_of_squares[time], np.sum(error**2), rtol=1e-8)


@each
def test_errors_take_quotes_as_independent_where_tenors_are_too_few_to_tell(model, data):
    """Six tenors, and not fewer parameters off their bounds: then it is s^2 (J'J)^-1."""
    paths, compared = parameter_paths(data, model), 0
    for time in range(DAYS):
        free = ~paths.at_bound[time]
        if np.count_nonzero(free) < 6:
            continue
        k, tenor, vol = quotes_at(data, time)
        slopes = jacobian_of(model, paths.values[time], k, tenor)[:, free]
        residual = 100.0 * (smile_vols(model, paths.values[time], k, tenor) - vol)
        variance = residual @ residual / (k.size - np.count_nonzero(free))
        expected = np.sqrt(variance * np.diag(np.linalg.inv(slopes.T @ slopes)))
        np.testing.assert_allclose(paths.standard_errors[time, free], expected, rtol=1e-3)
        assert np.isnan(paths.standard_errors[time, ~free]).all()
        compared += 1
    assert compared > 2


@each
def test_an_end_at_a_bound_says_so(model, data):
    paths = parameter_paths(data, model)
    ends = [STATUSES[code] for code in paths.status.tolist()]
    for end, held in zip(ends, paths.at_bound.any(axis=1).tolist(), strict=True):
        assert not (held and end is CalibrationStatus.CONVERGED)
        assert held or end is not CalibrationStatus.AT_BOUND
    assert CalibrationStatus.FAILED not in ends


def test_a_time_with_too_few_quotes_has_no_fit(data):
    later = replace(data.filters, shortest_tenor_days=36.0)
    fewer = data.viewed(Target.MID, Axis.MONEYNESS, later)
    counts = np.diff(fewer.observed.time_start)
    for model, is_mixed in ((Svi(), True), (Sabr(), False)):
        paths = parameter_paths(fewer, model)
        none = counts < 10 * len(model.each_time.box.names)
        assert paths.least_quotes == 10 * len(paths.names)
        assert np.isnan(paths.values[none]).all()
        assert not np.isnan(paths.values[~none]).any()
        assert (paths.count == np.where(none, 0, counts)).all()
        np.testing.assert_array_equal(paths.status == STATUSES.index(CalibrationStatus.FAILED), none)
        assert none.any() == is_mixed
        assert not none.all()


def test_paths_are_kept_with_their_data_and_one_that_was_cancelled_is_not(quotes_of):
    data, asked = quotes_of(skewed, 4), []

    def enough():
        asked.append(len(asked))
        return len(asked) > 2

    assert find_paths(data, Svi()) is None
    with pytest.raises(CalibrationCancelledError, match="found them cancelled at time 2 of 4"):
        parameter_paths(data, Svi(), enough)
    assert find_paths(data, Svi()) is None
    made = parameter_paths(data, Svi(), lambda: False)
    assert find_paths(data, Svi()) is made
    assert parameter_paths(data, Svi()) is made
    assert find_paths(data, Sabr()) is None
    assert find_paths(quotes_of(skewed, 4), Svi()) is None


@each
def test_estimates_of_a_window_move_together_as_a_sandwich_by_time_says(model, data, window):
    found = model.fit(data, window(data, 0, DAYS)).found
    values, free = np.array(found.values), ~np.array(found.at_bound)
    bread, meat = np.zeros((values.size, values.size)), np.zeros((values.size, values.size))
    for time in range(DAYS):
        k, tenor, vol = quotes_at(data, time)
        slopes = jacobian_of(model, values, k, tenor)
        score = slopes.T @ (100.0 * (smile_vols(model, values, k, tenor) - vol))
        bread += slopes.T @ slopes
        meat += np.outer(score, score)
    inverse = np.linalg.inv(bread[np.ix_(free, free)])
    covariance = inverse @ meat[np.ix_(free, free)] @ inverse
    size = np.sqrt(np.diag(covariance))
    np.testing.assert_allclose(found.correlation[np.ix_(free, free)], covariance / np.outer(size, size), atol=0.05)
    assert np.isnan(found.correlation[~free]).all()


@each
def test_nothing_is_compiled_that_a_fit_of_a_window_had_not_compiled(model, quotes_of, window):
    data = quotes_of(skewed, 4)
    model.fit(data, window(data, 0, 4))
    known = list(getattr(model.each_time.box.surface, "signatures", ()))  # none where machine code is switched off
    paths = parameter_paths(data, model)
    smile_vols(model, paths.values[0], data.observed.log_moneyness, data.observed.tenor)
    assert list(getattr(model.each_time.box.surface, "signatures", ())) == known


@dataclass(frozen=True)
class Bent:
    """SABR by another surface."""

    surface: Callable[..., object]

    @property
    def each_time(self):
        return ShapeFits(replace(SABR_SHAPE, surface=self.surface))


def test_a_quote_without_a_vol_counts_for_nothing_in_the_path(quotes_of):
    """Nodes have a vol, so that the search ends, and one quote of each time has none."""
    data = quotes_of(skewed, 3)
    seen, whole = data.observed, parameter_paths(data, Sabr())
    lost = (seen.log_moneyness / np.sqrt(seen.tenor))[seen.time_start[:-1]]

    def holed(values, moneyness, tenor):
        vols, gradient = SABR_SHAPE.surface(values, moneyness, tenor)
        return np.where(np.isin(moneyness, lost), np.nan, vols), gradient

    found = parameter_paths(data, Bent(holed))
    assert (found.count == whole.count - 1).all()
    np.testing.assert_array_equal(found.values, whole.values)
    for time in range(3):
        k, tenor, vol = quotes_at(data, time)
        error = 100.0 * (smile_vols(Sabr(), found.values[time], k, tenor) - vol)
        assert found.sum_of_squares[time] == pytest.approx(np.sum(error[1:] ** 2), rel=1e-9)


def test_a_time_whose_search_cannot_begin_has_no_fit(quotes_of):
    found = parameter_paths(
        quotes_of(skewed, 3), Bent(lambda _, y, __: (np.full(y.size, np.nan), np.zeros((6, y.size))))
    )
    assert np.isnan(found.values).all()
    assert not found.count.any()
    assert {STATUSES[code] for code in found.status.tolist()} == {CalibrationStatus.FAILED}


@each
def test_a_smile_is_what_is_predicted_in_its_slice(model, data, window):
    fitted, seen = model.fit(data, window(data, 0, 8)), data.observed
    for chosen in (0, 7):
        rows = slice(int(seen.slice_start[chosen]), int(seen.slice_start[chosen + 1]))
        vols = model.each_time.smile(np.array(fitted.found.values), seen.log_moneyness[rows], data, chosen)
        np.testing.assert_allclose(vols, fitted.predict(data).values[rows], rtol=1e-9)
