"""Exact change points: published values, enumeration, recovery and invariances; kernel and twin alike."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.errors import DataError, UsageError
from outsample.regimes import back_trace, optimal_partition, optimal_partition_plain

# Yearly flow of the Nile at Aswan 1871-1970, 10^8 m^3 (Cobb 1978, Biometrika 65, doi:10.1093/biomet/65.2.243).
# fmt: off
NILE = np.array([
    1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
    1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969,
    831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759,
    781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890,
    744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740,
], dtype=np.float64)
# fmt: on

both = pytest.mark.parametrize("solve", [optimal_partition, optimal_partition_plain], ids=["kernel", "twin"])
series = st.lists(st.floats(-50, 50, allow_subnormal=False).map(lambda x: round(x, 3)), max_size=40).map(np.array)
penalties = st.floats(0.0, 200.0).map(lambda x: round(x, 2))


def residual(data, starts):
    return sum(float(((part - part.mean()) ** 2).sum()) for part in np.split(data, starts[1:]) if part.size)


def cheapest(data, penalty, shortest):
    """Return the least cost over all segmentations, by listing them."""
    inner = range(1, data.size)
    every = ([0, *cuts] for k in range(data.size) for cuts in combinations(inner, k))
    allowed = (s for s in every if len(s) == 1 or np.diff([*s, data.size]).min() >= shortest)
    return min(residual(data, starts) + penalty * (len(starts) - 1) for starts in allowed)


@both
def test_the_nile_has_one_break_at_its_first_low_year(solve):
    penalty = 2.0 * NILE.var() * np.log(NILE.size)  # two parameters a change, as in BIC
    assert back_trace(solve(NILE, penalty).last, NILE.size).tolist() == [0, 28]


@both
@pytest.mark.parametrize(
    ("penalty", "starts", "published"),
    [  # strucchange `breakpoints(Nile ~ 1)`, shortest segment 15: RSS 2835157 1597457 1552924 1507888
        (1.3e6, [0], 2835156.75),
        (1.0e5, [0, 28], 1597457.1944444445),
        (3.0e4, [0, 28, 83], 1552923.6157754012),
        (2.0e4, [0, 28, 45, 68, 83], 1507888.4759164536),
    ],
)
def test_the_nile_segmentations_have_the_published_residuals(solve, penalty, starts, published):
    partition = solve(NILE, penalty, 15)
    assert back_trace(partition.last, NILE.size).tolist() == starts
    assert partition.cost[-1] - penalty * (len(starts) - 1) == pytest.approx(published, rel=1e-12)
    assert residual(NILE, starts) == pytest.approx(published, rel=1e-12)


@both
@pytest.mark.parametrize("shortest", [1, 2, 3])
@pytest.mark.parametrize("penalty", [0.0, 0.5, 3.0])
def test_no_other_segmentation_of_any_prefix_costs_less(solve, shortest, penalty):
    data = np.random.default_rng(7).normal(size=11).round(1)
    partition = solve(data, penalty, shortest)
    for prefix in range(1, data.size + 1):
        assert partition.cost[prefix] == pytest.approx(cheapest(data[:prefix], penalty, shortest), rel=1e-12, abs=1e-12)
        starts = back_trace(partition.last, prefix)
        reached = residual(data[:prefix], starts) + penalty * (starts.size - 1)
        assert reached == pytest.approx(partition.cost[prefix], rel=1e-12, abs=1e-12)
        assert partition.level[prefix] == pytest.approx(data[starts[-1] : prefix].mean(), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("shortest", [1, 7])
@pytest.mark.parametrize("changes", [0, 5, 60])
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_kernel_and_twin_agree_on_long_noise(shortest, changes, offset):
    generator = np.random.default_rng(changes)
    noise = np.log(generator.normal(size=1500) ** 2 + 1e-8)
    data = offset + noise + np.repeat(generator.normal(scale=3, size=changes + 1), -(-1500 // (changes + 1)))[:1500]
    for penalty in (5.0, 2 * np.pi**2 / 2 * np.log(1500)):
        fast, plain = optimal_partition(data, penalty, shortest), optimal_partition_plain(data, penalty, shortest)
        rounding = 1e-15 * offset  # of the data itself, seen where a cost is near 0
        np.testing.assert_allclose(fast.cost, plain.cost, rtol=1e-9, atol=rounding)
        np.testing.assert_array_equal(fast.last, plain.last)
        np.testing.assert_allclose(fast.level, plain.level, rtol=1e-9)


@given(series, penalties, st.integers(1, 6))
def test_kernel_and_twin_agree_on_anything(data, penalty, shortest):
    fast, plain = optimal_partition(data, penalty, shortest), optimal_partition_plain(data, penalty, shortest)
    np.testing.assert_allclose(fast.cost, plain.cost, rtol=1e-9, atol=1e-9)
    starts = back_trace(fast.last, data.size)
    assert data.size < 2 * shortest or np.diff(np.append(starts, data.size)).min() >= shortest


@given(series, penalties, st.floats(-1e4, 1e4))
def test_a_shift_of_the_data_changes_no_cost(data, penalty, shift):
    here, there = optimal_partition(data, penalty), optimal_partition(data + shift, penalty)
    np.testing.assert_allclose(there.cost, here.cost, rtol=1e-8, atol=1e-6)


@given(series, penalties, st.sampled_from([0.25, 2.0, 1024.0]))
def test_scaled_data_under_a_squarely_scaled_penalty_cost_squarely_more(data, penalty, factor):
    here, there = optimal_partition(data, penalty), optimal_partition(factor * data, factor**2 * penalty)
    np.testing.assert_array_equal(there.cost, factor**2 * here.cost)  # powers of two: exact
    np.testing.assert_array_equal(there.last, here.last)


@given(series, penalties, st.integers(1, 6))
def test_a_reversed_series_costs_the_same(data, penalty, shortest):
    forward = optimal_partition(data, penalty, shortest).cost[-1]
    assert optimal_partition(data[::-1], penalty, shortest).cost[-1] == pytest.approx(forward, rel=1e-9, abs=1e-7)


@pytest.mark.parametrize("shortest", [1, 5])
def test_every_prefix_is_bitwise_what_a_run_on_it_alone_gives(shortest):
    data = np.random.default_rng(3).normal(size=300) + np.repeat([0.0, 4.0, 1.0], 100)
    whole = optimal_partition(data, 9.0, shortest)
    for prefix in (0, 1, 4, 5, 99, 100, 101, 163, 300):
        tail = np.random.default_rng(prefix).normal(scale=1e6, size=300 - prefix)
        for other in (data[:prefix], np.concatenate((data[:prefix], tail))):
            part = optimal_partition(other, 9.0, shortest)
            for one, two in zip((whole.cost, whole.last, whole.level), (part.cost, part.last, part.level), strict=True):
                assert one[: prefix + 1].tobytes() == two[: prefix + 1].tobytes()


@both
def test_planted_changes_are_found_where_they_were_planted(solve):
    planted = [0, 120, 200, 410, 450]
    level = np.repeat([0.0, 6.0, -2.0, 5.0, 0.0], np.diff([*planted, 600]))
    data = level + np.random.default_rng(11).normal(size=600)
    found = back_trace(solve(data, 2 * np.log(600)).last, 600)
    assert found.size == len(planted)
    assert np.abs(found - planted).max() <= 1


def test_noise_without_a_change_is_one_segment():
    data = np.random.default_rng(5).normal(size=5000)
    assert back_trace(optimal_partition(data, 3 * np.log(5000)).last, 5000).tolist() == [0]


@both
@pytest.mark.parametrize("data", [np.empty(0), np.array([4.0]), np.full(50, 0.1)], ids=["empty", "one", "constant"])
def test_small_and_constant_data_are_at_most_one_segment(solve, data):
    partition = solve(data, 1.0)
    assert back_trace(partition.last, data.size).tolist() == [0][: data.size]
    np.testing.assert_allclose(partition.cost, [-1.0] + [0.0] * data.size, atol=1e-15)
    np.testing.assert_allclose(partition.level[1:], data)


@both
def test_a_free_change_puts_every_distinct_value_into_a_segment_of_its_own(solve):
    partition = solve(np.array([1.0, 3.0, 2.0, 5.0]), 0.0)
    assert back_trace(partition.last, 4).tolist() == [0, 1, 2, 3]
    assert partition.cost.tolist() == [0.0] * 5


@both
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_refused(solve, bad):
    with pytest.raises(DataError, match="found 1 of 3"):
        solve(np.array([1.0, bad, 2.0]), 1.0)


@both
@pytest.mark.parametrize("bad", [np.ones((3, 2)), np.array([1.0, 1e200])], ids=["table", "overflow"])
def test_what_is_no_series_is_refused(solve, bad):
    with pytest.raises(DataError):
        solve(bad, 1.0)


@both
@pytest.mark.parametrize(("penalty", "shortest"), [(-1.0, 1), (np.nan, 1), (np.inf, 1), (1.0, 0)])
def test_a_penalty_or_length_without_meaning_is_refused(solve, penalty, shortest):
    with pytest.raises(UsageError):
        solve(np.ones(3), penalty, shortest)


def test_results_cannot_be_written_to():
    partition = optimal_partition(NILE, 1e5)
    assert not any(column.flags.writeable for column in (partition.cost, partition.last, partition.level))
