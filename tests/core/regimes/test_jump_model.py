"""Jump models: enumeration of all sequences, the jumpmodels library, recovery, bad windows; kernel and twin alike."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.errors import DataError, FitError, UsageError
from outsample.regimes.jump_model import JumpModelSettings, fit_jump_model
from outsample.regimes.jump_model.kernels import cheapest_states, descend, fill_distance
from outsample.regimes.jump_model.plain import cheapest_states_plain, descend_plain, fill_distance_plain
from outsample.regimes.state_labels import FilteredLabels, InSampleLabels

paths = pytest.mark.parametrize("find", [cheapest_states, cheapest_states_plain], ids=["kernel", "twin"])
searches = pytest.mark.parametrize("search", [descend, descend_plain], ids=["kernel", "twin"])


def planted(rows, seed=0, states=2, features=3, distance=3.0, visit=40):
    random = np.random.default_rng(seed)
    state = np.repeat(random.integers(states, size=rows // visit + 1), visit)[:rows]
    state[:states] = np.arange(states)
    return random.normal(size=(rows, features)) + distance * state[:, None], state


def sequences(find, distance, penalty):
    """Return cost, cheapest sequence and online states."""
    states, rows = distance.shape
    online, state = np.empty(rows, dtype=np.int8), np.empty(rows, dtype=np.int8)
    cost = find(distance, penalty, np.empty((states, rows), dtype=np.int8), online, state)
    return cost, state, online


def cost_of(distance, penalty, state):
    return distance[state, np.arange(len(state))].sum() + penalty * np.count_nonzero(np.diff(state))


def cheapest(distance, penalty):
    """Return the least cost over every sequence, by listing them, and the last state of the cheapest."""
    states, rows = distance.shape
    every = [np.array(path) for path in product(range(states), repeat=rows)]
    costs = np.array([cost_of(distance, penalty, path) for path in every])
    return costs.min(), every[int(costs.argmin())][-1]


@paths
@pytest.mark.parametrize("penalty", [0.0, 0.3, 1.0, 50.0])
@pytest.mark.parametrize("states", [2, 3, 4])
def test_no_other_sequence_costs_less_on_any_prefix(find, states, penalty):
    distance = np.random.default_rng(states).exponential(size=(states, 7))
    cost, state, online = sequences(find, distance, penalty)
    assert cost == pytest.approx(cheapest(distance, penalty)[0], rel=1e-12)
    assert cost_of(distance, penalty, state) == pytest.approx(cost, rel=1e-12)
    assert online.tolist() == [cheapest(distance[:, : t + 1], penalty)[1] for t in range(7)]


@given(st.integers(1, 60), st.integers(2, 4), st.floats(0.0, 20.0), st.integers(0, 10**6))
def test_kernel_and_twin_agree_on_anything(rows, states, penalty, seed):
    distance = np.random.default_rng(seed).integers(0, 8, size=(states, rows)) / 4.0  # with ties
    fast, plain = sequences(cheapest_states, distance, penalty), sequences(cheapest_states_plain, distance, penalty)
    assert fast[0] == pytest.approx(plain[0], rel=1e-12, abs=1e-12)
    assert cost_of(distance, penalty, fast[1]) == pytest.approx(fast[0], rel=1e-12, abs=1e-12)
    np.testing.assert_array_equal(fast[2][:1], plain[2][:1])


@pytest.mark.parametrize("states", [2, 4])
def test_kernel_and_twin_of_the_search_take_the_same_way(states):
    rows = np.ascontiguousarray(planted(900, 3, states)[0].T)
    rows[:, 100:120] = np.nan
    found = []
    for search, fill in ((descend, fill_distance), (descend_plain, fill_distance_plain)):
        centres = np.ascontiguousarray(rows[:, [0, 300, 500, 700][:states]].T)
        distance = np.empty((states, 900))
        fill(rows, centres, distance)
        online, state = np.empty(900, dtype=np.int8), np.empty(900, dtype=np.int8)
        found.append((distance.copy(), *search(rows, centres, 5.0, 100, online, state), centres, online, state))
    for one, two in zip(*found, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-9, atol=1e-12)


@searches
def test_the_cost_never_rises(search):
    rows = np.ascontiguousarray(np.random.default_rng(1).normal(size=(400, 2)).T)
    costs = []
    for most in range(1, 15):
        centres = np.array([[2.0, 2.0], [-2.0, 1.0], [0.5, -3.0]])
        online, state = np.empty(400, dtype=np.int8), np.empty(400, dtype=np.int8)
        costs.append(search(rows, centres, 1.5, most, online, state)[0])
    assert np.diff(costs).max() <= 1e-9


def library(features, states, penalty):
    jump = pytest.importorskip("jumpmodels.jump", reason="no wheel of jumpmodels for this Python")
    standard = (features - features.mean(axis=0)) / features.std(axis=0)
    found = jump.JumpModel(states, penalty, random_state=0).fit(standard, sort_by=None)
    return found, standard


@pytest.mark.parametrize("penalty", [0.0, 5.0, 60.0])
@pytest.mark.parametrize(("states", "distance"), [(2, 3.0), (2, 0.7), (3, 3.0)])
def test_the_objective_is_at_most_that_of_the_library(states, distance, penalty):
    features, _ = planted(600, states, states, distance=distance)
    theirs, _ = library(features, states, penalty)
    ours = fit_jump_model(features, JumpModelSettings(states=states, penalty=penalty))
    assert ours.objective <= theirs.val_ + 1e-9


@pytest.mark.parametrize("states", [2, 3])
def test_labels_and_online_labels_are_those_of_the_library(states):
    features, planted_states = planted(800, 10 + states, states)
    theirs, standard = library(features[:500], states, 20.0)
    ours = fit_jump_model(features[:500], JumpModelSettings(states=states, penalty=20.0))
    assert ours.objective == pytest.approx(theirs.val_, rel=1e-12)
    order = np.argsort(theirs.centers_[:, 0])
    rank = np.argsort(order)
    np.testing.assert_array_equal(ours.labels.state, rank[theirs.labels_])
    np.testing.assert_allclose(ours.centres, theirs.centers_[order], rtol=1e-9, atol=1e-12)
    later = (features - ours.location) / ours.scale
    np.testing.assert_allclose(later[:500], standard, atol=1e-12)
    np.testing.assert_array_equal(ours.online(features).state, rank[theirs.predict_online(later)])
    assert (ours.labels.state == planted_states[:500]).mean() > 0.99
    assert (ours.online(features).state == planted_states).mean() > 0.9


def test_the_objective_is_what_its_parts_say():
    features, _ = planted(300, 4)
    found = fit_jump_model(features, JumpModelSettings(penalty=7.0))
    standard = (features - found.location) / found.scale
    np.testing.assert_allclose(found.location, features.mean(axis=0))
    np.testing.assert_allclose(found.scale, features.std(axis=0))
    state = found.labels.state
    for k in range(2):
        np.testing.assert_allclose(found.centres[k], standard[state == k].mean(axis=0), rtol=1e-9, atol=1e-12)
        assert found.visits[k] == (state == k).sum()
    distance = 0.5 * np.square(standard - found.centres[state]).sum()
    assert found.jumps == np.count_nonzero(np.diff(state))
    assert found.objective == pytest.approx(distance + 7.0 * found.jumps, rel=1e-12)


def test_a_higher_price_never_gives_more_changes():
    features, _ = planted(1000, 5, distance=1.0)
    jumps = [fit_jump_model(features, JumpModelSettings(penalty=price)).jumps for price in (0, 1, 4, 16, 64, 1e5)]
    assert (np.diff(jumps) <= 0).all()
    assert jumps[0] > jumps[3] > jumps[-1] == 0


def test_a_price_beyond_every_gain_leaves_a_state_empty_and_online_labels_never_take_it():
    features, _ = planted(200, 6)
    found = fit_jump_model(features, JumpModelSettings(penalty=1e6))
    assert found.visits.tolist() == [200, 0]
    assert np.isnan(found.centres[1]).all()
    np.testing.assert_allclose(found.centres[0], 0.0, atol=1e-12)
    assert not found.labels.state.any()
    assert not found.online(features + 100.0).state.any()


@pytest.mark.parametrize("first", [1, 150, 299])
def test_no_later_row_reaches_an_online_label(first):
    features, _ = planted(300, 7, distance=1.0)
    found = fit_jump_model(features[:120], JumpModelSettings(penalty=3.0))
    spoilt = features.copy()
    spoilt[first:] = np.random.default_rng(1).normal(scale=50.0, size=spoilt[first:].shape)
    spoilt[first + 2 :: 3] = np.nan
    whole = found.online(features).state
    for other in (found.online(spoilt).state, found.online(features[:first]).state):
        assert whole[:first].tobytes() == other[:first].tobytes()


def test_later_rows_do_not_touch_the_standardisation():
    features, _ = planted(300, 8)
    found = fit_jump_model(features[:200])
    np.testing.assert_allclose(found.location, features[:200].mean(axis=0), rtol=1e-12)
    assert found.online(features).state[:200].tobytes() == found.online(features[:200]).state.tobytes()


def test_states_rise_with_the_first_feature_and_types_keep_the_kinds_apart():
    features, _ = planted(400, 9, 3)
    features[:, 1] *= -1.0
    found = fit_jump_model(features, JumpModelSettings(states=3, penalty=10.0))
    assert (np.diff(found.centres[:, 0]) > 0.0).all()
    assert (np.diff(found.centres[:, 1]) < 0.0).all()
    assert type(found.labels) is InSampleLabels
    assert type(found.online(features)) is FilteredLabels


def test_units_change_no_label():
    features, _ = planted(300, 11, distance=1.5)
    here, there = fit_jump_model(features), fit_jump_model(features * [1e-4, 10.0, 3e5] + [5.0, -1.0, 1e6])
    np.testing.assert_array_equal(here.labels.state, there.labels.state)
    assert there.objective == pytest.approx(here.objective, rel=1e-8)


def test_the_distance_of_a_row_is_that_from_the_nearest_centre_that_is_held():
    rows, _ = planted(200)
    fit = fit_jump_model(rows, JumpModelSettings(3, 1e6))
    assert np.count_nonzero(fit.visits) == 1
    asked = np.concatenate((rows, rows[:1] * np.nan))
    centre = rows.mean(axis=0)
    expected = (((asked - centre) / rows.std(axis=0)) ** 2).sum(axis=1)
    np.testing.assert_allclose(fit.distance(asked), expected, rtol=1e-9)
    fit = fit_jump_model(rows, JumpModelSettings(2, 5.0))
    standard = (rows - fit.location) / fit.scale
    nearest = [min(((row - centre) ** 2).sum() for centre in fit.centres) for row in standard]
    np.testing.assert_allclose(fit.distance(rows), nearest, rtol=1e-9)


def test_a_gap_keeps_the_state_before_it_and_costs_nothing():
    features, _ = planted(400, 12)
    gap = features.copy()
    gap[95:115, 1] = np.nan
    found = fit_jump_model(gap, JumpModelSettings(penalty=10.0))
    assert found.rows == 380
    online = found.online(gap).state
    assert (online[95:115] == online[94]).all()
    kept = fit_jump_model(np.delete(features, np.s_[95:115], axis=0), JumpModelSettings(penalty=10.0))
    assert found.objective == pytest.approx(kept.objective, rel=1e-9)


def test_a_single_column_may_be_flat():
    features, _ = planted(200, 13, features=1)
    one, two = fit_jump_model(features), fit_jump_model(features[:, 0])
    np.testing.assert_array_equal(one.labels.state, two.labels.state)
    np.testing.assert_array_equal(one.online(features).state, two.online(features[:, 0]).state)
    assert one.online(np.empty((0, 1))).state.size == 0


@pytest.mark.parametrize(
    ("features", "words"),
    [
        (np.full((60, 2), 3.0), "found feature 1 between 3 and 3"),
        (np.column_stack((np.arange(60.0), np.zeros(60))), "found feature 2 between 0 and 0"),
        (np.arange(2.0), "found 2"),
        (np.empty((0, 3)), "found 0"),
        (np.full((60, 2), np.nan), "found 0"),
        (np.append(np.arange(12.0), np.full(50, np.nan)), "found 12"),
    ],
)
def test_a_window_that_tells_nothing_is_refused_in_one_sentence(features, words):
    with pytest.raises(FitError, match=words) as caught:
        fit_jump_model(features)
    assert "\n" not in str(caught.value)


def test_a_feature_that_differs_by_rounding_alone_is_refused():
    steady = np.diff(np.log(100.0 * 1.001 ** np.arange(400.0)))
    assert np.ptp(steady) > 0.0
    with pytest.raises(FitError, match="features that vary"):
        fit_jump_model(steady)


@pytest.mark.parametrize("features", [np.empty((30, 0)), np.zeros((3, 3, 3)), np.append(np.arange(50.0), -np.inf)])
def test_what_is_no_table_of_features_is_refused(features):
    with pytest.raises(DataError, match="found"):
        fit_jump_model(features)


def test_other_features_than_those_of_the_fit_are_refused():
    found = fit_jump_model(planted(100, 1)[0])
    with pytest.raises(DataError, match="states of rows need 3 feature columns, found"):
        found.online(np.zeros((5, 2)))


@pytest.mark.parametrize(
    "wrong",
    [{"states": 1}, {"penalty": -1.0}, {"penalty": np.nan}, {"starts": 0}, {"seed": -1}, {"most_iterations": 0}],
)
def test_settings_out_of_bounds_are_refused(wrong):
    with pytest.raises(UsageError):
        JumpModelSettings(**wrong)


def test_results_cannot_be_written_to():
    found = fit_jump_model(planted(100, 2)[0])
    columns = found.centres, found.location, found.visits, found.labels.state, found.online(planted(9, 1)[0]).state
    assert not any(column.flags.writeable for column in columns)
