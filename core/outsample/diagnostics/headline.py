"""The headline of a study: how much worse, relative to the benchmark, than in training."""

from dataclasses import dataclass

import numpy as np

from outsample.compiled import kernel
from outsample.inference import (
    LongRun,
    MeanDifference,
    difference_of_means,
    long_run,
    minimum_detectable_effect,
    needs_hatching,
)
from outsample.inference import Side as Bound
from outsample.prepared import prepared
from outsample.scores import ScaleDomain, Shown
from outsample.study import Study
from outsample.typing import Floats

__all__ = ["Headline", "contrasts", "finite", "headline", "mean_of", "ratio_power", "series_of", "shown"]


@dataclass(frozen=True, slots=True)
class Headline:
    """Numbers of one model on one split.

    Parameters
    ----------
    model, benchmark, unit : str
        Benchmark is empty for a model that is one itself.
    is_ratio : bool
        Contrasts are log ratios of losses; else differences in `unit`.
    ratio_power : float
        Exponent that turns a log loss ratio into the ratio of what is shown: 1/2 for RMSE.
    in_sample, out_of_sample : float
        As shown: RMSE or mean loss over times, in `unit`.
    out_over_in : float
        Secondary: it mostly says whether the train window was turbulent.
    bias_in, bias_out : float
        Mean signed error over times, in `unit`; NaN where prediction and realised value are not of one kind.
    delta, low, high : float
        theta of the verdict with its two-sided 95 % interval: mean test contrast minus mean train contrast for
        ratios, mean test contrast for plain differences.
    lower_bound, upper_bound : float
        One-sided 95 % bounds of `delta`.
    p_value : float
        Nominal, two-sided, not adjusted for looks.
    regret : float
        Mean test contrast with the same model refitted at every time; NaN where there is no refit.
    times_train, times_test, missing : int
        Times with a loss, and times without one.
    effective_train, effective_test : float
        Effective numbers of observations.
    minimum_detectable : float
        Smallest delta found with 80 % power at one-sided 5 %.
    coverage_test : float
        Mean share of the train composition that the quotes of a test time cover; the rest was renormalised.
    hatched : bool
        Too short or too persistent for the interval to be taken at its word.
    """

    model: str
    benchmark: str
    unit: str
    is_ratio: bool
    ratio_power: float
    in_sample: float
    out_of_sample: float
    out_over_in: float
    bias_in: float
    bias_out: float
    delta: float
    low: float
    high: float
    lower_bound: float
    upper_bound: float
    p_value: float
    regret: float
    times_train: int
    times_test: int
    missing: int
    effective_train: float
    effective_test: float
    minimum_detectable: float
    coverage_test: float
    hatched: bool


def shown(study: Study, loss: float) -> float:
    """Return a mean loss as it is shown: its root for squared errors."""
    return float(np.sqrt(loss)) if study.score.shown is Shown.ROOT else float(loss)


def ratio_power(study: Study) -> float:
    """Return the exponent that turns a log loss ratio into the ratio of what is shown."""
    return 0.5 if study.score.shown is Shown.ROOT else 1.0


def series_of(study: Study) -> Floats:
    """Return (m,) what a model is judged by: the contrast with the benchmark where there is one, else the loss."""
    return study.loss if study.differential is None else study.differential


def finite(series: Floats, rows: slice) -> Floats:
    """Return the finite values of a per-time series among some times."""
    part = series[rows]
    return part[np.isfinite(part)]


def mean_of(series: Floats, rows: slice) -> tuple[float, int]:
    """Return the mean of the finite values of a per-time series among some times, and how many they are."""
    mean, count = _mean_of_finite(series, rows.start, rows.stop)
    return float(mean), int(count)


@kernel
def _mean_of_finite(series: Floats, start: int, stop: int) -> tuple[float, int]:  # pragma: no cover - compiled
    total, count = 0.0, 0
    for value in series[start:stop]:
        if np.isfinite(value):
            total += value
            count += 1
    return (total / count if count else np.nan), count


def headline(study: Study) -> Headline:
    """Compute the headline of a study; NaN where a window holds nothing."""
    train, test = study.train_rows, study.test_rows
    loss_inside, inside = mean_of(study.loss, train)
    loss_outside, outside = mean_of(study.loss, test)
    in_sample, out_of_sample = shown(study, loss_inside), shown(study, loss_outside)
    before, after = contrasts(study)
    effect = _effect(study, before, after)
    interval = effect.interval()
    bias = _bias(study)
    times = (train.stop - train.start) + (test.stop - test.start)
    return Headline(
        model=study.name,
        benchmark=study.contender.benchmark_name,
        unit=study.score.unit.value,
        is_ratio=study.is_ratio,
        ratio_power=ratio_power(study),
        in_sample=in_sample,
        out_of_sample=out_of_sample,
        out_over_in=out_of_sample / in_sample if in_sample > 0 else float("nan"),
        bias_in=mean_of(bias, train)[0],
        bias_out=mean_of(bias, test)[0],
        delta=effect.estimate,
        low=interval.low,
        high=interval.high,
        lower_bound=effect.bound(Bound.LOWER),
        upper_bound=effect.bound(Bound.UPPER),
        p_value=effect.p_value,
        regret=float("nan") if study.regret is None else mean_of(study.regret, test)[0],
        times_train=inside,
        times_test=outside,
        missing=times - inside - outside,
        effective_train=before.n_eff,
        effective_test=after.n_eff,
        minimum_detectable=minimum_detectable_effect(effect.standard_error, effect.dof),
        coverage_test=_coverage(study, test),
        hatched=needs_hatching(before) or needs_hatching(after),
    )


@prepared
def contrasts(study: Study) -> tuple[LongRun, LongRun]:
    """Return the long-run figures of d_t on train and test; of the loss itself for a benchmark."""
    series = series_of(study)
    return long_run(finite(series, study.train_rows)), long_run(finite(series, study.test_rows))


def _bias(study: Study) -> Floats:
    """Return the signed error per time; a quantile or a variance minus a return would mean nothing."""
    if study.score.unit.domain is ScaleDomain.RETURN:
        return np.full(study.loss.size, np.nan)
    return study.losses.bias_per_time(study.weights)


def _effect(study: Study, before: LongRun, after: LongRun) -> MeanDifference:
    """Return theta: Delta for ratios of option losses, the mean test contrast for plain score differences."""
    if study.differential is None:
        return MeanDifference(float("nan"), float("nan"), float("nan"))
    if study.is_ratio:
        return difference_of_means(before, after)
    return MeanDifference(after.mean, after.standard_error, float(after.dof))


def _coverage(study: Study, rows: slice) -> float:
    """Return the mean share of the train composition that the quotes of a time cover; 1 under the raw mean."""
    if study.weights is None or rows.stop <= rows.start:
        return 1.0
    return mean_of(study.losses.seen.shares(study.weights).coverage, rows)[0]
