"""Losses of vols under premium scores: priced and summed at once, with the bits of pricing first and summing after."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.datasets import PricingTerms
from outsample.model import Prediction
from outsample.scores import AbsoluteError, ErrorUnit, Functional, SquaredError
from outsample.study import Losses, Workspace
from outsample.study.loss_kernels import BLOCK, tabulate_repriced
from outsample.study.loss_kernels_plain import tabulate_repriced_plain
from outsample.study.losses import observe, tabulate
from outsample.study.workspace import Mask
from outsample.windows import Window

UNITS = (ErrorUnit.PRICE, ErrorUnit.COIN, ErrorUnit.PREMIUM_PERCENT, ErrorUnit.HALF_SPREADS)
every_score = pytest.mark.parametrize(
    "score", [kind(unit) for kind in (SquaredError, AbsoluteError) for unit in UNITS], ids=lambda one: one.name
)


@pytest.fixture(params=["rough", "linear"])
def data(request):
    """Return quotes with every fault planted, settled in coin or in USD."""
    return request.getfixturevalue(request.param)


def predictions_of(data, count, seed=0):
    """Return vols that miss those observed, by a tenth of them."""
    random = np.random.default_rng(seed)
    return [data.observed.implied_vol * random.uniform(0.9, 1.1, data.observed.size) for _ in range(count)]


def everything(losses, weights):
    """Return all that comes of losses, as bytes."""
    return losses.table.tobytes(), losses.per_time(weights).tobytes(), losses.bias_per_time(weights).tobytes()


@every_score
@pytest.mark.parametrize("stride", [1, 3])
def test_they_have_the_bits_of_premiums_that_were_made_first(data, score, stride):
    seen = observe(data, score.unit, stride, None)
    weights = seen.composition(Window(int(data.times[0]), int(data.times[40])))
    vols = [np.asarray(one[seen.rows]) for one in predictions_of(data, 6)]
    late = [Losses.of(score, seen, data, one) for one in vols]
    first = [Losses(score, seen, data.express(one, score.unit.domain, seen.rows)) for one in vols]
    for some in (late, first):
        tabulate(some, weights)
    assert all(one.terms is not None and other.terms is None for one, other in zip(late, first, strict=True))
    for one, other in zip(late, first, strict=True):
        assert everything(one, weights) == everything(other, weights)
        assert one.values().tobytes() == other.values().tobytes()
        assert one.errors().tobytes() == other.errors().tobytes()


@pytest.mark.parametrize("count", [1, 2, 4, 5])
def test_several_at_once_have_the_bits_of_each_alone(rough, count):
    score = SquaredError(ErrorUnit.HALF_SPREADS)
    seen = observe(rough, score.unit, 1, None)
    weights = seen.composition(Window(int(rough.times[0]), int(rough.times[40])))
    vols = predictions_of(rough, count)
    together = [Losses.of(score, seen, rough, one) for one in vols]
    tabulate(together, weights)
    for one, values in zip(together, vols, strict=True):
        alone = Losses.of(score, seen, rough, values)
        tabulate([alone], weights)
        assert everything(one, weights) == everything(alone, weights)


def test_nothing_is_expressed_until_a_table_asks_for_it(rough, monkeypatch):
    priced = []
    premiums = PricingTerms.premiums
    monkeypatch.setattr(PricingTerms, "premiums", lambda self, vols: priced.append(vols.size) or premiums(self, vols))
    workspace, (vols,) = Workspace(rough), predictions_of(rough, 1)
    made = [workspace.predicted("one", lambda: Prediction(vols, Functional.MEAN))]
    losses = workspace.losses(made, AbsoluteError(ErrorUnit.COIN), 1, Mask.common(made), None)["one"]
    losses.by_cell(Window(int(rough.times[0]), int(rough.times[-1])))
    assert priced == []
    assert np.shares_memory(losses.given, vols)
    sums = np.zeros(losses.table.shape)
    kept = losses.seen.cell < losses.seen.n_cells
    places = rough.time_index[kept], losses.seen.cell[kept]
    np.add.at(sums, (*places, 0), losses.values()[kept])
    np.add.at(sums, (*places, 1), losses.errors()[kept])
    np.testing.assert_allclose(losses.table, sums, rtol=1e-12, atol=1e-12)
    assert priced == [vols.size]


@pytest.mark.parametrize("score", [SquaredError(ErrorUnit.PRICE), AbsoluteError(ErrorUnit.PRICE)])
@pytest.mark.parametrize("vol", [np.nan, -0.1])
def test_a_vol_without_a_price_makes_its_whole_time_missing_and_no_other(rough, score, vol):
    (vols,) = predictions_of(rough, 1)
    seen = observe(rough, score.unit, 1, None)
    row = int(np.flatnonzero(rough.time_index == 7)[3])
    vols[row] = vol
    found = Losses.of(score, seen, rough, vols).per_time()
    assert np.flatnonzero(np.isnan(found)).tolist() == sorted({7, *np.flatnonzero(np.diff(seen.time_start) == 0)})
    counted = np.ones(vols.size, np.bool_)
    counted[row] = False
    masked = Losses.of(score, observe(rough, score.unit, 1, counted), rough, vols)
    assert np.isfinite(masked.per_time()[7])


@st.composite
def quotes(draw):
    """Return the arguments of the kernel up to its outputs: a few times, one of them longer than a block."""
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    counts = random.integers(0, 9, draw(st.integers(1, 5)))
    counts[random.integers(counts.size)] = draw(st.sampled_from([3, BLOCK, BLOCK + 5, 2 * BLOCK + 1]))
    size, cells = int(counts.sum()), draw(st.integers(1, 4))
    strike, tenor = np.exp(random.normal(0.0, 0.3, size)), random.uniform(0.001, 2.0, size)
    vols = [np.where(random.random(size) < 0.02, np.nan, random.uniform(0.05, 1.5, size)) for _ in range(4)]
    columns = (np.append(0, np.cumsum(counts)), random.integers(0, cells + 1, size).astype(np.uint8), tuple(vols))
    terms = (strike, tenor, strike > random.uniform(0.8, 1.2, size), random.uniform(1e4, 9e4, size))
    observed = (random.normal(size=size), random.uniform(0.5, 2.0, size), draw(st.sampled_from([1, 2])))
    return (*columns, *terms, draw(st.booleans()), *observed, random.random((counts.size, cells)))


@given(quotes(), st.integers(1, 4))
def test_the_kernel_is_its_plain_twin(arguments, count):
    found = []
    for work in (tabulate_repriced, tabulate_repriced_plain):
        of_sum = arguments[-1]
        filled = (np.empty((count, *of_sum.shape, 2)), *np.empty((2, count, of_sum.shape[0])))
        work(*(frozen(one) for one in arguments), *filled)
        found.append(filled)
    for ours, plain in zip(*found, strict=True):
        np.testing.assert_allclose(ours, plain, rtol=1e-9, atol=1e-9 * max(1.0, np.nanmax(np.abs(plain), initial=0.0)))


def frozen(argument):
    """Return an argument as the kernel was compiled for: arrays not to be written to."""
    if isinstance(argument, tuple):
        return tuple(frozen(one) for one in argument)
    if isinstance(argument, np.ndarray):
        argument.flags.writeable = False
    return argument


def test_prices_and_returns_have_nothing_to_be_priced(market):
    seen = observe(market.prices, ErrorUnit.NATS, 1, None)
    assert seen.terms is None
    assert observe(market.quotes, ErrorUnit.VOL_POINTS, 1, None).terms is None
    assert observe(replace(market.quotes), ErrorUnit.COIN, 1, None).terms is not None
