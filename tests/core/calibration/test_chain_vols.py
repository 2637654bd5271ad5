"""The vols of a whole chain from a grid are those of exact prices, in any layout, and refuse what is no quote."""

import numpy as np
import pytest

from outsample.calibration.chain_vols import chain_vols
from outsample.errors import UsageError
from outsample.formulas import implied_vol
from outsample.formulas.fourier import SVCJ, Bates, Heston, Kou, Merton, VarianceGamma, fourier_price

MODELS = (
    Heston(0.55, 4.0, 0.5, 2.2, -0.35),
    Heston(0.05, 2.0, 0.08, 0.6, -0.6),
    Bates(0.05, 2.0, 0.06, 0.5, -0.5, 1.2, -0.08, 0.1),
    SVCJ(0.04, 3.0, 0.05, 0.4, -0.6, 1.0, -0.06, 0.08, 0.05, -0.3),
    Merton(0.2, 1.0, -0.1, 0.12),
    Kou(0.2, 3.0, 0.35, 20.0, 12.0),
    VarianceGamma(0.2, -0.15, 0.1),
)
TENORS = np.array([0.02, 0.05, 0.11, 0.25, 0.6, 1.0, 2.0])


def chain(level):
    """Return strike ratios and tenors up to three standard deviations at a vol."""
    tenor = np.repeat(TENORS, 25)
    return np.exp(level * np.sqrt(tenor) * np.tile(np.linspace(-3.0, 3.0, 25), TENORS.size)), tenor


def exact_vols(model, strike, tenor):
    return implied_vol(fourier_price(model, strike, tenor, strike > 1.0, 1e-13), strike, tenor, strike > 1.0)


@pytest.mark.parametrize("model", MODELS, ids=lambda one: f"{type(one).__name__} {one.parameters[0]:g}")
def test_the_grid_agrees_with_exact_prices_wherever_a_price_is_worth_quoting(model):
    strike, tenor = chain(0.7 if model is MODELS[0] else 0.25)
    found, exact = chain_vols(model, strike, tenor), exact_vols(model, strike, tenor)
    price = fourier_price(model, strike, tenor, strike > 1.0)
    smooth = (price > 1e-7) & ((tenor > 0.5) | (not isinstance(model, VarianceGamma)))
    assert np.count_nonzero(smooth) > 60
    np.testing.assert_allclose(100.0 * found[smooth], 100.0 * exact[smooth], atol=1e-4, rtol=0.0)


def test_order_and_shape_of_a_chain_do_not_matter():
    strike, tenor = chain(0.7)
    found = chain_vols(MODELS[0], strike, tenor)
    order = np.random.default_rng(0).permutation(strike.size)
    np.testing.assert_array_equal(chain_vols(MODELS[0], strike[order], tenor[order]), found[order])
    grid = chain_vols(MODELS[0], np.array([0.9, 1.0, 1.1]), TENORS[:, np.newaxis])
    assert grid.shape == (TENORS.size, 3)
    one = chain_vols(MODELS[0], 1.1, TENORS[2], (float(TENORS[0]), float(TENORS[-1])))
    assert one.shape == ()
    assert one == grid[2, 2]


def test_with_the_ends_given_a_vol_does_not_depend_on_the_other_quotes():
    strike, tenor = chain(0.7)
    whole = chain_vols(MODELS[0], strike, tenor, (0.01, 3.0))
    some = (tenor > 0.1) & (tenor < 1.0)
    np.testing.assert_array_equal(chain_vols(MODELS[0], strike[some], tenor[some], (0.01, 3.0)), whole[some])
    assert (chain_vols(MODELS[0], strike[some], tenor[some]) != whole[some]).any(), "their own ends are others"


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
@pytest.mark.parametrize("is_strike", [True, False], ids=["strike", "tenor"])
def test_what_is_no_quote_has_no_vol_and_its_neighbours_are_unharmed(bad, is_strike):
    strike, tenor = np.array([0.9, 1.0, 1.1]), np.full(3, 0.5)
    whole = chain_vols(MODELS[0], strike, tenor)
    (strike if is_strike else tenor)[1] = bad
    assert chain_vols(MODELS[0], strike, tenor) == pytest.approx([whole[0], np.nan, whole[2]], nan_ok=True)


@pytest.mark.parametrize("ends", [(0.0, 1.0), (-1.0, 1.0), (1.0, 0.5), (np.nan, 1.0), (0.1, np.nan), (0.1, np.inf)])
def test_ends_that_are_none_are_refused(ends):
    with pytest.raises(UsageError, match="^the grid of a chain needs a shortest tenor above 0 .*, found .*; give both"):
        chain_vols(MODELS[0], np.array([1.0]), 0.5, ends)


def test_no_quotes_have_no_vols():
    assert chain_vols(MODELS[0], np.empty(0), np.empty(0)).shape == (0,)
    assert np.isnan(chain_vols(MODELS[0], np.array([np.nan, -1.0]), 1.0)).all()
