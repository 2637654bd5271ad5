"""Fitted hidden Markov models: hmmlearn and scipy as oracles, recovery, invariances, bad windows; kernel and twin."""

import numpy as np
import pytest
from scipy import special, stats

from outsample.errors import DataError, FitError, UsageError
from outsample.regimes.hidden_markov import HiddenMarkov, HiddenMarkovSettings, SmoothedStates, Tails, fit_hidden_markov
from outsample.regimes.hidden_markov.climbing import climb, expect, maximise
from outsample.regimes.hidden_markov.maximising import digamma
from outsample.regimes.hidden_markov.plain import climb_plain
from outsample.regimes.hidden_markov.starts import starting_points

both = pytest.mark.parametrize("search", [climb, climb_plain], ids=["kernel", "twin"])
STUDENT = HiddenMarkovSettings(tails=Tails.STUDENT)


def planted(rows, seed=0, vol=(1.0, 3.0), mean=(0.0, 0.0), stay=(0.98, 0.95), dof=np.inf):
    """Two states; return values and states."""
    random = np.random.default_rng(seed)
    state = np.zeros(rows, dtype=int)
    for t in range(1, rows):
        state[t] = state[t - 1] ^ (random.random() > stay[state[t - 1]])
    noise = random.normal(size=rows)
    if np.isfinite(dof):
        noise = random.standard_t(dof, size=rows) * np.sqrt((dof - 2.0) / dof)
    return np.array(mean)[state] + np.array(vol)[state] * noise, state


def start_of(values, states, dof=np.inf):
    rows = np.ascontiguousarray(np.atleast_2d(values.T))
    floor = 1e-4 * np.nanvar(rows, axis=1)
    point = starting_points(rows, states, 1, 1, floor)[0]
    parameters = [point.start, point.transition, point.mean, point.square, np.full(states, dof)]
    return rows, parameters, floor


