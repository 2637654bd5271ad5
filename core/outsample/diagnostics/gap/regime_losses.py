"""Losses of a model by regime: in training, in the test window, and what has changed.

Losses rise and fall with the market in any regime. So what is said of the model is about its contrast with the
benchmark; of a benchmark it is said that its loss has changed, and no more.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from outsample.diagnostics.gap.regime_means import RegimeMean, combined, mean_in_regime
from outsample.diagnostics.gap.terms import ROUNDING
from outsample.diagnostics.headline import finite
from outsample.errors import UsageError
from outsample.inference import MeanDifference
from outsample.regimes import Regime
from outsample.scores import Shown
from outsample.study import Study
from outsample.typing import Bools, Floats, Integers

__all__ = ["RegimeLosses", "RegimeRow", "regime_losses", "regime_name"]


@dataclass(frozen=True, slots=True)
class RegimeRow:
    """One regime.

    Parameters
    ----------
    code : int
    name : str
    times_train, times_test : int
        Times with a loss.
    share_train, share_test : float
        Of the times with a loss.
    loss_train, loss_test : float
        As shown (RMSE or mean), in the unit of the score; NaN where there is no such time.
    difference : float
        Test less train, as shown; NaN where one is missing.
    low, high : float
        95 % interval of it, by the delta method where roots are shown; NaN where a window has fewer than 10 such times.
    contrast, contrast_low, contrast_high : float
        The same of the contrast with the benchmark, mean test less mean train: of log ratios for option losses, of
        differences in the unit of the loss for other scores; NaN for a benchmark.
    is_unseen : bool
        No train time was in it: the model meets it for the first time in the test window.
    """

    code: int
    name: str
    times_train: int
    times_test: int
    share_train: float
    share_test: float
    loss_train: float
    loss_test: float
    difference: float
    low: float
    high: float
    contrast: float
    contrast_low: float
    contrast_high: float
    is_unseen: bool

    @property
    def is_distinguishable(self) -> bool:
        """Whether the interval leaves out 0, by more than a rounding."""
        rounding = ROUNDING * max(abs(self.loss_train), abs(self.loss_test))
        return self.low > rounding or self.high < -rounding


@dataclass(frozen=True, slots=True)
class RegimeLosses:
    """The table.

    Parameters
    ----------
    model, unit : str
    rows : tuple of RegimeRow
        By code; regimes without any time with a loss are left out.
    sentence : str
        Where the contrast with the benchmark has changed, of a benchmark the loss; and what train did not hold.
    """

    model: str
    unit: str
    rows: tuple[RegimeRow, ...]
    sentence: str


def regime_name(code: int) -> str:
    """Return what a regime is called: by its colour where the code is one of `Regime`."""
    return Regime(code).name.lower() if code in Regime.__members__.values() else f"regime {code}"


def regime_losses(study: Study, regimes: Integers) -> RegimeLosses:
    """Tabulate the losses of a study by regime.

    Parameters
    ----------
    study : Study
    regimes : (m,) int array
        Code of every time of the study, filtered in the test window: ``track.at(study.losses.times)``.

    Raises
    ------
    UsageError
        There is not one code a time.
    """
    if regimes.shape != study.loss.shape:
        raise UsageError(
            f"losses by regime need the regime of each of {study.loss.size} times, found {regimes.size}; "
            "ask the regime track for the times of the study"
        )
    train, test = (_finite(study.loss[rows], regimes[rows]) for rows in (study.train_rows, study.test_rows))
    codes = np.unique(np.concatenate((train[1], test[1]))).tolist()
    rows = tuple(_row(study, code, regimes, train, test) for code in codes)
    return RegimeLosses(study.name, study.score.unit.value, rows, _sentence(study, rows))


def _finite(losses: Floats, codes: Integers) -> tuple[Floats, Integers]:
    kept = np.isfinite(losses)
    return losses[kept], codes[kept]


def _row(
    study: Study, code: int, regimes: Integers, train: tuple[Floats, Integers], test: tuple[Floats, Integers]
) -> RegimeRow:
    rooted = study.score.shown is Shown.ROOT
    before, after = (_mean(losses[codes == code], rooted) for losses, codes in (train, test))
    worth, relative = _difference(before, after), _relative(study, regimes == code)
    interval, around = worth.interval(), relative.interval()
    return RegimeRow(
        code,
        regime_name(code),
        before.n,
        after.n,
        before.n / train[0].size if train[0].size else 0.0,
        after.n / test[0].size if test[0].size else 0.0,
        before.mean,
        after.mean,
        worth.estimate,
        interval.low,
        interval.high,
        relative.estimate,
        around.low,
        around.high,
        is_unseen=not before.n,
    )


def _difference(before: RegimeMean, after: RegimeMean) -> MeanDifference:
    return combined([(-1.0, before), (1.0, after)], after.mean - before.mean)


def _relative(study: Study, is_here: Bools) -> MeanDifference:
    """Return the difference of the contrast with the benchmark, NaN where there is none, over times of one regime."""
    series = study.loss * np.nan if study.differential is None else study.differential
    here = np.where(is_here, series, np.nan)
    return _difference(*(mean_in_regime(finite(here, rows)) for rows in (study.train_rows, study.test_rows)))


def _mean(losses: Floats, rooted: bool) -> RegimeMean:
    """Return the mean loss of a regime as it is shown."""
    found = mean_in_regime(losses)
    if not rooted:
        return found
    root = sqrt(found.mean)
    return RegimeMean(root, found.variance * (0.5 / root) ** 2 if root > 0.0 else found.variance, found.dof, found.n)


def _sentence(study: Study, rows: tuple[RegimeRow, ...]) -> str:
    said = _of_losses(study.title, rows) if study.differential is None else _of_contrasts(study, rows)
    fresh = [row for row in rows if row.is_unseen]
    named = [row.name for row in fresh if row.code != Regime.UNSEEN]
    if named:
        said += f"; its train window has no time of {_listed(named)}"
    return f"{said}; some test times are unlike any of its train window." if len(named) < len(fresh) else f"{said}."


def _of_losses(model: str, rows: tuple[RegimeRow, ...]) -> str:
    sure = [row for row in rows if row.is_distinguishable]
    said = _where(sure, [row.difference for row in sure], ("higher", "lower"))
    if said:
        return f"The loss of {model} is {said} than in training; the loss itself rises and falls with the market"
    return f"In no regime can the loss of {model} be told from that in training"


def _of_contrasts(study: Study, rows: tuple[RegimeRow, ...]) -> str:
    rival = study.rival
    sure = []
    for row in rows:
        size = 1.0 if study.is_ratio else max(abs(row.loss_train), abs(row.loss_test))
        if row.contrast_low > ROUNDING * size or row.contrast_high < -ROUNDING * size:
            sure.append(row)
    said = _where(sure, [row.contrast for row in sure], ("worse", "better"))
    if said:
        return f"Against {rival}, {study.title} does {said} than in training"
    return f"In no regime can what {study.title} does against {rival} be told from training"


def _where(rows: list[RegimeRow], change: list[float], words: tuple[str, str]) -> str:
    """Return in which regimes something is more, and in which less; empty where there are none."""
    more = [row.name for row, one in zip(rows, change, strict=True) if one > 0.0]
    less = [row.name for row, one in zip(rows, change, strict=True) if one < 0.0]
    pairs = zip(words, (more, less), strict=True)
    return " and ".join(f"{word} in {_listed(names)}" for word, names in pairs if names)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
