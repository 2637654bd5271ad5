import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.models.value_at_risk.sample_quantile import (
    quantiles_between,
    quantiles_between_twin,
    sample_quantile,
    smallest_sample,
)

LEVELS = [0.0005, 0.01, 0.025, 0.05, 0.07, 0.5]


@pytest.mark.parametrize("level", LEVELS)
def test_the_quantile_of_evenly_spread_probabilities_is_the_level_itself(level):
    # F of the k-th of n order statistics is k / (n + 1) on average, whatever the distribution F.
    for count in (smallest_sample(level), smallest_sample(level) + 1, 2500):
        assert sample_quantile(np.arange(1.0, count + 1) / (count + 1), level) == pytest.approx(level, rel=1e-12)


def test_a_small_sample_is_exceeded_as_often_as_the_level_says():
    random = np.random.default_rng(3)
    uniform = random.uniform(size=(20_000, 120))
    exceeded = [sample_quantile(sample, 0.01) for sample in uniform]  # the chance that the next one falls below
    assert np.mean(exceeded) == pytest.approx(0.01, abs=4 * np.std(exceeded) / np.sqrt(20_000))
    inside = np.quantile(uniform, 0.01, axis=1)  # the default of most packages
    assert np.mean(inside) > 0.017


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("count", [99, 100, 101, 250, 2500])
def test_the_quantile_is_weibulls_as_numpy_has_it(level, count):
    values = np.random.default_rng(count).standard_normal(count)
    if count < smallest_sample(level):
        assert np.isnan(sample_quantile(values, level))
    else:
        assert sample_quantile(values, level) == pytest.approx(np.quantile(values, level, method="weibull"), rel=1e-12)


@pytest.mark.parametrize(("level", "count"), [(0.01, 99), (0.025, 39), (0.05, 19), (0.0005, 1999), (0.03, 33)])
def test_a_sample_is_too_small_where_its_worst_value_is_still_exceeded_too_often(level, count):
    assert smallest_sample(level) == count
    assert 1.0 / (count + 1) <= level + 1e-12
    assert 1.0 / count > level
    assert np.isnan(sample_quantile(np.zeros(count - 1), level))
    assert sample_quantile(np.arange(float(count)), level) == pytest.approx((count + 1) * level - 1.0, abs=1e-9)


@given(st.data(), st.sampled_from([0.01, 0.05, 0.5]), st.booleans())
def test_the_kernel_equals_its_twin_on_any_advancing_stretches(data, level, ties):
    values = np.random.default_rng(data.draw(st.integers(0, 1000))).standard_normal(400)
    if ties:
        values = np.round(values, 1)
    last = np.sort(data.draw(st.lists(st.integers(0, 400), min_size=1, max_size=30)))
    back = data.draw(st.lists(st.integers(0, 400), min_size=last.size, max_size=last.size))
    first = np.minimum(np.maximum.accumulate(np.maximum(last - np.array(back), 0)), last)
    expected = quantiles_between_twin(values, first, last, level)
    np.testing.assert_array_equal(quantiles_between(values, first, last, level), expected)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 9])
def test_the_kernel_selects_right_in_trees_of_any_size(count):
    values = np.random.default_rng(count).permutation(count).astype(np.float64)
    last = np.arange(count + 1)
    first = np.zeros(count + 1, dtype=np.int64)
    expected = [np.nan, *(np.quantile(values[:n], 0.5, method="weibull") for n in range(1, count + 1))]
    np.testing.assert_allclose(quantiles_between(values, first, last, 0.5), expected)
