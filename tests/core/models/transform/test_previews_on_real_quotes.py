"""What a preview with the ranges of its anchor is off on real quotes, against one with ranges of its own."""

import numpy as np
import pytest

from outsample.calibration.pooling import PREVIEW, VolSurface, tenor_range
from outsample.calibration.tape_shelf import ensure_tapes
from outsample.formulas import black_price
from outsample.io import open_files
from outsample.models.transform import SVCJ, Bates, Heston, Kou, Merton
from outsample.windows import Window

LENGTHS, ENDS = (12, 30, 1_000), 40  # times of a train window, and how many ends are tried
TICK = 1e-4


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.parametrize("model", [Heston, Bates, SVCJ, Merton, Kou], ids=lambda one: one.__name__)
@pytest.mark.parametrize("history", ["daily", "6h"])
def test_a_preview_is_within_two_hundredths_of_a_vol_point(real_data, history, model):
    data = open_files([str(real_data(f"deribit_btc_2026/btc_{history}_20251230_20260430.parquet"))]).dataset
    ensure_tapes(data, [model()])
    seen, tenors, times = data.observed, tenor_range(data), data.times
    ends = range(25, times.size, max(1, times.size // ENDS))
    shares, worst = [], []
    for first, last in [(max(0, last - length), last) for length in LENGTHS for last in ends]:
        found = model().preview(data, Window(int(times[first]), int(times[last])))
        own = VolSurface.quick(found.model, tenors, PREVIEW)
        if found.surface is None or own is None:
            continue
        vols = own.at(seen)[0]
        worth = black_price(np.exp(seen.log_moneyness), seen.tenor, vols, seen.log_moneyness >= 0.0) > TICK
        apart = 100.0 * np.abs(found.surface.at(seen)[0] - vols)[worth]
        shares.append(np.quantile(apart, 0.99))
        worst.append(apart.max())
    assert len(worst) > ENDS
    assert max(shares) < 2e-3
    assert max(worst) < 2e-2
