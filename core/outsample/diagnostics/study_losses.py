"""Losses of other predictions on the observations of a study, averaged as the study averages."""

import numpy as np

from outsample.model import Dataset
from outsample.study import Losses, Study
from outsample.study.losses import tabulate
from outsample.typing import Floats

__all__ = ["loss_of", "loss_shares"]


def loss_of(study: Study, data: Dataset, values: Floats) -> Floats:
    """Return the (m,) loss per time of other predicted values, (k,), on the observations of a study."""
    seen = study.losses.seen
    found = Losses.of(study.score, seen, data, np.asarray(values[seen.rows], dtype=np.float64))
    tabulate((found,), study.weights)
    return found.per_time(study.weights)


def loss_shares(study: Study, data: Dataset) -> Floats:
    """Return (k,) how much the loss of each observation adds to the loss of its time; 0 where it does not count.

    Of a time without anything that counts all are 0, where its loss is missing.
    """
    seen = study.losses.seen
    of_sum = seen.shares(study.weights).of_sum
    whole = np.hstack([of_sum, np.zeros((of_sum.shape[0], 1))])  # the last cell is that of what does not count
    share = np.zeros(data.time_index.size)
    share[seen.rows] = whole[data.time_index[seen.rows], seen.cell]
    share[~np.isfinite(share)] = 0.0
    return share
