"""Fit on train, judge on test: the one path from a model to its losses, in the window, headless and in notebooks."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, cast

import numpy as np

from outsample.compiled import kernel
from outsample.errors import FitError
from outsample.model import Dataset, Fitted, Model, Prediction, RefitSchedule, can_preview, can_refit
from outsample.scenarios import Scenario
from outsample.scores import Functional, ScaleDomain, Score
from outsample.study.failure import Failure, FailureReason
from outsample.study.losses import Composition, Losses
from outsample.study.workspace import Mask, Predicted, Workspace
from outsample.typing import Floats, Integers
from outsample.windows import Scheme, Split

__all__ = ["Contender", "Settings", "Study", "compare", "evaluate", "refit_schedule"]

_BLOCK: Final = 64  # times


@dataclass(frozen=True, slots=True)
class Contender:
    """A model with its name and the benchmark it has to beat.

    Parameters
    ----------
    name : str
    model : Model
    benchmark_name : str
        Empty for a model that is a benchmark itself.
    benchmark : Model, optional
    title, benchmark_title : str
        What sentences call the two; where empty, their names.
    """

    name: str
    model: Model[Any]
    benchmark_name: str = ""
    benchmark: Model[Any] | None = None
    title: str = ""
    benchmark_title: str = ""

    @property
    def models(self) -> tuple[Model[Any], ...]:
        """The model, and the benchmark where there is one."""
        return (self.model,) if self.benchmark is None else (self.model, self.benchmark)


@dataclass(frozen=True, slots=True)
class Settings:
    """How losses are averaged and how refits follow time.

    Parameters
    ----------
    composition : Composition
        Cells weighted by their share in the train window, or the raw mean over quotes.
    scheme : Scheme
        Rolling refits keep the length of the train window; anchored and free ones keep its start.
    stride : int
        Judge every `stride`-th time only: 1 is exact, anything else a preview.
    previews : bool
        Fit models that have a quicker way (`Previews`) by it; all others are as exact as ever.
    """

    composition: Composition = Composition.TRAIN
    scheme: Scheme = Scheme.ANCHORED
    stride: int = 1
    previews: bool = False


@dataclass(frozen=True, eq=False)
class Study:
    """One model, fitted on the train window, with its losses at every time of the data.

    Parameters
    ----------
    contender : Contender
    split : Split
    score : Score
    settings : Settings
    fitted : Fitted
    prediction : Prediction
        Over all observations, in the model's own domain.
    losses : Losses
    benchmark_losses, refitted_losses : Losses, optional
        Of the benchmark; of the same model refitted strictly before each time, in the test window and after.
    weights : (cells,) array, optional
        Composition of the train window; None under the raw composition.
    refused, uncommon : int
        Observations that this model does not predict; that are left out because some compared model does not.
    """

    contender: Contender
    split: Split
    score: Score
    settings: Settings
    fitted: Fitted[Any]
    prediction: Prediction
    losses: Losses
    benchmark_losses: Losses | None
    refitted_losses: Losses | None
    weights: Floats | None
    refused: int
    uncommon: int

    @property
    def name(self) -> str:
        """Name of the model."""
        return self.contender.name

    @property
    def title(self) -> str:
        """What sentences call the model."""
        return self.contender.title or self.contender.name

    @property
    def rival(self) -> str:
        """What sentences call the benchmark; empty where there is none."""
        return self.contender.benchmark_title or self.contender.benchmark_name

    @cached_property
    def loss(self) -> Floats:
        """(m,) loss per time, in the unit of the score (squared if it is)."""
        return self.losses.per_time(self.weights)

    @cached_property
    def benchmark_loss(self) -> Floats | None:
        """(m,) loss per time of the benchmark."""
        return None if self.benchmark_losses is None else self.benchmark_losses.per_time(self.weights)

    @cached_property
    def differential(self) -> Floats | None:
        """(m,) d_t against the benchmark: log ratio for option losses, difference otherwise; NaN where undefined."""
        return None if self.benchmark_loss is None else contrast(self.loss, self.benchmark_loss, self.is_ratio)

    @cached_property
    def regret(self) -> Floats | None:
        """(m,) contrast with the same model refitted at every time of the test window and after; NaN elsewhere."""
        if self.refitted_losses is None:
            return None
        found = contrast(self.loss, self.refitted_losses.per_time(self.weights), self.is_ratio)
        found[: self.test_rows.start] = np.nan
        return found

    @cached_property
    def train_rows(self) -> slice:
        """Times of the train window."""
        return self.split.train.rows(self.losses.times)

    @cached_property
    def test_rows(self) -> slice:
        """Times of the test window."""
        return self.split.test.rows(self.losses.times)

    @property
    def is_ratio(self) -> bool:
        """Whether losses are compared by their log ratio."""
        return self.score.unit.domain is not ScaleDomain.RETURN

    @property
    def is_exact(self) -> bool:
        """Whether every time was judged, and neither the model nor its benchmark by a preview."""
        quicker = self.settings.previews and any(can_preview(model) for model in self.contender.models)
        return self.settings.stride == 1 and not quicker


def contrast(loss: Floats, other: Floats, ratio: bool) -> Floats:
    """Return ``ln loss - ln other`` or ``loss - other`` per time; NaN where either is missing or not positive."""
    if not ratio:
        return np.asarray(loss - other)
    out = np.empty(loss.size)
    _log_ratio(loss, other, out)
    return out


@kernel
def _log_ratio(loss: Floats, other: Floats, out: Floats) -> None:  # pragma: no cover - compiled
    for t in range(out.size):
        out[t] = np.log(loss[t] / other[t]) if loss[t] > 0.0 and other[t] > 0.0 else np.nan


def refit_schedule(split: Split, scheme: Scheme, times: Integers) -> RefitSchedule:
    """Return the windows that refits use: what the scheme would have trained on before each of `times`."""
    first = _first_judged(split, times)
    if scheme is not Scheme.ROLLING:
        return RefitSchedule(split.train.start, first=first)
    rows = split.train.rows(times)
    return RefitSchedule(split.train.start, rows.stop - rows.start, first)


def _first_judged(split: Split, times: Integers) -> int:
    """Return from which time on refits are wanted: the test window, in blocks, so that a drag seldom needs others."""
    start: int = split.test.rows(times).start
    return start // _BLOCK * _BLOCK


def evaluate(
    model: Model[Any],
    data: Dataset,
    split: Split,
    score: Score,
    benchmark: Model[Any] | None = None,
    settings: Settings | None = None,
    scenario: Scenario | None = None,
) -> Study | Failure:
    """Fit `model` on the train window and judge it at every time of `data`.

    Parameters
    ----------
    model : Model
        Frozen hyper-parameters.
    data : Dataset
    split : Split
    score : Score
        Must be consistent for the functional the model predicts.
    benchmark : Model, optional
        Judged on the same observations.
    settings : Settings, optional
    scenario : Scenario, optional
        Applied to the data before anything sees them.

    Returns
    -------
    Study or Failure
        A Failure where the model cannot be fitted or nothing can be compared; bugs still raise.
    """
    name = type(model).__name__
    benchmark_name = type(benchmark).__name__ if benchmark is not None else ""
    contender = Contender(name, model, benchmark_name, benchmark)
    seen = data if scenario is None else scenario.apply(data)
    return compare([contender], Workspace(seen), split, score, settings)[0]


def compare(
    contenders: Sequence[Contender],
    workspace: Workspace,
    split: Split,
    score: Score,
    settings: Settings | None = None,
) -> tuple[Study | Failure, ...]:
    """Evaluate several models on the observations that all of them predict, in the order of `contenders`."""
    chosen = settings or Settings()
    models = dict.fromkeys(model for one in contenders for model in one.models)
    fits = {model: _fit(model, workspace.data, split, chosen) for model in models}
    candidates = [_candidate(one, fits, workspace.data, split, chosen) for one in contenders]
    fitted = [entry for entry in candidates if isinstance(entry, _Candidate)]
    compared = {job.key: job for entry in fitted for job in entry.compared}
    refitted = {entry.refitted.key: entry.refitted for entry in fitted if entry.refitted is not None}
    workspace.make_room(len(compared) + len(refitted))
    predicted = {key: workspace.predicted(key, job.predict) for key, job in (compared | refitted).items()}
    mask = Mask.common(predicted[key] for key in compared)
    weights = workspace.observations(score.unit, chosen.stride, mask).composition(split.train)
    composed = weights if chosen.composition is Composition.TRAIN else None
    losses: dict[Hashable, Losses] = {}
    for keys, first in ((compared, 0), (refitted, _first_judged(split, workspace.data.times))):
        consistent = [predicted[key] for key in keys if _is_consistent(predicted[key].prediction, score)]
        losses |= workspace.losses(consistent, score, chosen.stride, mask, composed, first)
    return tuple(_study(entry, predicted, losses, weights, split, score, chosen, mask) for entry in candidates)


@dataclass(frozen=True, eq=False)
class _Job:
    """A prediction that is wanted, by its identity."""

    key: Hashable
    predict: Callable[[], Prediction]


@dataclass(frozen=True, eq=False)
class _Candidate:
    contender: Contender
    fitted: Fitted[Any]
    own: _Job
    benchmark: _Job | None
    refitted: _Job | None

    @property
    def compared(self) -> tuple[_Job, ...]:
        return (self.own,) if self.benchmark is None else (self.own, self.benchmark)


def _fit(model: Model[Any], data: Dataset, split: Split, settings: Settings) -> Fitted[Any] | FitError:
    try:
        if settings.previews and can_preview(model):
            return model.preview(data, split.train)
        return model.fit(data, split.train)
    except FitError as error:
        return error


def _candidate(
    contender: Contender,
    fits: dict[Model[Any], Fitted[Any] | FitError],
    data: Dataset,
    split: Split,
    settings: Settings,
) -> _Candidate | Failure:
    for model in contender.models:
        error = fits[model]
        if isinstance(error, FitError):
            message, _, cure = str(error).rpartition("; ")
            return Failure(contender.name, FailureReason.CANNOT_FIT, message or cure, cure if message else "")
    jobs = [_prediction(cast(Fitted[Any], fits[model]), data) for model in contender.models]
    fitted = cast(Fitted[Any], fits[contender.model])
    other = jobs[1] if len(jobs) > 1 else None
    return _Candidate(contender, fitted, jobs[0], other, _refit(contender, data, split, settings))


def _prediction(fitted: Fitted[Any], data: Dataset) -> _Job:
    return _Job(cast(Hashable, fitted), lambda: fitted.predict(data))


def _refit(contender: Contender, data: Dataset, split: Split, settings: Settings) -> _Job | None:
    model = contender.model
    if contender.benchmark is None or not can_refit(model):
        return None
    schedule = refit_schedule(split, settings.scheme, data.times)
    return _Job((model, schedule.key()), lambda: model.predict_refitted(data, schedule))


def _study(
    entry: _Candidate | Failure,
    predicted: dict[Hashable, Predicted],
    losses: dict[Hashable, Losses],
    weights: Floats,
    split: Split,
    score: Score,
    settings: Settings,
    mask: Mask,
) -> Study | Failure:
    if isinstance(entry, Failure):
        return entry
    own = predicted[entry.own.key]
    if entry.own.key not in losses:
        return _wrong_score(entry.contender.name, own.prediction, score)
    if not weights.any():
        return Failure(
            entry.contender.name,
            FailureReason.NOTHING_IN_COMMON,
            "a comparison needs train quotes that every model on screen predicts, found none",
            "widen the train window or switch off the model that refuses them",
        )
    return Study(
        entry.contender,
        split,
        score,
        settings,
        entry.fitted,
        own.prediction,
        losses[entry.own.key],
        losses.get(entry.benchmark.key) if entry.benchmark else None,
        losses.get(entry.refitted.key) if entry.refitted else None,
        weights if settings.composition is Composition.TRAIN else None,
        refused=own.refused,
        uncommon=mask.left_out,
    )


def _is_consistent(prediction: Prediction, score: Score) -> bool:
    return (prediction.functional, prediction.level) == (score.functional, score.level)


def _wrong_score(name: str, prediction: Prediction, score: Score) -> Failure:
    return Failure(
        name,
        FailureReason.WRONG_SCORE,
        f"the score {score.name} judges {_stated(score.functional, score.level)}, "
        f"but {name} predicts {_stated(prediction.functional, prediction.level)}",
        "choose a score that is consistent for it",
    )


def _stated(functional: Functional, level: float | None) -> str:
    return f"the {functional.value}" + ("" if level is None else f" at level {level:g}")
