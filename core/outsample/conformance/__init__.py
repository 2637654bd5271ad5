"""The suite that every model of the catalogue passes, for authors of plug-ins to run over theirs.

No test framework is needed: each check takes a `Subject` and raises a `ConformanceError` whose sentence says what was
required and what was found.

Examples
--------
>>> from outsample.conformance import PRICES, Subject, conform
>>> from outsample.models.variance import SampleVariance
>>> from outsample.sample import make_market, small_recipe
>>> from outsample.scores import QLIKE
>>> from outsample.windows import default_split
>>> prices = make_market(small_recipe()).prices
>>> conform(Subject("sample variance", SampleVariance(), prices, default_split(prices.times).train, (QLIKE(),), PRICES))
"""

from outsample.conformance.corruption import OPTION_QUOTES, PRICES, Corruption
from outsample.conformance.look_ahead import fit_sees_no_later_row, prediction_sees_no_later_row
from outsample.conformance.manners import (
    fit_can_be_repeated,
    fit_leaves_everything_as_it_was,
    pickles_are_faithful,
    predictions_suit_the_scores,
    too_short_a_window_is_refused,
)
from outsample.conformance.subject import ConformanceError, Subject
from outsample.conformance.suite import CHECKS, conform

__all__ = [
    "CHECKS",
    "OPTION_QUOTES",
    "PRICES",
    "ConformanceError",
    "Corruption",
    "Subject",
    "conform",
    "fit_can_be_repeated",
    "fit_leaves_everything_as_it_was",
    "fit_sees_no_later_row",
    "pickles_are_faithful",
    "prediction_sees_no_later_row",
    "predictions_suit_the_scores",
    "too_short_a_window_is_refused",
]
