"""Losses per time and cell: composition, closure of the gap, missing cells, missing predictions."""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from outsample.model import Prediction
from outsample.scores import QLIKE, AbsoluteError, ErrorUnit, Functional, Pinball, ScaleDomain, SquaredError
from outsample.study import Losses, Workspace
from outsample.study.losses import observe, tabulate
from outsample.study.workspace import Mask
from outsample.windows import Window


class Table:
    """The least data set there is: observations in cells, scale 1."""

    def __init__(self, times, time_index, cell, n_cells, realised, scale=None):
        self.times = np.asarray(times, dtype=np.int64)
        self.time_index = np.asarray(time_index, dtype=np.int32)
        self.cell = np.asarray(cell, dtype=np.int16)
        self.n_cells = n_cells
        self._realised = np.asarray(realised, dtype=float)
        self._scale = np.ones(self._realised.size) if scale is None else np.asarray(scale, dtype=float)
        self.fingerprint = "table"

    def realised(self, domain: ScaleDomain):
        return self._realised

    def express(self, prediction, domain, observations=slice(None)):
        return prediction

    def scale(self, unit: ErrorUnit):
        return self._scale


@st.composite
def tables(draw):
    """Some observations, in any cells, at most times; and predictions for them."""
    times, cells = draw(st.integers(4, 9)), draw(st.integers(1, 4))
    counts = draw(st.lists(st.integers(0, 5), min_size=times, max_size=times).filter(lambda c: sum(c) > 3))
    index = np.repeat(np.arange(times), counts)
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    size = index.size
    realised = random.normal(size=size)
    data = Table(np.arange(times) * 10, index, random.integers(0, cells, size), cells, realised)
    return data, random.normal(size=size)


def losses_of(data, prediction, score=None, mask=None, stride=1):
    score = score or SquaredError()
    seen = observe(data, score.unit, stride, mask)
    return Losses(score, seen, prediction[seen.rows])


def by_hand(data, values, weights):
    """L_t by loops."""
    out = []
    for t in range(data.times.size):
        cells = {
            c: [v for v, i, d in zip(values, data.time_index, data.cell, strict=True) if (i, d) == (t, c)]
            for c in range(data.n_cells)
        }
        cells = {c: v for c, v in cells.items() if v}
        if weights is None:
            flat = [x for v in cells.values() for x in v]
            out.append(np.mean(flat) if flat else np.nan)
        else:
            total = sum(weights[c] for c in cells)
            out.append(sum(weights[c] * np.mean(v) for c, v in cells.items()) / total if total > 0 else np.nan)
    return np.array(out)


@given(tables(), st.data())
def test_loss_per_time_is_the_weighted_mean_over_cells_that_are_there(table, data):
    history, prediction = table
    losses = losses_of(history, prediction)
    stop = data.draw(st.integers(1, history.times.size))
    weights = losses.seen.composition(Window(0, 10 * stop))
    values = losses.values()
    np.testing.assert_allclose(losses.per_time(), by_hand(history, values, None))
    np.testing.assert_allclose(losses.per_time(weights), by_hand(history, values, weights), atol=1e-12)
    np.testing.assert_allclose(losses.bias_per_time(weights), by_hand(history, losses.errors(), weights), atol=1e-12)


@given(tables(), st.data())
def test_composition_is_the_share_of_quotes_in_the_window(table, data):
    history, prediction = table
    stop = data.draw(st.integers(0, history.times.size))
    found = losses_of(history, prediction).seen.composition(Window(0, 10 * stop))
    inside = history.cell[history.time_index < stop]
    expected = np.bincount(inside, minlength=history.n_cells)
    np.testing.assert_allclose(found, expected / max(inside.size, 1))
    assert found.sum() == pytest.approx(1.0 if inside.size else 0.0)


@given(tables(), st.data())
def test_the_gap_splits_exactly_into_loss_mix_and_their_product(table, data):
    """sum w_tr dl + sum dw l_tr + sum dw dl is the gap of the raw means, over the cells that both windows hold."""
    history, prediction = table
    losses = losses_of(history, prediction)
    cut = data.draw(st.integers(1, history.times.size - 1))
    windows = Window(0, 10 * cut), Window(10 * cut, 10 * history.times.size)
    before, after = (losses.by_cell(part) for part in windows)
    both = (before[:, 0] > 0) & (after[:, 0] > 0)
    assume(both.any())
    w_train, w_test = (part[both, 0] / part[both, 0].sum() for part in (before, after))
    l_train, l_test = before[both, 1], after[both, 1]
    dl, dw = l_test - l_train, w_test - w_train
    in_both = both[history.cell]
    raw = [
        losses.values()[in_both & (history.time_index < cut)],
        losses.values()[in_both & (history.time_index >= cut)],
    ]
    split = (w_train * dl).sum() + (dw * l_train).sum() + (dw * dl).sum()
    assert split == pytest.approx(raw[1].mean() - raw[0].mean(), abs=1e-12)