def test_one_step_of_the_search_is_one_step_of_hmmlearn():
    hmm = pytest.importorskip("hmmlearn.hmm", reason="no wheel of hmmlearn for this Python")
    values = np.column_stack((planted(900)[0], planted(900, 5)[0]))
    rows, parameters, floor = start_of(values, 3)
    theirs = hmm.GaussianHMM(3, "diag", covars_prior=0.0, init_params="", n_iter=3, tol=-np.inf)
    theirs.startprob_, theirs.transmat_, theirs.means_, theirs.covars_ = (one.copy() for one in parameters[:4])
    theirs.fit(values)
    work, line = np.empty((6, 3, 900)), np.empty((2, 900))
    for wanted in theirs.monitor_.history:
        assert expect(rows, *parameters, work, line) == pytest.approx(wanted, rel=1e-12)
        maximise(rows, *parameters, floor, work)
    np.testing.assert_allclose(parameters[1], theirs.transmat_, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(parameters[2], theirs.means_, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(parameters[3], np.diagonal(theirs.covars_, axis1=1, axis2=2), rtol=1e-8)


@both
@pytest.mark.parametrize(("states", "features"), [(2, 1), (3, 2)])
def test_from_the_same_start_the_search_reaches_the_likelihood_of_hmmlearn(search, states, features):
    hmm = pytest.importorskip("hmmlearn.hmm", reason="no wheel of hmmlearn for this Python")
    random = np.random.default_rng(1)
    state = np.repeat(random.integers(states, size=60), 20)
    values = random.normal(size=(1200, features)) * (1.0 + 2.0 * state[:, None]) + 3.0 * state[:, None]
    rows, parameters, floor = start_of(values, states)
    theirs = hmm.GaussianHMM(states, "diag", covars_prior=0.0, init_params="", n_iter=2000, tol=1e-9)
    theirs.startprob_, theirs.transmat_, theirs.means_, theirs.covars_ = (one.copy() for one in parameters[:4])
    theirs.fit(values)
    reached, _, converged = search(rows, *parameters, floor, 1000, 1e-7 * len(values))
    assert converged
    assert reached == pytest.approx(theirs.score(values), rel=1e-6)
    np.testing.assert_allclose(parameters[2], theirs.means_, atol=2e-2)


def test_the_best_start_is_at_least_as_good_as_hmmlearn_from_its_own():
    hmm = pytest.importorskip("hmmlearn.hmm", reason="no wheel of hmmlearn for this Python")
    values, _ = planted(1500, 3, mean=(0.1, -0.2))
    ours = fit_hidden_markov(values)
    theirs = hmm.GaussianHMM(2, "diag", covars_prior=0.0, n_iter=500, tol=1e-6, random_state=0).fit(values[:, None])
    assert ours.log_likelihood >= theirs.score(values[:, None]) - 1e-6 * abs(ours.log_likelihood)


@pytest.mark.parametrize("tails", list(Tails))
@pytest.mark.parametrize(("states", "features"), [(2, 1), (3, 2)])
def test_kernel_and_twin_take_the_same_way(tails, states, features):
    values = np.column_stack([planted(700, seed, dof=5.0)[0] for seed in range(features)])
    values[50:60, 0] = np.nan
    ends = []
    for search in (climb, climb_plain):
        rows, parameters, floor = start_of(values, states, 8.0 if tails is Tails.STUDENT else np.inf)
        rows[:, np.isnan(rows).any(axis=0)] = np.nan
        ends.append((*search(rows, *parameters, floor, 40, 1e-12), *parameters))
    for one, two in zip(*ends, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-6, atol=1e-8)


@both
@pytest.mark.parametrize("dof", [np.inf, 8.0])
def test_the_likelihood_never_falls(search, dof):
    values, _ = planted(500, 7, vol=(1.0, 1.6), dof=4.0)
    reached = []
    for most in (1, 4, 7, 10, 13, 19, 25, 40, 80):
        rows, parameters, floor = start_of(values, 3, dof)
        reached.append(search(rows, *parameters, floor, most, 0.0)[0])
    assert np.diff(reached).min() >= -1e-9


@both
@pytest.mark.parametrize(("dof", "seed"), [(3.0, 1), (6.0, 2), (15.0, 3)])
def test_one_state_is_the_t_distribution_that_scipy_fits(search, dof, seed):
    values = 2.0 + 0.5 * np.random.default_rng(seed).standard_t(dof, size=800)
    nu, location, scale = stats.t.fit(values)
    best = stats.t.logpdf(values, nu, location, scale).sum()
    parameters = [np.ones(1), np.ones((1, 1)), np.array([[0.0]]), np.array([[4.0]]), np.array([8.0])]
    reached, _, converged = search(values[np.newaxis], *parameters, np.array([1e-8]), 1000, 1e-9)
    assert converged
    assert reached == pytest.approx(best, abs=1e-4)
    assert parameters[4][0] == pytest.approx(nu, rel=0.01)
    assert parameters[2][0, 0] == pytest.approx(location, abs=1e-3)


def test_digamma_is_that_of_scipy():
    for x in np.geomspace(0.05, 1e4, 200):
        assert digamma(x) == pytest.approx(special.digamma(x), rel=1e-13, abs=1e-13)


def test_planted_gaussian_states_are_recovered():
    values, state = planted(5000, 1, vol=(0.01, 0.03), mean=(0.001, -0.002))
    found = fit_hidden_markov(values)
    assert found.converged
    assert not found.at_floor.any()
    np.testing.assert_allclose(np.sqrt(found.model.variance[:, 0]), [0.01, 0.03], rtol=0.05)
    np.testing.assert_allclose(np.diag(found.model.transition), [0.98, 0.95], atol=0.01)
    np.testing.assert_allclose(found.model.stationary, [5 / 7, 2 / 7], atol=0.06)
    assert (found.smoothed.labels.state == state).mean() > 0.95
    assert (found.filtered(values).labels.state == state).mean() > 0.92


def test_planted_heavy_tails_are_recovered_and_gaussian_ones_are_called_so():
    heavy, state = planted(8000, 2, vol=(1.0, 3.0), stay=(0.995, 0.99), dof=5.0)
    found = fit_hidden_markov(heavy, STUDENT)
    known = [stats.t.fit(heavy[state == k])[0] for k in (0, 1)]  # by one who sees the states
    np.testing.assert_allclose(found.model.dof, known, rtol=0.06)
    np.testing.assert_allclose(np.sqrt(found.model.variance[:, 0]), [1.0, 3.0], rtol=0.1)
    assert (found.smoothed.labels.state == state).mean() > 0.97
    light, _ = planted(4000, 3)
    assert fit_hidden_markov(light, STUDENT).model.dof.min() > 20.0


def test_student_tails_fit_heavy_rows_better_and_gaussian_ones_no_worse():
    heavy, _ = planted(2000, 4, dof=3.0)
    assert fit_hidden_markov(heavy, STUDENT).log_likelihood > fit_hidden_markov(heavy).log_likelihood + 20.0
    light, _ = planted(2000, 4)
    assert fit_hidden_markov(light, STUDENT).log_likelihood > fit_hidden_markov(light).log_likelihood - 2.0


def test_the_bayes_criterion_finds_the_planted_number_of_states():
    values, _ = planted(4000, 6)
    found = [fit_hidden_markov(values, HiddenMarkovSettings(states=k)).bayes_criterion for k in (2, 3, 4)]
    assert np.argmin(found) == 0
    free = 1 + 2 + 4
    best = fit_hidden_markov(values)
    assert best.bayes_criterion == pytest.approx(-2 * best.log_likelihood + free * np.log(4000))


@pytest.mark.parametrize("states", [2, 3, 4])
@pytest.mark.parametrize("tails", list(Tails))
def test_states_come_from_calm_to_volatile_and_the_model_has_the_likelihood_it_says(states, tails):
    values, _ = planted(1200, states, dof=6.0)
    found = fit_hidden_markov(values, HiddenMarkovSettings(states=states, tails=tails))
    assert (np.diff(found.model.variance[:, 0]) >= 0.0).all()
    assert found.filtered(values).log_density.sum() == pytest.approx(found.log_likelihood, rel=1e-10)
    assert found.smoothed.probability.shape == (1200, states)
    assert isinstance(found.smoothed, SmoothedStates)


def test_levels_are_found_where_volatility_is_the_same():
    values, state = planted(3000, 8, vol=(1.0, 1.0), mean=(0.0, 4.0))
    found = fit_hidden_markov(values)
    match = found.smoothed.labels.state == state
    assert max(match.mean(), 1.0 - match.mean()) > 0.97


def test_units_and_shifts_change_no_state():
    values, _ = planted(1500, 9)
    here, there = fit_hidden_markov(values), fit_hidden_markov(60_000.0 + 250.0 * values)
    assert there.log_likelihood == pytest.approx(here.log_likelihood - 1500 * np.log(250.0), rel=1e-6)
    np.testing.assert_array_equal(here.smoothed.labels.state, there.smoothed.labels.state)
    np.testing.assert_allclose(there.model.mean, 60_000.0 + 250.0 * here.model.mean, rtol=1e-6)


def test_the_same_window_gives_the_same_bits_and_another_seed_may_not_matter():
    values, _ = planted(800, 10)
    settings = HiddenMarkovSettings(states=3, starts=8)
    one, two = fit_hidden_markov(values, settings), fit_hidden_markov(values.copy(), settings)
    assert one.model.transition.tobytes() == two.model.transition.tobytes()
    assert one.smoothed.probability.tobytes() == two.smoothed.probability.tobytes()
    other = fit_hidden_markov(values, HiddenMarkovSettings(states=2, starts=8, seed=77))
    assert other.log_likelihood == pytest.approx(fit_hidden_markov(values).log_likelihood, abs=0.01)


def test_rows_unlike_any_train_row_are_unseen():
    values, _ = planted(4000, 11)
    found = fit_hidden_markov(values[:3000])
    states = found.filtered(values)
    assert states.unseen(found.unseen_below)[:3000].mean() == pytest.approx(0.005, abs=4e-4)
    assert states.unseen(found.unseen_below)[3000:].mean() < 0.03
    crash = np.append(values, [30.0, -25.0, 0.1])
    assert found.filtered(crash).unseen(found.unseen_below)[4000:].tolist() == [True, True, False]


def test_a_gap_neither_ends_the_chain_nor_moves_the_parameters_much():
    values, _ = planted(3000, 12)
    gap = values.copy()
    gap[500:530] = np.nan
    whole, found = fit_hidden_markov(values), fit_hidden_markov(gap)
    assert found.rows == 2970
    assert np.isfinite(found.smoothed.probability).all()
    np.testing.assert_allclose(found.model.variance, whole.model.variance, rtol=0.03)


def test_missing_rows_at_both_ends_are_allowed():
    values, _ = planted(300, 13)
    values[:5] = values[-5:] = np.nan
    assert fit_hidden_markov(values).rows == 290


def test_a_stale_feed_is_a_state_at_the_floor():
    values, _ = planted(1000, 14)
    values[400:500] = 0.0
    found = fit_hidden_markov(values, HiddenMarkovSettings(states=3))
    assert found.at_floor.tolist() == [True, False, False]
    assert (found.smoothed.labels.state[402:498] == 0).all()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.full(100, 3.0), "found feature 1 between 3 and 3"),
        (np.array([1.0, 2.0]), "found 2"),
        (np.empty(0), "found 0"),
        (np.full(100, np.nan), "found 0"),
        (np.append(np.arange(15.0), np.full(50, np.nan)), "found 15"),
        (np.column_stack((np.arange(50.0), np.full(50, 7.0))), "found feature 2 between 7 and 7"),
        (np.arange(50.0) * 1e160, "found feature 1 between 0 and 4.9e"),
    ],
)
def test_a_window_that_tells_nothing_is_refused_in_one_sentence(values, words):
    with pytest.raises(FitError, match=words) as caught:
        fit_hidden_markov(values)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("values", [np.zeros((50, 5)), np.zeros((5, 5, 5)), np.append(np.arange(50.0), np.inf)])
