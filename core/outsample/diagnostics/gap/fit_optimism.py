"""Optimism of one fit from the scatter of its scores: no second fit, and no assumption that times are independent.

The loss of a time is a share of its squared vol errors, cell by cell, while a fit minimises their plain sum, or another
loss altogether: the scores of both enter (`outsample.inference.fit_cost`).
"""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from outsample.diagnostics.gap.decomposition import GapDecomposition, OptimismSource
from outsample.diagnostics.study_losses import loss_shares
from outsample.inference import optimism, score_persistence
from outsample.inference.fit_cost import WIDEST, fit_cost
from outsample.model import Dataset, HalfLossTerms, states_scores
from outsample.number_text import significant
from outsample.scores import ErrorUnit
from outsample.study import Study
from outsample.test_result import NotTested

__all__ = ["FitOptimism", "FoundOptimism", "fit_optimism", "found_optimism"]

NAME: Final = "optimism"
TITLE: Final = "Optimism of the fit"
PERSISTENT: Final = 0.8  # first autocorrelation of scores above which a few hundred times show less than 83 % of it
_PERSISTENT: Final = "The errors of the fit persist for so long that their scatter shows too little of it"
_CURE: Final = "use purged block cross-validation"


@dataclass(frozen=True, slots=True)
class FitOptimism:
    """How much more a new time costs than a train time, by the scatter of one fit; in the unit of the loss.

    Parameters
    ----------
    amount : float
        Of times far from the train window: corrected by `outsample.inference.fit_cost`, up to `PERSISTENT` scores.
    spread : float
        By how much that varies, as of `outsample.inference.fit_cost`.
    of_refits : float
        Of a time soon after it, whose errors the fit has in part seen.
    persistence : float
        First autocorrelation of the scores, as of `outsample.inference.score_persistence`.
    """

    amount: float
    spread: float
    of_refits: float
    persistence: float


@dataclass(frozen=True, slots=True)
class FoundOptimism:
    """How much more a new time costs than a train time, and how that is known.

    Parameters
    ----------
    amount : float
        In the unit of the loss.
    spread : float
        By how much a cost varies around it, a standard deviation. Where it is cross-validated as much as if one
        parameter made all of it, which is the most.
    of_refits : float
        The same soon after the train window; that of all times where nothing is known of the fit's scores.
    source : OptimismSource
    cross_validated : float
        What blocks left out in turn say, whichever is the amount; NaN where that is not known.
    blocks : int
        How many; 0 where there were none.
    is_weak : bool
        It is expected from scores that persist for too long to say how large it is: on average it is larger.
    reason : str
        Why it is not expected from the scatter of the fit, as a sentence; empty where it is.
    """

    amount: float
    spread: float
    of_refits: float
    source: OptimismSource
    cross_validated: float
    blocks: int
    is_weak: bool
    reason: str

    def said(self, unit: str) -> str:
        """Return how much it is and how that is known, in one sentence."""
        lead = f"Optimism of {significant(self.amount)} {unit} is {self.source.value}"
        if self.source is OptimismSource.CROSS_VALIDATED:
            why = self.reason.partition(";")[0]  # what follows is the cure, which was taken
            return f"{lead}, {self.blocks} of them, for {why[:1].lower()}{why[1:]}."
        beside = (
            f"; {self.blocks} blocks left out in turn say {significant(self.cross_validated)}" if self.blocks else ""
        )
        weak = ", whose errors persist for so long that it is too small on average" if self.is_weak else ""
        return f"{lead}{weak}{beside}."


