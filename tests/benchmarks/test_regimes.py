"""Searches for regimes against their budgets and the usual libraries; run with ``pytest tests/benchmarks -s``."""

import time

import numpy as np
import pytest

from outsample.regimes import back_trace, optimal_partition
from outsample.regimes.hidden_markov import HiddenMarkovSettings, Tails, fit_hidden_markov
from outsample.regimes.jump_model import JumpModelSettings, fit_jump_model, jump_features
from outsample.regimes.online_change_points import (
    NormalInverseGamma,
    OnlineChangePointSettings,
    online_change_points,
)

ROWS = 5_000


def median(work, repeats=9):
    """Return the median of milliseconds, after one run that compiles."""
    work()
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - begun))
    return float(np.median(times))


def garch(rows, seed=1):
    """Return GARCH(1, 1) returns with Student tails: no regime is planted, as in a market."""
    random = np.random.default_rng(seed)
    shocks = random.standard_t(5, size=rows) * np.sqrt(3 / 5)
    returns, variance = np.empty(rows), 1e-4
    for i, shock in enumerate(shocks):
        returns[i] = np.sqrt(variance) * shock
        variance = 2e-6 + 0.08 * returns[i] ** 2 + 0.9 * variance
    return returns


def switching(rows, seed=0):
    """Return returns of two planted volatilities."""
    random = np.random.default_rng(seed)
    state = np.repeat(random.integers(2, size=rows // 50 + 1), 50)[:rows]
    return random.normal(0.0005 - 0.001 * state, 0.01 + 0.02 * state)


@pytest.mark.parametrize("make", [garch, switching])
def test_hidden_markov_models_of_five_thousand_rows(make):
    hmm = pytest.importorskip("hmmlearn.hmm", reason="no wheel of hmmlearn for this Python")
    values = make(ROWS)
    ours, found = median(lambda: fit_hidden_markov(values)), fit_hidden_markov(values)
    print(f"\nhidden Markov, {make.__name__}, two states, five starts: {ours:.1f} ms [10], {found.iterations} steps")
    for states, tails in ((2, Tails.STUDENT), (3, Tails.GAUSSIAN), (3, Tails.STUDENT), (4, Tails.GAUSSIAN)):
        settings = HiddenMarkovSettings(states=states, tails=tails)
        more = fit_hidden_markov(values, settings)
        each = median(lambda settings=settings: fit_hidden_markov(values, settings), 3)
        print(f"  {states} states, {tails}: {each:.1f} ms, {more.iterations} steps, converged {more.converged}")
    print(f"  filter alone: {median(lambda: found.filtered(values)):.2f} ms")

    def once():
        return hmm.GaussianHMM(2, "diag", covars_prior=0.0, n_iter=200, tol=1e-2, random_state=0).fit(values[:, None])

    theirs, model = median(once, 3), once()
    print(f"  hmmlearn, one start: {theirs:.0f} ms, ratio {theirs / ours:.1f}")
    print(f"  log-likelihood: ours {found.log_likelihood:.3f}, hmmlearn {model.score(values[:, None]):.3f}")
    assert found.log_likelihood >= model.score(values[:, None]) - 1e-6 * abs(found.log_likelihood)


def test_jump_models_of_five_thousand_rows():
    jump = pytest.importorskip("jumpmodels.jump", reason="no wheel of jumpmodels for this Python")
    features = jump_features(switching(ROWS + 59))[59:]
    standard = (features - features.mean(axis=0)) / features.std(axis=0)
    for states, budget in ((2, " [60]"), (3, "")):
        settings = JumpModelSettings(states=states)
        ours = median(lambda settings=settings: fit_jump_model(features, settings))
        found = fit_jump_model(features, settings)
        begun = time.perf_counter()
        model = jump.JumpModel(states, settings.penalty, random_state=0).fit(standard, sort_by=None)
        theirs = 1e3 * (time.perf_counter() - begun)
        print(f"\njump model, {features.shape}, {states} states, {settings.starts} starts: {ours:.1f} ms{budget}")
        print(f"  jumpmodels, 10 starts: {theirs:,.0f} ms, ratio {theirs / ours:.0f}, a start {3 * theirs / ours:.0f}")
        print(f"  objective: ours {found.objective:.6f}, jumpmodels {model.val_:.6f}")
        assert found.objective <= model.val_ + 1e-9
    begun = time.perf_counter()
    model.predict_online(standard)
    theirs = 1e3 * (time.perf_counter() - begun)
    ours = median(lambda: found.online(features))
    print(f"  online labels: {ours:.2f} ms, jumpmodels {theirs:.0f} ms, ratio {theirs / ours:.0f}")
    print(f"  features: {median(lambda: jump_features(features[:, 0])):.2f} ms")


@pytest.mark.parametrize("make", [garch, switching])
def test_online_change_points_of_five_thousand_rows(make):
    values = make(ROWS)
    prior = NormalInverseGamma.of(values[:1_000])
    whole = online_change_points(values, prior, OnlineChangePointSettings(cutoff=0.0))
    print()
    for cutoff in (0.0, 1e-8, 1e-6):
        settings = OnlineChangePointSettings(cutoff=cutoff)
        each = median(lambda settings=settings: online_change_points(values, prior, settings), 5)
        found = online_change_points(values, prior, settings)
        moved = np.abs(found.recent - whole.recent).max()
        print(
            f"online change points, {make.__name__}, cutoff {cutoff:g}: {each:.1f} ms, probabilities move {moved:.0e}"
        )
        assert moved < 0.05


def test_exact_change_points_beside_ruptures():
    ruptures = pytest.importorskip("ruptures", reason="no wheel of ruptures for this Python")
    random = np.random.default_rng(1)
    series = np.log(random.normal(0.0, np.repeat(random.uniform(0.5, 2.0, 100), 1000)) ** 2 + 1e-8)
    penalty = 2.0 * 0.5 * np.pi**2 * np.log(series.size)
    ours = median(lambda: optimal_partition(series, penalty))
    print(f"\nexact change points of the mean, 100k: {ours:.1f} ms [25]")
    part = series[:3_000]
    few = median(lambda: optimal_partition(part, penalty))
    begun = time.perf_counter()
    ends = ruptures.Pelt(model="l2", min_size=1, jump=1).fit(part).predict(pen=penalty)
    theirs = 1e3 * (time.perf_counter() - begun)
    print(f"  3,000 points: {few:.2f} ms, ruptures' exact search {theirs:,.0f} ms, ratio {theirs / few:,.0f}")
    assert [0, *ends[:-1]] == back_trace(optimal_partition(part, penalty).last, part.size).tolist()
