"""Block bootstrap: variances known in closed form, seeds, threads, and the kernel against its own Python."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy.signal import lfilter

from outsample.errors import DataError, UsageError
from outsample.inference import Blocks, block_lengths, bootstrap_means
from outsample.inference.block_bootstrap import _resample


@pytest.fixture
def persistent():
    return 5.0 + lfilter([1.0], [1.0, -0.6], np.random.default_rng(1).normal(size=120))


@pytest.mark.parametrize("length", [1, 4, 10, 40])
def test_the_variance_of_circular_means_is_that_of_the_block_means(persistent, length):
    # 120 / length blocks, each equally likely to start anywhere on the circle
    twice = np.tile(persistent, 2)
    blocks = [twice[start : start + length].mean() for start in range(120)]
    means = bootstrap_means(persistent, Blocks.CIRCULAR, length, paths=40_000, seed=2)
    assert means.mean() == pytest.approx(persistent.mean(), abs=5 * means.std() / 200)
    assert means.var() == pytest.approx(np.var(blocks) / (120 / length), rel=0.04)


@pytest.mark.parametrize("length", [1.0, 3.5, 12.0])
def test_the_variance_of_stationary_means_is_that_of_politis_and_romano(persistent, length):
    # Politis and Romano 1994, doi:10.1080/01621459.1994.10476870, lemma 1, with p = 1 / length
    centred, p, n = persistent - persistent.mean(), 1 / length, 120
    variance = (centred**2).mean()
    for lag in range(1, n):
        weight = (1 - lag / n) * (1 - p) ** lag + lag / n * (1 - p) ** (n - lag)
        variance += 2 * weight * (centred[lag:] @ centred[: n - lag]) / n
    means = bootstrap_means(persistent, Blocks.STATIONARY, length, paths=40_000, seed=3)
    assert means.mean() == pytest.approx(persistent.mean(), abs=5 * means.std() / 200)
    assert means.var() == pytest.approx(variance / n, rel=0.04)


def test_the_two_kinds_agree_where_blocks_are_single_times(persistent):
    circular, stationary = (bootstrap_means(persistent, kind, 1.0, paths=20_000, seed=4) for kind in Blocks)
    assert circular.var() == pytest.approx(persistent.var() / 120, rel=0.05)
    assert stationary.var() == pytest.approx(persistent.var() / 120, rel=0.05)


def test_a_block_as_long_as_the_series_leaves_its_mean(persistent):
    means = bootstrap_means(persistent, Blocks.CIRCULAR, 500.0, paths=50)
    assert means == pytest.approx(np.full(50, persistent.mean()), rel=1e-12)


@pytest.mark.parametrize("blocks", Blocks)
def test_equal_seeds_give_equal_means_in_any_thread_and_others_do_not(persistent, blocks):
    here = bootstrap_means(persistent, blocks, 5.0, paths=300, seed=5)
    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(bootstrap_means, persistent, blocks, 5.0, paths=300, seed=5) for _ in range(6)]
        assert all(np.array_equal(job.result(), here) for job in jobs)
    assert not np.array_equal(bootstrap_means(persistent, blocks, 5.0, paths=300, seed=6), here)


@pytest.mark.parametrize("is_fixed", [True, False])
@pytest.mark.parametrize("length", [1.0, 7.0, 300.0])
def test_machine_code_draws_what_python_draws(persistent, length, is_fixed):
    doubled = np.concatenate(([0.0], np.cumsum(np.tile(persistent, 2))))
    compiled, plain = np.empty(40), np.empty(40)
    _resample(doubled, length, is_fixed, np.random.default_rng(7), compiled)
    getattr(_resample, "py_func", _resample)(doubled, length, is_fixed, np.random.default_rng(7), plain)
    assert compiled == pytest.approx(plain, rel=1e-13)


@pytest.mark.parametrize("blocks", Blocks)
def test_a_shift_and_a_factor_pass_through(persistent, blocks):
    here = bootstrap_means(persistent, blocks, 5.0, paths=100, seed=8)
    there = bootstrap_means(1e6 - 2.0 * persistent, blocks, 5.0, paths=100, seed=8)
    assert there == pytest.approx(1e6 - 2.0 * here, rel=1e-12)


def test_automatic_lengths_grow_with_persistence_and_are_never_below_one():
    generator = np.random.default_rng(9)
    white = generator.normal(size=400)
    short, long = block_lengths(white), block_lengths(lfilter([1.0], [1.0, -0.9], generator.normal(size=400)))
    assert 1.0 <= short.circular < long.circular
    assert 1.0 <= short.stationary < long.stationary
    assert (short.of(Blocks.CIRCULAR), short.of(Blocks.STATIONARY)) == (short.circular, short.stationary)
    assert block_lengths(np.full(30, 3.0)).circular == 1.0
    assert block_lengths(np.where(np.arange(40) % 2, 1.0, -1.0)).stationary >= 1.0


@pytest.mark.parametrize(
    ("values", "length", "paths"), [([], 2.0, 9), ([1.0], 0.5, 9), ([1.0], np.nan, 9), ([1.0], 2.0, 0)]
)
def test_what_cannot_be_resampled_is_refused(values, length, paths):
    with pytest.raises(UsageError, match="needs values, paths and a block length of at least 1"):
        bootstrap_means(np.array(values), Blocks.CIRCULAR, length, paths=paths)


def test_a_missing_value_is_refused():
    with pytest.raises(DataError, match="found 1 of 3 that are not"):
        bootstrap_means(np.array([1.0, np.nan, 2.0]), Blocks.CIRCULAR, 1.0)
