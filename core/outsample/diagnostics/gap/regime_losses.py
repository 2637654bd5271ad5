"""Losses of a model by regime: in training, in the test window, and what has changed."""

from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np

from outsample.diagnostics.gap.regime_means import RegimeMean, combined, mean_in_regime
from outsample.errors import UsageError
from outsample.inference import long_run
from outsample.regimes import Regime
from outsample.scores import Shown
from outsample.study import Study
from outsample.typing import Floats, Integers

__all__ = ["RegimeLosses", "RegimeRow", "regime_losses", "regime_name"]

ROUNDING: Final = 1e-12  # of a loss: less is no difference


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
        95 % interval of it, by the delta method where roots are shown; NaN where the data do not say.
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
        Where the model has changed, and what it had not seen.
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
    rooted = study.score.shown is Shown.ROOT
    rows = tuple(_row(code, train, test, rooted) for code in codes)
    return RegimeLosses(study.name, study.score.unit.value, rows, _sentence(study.name, rows))


def _finite(losses: Floats, codes: Integers) -> tuple[Floats, Integers]:
    kept = np.isfinite(losses)
    return losses[kept], codes[kept]


def _row(code: int, train: tuple[Floats, Integers], test: tuple[Floats, Integers], rooted: bool) -> RegimeRow:
    before, after = (_mean(code, *window, rooted) for window in (train, test))
    worth = combined([(-1.0, before), (1.0, after)], after.mean - before.mean)
    interval = worth.interval()
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
        is_unseen=not before.n,
    )


def _mean(code: int, losses: Floats, codes: Integers, rooted: bool) -> RegimeMean:
    """Return the mean loss of a regime as it is shown."""
    found = mean_in_regime(losses[codes == code], long_run(losses))
    if not rooted:
        return found
    root = sqrt(found.mean)
    return RegimeMean(root, found.variance * (0.5 / root) ** 2 if root > 0.0 else found.variance, found.dof, found.n)


def _sentence(model: str, rows: tuple[RegimeRow, ...]) -> str:
    worse = [row.name for row in rows if row.is_distinguishable and row.difference > 0.0]
    better = [row.name for row in rows if row.is_distinguishable and row.difference < 0.0]
    new = [row.name for row in rows if row.is_unseen]
    said = [f"{words} in {_listed(names)}" for words, names in (("errs more", worse), ("errs less", better)) if names]
    if said:
        lead = f"{model} {' and '.join(said)} than in training"
    else:
        lead = f"In no regime can the errors of {model} be told from those in training"
    return f"{lead}; its train window has no time of {_listed(new)}." if new else f"{lead}."


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
