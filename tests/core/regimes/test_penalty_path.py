"""The whole penalty path: against one search for each number of breaks, against single searches, and at its ends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.errors import DataError, UsageError
from outsample.regimes import back_trace, optimal_partition, penalty_path
from outsample.regimes.breaks import fixed_breaks
from outsample.regimes.change_points.gaussian import optimal_mean_variance_partition, optimal_variance_partition
from outsample.regimes.change_points.regression import optimal_regression_partition

X = np.column_stack((np.ones(60), np.random.default_rng(4).normal(size=60)))
SEARCHES = {
    "mean": lambda data, penalty: optimal_partition(data, penalty, 3),
    "variance": lambda data, penalty: optimal_variance_partition(data, penalty, 1e-3, 3),
    "mean and variance": lambda data, penalty: optimal_mean_variance_partition(data, penalty, 1e-3, 3),
    "coefficients": lambda data, penalty: optimal_regression_partition(data, X[: data.size], penalty, 3),
}
series = st.lists(st.floats(-50, 50, allow_subnormal=False).map(lambda x: round(x, 3)), max_size=40).map(np.array)


def test_the_nile_has_the_path_of_its_published_residuals(nile):
    # strucchange, `breakpoints(Nile ~ 1)`, shortest segment 15: residual squares with 0 to 4 breaks
    published = np.array([2835156.75, 1597457.1944444445, 1552923.6157754012, 1538096.5127450982, 1507888.4759164536])
    path = penalty_path(lambda penalty: optimal_partition(nile, penalty, 15), 2e4, 2e6)
    # three breaks are above the line from two to four, so no penalty gives them
    np.testing.assert_allclose(path.cost[::-1], published[[0, 1, 2, 4]], rtol=1e-12)
    assert path.segments.tolist() == [5, 3, 2, 1]
    ties = [(published[2] - published[4]) / 2, published[1] - published[2], published[0] - published[1]]
    np.testing.assert_allclose(path.high[:-1], ties, rtol=1e-9)
    assert [starts.tolist() for starts in path.starts] == [[0, 28, 45, 68, 83], [0, 28, 83], [0, 28], [0]]


def test_the_path_is_the_lower_hull_of_the_best_residuals_with_each_number_of_breaks():
    data = np.random.default_rng(2).normal(size=45).round(2) + np.repeat([0.0, 2.0, 1.0], 15)
    least = fixed_breaks(data, None, 3, 14).residual[:, -1]
    path = penalty_path(lambda penalty: optimal_partition(data, penalty, 3), 1e-6, 1e4)
    grid = np.geomspace(1e-5, 9e3, 4000)
    totals = least[:, None] + grid * np.arange(15)[:, None]
    reached = path.cost + grid[:, None] * (path.segments - 1)
    np.testing.assert_allclose(reached[np.arange(4000), path.at(grid)], totals.min(axis=0), rtol=1e-9)
    assert set(path.segments.tolist()) >= set((totals.argmin(axis=0) + 1).tolist())


@pytest.mark.parametrize("name", SEARCHES)
def test_every_segmentation_is_the_optimum_inside_its_interval(name):
    data = np.random.default_rng(7).normal(size=60) * np.repeat([1.0, 5.0, 0.5], 20)
    path = penalty_path(lambda penalty: SEARCHES[name](data, penalty), 0.5, 200.0)
    assert path.segments.size > 3
    assert (path.low[0], path.high[-1]) == (0.5, 200.0)
    np.testing.assert_array_equal(path.low[1:], path.high[:-1])
    assert (path.low < path.high).all()
    assert (np.diff(path.segments) < 0).all()
    assert (np.diff(path.cost) > 0).all()
    for i, starts in enumerate(path.starts):
        for share in (0.01, 0.5, 0.99):
            found = SEARCHES[name](data, path.low[i] + share * (path.high[i] - path.low[i]))
            np.testing.assert_array_equal(back_trace(found.last, data.size), starts)
            assert found.cost[-1] - found.penalty * (starts.size - 1) == pytest.approx(path.cost[i], rel=1e-9)


@given(series, st.floats(0.0, 5.0), st.floats(0.01, 500.0), st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_any_penalty_on_the_path_costs_what_a_search_finds(data, low, width, shares):
    path = penalty_path(lambda penalty: optimal_partition(data, penalty), low, low + width)
    for penalty in low + width * np.array(shares):
        i = int(path.at(np.array([min(penalty, low + width)]))[0])
        expected = optimal_partition(data, penalty).cost[-1]
        assert path.cost[i] + penalty * (path.segments[i] - 1) == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_a_higher_penalty_takes_the_fewer_of_two_that_tie():
    path = penalty_path(lambda penalty: optimal_partition(np.array([0.0, 0, 2, 2, 9, 9]), penalty), 1.0, 100.0)
    assert path.segments[path.at(np.array([3.9, 4.0, 100.0]))].tolist() == [3, 2, 1]


def test_one_penalty_is_a_path_of_one():
    data = np.random.default_rng(1).normal(size=30)
    path = penalty_path(lambda penalty: optimal_partition(data, penalty), 2.0, 2.0)
    assert path.segments.tolist() == [back_trace(optimal_partition(data, 2.0).last, 30).size]


@pytest.mark.parametrize("data", [np.empty(0), np.ones(2), np.full(50, 0.1)], ids=["empty", "two", "constant"])
def test_small_and_constant_data_have_one_segmentation(data):
    path = penalty_path(lambda penalty: optimal_partition(data, penalty), 0.1, 10.0)
    assert path.segments.tolist() == [min(data.size, 1)]
    assert path.at(np.array([0.1, 5.0, 10.0])).tolist() == [0, 0, 0]


@pytest.mark.parametrize(("low", "high"), [(2.0, 1.0), (np.nan, 1.0), (-1.0, 1.0), (1.0, np.inf)])
def test_a_path_between_no_penalties_is_refused(low, high):
    with pytest.raises(UsageError):
        penalty_path(lambda penalty: optimal_partition(np.ones(5), penalty), low, high)


@pytest.mark.parametrize("penalty", [0.9, 10.1, np.nan])
def test_a_penalty_outside_the_path_is_refused(penalty):
    path = penalty_path(lambda price: optimal_partition(np.arange(5.0), price), 1.0, 10.0)
    with pytest.raises(UsageError, match="search a wider path"):
        path.at(np.array([penalty]))


def test_a_value_that_is_not_finite_is_refused():
    with pytest.raises(DataError):
        penalty_path(lambda penalty: optimal_partition(np.array([1.0, np.nan]), penalty), 1.0, 2.0)
