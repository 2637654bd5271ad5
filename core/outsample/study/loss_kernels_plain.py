"""`loss_kernels.tabulate_repriced` in plain numpy, its independent twin: prices first, then sums, then means."""

import numpy as np
from numpy.typing import NDArray

from outsample.formulas.black_plain import price_plain
from outsample.study.loss_kernels import Arrays
from outsample.typing import Bools, Floats, Integers

__all__ = ["tabulate_repriced_plain"]


def tabulate_repriced_plain(
    time_start: Integers,
    cell: NDArray[np.uint8],
    vols: Arrays,
    strike_ratio: Floats,
    tenor: Floats,
    is_call: Bools,
    forward: Floats,
    is_linear: bool,
    realised: Floats,
    scale: Floats,
    power: int,
    of_sum: Floats,
    tables: Floats,
    losses: Floats,
    biases: Floats,
) -> None:
    """Fill (n, m, cells, 2) sums of losses and signed errors, and the (n, m) means of each."""
    times, cells = of_sum.shape
    place = np.repeat(np.arange(times), np.diff(time_start)) * (cells + 1) + cell
    for found, loss, bias, vol in zip(tables, losses, biases, vols, strict=False):
        price = price_plain(strike_ratio, tenor, vol, is_call)
        with np.errstate(invalid="ignore"):
            error = ((price * forward if is_linear else price) - realised) * scale
        for column, values in enumerate((np.abs(error) ** power, error)):
            sums = np.bincount(place, weights=values, minlength=times * (cells + 1))
            found[..., column] = sums.reshape(times, cells + 1)[:, :-1]
        loss[:], bias[:] = np.einsum("tc,tcn->nt", of_sum, found)
