"""The headline: which numbers stand in it, for ratios, for differences, and where there is nothing to compare with."""

import math
from dataclasses import dataclass, fields, replace

import numpy as np
import pytest
from scipy.stats import t as student

from outsample.catalog import contenders, score
from outsample.diagnostics import error_surface, headline, shown
from outsample.model import Prediction
from outsample.scores import Functional, Pinball
from outsample.study import Composition, Settings, Workspace, compare, evaluate
from outsample.windows import Split, Window, default_split

VOL = score("squared-vol-points").score


def judged(data, names, score_name, split=None, **settings):
    split = split or default_split(data.times)
    return compare(contenders(names), Workspace(data), split, score(score_name).score, Settings(**settings))


def cosine_error(values):
    """Squared standard error of a mean and its degrees of freedom, the cosines written out."""
    n = len(values)
    nu = max(1, math.floor(0.4 * n ** (2 / 3) + 1e-9))
    terms = [
        (math.sqrt(2 / n) * sum(v * math.cos(math.pi * j * (i + 0.5) / n) for i, v in enumerate(values))) ** 2
        for j in range(1, nu + 1)
    ]
    return sum(terms) / nu / n, nu


@pytest.mark.parametrize(
    ("score_name", "names"),
    [("qlike", ("ewma-variance", "rolling-variance")), ("pinball-0.01", ("normal-var", "historical-var"))],
)
def test_differences_of_scores_are_judged_by_their_mean_over_the_test_window(market, score_name, names):
    data = market.prices
    split = default_split(data.times)
    model, rival = judged(data, names, score_name)
    found = headline(model)
    contrast = model.loss - rival.loss
    test = contrast[split.test.rows(data.times)]
    test = test[np.isfinite(test)].tolist()
    error2, nu = cosine_error(test)
    mean = math.fsum(test) / len(test)
    assert not found.is_ratio
    assert found.delta == pytest.approx(mean, rel=1e-9)
    assert found.low == pytest.approx(mean - student.ppf(0.975, nu) * math.sqrt(error2), rel=1e-8)
    assert found.upper_bound == pytest.approx(mean + student.ppf(0.95, nu) * math.sqrt(error2), rel=1e-8)
    assert found.times_test == len(test)
    assert math.isnan(found.bias_in)


def test_qlike_and_pinball_of_a_study_are_those_of_the_textbook(market):
    data = market.prices
    split = default_split(data.times)
    rows = split.train.rows(data.times)
    (variance,) = judged(data, ("sample-variance",), "qlike")
    h = float(variance.prediction.values[0])
    np.testing.assert_allclose(variance.loss, np.log(h) + data.returns**2 / h, rtol=1e-9)
    (quantile,) = judged(data, ("historical-var",), "pinball-0.01")
    q = float(quantile.prediction.values[0])
    expected = 100.0 * np.where(data.returns <= q, 0.99 * (q - data.returns), 0.01 * (data.returns - q))
    np.testing.assert_allclose(quantile.loss, expected, rtol=1e-9, atol=1e-15)
    assert headline(quantile).in_sample == pytest.approx(expected[rows].mean(), rel=1e-9)
    assert headline(quantile).unit == "%"


def test_a_benchmark_has_losses_and_no_contrast(market):
    (study,) = judged(market.quotes, ("rolling-surface",), "squared-vol-points")
    found = headline(study)
    assert found.benchmark == ""
    assert found.in_sample > 0
    assert all(
        math.isnan(getattr(found, name)) for name in ("delta", "low", "high", "upper_bound", "p_value", "regret")
    )


def test_a_model_against_itself_is_no_worse_anywhere(market):
    @dataclass(frozen=True)
    class Half:
        parameters = ()

        def fit(self, data, train):
            return self

        def predict(self, data):
            return Prediction(np.full(data.time_index.size, 0.5), Functional.MEAN)

    study = evaluate(Half(), market.quotes, default_split(market.quotes.times), VOL, Half())
    found = headline(study)
    assert (found.delta, found.low, found.high, found.p_value) == (0.0, 0.0, 0.0, 1.0)


