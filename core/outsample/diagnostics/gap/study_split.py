"""The gap of a study told apart into overfit and change through time, by fits on blocks in random order.

Only the fit is shuffled. Predictions are made in time, from what was known before each, and losses are those of the
study: same observations, same composition. So any model whose fit is quick can be asked; draws end when time is up.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import nan
from typing import Final

import numpy as np

from outsample.diagnostics.gap.cross_validation import Progress
from outsample.diagnostics.gap.rest_fits import GapCancelledError, fit_on
from outsample.diagnostics.gap.shuffles import BLOCKS, GapSplit, block_of_each, draws, gap_split, keeps_level
from outsample.diagnostics.gap.wording import amount_text, loss_unit
from outsample.diagnostics.headline import ratio_power
from outsample.diagnostics.study_losses import loss_of
from outsample.errors import OutsampleError
from outsample.model import Dataset
from outsample.scores import ErrorUnit, ScaleDomain
from outsample.study import Study
from outsample.study.evaluate import contrast
from outsample.test_result import NotTested
from outsample.typing import Bools, Floats, Integers
from outsample.windows import Window

__all__ = ["StudySplit", "split_gap"]

NAME: Final = "gap-splitter"
TITLE: Final = "Overfit or change through time"
CANNOT_TELL: Final = (
    "shuffling blocks cannot tell chance from change here, for losses keep their level for long or times are few"
)
FEWEST: Final = 2  # draws that are made however long they take


@dataclass(frozen=True, slots=True)
class StudySplit:
    """What shuffles say of the gap of a study.

    Parameters
    ----------
    loss : GapSplit
        Of L_t, in the unit of the loss.
    scaled : GapSplit, optional
        Of the contrast with the benchmark, in which drops out what the market does to both: the log ratio of option
        losses, the difference of other scores. None for a benchmark.
    standardised : GapSplit, optional
        Of the score of returns and predictions over the root mean square of the returns of their block; None for
        options.
    is_complete : bool
        As many draws as were asked for; else time was up, or the model could not be fitted on some.
    sentence : str
    """

    loss: GapSplit
    scaled: GapSplit | None
    standardised: GapSplit | None
    is_complete: bool
    sentence: str


def split_gap(
    study: Study,
    data: Dataset,
    shuffles: int = 20,
    seed: int = 0,
    seconds: float = 10.0,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> StudySplit | NotTested:
    """Fit a model on random blocks of both windows, again and again, and compare the gaps with that in time.

    Parameters
    ----------
    study : Study
    data : Dataset
        Those of the study.
    shuffles : int
        Draws; 19 are the fewest whose p-value can be 5 %.
    seed : int
    seconds : float
        After which no further draw begins; the first two always do.
    progress, cancelled : callable, optional
        Called and asked before every fit.

    Returns
    -------
    StudySplit or NotTested
        The latter, with its cure, where a window has no loss or the model cannot be fitted on any draw.

    Raises
    ------
    GapCancelledError
        `cancelled` said so.
    """
    pool = _Pool.of(study, data)
    in_time = pool.gaps(study, study.loss, pool.is_train)
    if not np.isfinite(in_time[0]):
        sentence = "a gap needs a train and a test time with a loss, found none in one of them; widen the windows"
        return NotTested(NAME, TITLE, sentence)
    found, reason, until = [], "", time.monotonic() + seconds
    chosen = draws(pool.block, int(pool.is_train.sum()), shuffles, seed)
    for number, is_train in _watched(chosen, study.name, shuffles, progress, cancelled):
        if number >= FEWEST and time.monotonic() > until:
            break
        try:
            found.append(pool.gaps(study, _loss(study, data, pool, is_train), is_train))
        except OutsampleError as error:
            reason = str(error)
    gaps = [column[np.isfinite(column)] for column in np.array(found).reshape(-1, len(in_time)).T]
    if not gaps[0].size:
        return NotTested(NAME, TITLE, reason or "a gap needs a random split with losses, found none; widen the windows")
    blocks, is_persistent = int(pool.block[-1]) + 1, pool.keep_level(study)
    loss = gap_split(in_time[0], gaps[0], blocks, is_persistent[0])
    scaled, standardised = (
        gap_split(one, drawn, blocks, keeps) if np.isfinite(one) and drawn.size else None
        for one, drawn, keeps in zip(in_time[1:], gaps[1:], is_persistent[1:], strict=True)
    )
    is_complete = gaps[0].size == shuffles
    return StudySplit(loss, scaled, standardised, is_complete, _sentence(study, loss, scaled))


def _watched(
    chosen: Iterator[Bools],
    name: str,
    total: int,
    progress: Progress | None,
    cancelled: Callable[[], bool] | None,
) -> Iterator[tuple[int, Bools]]:
    """Yield numbered draws, saying how far they are, unless they are to stop."""
    for number, one in enumerate(chosen):
        if cancelled is not None and cancelled():
            raise GapCancelledError(
                f"shuffles need all {total} fits, found them cancelled after {number}; start them again"
            )
        if progress is not None:
            progress(number / total, f"{name}: random split {number + 1} of {total}")
        yield number, one


@dataclass(frozen=True, slots=True, eq=False)
class _Pool:
    """The times of both windows, and what they are cut into.

    Parameters
    ----------
    times : (n,) int array
        Places among the times of the study, ascending.
    block : (n,) int array
    is_train : (n,) bool array
        As they are in time.
    spread : (m,) array
        Root mean square of the returns of the block of each time of the study; NaN without returns.
    """

    times: Integers
    block: Integers
    is_train: Bools
    spread: Floats

    @classmethod
    def of(cls, study: Study, data: Dataset) -> "_Pool":
        train, test = (np.arange(rows.start, rows.stop) for rows in (study.train_rows, study.test_rows))
        places = np.concatenate((train, test))
        block = block_of_each(places.size, BLOCKS)
        spread = np.full(study.loss.size, np.nan)
        if study.score.unit.domain is ScaleDomain.RETURN and places.size:
            square = np.full(study.loss.size, np.nan)
            square[data.time_index] = np.square(data.realised(ScaleDomain.RETURN))  # one return a time
            mean = np.bincount(block, weights=square[places]) / np.bincount(block)
            spread[places] = np.sqrt(mean)[block]
        return cls(places, block, np.arange(places.size) < train.size, spread)

    def gaps(self, study: Study, loss: Floats, is_train: Bools) -> tuple[float, ...]:
        """Return the gap of the loss, of its contrast with the benchmark, and of the standardised one; NaN if none."""
        windows = self._windows(study, loss, is_train)
        return tuple(float(one[1].mean() - one[0].mean()) if one[0].size and one[1].size else nan for one in windows)

    def keep_level(self, study: Study) -> tuple[bool, ...]:
        """Return of the same three whether they keep their level for longer than a block."""
        blocks = int(self.block[-1]) + 1
        windows = self._windows(study, study.loss, self.is_train)
        return tuple(keeps_level(*one, blocks) for one in windows)

    def _windows(self, study: Study, loss: Floats, is_train: Bools) -> list[tuple[Floats, Floats]]:
        """Return the finite values of the three, in the train set and in the test set."""
        rival = study.benchmark_loss
        against = np.full(loss.size, nan) if rival is None else contrast(loss, rival, study.is_ratio)
        found = []
        for values in (one[self.times] for one in (loss, against, _standardised(study, loss, self.spread))):
            known = np.isfinite(values)
            found.append((values[is_train & known], values[~is_train & known]))
        return found


def _standardised(study: Study, loss: Floats, spread: Floats) -> Floats:
    """Return the score of returns and predictions over `spread`; NaN where there are no returns."""
    unit = np.where(spread > 0.0, spread, nan)
    if study.score.unit is ErrorUnit.NATS:
        return np.asarray(loss - 2.0 * np.log(unit))
    return np.asarray(loss / unit ** max(study.score.error_power, 1))


def _loss(study: Study, data: Dataset, pool: _Pool, is_train: Bools) -> Floats:
    """Return the loss of every time under the fit on a random train set."""
    train = study.split.train
    keep = data.times < train.start
    keep[pool.times] = _purged(data.times, pool, is_train, study.split.purge)
    whole = Window(train.start, study.split.test.stop)
    fitted = fit_on(study.contender.model, data, keep, whole, study.settings.previews)
    return loss_of(study, data, fitted.predict(data).values)


def _purged(times: Integers, pool: _Pool, is_train: Bools, purge: int) -> Bools:
    """Return the train set without its times that lie within the purge of a test time."""
    if not purge or is_train.all():
        return is_train
    at = times[pool.times]
    tests = np.flatnonzero(~is_train)
    stops = np.append(at, at[-1] + 1)[tests + 1]  # a test time lasts to the next one
    later = np.searchsorted(tests, np.arange(at.size))
    before, after = np.maximum(later - 1, 0), np.minimum(later, tests.size - 1)
    is_clear_behind = (later == 0) | (at >= stops[before] + purge)
    is_clear_ahead = (later == tests.size) | (at < at[tests[after]] - purge)
    return np.asarray(is_train & is_clear_behind & is_clear_ahead)


def _sentence(study: Study, loss: GapSplit, scaled: GapSplit | None) -> str:
    shown, unit, power, against = loss, loss_unit(study), nan, ""
    if scaled is not None:
        shown, against = scaled, f" against {study.rival}"
        unit, power = ("", ratio_power(study)) if study.is_ratio else (unit, nan)
    whole, overfit, rest = (
        amount_text(one, unit, power) for one in (shown.chronological, shown.overfit, shown.nonstationary)
    )
    chance = f"(p {shown.p_value:.2g} from {shown.draws} draws)"
    told = f", {'more than chance brings about' if shown.is_change else 'no more than chance can bring about'} {chance}"
    if shown.is_persistent:
        told = f"; {CANNOT_TELL}"
    return (
        f"Of the gap of {study.title}{against} ({whole}), overfit is {overfit}, for so large is it in whatever order "
        f"times come, and change through time is {rest}{told}."
    )
