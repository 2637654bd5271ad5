"""Calibration: estimates through time, their fit, and what one train window makes of them."""

from outsample_desktop.views.calibration.room import CalibrationRoom

__all__ = ["CalibrationRoom"]
