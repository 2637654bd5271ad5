"""Optimism from the scatter of one fit: scores against differences of losses, units, and regressions of known cost."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy.signal import lfilter

from outsample.calibration.pooling import pooled_residuals
from outsample.calibration.tape_shelf import ensure_tapes
from outsample.diagnostics import finite
from outsample.diagnostics.gap import (
    FitOptimism,
    OptimismSource,
    cross_validate,
    decompose_gap,
    fit_optimism,
    found_optimism,
)
from outsample.diagnostics.study_losses import loss_of, loss_shares
from outsample.formulas import fourier
from outsample.inference import optimism
from outsample.inference.fit_cost import fit_cost
from outsample.model import HalfLossTerms, Prediction, states_scores
from outsample.models.parametric_smile import CorradoSu, Sabr, Ssvi, Svi
from outsample.models.smile import AbsoluteSmile, FlatVol, RelativeSmile, Weighting
from outsample.models.smile.normal_equations import equations_of
from outsample.models.surface import FrozenSurface
from outsample.models.transform import Heston, Merton
from outsample.scores import AbsoluteError, ErrorUnit, Functional, SquaredError
from outsample.study import Composition, Settings, Study, evaluate
from outsample.test_result import NotTested
from outsample.typing import DAY
from outsample.windows import Window, default_split

from .gap_regression import Line, Regression, Squares

LINEAR = [FlatVol(), AbsoluteSmile(), RelativeSmile(), RelativeSmile(Weighting.VEGA)]
DRAWN = [Svi(), Ssvi(), Sabr(), CorradoSu()]
TRUTHS = {Merton: fourier.Merton(0.45, 1.5, -0.12, 0.15), Heston: fourier.Heston(0.3, 3.0, 0.35, 1.1, -0.4)}
MOVE = 1e-5


def study_of(data, model, score=None, **settings):
    found = evaluate(
        model, data, default_split(data.times), score or SquaredError(), FrozenSurface(), Settings(**settings)
    )
    assert isinstance(found, Study), found
    return found


def terms_of(study, data):
    share = 1e4 * loss_shares(study, data)  # of squared vol points
    assert states_scores(study.fitted)
    return study.fitted.half_loss_terms(data, study.split.train, share)


def slopes(study, data, moved):
    """Return (m, p) half the derivative of the loss of each train time; `moved(a, step)` has one other value."""
    found = []
    for a in range(moved.count):
        up, down = (loss_of(study, data, moved(a, step).predict(data).values) for step in (MOVE, -MOVE))
        found.append((up - down)[study.train_rows] / (4.0 * MOVE))
    return np.nan_to_num(np.column_stack(found))


class MovedSmile:
    """A linear smile with one coefficient of the columns over a constant forward moved."""

    def __init__(self, fitted, data):
        unit = equations_of(data, fitted.regressors, Weighting.ONE).forward_unit
        self.fitted, self.count = fitted, len(fitted.coefficients)
        self.scale = (unit / fitted.mean_forward) ** fitted.regressors.forward_powers

    def __call__(self, a, step):
        values = list(self.fitted.coefficients)
        values[a] += step / self.scale[a]
        return replace(self.fitted, coefficients=tuple(values))


class MovedShape:
    """A parametric smile with one value moved."""

    def __init__(self, fitted):
        self.fitted, self.count = fitted, len(fitted.found.values)

    def __call__(self, a, step):
        values = list(self.fitted.found.values)
        values[a] += step
        return replace(self.fitted, found=replace(self.fitted.found, values=tuple(values)))


class MovedModel:
    """A transform model with one parameter moved."""

    def __init__(self, fitted):
        self.fitted, self.count = fitted, fitted.model.parameters.size

    def __call__(self, a, step):
        values = self.fitted.model.parameters.copy()
        values[a] += step
        return replace(self.fitted, model=type(self.fitted.model)(*values.tolist()), is_preview=False)


@pytest.fixture(scope="module")
def calibrated(history_of):
    """Return a function from a transform model to quotes of one truth with noise, calibrated."""
    made = {}

    def quotes(model):
        if model not in made:
            made[model] = history_of([TRUTHS[model]] * 40, strikes=9, noise=0.02)
            ensure_tapes(made[model], [model()])
        return made[model]

    return quotes


# --- Scores against differences -------------------------------------------------------------------------------------


@pytest.mark.parametrize("composition", list(Composition))
@pytest.mark.parametrize("model", LINEAR, ids=repr)
def test_the_scores_of_a_linear_smile_are_the_slopes_of_its_losses(market, model, composition):
    data = market.quotes
    study = study_of(data, model, composition=composition)
    terms = terms_of(study, data)
    expected = slopes(study, data, MovedSmile(study.fitted, data))
    np.testing.assert_allclose(terms.judged, expected, rtol=1e-6, atol=1e-6 * np.abs(expected).max())
    assert np.abs(terms.fitted.sum(axis=0)).max() < 1e-6 * np.abs(terms.fitted).sum(axis=0).max()
    assert not terms.at_bound.any()


@pytest.mark.parametrize("model", DRAWN, ids=repr)
def test_the_scores_of_a_drawn_smile_are_the_slopes_of_its_losses(market, model):
    data = market.quotes
    study = study_of(data, model)
    terms = terms_of(study, data)
    expected = slopes(study, data, MovedShape(study.fitted))
    size = np.abs(expected).max(axis=0)
    free = ~terms.at_bound
    np.testing.assert_allclose((terms.judged / size)[:, free], (expected / size)[:, free], atol=2e-4)
    np.testing.assert_allclose(
        np.abs(terms.fitted.sum(axis=0))[free] / np.abs(terms.fitted).sum(axis=0)[free], 0.0, atol=0.02
    )


@pytest.mark.parametrize("model", list(TRUTHS), ids=lambda one: one.__name__)
def test_the_scores_of_a_transform_model_are_the_slopes_of_its_losses(calibrated, model):
    data = calibrated(model)
    study = study_of(data, model())
    terms = terms_of(study, data)
    expected = slopes(study, data, MovedModel(study.fitted))
    size = np.abs(expected).max(axis=0)
    np.testing.assert_allclose(terms.judged / size, expected / size, atol=2e-3)
    assert terms.fitted.shape == terms.judged.shape
    np.testing.assert_allclose(terms.fitted.sum(axis=0) / np.abs(terms.fitted).sum(axis=0), 0.0, atol=0.02)
    assert fit_optimism(study, data).amount > 0.0


def test_a_preview_of_a_transform_model_says_nearly_the_same(calibrated):
    data = calibrated(Merton)
    exact, quick = (fit_optimism(study_of(data, Merton(), previews=previews), data) for previews in (False, True))
    assert quick.amount == pytest.approx(exact.amount, rel=0.1)


def test_a_fit_on_every_second_time_has_the_scores_of_those_alone(calibrated, monkeypatch):
    data, model = calibrated(Merton), Merton()
    whole = default_split(data.times)
    split = replace(whole, train=Window(whole.train.start, int(data.times[18])))  # a window that nothing was fitted on
    rows = split.train.rows(data.times)
    monkeypatch.setattr(pooled_residuals, "MOST_SLICES", int(data.observed.time_slice[rows.stop]) - 1)
    study = evaluate(model, data, split, SquaredError())
    terms = terms_of(study, data)
    left_out = ~terms.fitted.any(axis=1)
    assert left_out.tolist() == [place % 2 == 1 for place in range(rows.stop)]
    assert terms.judged.any(axis=1).all()
    np.testing.assert_allclose(terms.fitted.sum(axis=0) / np.abs(terms.fitted).sum(axis=0), 0.0, atol=0.02)
    assert (np.array(study.fitted.standard_errors) > 0.0).all()


@pytest.mark.parametrize("model", [FlatVol(), RelativeSmile()], ids=repr)
def test_the_hessian_and_the_scores_of_the_fit_are_of_one_scale(market, model):
    # a step of Newton from elsewhere leads to the estimate
    data = market.quotes
    study = study_of(data, model)
    away = MovedSmile(study.fitted, data)(0, 0.03)
    share, train = np.ones(data.observed.size), study.split.train
    terms = away.half_loss_terms(data, train, share)
    step = np.linalg.solve(terms.hessian, terms.fitted.mean(axis=0))
    scale = MovedSmile(study.fitted, data).scale
    np.testing.assert_allclose(
        np.array(away.coefficients) * scale - step, np.array(study.fitted.coefficients) * scale, rtol=1e-6, atol=1e-9
    )


@pytest.mark.parametrize("model", DRAWN[:3], ids=repr)
def test_the_hessian_of_a_drawn_smile_is_that_of_its_quotes(market, model):
    data = market.quotes
    study = study_of(data, model)
    terms, moved = terms_of(study, data), MovedShape(study.fitted)
    rows = study.train_rows
    inside = (data.observed.time_index >= rows.start) & (data.observed.time_index < rows.stop)
    slope = np.column_stack(
        [
            (moved(a, MOVE).predict(data).values - moved(a, -MOVE).predict(data).values)[inside] / (2.0 * MOVE)
            for a in range(moved.count)
        ]
    )
    expected = slope.T @ slope / (rows.stop - rows.start)
    free = ~terms.at_bound
    size = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    np.testing.assert_allclose(
        (terms.hessian / size)[np.ix_(free, free)], (expected / size)[np.ix_(free, free)], atol=0.02
    )


def test_vols_at_the_floor_have_no_slope(market):
    data = market.quotes
    study = study_of(data, RelativeSmile())
    low = replace(study.fitted, coefficients=(-1.0, *study.fitted.coefficients[1:]))
    vols = low.predict(data).values
    assert (vols[data.observed.time_index < study.train_rows.stop] == 0.01).all()
    terms = low.half_loss_terms(data, study.split.train, np.ones(vols.size))
    assert not terms.judged.any()
    assert terms.fitted.any()


# --- From scores to optimism ----------------------------------------------------------------------------------------


def test_it_is_in_the_unit_of_the_loss_and_of_the_loss_that_judges(market):
    data = market.quotes
    for composition in Composition:
        study = study_of(data, FlatVol(), composition=composition)
        level = study.fitted.coefficients[0]
        seen, rows = data.observed, study.train_rows
        count = np.bincount(seen.time_index, minlength=data.times.size)[rows].astype(float)
        plain = np.bincount(seen.time_index, weights=level - seen.implied_vol, minlength=data.times.size)[rows]
        share = loss_shares(study, data) * (level - seen.implied_vol)
        judged = 1e4 * np.bincount(seen.time_index, weights=share, minlength=data.times.size)[rows]
        expected = optimism(np.array([[count.mean()]]), plain[:, None], judged=judged[:, None])
        found = fit_optimism(study, data)
        assert found.persistence > 0.8  # too much for a correction
        assert (found.amount, found.spread) == pytest.approx((expected, np.sqrt(2.0) * expected), rel=1e-6)


def test_times_that_are_not_judged_are_no_times_of_the_mean(market):
    data = market.quotes
    study = study_of(data, RelativeSmile(), stride=3)
    terms = terms_of(study, data)
    rows = study.train_rows
    judged = np.isfinite(study.loss[rows])
    assert judged.sum() < 0.4 * judged.size
    assert not terms.judged[~judged].any()
    pair = {"scores": terms.fitted, "judged": terms.judged * judged.size / judged.sum()}
    near, far = (optimism(terms.hessian, lead=lead, **pair) for lead in (2, None))
    found = fit_optimism(study, data, lead=2)
    assert (found.amount, found.of_refits) == pytest.approx((far, near), rel=1e-12)


def test_later_quotes_change_it_by_no_bit(market, spoilt):
    data = market.quotes
    for model in (RelativeSmile(), Sabr()):
        study = study_of(data, model)
        other = spoilt(data, study.train_rows.stop)
        found = fit_optimism(study_of(other, model), other)
        assert found == fit_optimism(study, data)


@pytest.mark.parametrize(
    ("model", "score", "words"),
    [
        (RelativeSmile(), SquaredError(ErrorUnit.PRICE), "needs squared vol errors, found squared-price"),
        (RelativeSmile(), AbsoluteError(ErrorUnit.VOL_POINTS), "needs squared vol errors, found absolute-vol-points"),
        (FrozenSurface(), SquaredError(), "needs a fit that knows its scores, found FrozenSurface"),
    ],
)
def test_what_has_no_scatter_is_said_with_its_cure(market, model, score, words):
    found = fit_optimism(study_of(market.quotes, model, score), market.quotes)
    assert isinstance(found, NotTested)
    assert words in found.sentence
    assert found.sentence.endswith("use purged block cross-validation")


def test_a_parameter_at_its_bound_leaves_cross_validation(market):
    data = market.quotes
    study = study_of(data, Sabr())
    held = tuple(a == 3 for a in range(6))
    stuck = replace(study, fitted=replace(study.fitted, found=replace(study.fitted.found, at_bound=held)))
    expected = fit_optimism(stuck, data)
    assert isinstance(expected, NotTested)
    gap = decompose_gap(study, data, np.zeros(data.times.size, np.int64))
    found = found_optimism(expected, gap)
    assert found.source is OptimismSource.CROSS_VALIDATED
    assert found.amount == gap.loss.parts.cross_validated - gap.loss.parts.in_sample
    assert found.of_refits == found.amount
    said = found.said("squared vol pts")
    assert (
        "is cross-validated in blocks, 5 of them, for optimism needs parameters off their bounds, found 1 of 6" in said
    )
    free = found_optimism(FitOptimism(0.5, 0.2, 0.3, 0.5), gap)
    assert found.spread == pytest.approx(np.sqrt(2.0) * abs(found.amount))
    assert (free.amount, free.spread, free.of_refits, free.source) == (0.5, 0.2, 0.3, OptimismSource.EXPECTED)
    assert free.cross_validated == found.amount
    assert free.said("x").startswith("Optimism of 0.5 x is expected from the scatter of the fit; 5 blocks left out")
    larger = found.amount + 0.5
    weak = found_optimism(FitOptimism(larger, 0.2, 0.3, 0.9), gap)
    assert (free.is_weak, weak.is_weak, weak.amount) == (False, True, larger)
    assert "whose errors persist for so long that it is too small on average; 5 blocks left out" in weak.said("x")


def test_errors_that_persist_leave_cross_validation_where_it_shows_more(market):
    data = market.quotes
    gap = decompose_gap(study_of(data, Sabr()), data, np.zeros(data.times.size, np.int64))
    shown = gap.loss.parts.cross_validated - gap.loss.parts.in_sample
    own = 0.25 * shown
    found = found_optimism(FitOptimism(own, own, 0.7 * own, 0.9), gap)
    assert shown > 0.0
    assert (found.amount, found.source, found.is_weak) == (shown, OptimismSource.CROSS_VALIDATED, False)
    assert found.of_refits == pytest.approx(0.7 * own + 0.5 * (shown - own))
    assert found.spread == pytest.approx(np.sqrt(2.0) * shown)
    assert "5 of them, for the errors of the fit persist for so long" in found.said("x")
    same = found_optimism(FitOptimism(own, own, 0.7 * own, 0.7), gap)
    assert (same.amount, same.source) == (own, OptimismSource.EXPECTED)


def test_without_either_the_reason_of_the_gap_stands():
    gap = NotTested("gap", "Gap", "a gap needs something, found nothing; wait")
    assert found_optimism(NotTested("o", "O", "no scores"), gap) is gap
    alone = found_optimism(FitOptimism(0.5, 0.2, 0.3, 0.5), gap)
    assert (alone.amount, alone.blocks) == (0.5, 0)
    assert alone.said("x") == "Optimism of 0.5 x is expected from the scatter of the fit."


# --- Regressions of known cost --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class KnownLine(Line):
    """Slopes that know their scores."""

    def half_loss_terms(self, data, train, share):
        rows = train.rows(data.times)
        x, error = data.x[rows], data.x[rows] @ np.array(self.slopes) - data.y[rows]
        scores = x * error[:, None]
        return HalfLossTerms(x.T @ x / len(x), scores, scores * share[rows, None], np.zeros(x.shape[1], bool))

    def predict(self, data):
        return Prediction(data.x @ np.array(self.slopes), Functional.MEAN)


@dataclass(frozen=True)
class KnownSquares(Squares):
    """Least squares that know their scores."""

    def fit(self, data, train):
        return KnownLine(Squares.fit(self, data, train).slopes)


@dataclass(frozen=True, eq=False)
class Vols(Regression):
    """A regression in a unit of squared vol errors."""

    def only_times(self, keep):
        return Vols(self.times[keep], self.x[keep], self.y[keep])


def persistent(random, count):
    """Return a constant and two regressors with .8, and errors of .6 that they have nothing to do with."""
    x = np.column_stack((np.ones(2 * count), lfilter([0.6], [1, -0.8], random.normal(size=(2 * count, 2)), axis=0)))
    y = lfilter([0.8], [1, -0.6], random.normal(size=2 * count))
    return Vols(DAY * np.arange(count), x[count:], y[count:])


def test_on_regressions_of_persistent_errors_the_scatter_and_blocks_both_come_near_the_cost():
    # scores have autocovariances .48^j, twice, and .6^j, of variance 1: cost 2 tr / m once, (tr + 3) / m for the next
    random, trace, train = np.random.default_rng(1), 2 * 1.48 / 0.52 + 1.6 / 0.4, 420
    scatter, nearby, blocks = [], [], []
    for _ in range(120):
        data = persistent(random, 600)
        study = evaluate(KnownSquares(), data, default_split(data.times), SquaredError())
        assert study.train_rows.stop == train
        found = fit_optimism(study, data)
        terms = study.fitted.half_loss_terms(data, study.split.train, loss_shares(study, data))
        pair = terms.hessian, terms.fitted
        cost, far, near = fit_cost(*pair), optimism(*pair), optimism(*pair, lead=1)
        assert found.persistence < 0.8
        assert (found.amount, found.spread) == pytest.approx((cost.amount, cost.spread), rel=1e-9)
        assert found.of_refits == pytest.approx(near + 0.5 * (cost.amount - far), rel=1e-9)
        scatter.append(found.amount)
        nearby.append(found.of_refits)
        validated = cross_validate(study, data, 5).loss[study.train_rows]
        blocks.append(np.mean(validated) - np.mean(finite(study.loss, study.train_rows)))
    cost = 2 * trace / train
    assert 0.8 < np.mean(scatter) / cost < 1.02
    assert 0.8 < np.mean(nearby) / ((trace + 3) / train) < 1.05
    assert 0.85 < np.mean(blocks) / cost < 1.45  # of fits on four fifths of the times: a quarter more
    assert np.std(scatter) < 0.6 * np.std(blocks)
