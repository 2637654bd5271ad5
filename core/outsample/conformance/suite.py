"""All checks together."""

from typing import Final

from outsample.conformance.look_ahead import fit_sees_no_later_row, prediction_sees_no_later_row
from outsample.conformance.manners import (
    fit_can_be_repeated,
    fit_leaves_everything_as_it_was,
    pickles_are_faithful,
    predictions_suit_the_scores,
    too_short_a_window_is_refused,
)
from outsample.conformance.subject import Subject

__all__ = ["CHECKS", "conform"]

CHECKS: Final = (
    predictions_suit_the_scores,
    fit_can_be_repeated,
    fit_leaves_everything_as_it_was,
    fit_sees_no_later_row,
    prediction_sees_no_later_row,
    pickles_are_faithful,
    too_short_a_window_is_refused,
)


def conform(subject: Subject) -> None:
    """Run every check over `subject`.

    Raises
    ------
    ConformanceError
        On the first rule that is broken.
    """
    for check in CHECKS:
        check(subject)
