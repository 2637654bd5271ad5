"""Bounds on what a range leaves out, against ranges that were chosen for the model and prices on them."""

import math

import numpy as np
import pytest

from outsample.formulas.fourier import Bates, Heston, Merton
from outsample.formulas.fourier.layout import Layout
from outsample.formulas.fourier.tail_bounds import TailBounds

TENORS = np.array([0.02, 0.25, 1.0])
TOLERANCE = 1e-7
MODELS = [
    Heston(0.3, 4.0, 0.3, 1.5, -0.3),
    Bates(0.2, 3.0, 0.25, 0.8, -0.4, 1.0, -0.15, 0.15),
    Merton(0.4, 1.0, -0.2, 0.2),
]
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)


def layout_of(model, tolerance=TOLERANCE, strikes=(0.5,)):
    """Return how some strikes of every tenor are priced; ``ln(K / F)`` up to 0.5 is allowed for."""
    starts = len(strikes) * np.arange(TENORS.size + 1)
    return Layout.of(model, TENORS, starts, np.tile(strikes, TENORS.size), tolerance)


@every_model
def test_ranges_leave_out_no_more_than_the_tolerance_of_the_model_they_were_chosen_for(model):
    bounds = TailBounds.of(model, layout_of(model), 0.5)
    beyond = bounds.beyond(model)
    assert (beyond <= math.log(TOLERANCE) + 2.5).all()  # ranges choose their powers more finely
    assert (beyond >= math.log(TOLERANCE) - 3.0).all()


@every_model
def test_the_bound_is_above_what_a_range_leaves_out_of_prices(model):
    """A range too narrow for a wilder model: the error of its series is below the bound, and the bound is not idle."""
    strikes = np.array([-0.5, -0.2, 0.0, 0.2, 0.5])
    layout = layout_of(model, 1e-3, strikes)
    bounds = TailBounds.of(model, layout, 0.5)
    log_strike = np.tile(strikes, TENORS.size)
    narrow = layout.stretched(1.0, 8.0).puts(model, log_strike, False)[0][0]
    exact = layout_of(model, 1e-12, strikes).puts(model, log_strike, False)[0][0]
    error = np.abs(narrow - exact).reshape(TENORS.size, -1).max(axis=1)
    allowed = np.exp(bounds.beyond(model))
    assert (error <= 2.0 * allowed).all()  # one at either end
    assert (allowed <= 1e4 * error).all()


@every_model
def test_more_room_leaves_out_less_and_fatter_tails_leave_out_more(model):
    layout = layout_of(model)
    powers = TailBounds.of(model, layout, 0.5)
    wider = TailBounds.of(model, layout.stretched(1.3, 1.0), 0.5)
    assert (wider.beyond(model) < powers.beyond(model) - 1.0).all()
    scaled = model.parameters.copy()
    scaled[0] *= 4.0
    assert (powers.beyond(type(model)(*scaled.tolist())) > powers.beyond(model)).all()


def test_a_moment_that_does_not_exist_bounds_nothing():
    calm = Heston(0.3, 4.0, 0.3, 0.5, -0.3)
    bounds = TailBounds.of(calm, layout_of(calm), 0.5)
    assert np.isposinf(bounds.beyond(Heston(0.3, 0.1, 0.3, 8.0, -0.99))).any()
