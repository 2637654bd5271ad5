"""Means of a dependent series resampled in blocks, beside which the cosine intervals are shown.

Blocks have one length and wrap around the end (circular: Politis and Romano 1992), or a geometric length of given mean
(stationary: Politis and Romano 1994, doi:10.1080/01621459.1994.10476870). With 30 to 90 dependent times intervals made
of them are too short (DEFINITIONS, Inference): they are for comparison only.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from outsample.compiled import kernel
from outsample.errors import UsageError
from outsample.finite_series import checked_series
from outsample.typing import Floats

__all__ = ["PATHS", "BlockLengths", "Blocks", "block_lengths", "bootstrap_means"]

PATHS: Final = 1999


class Blocks(Enum):
    """How long the blocks are."""

    CIRCULAR = "blocks of one length"
    STATIONARY = "blocks of random length"


@dataclass(frozen=True, slots=True)
class BlockLengths:
    """Lengths that serve the variance of the mean best, in times, at least 1.

    Parameters
    ----------
    circular : float
        Length of each block; rounded up where blocks are drawn.
    stationary : float
        Mean length.
    """

    circular: float
    stationary: float

    def of(self, blocks: Blocks) -> float:
        """Return the one for a kind of blocks."""
        return self.circular if blocks is Blocks.CIRCULAR else self.stationary


def block_lengths(values: Floats) -> BlockLengths:
    """Return the automatic lengths of Politis and White 2004, doi:10.1081/ETC-120028836, as corrected in 2009.

    The first call imports `arch`, which takes a second or more: not for the thread that draws.

    Parameters
    ----------
    values : (n,) array
        Finite, n >= 20; 1 for a series that does not vary.
    """
    from arch.bootstrap import optimal_block_length

    with np.errstate(invalid="ignore", divide="ignore"):
        found = optimal_block_length(values).iloc[0]
    circular, stationary = float(found["circular"]), float(found["stationary"])
    return BlockLengths(max(circular, 1.0), max(stationary, 1.0)) if circular == circular else BlockLengths(1.0, 1.0)


def bootstrap_means(values: Floats, blocks: Blocks, length: float, *, paths: int = PATHS, seed: int = 0) -> Floats:
    """Return the means of resampled series.

    Parameters
    ----------
    values : (n,) array
        Finite, in time order.
    blocks : Blocks
    length : float
        Of a block, in times, at least 1; the mean of random lengths.
    paths : int
        Resampled series.
    seed : int
        Equal seeds give equal means, whatever the thread.

    Returns
    -------
    (paths,) array

    Raises
    ------
    DataError
        A value is NaN or infinite.
    UsageError
        No value, no path, or a length below 1.
    """
    series = checked_series(values, "series to resample")
    if not series.size or paths < 1 or not length >= 1.0:
        raise UsageError(
            "a block bootstrap needs values, paths and a block length of at least 1, found "
            f"{series.size}, {paths} and {length:.3g}; give each"
        )
    means = np.empty(paths)
    doubled = np.concatenate(([0.0], np.cumsum(np.tile(series - series[0], 2))))
    is_fixed = blocks is Blocks.CIRCULAR
    mean_length = float(np.ceil(length)) if is_fixed else float(length)
    _resample(doubled, mean_length, is_fixed, np.random.default_rng(seed), means)
    means += series[0]
    return means


@kernel
def _resample(  # pragma: no cover - compiled
    doubled: Floats, length: float, is_fixed: bool, generator: np.random.Generator, means: Floats
) -> None:
    """Fill `means` from the (2 n + 1,) prefix sums of the series taken twice: any block that wraps is two reads."""
    n = (doubled.size - 1) // 2
    stop = 0.0 if length <= 1.0 else np.log1p(-1.0 / length)  # log of the chance that a random block goes on
    for path in range(means.size):
        total, left = 0.0, n
        while left > 0:
            start = min(int(generator.random() * n), n - 1)
            drawn = length
            if not is_fixed:
                drawn = 1.0 if stop == 0.0 else 1.0 + np.floor(np.log1p(-generator.random()) / stop)
            taken = left if drawn >= left else int(drawn)
            total += doubled[start + taken] - doubled[start]
            left -= taken
        means[path] = total / n
