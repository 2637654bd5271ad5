"""Optimism of one fit from the scatter of its scores: no second fit, and no assumption that times are independent.

The loss of a time is a share of its squared vol errors, cell by cell, while a fit minimises their plain sum, or another
loss altogether: the scores of both enter (`outsample.inference.optimism`).
"""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from outsample.diagnostics.gap.decomposition import GapDecomposition, OptimismSource
from outsample.diagnostics.study_losses import loss_shares
from outsample.inference import optimism, score_persistence
from outsample.model import Dataset, HalfLossTerms, states_scores
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
        Of times far from the train window.
    of_refits : float
        Of a time soon after it, whose errors the fit has in part seen.
    persistence : float
        First autocorrelation of the scores, as of `outsample.inference.score_persistence`.
    """

    amount: float
    of_refits: float
    persistence: float


@dataclass(frozen=True, slots=True)
class FoundOptimism:
    """How much more a new time costs than a train time, and how that is known.

    Parameters
    ----------
    amount : float
        In the unit of the loss.
    of_refits : float
        The same soon after the train window; that of all times where nothing is known of the fit's scores.
    source : OptimismSource
    cross_validated : float
        What blocks left out in turn say, whichever is the amount; NaN where that is not known.
    blocks : int
        How many; 0 where there were none.
    is_weak : bool
        It is expected from scores that persist for too long to say how large it is: it is larger.
    reason : str
        Why it is not expected from the scatter of the fit, as a sentence; empty where it is.
    """

    amount: float
    of_refits: float
    source: OptimismSource
    cross_validated: float
    blocks: int
    is_weak: bool
    reason: str

    def said(self, unit: str) -> str:
        """Return how much it is and how that is known, in one sentence."""
        lead = f"Optimism of {self.amount:.3g} {unit} is {self.source.value}"
        if self.source is OptimismSource.CROSS_VALIDATED:
            why = self.reason.partition(";")[0]  # what follows is the cure, which was taken
            return f"{lead}, {self.blocks} of them, for {why[:1].lower()}{why[1:]}."
        beside = f"; {self.blocks} blocks left out in turn say {self.cross_validated:.3g}" if self.blocks else ""
        weak = ", whose errors persist for so long that it must be larger" if self.is_weak else ""
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
    found = [
        optimism(terms.hessian, terms.fitted, judged=terms.judged, at_bound=terms.at_bound, lead=one)
        for one in (None, lead)
    ]
    if isinstance(found[0], NotTested) or isinstance(found[1], NotTested):
        return next(one for one in found if isinstance(one, NotTested))
    return FitOptimism(found[0], found[1], score_persistence(terms.hessian, terms.fitted, terms.judged))


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

    Where scores persist their scatter shows too little of it, and blocks left out in turn show more. What the next time
    has in common with the fit is half of all but ``c_0`` (`outsample.inference.expected_band`), so that half of what
    is added counts for refits.

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
            of_refits = expected.of_refits + 0.5 * (validated - expected.amount)
            known = (validated, of_refits, OptimismSource.CROSS_VALIDATED)
            return FoundOptimism(*known, validated, blocks, False, _PERSISTENT)
        known = (expected.amount, expected.of_refits, OptimismSource.EXPECTED)
        return FoundOptimism(*known, validated, blocks, is_weak, "")
    if isinstance(gap, NotTested):
        return gap
    known = (validated, validated, OptimismSource.CROSS_VALIDATED)
    return FoundOptimism(*known, validated, blocks, False, expected.sentence)


def _not_tested(sentence: str) -> NotTested:
    return NotTested(NAME, TITLE, sentence)
