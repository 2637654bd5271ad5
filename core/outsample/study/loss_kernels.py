"""Loops that turn errors into sums by time and cell, and those into means by time.

The sums of one time gather in a row that stays in the cache, its last cell being that of weight 0. Arrays are read-only
where they are read, so that one machine code serves all data; `loss_kernels_plain` holds the repricing loop in numpy.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from outsample.compiled import kernel
from outsample.formulas.black_kernels import distance_of, price_from
from outsample.formulas.inlined import inlined
from outsample.typing import Bools, Floats, Integers

__all__ = ["Arrays", "fill_shares", "mean_by_time", "tabulate_one", "tabulate_repriced", "tabulate_squares"]

Arrays = tuple[Floats, ...]  # four of them: one specialisation of the kernel serves every number of models

BLOCK: Final = 512  # quotes that are priced at once: what is known of them and four prices take half of a small cache


@kernel
def fill_shares(
    counts: Floats, weights: Floats, of_sum: Floats, coverage: Floats
) -> None:  # pragma: no cover - compiled
    """Fill `coverage` with the weight of the cells that hold a quote, and `of_sum` with weight / (coverage count)."""
    for t in range(counts.shape[0]):
        total = 0.0
        for c in range(counts.shape[1]):
            total += weights[c] if counts[t, c] > 0.0 else 0.0
        coverage[t] = total
        scale = 1.0 / total if total > 0.0 else np.nan
        for c in range(counts.shape[1]):
            of_sum[t, c] = scale * weights[c] / counts[t, c] if counts[t, c] > 0.0 else 0.0 * scale


@kernel
def mean_by_time(table: Floats, of_sum: Floats, loss: Floats, bias: Floats) -> None:  # pragma: no cover - compiled
    """Fill `loss` and `bias` (m,) with the means by time, two times at once, whose additions need not wait."""
    times, cells = of_sum.shape
    for t in range(0, times, 2):
        other = min(t + 1, times - 1)
        loss_here = bias_here = loss_there = bias_there = 0.0
        for c in range(cells):
            loss_here += of_sum[t, c] * table[t, c, 0]
            bias_here += of_sum[t, c] * table[t, c, 1]
            loss_there += of_sum[other, c] * table[other, c, 0]
            bias_there += of_sum[other, c] * table[other, c, 1]
        loss[t], bias[t], loss[other], bias[other] = loss_here, bias_here, loss_there, bias_there


@inlined
def fill_cells(row: Floats, of_sum: Floats, table: Floats) -> tuple[float, float]:
    """Fill `table` (cells, 2) with the sums of one time, and return the means of its losses and signed errors."""
    loss = bias = 0.0
    for c in range(of_sum.size):
        table[c, 0], table[c, 1] = row[2 * c], row[2 * c + 1]
        loss += of_sum[c] * row[2 * c]
        bias += of_sum[c] * row[2 * c + 1]
    return loss, bias


@kernel
def tabulate_one(  # pragma: no cover - compiled
    time_start: Integers,
    cell: NDArray[np.uint8],
    values: Floats,
    power: int,
    prediction: Floats,
    realised: Floats,
    scale: Floats,
    of_sum: Floats,
    table: Floats,
    loss: Floats,
    bias: Floats,
) -> None:
    """Fill `table` (m, cells, 2) with summed losses and signed errors, and `loss` and `bias` (m,) with their means.

    A loss is the size of the error to the `power` 1 or 2; where that is 0, `values` has it.
    """
    one, two = np.uint64(1), np.uint64(2)
    cells = of_sum.shape[1]
    row = np.empty(2 * cells + 2)
    for t in range(time_start.size - 1):
        row[:] = 0.0
        for i in range(np.uint64(time_start[t]), np.uint64(time_start[t + 1])):
            slot = two * np.uint64(cell[i])
            error = (prediction[i] - realised[i]) * scale[i]
            row[slot + one] += error
            if power == 2:
                row[slot] += error * error
            else:
                row[slot] += abs(error) if power == 1 else values[i]
        loss[t], bias[t] = fill_cells(row, of_sum[t], table[t])


@kernel
def tabulate_squares(  # pragma: no cover - compiled
    time_start: Integers,
    cell: NDArray[np.uint8],
    predictions: Arrays,
    realised: Floats,
    scale: Floats,
    of_sum: Floats,
    tables: Floats,
    losses: Floats,
    biases: Floats,
) -> None:
    """Do for the first n of four predictions what `tabulate_one` does for one, of arrays with n in front.

    What predictions share is read once, and their sums do not wait for each other: four cost what two would.
    """
    one, two = np.uint64(1), np.uint64(2)
    cells = of_sum.shape[1]
    stride = np.uint64(2 * cells + 2)
    row = np.empty(4 * (2 * cells + 2))
    for t in range(time_start.size - 1):
        row[:] = 0.0
        for i in range(np.uint64(time_start[t]), np.uint64(time_start[t + 1])):
            slot, came_true, factor = two * np.uint64(cell[i]), realised[i], scale[i]
            for p in range(4):
                error = (predictions[p][i] - came_true) * factor
                place = np.uint64(p) * stride + slot
                row[place + one] += error
                row[place] += error * error
        for p in range(tables.shape[0]):
            losses[p, t], biases[p, t] = fill_cells(row[p * (2 * cells + 2) :], of_sum[t], tables[p, t])


@kernel
def tabulate_repriced(  # pragma: no cover - compiled
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
    """Do what `tabulate_squares` does for premiums at the first n of four columns of vols; `power` is 1 or 2.

    A block of quotes is priced at once into what stays in the cache. Prices and sums have the bits that `price_loop`
    and the loops above give one after the other.
    """
    one, two = np.uint64(1), np.uint64(2)
    cells, count = of_sum.shape[1], tables.shape[0]
    width = 2 * cells + 2
    row = np.empty(4 * width)
    distance, root, price = np.empty(BLOCK), np.empty(BLOCK), np.empty((4, BLOCK))
    for t in range(time_start.size - 1):
        row[:] = 0.0
        for first in range(time_start[t], time_start[t + 1], BLOCK):
            size = min(BLOCK, time_start[t + 1] - first)
            strikes, years = strike_ratio[first : first + size], tenor[first : first + size]
            calls = is_call[first : first + size]
            for j in range(size):
                distance[j], root[j] = distance_of(strikes[j]), math.sqrt(years[j])
            for p in range(count):
                vol, out = vols[p][first : first + size], price[p]
                for j in range(size):
                    out[j] = price_from(strikes[j], distance[j], years[j], root[j], vol[j], calls[j])
            for j in range(np.uint64(size)):
                i = np.uint64(first) + j
                slot, unit = two * np.uint64(cell[i]), forward[i] if is_linear else 1.0
                for p in range(count):
                    error = (price[p, j] * unit - realised[i]) * scale[i]
                    place = np.uint64(p * width) + slot
                    row[place + one] += error
                    row[place] += error * error if power == 2 else abs(error)
        for p in range(count):
            losses[p, t], biases[p, t] = fill_cells(row[p * width :], of_sum[t], tables[p, t])
