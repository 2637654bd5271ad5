"""Vintages whose every loss is given, without a model."""

import numpy as np

from outsample.diagnostics.staleness import PairedContrasts, VintageLosses, paired_contrasts, place_origins
from outsample.typing import DAY
from outsample.windows import Scheme, Split, Window

TRAIN = 100  # times
START = 1_700_000_000 * 10**9


def vintages_of(loss_of, test_times=None, count=200, is_ratio=True, most_origins=None, purge=0):
    """Return vintages whose loss is ``loss_of(age in days, vintage, date)``, arrays of one shape.

    `test_times` are nanoseconds since the train end, by default `count` days.
    """
    after = DAY * np.arange(count) if test_times is None else np.asarray(test_times)
    times = START + np.r_[DAY * np.arange(-TRAIN, 0), after].astype(np.int64)
    first = START + purge
    split = Split(Window(int(times[0]), START), Window(first, max(first, int(times[-1]) + 1)), purge)
    origins = place_origins(times, split, Scheme.ROLLING, most_origins)
    dates = times[origins.rows]
    age = (dates - origins.in_service[:, None]) / DAY
    number, date = np.meshgrid(np.arange(origins.count), np.arange(dates.size), indexing="ij")
    loss = np.array(np.broadcast_to(loss_of(age, number, date), age.shape), dtype=float)
    loss[date < origins.first_date[:, None]] = np.nan
    missing = origins.cells - int(np.isfinite(loss).sum())
    return VintageLosses("made", "vol pts", is_ratio, times, origins, loss, False, False, 0, "", missing)


def autoregression(random, rho, size):
    """Return a stationary series of unit variance."""
    shocks = np.sqrt(1.0 - rho * rho) * random.normal(size=size)
    series = np.empty(size)
    series[0] = random.normal()
    for t in range(1, size):
        series[t] = rho * series[t - 1] + shocks[t]
    return series


def persistent(random, count, of_vintage=0.97, of_date=0.5, scale=0.3, level=0.5):
    """Return the (count, count) log losses of a model that does not decay.

    A shock of the date that all vintages share, and errors of estimation that overlapping train windows keep for long,
    which hurt or help with what the date brings.
    """
    errors = autoregression(random, of_vintage, count)
    brought = autoregression(random, of_date, count)
    return level * autoregression(random, 0.95, count) + scale * errors[:, None] * brought


def noise(seed=0, count=60):
    """Return losses without any pattern."""
    table = np.exp(np.random.default_rng(seed).normal(size=(count, count)))
    return lambda age, o, t: table[o, t]


def paired(vintages):
    found = paired_contrasts(vintages)
    assert isinstance(found, PairedContrasts), found
    return found


def decaying(tau, plateau, seed=0, count=200, scale=0.3, **options):
    table = persistent(np.random.default_rng(seed), count, scale=scale)
    loss = np.exp if options.get("is_ratio", True) else np.asarray
    return vintages_of(
        lambda age, o, t: loss(table[o, t] + plateau * (1.0 - 2.0 ** (-np.maximum(age, 0.0) / tau))),
        count=count,
        **options,
    )