def test_what_is_no_table_of_features_is_refused(values):
    with pytest.raises(DataError, match=r"^states of rows need .*, found "):
        fit_hidden_markov(values)


@pytest.mark.parametrize(
    "wrong",
    [
        {"states": 1},
        {"states": 5},
        {"states": 2.5},
        {"starts": 0},
        {"seed": -1},
        {"tolerance": 0.0},
        {"most_iterations": 0},
    ],
)
def test_settings_out_of_bounds_are_refused(wrong):
    with pytest.raises(UsageError):
        HiddenMarkovSettings(**wrong)


@pytest.mark.parametrize(
    "values", [np.tile([1.0, 2.0], 30), np.append(np.zeros(59), 1.0), np.repeat([0.0, 1.0, 5.0], 20)]
)
@pytest.mark.parametrize("tails", list(Tails))
@pytest.mark.parametrize("states", [2, 4])
def test_values_that_repeat_give_finite_states(values, tails, states):
    found = fit_hidden_markov(values, HiddenMarkovSettings(states=states, tails=tails))
    assert np.isfinite(found.log_likelihood)
    assert np.isfinite(found.smoothed.probability).all()
    assert np.isfinite(found.filtered(np.append(values, 1e6)).probability).all()


def test_white_noise_of_four_states_ends_and_says_whether_it_converged():
    values = np.random.default_rng(1).normal(size=400)
    found = fit_hidden_markov(values, HiddenMarkovSettings(states=4, most_iterations=30))
    assert found.iterations <= 30 + 2 + 5 * 9
    assert not fit_hidden_markov(values, HiddenMarkovSettings(states=4, most_iterations=3)).converged


def test_results_cannot_be_written_to():
    found = fit_hidden_markov(planted(200, 1)[0])
    assert isinstance(found.model, HiddenMarkov)
    assert not found.at_floor.flags.writeable
    assert not found.smoothed.probability.flags.writeable
    assert not found.smoothed.labels.state.flags.writeable


def test_a_series_that_differs_by_rounding_alone_is_refused():
    steady = np.diff(np.log(100.0 * 1.001 ** np.arange(400.0)))
    assert np.ptp(steady) > 0.0
    with pytest.raises(FitError, match="features that vary"):
        fit_hidden_markov(steady)
