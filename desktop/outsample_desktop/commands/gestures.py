"""Where a key or a typed date takes a handle: pure functions from split to split."""

import numpy as np

from outsample.typing import Integers
from outsample.windows import Handle, Scheme, Split, move, position_of, step

__all__ = ["stepped", "why_not"]


def stepped(split: Split, handle: Handle, amount: int, unit: str, times: Integers, scheme: Scheme) -> Split:
    """Return the split after a key.

    Parameters
    ----------
    amount : int
        Bars or months; the sign is the direction.
    unit : str
        ``bar``, ``month`` or ``end``.
    """
    if unit == "bar":
        return step(split, handle, amount, times, scheme)
    if unit == "end":
        target = int(times[0]) if amount < 0 else int(times[-1]) + 1
        return move(split, handle, target, times, scheme)
    return move(split, handle, _month_from(position_of(split, handle), amount), times, scheme)


def why_not(handle: Handle, scheme: Scheme) -> str:
    """Return why a handle did not move, or nothing where it stands at its limit by itself."""
    if handle is Handle.TRAIN_START and scheme is Scheme.ANCHORED:
        return "anchored: the train start stays at the first time; choose free or rolling to move it"
    if handle is Handle.WHOLE and scheme is Scheme.ANCHORED:
        return "anchored: the pattern cannot move as a whole; choose free or rolling, or move the train end"
    return ""


def _month_from(time: int, months: int) -> int:
    """Return the same day and clock some months away; a day that does not exist there becomes the last one."""
    moment = np.datetime64(time, "ns")
    month = moment.astype("datetime64[M]")
    into = moment - month.astype("datetime64[ns]")
    target = month + months
    last = (target + 1).astype("datetime64[ns]") - np.timedelta64(1, "ns")
    return int(min(target.astype("datetime64[ns]") + into, last).astype(np.int64))
