"""A gap told apart into what any split shows and what only the split in time does.

The times of both windows are cut into blocks, and blocks are drawn at random into a train and a test set of the sizes
that the windows have. Such sets differ by chance alone, so the mean gap over many draws is what fitting costs out of
sample: overfit. What the gap in time has beyond that is not stationary. If blocks could change places, the split in
time would be one draw among the others, which gives a p-value.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.typing import Bools, Floats, Integers

__all__ = ["BLOCKS", "GapSplit", "block_of_each", "draws", "gap_split"]

BLOCKS: Final = 40  # into which the times are cut


@dataclass(frozen=True, slots=True)
class GapSplit:
    """A gap in time, and the same over blocks in random order.

    Parameters
    ----------
    chronological : float
        Mean test loss less mean train loss, in time.
    shuffled : float
        The mean of the same over the draws: overfit.
    monte_carlo_error : float
        Standard error of that mean from the number of draws; NaN for one.
    p_value : float
        ``(1 + draws with at least that gap) / (1 + draws)``, of a gap in time that is larger than shuffled ones. With
        dependence beyond the length of a block it is too small.
    draws : int
        How many there were.
    blocks : int
    """

    chronological: float
    shuffled: float
    monte_carlo_error: float
    p_value: float
    draws: int
    blocks: int

    @property
    def overfit(self) -> float:
        """What fitting costs whatever the order of time."""
        return self.shuffled

    @property
    def nonstationary(self) -> float:
        """What is left for change through time."""
        return self.chronological - self.shuffled


def gap_split(chronological: float, shuffled: Floats, blocks: int) -> GapSplit:
    """Build from the gap in time and the (draws,) gaps of random splits, at least one."""
    count = shuffled.size
    error = float(shuffled.std(ddof=1) / np.sqrt(count)) if count > 1 else float("nan")
    at_least = int(np.count_nonzero(shuffled >= chronological))
    return GapSplit(chronological, float(shuffled.mean()), error, (1 + at_least) / (1 + count), count, blocks)


def block_of_each(count: int, blocks: int) -> Integers:
    """Return the block of each of `count` times: consecutive, of sizes that differ by one at most."""
    return np.arange(count) * min(blocks, count) // max(count, 1)


def draws(block: Integers, train_count: int, number: int, seed: int) -> Iterator[Bools]:
    """Yield random train sets.

    Parameters
    ----------
    block : (n,) int array
        Of each time, as of `block_of_each`.
    train_count : int
        Times of the train window; as many blocks are drawn as come nearest, at least one and not all.
    number, seed : int
        How many sets, and from where the generator starts.

    Yields
    ------
    (n,) bool array
        Which times are in the train set.
    """
    blocks = int(block[-1]) + 1
    chosen = int(np.clip(round(blocks * train_count / block.size), 1, blocks - 1))
    random = np.random.default_rng(seed)
    for _ in range(number):
        yield np.isin(block, random.permutation(blocks)[:chosen])
