"""Breaks of a regression: whether there is one, how many, where, and how well that is known."""

from outsample.regimes.breaks.break_dates import BreakDate, break_dates, date_law
from outsample.regimes.breaks.every_test import break_tests
from outsample.regimes.breaks.f_limits import average_p_value, exponential_p_value, supremum_p_value
from outsample.regimes.breaks.f_statistics import FStatistics, f_statistics
from outsample.regimes.breaks.f_tests import average_f_test, exponential_f_test, supremum_f_test
from outsample.regimes.breaks.fixed_breaks import (
    BreakModel,
    BreakModels,
    FixedBreaks,
    bai_perron,
    fixed_breaks,
    fixed_breaks_plain,
)
from outsample.regimes.breaks.fluctuation_tests import (
    Fluctuation,
    least_squares_cusum,
    least_squares_cusum_test,
    moving_sum,
    moving_sum_test,
    recursive_cusum,
    recursive_cusum_test,
)

__all__ = [
    "BreakDate",
    "BreakModel",
    "BreakModels",
    "FStatistics",
    "FixedBreaks",
    "Fluctuation",
    "average_f_test",
    "average_p_value",
    "bai_perron",
    "break_dates",
    "break_tests",
    "date_law",
    "exponential_f_test",
    "exponential_p_value",
    "f_statistics",
    "fixed_breaks",
    "fixed_breaks_plain",
    "least_squares_cusum",
    "least_squares_cusum_test",
    "moving_sum",
    "moving_sum_test",
    "recursive_cusum",
    "recursive_cusum_test",
    "supremum_f_test",
    "supremum_p_value",
]
