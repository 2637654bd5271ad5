"""Data that several tests of change points and breaks share."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def nile():
    """Yearly flow of the Nile at Aswan, 1871-1970, 10^8 m^3."""
    from statsmodels.datasets import nile as dataset

    return dataset.load_pandas().data["volume"].to_numpy(dtype=np.float64)
