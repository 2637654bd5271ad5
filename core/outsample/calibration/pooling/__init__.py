"""All quotes of a history under one set of parameters: vols in milliseconds by a grid, exactly by slices, residuals."""

from outsample.calibration.pooling.model_vols import exact_vols
from outsample.calibration.pooling.pooled_residuals import PooledResiduals
from outsample.calibration.pooling.vol_surface import EXACT, PREVIEW, ROUGH, Fineness, VolSurface, tenor_range

__all__ = ["EXACT", "PREVIEW", "ROUGH", "Fineness", "PooledResiduals", "VolSurface", "exact_vols", "tenor_range"]
