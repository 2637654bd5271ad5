"""Parameters of pricing models from the quotes of one time: what is made small, in which box, how far to trust it."""

from outsample.calibration.bounds import bounds_of, parameter_names, ranges_of
from outsample.calibration.calibrate import calibrate
from outsample.calibration.chain_vols import chain_vols
from outsample.calibration.loss import CalibrationLoss
from outsample.calibration.quotes import ChainQuotes
from outsample.calibration.result import Calibration, CalibrationStatus, ErrorKind
from outsample.calibration.sabr_fit import SabrSlice, fit_sabr
from outsample.calibration.settings import CalibrationSettings
from outsample.calibration.smile_fit import SmileFit
from outsample.calibration.ssvi_fit import SsviSurface, fit_ssvi
from outsample.calibration.svi_fit import SviSlice, fit_svi

__all__ = [
    "Calibration",
    "CalibrationLoss",
    "CalibrationSettings",
    "CalibrationStatus",
    "ChainQuotes",
    "ErrorKind",
    "SabrSlice",
    "SmileFit",
    "SsviSurface",
    "SviSlice",
    "bounds_of",
    "calibrate",
    "chain_vols",
    "fit_sabr",
    "fit_ssvi",
    "fit_svi",
    "parameter_names",
    "ranges_of",
]
