"""Why a model is worse out of sample: what of the gap is overfit, and what came of the market."""

from outsample.diagnostics.gap.causes import SplitGap
from outsample.diagnostics.gap.cross_validation import CrossValidation, cross_validate
from outsample.diagnostics.gap.decomposition import GapDecomposition, OptimismSource, decompose_gap
from outsample.diagnostics.gap.fit_optimism import FitOptimism, FoundOptimism, fit_optimism, found_optimism
from outsample.diagnostics.gap.linear_split import split_linear_gap
from outsample.diagnostics.gap.regime_losses import RegimeLosses, RegimeRow, regime_losses, regime_name
from outsample.diagnostics.gap.rest_fits import GapCancelledError, fit_on
from outsample.diagnostics.gap.shuffles import GapSplit
from outsample.diagnostics.gap.study_split import StudySplit, split_gap
from outsample.diagnostics.gap.terms import GapParts, Part, RegimeShare, Term, gap_parts

__all__ = [
    "CrossValidation",
    "FitOptimism",
    "FoundOptimism",
    "GapCancelledError",
    "GapDecomposition",
    "GapParts",
    "GapSplit",
    "OptimismSource",
    "Part",
    "RegimeLosses",
    "RegimeRow",
    "RegimeShare",
    "SplitGap",
    "StudySplit",
    "Term",
    "cross_validate",
    "decompose_gap",
    "fit_on",
    "fit_optimism",
    "found_optimism",
    "gap_parts",
    "regime_losses",
    "regime_name",
    "split_gap",
    "split_linear_gap",
]
