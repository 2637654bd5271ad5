"""From where on a later day is like none of the known ones: the farther of what known and what simulated days say.

Known days alone put the limit too near, for the model was fitted to them. Simulated days alone rest on the model: where
known days were farther than it holds possible, they count. Kept by fit, since previews of many boundaries share one.
"""

import numpy as np

from outsample.prepared import prepared
from outsample.regimes.daily_volatility import DailyVolatility
from outsample.regimes.hidden_markov import UNSEEN_SHARE, HiddenMarkovFit
from outsample.regimes.jump_model import JumpModelFit
from outsample.regimes.simulated_days import settled, simulated_days
from outsample.regimes.state_labels import InSampleLabels
from outsample.regimes.state_rows import PERCENT, log_volatilities, volatility_features
from outsample.typing import Floats

__all__ = ["density_limit", "distance_limit"]


@prepared
def density_limit(daily: DailyVolatility, fit: HiddenMarkovFit) -> float:
    """Return the predictive log-density, of returns in percent, below which a later day is unseen.

    Parameters
    ----------
    daily : DailyVolatility
        Only the days that the fit was made on are used.
    fit : HiddenMarkovFit
        Of the first returns, in percent.
    """
    found = fit.filtered(PERCENT * _simulated(daily, fit.smoothed.labels)).log_density
    return min(fit.unseen_below, float(np.quantile(settled(found), UNSEEN_SHARE)))


@prepared
def distance_limit(daily: DailyVolatility, fit: JumpModelFit) -> float:
    """Return the squared distance from every state beyond which a later day is unseen.

    Parameters
    ----------
    daily : DailyVolatility
        Only the days that the fit was made on are used.
    fit : JumpModelFit
        Of the first of `volatility_features`.
    """
    known = fit.distance(volatility_features(daily)[: fit.labels.state.size])
    found = fit.distance(log_volatilities(_simulated(daily, fit.labels)))
    level = 1.0 - UNSEEN_SHARE
    return float(max(np.nanquantile(known, level, method="weibull"), np.quantile(settled(found), level)))


def _simulated(daily: DailyVolatility, labels: InSampleLabels) -> Floats:
    state = labels.state.astype(np.int64)
    return simulated_days(daily.log_return[: state.size], state)
