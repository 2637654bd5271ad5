"""The decomposition of a study's gap: of its contrast with the benchmark where there is one, and of its loss."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from math import isfinite, log1p, nan

import numpy as np

from outsample.diagnostics.gap.causes import SplitGap, told
from outsample.diagnostics.gap.cross_validation import CrossValidation, Progress, cross_validate
from outsample.diagnostics.gap.rest_fits import GapCancelledError
from outsample.diagnostics.gap.terms import NAME, TITLE, GapParts, gap_parts
from outsample.diagnostics.gap.wording import loss_unit
from outsample.diagnostics.headline import mean_of, ratio_power
from outsample.errors import OutsampleError, UsageError
from outsample.model import Dataset
from outsample.study import Study
from outsample.study.evaluate import contrast
from outsample.test_result import NotTested
from outsample.typing import Floats, Integers

__all__ = ["GapDecomposition", "OptimismSource", "decompose_gap"]


class OptimismSource(Enum):
    """How optimism was found."""

    CROSS_VALIDATED = "cross-validated in blocks"
    EXPECTED = "expected from the scatter of the fit"


@dataclass(frozen=True, slots=True)
class GapDecomposition:
    """Why a model is worse out of sample than in training.

    Parameters
    ----------
    loss : SplitGap
        Of L_t.
    contrast : SplitGap, optional
        Of d_t, the log ratio to the benchmark for option losses, the plain difference from it for other scores; None
        for a benchmark. Its gap is the test mean less the train mean: for ratios the Delta of the headline, while that
        of plain differences is the test mean alone. The benchmark is the yardstick of every part and not
        cross-validated itself.
    source : OptimismSource
    blocks : int
        Of cross-validation; 0 where there was none.
    """

    loss: SplitGap
    contrast: SplitGap | None
    source: OptimismSource
    blocks: int

    @property
    def primary(self) -> SplitGap:
        """The contrast where there is one: only there has the market dropped out."""
        return self.loss if self.contrast is None else self.contrast

    @property
    def sentence(self) -> str:
        """What the primary one says, and how optimism was found where not by cross-validation."""
        if self.source is OptimismSource.CROSS_VALIDATED:
            return self.primary.sentence
        return (
            f"{self.primary.sentence[:-1]}; optimism is {self.source.value}, for the model cannot be cross-validated."
        )


def decompose_gap(
    study: Study,
    data: Dataset,
    regimes: Integers,
    blocks: int = 5,
    expected_optimism: float = nan,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> GapDecomposition | NotTested:
    """Split the gap of a study into optimism, regime mix, change within regimes, and unseen regimes.

    Parameters
    ----------
    study : Study
    data : Dataset
        Those of the study.
    regimes : (m,) int array
        Code of every time of the study, filtered in the test window: ``track.at(study.losses.times)``. A regime
        without a train time is unseen, whatever its code.
    blocks : int
        Of cross-validation; the purge is that of the split.
    expected_optimism : float
        What the scatter of the fit leads one to expect (`outsample.inference.optimism`), in the unit of the loss. It
        stands beside a cross-validated one, or, in every regime alike, for one where the model cannot be.
    progress, cancelled : callable, optional
        Called and asked before every fit.

    Returns
    -------
    GapDecomposition or NotTested
        The latter, with its cure, where a window has no loss, or the model cannot be cross-validated and no optimism
        is expected.

    Raises
    ------
    UsageError
        There is not one code a time.
    GapCancelledError
        `cancelled` said so.
    """
    if regimes.shape != study.loss.shape:
        raise UsageError(
            f"a decomposition needs the regime of each of {study.loss.size} times, found {regimes.size}; "
            "ask the regime track for the times of the study"
        )
    own = _of(study, study.loss, study.loss, regimes)
    if isinstance(own, NotTested):  # before anything is fitted
        return own
    try:
        found = cross_validate(study, data, blocks, progress, cancelled)
        return _both(study, found, regimes, OptimismSource.CROSS_VALIDATED, expected_optimism)
    except GapCancelledError:
        raise
    except OutsampleError as error:
        if not isfinite(expected_optimism):
            return NotTested(NAME, TITLE, str(error))
        raised = _raised(study, expected_optimism)
        return _both(study, raised, regimes, OptimismSource.EXPECTED, expected_optimism)


def _raised(study: Study, optimism: float) -> CrossValidation:
    """Return losses that are above those in sample by the same share for ratios, else by the same amount."""
    level = mean_of(study.loss, study.train_rows)[0]
    raised = study.loss * (1.0 + optimism / level) if study.is_ratio and level > 0.0 else study.loss + optimism
    return CrossValidation(raised, np.zeros(study.loss.size, dtype=np.int64), 0)


def _both(
    study: Study, found: CrossValidation, regimes: Integers, source: OptimismSource, expected: float
) -> GapDecomposition | NotTested:
    loss = _of(study, study.loss, found.loss, regimes, found.fold)
    if isinstance(loss, NotTested):
        return loss
    unit = loss_unit(study)
    of_loss = told(loss, study.title, "", unit, nan, expected)
    if study.differential is None or study.benchmark_loss is None:
        return GapDecomposition(of_loss, None, source, found.blocks)
    validated = contrast(found.loss, study.benchmark_loss, study.is_ratio)
    parts = _of(study, study.differential, validated, regimes, found.fold)
    if isinstance(parts, NotTested):
        return GapDecomposition(of_loss, None, source, found.blocks)
    against, power = study.rival, nan
    if study.is_ratio:
        unit, power = "", ratio_power(study)
        expected = log1p(expected / loss.in_sample) if expected > -loss.in_sample else nan
    return GapDecomposition(of_loss, told(parts, study.title, against, unit, power, expected), source, found.blocks)


def _of(
    study: Study, series: Floats, validated: Floats, regimes: Integers, fold: Integers | None = None
) -> GapParts | NotTested:
    """Return the parts; one fold alone says nothing of how uncertain optimism is, which is so of an expected one."""
    train, test = study.train_rows, study.test_rows
    folds = None if fold is None else fold[train]
    return gap_parts(series[train], validated[train], regimes[train], series[test], regimes[test], folds)
