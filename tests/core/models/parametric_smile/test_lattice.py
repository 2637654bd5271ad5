"""Sums over quotes are sums over nodes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.models.parametric_smile.lattice import (
    BEND,
    NODE_MONEYNESS,
    NODE_TENOR,
    NODES,
    lattice_of,
)


@pytest.fixture(scope="module")
def data(quotes_of):
    return quotes_of(lambda k, tenor, day: 0.5 + 0.1 * k + 0.2 * k**2 / tenor + 0.01 * day)


def coordinates(moneyness, tenor):
    return np.arcsinh(2.0 * moneyness), np.arcsinh(np.sqrt(tenor) / BEND)


@given(st.integers(0, 5), st.integers(0, 5))
def test_a_polynomial_of_degree_five_is_summed_exactly(data, across, along):
    seen, weights = data.observed, lattice_of(data).sums.sums[-1]
    places = coordinates(seen.log_moneyness / np.sqrt(seen.tenor), seen.tenor)
    nodes = coordinates(NODE_MONEYNESS, NODE_TENOR)
    expected, found = (x**across * t**along for x, t in (places, nodes))
    size = np.abs(expected).sum()
    assert found @ weights[:NODES] == pytest.approx(expected.sum(), abs=1e-11 * size)
    assert found @ weights[NODES:] == pytest.approx(expected @ seen.implied_vol, abs=1e-11 * size)


def test_a_window_is_the_difference_of_two_sums(data):
    lattice, seen = lattice_of(data), data.observed
    rows = slice(4, 11)
    inside = (seen.time_index >= rows.start) & (seen.time_index < rows.stop)
    weights = lattice.sums.total(rows)
    assert weights[:NODES].sum() == pytest.approx(inside.sum(), rel=1e-12)
    assert weights[NODES:].sum() == pytest.approx(seen.implied_vol[inside].sum(), rel=1e-12)
    count, squares = lattice.squares.total(rows)
    assert count == inside.sum()
    assert squares == pytest.approx((seen.implied_vol[inside] ** 2).sum(), rel=1e-12)


def test_quotes_beyond_the_lattice_count_at_its_edge(quotes_of):
    far = quotes_of(lambda k, tenor, day: np.full(k.size, 25.0) + 0.0 * tenor * day, days=2)
    wide = lattice_of(far).sums.sums[-1]
    assert wide[:NODES].sum() == pytest.approx(far.observed.size)
    assert wide[NODES:].sum() == pytest.approx(far.observed.implied_vol.sum())