def fit_optimism(study: Study, data: Dataset, lead: int = 1) -> FitOptimism | NotTested:
    """Return the optimism of a study's fit.

    Parameters
    ----------
    study : Study
    data : Dataset
        Those of the study.
    lead : int
        How many times after the last one it was fitted to a refitted model is judged.

    Returns
    -------
    FitOptimism or NotTested
        Not tested: another loss than squared vol errors, a fit that does not know its scores, and what
        `outsample.inference.optimism` says, among it a parameter at its bound.
    """
    terms = _terms(study, data)
    if isinstance(terms, NotTested):
        return terms
    cost = fit_cost(terms.hessian, terms.fitted, judged=terms.judged, at_bound=terms.at_bound)
    far, near = (optimism(terms.hessian, terms.fitted, judged=terms.judged, lead=one) for one in (None, lead))
    if isinstance(cost, NotTested) or isinstance(far, NotTested) or isinstance(near, NotTested):
        return next(one for one in (cost, far, near) if isinstance(one, NotTested))
    persistence = score_persistence(terms.hessian, terms.fitted, terms.judged)
    if not persistence <= PERSISTENT:  # a correction would multiply the error of so persistent an estimate
        return FitOptimism(far, WIDEST * abs(far), near, persistence)
    return FitOptimism(cost.amount, cost.spread, _of_refits(near, cost.amount - far), persistence)


def _of_refits(near: float, added: float) -> float:
    """Return what a time soon after the train window costs, where one far from it costs so much more than its scatter.

    What the two have in common is half of all but ``c_0`` (`outsample.inference.expected_band`), and so is it of what
    is added.
    """
    return near + 0.5 * added


def _terms(study: Study, data: Dataset) -> HalfLossTerms | NotTested:
    """Return what optimism is made of, with the loss that judges in its unit and as a mean over all train times."""
    score = study.score
    if score.error_power != 2 or score.unit is not ErrorUnit.VOL_POINTS:
        return _not_tested(f"Optimism of the fit needs squared vol errors, found {score.name}; {_CURE}")
    fitted, rows = study.fitted, study.train_rows
    if not states_scores(fitted):
        return _not_tested(f"Optimism of the fit needs a fit that knows its scores, found {study.name}; {_CURE}")
    judged = int(np.count_nonzero(np.isfinite(study.loss[rows])))
    share = loss_shares(study, data)
    counted = share != 0.0
    share[counted] *= data.scale(score.unit)[counted] ** 2
    terms = fitted.half_loss_terms(data, study.split.train, share)
    if terms is None or not judged:
        return _not_tested(f"Optimism of the fit needs scores that are quick to find, found none; {_CURE}")
    return replace(terms, judged=terms.judged * ((rows.stop - rows.start) / judged))  # its mean is over those judged


def found_optimism(expected: FitOptimism | NotTested, gap: GapDecomposition | NotTested) -> FoundOptimism | NotTested:
    """Return the optimism to go by: that of the scatter of the fit where that shows it, else the cross-validated one.

    Where scores persist for very long their scatter shows too little of it on average: the larger of the two counts.

    Parameters
    ----------
    expected : FitOptimism or NotTested
        Of `fit_optimism`.
    gap : GapDecomposition or NotTested
        Of the same study.
    """
    validated, blocks = math.nan, 0
    if not isinstance(gap, NotTested) and gap.source is OptimismSource.CROSS_VALIDATED:
        validated, blocks = gap.loss.parts.cross_validated - gap.loss.parts.in_sample, gap.blocks
    if not isinstance(expected, NotTested):
        is_weak = not expected.persistence <= PERSISTENT
        if is_weak and validated > expected.amount:
            of_refits = _of_refits(expected.of_refits, validated - expected.amount)
            known = (validated, WIDEST * abs(validated), of_refits, OptimismSource.CROSS_VALIDATED)
            return FoundOptimism(*known, validated, blocks, False, _PERSISTENT)
        known = (expected.amount, expected.spread, expected.of_refits, OptimismSource.EXPECTED)
        return FoundOptimism(*known, validated, blocks, is_weak, "")
    if isinstance(gap, NotTested):
        return gap
    known = (validated, WIDEST * abs(validated), validated, OptimismSource.CROSS_VALIDATED)
    return FoundOptimism(*known, validated, blocks, False, expected.sentence)


def _not_tested(sentence: str) -> NotTested:
    return NotTested(NAME, TITLE, sentence)
