"""Regimes: what colours days, and the exact change points behind it; after the train end labels are filtered.

Break tests, states, online change points and changes of anything but the mean are imported from their own modules: no
start needs them.
"""

from outsample.regimes.change_points import (
    Partition,
    PenaltyPath,
    back_trace,
    optimal_partition,
    optimal_partition_plain,
    penalty_path,
)
from outsample.regimes.daily_volatility import DailyVolatility
from outsample.regimes.drawn import DRAWABLE, LONGEST_NAME, DrawnRegime, check_drawn, drawn_rows
from outsample.regimes.labels import (
    MULTIPLIERS,
    RegimeCounts,
    regime_penalty_path,
    regime_segmentations,
    regime_track,
    segment_regimes,
)
from outsample.regimes.settings import RegimeMethod, RegimeSettings
from outsample.regimes.track import Regime, RegimeTrack, Segment, StateFacts

__all__ = [
    "DRAWABLE",
    "LONGEST_NAME",
    "MULTIPLIERS",
    "DailyVolatility",
    "DrawnRegime",
    "Partition",
    "PenaltyPath",
    "Regime",
    "RegimeCounts",
    "RegimeMethod",
    "RegimeSettings",
    "RegimeTrack",
    "Segment",
    "StateFacts",
    "back_trace",
    "check_drawn",
    "drawn_rows",
    "optimal_partition",
    "optimal_partition_plain",
    "penalty_path",
    "regime_penalty_path",
    "regime_segmentations",
    "regime_track",
    "segment_regimes",
]
