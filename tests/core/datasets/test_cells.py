"""Cells: half-open bins with open ends, the same edges as the definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.datasets import Axis, Grid
from outsample.datasets.cells import TENOR_EDGES
from outsample.typing import DAY, YEAR

EDGES = (-2.0, -1.25, -0.75, -0.25, 0.25, 0.75, 1.25, 2.0)


def column(grid, coordinate):
    return int(grid.cell(np.array([coordinate]), np.array([10.0]))[0]) % grid.columns


def row(grid, days):
    return int(grid.cell(np.array([0.0]), np.array([days]))[0]) // grid.columns


def test_the_edges_are_those_of_the_definitions():
    assert Grid().edges == EDGES
    assert TENOR_EDGES == (2, 7, 14, 30, 60, 90, 180)
    assert (Grid().columns, Grid().rows, Grid().size) == (9, 8, 72)


@given(st.floats(-10, 10), st.floats(0.01, 2_000))
def test_a_quote_lies_in_the_bin_whose_edges_are_around_it(x, days):
    grid = Grid()
    edges, tenors = (-np.inf, *EDGES, np.inf), (-np.inf, *TENOR_EDGES, np.inf)
    c, r = column(grid, x), row(grid, days)
    assert edges[c] <= x < edges[c + 1]
    assert tenors[r] <= days < tenors[r + 1]


@pytest.mark.parametrize("days", TENOR_EDGES)
def test_a_tenor_of_exactly_an_edge_opens_the_longer_bin_whatever_the_rounding(days):
    tenor_years = (days * DAY) / YEAR
    grid = Grid()
    shorter = (days * DAY - 1_000_000_000) / YEAR
    assert row(grid, tenor_years * 365.0) == TENOR_EDGES.index(days) + 1
    assert row(grid, shorter * 365.0) == TENOR_EDGES.index(days)


@given(st.floats(0.0, 1.0))
def test_deltas_run_from_low_strikes_to_high_ones(delta):
    grid = Grid(Axis.DELTA)
    edges = (np.inf, *grid.edges, -np.inf)
    c = column(grid, delta)
    assert edges[c] >= delta > edges[c + 1] or (c == 0 and delta > grid.edges[0])


@pytest.mark.parametrize("axis", Axis)
def test_there_is_one_label_a_bin(axis):
    grid = Grid(axis)
    assert len(grid.column_labels()) == grid.columns == len(set(grid.column_labels()))
    assert len(grid.row_labels()) == grid.rows == len(set(grid.row_labels()))


def test_nothing_lands_in_the_last_column():
    assert column(Grid(), np.nan) == Grid().columns - 1
