"""Bai and Perron: published values, enumeration, prefixes; and the dates of breaks with their intervals."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.errors import DataError, UsageError
from outsample.regimes.breaks import bai_perron, break_dates, date_law, fixed_breaks, fixed_breaks_plain

both = pytest.mark.parametrize("solve", [fixed_breaks, fixed_breaks_plain], ids=["kernel", "twin"])
values = st.lists(st.floats(-20, 20, allow_subnormal=False).map(lambda x: round(x, 2)), min_size=6, max_size=14)


def line(size):
    return np.column_stack((np.ones(size), np.random.default_rng(99).normal(size=size)))


def residual(target, regressors, starts):
    edges = [*starts, target.size]
    total = 0.0
    for i, j in zip(edges[:-1], edges[1:], strict=True):
        x, y = regressors[i:j], target[i:j]
        total += float(((y - x @ np.linalg.pinv(x) @ y) ** 2).sum())
    return total


def test_the_nile_has_the_published_residuals_criteria_and_breaks(nile):
    # strucchange, `summary(breakpoints(Nile ~ 1))`; its breaks are last observations counted from 1, as ours are
    # first ones counted from 0
    rows = [
        ([], 2835157, 1318),
        ([28], 1597457, 1270),
        ([28, 83], 1552924, 1276),
        ([28, 68, 83], 1538097, 1285),
        ([28, 45, 68, 83], 1507888, 1292),
        ([15, 30, 45, 68, 83], 1659994, 1311),
    ]
    found = bai_perron(nile)
    assert len(found.models) == len(rows)
    for model, (breaks, squares, criterion) in zip(found.models, rows, strict=True):
        assert model.starts[1:].tolist() == breaks
        assert model.residual == pytest.approx(squares, abs=0.5 + 0.01)  # printed without decimals, halves rounded
        assert model.bayes_criterion == pytest.approx(criterion, abs=0.5)
    assert found.chosen.starts.tolist() == [0, 28]


def test_the_break_of_the_nile_is_dated_as_published(nile):
    # strucchange, `confint`: 1895 to 1902 as the last year of the old segment, so 1896 to 1903 as the first of the new
    (date,) = break_dates(nile, None, bai_perron(nile).chosen.starts)
    assert date.index + 1871 == 1899
    assert (date.low + 1871, date.high + 1871) == (1896, 1903)


@both
@given(data=values.map(np.array), shortest=st.integers(3, 4), with_slope=st.booleans())
def test_no_other_segmentation_with_as_many_breaks_has_less_left(solve, data, shortest, with_slope):
    x = line(data.size) if with_slope else np.ones((data.size, 1))
    found = solve(data, x, shortest, 2)
    for breaks in range(3):
        every = ([0, *cuts] for cuts in combinations(range(1, data.size), breaks))
        allowed = [one for one in every if np.diff([*one, data.size]).min() >= shortest]
        if not allowed:
            assert found.residual[breaks, -1] == np.inf
            continue
        expected = min(residual(data, x, one) for one in allowed)
        assert found.residual[breaks, -1] == pytest.approx(expected, rel=1e-9, abs=1e-9)
        assert residual(data, x, found.starts(breaks, data.size)) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_ruptures_finds_the_same_breaks():
    ruptures = pytest.importorskip("ruptures", reason="no wheel of ruptures for this Python")
    data = np.random.default_rng(3).normal(size=90) + np.repeat([0.0, 2.0, -1.0], 30)
    found = fixed_breaks(data, None, 4, 5)
    for breaks in range(1, 6):
        theirs = ruptures.Dynp(model="l2", min_size=4, jump=1).fit(data).predict(breaks)
        assert [*found.starts(breaks, 90)[1:].tolist(), 90] == theirs


def test_every_prefix_is_bitwise_what_a_run_on_it_alone_gives():
    random = np.random.default_rng(3)
    data, x = random.normal(size=80), line(80)
    whole = fixed_breaks(data, x, 5, 3)
    for prefix in (5, 9, 10, 33, 79):
        tail = random.normal(scale=1e6, size=80 - prefix)
        for part in (
            fixed_breaks(data[:prefix], x[:prefix], 5, 3),
            fixed_breaks(np.concatenate((data[:prefix], tail)), x, 5, 3),
        ):
            assert part.residual[:, : prefix + 1].tobytes() == whole.residual[:, : prefix + 1].tobytes()
            assert part.last[:, : prefix + 1].tobytes() == whole.last[:, : prefix + 1].tobytes()
            for breaks in range(prefix // 5 if prefix < 20 else 4):
                assert part.starts(breaks, prefix).tolist() == whole.starts(breaks, prefix).tolist()


def test_planted_breaks_of_a_slope_are_chosen_and_dated():
    random = np.random.default_rng(5)
    x = line(300)
    y = np.repeat([1.0, -0.5, 1.5], 100) * x[:, 1] + 6e4 + 0.5 * random.normal(size=300)
    found = bai_perron(y, x, most_breaks=4)
    assert found.chosen.starts.size == 3
    dates = break_dates(y, x, found.chosen.starts)
    for date, planted in zip(dates, (100, 200), strict=True):
        assert abs(date.index - planted) <= 3
        assert date.index - 10 < date.low <= date.index <= date.high < date.index + 10


def test_noise_has_no_break():
    assert bai_perron(np.random.default_rng(1).normal(size=200)).chosen.starts.tolist() == [0]


def test_what_fits_exactly_takes_the_fewest_breaks():
    found = bai_perron(np.repeat([0.1, 0.7, 0.4], 10), shortest=3, most_breaks=4)
    assert found.chosen.starts.tolist() == [0, 10, 20]
    assert found.chosen.bayes_criterion == -np.inf
    assert [
        (date.low, date.high) for date in break_dates(np.repeat([0.1, 0.7, 0.4], 10), None, found.chosen.starts)
    ] == [
        (10, 10),
        (20, 20),
    ]


def test_more_breaks_than_there_is_room_for_are_left_out():
    assert len(bai_perron(np.arange(12.0), shortest=5, most_breaks=9).models) == 2
    with pytest.raises(UsageError, match="ask for fewer"):
        fixed_breaks(np.arange(12.0), None, 5, 3).starts(2, 12)


def test_bad_input_is_refused_in_a_sentence():
    with pytest.raises(DataError, match="fit exactly"):
        bai_perron(np.full(40, 0.1))
    with pytest.raises(DataError, match="at least one segment of 15"):
        bai_perron(np.ones(2), shortest=15)
    with pytest.raises(DataError, match="found 1 of 30"):
        bai_perron(np.append(np.arange(29.0), np.nan))
    with pytest.raises(DataError, match="align the rows"):
        bai_perron(np.arange(30.0), np.ones((29, 1)))
    for shortest, breaks in ((1, 2), (5, -1)):
        with pytest.raises(UsageError, match="lengthen the segments"):
            fixed_breaks(np.arange(30.0), None, shortest, breaks)
    with pytest.raises(DataError, match="longer segments"):
        break_dates(np.arange(30.0), line(30), np.array([0, 1]))
    for starts, confidence in (([1, 5], 0.95), ([0, 40], 0.95), ([0, 5, 5], 0.95), ([0, 5], 1.0)):
        with pytest.raises(UsageError, match="starts that ascend"):
            break_dates(np.arange(30.0), None, np.array(starts), confidence)


def test_the_law_of_equal_sides_has_yaos_quantiles():
    # Yao 1987, doi:10.1214/aos/1176350509; Bai 1997 rounds them to 7 and 11
    np.testing.assert_allclose(date_law(np.array([-11.03, 0.0, 7.69, 11.03])), [0.025, 0.5, 0.95, 0.975], atol=2e-4)


@pytest.mark.parametrize(("moments", "variances"), [(1.0, 1.0), (2.0, 0.5), (0.5, 4.0)])
def test_the_law_is_that_of_two_drifting_motions(moments, variances):
    random, step, paths = np.random.default_rng(17), 0.02, 2500
    before = np.cumsum(np.sqrt(step) * random.normal(size=(paths, 2000)) - 0.5 * step, axis=1)
    spread = np.sqrt(moments / variances)
    after = np.cumsum(spread * np.sqrt(step) * random.normal(size=(paths, 2000)) - 0.5 * moments * step, axis=1)
    left, right = before.max(axis=1), after.max(axis=1)
    place = np.where(left > right, -step * (before.argmax(axis=1) + 1), step * (after.argmax(axis=1) + 1))
    place[np.maximum(left, right) < 0.0] = 0.0
    at = np.array([-6.0, -3.0, -1.0, 1.0, 3.0, 6.0])
    found = (place[:, None] <= at).mean(axis=0)
    np.testing.assert_allclose(date_law(at, moments, variances), found, atol=0.03)
    assert date_law(np.array([-1e6, 1e6]), moments, variances).tolist() == pytest.approx([0.0, 1.0], abs=1e-12)
    assert date_law(np.array(0.0), moments, variances) == pytest.approx(variances / (1.0 + variances), rel=1e-12)


@given(st.floats(0.01, 100.0), st.floats(0.01, 100.0), st.floats(-50.0, 50.0))
def test_the_law_read_from_the_other_side_is_the_same(moments, variances, place):
    # the same path, with time and size measured by the other side's drift and variance
    other = -place * moments * variances
    here, there = date_law(np.array(place), moments, variances), date_law(np.array(other), 1 / moments, 1 / variances)
    assert here == pytest.approx(1.0 - there, abs=1e-9)


@pytest.mark.parametrize("sides_differ", [True, False])
def test_intervals_cover_a_planted_break_about_as_often_as_they_say(sides_differ):
    random, hits = np.random.default_rng(2), 0
    for _ in range(200):
        data = random.normal(size=120) + np.repeat([0.0, 1.5], [50, 70])
        (date,) = break_dates(data, None, fixed_breaks(data, None, 15, 1).starts(1, 120), 0.9, sides_differ)
        hits += date.low <= 50 <= date.high
    assert 0.85 <= hits / 200 <= 0.98


def test_a_noisier_side_leaves_more_room_on_it():
    random = np.random.default_rng(4)
    data = np.concatenate((random.normal(scale=0.3, size=100), 2.0 + random.normal(scale=2.0, size=100)))
    (date,) = break_dates(data, None, np.array([0, 100]))
    assert 100 - date.low > date.high - 100
    (alike,) = break_dates(data, None, np.array([0, 100]), sides_differ=False)
    assert 100 - alike.low == alike.high - 100
