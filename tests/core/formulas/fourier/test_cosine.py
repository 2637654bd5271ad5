"""The cosine series: the kernel, its twin, and the formula of Black."""

import math

import numpy as np
import pytest

from outsample.formulas import black_price
from outsample.formulas.fourier.cosine import TERMS_AT_A_TIME, cosine_nodes, cosine_puts
from outsample.formulas.fourier.plain import cosine_weights_plain, weighted_puts_plain


def cosine_puts_plain(values, slopes, low, high, terms, starts, log_strike):
    """Do what `cosine_puts` does, by the twins."""
    weights = cosine_weights_plain(values, slopes, low, high, terms)
    return weighted_puts_plain(weights, low, high, terms, starts, log_strike)


both = pytest.mark.parametrize(
    "puts", [pytest.param(cosine_puts, id="kernel"), pytest.param(cosine_puts_plain, id="plain")]
)


def slices(counts, vol=0.6):
    """Return what prices slices of these numbers of strikes under Black's model, with the derivative to vol."""
    random = np.random.default_rng(5)
    tenors = np.linspace(0.1, 1.0, len(counts))
    reach = 9.0 * vol * np.sqrt(tenors)
    terms = np.arange(len(counts)) * TERMS_AT_A_TIME + 60
    starts = np.concatenate([[0], np.cumsum(counts)])
    log_strike = random.uniform(-0.7, 0.7, starts[-1])
    nodes, years = cosine_nodes(-reach, reach, terms), np.repeat(tenors, terms)
    shape = years * (nodes * nodes - nodes)
    layout = -reach, reach, terms, starts, log_strike
    return (0.5 * vol**2 * shape, (vol * shape)[np.newaxis], *layout), np.repeat(tenors, counts)


@both
@pytest.mark.parametrize("counts", [[1], [7, 8, 9], [63, 64, 65, 1], [130, 0, 3]], ids=str)
def test_black_by_cosines(puts, counts):
    arguments, tenor = slices(counts)
    found, strike = puts(*arguments), np.exp(arguments[-1])
    puts_of_black = black_price(strike, tenor, np.full(tenor.size, 0.6), np.full(tenor.size, False))
    assert found.shape == (2, sum(counts))
    assert found[0] == pytest.approx(puts_of_black, abs=2e-14)
    lower = -(np.log(strike) + 0.18 * tenor) / (0.6 * np.sqrt(tenor)) + 0.6 * np.sqrt(tenor)
    vega = np.sqrt(tenor / (2.0 * math.pi)) * np.exp(-0.5 * lower**2)
    assert found[1] == pytest.approx(vega, abs=2e-13)


def test_kernel_and_twin_agree_to_rounding():
    arguments, _ = slices([100, 3, 20])
    assert cosine_puts(*arguments) == pytest.approx(cosine_puts_plain(*arguments), abs=3e-15)


@both
def test_a_strike_outside_the_range_has_no_time_value(puts):
    arguments, _ = slices([4])
    low, high = arguments[2][0], arguments[3][0]
    outside = np.array([low - 1.0, low, high, high + 1.0])
    found = puts(*arguments[:-1], outside)
    assert found[0] == pytest.approx([0.0, 0.0, math.exp(high) - 1.0, math.exp(high + 1.0) - 1.0], rel=1e-15)
    assert found[1].tolist() == [0.0, 0.0, 0.0, 0.0]


@both
def test_a_tenor_without_series_is_left_to_another_method(puts):
    (values, slopes, low, high, terms, starts, log_strike), _ = slices([3, 2])
    without = terms.copy()
    without[0] = 0
    found = puts(values[terms[0] :], slopes[:, terms[0] :], low, high, without, starts, log_strike)
    assert np.isnan(found[:, :3]).all()
    assert np.isfinite(found[:, 3:]).all()


def test_a_strike_has_the_same_price_to_the_last_bit_wherever_it_stands():
    arguments, _ = slices([150])
    found = cosine_puts(*arguments)
    order = np.random.default_rng(1).permutation(150)
    shuffled = cosine_puts(*arguments[:-1], arguments[-1][order])
    assert (shuffled == found[:, order]).all()
    alone = [cosine_puts(*arguments[:-2], np.array([0, 1]), arguments[-1][i : i + 1])[:, 0] for i in order]
    assert (np.transpose(alone) == found[:, order]).all()


def test_nodes_start_anew_with_each_tenor():
    nodes = cosine_nodes(np.array([-1.0, -2.0]), np.array([1.0, 2.0]), np.array([2, 3]))
    assert nodes == pytest.approx(1j * math.pi * np.array([0.5, 1.0, 0.25, 0.5, 0.75]))
