"""The decomposition of a study's gap: of its contrast with the benchmark where that is a ratio, and of its loss."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from math import isfinite, nan
from typing import Final

import numpy as np

from outsample.diagnostics.gap.cross_validation import CrossValidation, Progress, cross_validate
from outsample.diagnostics.gap.rest_fits import GapCancelledError
from outsample.diagnostics.gap.terms import NAME, ROUNDING, TITLE, GapParts, Part, gap_parts
from outsample.diagnostics.gap.wording import amount_text, loss_unit, ratio_power
from outsample.diagnostics.headline import mean_of
from outsample.errors import OutsampleError, UsageError
from outsample.model import Dataset
from outsample.study import Study
from outsample.study.evaluate import contrast
from outsample.test_result import NotTested
from outsample.typing import Floats, Integers

__all__ = ["GapDecomposition", "OptimismSource", "SplitGap", "decompose_gap"]

MORE: Final = {
    Part.OPTIMISM: "the model's own fault: it follows its train window too closely",
    Part.MIX: "not the model's fault: the test window holds more of the conditions in which it errs most",
    Part.WITHIN: "the model's own fault: it errs more than before under conditions that it was trained on",
    Part.UNSEEN: "due to conditions that the train window did not hold",
}
LESS: Final = {
    Part.OPTIMISM: "that it errs less on train times it has not seen than on those it has",
    Part.MIX: "no merit of the model: the test window holds less of the conditions in which it errs most",
    Part.WITHIN: "the model's own merit: it errs less than before under conditions that it was trained on",
    Part.UNSEEN: "due to conditions that the train window did not hold, and in which it errs less",
}


class OptimismSource(Enum):
    """How optimism was found."""

    CROSS_VALIDATED = "cross-validated in blocks"
    EXPECTED = "expected from the scatter of the fit"


@dataclass(frozen=True, slots=True)
class SplitGap:
    """One gap with its parts and what they say.

    Parameters
    ----------
    parts : GapParts
    unit : str
        Of losses; empty for a log ratio.
    power : float
        Exponent that turns a log loss ratio into the ratio of what is shown; NaN for a loss.
    sentence : str
        Which part is the model's fault.
    """

    parts: GapParts
    unit: str
    power: float
    sentence: str

    def text(self, value: float) -> str:
        """Return a gap, or a part of one, as it is read: in percent of what is shown for a ratio, else in its unit."""
        return amount_text(value, self.unit, self.power)


@dataclass(frozen=True, slots=True)
class GapDecomposition:
    """Why a model is worse out of sample than in training.

    Parameters
    ----------
    loss : SplitGap
        Of L_t, the definition.
    contrast : SplitGap, optional
        Of d_t, the log ratio to the benchmark; its gap is the Delta of the headline. The benchmark is the yardstick
        of every part and not cross-validated itself.
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
        """What the verdict judges: the contrast where there is one."""
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
        What the scatter of the fit leads one to expect (`outsample.inference.optimism`), in the unit of the loss. Used
        where the model cannot be cross-validated, in every regime alike.
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
        return _both(study, found, regimes, OptimismSource.CROSS_VALIDATED)
    except GapCancelledError:
        raise
    except OutsampleError as error:
        if not isfinite(expected_optimism):
            return NotTested(NAME, TITLE, str(error))
        return _both(study, _raised(study, expected_optimism), regimes, OptimismSource.EXPECTED)


def _raised(study: Study, optimism: float) -> CrossValidation:
    """Return losses that are above those in sample by the same share for ratios, else by the same amount."""
    level = mean_of(study.loss, study.train_rows)[0]
    raised = study.loss * (1.0 + optimism / level) if study.is_ratio and level > 0.0 else study.loss + optimism
    return CrossValidation(raised, np.zeros(study.loss.size, dtype=np.int64), 0)


def _both(
    study: Study, found: CrossValidation, regimes: Integers, source: OptimismSource
) -> GapDecomposition | NotTested:
    loss = _of(study, study.loss, found.loss, regimes, found.fold)
    if isinstance(loss, NotTested):
        return loss
    unit = loss_unit(study)
    of_loss = SplitGap(loss, unit, nan, _sentence(loss, study.name, "", unit, nan))
    if study.differential is None or study.benchmark_loss is None or not study.is_ratio:
        return GapDecomposition(of_loss, None, source, found.blocks)
    validated = contrast(found.loss, study.benchmark_loss, ratio=True)
    parts = _of(study, study.differential, validated, regimes, found.fold)
    if isinstance(parts, NotTested):
        return GapDecomposition(of_loss, None, source, found.blocks)
    power = ratio_power(study)
    sentence = _sentence(parts, study.name, study.contender.benchmark_name, "", power)
    return GapDecomposition(of_loss, SplitGap(parts, "", power, sentence), source, found.blocks)


def _of(
    study: Study, series: Floats, validated: Floats, regimes: Integers, fold: Integers | None = None
) -> GapParts | NotTested:
    """Return the parts; one fold alone says nothing of how uncertain optimism is, which is so of an expected one."""
    train, test = study.train_rows, study.test_rows
    folds = None if fold is None else fold[train]
    return gap_parts(series[train], validated[train], regimes[train], series[test], regimes[test], folds)


def _sentence(parts: GapParts, model: str, benchmark: str, unit: str, power: float) -> str:
    gap = parts.gap.estimate
    against = f"Against {benchmark}, the loss of {model}" if benchmark else f"The loss of {model}"
    how = "higher" if gap > 0.0 else "lower"
    lead = f"{against} is {how} out of sample than in training ({amount_text(gap, unit, power)})"
    if abs(gap) <= ROUNDING * max(abs(parts.in_sample), abs(parts.test)):
        lead = f"{against} is the same out of sample as in training"
    told = [term for term in parts.terms if term.is_distinguishable and term.value * gap > 0.0]
    if not told:
        return f"{lead}; no part of that can be told from chance."
    largest = max(told, key=lambda term: abs(term.value))
    share = "the largest part that can be told from chance"
    if abs(largest.value) > 0.5 * abs(gap):
        share = "most of it" if abs(largest.value) <= abs(gap) else "all of it and more"
    reason = (MORE if largest.value > 0.0 else LESS)[largest.part]
    return f"{lead}; {share} is {reason} ({largest.part.value} {amount_text(largest.value, unit, power)})."
