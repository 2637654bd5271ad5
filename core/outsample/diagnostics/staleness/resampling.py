"""Dates resampled in blocks: what S(a) might have been."""

from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.inference import LongRun
from outsample.typing import Floats, Integers

__all__ = ["DRAWS", "SEED", "block_length", "resampled_means"]

DRAWS: Final = 999
SEED: Final = 20_260_101
_STRONGEST: Final = 0.97  # autocorrelation beyond which the rule below has no end


def block_length(series: LongRun) -> int:
    """Return the length of circular blocks that is best for a mean of a first-order autoregression.

    ``(6 rho^2 / (1 - rho^2)^2)^(1/3) n^(1/3)``, from 1 to a third of the series.

    References
    ----------
    Politis, White (2004), Automatic Block-Length Selection for the Dependent Bootstrap, Econometric Reviews 23,
    doi:10.1081/ETC-120028836, with the correction of Patton, Politis, White (2009), doi:10.1080/07474930802459016.
    """
    rho = min(abs(series.ar1), _STRONGEST) if np.isfinite(series.ar1) else 0.0
    wanted = (6.0 * rho**2 / (1.0 - rho**2) ** 2 * series.n) ** (1.0 / 3.0)
    return max(1, min(int(np.ceil(wanted)), series.n // 3))


def resampled_means(contrast: Floats, length: int, draws: int = DRAWS, seed: int = SEED) -> Floats:
    """Return (draws, b) column means of rows taken in circular blocks, the columns of one row together.

    Parameters
    ----------
    contrast : (r, b) array
        NaN where a row has no value: means are over what there is, NaN over nothing.
    length : int
        Rows a block.
    draws : int
    seed : int
        The same seed gives the same rows.
    """
    rows = contrast.shape[0]
    blocks = -(-rows // length)
    starts = np.random.default_rng(seed).integers(0, rows, (draws, blocks))
    wrapped = np.vstack([contrast, contrast[: length - 1]])
    known = np.isfinite(wrapped)
    sums = np.zeros((wrapped.shape[0] + 1, 2, contrast.shape[1]))
    np.cumsum(np.where(known, wrapped, 0.0), axis=0, out=sums[1:, 0])
    np.cumsum(known, axis=0, out=sums[1:, 1])
    out = np.empty((draws, contrast.shape[1]))
    _draw(sums, starts, length, rows, out)
    return out


@kernel
def _draw(sums: Floats, starts: Integers, length: int, rows: int, out: Floats) -> None:  # pragma: no cover - compiled
    columns = out.shape[1]
    total, count = np.empty(columns), np.empty(columns)
    for draw in range(out.shape[0]):
        total[:], count[:] = 0.0, 0.0
        left = rows
        for block in range(starts.shape[1]):
            first = starts[draw, block]
            last = first + min(length, left)
            left -= last - first
            for b in range(columns):
                total[b] += sums[last, 0, b] - sums[first, 0, b]
                count[b] += sums[last, 1, b] - sums[first, 1, b]
        for b in range(columns):
            out[draw, b] = total[b] / count[b] if count[b] > 0.0 else np.nan
