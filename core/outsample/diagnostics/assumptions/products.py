"""Sums of products over long series, on the calling thread alone."""

import numpy as np

from outsample.typing import Floats

__all__ = ["sum_of_products"]


def sum_of_products(first: Floats, second: Floats) -> float:
    """Return ``sum first second``.

    From 10,000 numbers on `@` wakes the threads of the linear algebra library, which wait for a processor where others
    work: 12,000 numbers took 2 to 7 ms on a busy machine of two cores, this 5 microseconds.
    """
    return float(np.einsum("i,i->", first, second))
