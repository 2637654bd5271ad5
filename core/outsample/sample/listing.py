"""Which options are listed at each snapshot: expiries by calendar, strikes around the price, never delisted."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from outsample.typing import DAY, HOUR, YEAR, Bools, Floats, Integers

__all__ = ["Listing", "expiries", "list_options"]

EXPIRY_CLOCK: Final = 8 * HOUR
FRIDAY: Final = 4
EPOCH: Final = date(1970, 1, 1)
MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
LIFE_DAYS: Final = {"day": 3, "week": 28, "month": 92, "quarter": 366}
WIDTH_DEVIATIONS: Final = 1.7  # strikes are listed this many deviations either side of the price
NEAR_DEVIATIONS: Final = 0.8  # within this the strikes are twice as dense
STEP_SHARE: Final = 0.014  # of the price, for the densest strikes


@dataclass(frozen=True, slots=True, eq=False)
class Listing:
    """One row per listed pair of call and put at a snapshot, sorted by snapshot, expiry, strike.

    Parameters
    ----------
    snapshot : (n,) int64 array
        Index into the snapshot times.
    expiry : (n,) int64 array
        UTC nanoseconds.
    strike : (n,) array
        USD.
    pair : (n,) int64 array
        Number of the pair; its put is instrument ``2 * pair``, its call ``2 * pair + 1``.
    instruments : tuple of str
    """

    snapshot: Integers
    expiry: Integers
    strike: Floats
    pair: Integers
    instruments: tuple[str, ...]


def expiries(start: int, stop: int) -> list[tuple[int, int]]:
    """Return (expiry, listed from) of every expiry alive at some time in ``[start, stop)``, UTC nanoseconds."""
    found = []
    for number in range(start // DAY, stop // DAY + LIFE_DAYS["quarter"] + 1):
        expiry = number * DAY + EXPIRY_CLOCK
        listed = expiry - LIFE_DAYS[_kind(EPOCH + timedelta(days=number))] * DAY
        if expiry > start and listed < stop:
            found.append((expiry, listed))
    return found


def _kind(day: date) -> str:
    if day.weekday() != FRIDAY:
        return "day"
    if (day + timedelta(days=7)).month == day.month:
        return "week"
    return "quarter" if day.month % 3 == 0 else "month"


def list_options(coin: str, times: Integers, spot: Floats, vol: Floats) -> Listing:
    """List the options of `coin`.

    Parameters
    ----------
    coin : str
        First part of every instrument name.
    times : (m,) int64 array
        Snapshots, UTC nanoseconds.
    spot, vol : (m,) array
        Price (USD) and vol (fraction a year) around which strikes are listed.
    """
    parts, names, pairs = [], [], 0
    for expiry, listed in expiries(int(times[0]), int(times[-1]) + 1):
        first, last = np.searchsorted(times, (listed, expiry))
        if first == last:
            continue
        tenor = (expiry - times[first:last]) / YEAR
        strikes, on_list = _strikes(spot[first:last], tenor, vol[first:last])
        row, column = np.nonzero(on_list)
        parts.append((first + row, np.full(row.size, expiry), strikes[column], pairs + column))
        names += _names(coin, expiry, strikes)
        pairs += strikes.size
    snapshot, expiry_of, strike, pair = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.argsort(snapshot, kind="stable")  # expiries and strikes already rise within a snapshot
    return Listing(snapshot[order], expiry_of[order], strike[order].astype(float), pair[order], tuple(names))


def _strikes(spot: Floats, tenor: Floats, vol: Floats) -> tuple[Integers, Bools]:
    """Return the strikes ever listed for one expiry, and at which of its snapshots each is on the list."""
    deviation = vol * np.sqrt(tenor + 2.0 / 365.0)
    wide = np.minimum(WIDTH_DEVIATIONS * deviation, 1.2)[:, None]
    dense = STEP_SHARE * spot * np.array([1.0, 2.0, 5.0])[np.searchsorted([10.0, 60.0], tenor * 365.0)]
    near_step, far_step = _nice(dense)[:, None], _nice(2.0 * dense)[:, None]
    unit = 10 ** int(np.log10(near_step.min()))
    low, high = (spot * np.exp(-wide[:, 0])).min(), (spot * np.exp(wide[:, 0])).max()
    candidates = unit * np.arange(max(int(low / unit), 1), int(high / unit) + 2)
    distance = np.abs(np.log(candidates / spot[:, None]))
    wanted = (distance <= wide) & (candidates % far_step == 0)
    wanted |= (distance <= NEAR_DEVIATIONS * deviation[:, None]) & (candidates % near_step == 0)
    on_list = np.logical_or.accumulate(wanted, axis=0)
    ever = on_list[-1]
    return candidates[ever], on_list[:, ever]


def _nice(size: Floats) -> Integers:
    """Return the nearest of 1, 2, 5 times a power of ten, at least 1."""
    power = np.floor(np.log10(size))
    digit = np.array([1, 2, 5, 10])[np.searchsorted([1.5, 3.5, 7.5], size / 10.0**power)]
    return np.asarray(np.maximum(digit * 10**power, 1), dtype=np.int64)


def _names(coin: str, expiry: int, strikes: Integers) -> list[str]:
    day = EPOCH + timedelta(days=expiry // DAY)
    stem = f"{coin}-{day.day}{MONTHS[day.month - 1]}{day.year % 100:02d}"
    return [f"{stem}-{strike}-{side}" for strike in strikes.tolist() for side in "PC"]
