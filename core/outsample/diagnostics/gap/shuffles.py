"""A gap told apart into what any split shows and what only the split in time does.

The times of both windows are cut into blocks, and blocks are drawn at random into a train and a test set of the sizes
that the windows have. Such sets differ by chance alone, so the mean gap over many draws is what fitting costs out of
sample: overfit. What the gap in time has beyond that is not stationary. If blocks could change places, the split in
time would be one draw among the others, which gives a p-value.

Blocks cannot change places where losses keep their level for longer than a block. With 120 times and an autoregression
of .5 to .95 the p-value is below 5 % in 9 to 31 % of histories without any change. So it is not judged where there are
fewer than 90 times or 20 of a window, the first autocorrelation is above .65, or a block is worth fewer than
`FEWEST_EFFECTIVE` independent times. Over 42 designs without change, of 60 to 1,500 times with an autoregression of 0
to .9, at most 6.5 % of histories are then said to have changed. Of those judged that is 4 to 8 % from 300 times on, and
7 to 15 % at 90 and 120 with .3 to .65, where few are judged. Independent losses are judged always from 300 times on, in
89 % at 120.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from outsample.inference import long_run, needs_hatching
from outsample.typing import Bools, Floats, Integers

__all__ = ["BLOCKS", "LEVEL", "GapSplit", "block_of_each", "draws", "gap_split", "keeps_level"]

BLOCKS: Final = 40  # into which the times are cut
FEWEST_EFFECTIVE: Final = 2.0  # independent times that a block must be worth
FEWEST_TIMES: Final = 20  # of a window: of fewer, draws of whole blocks are no likeness; DEFINITIONS, Split
LEVEL: Final = 0.05


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
    is_persistent : bool
        Losses keep their level for too long, or times are too few, for the p-value to be judged (`keeps_level`).
    """

    chronological: float
    shuffled: float
    monte_carlo_error: float
    p_value: float
    draws: int
    blocks: int
    is_persistent: bool

    @property
    def is_change(self) -> bool:
        """Whether the gap in time is more than chance among the draws brings about, where that can be judged."""
        return not self.is_persistent and self.p_value <= LEVEL

    @property
    def overfit(self) -> float:
        """What fitting costs whatever the order of time."""
        return self.shuffled

    @property
    def nonstationary(self) -> float:
        """What is left for change through time."""
        return self.chronological - self.shuffled


def gap_split(chronological: float, shuffled: Floats, blocks: int, is_persistent: bool) -> GapSplit:
    """Build from the gap in time and the (draws,) gaps of random splits, at least one."""
    count = shuffled.size
    error = float(shuffled.std(ddof=1) / np.sqrt(count)) if count > 1 else float("nan")
    at_least = int(np.count_nonzero(shuffled >= chronological))
    p_value = (1 + at_least) / (1 + count)
    return GapSplit(chronological, float(shuffled.mean()), error, p_value, count, blocks, is_persistent)


def keeps_level(train: Floats, test: Floats, blocks: int) -> bool:
    """Return whether blocks cannot change places: losses are too much like those before them, or too few.

    Parameters
    ----------
    train, test : (m,), (n,) arrays
        Losses in time, finite. What one window has above the other is no persistence and is left out.
    blocks : int
    """
    if min(train.size, test.size) < FEWEST_TIMES:
        return True
    seen = long_run(np.concatenate([train - train.mean(), test - test.mean()]))
    return needs_hatching(seen) or seen.n_eff < FEWEST_EFFECTIVE * blocks


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
