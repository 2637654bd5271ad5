"""Volatility regimes: exact change points, known at the train end or filtered after it, never smoothed."""

from outsample.regimes.change_points import (
    Partition,
    PenaltyPath,
    back_trace,
    optimal_partition,
    optimal_partition_plain,
    penalty_path,
)
from outsample.regimes.daily_volatility import DailyVolatility
from outsample.regimes.labels import MULTIPLIERS, RegimeSettings, regime_penalty_path, regime_track, segment_regimes
from outsample.regimes.track import Regime, RegimeTrack, Segment

__all__ = [
    "MULTIPLIERS",
    "DailyVolatility",
    "Partition",
    "PenaltyPath",
    "Regime",
    "RegimeSettings",
    "RegimeTrack",
    "Segment",
    "back_trace",
    "optimal_partition",
    "optimal_partition_plain",
    "penalty_path",
    "regime_penalty_path",
    "regime_track",
    "segment_regimes",
]