@given(tables(), st.data())
def test_cells_of_a_window_are_means_over_its_quotes(table, data):
    history, prediction = table
    losses = losses_of(history, prediction)
    start = data.draw(st.integers(0, history.times.size))
    stop = data.draw(st.integers(start, history.times.size))
    found = losses.by_cell(Window(10 * start, 10 * stop))
    values, errors = losses.values(), losses.errors()
    for cell in range(history.n_cells):
        inside = (history.cell == cell) & (history.time_index >= start) & (history.time_index < stop)
        assert found[cell, 0] == inside.sum()
        if inside.any():
            np.testing.assert_allclose(found[cell, 1:], [values[inside].mean(), errors[inside].mean()], atol=1e-12)
        else:
            assert np.isnan(found[cell, 1:]).all()


@given(tables())
def test_what_the_mask_leaves_out_counts_nowhere(table):
    history, prediction = table
    mask = np.random.default_rng(1).random(prediction.size) < 0.6
    wild = np.where(mask, prediction, 1e12)
    some = losses_of(history, wild, mask=mask)
    kept = Table(
        history.times, history.time_index[mask], history.cell[mask], history.n_cells, history.realised(None)[mask]
    )
    fewer = losses_of(kept, prediction[mask])
    np.testing.assert_allclose(some.per_time(), fewer.per_time())
    assert np.array_equal(some.seen.counts, fewer.seen.counts)
    assert some.seen.weightless == int((~mask).sum())


def test_a_missing_scale_or_realised_value_counts_nowhere():
    history = Table([0, 10], [0, 0, 1, 1], [0, 0, 0, 0], 1, [1.0, np.nan, 1.0, 1.0], [1.0, 1.0, np.nan, 1.0])
    losses = losses_of(history, np.array([2.0, 2.0, 2.0, 4.0]))
    assert losses.per_time().tolist() == [1.0, 9.0]
    assert losses.seen.weightless == 2


def test_an_empty_cell_is_left_out_and_the_rest_renormalised():
    history = Table([0, 10, 20], [0, 0, 0, 1, 2], [0, 0, 1, 1, 0], 3, np.zeros(5))
    losses = losses_of(history, np.array([1.0, 1.0, 2.0, 3.0, 4.0]))
    weights = losses.seen.composition(Window(0, 10))
    np.testing.assert_allclose(weights, [2 / 3, 1 / 3, 0.0])
    np.testing.assert_allclose(losses.per_time(weights), [2 / 3 * 1 + 1 / 3 * 4, 9.0, 16.0])
    np.testing.assert_allclose(losses.seen.shares(weights).coverage, [1.0, 1 / 3, 2 / 3])


def test_a_time_whose_cells_the_train_window_never_held_has_no_loss():
    history = Table([0, 10], [0, 1], [0, 1], 2, np.zeros(2))
    losses = losses_of(history, np.ones(2))
    assert np.isnan(losses.per_time(losses.seen.composition(Window(0, 10)))).tolist() == [False, True]
    assert losses.per_time().tolist() == [1.0, 1.0]


def test_a_missing_prediction_makes_its_whole_time_missing_and_no_other():
    history = Table([0, 10, 20], [0, 0, 1, 1, 2], [0, 1, 0, 1, 0], 2, np.zeros(5))
    losses = losses_of(history, np.array([1.0, 1.0, np.nan, 1.0, 1.0]))
    for weights in (None, np.array([0.5, 0.5])):
        assert np.isnan(losses.per_time(weights)).tolist() == [False, True, False]


@pytest.mark.parametrize("score", [SquaredError(), AbsoluteError(), Pinball(0.2), QLIKE()], ids=lambda one: one.name)
def test_the_table_holds_the_sums_of_what_the_score_says(score):
    random = np.random.default_rng(3)
    history = Table(np.arange(5), np.repeat(np.arange(5), 8), random.integers(0, 3, 40), 3, random.normal(size=40))
    losses = losses_of(history, random.uniform(0.5, 1.5, 40), score)
    expected = np.zeros((5, 3, 2))
    for i, (value, error) in enumerate(zip(losses.values(), losses.errors(), strict=True)):
        expected[history.time_index[i], history.cell[i]] += value, error
    np.testing.assert_allclose(losses.table, expected, rtol=1e-12)


