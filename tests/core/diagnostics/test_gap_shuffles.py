"""Overfit is what random splits show as well; what only the split in time shows is change."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.signal import lfilter

from outsample.catalog import contenders, score
from outsample.datasets import Prices
from outsample.diagnostics.gap import GapCancelledError, split_gap, split_linear_gap
from outsample.diagnostics.gap.shuffles import block_of_each, draws, gap_split, keeps_level
from outsample.diagnostics.gap.study_split import _Pool, _purged
from outsample.diagnostics.gap.wording import amount_text, loss_unit
from outsample.errors import DataError, UsageError
from outsample.report.decay_tables import shuffled_parts
from outsample.study import Study, Workspace, compare
from outsample.test_result import NotTested
from outsample.typing import DAY
from outsample.windows import default_split

from .gap_regression import Regression, regression, squares_of

# --- Draws -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "blocks"), [(1000, 40), (37, 40), (41, 40), (100, 7)])
def test_blocks_are_consecutive_and_of_one_size(count, blocks):
    block = block_of_each(count, blocks)
    sizes = np.bincount(block)
    assert (np.diff(block) >= 0).all()
    assert sizes.size == min(blocks, count)
    assert sizes.max() - sizes.min() <= 1


def test_a_draw_has_whole_blocks_and_the_size_of_the_train_window():
    block = block_of_each(1000, 40)
    found = list(draws(block, 600, 50, seed=3))
    for inside in found:
        assert inside.sum() == 600
        assert set(np.bincount(block, weights=inside).tolist()) == {0.0, 25.0}
    assert len({inside.tobytes() for inside in found}) == 50
    share = np.mean(found, axis=0)
    assert np.abs(share - 0.6).max() < 0.3  # every block is drawn now and then


def test_a_seed_says_which_draws():
    block = block_of_each(100, 20)
    one, same, other = (np.array(list(draws(block, 60, 5, seed))) for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


@pytest.mark.parametrize(("train", "blocks"), [(1, 4), (99, 4)])
def test_neither_set_is_ever_empty(train, blocks):
    for inside in draws(block_of_each(100, blocks), train, 10, 0):
        assert 0 < inside.sum() < 100


def test_the_parts_sum_and_p_counts_draws():
    found = gap_split(2.0, np.array([1.0, 2.0, 3.0, 0.0]), 40, is_persistent=False)
    assert (found.overfit, found.nonstationary) == (1.5, 0.5)
    assert found.p_value == (1 + 2) / (1 + 4)
    assert found.monte_carlo_error == pytest.approx(np.sqrt(5.0 / 3.0) / 2.0)
    assert np.isnan(gap_split(2.0, np.array([1.0]), 40, is_persistent=False).monte_carlo_error)


@pytest.mark.parametrize(("draws_below", "is_persistent", "is_change"), [(19, 0, 1), (18, 0, 0), (19, 1, 0)])
def test_sentence_and_table_call_the_same_gap_a_change(draws_below, is_persistent, is_change):
    """With 19 draws all below the gap in time p is 5 %, which is enough."""
    found = gap_split(1.0, np.linspace(0.0, 0.5, draws_below), 40, bool(is_persistent))
    assert found.is_change == bool(is_change)
    assert shuffled_parts(found)[1].is_clear == bool(is_change)


# --- Persistence -----------------------------------------------------------------------------------------------------


def persistent(random, runs, count, autoregression):
    return lfilter([1.0], [1.0, -autoregression], random.normal(size=(runs, count + 200)), axis=1)[:, 200:]


def judged(count, train, autoregression, runs=400, seed=1):
    """Return how many of histories without change are judged, and how many of all are said to have changed."""
    block, losses = block_of_each(count, 40), persistent(np.random.default_rng(seed), runs, count, autoregression)
    inside = np.array(list(draws(block, train, 20, 0)))
    found = []
    for one in losses:
        gaps = np.array([one[~d].mean() - one[d].mean() for d in inside])
        is_persistent = keeps_level(one[:train], one[train:], 40)
        found.append(gap_split(one[train:].mean() - one[:train].mean(), gaps, 40, is_persistent))
    return np.mean([not one.is_persistent for one in found]), np.mean([one.is_change for one in found])


@pytest.mark.parametrize("autoregression", [0.5, 0.8, 0.9, 0.95])
def test_persistence_is_not_called_change(autoregression):
    """By p alone 9 to 31 % of such histories are."""
    share, false = judged(120, 84, autoregression)
    assert share < 0.3
    assert false < 0.05


@pytest.mark.parametrize("count", [300, 728])
def test_independent_losses_are_judged_at_their_level(count):
    share, false = judged(count, round(0.7 * count), 0.0)
    assert share > 0.98
    assert false < 0.085  # nominal .048; .033 for chance


def test_a_step_between_the_windows_is_no_persistence():
    losses = np.random.default_rng(1).normal(size=400) + 5.0 * (np.arange(400) >= 280)
    assert not keeps_level(losses[:280], losses[280:], 40)
    assert not keeps_level(losses[:280], losses[280:300], 40)
    for few in (19, 1, 0):
        assert keeps_level(losses[:280], losses[280 : 280 + few], 40)
        assert keeps_level(losses[:few], losses[280:], 10)


def test_where_blocks_cannot_tell_no_verdict_is_given():
    data = regression(1, days=400)
    y = persistent(np.random.default_rng(3), 1, 400, 0.9)[0]
    slow = Regression(data.times, data.x, np.exp(0.3 * y) * np.sign(data.y))
    found = split_gap(squares_of(slow), slow, shuffles=20)
    assert found.loss.is_persistent
    assert found.sentence.endswith(
        "; shuffling blocks cannot tell chance from change here, for losses keep their level for long or times are few."
    )
    assert "more than chance" not in found.sentence


# --- Regression ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_scaled", [False, True])
def test_sums_by_block_are_the_fits_they_stand_for(is_scaled):
    import statsmodels.api as sm

    random = np.random.default_rng(1)
    x, y = random.normal(size=(203, 4)), 5.0 + random.normal(size=203) * np.linspace(1.0, 2.0, 203)
    found = split_linear_gap(x, y, 120, shuffles=6, blocks=13, seed=9, is_scaled=is_scaled)
    block = block_of_each(203, 13)
    weight = 1.0 / np.array([y[block == b].var() for b in block]) if is_scaled else np.ones(203)

    def gap(inside):
        loss = weight * np.square(y - x @ sm.OLS(y[inside], x[inside]).fit().params)
        return loss[~inside].mean() - loss[inside].mean()

    assert found.chronological == pytest.approx(gap(np.arange(203) < 120), rel=1e-9)
    assert found.shuffled == pytest.approx(np.mean([gap(one) for one in draws(block, 120, 6, 9)]), rel=1e-9)
    assert (found.draws, found.blocks) == (6, 13)


@pytest.mark.parametrize(
    ("x", "y", "train", "more", "message"),
    [
        (np.ones((10, 1)), np.ones(9), 5, {}, "one row for each of 9 targets"),
        (np.ones((10, 6)), np.ones(10), 6, {}, "needs more than 6 train rows and a test row, found 6 of 10"),
        (np.ones((10, 1)), np.ones(10), 10, {}, "found 10 of 10; move the train end"),
        (np.ones((10, 1)), np.ones(10), 5, {"shuffles": 0}, "need a draw and two blocks, found 0 and 40"),
        (np.ones((10, 1)), np.r_[np.ones(9), np.nan], 5, {}, "needs finite values"),
        (np.ones((10, 1)), np.ones(10), 5, {"blocks": 2, "is_scaled": True}, "a target that varies in every block"),
    ],
)
def test_what_cannot_be_split_is_refused(x, y, train, more, message):
    with pytest.raises((DataError, UsageError), match=message):
        split_linear_gap(x, y, train, **more)


DESIGNS = {  # the guide's own figures: gap in time, overfit, change through time
    "none": (0.017, 0.011, 0.006),
    "120 useless features": (0.459, 0.462, -0.003),
    "coefficient flip": (0.371, 0.019, 0.352),
    "vol x1.5": (1.274, 0.021, 1.253),
}


@dataclass(frozen=True)
class Design:
    """What the figures come from: 1,000 rows, of which 600 are train rows, and three columns, one with a slope of .3.

    Only that gives all four. With k columns the gap of OLS under noise is k/m + k/(m - k - 1): for 123 columns .463 of
    600 train rows, but .573 of 500; and a slope that flips adds its square four times, .36.
    """

    name: str
    rows: int = 1000
    train: int = 600

    def made(self, seed):
        random, late = np.random.default_rng(seed), np.arange(self.rows) >= self.train
        x, noise = random.normal(size=(self.rows, 3)), random.normal(size=self.rows)
        slope = np.where(late & (self.name == "coefficient flip"), -0.3, 0.3)
        y = slope * x[:, 0] + noise * np.where(late & (self.name == "vol x1.5"), 1.5, 1.0)
        if self.name == "120 useless features":
            x = np.column_stack([x, random.normal(size=(self.rows, 120))])
        return x, y


@pytest.mark.slow
@pytest.mark.parametrize("name", DESIGNS)
def test_the_figures_of_the_guide_are_met_within_monte_carlo_error(name):
    """Both are means of 200 runs, so that they differ by the root of two standard errors squared."""
    design, runs = Design(name), []
    for seed in range(200):
        split = split_linear_gap(*design.made(seed), design.train, shuffles=8, seed=seed)
        runs.append((split.chronological, split.overfit, split.nonstationary))
    mean, error = np.mean(runs, axis=0), np.std(runs, axis=0, ddof=1) / np.sqrt(200.0)
    assert error.max() < 0.015
    distance = (mean - np.array(DESIGNS[name])) / (np.sqrt(2.0) * error)
    assert np.abs(distance).max() < 3.0, (mean, error)


def test_a_louder_market_is_no_change_under_the_scaled_loss():
    """The share of the slope in the variance of the target shrinks, which leaves .04 of the gap of 1.25."""
    made = [Design("vol x1.5").made(seed) for seed in range(20)]
    raw, scaled = (
        np.mean([split_linear_gap(x, y, 600, is_scaled=flag).nonstationary for x, y in made]) for flag in (False, True)
    )
    assert raw == pytest.approx(1.25, abs=0.1)
    assert scaled == pytest.approx(0.04, abs=0.05)
    flipped = split_linear_gap(*Design("coefficient flip").made(1), 600, is_scaled=True)
    assert flipped.nonstationary > 0.2
    assert flipped.p_value == pytest.approx(1.0 / 21.0)


# --- Studies ---------------------------------------------------------------------------------------------------------


def test_a_study_of_least_squares_is_split_as_its_regression():
    data = regression(30, days=400)
    found = split_gap(squares_of(data), data, shuffles=5, seed=4)
    alone = split_linear_gap(data.x, data.y, 280, shuffles=5, seed=4)
    assert found.loss.chronological == pytest.approx(alone.chronological, rel=1e-9)
    assert found.loss.overfit == pytest.approx(alone.overfit, rel=1e-9)
    assert found.loss.monte_carlo_error == pytest.approx(alone.monte_carlo_error, rel=1e-9)
    assert found.is_complete


def prices(seed=1, days=600, loud_from=None):
    random = np.random.default_rng(seed)
    moves = 0.02 * random.normal(size=days)
    if loud_from is not None:
        moves[loud_from:] *= 2.0
    close = 100.0 * np.exp(np.r_[0.0, np.cumsum(moves)])
    time = 1_700_006_400 * 10**9 + DAY * np.arange(days + 1)
    return Prices(time, close.copy(), close.copy(), close.copy(), close, np.full(close.size, np.nan), "X")


def studied(data, name, score_name):
    found = compare(contenders((name,)), Workspace(data), default_split(data.times), score(score_name).score)[0]
    assert isinstance(found, Study)
    return found


def test_a_model_that_follows_the_market_is_let_off_by_the_standardised_loss():
    data = prices(loud_from=420)
    rolling = split_gap(studied(data, "rolling-variance", "qlike"), data)
    frozen = split_gap(studied(data, "sample-variance", "qlike"), data)
    assert rolling.loss.nonstationary > 1.0  # ln of a variance four times as large
    assert rolling.standardised.nonstationary < 0.3 * rolling.loss.nonstationary
    assert frozen.standardised.nonstationary > 1.0
    assert "more than chance brings about (p 0.048 from 20 draws)." in frozen.sentence


@pytest.mark.parametrize(("name", "score_name"), [("ewma-variance", "qlike"), ("normal-var", "pinball-0.01")])
def test_other_scores_are_split_against_the_benchmark_by_their_difference(name, score_name):
    data = prices(loud_from=420)
    study = studied(data, name, score_name)
    found = split_gap(study, data, shuffles=20)
    difference = study.loss - study.benchmark_loss
    expected = np.nanmean(difference[study.test_rows]) - np.nanmean(difference[study.train_rows])
    assert found.scaled.chronological == pytest.approx(expected, rel=1e-9)
    assert found.sentence.startswith(f"Of the gap of {study.title} against {study.rival} (")
    assert amount_text(expected, loss_unit(study)) in found.sentence
    assert found.scaled.chronological < 0.5 * found.loss.chronological


def test_the_standardised_loss_is_the_score_of_standardised_returns():
    data = prices(days=200)
    for name, score_name in (("sample-variance", "qlike"), ("normal-var", "pinball-0.01")):
        study = studied(data, name, score_name)
        pool = _Pool.of(study, data)
        spread = np.repeat([np.sqrt(np.mean(part**2)) for part in np.array_split(data.returns, 40)], 5)
        np.testing.assert_allclose(pool.spread, spread, rtol=1e-12)
        predicted = study.prediction.values
        if name == "sample-variance":
            expected = np.log(predicted / spread**2) + (data.returns / spread) ** 2 / (predicted / spread**2)
        else:
            gap = 100.0 * (predicted - data.returns) / spread
            expected = np.where(gap >= 0.0, 0.99, -0.01) * gap
        gaps = expected[pool.is_train].mean(), expected[~pool.is_train].mean()
        assert pool.gaps(study, study.loss, pool.is_train)[2] == pytest.approx(gaps[1] - gaps[0], rel=1e-9)


def test_option_losses_are_scaled_by_the_benchmark(market):
    study = studied(market.quotes, "relative-smile", "squared-vol-points")
    found = split_gap(study, market.quotes, shuffles=3)
    expected = np.nanmean(study.differential[study.test_rows]) - np.nanmean(study.differential[study.train_rows])
    assert found.scaled.chronological == pytest.approx(expected, rel=1e-12)
    assert found.sentence.startswith("Of the gap of Relative smile against Frozen surface (")
    rolling = split_gap(studied(market.quotes, "rolling-surface", "squared-vol-points"), market.quotes, shuffles=2)
    assert rolling.scaled is None
    assert rolling.standardised is None
    assert "squared vol pts" in rolling.sentence


def test_the_same_seed_gives_the_same_bits():
    data = prices()
    study = studied(data, "normal-var", "pinball-0.01")
    one, same, other = (split_gap(study, data, shuffles=4, seed=seed) for seed in (1, 1, 2))
    assert one == same
    assert one.loss.shuffled != other.loss.shuffled


@pytest.mark.parametrize("purge", [1, 3, 10])
def test_train_times_within_the_purge_of_a_test_time_are_dropped(purge):
    """A test time lasts to the next one, so behind it the purge is counted from there, as a split does."""
    data = regression(1, days=120)
    study = squares_of(data, purge=purge * DAY)
    pool = _Pool.of(study, data)
    for inside in draws(pool.block, int(pool.is_train.sum()), 8, 0):
        kept = _purged(data.times, pool, inside, purge * DAY)
        at = data.times[pool.times] // DAY
        following = np.append(at[1:], at[-1] + 1)
        for i in range(at.size):
            behind = any(j < i and at[i] < following[j] + purge for j in np.flatnonzero(~inside))
            ahead = any(j > i and at[i] >= at[j] - purge for j in np.flatnonzero(~inside))
            assert kept[i] == (inside[i] and not behind and not ahead)
    assert (_purged(data.times, pool, pool.is_train, 0) == pool.is_train).all()


def test_time_that_is_up_ends_the_draws_and_says_so():
    data = regression(2)
    found = split_gap(squares_of(data), data, shuffles=50, seconds=0.0)
    assert found.loss.draws == 2
    assert not found.is_complete


def test_it_says_how_far_it_is_and_can_be_stopped():
    data, heard = regression(2), []
    split_gap(squares_of(data), data, shuffles=4, progress=lambda share, words: heard.append((share, words)))
    assert heard[1] == (0.25, "Squares: random split 2 of 4")
    answers = iter([False, True])
    with pytest.raises(GapCancelledError, match="all 4 fits, found them cancelled after 1; start them again"):
        split_gap(squares_of(data), data, shuffles=4, cancelled=lambda: next(answers))


def test_a_window_without_losses_is_not_tested():
    data = regression(1)
    gone = Regression(data.times, data.x, np.where(np.arange(300) >= 210, np.nan, data.y))
    found = split_gap(squares_of(gone), gone)
    assert isinstance(found, NotTested)
    assert "needs a train and a test time with a loss" in found.sentence


def test_a_model_that_can_be_fitted_on_no_draw_says_why():
    data = regression(25, days=60)
    study = squares_of(data, purge=5 * DAY)
    found = split_gap(study, data, shuffles=3)
    assert isinstance(found, NotTested)
    assert "least squares need more rows than columns; widen the window" in found.sentence or "all are left out" in (
        found.sentence
    )
