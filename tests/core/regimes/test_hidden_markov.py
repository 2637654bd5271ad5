"""Filter and smoother with given parameters: enumeration of all paths, hmmlearn, scipy; kernels and twins alike."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from outsample.errors import DataError, UsageError
from outsample.regimes.hidden_markov import FilteredStates, HiddenMarkov, SmoothedStates
from outsample.regimes.hidden_markov.emission import fill_likelihood, fill_log_density
from outsample.regimes.hidden_markov.model import smoothed_states
from outsample.regimes.hidden_markov.plain import (
    fill_likelihood_plain,
    fill_log_density_plain,
    filter_states_plain,
    smooth_states_plain,
)
from outsample.regimes.hidden_markov.recursions import filter_states, log_likelihood, smooth_states
from outsample.regimes.state_labels import FilteredLabels, InSampleLabels

KERNELS = fill_log_density, fill_likelihood, filter_states, smooth_states
TWINS = fill_log_density_plain, fill_likelihood_plain, filter_states_plain, smooth_states_plain
both = pytest.mark.parametrize("functions", [KERNELS, TWINS], ids=["kernel", "twin"])


def model_of(states=2, features=1, dof=np.inf, seed=0):
    random = np.random.default_rng(seed)
    return HiddenMarkov(
        start=random.dirichlet(np.ones(states)),
        transition=random.dirichlet(np.ones(states), size=states) * 0.3 + 0.7 * np.eye(states),
        mean=random.normal(size=(states, features)),
        variance=random.uniform(0.2, 3.0, size=(states, features)),
        dof=np.full(states, dof),
    )


def simulated(model, rows, seed=1):
    random = np.random.default_rng(seed)
    state = np.empty(rows, dtype=int)
    for t in range(rows):
        state[t] = random.choice(model.states, p=model.start if t == 0 else model.transition[state[t - 1]])
    noise = random.normal(size=(rows, model.features))
    dof = model.dof[state]
    heavy = np.isfinite(dof)
    dof = np.where(heavy, dof, 3.0)
    noise *= np.where(heavy, np.sqrt((dof - 2.0) / random.chisquare(dof)), 1.0)[:, None]
    return model.mean[state] + np.sqrt(model.variance[state]) * noise, state


def density(model, values):
    """Return the log-densities by scipy, (n, k); 0 in missing rows."""
    found = np.zeros((len(values), model.states))
    for k in range(model.states):
        if np.isinf(model.dof[k]):
            law = stats.multivariate_normal(model.mean[k], np.diag(model.variance[k]))
        else:
            share = (model.dof[k] - 2.0) / model.dof[k]
            law = stats.multivariate_t(model.mean[k], np.diag(model.variance[k] * share), model.dof[k])
        for t, row in enumerate(values):
            if not np.isnan(row).any():
                found[t, k] = law.logpdf(row)
    return found


def enumerated(model, values):
    """Return likelihood and P(state_t | all rows), by the sum over every path."""
    rows, log_density = len(values), density(model, values)
    total, shares = 0.0, np.zeros((rows, model.states))
    for path in product(range(model.states), repeat=rows):
        steps = [model.transition[i, j] for i, j in zip(path[:-1], path[1:], strict=True)]
        weight = model.start[path[0]] * np.prod(steps) * np.exp(log_density[np.arange(rows), path].sum())
        total += weight
        shares[np.arange(rows), path] += weight
    return total, shares / total


def run(functions, model, values):
    """Return log-likelihood, filtered and smoothed probabilities (n, k) and expected steps."""
    fill_density, fill, run_filter, run_smoother = functions
    rows = np.array(values.T, order="C")
    rows[:, np.isnan(rows).any(axis=0)] = np.nan
    shape = model.states, rows.shape[1]
    found, weight, likelihood, predicted, filtered, smoothed = (np.empty(shape) for _ in range(6))
    top, scale, pairs = np.empty(shape[1]), np.empty(shape[1]), np.empty((model.states, model.states))
    fill_density(rows, model.mean, model.square, model.dof, found, weight)
    fill(found, likelihood, top)
    run_filter(found, likelihood, top, model.start, model.transition, predicted, filtered, scale)
    run_smoother(predicted, filtered, model.transition, smoothed, pairs)
    np.testing.assert_allclose(log_likelihood(top, scale), np.nansum(top + np.log(scale)), rtol=1e-12, atol=1e-12)
    return np.nansum(top + np.log(scale)), filtered.T, smoothed.T, pairs


@both
@pytest.mark.parametrize("dof", [np.inf, 4.0])
@pytest.mark.parametrize(("states", "features"), [(2, 1), (3, 2), (4, 1), (2, 4)])
@pytest.mark.parametrize("missing", [(), (0,), (2, 3), (5,)])
def test_probabilities_are_those_of_the_sum_over_all_paths(functions, states, features, dof, missing):
    model = model_of(states, features, dof, seed=states + features)
    values = simulated(model, 6)[0]
    values[list(missing), 0] = np.nan
    total, shares = enumerated(model, values)
    likelihood, filtered, smoothed, pairs = run(functions, model, values)
    assert likelihood == pytest.approx(np.log(total), rel=1e-11, abs=1e-11)
    np.testing.assert_allclose(smoothed, shares, rtol=1e-10, atol=1e-13)
    for t in range(6):
        np.testing.assert_allclose(filtered[t], enumerated(model, values[: t + 1])[1][t], rtol=1e-10, atol=1e-13)
    assert pairs.sum() == pytest.approx(5.0, rel=1e-12)
    np.testing.assert_allclose(pairs.sum(axis=1), smoothed[:-1].sum(axis=0), rtol=1e-10)


@pytest.mark.parametrize("dof", [np.inf, 3.5])
@pytest.mark.parametrize(("states", "features"), [(2, 1), (4, 3)])
def test_kernels_and_twins_agree_on_long_series(states, features, dof):
    model = model_of(states, features, dof)
    values = simulated(model, 3000)[0]
    values[100:140] = np.nan
    fast, plain = run(KERNELS, model, values), run(TWINS, model, values)
    for one, two in zip(fast, plain, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("states", "features"), [(2, 1), (3, 1), (4, 2)])
def test_likelihood_and_probabilities_are_those_of_hmmlearn(states, features):
    hmm = pytest.importorskip("hmmlearn.hmm", reason="no wheel of hmmlearn for this Python")
    model = model_of(states, features, seed=3)
    values = simulated(model, 800)[0]
    theirs = hmm.GaussianHMM(states, covariance_type="diag")
    theirs.startprob_, theirs.transmat_ = model.start, model.transition
    theirs.means_, theirs.covars_ = model.mean, model.variance
    ours = model.filtered(values)
    assert ours.log_density.sum() == pytest.approx(theirs.score(values), rel=1e-12)
    rows = np.ascontiguousarray(values.T)
    np.testing.assert_allclose(smoothed_states(model, rows)[0].probability, theirs.predict_proba(values), atol=1e-8)
    for t in (1, 2, 50, 333, 799):  # the last smoothed row of a prefix is filtered
        np.testing.assert_allclose(ours.probability[t - 1], theirs.predict_proba(values[:t])[-1], atol=1e-8)
        worth = theirs.score(values[: t + 1]) - theirs.score(values[:t]) if t < 799 else ours.log_density[t]
        assert ours.log_density[t] == pytest.approx(worth, abs=1e-8)


@pytest.mark.parametrize("dof", [np.inf, 4.0])
@pytest.mark.parametrize("first", [1, 37, 250, 299])
def test_no_later_row_reaches_a_filtered_state_not_even_in_its_last_bit(dof, first):
    model = model_of(3, 2, dof)
    values = simulated(model, 300)[0]
    spoilt = values.copy()
    spoilt[first:] = np.random.default_rng(9).normal(scale=1e3, size=spoilt[first:].shape)
    spoilt[first + 1 :: 5] = np.nan
    whole = model.filtered(values)
    for other in (model.filtered(spoilt), model.filtered(values[:first])):
        assert whole.probability[:first].tobytes() == other.probability[:first].tobytes()
        assert whole.log_density[:first].tobytes() == other.log_density[:first].tobytes()


def test_a_missing_row_has_what_is_predicted_and_tells_nothing():
    model = model_of(3, 2, seed=5)
    values = simulated(model, 40)[0]
    values[10, 1] = np.nan
    found = model.filtered(values)
    np.testing.assert_allclose(found.probability[10], found.probability[9] @ model.transition, rtol=1e-13)
    assert np.flatnonzero(np.isnan(found.log_density)).tolist() == [10]
    assert not found.unseen(0.0)[10]


@both
def test_a_row_that_only_an_impossible_state_explains_goes_to_the_best_possible_one(functions):
    chain = np.array([[0.9, 0.1, 0.0], [0.1, 0.9, 0.0], [0.0, 0.0, 1.0]])
    model = HiddenMarkov(
        np.array([0.5, 0.5, 0.0]), chain, np.array([[0.0], [5.0], [1e3]]), np.ones((3, 1)), np.full(3, np.inf)
    )
    values = np.array([[0.0], [1e3], [0.1], [1e3]])
    likelihood, filtered, smoothed, _ = run(functions, model, values)
    assert np.isfinite(filtered).all()
    assert filtered[1].tolist() == [0.0, 1.0, 0.0]  # 5 is nearer by e^(5000 - 12.5)
    far = -0.5 * (np.log(2 * np.pi) + 995.0**2)
    first, third = np.exp(stats.norm(0).logpdf(0.0)), stats.norm(0).logpdf(0.1) + np.log(0.1)
    assert likelihood == pytest.approx(2 * far + third + np.log(0.5 * first * 0.1 * 0.1), rel=1e-9)
    np.testing.assert_allclose(smoothed.sum(axis=1), 1.0)


@pytest.mark.parametrize("dof", [np.inf, 5.0])
def test_a_row_too_far_for_its_square_is_impossible_and_tells_nothing(dof):
    model = model_of(2, 1, dof)
    found = model.filtered(np.array([0.1, 1e200, 0.2]))
    assert found.log_density[1] == -np.inf
    np.testing.assert_allclose(found.probability[1], found.probability[0] @ model.transition)
    assert np.isfinite(found.probability).all()
    assert found.unseen(-100.0).tolist() == [False, True, False]


def test_ten_thousand_rows_far_from_everything_do_not_underflow():
    model = model_of(2)
    found = model.filtered(np.full(10_000, 60.0))
    assert np.isfinite(found.log_density).all()
    np.testing.assert_allclose(found.probability.sum(axis=1), 1.0)


def test_labels_of_the_two_kinds_have_types_of_their_own():
    model = model_of(3)
    values = simulated(model, 50)[0]
    filtered, (smoothed, _) = model.filtered(values), smoothed_states(model, np.ascontiguousarray(values.T))
    assert type(filtered) is FilteredStates
    assert type(smoothed) is SmoothedStates
    assert type(filtered.labels) is FilteredLabels
    assert type(smoothed.labels) is InSampleLabels
    assert not issubclass(InSampleLabels, FilteredLabels)
    assert not issubclass(SmoothedStates, FilteredStates)
    np.testing.assert_array_equal(filtered.labels.state, filtered.probability.argmax(axis=1))


def test_duration_and_stationary_shares_are_those_of_the_chain():
    model = HiddenMarkov(
        np.array([1.0, 0.0]),
        np.array([[0.98, 0.02], [0.06, 0.94]]),
        np.zeros((2, 1)),
        np.array([[1.0], [4.0]]),
        np.full(2, np.inf),
    )
    np.testing.assert_allclose(model.expected_duration, [50.0, 1.0 / 0.06])
    np.testing.assert_allclose(model.stationary, [0.75, 0.25])
    np.testing.assert_allclose(np.linalg.matrix_power(model.transition, 5000)[0], model.stationary, rtol=1e-9)


def test_a_chain_that_never_moves_has_endless_visits_and_no_stationary_shares():
    model = HiddenMarkov(
        np.array([0.5, 0.5]), np.eye(2), np.zeros((2, 1)), np.array([[1.0], [4.0]]), np.full(2, np.inf)
    )
    assert np.isinf(model.expected_duration).all()
    assert np.isnan(model.stationary).all()


def test_no_rows_have_no_states():
    found = model_of(2).filtered(np.empty(0))
    assert found.probability.shape == (0, 2)
    assert found.labels.state.size == 0


@pytest.mark.parametrize("values", [np.zeros((4, 2)), np.zeros((2, 2, 2)), np.float64(1.0), np.array([0.0, np.inf])])
def test_rows_of_another_shape_or_infinite_ones_are_refused(values):
    with pytest.raises(DataError, match=r"^states of rows need .*, found .*; "):
        model_of(2).filtered(values)


@pytest.mark.parametrize(
    "change",
    [
        {"start": np.array([0.5, 0.6])},
        {"start": np.array([1.5, -0.5])},
        {"transition": np.full((2, 2), 0.4)},
        {"transition": np.full((3, 3), 1 / 3)},
        {"mean": np.array([[0.0], [np.nan]])},
        {"variance": np.array([[0.0], [1.0]])},
        {"variance": np.ones((2, 2))},
        {"dof": np.array([2.0, np.inf])},
    ],
)
def test_parameters_out_of_their_domain_are_refused(change):
    sound = {
        "start": np.full(2, 0.5),
        "transition": np.full((2, 2), 0.5),
        "mean": np.zeros((2, 1)),
        "variance": np.ones((2, 1)),
        "dof": np.full(2, np.inf),
    }
    HiddenMarkov(**sound)
    with pytest.raises(UsageError, match="found"):
        HiddenMarkov(**(sound | change))


def test_results_cannot_be_written_to():
    model = model_of(2)
    found = model.filtered(np.zeros(3))
    columns = model.start, model.transition, model.mean, found.probability, found.log_density, found.labels.state
    assert not any(column.flags.writeable for column in columns)
