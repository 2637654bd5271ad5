"""How the loss of each time moves with the parameters of a fit, where losses are shares of squared vol errors."""

import numpy as np

from outsample.datasets import ObservedQuotes
from outsample.typing import Floats

__all__ = ["judged_scores", "quotes_of"]


def quotes_of(seen: ObservedQuotes, rows: slice) -> slice:
    """Return the observations of some consecutive times."""
    return slice(int(seen.time_start[rows.start]), int(seen.time_start[rows.stop]))


def judged_scores(seen: ObservedQuotes, rows: slice, vols: Floats, gradient: Floats, share: Floats) -> Floats:
    """Return (t, p) the gradient of half the loss of each time, ``sum share (f - v) df``.

    Parameters
    ----------
    seen : ObservedQuotes
    rows : slice
        Times, t of them, with q quotes.
    vols : (q,) array
        f, fractions a year; may be NaN for quotes without a share.
    gradient : (p, q) array
        df, derivatives to the parameters; 0 where a floor holds the vol.
    share : (k,) array
        How much each squared error adds to the loss of its time, over all observations.
    """
    part = quotes_of(seen, rows)
    counted = np.flatnonzero(share[part] != 0.0)
    pull = share[part][counted] * (vols[counted] - seen.implied_vol[part][counted])
    time = seen.time_index[part][counted] - rows.start
    count = rows.stop - rows.start
    found = [np.bincount(time, weights=one[counted] * pull, minlength=count) for one in gradient]
    return np.column_stack(found)
