"""Sums over quotes are sums over nodes, and none can tell how many of them are kept."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.calibration.paths import parameter_paths
from outsample.cumulative import Cumulative
from outsample.models.parametric_smile import Sabr, Svi
from outsample.models.parametric_smile.lattice import (
    BEND,
    NODE_MONEYNESS,
    NODE_TENOR,
    NODES,
    lattice_of,
)
from outsample.models.parametric_smile.node_sums import MOST_KEPT, STRETCH, NodeSums


@pytest.fixture(scope="module")
def data(quotes_of):
    return quotes_of(lambda k, tenor, day: 0.5 + 0.1 * k + 0.2 * k**2 / tenor + 0.01 * day)


def coordinates(moneyness, tenor):
    return np.arcsinh(2.0 * moneyness), np.arcsinh(np.sqrt(tenor) / BEND)


@given(st.integers(0, 5), st.integers(0, 5))
def test_a_polynomial_of_degree_five_is_summed_exactly(data, across, along):
    seen, weights = data.observed, lattice_of(data).sums.through(data.times.size)
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
    wide = lattice_of(far).sums.through(far.times.size)
    assert wide[:NODES].sum() == pytest.approx(far.observed.size)
    assert wide[NODES:].sum() == pytest.approx(far.observed.implied_vol.sum())


# --- What is kept -----------------------------------------------------------------------------------------------------


def summed(values, most):
    """Return the sums of (m, c) rows."""

    def go_on(time, rows):
        for t in range(rows.shape[0] - 1):
            rows[t + 1] = rows[t] + values[time + t]

    return NodeSums.of(values.shape[0], values.shape[1], go_on, most)


@given(st.integers(1, 3 * STRETCH), st.integers(1, 40), st.data())
def test_sums_that_are_not_kept_have_the_bits_of_those_that_are(times, most, data):
    values = np.random.default_rng(times).normal(size=(times, 3))
    few, sums = summed(values, most), Cumulative.of(values, centred=False)
    assert few.kept.shape[0] <= most + 1
    start = data.draw(st.integers(0, times))
    rows = slice(start, data.draw(st.integers(start, times)))
    assert few.through(rows.stop).tobytes() == sums.sums[rows.stop].tobytes()
    assert few.total(rows).tobytes() == sums.total(rows).tobytes()
    parts = list(few.stretches(rows))
    joined = [parts[0][0], *(row for part in parts for row in part[1:])] if parts else [sums.sums[rows.start]]
    assert np.array(joined).tobytes() == sums.sums[rows.start : rows.stop + 1].tobytes()


@pytest.mark.parametrize("times", [1, MOST_KEPT, MOST_KEPT + 1, 100_000, 10_000_000])
def test_memory_is_bounded_at_any_length(times):
    kept = NodeSums.of(times, 1, lambda _time, _rows: None).kept.shape[0]
    assert 16 * NODES * kept < 100e6
    assert kept == times + 1 if times <= MOST_KEPT else kept > MOST_KEPT // 2


def told(model, data, train):
    """Return everything that a fit says, as bytes."""
    found = model.fit(data, train).found
    numbers = (found.values, found.standard_errors, found.covariance)
    return b"".join(np.asarray(one).tobytes() for one in numbers)


def bent(k, tenor, day):
    return 0.5 + 0.1 * k + 0.2 * k**2 / tenor + 0.01 * np.sin(day)


@pytest.mark.parametrize("model", [Svi(), Sabr()], ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("most", [1, 4, 11])
def test_no_fit_can_tell_how_much_is_kept(model, most, quotes_of, window, monkeypatch):
    whole = quotes_of(bent, noise=0.01)
    expected = [told(model, whole, window(whole, *ends)) for ends in ((0, 25), (3, 4), (2, 17))]
    path = parameter_paths(whole, model)
    monkeypatch.setattr(NodeSums, "of", partial(NodeSums.of, most=most))
    bounded = quotes_of(bent, noise=0.01)
    assert lattice_of(bounded).sums.every == -(-25 // most)
    assert [told(model, bounded, window(bounded, *ends)) for ends in ((0, 25), (3, 4), (2, 17))] == expected
    assert parameter_paths(bounded, model).values.tobytes() == path.values.tobytes()


def test_times_after_the_window_change_no_bit_although_they_change_what_is_kept(quotes_of, window, monkeypatch):
    monkeypatch.setattr(NodeSums, "of", partial(NodeSums.of, most=5))
    longer, shorter = quotes_of(bent, 25, 0.01), quotes_of(bent, 16, 0.01)
    assert lattice_of(longer).sums.every > lattice_of(shorter).sums.every
    for ends in ((0, 15), (3, 9), (7, 8)):
        assert told(Svi(), longer, window(longer, *ends)) == told(Svi(), shorter, window(shorter, *ends))