@pytest.mark.parametrize("stride", [2, 3])
def test_a_preview_judges_every_other_time_exactly(stride):
    random = np.random.default_rng(3)
    history = Table(np.arange(9), np.repeat(np.arange(9), 4), random.integers(0, 2, 36), 2, random.normal(size=36))
    prediction = random.normal(size=36)
    whole, preview = losses_of(history, prediction), losses_of(history, prediction, stride=stride)
    judged = np.arange(9) % stride == 0
    assert np.array_equal(preview.per_time()[judged], whole.per_time()[judged])
    assert np.isnan(preview.per_time()[~judged]).all()


def test_losses_cannot_be_written_to():
    history = Table([0], [0], [0], 1, [0.0])
    losses = losses_of(history, np.ones(1))
    for array in (losses.table, losses.seen.counts, losses.seen.cell, losses.seen.shares(None).of_sum):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_a_variance_of_nothing_is_no_prediction_and_spoils_no_other_time():
    """A price that stands still for a while has a variance of 0, which QLIKE cannot judge."""
    from outsample.model import Prediction

    history = Table(np.arange(6), np.arange(6), np.zeros(6), 1, np.full(6, 0.5))
    workspace = Workspace(history)
    values = np.array([0.0, 1.0, 1.0, 0.0, 1.0, 1.0])
    made = workspace.predicted("one", lambda: Prediction(values, Functional.VARIANCE))
    assert made.refused == 2
    losses = workspace.losses([made], QLIKE(), 1, Mask.common([made]), None)["one"]
    assert losses.by_cell(Window(4, 6))[0, 1] == pytest.approx(0.25)
    assert np.isnan(losses.per_time()).tolist() == [True, False, False, True, False, False]


@pytest.mark.parametrize("count", [1, 2, 4, 5, 9])
def test_losses_tabulated_together_are_the_bits_of_each_alone(count):
    random = np.random.default_rng(count)
    history = Table(np.arange(7), np.repeat(np.arange(7), 20), random.integers(0, 5, 140), 5, random.normal(size=140))
    predictions = [random.normal(size=140) for _ in range(count)]
    first = losses_of(history, predictions[0])
    weights = first.seen.composition(Window(0, 4))
    together = [Losses(first.score, first.seen, one) for one in predictions]
    tabulate(together, weights)
    for one, prediction in zip(together, predictions, strict=True):
        alone = losses_of(history, prediction)
        assert one.table.tobytes() == alone.table.tobytes()
        assert one.per_time(weights).tobytes() == alone.per_time(weights).tobytes()
        assert one.bias_per_time(weights).tobytes() == alone.bias_per_time(weights).tobytes()


@pytest.mark.parametrize("kind", [np.float32, np.int64, ">f8"])
def test_predictions_of_another_kind_of_number_are_taken_for_what_they_say(kind):
    random = np.random.default_rng(8)
    history = Table(np.arange(4), np.repeat(np.arange(4), 6), random.integers(0, 3, 24), 3, random.normal(size=24))
    workspace, whole = Workspace(history), np.round(10.0 * random.normal(size=24))
    made = [
        workspace.predicted(name, lambda values=values: Prediction(values, Functional.MEAN))
        for name, values in (("plain", whole), ("other", whole.astype(kind)))
    ]
    for score in (SquaredError(), AbsoluteError()):
        found = workspace.losses(made, score, 1, Mask.common(made), None)
        assert found["plain"].table.tobytes() == found["other"].table.tobytes()


def test_the_loss_of_a_cell_is_its_mean_at_each_time():
    history = Table([0, 10, 20], [0, 0, 1, 2, 2], [1, 1, 0, 1, 0], 2, np.zeros(5))
    losses = losses_of(history, np.array([1.0, 3.0, 7.0, 2.0, 5.0]))
    np.testing.assert_allclose(losses.of_cell(1), [5.0, np.nan, 4.0])
    np.testing.assert_allclose(losses.of_cell(0), [np.nan, 49.0, 25.0])


def test_compositions_asked_by_several_threads_are_those_of_their_windows():
    random = np.random.default_rng(9)
    size = 4000
    history = Table(
        np.arange(40), np.sort(random.integers(0, 40, size)), random.integers(0, 5, size), 5, np.zeros(size)
    )
    seen = losses_of(history, np.ones(size)).seen
    windows = [Window(0, stop) for stop in (10, 20, 30, 40)]
    expected = [np.bincount(history.cell[history.time_index < one.stop], minlength=5) for one in windows]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda i: (i % 4, seen.composition(windows[i % 4])), range(20_000)))
    finally:
        sys.setswitchinterval(interval)
    assert all(np.allclose(share, expected[i] / expected[i].sum()) for i, share in found)
