"""Windows and spans as they are typed."""

import re
from typing import Final

from outsample.errors import UsageError
from outsample.typing import DAY, HOUR, SECOND
from outsample.windows import iso, parse_time

__all__ = ["Ends", "parse_ends", "parse_span"]

Ends = tuple[int | None, int | None]  # start and stop, UTC nanoseconds; None is that of the data

_SPAN: Final = re.compile(r"(?P<number>[0-9]{1,6}(?:\.[0-9]{1,6})?)(?P<unit>d|h|min|s)")
_UNITS: Final = {"d": DAY, "h": HOUR, "min": 60 * SECOND, "s": SECOND}


def parse_ends(text: str, option: str) -> Ends:
    """Return the ends of a half-open window such as ``2026-01-01..2026-03-01``; either may be left out.

    Raises
    ------
    UsageError
        The text is not a window, or ends before it starts; `option` is for the message.
    """
    parts = text.split("..")
    if len(parts) != 2:
        raise UsageError(
            f"{option} must be two times with two dots between them, as in 2026-01-01..2026-03-01, "
            f"found {text!r}; type it again"
        )
    start, stop = (_time(part, option) if part.strip() else None for part in parts)
    if start is not None and stop is not None and stop <= start:
        raise UsageError(f"{option} must end after it starts, found {iso(start)}..{iso(stop)}; exchange the two")
    return start, stop


def parse_span(text: str, option: str) -> int:
    """Return nanoseconds of a span such as ``1d``, ``6h``, ``90min``, ``30s`` or ``0``.

    Raises
    ------
    UsageError
        The text is not a span; `option` is for the message.
    """
    plain = text.strip().lower()
    if plain == "0":
        return 0
    found = _SPAN.fullmatch(plain)
    if not found:
        raise UsageError(f"{option} must be 0 or a number with d, h, min or s, as in 1d, found {text!r}; type it again")
    span = round(float(found["number"]) * _UNITS[found["unit"]])
    if span > 36_500 * DAY:
        raise UsageError(f"{option} must be shorter than a century, found {text}; shorten it")
    return span


def _time(text: str, option: str) -> int:
    try:
        return parse_time(text)
    except UsageError as error:
        raise UsageError(f"{option}: {error}") from error
