"""Values between nodes: those of the polynomial through them, at any nodes and places."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.formulas.barycentric import barycentric

NODES = np.array([-1.0, -0.4, 0.1, 0.7, 1.3])
WEIGHTS = np.array([1.0 / np.prod(NODES[i] - np.delete(NODES, i)) for i in range(NODES.size)])


@given(st.lists(st.floats(-1.0, 1.3), min_size=1, max_size=5), st.lists(st.floats(-3.0, 3.0), min_size=5, max_size=5))
def test_any_polynomial_of_its_degree_is_met(places, coefficients):
    places = np.array(places)
    found = barycentric(places, NODES, WEIGHTS) @ np.polyval(coefficients, NODES)
    assert found == pytest.approx(np.polyval(coefficients, places), rel=1e-9, abs=1e-9)


def test_at_a_node_its_value_counts_alone():
    assert np.array_equal(barycentric(NODES, NODES, WEIGHTS), np.eye(NODES.size))


def test_a_common_factor_of_the_weights_does_not_matter():
    places = np.linspace(-1.0, 1.3, 17)
    scaled = barycentric(places, NODES, 8.0 * WEIGHTS)
    assert np.array_equal(scaled, barycentric(places, NODES, WEIGHTS))