def test_a_test_window_without_times_has_no_figures_and_is_no_error(market):
    data = market.quotes
    first, last = int(data.times[0]), int(data.times[-1]) + 1
    split = Split(Window(first, last), Window(last, last))
    (study,) = judged(data, ("flat-vol",), "squared-vol-points", split)
    found = headline(study)
    assert (found.times_test, found.effective_test) == (0, 0.0)
    assert math.isnan(found.out_of_sample)
    assert math.isnan(found.delta)
    assert math.isfinite(found.in_sample)


def test_times_without_a_loss_are_counted(market):
    data = market.quotes
    silent = replace(data, bid=np.where(np.isin(data.time, data.times[[5, 80]]), np.nan, data.bid))
    (study,) = judged(silent, ("rolling-surface",), "squared-vol-points")
    found = headline(study)
    assert found.missing == 3  # the two, and the first time, which has no surface before it
    assert found.times_train + found.times_test + 3 == data.times.size


def test_coverage_is_the_mean_share_of_the_train_composition_that_the_test_times_quote(market):
    data = market.quotes
    split = default_split(data.times)
    (held,) = judged(data, ("flat-vol",), "squared-vol-points")
    there = held.losses.seen.counts[split.test.rows(data.times)] > 0
    expected = [sum(w for w, has in zip(held.weights, row, strict=True) if has) for row in there]
    assert headline(held).coverage_test == pytest.approx(sum(expected) / len(expected))
    (raw,) = judged(data, ("flat-vol",), "squared-vol-points", composition=Composition.RAW)
    assert headline(raw).coverage_test == 1.0


def test_roots_are_shown_for_squared_errors_and_means_for_the_rest(market):
    data = market.quotes
    (squared,) = judged(data, ("flat-vol",), "squared-vol-points")
    (absolute,) = judged(data, ("flat-vol",), "absolute-vol-points")
    assert (shown(squared, 9.0), shown(absolute, 9.0)) == (3.0, 9.0)
    assert (headline(squared).ratio_power, headline(absolute).ratio_power) == (0.5, 1.0)
    assert headline(squared).in_sample > headline(absolute).in_sample


def test_short_windows_are_hatched(market):
    (short,) = judged(market.quotes, ("flat-vol",), "squared-vol-points")
    assert headline(short).hatched


def test_every_figure_is_a_plain_number(market):
    for data, name, by in (
        (market.quotes, "flat-vol", "squared-vol-points"),
        (market.prices, "ewma-var", "pinball-0.01"),
    ):
        found = headline(judged(data, (name,), by)[0])
        for field in fields(found):
            assert type(getattr(found, field.name)).__name__ == getattr(field.type, "__name__", field.type)


# --- Error surface --------------------------------------------------------------------------------------------------


def test_surfaces_count_every_quote_once_and_their_difference_is_that_of_the_parts(market):
    data = market.quotes
    split = default_split(data.times)
    (study,) = judged(data, ("relative-smile",), "squared-vol-points")
    train, test = error_surface(study, split.train), error_surface(study, split.test)
    assert train.count.sum() + test.count.sum() == data.observed.size
    assert np.array_equal(np.isnan(train.loss), train.count == 0)
    assert np.array_equal(train.sparse, train.count < 20)
    gap = test.minus(train)
    assert np.array_equal(gap.count, np.minimum(train.count, test.count))
    np.testing.assert_allclose(gap.loss, test.loss - train.loss)
    np.testing.assert_allclose(gap.bias, test.bias - train.bias)


def test_a_surface_of_an_empty_window_is_empty(market):
    (study,) = judged(market.quotes, ("flat-vol",), "squared-vol-points")
    nothing = error_surface(study, Window(0, 1))
    assert nothing.count.sum() == 0
    assert np.isnan(nothing.loss).all()


def test_pinball_of_another_level_is_another_loss(market):
    data = market.prices
    (study,) = judged(data, ("historical-var",), "pinball-0.01")
    assert study.score == Pinball(0.01)
    assert (
        type(evaluate(contenders(("historical-var",))[0].model, data, study.split, Pinball(0.05))).__name__ == "Failure"
    )
