"""Purged block cross-validation: what a train time costs under a model that has not seen it.

The train window is cut into blocks of consecutive times. Each is judged by the model fitted on what is left of the
window without the block, and without the purge on either side of it. Nothing from the train end on is ever looked at.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from outsample.diagnostics.gap.rest_fits import GapCancelledError, fit_on
from outsample.diagnostics.study_losses import loss_of
from outsample.errors import DataError, FitError
from outsample.model import Dataset
from outsample.study import Study
from outsample.typing import Bools, Floats, Integers, frozen

__all__ = ["CrossValidation", "Progress", "cross_validate"]

MOST_BLOCKS: Final = 20
TIMES_A_BLOCK: Final = 2

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True, eq=False)
class CrossValidation:
    """Losses of the train times by models fitted on the other blocks.

    Parameters
    ----------
    loss : (m,) array
        Over all times of the study, in the unit of its loss; NaN outside the train window.
    fold : (m,) int array
        Block of each time; -1 outside the train window.
    blocks : int
        How many there were: more than asked for where too little was left for a fit without a larger one.
    """

    loss: Floats
    fold: Integers
    blocks: int


def cross_validate(
    study: Study,
    data: Dataset,
    blocks: int = 5,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> CrossValidation:
    """Judge every train time by a model that has not seen its block.

    Parameters
    ----------
    study : Study
    data : Dataset
        Those of the study.
    blocks : int
        Doubled, up to 20, while what is left of the window without one is too little for the model.
    progress : callable, optional
        Called with the share done and a few words before every fit.
    cancelled : callable, optional
        Asked before every fit.

    Raises
    ------
    FitError
        Fewer than two train times a block, or no number of blocks leaves enough for the model.
    DataError, UsageError
        Times of these data cannot be left out.
    GapCancelledError
        `cancelled` said so.
    """
    rows = study.train_rows
    judged = rows.start + np.flatnonzero(np.isfinite(study.loss[rows]))
    while True:
        needed = TIMES_A_BLOCK * blocks
        if judged.size < needed:
            raise FitError(
                f"cross-validation in {blocks} blocks needs {needed} train times with a loss, found {judged.size}; "
                "widen the train window"
            )
        try:
            edges = _edges(judged, rows, blocks)
            loss = _loss(study, data, edges, progress, cancelled)
            return CrossValidation(frozen(loss), _folds(edges, loss.size), blocks)
        except (FitError, DataError):
            if blocks >= MOST_BLOCKS or judged.size < 2 * needed:
                raise
            blocks = min(2 * blocks, MOST_BLOCKS)


def _edges(judged: Integers, rows: slice, blocks: int) -> list[int]:
    """Return the indices at which blocks of equally many judged times begin, and the end of the window."""
    firsts = [int(part[0]) for part in np.array_split(judged, blocks)]
    return [rows.start, *firsts[1:], rows.stop]


def _folds(edges: list[int], count: int) -> Integers:
    fold = np.searchsorted(edges, np.arange(count), side="right") - 1
    fold[edges[-1] :] = -1
    return frozen(fold)


def _loss(
    study: Study,
    data: Dataset,
    edges: list[int],
    progress: Progress | None,
    cancelled: Callable[[], bool] | None,
) -> Floats:
    values = np.full(data.time_index.size, np.nan)
    model, total = study.contender.model, len(edges) - 1
    is_changed = False
    for number, (first, stop) in enumerate(pairwise(edges)):
        if cancelled is not None and cancelled():
            raise GapCancelledError(
                f"cross-validation needs all {total} blocks, found it cancelled after {number}; start it again"
            )
        if progress is not None:
            progress(number / total, f"{study.name}: block {number + 1} of {total}")
        keep = _others(study, data, first, stop)
        fitted = fit_on(model, data, keep, study.split.train, study.settings.previews)
        block = slice(*np.searchsorted(data.time_index, (first, stop)).tolist())
        if fitted == study.fitted:
            values[block] = study.prediction.values[block]
        else:
            values[block], is_changed = fitted.predict(data).values[block], True
    if progress is not None:
        progress(1.0, f"{study.name}: {total} blocks")
    return _only_train(study, loss_of(study, data, values) if is_changed else study.loss)


def _others(study: Study, data: Dataset, first: int, stop: int) -> Bools:
    """Return which times may judge a block: none of it, none within the purge of it, none after the train end."""
    times, split = data.times, study.split
    before = times < int(times[first]) - split.purge
    after = times >= int(times[stop]) + split.purge if stop < times.size else np.zeros(times.size, dtype=np.bool_)
    return np.asarray((before | after) & (times < split.train.stop))


def _only_train(study: Study, loss: Floats) -> Floats:
    found = np.full(loss.size, np.nan)
    found[study.train_rows] = loss[study.train_rows]
    return found
