"""Fluctuation test: window sums by brute force, the printed band, and changes that cancel over the whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.errors import UsageError
from outsample.inference import LossVariance, bartlett_variance, critical_band, fluctuation_test, long_run
from outsample.test_result import NotTested

# Giacomini and Rossi 2010, doi:10.1002/jae.1177, table I, two-sided
PRINTED = {
    0.1: (3.393, 3.170),
    0.2: (3.179, 2.948),
    0.3: (3.012, 2.766),
    0.4: (2.890, 2.626),
    0.5: (2.779, 2.500),
    0.6: (2.634, 2.356),
    0.7: (2.560, 2.252),
    0.8: (2.433, 2.130),
    0.9: (2.248, 1.950),
}


@pytest.mark.parametrize(("share", "values"), PRINTED.items())
def test_the_band_is_the_printed_one(share, values):
    assert (critical_band(share, 0.05), critical_band(share, 0.10)) == values


def test_the_band_is_linear_between_the_printed_shares_and_narrower_on_one_side():
    assert critical_band(0.15) == pytest.approx((3.393 + 3.179) / 2)
    assert critical_band(0.875, 0.1) == pytest.approx(2.130 + 0.75 * (1.950 - 2.130))
    for share in np.linspace(0.1, 0.9, 33):
        for level in (0.05, 0.10):
            assert critical_band(share, level, is_two_sided=False) < critical_band(share, level)
        # one side at 5 % is close to two sides at 10 %, since both are rarely left by one path
        assert critical_band(share, is_two_sided=False) == pytest.approx(critical_band(share, 0.10), abs=0.06)


def test_the_one_sided_band_is_the_printed_one():
    # the same table, one-sided
    five = [3.176, 2.938, 2.770, 2.624, 2.475, 2.352, 2.248, 2.080, 1.975]
    ten = [2.928, 2.676, 2.482, 2.334, 2.168, 2.030, 1.904, 1.740, 1.600]
    assert [critical_band(share, 0.05, is_two_sided=False) for share in PRINTED] == five
    assert [critical_band(share, 0.10, is_two_sided=False) for share in PRINTED] == ten


@pytest.mark.parametrize("window", [20, 31, 90])
def test_the_statistic_is_the_sum_of_each_window_over_its_spread(window):
    values = 1e3 + np.random.default_rng(1).normal(size=100)
    found = fluctuation_test(values, window, variance=LossVariance.BARTLETT)
    sums = np.array([values[start : start + window].sum() for start in range(100 - window + 1)])
    assert found.statistic == pytest.approx(sums / np.sqrt(window * bartlett_variance(values)), rel=1e-9)
    assert (found.window, found.n, found.statistic.size) == (window, 100, 101 - window)
    assert found.centre.tolist() == [start + window // 2 for start in range(101 - window)]


def test_cosines_are_the_standard_here_too():
    values = np.random.default_rng(2).normal(size=100)
    found = fluctuation_test(values, 30)
    expected = values[:30].sum() / np.sqrt(30 * long_run(values).long_run_variance)
    assert found.statistic[0] == pytest.approx(expected, rel=1e-9)


def test_a_change_that_cancels_over_the_whole_is_found_where_it_is():
    generator = np.random.default_rng(3)
    values = generator.normal(size=400) + np.where(np.arange(400) < 200, 0.8, -0.8)
    found = fluctuation_test(values, 100, variance=LossVariance.PLAIN, names=("SVI", "flat vol"))
    assert abs(values.mean()) < 0.15
    assert found.rejects
    first, second = found.is_outside & (found.centre < 200), found.is_outside & (found.centre > 200)
    assert (found.statistic[first] > 0).all()
    assert (found.statistic[second] < 0).all()
    assert found.sentence == (
        f"Of 301 windows of 100 times, SVI was worse than flat vol by more than chance explains in {first.sum()} "
        f"and better in {second.sum()}."
    )


def test_one_side_does_not_see_the_other():
    values = np.random.default_rng(4).normal(-2.0, size=100)
    two, one = fluctuation_test(values, 30), fluctuation_test(values, 30, is_two_sided=False)
    assert two.rejects
    assert not one.rejects
    assert not one.is_outside.any()
    assert one.sentence.endswith("was no worse for the first than chance explains.")
    assert fluctuation_test(-values, 30, is_two_sided=False).rejects


series = st.lists(st.floats(-9, 9).map(lambda x: round(x, 3)), min_size=20, max_size=60).map(np.array)


@given(series, st.floats(0.1, 0.9), st.sampled_from([-1.0, 0.25, -8.0]), st.booleans())
def test_a_factor_changes_nothing_but_the_sign(values, share, factor, is_ten):
    window = int(np.ceil(share * values.size))
    if window / values.size > 0.9:
        return
    level = 0.10 if is_ten else 0.05
    here, there = (fluctuation_test(one, window, level=level) for one in (values, factor * values))
    if isinstance(here, NotTested):
        assert isinstance(there, NotTested)
        return
    assert there.statistic == pytest.approx(np.sign(factor) * here.statistic, rel=1e-6, abs=1e-6)
    assert here.critical == there.critical == critical_band(window / values.size, level)
    assert here.rejects == bool((np.abs(here.statistic) > here.critical).any())


@pytest.mark.parametrize("window", [0, 9, 91, 100, -5])
def test_a_window_outside_the_table_is_refused(window):
    with pytest.raises(UsageError, match=r"needs 0\.1 to 0\.9 of the times"):
        fluctuation_test(np.arange(100.0), window)


@pytest.mark.parametrize("level", [0.01, 0.5, np.nan])
def test_a_level_that_is_not_tabulated_is_refused(level):
    with pytest.raises(UsageError, match=r"needs a level of 0\.05 or 0\.1"):
        fluctuation_test(np.arange(100.0), 30, level=level)
