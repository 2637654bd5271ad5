"""Exact changes of variance, of mean and variance, and of coefficients: enumeration, ruptures, twins, leaks."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.errors import DataError, UsageError
from outsample.regimes import back_trace, optimal_partition
from outsample.regimes.change_points.gaussian import (
    optimal_mean_variance_partition,
    optimal_mean_variance_partition_plain,
    optimal_variance_partition,
    optimal_variance_partition_plain,
)
from outsample.regimes.change_points.regression import (
    optimal_regression_partition,
    optimal_regression_partition_plain,
)

FLOOR = 0.01


def line(size):
    """Return a constant and a seeded regressor."""
    return np.column_stack((np.ones(size), np.random.default_rng(99).normal(size=size)))


def variance_cost(data):
    variance = max(float((data**2).mean()), FLOOR)
    return data.size * np.log(variance) + float((data**2).sum()) / variance


def mean_variance_cost(data):
    return variance_cost(data - data.mean())


def regression_cost(rows, data):
    x = line(rows.stop)[rows]
    return float(((data - x @ np.linalg.pinv(x) @ data) ** 2).sum())


# search(data, penalty, shortest), its twin, the cost of data[rows]
SEARCHES = {
    "variance": (
        lambda data, penalty, shortest: optimal_variance_partition(data, penalty, FLOOR, shortest),
        lambda data, penalty, shortest: optimal_variance_partition_plain(data, penalty, FLOOR, shortest),
        lambda data, rows: variance_cost(data[rows]),
    ),
    "mean and variance": (
        lambda data, penalty, shortest: optimal_mean_variance_partition(data, penalty, FLOOR, shortest),
        lambda data, penalty, shortest: optimal_mean_variance_partition_plain(data, penalty, FLOOR, shortest),
        lambda data, rows: mean_variance_cost(data[rows]),
    ),
    "coefficients": (
        lambda data, penalty, shortest: optimal_regression_partition(data, line(data.size), penalty, shortest),
        lambda data, penalty, shortest: optimal_regression_partition_plain(data, line(data.size), penalty, shortest),
        lambda data, rows: regression_cost(rows, data[rows]),
    ),
}
every = pytest.mark.parametrize(("search", "twin", "cost"), SEARCHES.values(), ids=SEARCHES.keys())
values = st.floats(-20, 20, allow_subnormal=False).map(lambda x: round(x, 2))
penalties = st.floats(0.0, 60.0).map(lambda x: round(x, 2))


def segmentation_cost(cost, data, starts, penalty):
    edges = [*starts, data.size]
    return sum(cost(data, slice(i, j)) for i, j in zip(edges[:-1], edges[1:], strict=True)) + penalty * (
        len(starts) - 1
    )


def cheapest(cost, data, penalty, shortest):
    """Return the least cost over all segmentations, by listing them."""
    every_one = ([0, *cuts] for k in range(data.size) for cuts in combinations(range(1, data.size), k))
    allowed = (one for one in every_one if len(one) == 1 or np.diff([*one, data.size]).min() >= shortest)
    return min(segmentation_cost(cost, data, starts, penalty) for starts in allowed)


@every
@given(data=st.lists(values, min_size=1, max_size=9).map(np.array), penalty=penalties, shortest=st.integers(2, 4))
def test_no_other_segmentation_costs_less(search, twin, cost, data, penalty, shortest):
    expected = cheapest(cost, data, penalty, shortest)
    for solve in (search, twin):
        found = solve(data, penalty, shortest)
        assert found.cost[-1] == pytest.approx(expected, rel=1e-9, abs=1e-8)
        starts = back_trace(found.last, data.size)
        assert segmentation_cost(cost, data, starts, penalty) == pytest.approx(expected, rel=1e-9, abs=1e-8)
        assert starts.size == 1 or np.diff([*starts, data.size]).min() >= shortest


@every
@given(
    data=st.lists(values, max_size=60).map(np.array),
    penalty=penalties,
    shortest=st.integers(2, 9),
)
def test_kernel_and_twin_agree_on_every_prefix(search, twin, cost, data, penalty, shortest):
    fast, plain = search(data, penalty, shortest), twin(data, penalty, shortest)
    np.testing.assert_allclose(fast.cost, plain.cost, rtol=1e-9, atol=1e-8)


@every
@pytest.mark.parametrize("shortest", [2, 7])
@pytest.mark.parametrize("changes", [0, 4])
def test_kernel_and_twin_agree_on_noise_long_enough_to_prune(search, twin, cost, changes, shortest):
    random = np.random.default_rng(changes)
    size = 90 if search is SEARCHES["coefficients"][0] else 600
    scale = np.repeat(random.uniform(0.2, 4.0, changes + 1), -(-size // (changes + 1)))[:size]
    data = random.normal(size=size) * scale
    for penalty in (3.0, 2.0 * np.log(size), 60.0):
        fast, plain = search(data, penalty, shortest), twin(data, penalty, shortest)
        np.testing.assert_allclose(fast.cost, plain.cost, rtol=1e-9, atol=1e-9)
        np.testing.assert_array_equal(fast.last, plain.last)
        # two coefficients of one row are not determined
        np.testing.assert_allclose(fast.level[2:], plain.level[2:], rtol=1e-7, atol=1e-9)


@every
@pytest.mark.parametrize("shortest", [2, 5])
def test_every_prefix_is_bitwise_what_a_run_on_it_alone_gives(search, twin, cost, shortest):
    data = np.random.default_rng(3).normal(size=150) * np.repeat([1.0, 6.0, 0.3], 50)
    whole = search(data, 6.0, shortest)
    for prefix in (0, 1, 2, 5, 16, 17, 49, 51, 113, 150):
        tail = np.random.default_rng(prefix).normal(scale=1e6, size=150 - prefix)
        for other in (data[:prefix], np.concatenate((data[:prefix], tail))):
            part = search(other, 6.0, shortest)
            for one, two in zip((whole.cost, whole.last, whole.level), (part.cost, part.last, part.level), strict=True):
                assert one[: prefix + 1].tobytes() == two[: prefix + 1].tobytes()
            np.testing.assert_array_equal(back_trace(whole.last, prefix), back_trace(part.last, prefix))


@pytest.mark.parametrize("name", SEARCHES)
def test_ruptures_finds_the_same_optimum(name):
    ruptures = pytest.importorskip("ruptures", reason="no wheel of ruptures for this Python")
    search, _, cost = SEARCHES[name]
    random = np.random.default_rng(12)
    data = random.normal(size=45) * np.repeat([1.0, 4.0, 0.5], 15) + np.repeat([0.0, 0.0, 3.0], 15)

    class Cost(ruptures.base.BaseCost):
        model, min_size = "ours", 3

        def fit(self, signal):
            self.signal = signal
            return self

        def error(self, start, end):
            return cost(data, slice(start, end))

    for penalty in (14.0, 30.0, 90.0):
        exact = [
            [0, *ruptures.Dynp(custom_cost=Cost(), min_size=3, jump=1).fit(data).predict(changes)][:-1]
            for changes in range(9)
        ]
        best = min(exact, key=lambda starts: segmentation_cost(cost, data, starts, penalty))
        assert back_trace(search(data, penalty, 3).last, 45).tolist() == best
        assert len(best) < 9  # or more changes might be cheaper still
        pruned = ruptures.Pelt(custom_cost=Cost(), min_size=3, jump=1).fit(data).predict(penalty)
        reached = segmentation_cost(cost, data, [0, *pruned[:-1]], penalty)
        assert search(data, penalty, 3).cost[-1] <= reached + 1e-9


@pytest.mark.parametrize("model", ["normal", "linear"])
def test_ruptures_own_costs_give_the_same_breaks(model):
    ruptures = pytest.importorskip("ruptures", reason="no wheel of ruptures for this Python")
    random = np.random.default_rng(5)
    x = line(90)
    slope = np.repeat([1.0, -2.0, 0.5], 30)
    data = slope * x[:, 1] + random.normal(size=90) * (np.repeat([0.3, 3.0, 1.0], 30) if model == "normal" else 0.3)
    if model == "normal":
        found, signal = optimal_mean_variance_partition(data, 12.0, 1e-6, 5), data[:, None]
    else:
        found, signal = optimal_regression_partition(data, x, 4.0, 5), np.column_stack((data, x))
    starts = back_trace(found.last, 90)
    own = {"add_small_diag": False} if model == "normal" else {}  # by default it shifts every variance, and warns
    theirs = ruptures.Dynp(model=model, min_size=5, jump=1, params=own).fit(signal).predict(starts.size - 1)
    assert starts.size > 1
    assert [*starts[1:].tolist(), 90] == theirs


def test_coefficients_of_a_constant_are_the_mean():
    data = np.random.default_rng(1).normal(size=400) + np.repeat([5e4, 5e4 + 3, 5e4 - 1, 5e4 + 2], 100)
    for shortest in (1, 8):
        ours, mean = (
            optimal_regression_partition(data, np.ones((400, 1)), 9.0, shortest),
            optimal_partition(data, 9.0, shortest),
        )
        np.testing.assert_allclose(ours.cost, mean.cost, rtol=1e-9, atol=1e-9)
        np.testing.assert_array_equal(ours.last, mean.last)
        np.testing.assert_allclose(ours.level[1:, 0], mean.level[1:], rtol=1e-12)


def test_planted_changes_are_found_where_they_were_planted():
    random = np.random.default_rng(8)
    scale = np.repeat([1.0, 4.0, 1.5], 300)
    data = random.normal(size=900) * scale
    by_variance = back_trace(optimal_variance_partition(data, 3 * np.log(900), 1e-6).last, 900)
    both = optimal_mean_variance_partition(data + np.repeat([0.0, 0.0, 5.0], 300), 4 * np.log(900), 1e-6)
    x = line(900)
    y = np.repeat([1.0, -1.0, 0.2], 300) * x[:, 1] + random.normal(size=900)
    coefficients = optimal_regression_partition(y, x, 4 * np.log(900), 10)
    for starts in (by_variance, back_trace(both.last, 900), back_trace(coefficients.last, 900)):
        assert starts.size == 3
        assert np.abs(starts - [0, 300, 600]).max() <= 8
    rows = slice(coefficients.last[900], 900)
    np.testing.assert_allclose(coefficients.level[900], np.linalg.pinv(x[rows]) @ y[rows], rtol=1e-9)
    np.testing.assert_allclose(both.level[900], [5.0, 1.5**2], rtol=0.2)


def test_noise_without_a_change_is_one_segment():
    data = np.random.default_rng(6).normal(size=1500)
    for last in (
        optimal_variance_partition(data, 3 * np.log(1500), 1e-6).last,
        optimal_mean_variance_partition(data, 4 * np.log(1500), 1e-6, 5).last,
        optimal_regression_partition(data[:500], line(500), 4 * np.log(500), 5).last,
    ):
        assert back_trace(last, last.size - 1).tolist() == [0]


def test_a_level_of_sixty_thousand_costs_no_digits():
    noise = np.random.default_rng(2).normal(size=300) * np.repeat([1.0, 5.0], 150)
    here = optimal_mean_variance_partition(noise, 12.0, 1e-6, 3)
    there = optimal_mean_variance_partition(noise + 6e4, 12.0, 1e-6, 3)
    np.testing.assert_allclose(there.cost, here.cost, rtol=1e-9, atol=1e-8)
    x = np.column_stack((np.ones(300), 6e4 + line(300)[:, 1]))
    near, far = (optimal_regression_partition(noise + shift, x, 12.0, 3) for shift in (0.0, 6e4))
    np.testing.assert_allclose(far.cost, near.cost, rtol=1e-7, atol=1e-6)
    centred = optimal_regression_partition(noise, line(300), 12.0, 3)
    np.testing.assert_allclose(near.cost, centred.cost, rtol=1e-7, atol=1e-6)


@given(st.lists(values, min_size=2, max_size=30).map(np.array), st.sampled_from([0.25, 2.0, 1024.0]))
def test_scaled_data_under_a_scaled_floor_have_the_same_changes(data, factor):
    here = optimal_variance_partition(data, 7.0, FLOOR)
    there = optimal_variance_partition(factor * data, 7.0, factor**2 * FLOOR)
    shift = 2.0 * np.log(factor) * np.arange(1, data.size + 1)
    np.testing.assert_allclose(there.cost[1:], here.cost[1:] + shift, rtol=1e-9, atol=1e-8)


def test_a_known_mean_is_taken_off():
    data = np.random.default_rng(4).normal(size=80)
    here, there = (
        optimal_variance_partition(data, 5.0, FLOOR),
        optimal_variance_partition(data + 2.5, 5.0, FLOOR, mean=2.5),
    )
    np.testing.assert_allclose(there.cost, here.cost, rtol=1e-12, atol=1e-12)


def test_a_run_of_equal_values_costs_what_its_floor_says():
    data = np.concatenate((np.random.default_rng(0).normal(size=40), np.zeros(25)))
    found = optimal_variance_partition(data, 10.0, 1e-4)
    assert back_trace(found.last, 65)[-1] == 40
    assert found.level[65] == 1e-4
    own = optimal_variance_partition(np.zeros(25), 10.0, 1e-4).cost[25]
    assert own == pytest.approx(25 * np.log(1e-4), rel=1e-12)


def test_a_regressor_that_says_nothing_changes_nothing():
    random = np.random.default_rng(3)
    x, y = line(120), random.normal(size=120)
    for extra in (2.0 * x[:, 1], np.zeros(120), 3.0 - x[:, 1]):
        with_it = optimal_regression_partition(y, np.column_stack((x, extra)), 8.0, 6)
        without = optimal_regression_partition(y, x, 8.0, 6)
        np.testing.assert_allclose(with_it.cost, without.cost, rtol=1e-9, atol=1e-9)
        assert with_it.level[120, 2] == 0.0


@every
@pytest.mark.parametrize("size", [0, 1, 2])
def test_too_little_is_at_most_one_segment(search, twin, cost, size):
    for solve in (search, twin):
        found = solve(np.arange(size, dtype=np.float64), 1.0, 2)
        assert back_trace(found.last, size).tolist() == [0][:size]
        assert found.cost[0] == -1.0


@every
@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e200])
def test_a_value_that_cannot_be_squared_is_refused(search, twin, cost, bad):
    for solve in (search, twin):
        with pytest.raises(DataError, match="found 1 of 4"):
            solve(np.array([1.0, bad, 2.0, 3.0]), 1.0, 2)


@every
@pytest.mark.parametrize(("penalty", "shortest"), [(-1.0, 2), (np.nan, 2), (np.inf, 2), (1.0, 0)])
def test_a_penalty_or_length_without_meaning_is_refused(search, twin, cost, penalty, shortest):
    for solve in (search, twin):
        with pytest.raises(UsageError):
            solve(np.ones(4), penalty, shortest)


@pytest.mark.parametrize("floor", [0.0, -1.0, np.nan, np.inf])
def test_a_variance_without_a_floor_is_refused(floor):
    with pytest.raises(UsageError, match="smallest variance"):
        optimal_variance_partition(np.ones(4), 1.0, floor)
    with pytest.raises(UsageError, match="smallest variance"):
        optimal_mean_variance_partition(np.ones(4), 1.0, floor)


def test_a_known_mean_that_is_no_number_is_refused():
    with pytest.raises(UsageError, match="known mean"):
        optimal_variance_partition(np.ones(4), 1.0, 0.1, mean=np.nan)


@pytest.mark.parametrize("shape", [(4, 0), (4, 7), (3, 2), (8,)])
def test_regressors_that_do_not_fit_are_refused(shape):
    with pytest.raises(DataError):
        optimal_regression_partition(np.ones(4), np.ones(shape), 1.0, 7)


def test_a_segment_shorter_than_its_coefficients_is_refused():
    with pytest.raises(UsageError, match="at least 2 observations, found 1"):
        optimal_regression_partition(np.ones(4), line(4), 1.0, 1)


def test_results_cannot_be_written_to():
    for found in (
        optimal_variance_partition(np.ones(4), 1.0, 0.1),
        optimal_mean_variance_partition(np.ones(4), 1.0, 0.1),
        optimal_regression_partition(np.ones(4), line(4), 1.0, 2),
    ):
        assert not any(column.flags.writeable for column in (found.cost, found.last, found.level))
