"""Many tests at once: p-values adjusted so that a stated share of what is found may be false.

References: Benjamini and Hochberg (1995), J. Royal Stat. Soc. B 57, 289-300, doi:10.1111/j.2517-6161.1995.tb02031.x;
Benjamini and Yekutieli (2001), Ann. Statist. 29, 1165-1188, doi:10.1214/aos/1013699998, for dependence.
"""

import numpy as np

from outsample.typing import Floats

__all__ = ["adjusted_p", "dependence_factor"]


def adjusted_p(p_values: Floats) -> Floats:
    """Return Benjamini and Hochberg's adjusted p: least rate of false discoveries at which each would be one.

    ``min over j >= rank of m p_(j) / j``, at most 1. Valid where tests are independent or positively dependent.

    Parameters
    ----------
    p_values : (m,) array
        Finite; tests that were not carried out are left out by the caller.

    Returns
    -------
    (m,) array
        In the order given.

    Examples
    --------
    >>> adjusted_p(np.array([0.01, 0.04, 0.03, 0.5])).round(4)
    array([0.04  , 0.0533, 0.0533, 0.5   ])
    """
    order = np.argsort(p_values, kind="stable")
    scaled = p_values[order] * p_values.size / np.arange(1, p_values.size + 1)
    found = np.empty_like(scaled)
    found[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return found


def dependence_factor(tests: int) -> float:
    """Return ``1 + 1/2 + ... + 1/m``, by which the rate may be exceeded under the worst dependence; 0 without tests."""
    return float((1.0 / np.arange(1, tests + 1)).sum())
