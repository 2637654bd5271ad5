"""Value at risk, stated as the return quantile: a negative number, which the pinball score takes as it is."""

from outsample.models.value_at_risk.ewma import EwmaVaR
from outsample.models.value_at_risk.historical import HistoricalVaR
from outsample.models.value_at_risk.normal import NormalVaR
from outsample.models.value_at_risk.rolling import RollingHistoricalVaR

__all__ = ["EwmaVaR", "HistoricalVaR", "NormalVaR", "RollingHistoricalVaR"]
