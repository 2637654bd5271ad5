"""What a model is asked about many train windows at once, and the answers of models of prices.

These state one number for each window, or follow one of a few paths.
"""

from dataclasses import dataclass

import numpy as np

from outsample.datasets.prices import Prices
from outsample.scores import Score
from outsample.typing import Floats, Integers

__all__ = ["AskedLosses"]


@dataclass(frozen=True, slots=True, eq=False)
class AskedLosses:
    """The losses of o train windows at the same r times.

    Parameters
    ----------
    score : Score
        Consistent for what the model predicts.
    start, stop : (o,) int array
        Window i holds the times ``start[i] <= t < stop[i]``.
    rows : slice
        The times, r of them.
    share : (k,) array
        How much the loss of one observation adds to the loss of its time; 0 for those that do not count.
    """

    score: Score
    start: Integers
    stop: Integers
    rows: slice
    share: Floats

    def of_constants(self, data: Prices, predicted: Floats) -> Floats:
        """Return (o, r) the losses of (o,) constant predictions; NaN where these are."""
        return self._scored(data, predicted[:, None])

    def of_paths(self, data: Prices, paths: Floats, chosen: Integers) -> Floats:
        """Return (o, r) the losses of windows that each chose one of p predictions.

        Parameters
        ----------
        data : Prices
        paths : (p, n) array
            Predictions, as the score takes them; NaN where there is none.
        chosen : (o,) int array
            Which of them a window predicts with; -1 for one that cannot be fitted, whose losses are NaN.
        """
        found = self._scored(data, paths[:, self.rows])[chosen]
        found[chosen < 0] = np.nan
        return found

    def _scored(self, data: Prices, predicted: Floats) -> Floats:
        realised, scale = data.returns[self.rows], data.scale(self.score.unit)[self.rows]
        found = self.score.per_observation(predicted, realised, scale)
        found *= self.share[self.rows]
        return found
