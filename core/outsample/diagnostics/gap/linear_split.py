"""The gap of a linear regression, split by shuffles in milliseconds.

Sums of products by block serve every draw: a fit is one solve, and the losses of both sets are quadratic forms,

    sum e^2 = y'y - 2 b'X'y + b'X'X b.
"""

import numpy as np

from outsample.diagnostics.gap.shuffles import BLOCKS, GapSplit, block_of_each, draws, gap_split, keeps_level
from outsample.errors import DataError, UsageError
from outsample.typing import Bools, Floats, Integers

__all__ = ["split_linear_gap"]


def split_linear_gap(
    regressors: Floats,
    target: Floats,
    train_count: int,
    shuffles: int = 20,
    blocks: int = BLOCKS,
    seed: int = 0,
    *,
    is_scaled: bool = False,
) -> GapSplit:
    """Split the gap of the mean squared error of least squares.

    Parameters
    ----------
    regressors : (n, k) array
        In time order, with a column of ones where an intercept is wanted.
    target : (n,) array
    train_count : int
        The first rows are the train window; both it and the rest need more rows than regressors.
    shuffles : int
        Draws.
    blocks : int
        Into which the rows are cut.
    seed : int
    is_scaled : bool
        Divide the squared errors of a block by the variance of its target: a loss that a change of the scale of the
        data, which no fit can prevent, leaves as it is.

    Raises
    ------
    DataError
        A value is not finite, or with `is_scaled` the target of a block does not vary.
    UsageError
        Shapes differ, a window has too few rows, or there is no draw.
    """
    _check(regressors, target, train_count, shuffles, blocks)
    block = block_of_each(target.size, blocks)
    weight = _scales(target, block)[block] if is_scaled else np.ones(target.size)
    sums = _Sums(regressors, target, weight, block)
    first = np.arange(target.size) < train_count
    found = [sums.gap(inside[sums.first]) for inside in draws(block, train_count, shuffles, seed)]
    inside, outside = _direct(regressors, target, weight, first)
    in_time, count = float(outside.mean() - inside.mean()), int(block[-1]) + 1
    return gap_split(in_time, np.array(found), count, keeps_level(inside, outside, count))


class _Sums:
    """Products of all columns, the target being the last, summed by block; the same under weights, of the losses."""

    def __init__(self, regressors: Floats, target: Floats, weight: Floats, block: Integers) -> None:
        self.first = np.flatnonzero(np.diff(block, prepend=-1))
        self.count = np.diff(self.first, append=target.size)
        columns = np.column_stack((regressors, target))
        self.shape = (columns.shape[1], columns.shape[1])
        parts = np.split(columns, self.first[1:])
        self.fit = np.stack([(part.T @ part).ravel() for part in parts])
        self.loss = self.fit * weight[self.first, np.newaxis]

    def gap(self, is_train: Bools) -> float:
        """Return the gap where blocks are in the train set or in the test set."""
        chosen = is_train.astype(np.float64)
        total = (chosen @ self.fit).reshape(self.shape)
        errors = np.append(-np.linalg.solve(total[:-1, :-1], total[:-1, -1]), 1.0)
        of_block = self.loss @ np.outer(errors, errors).ravel()
        inside = float(chosen @ of_block) / float(chosen @ self.count)
        return float((1.0 - chosen) @ of_block) / float((1.0 - chosen) @ self.count) - inside


def _direct(regressors: Floats, target: Floats, weight: Floats, is_train: Bools) -> tuple[Floats, Floats]:
    """Return the losses of train rows and of the others under the fit on the former."""
    x, y = regressors[is_train], target[is_train]
    loss = weight * np.square(target - regressors @ np.linalg.solve(x.T @ x, x.T @ y))
    return loss[is_train], loss[~is_train]


def _scales(target: Floats, block: Integers) -> Floats:
    """Return one over the variance of the target of each block."""
    count = np.bincount(block)
    mean = np.bincount(block, weights=target) / count
    variance = np.bincount(block, weights=np.square(target - mean[block])) / count
    if not (variance > 0.0).all():
        raise DataError(
            "a loss scaled by variance needs a target that varies in every block, found one that does not; "
            "use fewer blocks"
        )
    return np.asarray(1.0 / variance)


def _check(regressors: Floats, target: Floats, train_count: int, shuffles: int, blocks: int) -> None:
    rows = target.size
    if regressors.ndim != 2 or regressors.shape[0] != rows:
        raise UsageError(
            f"regressors must have one row for each of {rows} targets, found shape {regressors.shape}; pass (n, k)"
        )
    width = regressors.shape[1]
    if not width < train_count < rows or rows - train_count < 1:
        raise UsageError(
            f"a regression on {width} columns needs more than {width} train rows and a test row, found {train_count} "
            f"of {rows}; move the train end"
        )
    if shuffles < 1 or blocks < 2:
        raise UsageError(f"shuffles need a draw and two blocks, found {shuffles} and {blocks}; ask for 20 and 40")
    if not (np.isfinite(regressors).all() and np.isfinite(target).all()):
        raise DataError("a regression needs finite values, found others; drop those rows")
