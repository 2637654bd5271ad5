"""What every vintage of a model lost at every date: origin x time, from which staleness and the triangle are made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeGuard, TypeVar, cast, runtime_checkable

import numpy as np

from outsample.datasets.window_losses import AskedLosses
from outsample.diagnostics.staleness.in_sample import InSample, means_over_train, refitted_benchmark
from outsample.diagnostics.staleness.origins import MOST_CELLS, MOST_ORIGINS, Origins, place_origins
from outsample.diagnostics.study_losses import loss_of, loss_shares
from outsample.errors import FitError, OutsampleError, UsageError
from outsample.model import Dataset, Model, can_preview
from outsample.study import Study
from outsample.test_result import NotTested
from outsample.typing import Floats, Integers, frozen

__all__ = ["StalenessCancelledError", "VintageLosses", "Vintages", "has_short_cut", "vintage_losses"]

PREVIEWED_ABOVE: Final = 12  # vintages of a model that takes longer than a frame to fit
MOST_AT_ONCE: Final = 2_000_000  # pairs of a vintage and a time: 16 MB
NAME: Final = "vintages"
TITLE: Final = "Losses by vintage"

D_in = TypeVar("D_in", contravariant=True)
Progress = Callable[[float, str], None]  # share done, what is being done: as in `outsample.io`
Cancelled = Callable[[], bool]


class StalenessCancelledError(OutsampleError):
    """The user stopped the fits of vintages."""


@runtime_checkable
class Vintages(Protocol[D_in]):
    """A model whose losses under many train windows need no prediction for each of them."""

    def vintage_losses(self, data: D_in, asked: AskedLosses) -> Floats | None:
        """Return (o, r) the losses of o train windows at r times; None where there is no short cut under the score.

        They are equal to what `fit` and `predict` lead to; NaN where a window cannot be fitted or does not predict.
        """


def has_short_cut(model: Model[Any]) -> TypeGuard[Vintages[Any]]:
    """Return whether a model may have a short cut; under a given score it may still have none."""
    return isinstance(model, Vintages)


@dataclass(frozen=True, eq=False)
class VintageLosses:
    """Losses per time of every vintage of one model, all on the same observations in the same composition.

    Parameters
    ----------
    name : str
        Of the model.
    unit : str
        Of the losses (squared if the score is).
    is_ratio : bool
        Losses are compared by their log ratio, else by their difference.
    times : (m,) int64 array
        UTC nanoseconds.
    origins : Origins
    loss : (o, d) array
        NaN before a vintage may be judged, and where it has no loss.
    is_preview : bool
        The vintages were fitted by the quicker way of their model.
    is_short_cut : bool
        Worked out without a prediction for each vintage.
    refused : int
        Vintages that could not be fitted.
    refusal : str
        What the first of these said; empty without any.
    missing : int
        Pairs that may be judged and have no loss, refused vintages among them.
    in_sample : InSample, optional
        What the vintages lost over their own train windows; None for losses that were not made by fitting.
    """

    name: str
    unit: str
    is_ratio: bool
    times: Integers
    origins: Origins
    loss: Floats
    is_preview: bool
    is_short_cut: bool
    refused: int
    refusal: str
    missing: int
    in_sample: InSample | None = None

    @property
    def date_times(self) -> Integers:
        """(d,) times of the dates, UTC nanoseconds."""
        return self.times[self.origins.rows]

    def fresh(self) -> Floats:
        """Return (d,) the loss of the model that is fresh at each date; NaN where no vintage comes into service."""
        return self._of(self.origins.fresh())

    def served(self) -> Floats:
        """Return (d,) the loss of the model in service at each date; NaN where there is none."""
        return self._of(self.origins.serving())

    def _of(self, vintage: Integers) -> Floats:
        found = self.loss[vintage, np.arange(vintage.size)]
        found[vintage < 0] = np.nan
        return found


def vintage_losses(
    study: Study,
    data: Dataset,
    most_origins: int | None = None,
    most_cells: int = MOST_CELLS,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    allow_short_cut: bool = True,
) -> VintageLosses | NotTested:
    """Refit the model of a study with later and later train ends, and judge each vintage at all dates from then on.

    Parameters
    ----------
    study : Study
        Its observations, composition, score and scheme are used for all vintages.
    data : Dataset
        What the study was made of.
    most_origins : int, optional
        By default 80 where every vintage is fitted and predicts, and no limit where there is a short cut.
    most_cells : int
        Most pairs of a vintage and a date.
    progress : callable, optional
        Called with (share done, what is being done); the share rises from 0 to 1.
    cancelled : callable, optional
        Asked before every vintage that is fitted.
    allow_short_cut : bool
        Use one where there is one; off in tests.

    Returns
    -------
    VintageLosses or NotTested
        The latter where no vintage can be judged.

    Raises
    ------
    UsageError
        The data are not those of the study, or a limit is below 1.
    StalenessCancelledError
        `cancelled` returned True.
    """
    if not np.array_equal(data.times, study.losses.times):
        raise UsageError(
            f"vintages need the data of their study, {study.losses.times.size} times, found others; pass those data"
        )
    model, report = study.contender.model, progress or (lambda *_: None)
    report(0.0, "fitting vintages")
    scheme, is_preview = study.settings.scheme, False
    found, origins = None, place_origins(data.times, study.split, scheme, most_origins, most_cells)
    if allow_short_cut and has_short_cut(model):
        found = _by_short_cut(model, study, data, origins, cancelled)
    is_short_cut = found is not None
    if found is None:
        origins = place_origins(data.times, study.split, scheme, most_origins or MOST_ORIGINS, most_cells)
        is_preview = can_preview(model) and (study.settings.previews or origins.count > PREVIEWED_ABOVE)
        found = _one_by_one(study, data, origins, is_preview, report, cancelled)
    report(1.0, "fitting vintages")
    return _gathered(study, origins, *found, is_preview, is_short_cut)


_Found = tuple[Floats, InSample, list[str]]
"""Losses by vintage and date, those over the train windows, and what vintages without any say."""


def _gathered(
    study: Study,
    origins: Origins,
    loss: Floats,
    in_sample: InSample,
    refusals: list[str],
    is_preview: bool,
    is_short_cut: bool,
) -> VintageLosses | NotTested:
    """Return the losses without what was not asked for, and with what is missing counted."""
    loss[np.arange(origins.dates) < origins.first_date[:, None]] = np.nan
    missing = origins.cells - int(np.count_nonzero(np.isfinite(loss)))
    if missing == origins.cells:
        return NotTested(NAME, TITLE, _why_nothing(origins, refusals))
    return VintageLosses(
        name=study.name,
        unit=study.score.unit.value,
        is_ratio=study.is_ratio,
        times=study.losses.times,
        origins=origins,
        loss=frozen(loss),
        is_preview=is_preview,
        is_short_cut=is_short_cut,
        refused=len(refusals),
        refusal=refusals[0] if refusals else "",
        missing=missing,
        in_sample=in_sample,
    )


def _why_nothing(origins: Origins, refusals: list[str]) -> str:
    if refusals:
        return refusals[0]
    found = f"{origins.count} vintages and {origins.dates} test times"
    return f"staleness needs vintages with losses in the test window, found {found} without any; widen the test window"


def _by_short_cut(
    model: Vintages[Any], study: Study, data: Dataset, origins: Origins, cancelled: Cancelled | None
) -> _Found | None:
    """Return what was found by the short cut of the model, some vintages at a time; None without one."""
    rows, share = origins.rows, loss_shares(study, data)
    is_counted = np.asarray(np.isfinite(study.losses.seen.shares(study.weights).of_sum).all(axis=1))
    loss, means = np.empty((origins.count, origins.dates)), np.empty((origins.count, 3))
    benchmark = refitted_benchmark(study, data)
    first = int(origins.train_start.min(initial=rows.start))  # before it no vintage is asked
    at_once = max(1, MOST_AT_ONCE // max(1, rows.stop - first))
    for begin in range(0, origins.count, at_once):
        _stop_if(cancelled, begin, origins.count)
        part = slice(begin, begin + at_once)
        train = (origins.train_start[part], origins.train_stop[part])
        found = model.vintage_losses(data, AskedLosses(study.score, *train, slice(first, rows.stop), share))
        if found is None:
            return None
        found[:, ~is_counted[first : rows.stop]] = np.nan
        loss[part] = found[:, rows.start - first :]
        for vintage in range(begin, begin + len(found)):
            start, stop = int(origins.train_start[vintage]), int(origins.train_stop[vintage])
            series = found[vintage - begin, start - first : stop - first]
            means[vintage] = means_over_train(series, start, benchmark, study.is_ratio)
    judged = np.arange(origins.dates) >= origins.first_date[:, None]
    empty = np.flatnonzero(~(np.isfinite(loss) & judged).any(axis=1)).tolist()
    in_sample = InSample.of(means, benchmark)
    return loss, in_sample, [said for one in empty if (said := _refusal(study, data, origins, one))]


def _stop_if(cancelled: Cancelled | None, done: int, count: int) -> None:
    """Raise where the user stopped the fits.

    Raises
    ------
    StalenessCancelledError
        `cancelled` returned True.
    """
    if cancelled is not None and cancelled():
        raise StalenessCancelledError(
            f"staleness needs its vintages fitted to the end, found them stopped at {done} of {count}; start it again"
        )


def _refusal(study: Study, data: Dataset, origins: Origins, vintage: int) -> str:
    """Return why a vintage cannot be fitted; empty where it can."""
    try:
        study.contender.model.fit(data, origins.window(vintage, data.times))
    except FitError as error:
        return str(error)
    return ""


def _one_by_one(
    study: Study,
    data: Dataset,
    origins: Origins,
    is_preview: bool,
    report: Progress,
    cancelled: Cancelled | None,
) -> _Found:
    """Return what was found by fitting and asking one vintage after the other."""
    model = study.contender.model
    fit = cast(Any, model).preview if is_preview else model.fit
    loss, refusals = np.full((origins.count, origins.dates), np.nan), []
    benchmark, means = refitted_benchmark(study, data), np.full((origins.count, 3), (np.nan, np.nan, 0.0))
    for vintage in range(origins.count):
        _stop_if(cancelled, vintage, origins.count)
        report(vintage / origins.count, "fitting vintages")
        try:
            fitted = fit(data, origins.window(vintage, data.times))
        except FitError as error:
            refusals.append(str(error))
            continue
        series = loss_of(study, data, fitted.predict(data).values)
        loss[vintage] = series[origins.rows]
        start, stop = int(origins.train_start[vintage]), int(origins.train_stop[vintage])
        means[vintage] = means_over_train(series[start:stop], start, benchmark, study.is_ratio)
    return loss, InSample.of(means, benchmark), refusals
